#include "core/model/instance.hpp"

#include <algorithm>
#include <cctype>

#include "base/json_text.hpp"
#include "net/text.hpp"

namespace draas::core {
namespace {

constexpr std::size_t kMaxNameLength = 128;
constexpr std::size_t kMaxIdLength = 63;

void add_unless_zero(JsonText& out, std::string_view name, std::uint64_t number) {
  if (number == 0) {
    out.add_null(name);
  } else {
    out.add(name, number);
  }
}

Json time_or_null(const std::optional<WallTime>& time) { return time ? Json(to_rfc3339(*time)) : Json(nullptr); }

Json to_json(const Metadata& metadata) {
  Json out = Json::object();
  for (const auto& [name, value] : metadata) out[name] = value;
  return out;
}

Json to_json(const ResourceLimits& limits) {
  Json out = Json::object();
  if (limits.cpu_cores > 0) out["cpuCores"] = limits.cpu_cores;
  if (limits.memory_bytes > 0) out["memoryBytes"] = limits.memory_bytes;
  if (limits.open_files > 0) out["openFiles"] = limits.open_files;
  return out;
}

Json to_json(const WorkloadExit& exit) {
  Json out = Json::object();
  if (exit.exit_code) out["exitCode"] = *exit.exit_code;
  if (exit.signal) out["signal"] = *exit.signal;
  if (exit.out_of_memory) out["outOfMemory"] = true;
  out["time"] = to_rfc3339(exit.time);
  out["reason"] = exit.reason;
  return out;
}

Json to_json(const HeldRevision& held) { return Json{{"revision", held.revision}, {"reason", held.reason}}; }

// Reads our own documents: written by to_document(), so a failure means damage, not bad input.
class DocumentReader {
 public:
  explicit DocumentReader(const Json& value) : value_(value) {}

  std::string text(const char* key) const { return value_.value(key, std::string()); }
  std::uint64_t number(const char* key) const { return value_.value(key, std::uint64_t{0}); }
  std::uint16_t port(const char* key) const { return value_.value(key, std::uint16_t{0}); }
  std::map<std::string, std::uint16_t> ports(const char* key) const {
    std::map<std::string, std::uint16_t> ports;
    if (const Json* found = any(key)) {
      for (const auto& [pointer, port] : found->items()) ports[pointer] = port.get<std::uint16_t>();
    }
    return ports;
  }
  bool flag(const char* key) const { return value_.value(key, false); }
  const Json* any(const char* key) const {
    auto found = value_.find(key);
    return found == value_.end() || found->is_null() ? nullptr : &*found;
  }
  std::optional<WallTime> time(const char* key) const {
    const Json* found = any(key);
    if (found == nullptr) return std::nullopt;
    auto parsed = parse_rfc3339(found->get<std::string>());
    if (!parsed) throw std::runtime_error("bad time in '" + std::string(key) + "'");
    return *parsed;
  }

