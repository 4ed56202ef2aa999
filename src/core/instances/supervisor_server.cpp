// Supervisor: what is asked of a running server and its platform on behalf of readers.

#include "base/log.hpp"
#include "core/instances/supervisor.hpp"

namespace draas::core {
namespace {

constexpr std::chrono::milliseconds kServerCallTimeout{2'000};
constexpr std::chrono::seconds kFrontRetry{5};

}  // namespace

WorkloadSpec Supervisor::spec_of(const Entry& entry, const WorkloadRecord& workload) const {
  WorkloadSpec spec;
  spec.instance_id = workload_name(entry.instance.id, workload.slot);
  spec.generation = workload.generation;
  spec.host = workload.host;
  spec.port = workload.port;
  return spec;
}

drasi::Client Supervisor::client_for(const Entry& entry, const WorkloadRecord& workload) {
  net::Endpoint endpoint = platform_of(entry, workload)->endpoint(spec_of(entry, workload));
  return {http_, std::move(endpoint), kServerCallTimeout};
}

Result<net::Endpoint> Supervisor::endpoint(const Entry& entry) const {
  Platform* platform = find_platform(entry.instance.platform);
  if (platform == nullptr || !entry.runtime.handle) {
    return fail(ErrorCode::Conflict, "Instance '" + entry.instance.id + "' is not running; start it first");
  }
  return platform->endpoint(spec_of(entry, entry.runtime));
}

Result<net::Endpoint> Supervisor::standby_endpoint(const Entry& entry) const {
  const auto& standby = entry.runtime.standby;
  Platform* platform = standby ? find_platform(standby->platform) : nullptr;
  if (platform == nullptr || !standby->handle) {
    return fail(ErrorCode::Conflict, "Instance '" + entry.instance.id + "' has no running standby; start one first");
  }
  return platform->endpoint(spec_of(entry, *standby));
}

void Supervisor::route(const EntryPtr& entry) {
  const RuntimeRecord& runtime = entry->runtime;
  std::vector<TrafficTarget> targets;
  if (!entry->removed) {
    const unsigned to_standby = runtime.standby ? runtime.standby->traffic : 0;
    auto add = [&](Platform* platform, const WorkloadRecord& workload, unsigned weight) {
      // One that is on its way down gets nothing new: who comes waits for its successor.
      if (platform == nullptr || !workload.handle || workload.phase == Phase::Stopping) return;
      targets.push_back({workload.generation, platform->endpoint(spec_of(*entry, workload)), weight});
    };
    add(find_platform(entry->instance.platform), runtime, 100 - to_standby);
    if (runtime.standby) add(find_platform(runtime.standby->platform), *runtime.standby, to_standby);
  }
  traffic_.set_targets(entry->instance.id, std::move(targets));
  if (entry->removed) traffic_.close_front(entry->instance.id);
}

net::Task<void> Supervisor::serve_front(EntryPtr entry) {
  const std::uint16_t port = entry->instance.front_port;
  bool told = false;
  while (!closing_ && !entry->removed && entry->instance.front_port == port) {
    Result<FrontPort> front = traffic_.reopen_front(port);
    if (front) {
      traffic_.serve_front(entry->instance.id, std::move(*front));
      co_return;
    }
    if (!told) {
      write_log(LogLevel::Error, "a front port cannot be served; it is tried again until it can", front.error(),
                {{"instanceId", entry->instance.id}, {"port", port}});
    }
    told = true;
    const bool slept = co_await net::sleep_for(kFrontRetry);
    if (!slept) co_return;
  }
}

net::Task<Result<Json>> Supervisor::runtime_status(EntryPtr entry) {
  Json status = runtime_to_json(entry->instance, entry->runtime);
  Platform* platform = find_platform(entry->instance.platform);
  if (platform == nullptr || !entry->runtime.handle) co_return status;
  WorkloadHandle handle = *entry->runtime.handle;
  Result<Usage> usage = co_await platform->usage(std::move(handle));
  if (usage) {
    status["usage"] = Json{{"cpuSeconds", usage->cpu_seconds},
                           {"memoryBytes", usage->memory_bytes},
                           {"threads", usage->threads},
                           {"openFiles", usage->open_files}};
  }
  drasi::Client client = client_for(*entry, entry->runtime);
  Result<std::vector<drasi::ComponentState>> components = co_await client.components();
  if (components) {
    Json list = Json::array();
    for (const drasi::ComponentState& component : *components) {
      Json item{{"kind", drasi::to_string(component.kind)},
                {"id", component.id},
                {"status", drasi::to_string(component.status)}};
      if (!component.error_message.empty()) item["errorMessage"] = component.error_message;
      if (components->front().library != component.library) item["library"] = component.library;
      list.push_back(std::move(item));
    }
    status["components"] = std::move(list);
  }
  co_return status;
}

net::Task<Result<Json>> Supervisor::actual_configuration(EntryPtr entry) {
  if (!entry->runtime.handle) {
    co_return fail(ErrorCode::Conflict, "Instance '" + entry->instance.id + "' is not running; start it first");
  }
  drasi::Client client = client_for(*entry, entry->runtime);
  co_return co_await client.actual_configuration();
}

net::Task<Result<Json>> Supervisor::standby_configuration(EntryPtr entry) {
  Result<net::Endpoint> endpoint = standby_endpoint(*entry);
  if (!endpoint) co_return std::unexpected(std::move(endpoint.error()));
  drasi::Client client(http_, std::move(*endpoint), kServerCallTimeout);
  co_return co_await client.actual_configuration();
}

net::Task<Result<std::unique_ptr<LogReader>>> Supervisor::logs(EntryPtr entry, LogQuery query) {
  Platform* platform = find_platform(entry->instance.platform);
  if (platform == nullptr) {
    co_return fail(ErrorCode::Unavailable, "Platform '" + entry->instance.platform + "' is not configured");
  }
  std::string name = workload_name(entry->instance.id, entry->runtime.slot);
  co_return co_await platform->logs(std::move(name), query);
}

}  // namespace draas::core
