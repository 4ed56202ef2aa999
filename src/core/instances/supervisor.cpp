#include "core/instances/supervisor.hpp"

#include <algorithm>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "core/platform/platform_options.hpp"
#include "net/text.hpp"

namespace draas::core {
namespace {

constexpr std::chrono::milliseconds kRecordRetryFirst{100};
constexpr std::chrono::milliseconds kRecordRetryMax{5'000};

bool is_running_phase(Phase phase) { return phase == Phase::Starting || phase == Phase::Running; }

}  // namespace

Supervisor::Supervisor(Ledger& ledger, const ControlPlaneOptions& options,
                       std::vector<std::unique_ptr<Platform>> platforms, TrafficDirector& traffic, Metrics* metrics)
    : ledger_(ledger),
      options_(options),
      platforms_(std::move(platforms)),
      traffic_(traffic),
      http_(ledger.executor(), net::ClientOptions{.max_idle_per_endpoint = 1, .idle_timeout = std::chrono::seconds(5)}),
      tasks_(ledger.executor()) {
  if (metrics != nullptr) {
    restarts_ = &metrics->counter("draas_instance_restarts_total", "Automatic restarts of instances");
  }
  for (const auto& platform : platforms_) {
    platform->set_exit_handler([this](const WorkloadHandle& handle, const WorkloadExit& exit) {
      EntryPtr entry = ledger_.find(parse_workload_name(handle.instance_id).instance_id);
      if (!entry || closing_) return;
      tasks_.spawn("exit", [this, entry, handle, exit] { return on_exit(entry, handle, exit); });
    });
    platform->set_progress_handler([this](const std::string& workload, const std::string& progress) {
      EntryPtr entry = ledger_.find(parse_workload_name(workload).instance_id);
      if (!entry || closing_) return;
      tasks_.spawn("progress", [this, entry, progress] { return record_progress(entry, progress); });
    });
    platform->set_condition_handler([this](const WorkloadHandle& handle, const WorkloadCondition& condition) {
      take_condition(handle, condition);
    });
  }
  ledger_.add_change_listener([this](const EntryPtr& entry) {
    route(entry);
    if (!entry->removed) return;
    for (const Slot slot : {Slot::A, Slot::B}) {
      const std::string name = workload_name(entry->instance.id, slot);
      health_failures_.erase(name);
      complaints_.erase(name);
    }
  });
}

// --- platforms ------------------------------------------------------------------------------------------------------

Platform* Supervisor::find_platform(std::string_view name) const {
  // Other names of the same platform: Kubernetes for AKS (C32), and the prototype's integers (C9).
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kAliases{
      {{"kubernetes", "AKS"}, {"k8s", "AKS"}, {"0", "Process"}, {"1", "Docker"}, {"2", "AKS"}}};
  std::string_view wanted = name;
  for (const auto& [alias, meant] : kAliases) {
    if (net::equals_ignoring_case(name, alias)) wanted = meant;
  }
  for (const auto& platform : platforms_) {
    if (net::equals_ignoring_case(platform->name(), wanted)) return platform.get();
  }
  return nullptr;
}

std::vector<std::string> Supervisor::platform_names() const {
  std::vector<std::string> names;
  for (const auto& platform : platforms_) names.emplace_back(platform->name());
  return names;
}

Result<Platform*> Supervisor::require_platform(const std::string& name, const std::string& field) const {
  if (Platform* platform = find_platform(name)) return platform;
  std::string names;
  for (const std::string& known : platform_names()) names += (names.empty() ? "" : ", ") + known;
  const std::string message = "'" + name + "' is not a platform here; use one of " + names;
  return fail(ErrorCode::InvalidArgument, field + ": " + message, {{field, message}});
}

Platform* Supervisor::platform_of(const Entry& entry, const WorkloadRecord& workload) const {
  const auto& standby = entry.runtime.standby;
  const bool is_standby = standby && &workload == &*standby;
  return find_platform(is_standby ? standby->platform : entry.instance.platform);
}

Status Supervisor::check_options(const Platform& platform, const Json& options) const {
  return core::check_options(platform, platforms_, options);
}

bool Supervisor::watches(const Entry& entry) const {
  const Platform* platform = find_platform(entry.instance.platform);
  if (platform == nullptr || !entry.runtime.handle) return false;
  const auto known = availability_.find(std::string(platform->name()));
  return known != availability_.end() && known->second.available;
}

bool Supervisor::is_wanted(const Platform& platform) const {
  if (net::equals_ignoring_case(platform.name(), options_.default_platform)) return true;
  return ledger_.any_of([&](const Entry& entry) {
    const auto& places = entry.runtime.places;
    return entry.instance.platform == platform.name() ||
           std::ranges::any_of(places, [&](const auto& place) { return place.first == platform.name(); });
  });
}

std::string Supervisor::monitor_source(const Entry& entry) const { return entry.instance.platform + "StatusMonitor"; }

net::Task<std::vector<PlatformInfo>> Supervisor::platforms() {
  std::map<std::string, std::size_t> counts;
  ledger_.for_each([&](const EntryPtr& entry) { ++counts[entry->instance.platform]; });
  std::vector<PlatformInfo> infos;
  for (const auto& platform : platforms_) {
    PlatformInfo info;
    info.name = platform->name();
    info.availability = co_await platform->availability();
    info.is_default = net::equals_ignoring_case(platform->name(), options_.default_platform);
    info.monitoring = platform->monitoring();
    info.instances = counts[info.name];
    infos.push_back(std::move(info));
  }
  co_return infos;
}

// --- recording ------------------------------------------------------------------------------------------------------

net::Task<void> Supervisor::record(EntryPtr entry, std::function<Status(Change&)> edit) {
  std::chrono::milliseconds delay = kRecordRetryFirst;
  while (true) {
    Status changed = co_await ledger_.change(entry, edit);
    if (changed || !changed.error().retryable || closing_) {
      if (!changed && changed.error().code != ErrorCode::NotFound) {
        write_log(LogLevel::Error, "a state change could not be stored", changed.error(),
                  {{"instanceId", entry->instance.id}});
      }
      co_return;
    }
    write_log(LogLevel::Warn, "a state change could not be stored yet", changed.error(),
              {{"instanceId", entry->instance.id}});
    co_await net::sleep_for(delay);
    delay = std::min(delay * 2, kRecordRetryMax);
  }
}

net::Task<void> Supervisor::record_progress(EntryPtr entry, std::string progress) {
  co_await record(entry, [&](Change& change) -> Status {
    change.source = monitor_source(*entry);
    change.event_metadata["Progress"] = progress;
    change.report_update = true;
    return {};
  });
}

Json Supervisor::configuration_of(const Entry& entry) const {
  // Written by us from a valid document, so it parses.
  return Json::parse(*entry.configuration);
}

std::string Supervisor::spec_hash_of(const Instance& instance, Slot slot, const Json& configuration) const {
  Platform* platform = find_platform(instance.platform);
  if (platform == nullptr) return {};
  return prepare_workload(instance, slot, configuration, *platform, options_).spec.spec_hash;
}

bool Supervisor::converged(const Entry& entry, std::uint64_t revision) const {
  if (entry.instance.revision != revision) return false;
  if (entry.instance.desired_state == DesiredState::Stopped) return !entry.runtime.handle.has_value();
  return entry.runtime.phase == Phase::Running && entry.runtime.applied_revision == revision;
}

// Gives back ports that neither the newest configuration nor a running workload needs.
void Supervisor::trim_ports(const EntryPtr& entry, Change& change) {
  if (!uses_slot_b(change.runtime)) release_slot_b(entry, change);
  // What runs with another revision may need ports that the newest one does not name.
  const RuntimeRecord& runtime = change.runtime;
  if (runtime.standby || (runtime.handle && runtime.applied_revision != change.instance.revision)) return;
  std::set<std::uint16_t> needed{change.instance.front_port, change.instance.slot_b_port};
  const Json configuration = configuration_of(*entry);
  if (auto port = configuration.find("port"); port != configuration.end() && port->is_number_unsigned()) {
    needed.insert(port->get<std::uint16_t>());
  }
  for (const drasi::ComponentPort& port : drasi::component_ports(configuration)) {
    if (port.port) needed.insert(*port.port);
  }
  for (const auto& [key, port] : change.instance.component_ports) needed.insert(port);
  for (const auto& [key, port] : change.instance.slot_b_component_ports) needed.insert(port);
  const std::string& id = entry->instance.id;
  for (std::uint16_t port : ledger_.ports().ports_of(id)) {
    if (!needed.contains(port)) change.released.insert(port);
  }
}

// Nothing uses slot b any more.
void Supervisor::release_slot_b(const EntryPtr& entry, Change& change) {
  if (change.instance.slot_b_port == 0 && change.instance.slot_b_component_ports.empty()) return;
  Instance& instance = change.edit_instance();
  std::vector<std::uint16_t> ports{instance.slot_b_port};
  for (const auto& [key, port] : instance.slot_b_component_ports) ports.push_back(port);
  instance.slot_b_port = 0;
  instance.slot_b_component_ports.clear();
  for (std::uint16_t port : ports) {
    if (ledger_.ports().holds(entry->instance.id, port)) change.released.insert(port);
  }
}

// --- starting -------------------------------------------------------------------------------------------------------

net::Task<Status> Supervisor::launch(EntryPtr entry, Launch launch) {
  Platform* platform = find_platform(entry->instance.platform);
  if (platform == nullptr) {
    Error missing =
        fail(ErrorCode::Unavailable, "Platform '" + entry->instance.platform + "' is not configured").error();
    co_return co_await launch_failed(entry, std::move(missing), std::move(launch));
  }
  Availability availability = co_await platform->availability();
  if (!availability.available) {
    std::string message = "Platform '" + entry->instance.platform + "' is unavailable: " + availability.reason;
    Error unavailable = fail(ErrorCode::Unavailable, std::move(message)).error();
    if (launch.automatic && availability.passing) {
      co_return co_await put_off(entry, std::move(unavailable), std::move(launch));
    }
    co_return co_await launch_failed(entry, std::move(unavailable), std::move(launch));
  }

  const Json configuration = launch.one_shot ? *launch.one_shot : configuration_of(*entry);
  PreparedWorkload prepared =
      prepare_workload(entry->instance, entry->runtime.slot, configuration, *platform, options_);
  prepared.spec.control_plane_id = ledger_.control_plane_id();
  prepared.spec.generation = entry->runtime.last_generation + 1;
  const WorkloadSpec& spec = prepared.spec;
  if (!platform->port_is_free(spec.host, spec.port)) {
    Error taken = fail(ErrorCode::Conflict, "Port " + std::to_string(spec.port) + " of " + spec.host +
                                                " is in use by another program. End that program, or give the "
                                                "instance another port")
                      .error();
    co_return co_await launch_failed(entry, std::move(taken), std::move(launch));
  }

  const std::uint64_t revision = entry->instance.revision;
  Edit intent = [&](Change& change) -> Status {
    if (change.instance.desired_state != DesiredState::Running) {
      change.edit_instance().desired_state = DesiredState::Running;
    }
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.phase = Phase::Starting;
    runtime.health = Health::Unknown;
    runtime.generation = spec.generation;
    runtime.last_generation = spec.generation;
    runtime.places.emplace(platform->name(), runtime.slot);
    runtime.applied_revision = revision;
    runtime.one_shot = launch.one_shot.has_value();
    runtime.spec_hash = spec.spec_hash;
    runtime.platform_options = spec.effective_options;
    runtime.host = spec.host;
    runtime.port = spec.port;
    runtime.handle.reset();
    runtime.next_start_at.reset();
    runtime.reported_status.reset();
    runtime.metadata.clear();
    if (launch.automatic) {
      ++runtime.restart_count;
    } else {
      runtime.restart_count = 0;
      runtime.recent_restarts.clear();
      runtime.error_message.clear();
    }
    change.source = launch.source;
    return {};
  };
  if (Status intended = co_await write_intent(entry, std::move(intent), launch); !intended) {
    // The store will be there again, and nobody else would think of the start then.
    if (launch.automatic && intended.error().retryable && !closing_) {
      co_return co_await put_off(entry, std::move(intended.error()), std::move(launch));
    }
    co_return intended;
  }
  crash_point("start.intended");
  if (launch.automatic && restarts_ != nullptr) restarts_->add();

  Result<WorkloadHandle> started = co_await platform->start(spec);
  if (!started) co_return co_await launch_failed(entry, std::move(started.error()), std::move(launch));
  crash_point("start.workload_runs");

  const WallTime now = ledger_.clock().now();
  const auto description = platform->describe(*started);
  co_await record(entry, [&](Change& change) -> Status {
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.handle = *started;
    runtime.started_at = now;
    for (const auto& [name, value] : description) runtime.metadata[name] = value;
    trim_ports(entry, change);
    return {};
  });
  crash_point("start.handle_stored");
  log_info("instance started", {{"instanceId", entry->instance.id},
                                {"generation", spec.generation},
                                {"revision", revision},
                                {"automatic", launch.automatic}});
  tasks_.spawn("readiness", [this, entry, generation = spec.generation, expected = prepared.expected] {
    return watch_readiness(entry, generation, expected);
  });
  co_return Status{};
}

net::Task<Status> Supervisor::write_intent(EntryPtr entry, Edit intent, const Launch& launch) {
  if (!launch.exit) co_return co_await ledger_.change(entry, std::move(intent));
  std::vector<std::pair<EntryPtr, Edit>> edits;
  edits.emplace_back(entry, launch.exit);
  edits.emplace_back(entry, std::move(intent));
  std::vector<Status> written = co_await ledger_.change_all(std::move(edits));
  if (written.back()) crash_point("exit.recorded");
  co_return std::move(written.back());
}

OperationResult result_of(const Entry& entry, bool changed, std::string message) {
  return {.instance = entry.view,
          .runtime = runtime_to_json(entry.instance, entry.runtime),
          .changed = changed,
          .message = std::move(message)};
}

net::Task<Result<OperationResult>> Supervisor::start(EntryPtr entry, StartOptions options, Actor actor) {
  bool changed = false;
  {
    net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
    if (entry->removed) co_return std::unexpected(ledger_.require(entry->instance.id).error());
    if (entry->runtime.handle && is_running_phase(entry->runtime.phase)) {
      if (options.configuration && !options.persist) {
        co_return fail(ErrorCode::Conflict,
                       "Instance '" + entry->instance.id +
                           "' is already running; restart it to run it with another configuration");
      }
    } else {
      Launch request{.automatic = false, .one_shot = std::move(options.configuration), .source = actor.source};
      if (options.persist) request.one_shot.reset();
      Status launched = co_await launch(entry, std::move(request));
      if (!launched) co_return std::unexpected(std::move(launched.error()));
      changed = true;
    }
  }
  std::string verb = "started";
  co_return co_await settled(entry, options.wait, changed, std::move(verb));
}

// Waits for Running, or for the failure to get there.
net::Task<Result<OperationResult>> Supervisor::settled(EntryPtr entry, std::chrono::milliseconds wait, bool changed,
                                                       std::string verb) {
  const std::uint64_t generation = entry->runtime.generation;
  const SteadyTime deadline = std::chrono::steady_clock::now() + wait;
  co_await ledger_.wait_until(
      entry,
      [generation](const Entry& now) {
        return now.runtime.generation != generation || now.runtime.phase != Phase::Starting;
      },
      deadline);
  const std::string name = "Instance '" + entry->instance.id + "'";
  switch (entry->runtime.phase) {
    case Phase::Running:
      co_return result_of(*entry, changed, name + (changed ? " " + verb + " successfully" : " is already running"));
    case Phase::Starting:
      co_return result_of(*entry, changed, name + " is starting");
    default:
      if (entry->removed || entry->runtime.phase == Phase::Stopping ||
          entry->instance.desired_state == DesiredState::Stopped) {
        co_return fail(ErrorCode::Conflict,
                       name + " was " + verb + ", but before it was ready somebody else stopped or restarted it");
      }
      co_return fail(ErrorCode::Unprocessable, name + " was " + verb + " but did not become ready and is now " +
                                                   std::string(to_string(entry->runtime.phase)) + ": " +
                                                   entry->runtime.error_message + ". Look at its log");
  }
}

net::Task<Result<OperationResult>> Supervisor::restart(EntryPtr entry, StartOptions options, Actor actor) {
  Ending ending{.keep_desired = true, .delay = options.delay, .platform = {}, .source = actor.source};
  if (options.platform) {
    Result<Platform*> platform = require_platform(*options.platform, "/platform");
    if (!platform) co_return std::unexpected(std::move(platform.error()));
    Availability availability = co_await (*platform)->availability();
    if (!availability.available) {
      co_return fail(ErrorCode::Unavailable,
                     "Platform '" + *options.platform + "' is unavailable: " + availability.reason);
    }
    Status valid = check_options(**platform, entry->instance.platform_options);
    if (!valid) co_return std::unexpected(std::move(valid.error()));
    ending.platform = (*platform)->name();
  }
  {
    net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
    if (entry->removed) co_return std::unexpected(ledger_.require(entry->instance.id).error());
    const bool ran = entry->runtime.handle.has_value();
    if (ran) {
      Status ended = co_await end_workload(entry, std::move(ending));
      if (!ended) co_return std::unexpected(std::move(ended.error()));
      crash_point("restart.stopped");
      if (options.delay.count() > 0) {
        const SteadyTime deadline = std::chrono::steady_clock::now() + options.delay;
        const std::function<bool(const Entry&)> never = [](const Entry&) { return false; };
        co_await ledger_.wait_until(entry, never, deadline);
        if (closing_) co_return fail(ErrorCode::Cancelled, "The control plane is shutting down");
      }
    } else if (!ending.platform.empty() && ending.platform != entry->instance.platform) {
      Status moved = co_await ledger_.change(entry, [&](Change& change) -> Status {
        change.edit_instance().platform = ending.platform;
        change.source = actor.source;
        change.report_update = true;
        return {};
      });
      if (!moved) co_return std::unexpected(std::move(moved.error()));
    }
    Launch request{.automatic = false, .one_shot = std::move(options.configuration), .source = actor.source};
    if (options.persist) request.one_shot.reset();
    Status launched = co_await launch(entry, std::move(request));
    if (!launched) {
      if (ran) co_await record_failed_restart(entry, launched.error(), actor.source);
      co_return std::unexpected(std::move(launched.error()));
    }
  }
  std::string verb = "restarted";
  co_return co_await settled(entry, options.wait, true, std::move(verb));
}

}  // namespace draas::core