 private:
  const Json& value_;
};

template <class T, class Read>
Result<T> read_document(std::string_view body, std::string_view what, Read read) {
  auto parsed = parse_json(body);
  if (!parsed)
    return fail(ErrorCode::DataLoss, std::string(what) + " in the store is not readable: " + parsed.error().message);
  try {
    return read(DocumentReader(*parsed));
  } catch (const std::exception& error) {
    return fail(ErrorCode::DataLoss, std::string(what) + " in the store is not readable: " + error.what());
  }
}

WorkloadExit exit_from_json(const Json& value) {
  DocumentReader in(value);
  WorkloadExit exit;
  if (const Json* code = in.any("exitCode")) exit.exit_code = code->get<int>();
  if (const Json* signal = in.any("signal")) exit.signal = signal->get<int>();
  exit.out_of_memory = in.flag("outOfMemory");
  exit.time = in.time("time").value_or(WallTime{});
  exit.reason = in.text("reason");
  return exit;
}

// Runtime fields that monitoring daemons send in their metadata under any capitalisation (C21).
const std::string* metadata_value(const std::map<std::string, std::string>& metadata, std::string_view name) {
  for (const auto& [key, value] : metadata) {
    if (net::equals_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

}  // namespace

void apply(const Judgement& judgement, RuntimeRecord& runtime) {
  runtime.judged = true;
  if (judgement.healthy_revision) runtime.healthy_revision = *judgement.healthy_revision;
  if (judgement.clear_hold) runtime.held.reset();
  if (judgement.hold) runtime.held = *judgement.hold;
}

bool uses_slot_b(const RuntimeRecord& runtime) {
  return runtime.slot == Slot::B || (runtime.standby && runtime.standby->slot == Slot::B);
}

InstanceStatus derive_status(const Instance& instance, const RuntimeRecord& runtime) {
  if (runtime.reported_status) return *runtime.reported_status;
  switch (runtime.phase) {
    case Phase::Idle:
      return InstanceStatus::Created;
    case Phase::Starting:
      return runtime.stopped_at ? InstanceStatus::Stopped : InstanceStatus::Created;
    case Phase::Running:
      return !runtime.one_shot && runtime.applied_revision < instance.revision ? InstanceStatus::ConfigurationChanged
                                                                               : InstanceStatus::Running;
    case Phase::Stopping:
      return InstanceStatus::Running;
    case Phase::Stopped:
    case Phase::BackOff:
      return InstanceStatus::Stopped;
    case Phase::Failed:
      return InstanceStatus::Error;
  }
  return InstanceStatus::Error;
}

std::string instance_text(const Instance& instance, const RuntimeRecord& runtime) {
  JsonText out;
  out.add("id", instance.id);
  out.add("name", instance.name);
  out.add("description", instance.description);
  out.add("platformType", instance.platform);
  out.add("status", to_string(derive_status(instance, runtime)));
  out.add("phase", to_string(runtime.phase));
  out.add("health", to_string(runtime.health));
  out.add("desiredState", to_string(instance.desired_state));
  if (instance.restart_policy) {
    out.add("restartPolicy", to_string(*instance.restart_policy));
  } else {
    out.add_null("restartPolicy");
  }
  out.add("createdAt", to_rfc3339(instance.created_at));
  out.add("lastModifiedAt", to_rfc3339(instance.last_modified_at));
  out.add("metadata", to_json(instance.metadata));
  if (const Json limits = to_json(instance.limits); !limits.empty()) out.add("limits", limits);
  if (!instance.platform_options.is_null()) out.add("platformOptions", instance.platform_options);
  out.add("configurationRevision", instance.revision);
  out.add("appliedRevision", runtime.applied_revision);
  add_unless_zero(out, "healthyRevision", runtime.healthy_revision);
  if (runtime.held) {
    out.add("held", to_json(*runtime.held));
  } else {
    out.add_null("held");
  }
  add_unless_zero(out, "frontPort", instance.front_port);
  if (runtime.handle) {
    // A wildcard is where it listens, not where it is reached.
    const std::string host = runtime.host == "0.0.0.0" || runtime.host == "::" ? "127.0.0.1" : runtime.host;
    out.add("address", "http://" + host + ":" + std::to_string(runtime.port));
  }
  out.add("restartCount", runtime.restart_count);
  if (!runtime.error_message.empty()) out.add("errorMessage", runtime.error_message);
  return out.take();
}

Json runtime_to_json(const Instance& instance, const RuntimeRecord& runtime) {
  Json out = Json::object();
  out["instanceId"] = instance.id;
  out["status"] = to_string(derive_status(instance, runtime));
  out["phase"] = to_string(runtime.phase);
  out["health"] = to_string(runtime.health);
  out["desiredState"] = to_string(instance.desired_state);
  out["startedAt"] = time_or_null(runtime.started_at);
  out["stoppedAt"] = time_or_null(runtime.stopped_at);
  for (const char* field : {"processId", "containerId", "podName", "namespace"}) {
    const std::string* value = metadata_value(runtime.metadata, field);
    out[field] = value != nullptr ? Json(*value) : Json(nullptr);
  }
  if (runtime.handle) {
    out["host"] = runtime.host;
    out["port"] = runtime.port;
  }
  out["generation"] = runtime.generation;
  out["appliedRevision"] = runtime.applied_revision;
  out["oneShot"] = runtime.one_shot;
  out["restartCount"] = runtime.restart_count;
  out["nextStartAt"] = time_or_null(runtime.next_start_at);
  if (runtime.last_exit) out["lastExit"] = to_json(*runtime.last_exit);
  Json metadata = Json::object();
  for (const auto& [name, value] : runtime.metadata) metadata[name] = value;
  out["runtimeMetadata"] = std::move(metadata);
  out["errorMessage"] = runtime.error_message.empty() ? Json(nullptr) : Json(runtime.error_message);
  return out;
}

std::string to_document(const Instance& instance) {
  Json out = Json::object();
  out["id"] = instance.id;
  out["name"] = instance.name;
  out["description"] = instance.description;
  out["platform"] = instance.platform;
  out["createdAt"] = to_rfc3339(instance.created_at);
  out["lastModifiedAt"] = to_rfc3339(instance.last_modified_at);
  out["metadata"] = to_json(instance.metadata);
  out["desiredState"] = to_string(instance.desired_state);
  if (instance.restart_policy) out["restartPolicy"] = to_string(*instance.restart_policy);
  if (Json limits = to_json(instance.limits); !limits.empty()) out["limits"] = std::move(limits);
  if (!instance.platform_options.is_null()) out["platformOptions"] = instance.platform_options;
  out["revision"] = instance.revision;
  if (!instance.component_ports.empty()) out["componentPorts"] = instance.component_ports;
  if (instance.front_port != 0) out["frontPort"] = instance.front_port;
  if (instance.slot_b_port != 0) out["slotBPort"] = instance.slot_b_port;
  if (!instance.slot_b_component_ports.empty()) out["slotBComponentPorts"] = instance.slot_b_component_ports;
  return out.dump();
}

Result<Instance> instance_from_document(std::string_view body) {
  return read_document<Instance>(body, "An instance", [](const DocumentReader& in) {
    Instance instance;
    instance.id = in.text("id");
    instance.name = in.text("name");
    instance.description = in.text("description");
    instance.platform = in.text("platform");
    instance.created_at = in.time("createdAt").value_or(WallTime{});
    instance.last_modified_at = in.time("lastModifiedAt").value_or(WallTime{});
    if (const Json* metadata = in.any("metadata")) {
      for (const auto& [name, value] : metadata->items())
        instance.metadata.emplace_back(name, value.get<std::string>());
    }
    instance.desired_state = parse_desired_state(in.text("desiredState")).value_or(DesiredState::Stopped);
    instance.restart_policy = parse_restart_policy(in.text("restartPolicy"));
    if (const Json* limits = in.any("limits")) {
      instance.limits.cpu_cores = limits->value("cpuCores", 0.0);
      instance.limits.memory_bytes = limits->value("memoryBytes", std::uint64_t{0});
      instance.limits.open_files = limits->value("openFiles", std::uint64_t{0});
    }
    if (const Json* options = in.any("platformOptions")) instance.platform_options = *options;
    instance.revision = in.number("revision");
    instance.component_ports = in.ports("componentPorts");
    instance.front_port = in.port("frontPort");
    instance.slot_b_port = in.port("slotBPort");
    instance.slot_b_component_ports = in.ports("slotBComponentPorts");
    return instance;
  });
}

namespace {

void write_workload(const WorkloadRecord& workload, JsonText& out) {
  if (workload.slot != Slot::A) out.add("slot", to_string(workload.slot));
  out.add("phase", to_string(workload.phase));
  out.add("health", to_string(workload.health));
  out.add("generation", workload.generation);
  out.add("appliedRevision", workload.applied_revision);
  if (workload.one_shot) out.add("oneShot", true);
  out.add("specHash", workload.spec_hash);
  if (!workload.platform_options.is_null()) out.add("platformOptions", workload.platform_options);
  out.add("host", workload.host);
  out.add("port", workload.port);
  if (workload.handle) out.add("handle", to_json(*workload.handle));
  if (workload.started_at) out.add("startedAt", to_rfc3339(*workload.started_at));
  if (!workload.error_message.empty()) out.add("errorMessage", workload.error_message);
  if (!workload.metadata.empty()) out.add("metadata", Json(workload.metadata));
}

void read_workload(const DocumentReader& in, WorkloadRecord& workload) {
  workload.slot = parse_slot(in.text("slot")).value_or(Slot::A);
  workload.phase = parse_phase(in.text("phase")).value_or(Phase::Idle);
  const std::string health = in.text("health");
  for (Health value : {Health::Healthy, Health::Degraded, Health::Unhealthy}) {
    if (health == to_string(value)) workload.health = value;
  }
  workload.generation = in.number("generation");
  workload.applied_revision = in.number("appliedRevision");
  workload.one_shot = in.flag("oneShot");
  workload.spec_hash = in.text("specHash");
  if (const Json* options = in.any("platformOptions")) workload.platform_options = *options;
  workload.host = in.text("host");
  workload.port = in.port("port");
  if (const Json* handle = in.any("handle")) {
    auto read = handle_from_json(*handle);
    if (!read) throw std::runtime_error(read.error().message);
    workload.handle = std::move(*read);
  }
  workload.started_at = in.time("startedAt");
  workload.error_message = in.text("errorMessage");
  if (const Json* metadata = in.any("metadata")) {
    for (const auto& [name, value] : metadata->items()) workload.metadata[name] = value.get<std::string>();
  }
}

StandbyRecord standby_from_json(const Json& value) {
  const DocumentReader in(value);
  StandbyRecord standby;
  read_workload(in, standby);
  standby.role = parse_standby_role(in.text("role")).value_or(StandbyRole::Candidate);
  standby.owner = in.text("owner");
  standby.platform = in.text("platform");
  standby.traffic = static_cast<unsigned>(in.number("traffic"));
  return standby;
}

std::string standby_text(const StandbyRecord& standby) {
  JsonText out;
  write_workload(standby, out);
  out.add("role", to_string(standby.role));
  if (!standby.owner.empty()) out.add("owner", standby.owner);
  out.add("platform", standby.platform);
  out.add("traffic", standby.traffic);
  return out.take();
}

}  // namespace

std::string to_document(const RuntimeRecord& runtime) {
  JsonText out;
  write_workload(runtime, out);
  if (runtime.last_generation != runtime.generation) out.add("lastGeneration", runtime.last_generation);
  if (runtime.standby) out.add_raw("standby", standby_text(*runtime.standby));
  if (!runtime.places.empty()) {
    Json places = Json::array();
    for (const auto& [platform, slot] : runtime.places) places.push_back(Json::array({platform, to_string(slot)}));
    out.add("places", places);
  }
  if (runtime.stopped_at) out.add("stoppedAt", to_rfc3339(*runtime.stopped_at));
  if (runtime.last_exit) out.add("lastExit", to_json(*runtime.last_exit));
  out.add("restartCount", runtime.restart_count);
  if (!runtime.recent_restarts.empty()) {
    Json times = Json::array();
    for (WallTime time : runtime.recent_restarts) times.push_back(to_rfc3339(time));
    out.add("recentRestarts", times);
  }
  if (runtime.next_start_at) out.add("nextStartAt", to_rfc3339(*runtime.next_start_at));
  if (runtime.reported_status) out.add("reportedStatus", to_string(*runtime.reported_status));
  if (runtime.deleting) out.add("deleting", true);
  if (runtime.keep_data) out.add("keepData", true);
  if (runtime.healthy_revision != 0) out.add("healthyRevision", runtime.healthy_revision);
  if (runtime.judged) out.add("judged", true);
  if (runtime.held) out.add("held", to_json(*runtime.held));
  return out.take();
}

Result<RuntimeRecord> runtime_from_document(std::string_view body) {
  return read_document<RuntimeRecord>(body, "A runtime record", [](const DocumentReader& in) {
    RuntimeRecord runtime;
    read_workload(in, runtime);
    runtime.last_generation = std::max(in.number("lastGeneration"), runtime.generation);
    if (const Json* standby = in.any("standby")) runtime.standby = standby_from_json(*standby);
    if (const Json* places = in.any("places")) {
      for (const Json& place : *places) {
        runtime.places.emplace(place.at(0).get<std::string>(),
                               parse_slot(place.at(1).get<std::string>()).value_or(Slot::A));
      }
    }
    runtime.stopped_at = in.time("stoppedAt");
    if (const Json* exit = in.any("lastExit")) runtime.last_exit = exit_from_json(*exit);
    runtime.restart_count = in.number("restartCount");
    if (const Json* times = in.any("recentRestarts")) {
      for (const Json& time : *times) {
        if (auto parsed = parse_rfc3339(time.get<std::string>())) runtime.recent_restarts.push_back(*parsed);
      }
    }
    runtime.next_start_at = in.time("nextStartAt");
    runtime.reported_status = parse_instance_status(in.text("reportedStatus"));
    runtime.deleting = in.flag("deleting");
    runtime.keep_data = in.flag("keepData");
    runtime.healthy_revision = in.number("healthyRevision");
    runtime.judged = in.flag("judged");
    if (const Json* held = in.any("held")) {
      const DocumentReader inner(*held);
      runtime.held = HeldRevision{inner.number("revision"), inner.text("reason")};
    }
    return runtime;
  });
}

Json to_json(const WorkloadHandle& handle) {
  return Json{{"platform", handle.platform},
              {"instanceId", handle.instance_id},
              {"generation", handle.generation},
              {"specHash", handle.spec_hash},
              {"data", handle.data}};
}

Result<WorkloadHandle> handle_from_json(const Json& value) {
  try {
    return WorkloadHandle{value.at("platform").get<std::string>(), value.at("instanceId").get<std::string>(),
                          value.at("generation").get<std::uint64_t>(), value.at("specHash").get<std::string>(),
                          value.at("data")};
  } catch (const std::exception& error) {
    return fail(ErrorCode::DataLoss, std::string("A workload handle is not readable: ") + error.what());
  }
}

Status check_instance_name(std::string_view name) {
  const bool blank = std::ranges::all_of(name, [](unsigned char c) { return std::isspace(c) != 0; });
  if (blank) return fail(ErrorCode::InvalidArgument, "name must not be empty", {{"/name", "must not be empty"}});
  if (name.size() > kMaxNameLength) {
    const std::string message = "must be at most " + std::to_string(kMaxNameLength) + " bytes long";
    return fail(ErrorCode::InvalidArgument, "name " + message, {{"/name", message}});
  }
  if (std::ranges::any_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    return fail(ErrorCode::InvalidArgument, "name must not contain control characters",
                {{"/name", "must not contain control characters"}});
  }
  return {};
}

Status check_instance_id(std::string_view id) {
  auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; };
  const bool well_formed = !id.empty() && id.size() <= kMaxIdLength && std::ranges::all_of(id, allowed) &&
                           std::isalnum(static_cast<unsigned char>(id.front())) != 0;
  if (!well_formed) {
    const std::string message = "must be 1 to " + std::to_string(kMaxIdLength) +
                                " letters, digits, '-', '_' or '.', beginning with a letter or digit";
    return fail(ErrorCode::InvalidArgument, "id " + message, {{"/id", message}});
  }
  return {};
}

}  // namespace draas::core
