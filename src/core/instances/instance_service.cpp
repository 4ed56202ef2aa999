#include "core/instances/instance_service.hpp"

#include <algorithm>

#include "base/crash_point.hpp"
#include "base/files.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "core/configuration/document.hpp"
#include "core/placement/port_plan.hpp"
#include "drasi/configuration.hpp"
#include "net/http_server.hpp"

namespace draas::core {
namespace {

// With every field that makes two requests different. Kept as a hash: a request may carry secrets.
std::string fingerprint_of(const CreateRequest& request) {
  Json parts = Json::array();
  parts.push_back(request.id.value_or(""));
  parts.push_back(request.name);
  parts.push_back(request.description);
  parts.push_back(request.platform.value_or(""));
  for (const auto& [name, value] : request.metadata) parts.push_back(Json::array({name, value}));
  parts.push_back(request.host.value_or(""));
  parts.push_back(request.port.value_or(0));
  parts.push_back(request.log_level.value_or(""));
  parts.push_back(request.configuration);
  parts.push_back(request.platform_options);
  parts.push_back(request.start);
  if (request.front_port) parts.push_back(Json::array({request.front_port->port, request.front_port->automatic}));
  return sha256_hex(to_text(parts));
}

}  // namespace

Result<CheckedCreate> check_create(CreateRequest request) {
  std::vector<Fault> faults;
  auto collect = [&faults](Status status, const std::string& below = "") {
    if (status) return;
    for (const Fault& fault : status.error().faults) faults.push_back({below + fault.path, fault.message});
  };
  if (request.name.empty() && request.id) request.name = *request.id;
  collect(check_instance_name(request.name));
  if (request.id) collect(check_instance_id(*request.id));

  CheckedCreate checked;
  if (!request.idempotency_key.empty()) checked.fingerprint = fingerprint_of(request);
  if (!request.configuration.is_null()) {
    checked.configuration = drasi::normalise(std::move(request.configuration));
    for (const drasi::Finding& finding : drasi::validate(checked.configuration)) {
      if (finding.severity == drasi::Finding::Severity::Error) {
        faults.push_back({"/configuration" + finding.path, finding.message});
      } else {
        checked.warnings.push_back("/configuration" + finding.path + ": " + finding.message);
      }
    }
  }
  Json settings = drasi::empty_configuration();
  if (request.host) settings["host"] = *request.host;
  if (request.port) settings["port"] = *request.port;
  if (request.log_level) settings["logLevel"] = *request.log_level;
  collect(drasi::require_valid(settings), "/serverConfiguration");

  if (!faults.empty()) {
    std::string message = faults.front().path + ": " + faults.front().message;
    return fail(ErrorCode::InvalidArgument, std::move(message), std::move(faults));
  }
  checked.request = std::move(request);
  return checked;
}

InstanceService::InstanceService(Ledger& ledger, Supervisor& supervisor, TrafficDirector& traffic,
                                 const ControlPlaneOptions& options)
    : ledger_(ledger), supervisor_(supervisor), traffic_(traffic), options_(options) {}

Status InstanceService::load_template() {
  if (options_.configuration_template.empty()) return {};
  auto text = read_file(options_.configuration_template);
  if (!text) return std::unexpected(std::move(text.error()).with_context("ConfigurationTemplatePath"));
  template_text_ = std::move(*text);
  return {};
}

Result<Created> InstanceService::replay(const std::string& key, const std::string& fingerprint) const {
  std::string known;
  auto id = ledger_.idempotent_instance(key, known);
  if (!id) return fail(ErrorCode::NotFound, "");
  if (known != fingerprint) {
    return fail(ErrorCode::Unprocessable,
                "The Idempotency-Key was used for a different request. Use a new key for a new request");
  }
  EntryPtr entry = ledger_.find(*id);
  if (!entry) {
    return fail(ErrorCode::Conflict, "The Idempotency-Key belongs to instance '" + *id + "', which was deleted since");
  }
  Created created;
  created.instance = entry->view;
  created.configuration = Json::parse(*entry->configuration);
  created.replayed = true;
  return created;
}

// The document to begin with: what was sent, else the template, else an empty one.
Result<Json> InstanceService::base_configuration(const CheckedCreate& checked, const std::string& id,
                                                 const std::string& host) const {
  if (!checked.configuration.is_null()) return checked.configuration;
  if (template_text_.empty()) return drasi::empty_configuration();
  auto imported = drasi::import_text(fill_template(template_text_, id, options_.ports.first, host));
  if (!imported) return std::unexpected(std::move(imported.error()).with_context("The configuration template"));
  imported->erase("port");
  Json document = drasi::normalise(std::move(*imported));
  if (Status valid = drasi::require_valid(document); !valid) {
    return std::unexpected(std::move(valid.error()).with_context("The configuration template"));
  }
  return document;
}

net::Task<Result<Created>> InstanceService::create(CheckedCreate checked, Actor actor) {
  CreateRequest& request = checked.request;
  const std::string key = request.idempotency_key.empty() ? std::string() : sha256_hex(request.idempotency_key);
  if (!key.empty()) {
    Result<Created> replayed = replay(key, checked.fingerprint);
    if (replayed || replayed.error().code != ErrorCode::NotFound) co_return replayed;
    if (!creating_keys_.try_emplace(key, true).second) {
      co_return fail(ErrorCode::Conflict, "A request with this Idempotency-Key is under way; repeat it in a moment");
    }
  }
  // Whatever way this function is left, the key is free again.
  auto release_key = [this](const std::string* held) { creating_keys_.erase(*held); };
  const std::unique_ptr<const std::string, decltype(release_key)> held_key(key.empty() ? nullptr : &key, release_key);

  const std::string platform_name = request.platform.value_or(options_.default_platform);
  Platform* platform = supervisor_.find_platform(platform_name);
  if (platform == nullptr) {
    std::string names;
    for (const std::string& name : supervisor_.platform_names()) names += (names.empty() ? "" : ", ") + name;
    const std::string message = "'" + platform_name + "' is not a platform here; use one of " + names;
    co_return fail(ErrorCode::InvalidArgument, "/platformType: " + message, {{"/platformType", message}});
  }

  if (Status valid = supervisor_.check_options(*platform, request.platform_options); !valid) {
    co_return std::unexpected(std::move(valid.error()));
  }

  Instance instance;
  instance.id = request.id.value_or(make_uuid());
  instance.name = request.name;
  instance.description = request.description;
  instance.platform = platform->name();
  instance.created_at = ledger_.clock().now();
  instance.last_modified_at = instance.created_at;
  instance.metadata = request.metadata;
  instance.restart_policy = request.restart_policy;
  instance.limits = request.limits;
  instance.platform_options = request.platform_options;
  const bool start = request.start || request.desired_state == DesiredState::Running;
  if (ledger_.find(instance.id)) {
    co_return fail(ErrorCode::AlreadyExists, "Instance '" + instance.id + "' already exists",
                   {{"/id", "is taken; choose another or leave it out"}});
  }

  Result<Json> base = base_configuration(checked, instance.id, platform->default_host());
  if (!base) co_return std::unexpected(std::move(base.error()));
  Json configuration = Json::object();
  const Json wanted_port = base->value("port", Json());
  configuration["host"] = request.host ? Json(*request.host) : base->value("host", Json(platform->default_host()));
  configuration["port"] = 0;  // keeps its place; the plan fills it
  configuration["logLevel"] =
      request.log_level ? Json(*request.log_level) : base->value("logLevel", Json(options_.default_log_level));
  for (auto& [name, value] : base->items()) {
    if (!configuration.contains(name)) configuration[name] = std::move(value);
  }

  PortWishes wishes{.server_port = request.port};
  if (!request.port && wanted_port.is_number_unsigned()) {
    wishes.server_port = wanted_port.get<std::uint16_t>();
    wishes.server_port_is_wish = true;
  }
  const std::string host =
      configuration["host"].is_string() && !configuration["host"].get_ref<const std::string&>().starts_with("${")
          ? configuration["host"].get<std::string>()
          : platform->default_host();
  Result<PortPlan> ports = plan_ports(ledger_.ports(), *platform, host, instance.id, configuration, wishes);
  if (!ports) co_return std::unexpected(std::move(ports.error()));
  configuration["port"] = ports->server_port;
  instance.component_ports = ports->component_ports;
  FrontPort front;
  if (request.front_port) {
    Result<FrontPort> opened = traffic_.open_front(ledger_.ports(), instance.id, *request.front_port);
    if (!opened) {
      undo(ledger_.ports(), instance.id, *ports);
      co_return std::unexpected(std::move(opened.error()));
    }
    front = std::move(*opened);
    instance.front_port = front.port;
  }
  crash_point("create.ports_planned");

  Revision revision;
  revision.instance_id = instance.id;
  revision.number = 1;
  revision.created_at = instance.created_at;
  revision.author = actor.name;
  revision.change_type = "Created";
  revision.description = "created";
  revision.configuration = std::make_shared<const std::string>(to_text(configuration));

  std::vector<Write> writes = ports->writes;
  std::ranges::copy(front.writes, std::back_inserter(writes));
  const std::string id = instance.id;
  if (!key.empty()) {
    const Json record{
        {"instanceId", id}, {"fingerprint", checked.fingerprint}, {"createdAt", to_rfc3339(instance.created_at)}};
    writes.push_back(Write::put(std::string(collections::kIdempotency), key, to_text(record)));
    std::ranges::move(ledger_.expire_idempotency(), std::back_inserter(writes));
  }
  std::string source = actor.source;
  Result<EntryPtr> entry =
      co_await ledger_.create(std::move(instance), std::move(revision), std::move(writes), std::move(source));
  if (!entry) {
    undo(ledger_.ports(), id, *ports);
    TrafficDirector::undo(ledger_.ports(), id, front);
    co_return std::unexpected(std::move(entry.error()));
  }
  if (front.port != 0) traffic_.serve_front(id, std::move(front));
  if (!key.empty()) ledger_.remember_idempotency(key, id, checked.fingerprint, (*entry)->instance.created_at);
  log_info("instance created",
           {{"instanceId", id}, {"name", (*entry)->instance.name}, {"requestId", actor.request_id}});

  Created created;
  created.warnings = std::move(checked.warnings);
  std::ranges::copy(ports->warnings, std::back_inserter(created.warnings));
  if (start) {
    StartOptions options;
    Result<OperationResult> started = co_await supervisor_.start(*entry, std::move(options), std::move(actor));
    // The instance exists; that it does not run is its state, not a failed create.
    if (!started) created.warnings.push_back("not started: " + started.error().message);
  }
  created.instance = (*entry)->view;
  created.configuration = std::move(configuration);
  co_return created;
}

Status InstanceService::change_front_port(const FrontPortWish& wish, Change& change, FrontPort& opened) {
  Instance& instance = change.instance;
  const bool wanted = wish.automatic || wish.port != 0;
  if (wanted && instance.front_port != 0 && (wish.automatic || wish.port == instance.front_port)) return {};
  if (wanted) {
    Result<FrontPort> front = traffic_.open_front(ledger_.ports(), instance.id, wish);
    if (!front) return std::unexpected(std::move(front.error()));
    opened = std::move(*front);
    change.writes = std::move(opened.writes);
  }
  if (instance.front_port != 0) {
    change.writes.push_back(Ledger::release_write(instance.front_port, instance.id));
  }
  instance.front_port = opened.port;
  return {};
}

net::Task<Result<InstanceViewPtr>> InstanceService::update(EntryPtr entry, InstanceChange requested,
                                                           std::optional<std::string> if_match, Actor actor) {
  if (requested.name) {
    if (Status valid = check_instance_name(*requested.name); !valid)
      co_return std::unexpected(std::move(valid.error()));
  }
  if (requested.platform_options) {
    Platform* platform = supervisor_.find_platform(entry->instance.platform);
    Status valid = platform != nullptr ? supervisor_.check_options(*platform, *requested.platform_options) : Status();
    if (!valid) co_return std::unexpected(std::move(valid.error()));
  }
  FrontPort front;
  const std::string id = entry->instance.id;
  std::uint16_t front_before = 0;
  Status changed = co_await ledger_.change(entry, [&](Change& change) -> Status {
    if (if_match && !net::etag_matches(*if_match, entry->view->etag.text())) {
      return fail(ErrorCode::PreconditionFailed,
                  "Instance '" + entry->instance.id + "' was changed meanwhile. Read it again and repeat the change");
    }
    const std::string before = to_document(change.instance);
    Instance& instance = change.instance;
    if (requested.name) instance.name = *requested.name;
    if (requested.description) instance.description = *requested.description;
    if (requested.metadata) instance.metadata = *requested.metadata;
    for (const auto& [name, value] : requested.metadata_changes) {
      auto found = std::ranges::find(instance.metadata, name, &Metadata::value_type::first);
      if (!value) {
        if (found != instance.metadata.end()) instance.metadata.erase(found);
      } else if (found != instance.metadata.end()) {
        found->second = *value;
      } else {
        instance.metadata.emplace_back(name, *value);
      }
    }
    if (requested.restart_policy) instance.restart_policy = *requested.restart_policy;
    if (requested.limits) instance.limits = *requested.limits;
    if (requested.platform_options) instance.platform_options = *requested.platform_options;
    front_before = instance.front_port;
    if (requested.front_port) {
      if (Status set = change_front_port(*requested.front_port, change, front); !set) return set;
    }
    if (to_document(instance) == before) return {};
    change.edit_instance().last_modified_at = ledger_.clock().now();
    change.source = actor.source;
    change.report_update = true;
    crash_point("update.before_commit");
    return {};
  });
  if (!changed) {
    TrafficDirector::undo(ledger_.ports(), id, front);
    co_return std::unexpected(std::move(changed.error()));
  }
  crash_point("update.committed");
  if (front_before != entry->instance.front_port) {
    if (front.port != 0) {
      traffic_.serve_front(id, std::move(front));
    } else {
      traffic_.close_front(id);
    }
    co_await traffic_.settle();
    ledger_.ports().release(front_before, id);
  }
  if (requested.desired_state == DesiredState::Running) {
    StartOptions options{.wait = std::chrono::milliseconds(0)};
    Result<OperationResult> started = co_await supervisor_.start(entry, std::move(options), std::move(actor));
    if (!started) co_return std::unexpected(std::move(started.error()));
  } else if (requested.desired_state == DesiredState::Stopped) {
    Result<OperationResult> stopped = co_await supervisor_.stop(entry, std::chrono::milliseconds(0), std::move(actor));
    if (!stopped) co_return std::unexpected(std::move(stopped.error()));
  }
  co_return entry->view;
}

net::Task<std::vector<Status>> InstanceService::report(std::vector<StatusReport> reports) {
  std::vector<Status> statuses(reports.size());
  std::vector<std::pair<EntryPtr, std::function<Status(Change&)>>> edits;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    Result<EntryPtr> entry = ledger_.require(reports[i].instance_id);
    if (!entry) {
      statuses[i] = std::unexpected(std::move(entry.error()));
      continue;
    }
    positions.push_back(i);
    const bool watched = supervisor_.watches(**entry);
    edits.emplace_back(std::move(*entry), [report = std::move(reports[i]), watched](Change& change) -> Status {
      if (report.generation && *report.generation != change.runtime.generation) return {};
      RuntimeRecord& runtime = change.edit_runtime();
      for (const auto& [name, value] : report.metadata) runtime.metadata[name] = value;
      if (report.generation && (runtime.phase != Phase::Running || watched)) return {};
      std::optional<InstanceStatus> reported = report.status;
      // That a workload runs says nothing of its configuration, and ends what was reported before.
      if (report.generation && report.status == InstanceStatus::Running) reported.reset();
      // The same status again only refreshes the metadata (C20), but a pending change is news each time (#50).
      const InstanceStatus before = derive_status(change.instance, runtime);
      const std::optional<InstanceStatus> reported_before = std::exchange(runtime.reported_status, reported);
      const InstanceStatus after = derive_status(change.instance, runtime);
      if (after == before && after != InstanceStatus::ConfigurationChanged) {
        runtime.reported_status = reported_before;
        return {};
      }
      if (after == before && !reported) return {};
      change.source = report.source;
      change.event_metadata = report.metadata;
      change.report_status = true;
      return {};
    });
  }
  std::vector<Status> changed = co_await ledger_.change_all(std::move(edits));
  for (std::size_t i = 0; i < positions.size(); ++i) statuses[positions[i]] = std::move(changed[i]);
  co_return statuses;
}

}  // namespace draas::core
