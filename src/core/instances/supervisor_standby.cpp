// Supervisor: the standby, a second workload beside the active one. Steps, each a commit with a crash point behind it:
//
//   start    intended -> (workload runs) -> handle stored -> Running, or Failed
//   promote  active and standby change places in one commit
//   end      Stopping, without traffic -> (drained) -> (workload ended) -> recorded: no standby any more
//
// After a crash a standby that was Running is adopted; one that was on its way up or down is ended.

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "core/instances/supervisor.hpp"
#include "core/placement/port_plan.hpp"
#include "drasi/side_by_side.hpp"

namespace draas::core {
namespace {

// The ports of a workload in a slot. Those of slot a belong to the instance and stay; a revision that is not the newest
// may need more of them.
Result<PortPlan> plan_slot_ports(PortPool& pool, Platform& platform, const Instance& instance, Slot slot,
                                 const Json& configuration) {
  PortWishes wishes;
  if (slot == Slot::A) {
    wishes.server_port = configuration.value("port", std::uint16_t{0});
    wishes.allocated_before = instance.component_ports;
  } else {
    if (instance.slot_b_port != 0) wishes.server_port = instance.slot_b_port;
    wishes.allocated_before = instance.slot_b_component_ports;
  }
  const std::string host = configuration.value("host", platform.default_host());
  return plan_ports(pool, platform, host, instance.id, configuration, wishes);
}

void place_ports(const PortPlan& plan, Slot slot, Instance& instance) {
  auto& component_ports = slot == Slot::A ? instance.component_ports : instance.slot_b_component_ports;
  for (const auto& [key, port] : plan.component_ports) component_ports[key] = port;
  if (slot == Slot::B) instance.slot_b_port = plan.server_port;
}

std::map<std::string, std::string> describe(const StandbyRecord& standby) {
  return {{"Slot", std::string(to_string(standby.slot))},
          {"Role", std::string(to_string(standby.role))},
          {"Generation", std::to_string(standby.generation)},
          {"Revision", std::to_string(standby.applied_revision)}};
}

// The active workload and the standby change places. One that does not run is not kept.
void exchange_workloads(Instance& instance, RuntimeRecord& runtime) {
  StandbyRecord& standby = *runtime.standby;
  std::swap(static_cast<WorkloadRecord&>(runtime), static_cast<WorkloadRecord&>(standby));
  std::swap(instance.platform, standby.platform);
  standby.role = StandbyRole::Retired;
  standby.traffic = 0;
  runtime.reported_status.reset();
  runtime.next_start_at.reset();
  runtime.restart_count = 0;
  runtime.recent_restarts.clear();
  if (!standby.handle) {
    runtime.standby.reset();
  } else if (standby.phase == Phase::Starting) {
    // Nobody watches its readiness any more; the health check goes on.
    standby.phase = Phase::Running;
  }
}

// Who adopts and finishes what a crash interrupted.
const std::string kOwnSource = "ControlPlane";

bool is_running(const Boxed<StandbyRecord>& standby) {
  return standby && standby->handle && standby->phase == Phase::Running;
}

}  // namespace

// --- starting -------------------------------------------------------------------------------------------------------

net::Task<Result<bool>> Supervisor::start_standby(EntryPtr entry, StandbyStart start, Actor actor) {
  const std::string name = "The standby of instance '" + entry->instance.id + "'";
  const SteadyTime deadline = std::chrono::steady_clock::now() + start.wait;
  const std::string source = actor.source;
  std::uint64_t generation = 0;
  {
    net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
    if (entry->removed) co_return std::unexpected(ledger_.require(entry->instance.id).error());
    const std::uint64_t before = entry->runtime.last_generation;
    Result<std::uint64_t> launched = co_await launch_standby(entry, std::move(start), std::move(actor));
    if (!launched) {
      const auto& standby = entry->runtime.standby;
      if (standby && standby->generation > before) co_await record_standby_gone(entry, source);
      co_return std::unexpected(std::move(launched.error()));
    }
    generation = *launched;
  }
  auto is_it = [generation](const Entry& now) {
    return now.runtime.standby && now.runtime.standby->generation == generation;
  };
  std::function<bool(const Entry&)> settled = [is_it](const Entry& now) {
    return !is_it(now) || now.runtime.standby->phase != Phase::Starting;
  };
  co_await ledger_.wait_until(entry, std::move(settled), deadline);

  if (entry->runtime.generation == generation) co_return true;  // promoted by somebody else meanwhile
  if (is_it(*entry) && entry->runtime.standby->phase == Phase::Starting) co_return false;
  if (is_it(*entry) && entry->runtime.standby->phase == Phase::Running) co_return true;
  std::string reason = "it was ended meanwhile";
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  if (!entry->removed && is_it(*entry) && entry->runtime.standby->phase == Phase::Failed) {
    reason = entry->runtime.standby->error_message;
    Status ended = co_await end_standby(entry, source);
    if (!ended) co_return std::unexpected(std::move(ended.error()));
  }
  co_return fail(ErrorCode::Unprocessable,
                 name + " did not become ready: " + reason + ". The instance goes on as before");
}

net::Task<Result<std::uint64_t>> Supervisor::launch_standby(EntryPtr entry, StandbyStart start, Actor actor) {
  const std::string id = entry->instance.id;
  const std::string name = "Instance '" + id + "'";
  const Phase phase = entry->runtime.phase;
  if (!entry->runtime.handle || (phase != Phase::Starting && phase != Phase::Running)) {
    co_return fail(ErrorCode::Conflict, name + " is not running; start it first");
  }
  if (const auto& present = entry->runtime.standby; present && (present->handle || present->phase != Phase::Failed)) {
    co_return fail(ErrorCode::Conflict, name + " has a standby already (" + std::string(to_string(present->role)) +
                                            ", " + std::string(to_string(present->phase)) +
                                            "); promote or delete it first");
  }
  const std::string platform_name = start.platform.empty() ? entry->instance.platform : start.platform;
  Result<Platform*> found = require_platform(platform_name, "/platform");
  if (!found) co_return std::unexpected(std::move(found.error()));
  Platform* platform = *found;
  Availability availability = co_await platform->availability();
  if (!availability.available) {
    co_return fail(ErrorCode::Unavailable, "Platform '" + platform_name + "' is unavailable: " + availability.reason);
  }
  Status known_options = check_options(*platform, entry->instance.platform_options);
  if (!known_options) co_return std::unexpected(std::move(known_options.error()));
  const std::uint64_t revision = start.revision == 0 ? entry->instance.revision : start.revision;
  const Json configuration = start.configuration.is_null() ? configuration_of(*entry) : std::move(start.configuration);
  if (std::vector<Fault> obstacles = drasi::side_by_side_obstacles(configuration); !obstacles.empty()) {
    const std::string message =
        name + " cannot run twice side by side: " + obstacles.front().path + ": " + obstacles.front().message;
    co_return fail(ErrorCode::Unprocessable, message, std::move(obstacles));
  }

  const Slot slot = other(entry->runtime.slot);
  Result<PortPlan> ports = plan_slot_ports(ledger_.ports(), *platform, entry->instance, slot, configuration);
  if (!ports) co_return std::unexpected(std::move(ports.error()));
  Instance placed = entry->instance;
  place_ports(*ports, slot, placed);
  PreparedWorkload prepared = prepare_workload(placed, slot, configuration, *platform, options_);
  prepared.spec.control_plane_id = ledger_.control_plane_id();
  prepared.spec.generation = entry->runtime.last_generation + 1;
  const WorkloadSpec& spec = prepared.spec;
  Status intended;
  if (platform->port_is_free(spec.host, spec.port)) {
    intended = co_await ledger_.change(entry, [&](Change& change) -> Status {
      if (!ports->writes.empty() || slot == Slot::B) place_ports(*ports, slot, change.edit_instance());
      change.writes = ports->writes;
      RuntimeRecord& runtime = change.edit_runtime();
      runtime.last_generation = spec.generation;
      runtime.places.emplace(platform->name(), slot);
      StandbyRecord& standby = runtime.standby.emplace();
      standby.slot = slot;
      standby.platform = platform->name();
      standby.owner = start.owner;
      standby.phase = Phase::Starting;
      standby.generation = spec.generation;
      standby.applied_revision = revision;
      standby.spec_hash = spec.spec_hash;
      standby.platform_options = spec.effective_options;
      standby.host = spec.host;
      standby.port = spec.port;
      change.source = actor.source;
      change.event_metadata = describe(standby);
      change.report_update = true;
      return {};
    });
  } else {
    intended = fail(ErrorCode::Conflict, "Port " + std::to_string(spec.port) + " of " + spec.host +
                                             " is in use by another program. End that program, or give the instance "
                                             "another port");
  }
  if (!intended) {
    undo(ledger_.ports(), id, *ports);
    co_return std::unexpected(std::move(intended.error()));
  }
  crash_point("standby.intended");

  // Slot b begins empty; slot a is the instance's own directory, where files of the user may lie.
  if (slot == Slot::B) {
    Status cleared = co_await platform->remove(spec.instance_id, false);
    if (!cleared)
      co_return std::unexpected(std::move(cleared.error()).with_context("Clearing the slot of the standby"));
  }
  Result<WorkloadHandle> started = co_await platform->start(spec);
  if (!started) {
    write_log(LogLevel::Warn, "a standby could not be started", started.error(), {{"instanceId", id}});
    co_return std::unexpected(std::move(started.error()).with_context("Starting the standby"));
  }
  crash_point("standby.workload_runs");

  const WallTime now = ledger_.clock().now();
  const auto description = platform->describe(*started);
  co_await record(entry, [&](Change& change) -> Status {
    StandbyRecord& standby = *change.edit_runtime().standby;
    standby.handle = *started;
    standby.started_at = now;
    for (const auto& [field, value] : description) standby.metadata[field] = value;
    return {};
  });
  crash_point("standby.handle_stored");
  log_info("standby started", {{"instanceId", id},
                               {"slot", std::string(to_string(slot))},
                               {"generation", spec.generation},
                               {"revision", revision},
                               {"requestId", actor.request_id}});
  tasks_.spawn("standby readiness", [this, entry, generation = spec.generation, expected = prepared.expected] {
    return watch_standby_readiness(entry, generation, expected);
  });
  co_return spec.generation;
}

net::Task<void> Supervisor::watch_standby_readiness(EntryPtr entry, std::uint64_t generation,
                                                    drasi::ExpectedComponents expected) {
  std::function<bool()> still_starting = [this, entry, generation] {
    const auto& standby = entry->runtime.standby;
    return !closing_ && !entry->removed && standby && standby->generation == generation && standby->handle &&
           standby->phase == Phase::Starting;
  };
  if (!still_starting()) co_return;
  drasi::Client client = client_for(*entry, *entry->runtime.standby);
  drasi::ReadinessReport report = co_await probe(client, std::move(expected), still_starting);

  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  if (!still_starting()) co_return;
  if (report.readiness == drasi::Readiness::Ready) {
    co_await record(entry, [&](Change& change) -> Status {
      StandbyRecord& standby = *change.edit_runtime().standby;
      standby.phase = Phase::Running;
      standby.health = Health::Healthy;
      change.source = standby.platform + "StatusMonitor";
      change.event_metadata = describe(standby);
      change.report_update = true;
      return {};
    });
    co_return;
  }
  std::string reason = report.reason;
  if (report.readiness != drasi::Readiness::Failed) {
    reason = "not ready within " + to_text(options_.readiness_timeout) + " (" + reason + ")";
  }
  const std::string platform_name = entry->runtime.standby->platform;
  Platform* platform = find_platform(platform_name);
  WorkloadHandle handle = *entry->runtime.standby->handle;
  Result<WorkloadExit> ended = co_await platform->stop(std::move(handle), options_.shutdown_timeout);
  if (!ended) {
    write_log(LogLevel::Error, "a standby that failed could not be ended", ended.error(),
              {{"instanceId", entry->instance.id}});
    co_return;
  }
  std::string source = platform_name + "StatusMonitor";
  co_await record_standby_failure(entry, std::move(reason), std::move(source));
}

// Nothing of it runs any more, and nobody asked for that.
net::Task<void> Supervisor::record_standby_failure(EntryPtr entry, std::string reason, std::string source) {
  log_warn("standby failed", {{"instanceId", entry->instance.id}, {"reason", reason}});
  co_await record(entry, [&](Change& change) -> Status {
    StandbyRecord& standby = *change.edit_runtime().standby;
    standby.phase = Phase::Failed;
    standby.health = Health::Unknown;
    standby.handle.reset();
    standby.traffic = 0;
    standby.error_message = reason;
    change.source = source;
    change.event_metadata = describe(standby);
    change.event_metadata["Reason"] = reason;
    change.more_events.push_back(EventType::StandbyFailed);
    return {};
  });
  crash_point("standby.failure_recorded");
}

// --- traffic --------------------------------------------------------------------------------------------------------

net::Task<Status> Supervisor::promote_standby(EntryPtr entry, Actor actor) {
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  if (entry->removed) co_return std::unexpected(ledger_.require(entry->instance.id).error());
  if (!is_running(entry->runtime.standby)) {
    co_return fail(ErrorCode::Conflict,
                   "Instance '" + entry->instance.id + "' has no running standby to promote; start one first");
  }
  Status promoted = co_await ledger_.change(entry, [&](Change& change) -> Status {
    RuntimeRecord& runtime = change.edit_runtime();
    const std::uint64_t from = runtime.generation;
    exchange_workloads(change.edit_instance(), runtime);
    change.source = actor.source;
    change.event_metadata = {{"FromGeneration", std::to_string(from)},
                             {"Generation", std::to_string(runtime.generation)},
                             {"Slot", std::string(to_string(runtime.slot))},
                             {"Revision", std::to_string(runtime.applied_revision)}};
    change.more_events.push_back(EventType::TrafficSwitched);
    return {};
  });
  if (!promoted) co_return promoted;
  crash_point("promote.committed");
  log_info("standby promoted", {{"instanceId", entry->instance.id},
                                {"slot", std::string(to_string(entry->runtime.slot))},
                                {"revision", entry->runtime.applied_revision},
                                {"requestId", actor.request_id}});
  co_return promoted;
}

net::Task<Status> Supervisor::set_traffic(EntryPtr entry, unsigned standby_percent, Actor actor) {
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  if (entry->removed) co_return std::unexpected(ledger_.require(entry->instance.id).error());
  co_return co_await ledger_.change(entry, [&](Change& change) -> Status {
    auto& standby = change.runtime.standby;
    if (!is_running(standby)) {
      return fail(ErrorCode::Conflict,
                  "Instance '" + entry->instance.id + "' has no running standby to give traffic to; start one first");
    }
    if (standby->traffic == standby_percent) return {};
    change.edit_runtime();
    standby->traffic = standby_percent;
    change.source = actor.source;
    change.event_metadata = describe(*standby);
    change.event_metadata["Standby"] = std::to_string(standby_percent);
    change.more_events.push_back(EventType::TrafficSwitched);
    return {};
  });
}

// --- ending ---------------------------------------------------------------------------------------------------------

net::Task<Status> Supervisor::remove_standby(EntryPtr entry, std::chrono::milliseconds drain, Actor actor) {
  std::uint64_t generation = 0;
  {
    net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
    if (entry->removed) co_return std::unexpected(ledger_.require(entry->instance.id).error());
    const auto& standby = entry->runtime.standby;
    if (!standby) co_return Status{};
    generation = standby->generation;
    if (standby->handle && standby->phase != Phase::Stopping) {
      Status intended = co_await ledger_.change(entry, [&](Change& change) -> Status {
        StandbyRecord& changed = *change.edit_runtime().standby;
        changed.phase = Phase::Stopping;
        changed.traffic = 0;
        change.source = actor.source;
        return {};
      });
      if (!intended) co_return intended;
    }
  }
  // Without the lock: what the active workload does meanwhile must not wait for this.
  std::function<bool()> wanted = [this, entry, generation] {
    return !closing_ && !entry->removed && entry->runtime.standby && entry->runtime.standby->generation == generation;
  };
  const SteadyTime deadline = std::chrono::steady_clock::now() + drain;
  co_await traffic_.drain(entry->instance.id, generation, deadline, wanted);
  if (closing_) co_return fail(ErrorCode::Cancelled, "The control plane is shutting down");
  crash_point("standby.drained");

  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  if (!wanted()) co_return Status{};
  co_return co_await end_standby(entry, std::move(actor.source));
}

net::Task<Status> Supervisor::end_standby(EntryPtr entry, std::string source) {
  const StandbyRecord standby = *entry->runtime.standby;
  Platform* platform = find_platform(standby.platform);
  if (platform == nullptr) {
    co_return fail(ErrorCode::Unavailable, "Platform '" + standby.platform + "' is not configured");
  }
  if (standby.handle) {
    WorkloadHandle handle = *standby.handle;
    Result<WorkloadExit> ended = co_await platform->stop(std::move(handle), options_.shutdown_timeout);
    if (!ended) {
      write_log(LogLevel::Error, "standby could not be stopped", ended.error(), {{"instanceId", entry->instance.id}});
      if (ended.error().code != ErrorCode::Cancelled) {
        co_await record(entry, [&](Change& change) -> Status {
          StandbyRecord& changed = *change.edit_runtime().standby;
          changed.phase = Phase::Running;
          changed.error_message = "could not be stopped: " + ended.error().message;
          return {};
        });
      }
      co_return std::unexpected(std::move(ended.error()).with_context("Stopping the standby"));
    }
    crash_point("standby.workload_ended");
  }
  co_await record_standby_gone(entry, std::move(source));
  crash_point("standby.recorded");
  std::string name = workload_name(entry->instance.id, standby.slot);
  Status removed = co_await platform->remove_configuration(std::move(name));
  if (!removed) {
    write_log(LogLevel::Warn, "rendered configuration could not be removed", removed.error(),
              {{"instanceId", entry->instance.id}});
  }
  log_info("standby ended", {{"instanceId", entry->instance.id}, {"generation", standby.generation}});
  co_return Status{};
}

net::Task<void> Supervisor::record_standby_gone(EntryPtr entry, std::string source) {
  co_await record(entry, [&](Change& change) -> Status {
    change.event_metadata = describe(*change.runtime.standby);
    change.edit_runtime().standby.reset();
    trim_ports(entry, change);
    change.source = source;
    change.report_update = true;
    return {};
  });
}

// --- after a restart of the control plane ---------------------------------------------------------------------------

net::Task<void> Supervisor::recover_standby(EntryPtr entry) {
  const StandbyRecord standby = *entry->runtime.standby;
  Platform* platform = find_platform(standby.platform);
  if (platform == nullptr) {
    log_warn("standby is on a platform that is not configured",
             {{"instanceId", entry->instance.id}, {"platform", standby.platform}});
    co_return;
  }
  if (!standby.handle) {
    // Its start was cut off; what may run of it was found by its marks and is being ended.
    if (standby.phase != Phase::Failed) co_await record_standby_gone(entry, kOwnSource);
    co_return;
  }
  WorkloadHandle handle = *standby.handle;
  Result<Platform::Recovered> recovered = co_await platform->recover(std::move(handle));
  if (!recovered) {
    write_log(LogLevel::Error, "standby could not be examined", recovered.error(),
              {{"instanceId", entry->instance.id}});
    co_return;
  }
  if (!recovered->running) {
    if (standby.phase == Phase::Stopping) {
      co_await record_standby_gone(entry, kOwnSource);
    } else {
      std::string source = standby.platform + "StatusMonitor";
      co_await record_standby_failure(entry, recovered->exit.reason, std::move(source));
    }
  } else if (standby.phase == Phase::Running && !entry->runtime.deleting &&
             entry->instance.desired_state == DesiredState::Running) {
    log_info("standby adopted", {{"instanceId", entry->instance.id}, {"generation", standby.generation}});
  } else {
    tasks_.spawn("standby end", [this, entry] { return finish_standby_end(entry); });
  }
}

net::Task<void> Supervisor::finish_standby_end(EntryPtr entry) {
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  if (entry->removed || !entry->runtime.standby) co_return;
  Status ended = co_await end_standby(entry, kOwnSource);
  if (!ended) write_log(LogLevel::Error, "an interrupted end of a standby could not be finished", ended.error());
}

// --- live changes ---------------------------------------------------------------------------------------------------

net::Task<Status> Supervisor::set_applied_revision(EntryPtr entry, std::uint64_t revision, std::uint64_t generation,
                                                   Json configuration, Actor actor) {
  Status changed = co_await ledger_.change(entry, [&](Change& change) -> Status {
    RuntimeRecord& runtime = change.runtime;
    const std::string name = "Instance '" + entry->instance.id + "'";
    if (!runtime.handle || runtime.phase != Phase::Running || runtime.generation != generation) {
      return fail(ErrorCode::Conflict, name + " does not run generation " + std::to_string(generation) +
                                           " any more; it is " + std::string(to_string(runtime.phase)) +
                                           ", generation " + std::to_string(runtime.generation));
    }
    const std::string hash = spec_hash_of(change.instance, runtime.slot, configuration);
    if (runtime.applied_revision == revision && runtime.spec_hash == hash && !runtime.one_shot) return {};
    change.edit_runtime();
    runtime.applied_revision = revision;
    runtime.spec_hash = hash;
    runtime.one_shot = false;
    runtime.reported_status.reset();
    change.source = actor.source;
    change.event_metadata["AppliedRevision"] = std::to_string(revision);
    change.report_update = true;
    trim_ports(entry, change);
    return {};
  });
  crash_point("applied.committed");
  co_return changed;
}

}  // namespace draas::core
