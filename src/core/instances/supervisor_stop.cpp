// Supervisor: how workloads end, asked to or by themselves, and how instances are deleted.

#include <random>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "core/instances/supervisor.hpp"

namespace draas::core {
namespace {

// Of a log, when it is asked why its server gave up.
constexpr std::size_t kLastLines = 100;
constexpr std::size_t kLastBytes = 64U << 10U;

double random_unit() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
}

// How a workload ended, for the event that tells of it (#59). The exit code as a shell tells it: 128 and the signal's
// number for one that was killed.
void describe_exit(const WorkloadExit& exit, std::map<std::string, std::string>& metadata) {
  constexpr int kSignalBase = 128;
  metadata["Reason"] = exit.reason;
  metadata["ExitTime"] = to_rfc3339(exit.time);
  if (exit.exit_code) {
    metadata["ExitCode"] = std::to_string(*exit.exit_code);
  } else {
    metadata["ExitCode"] = exit.signal ? std::to_string(kSignalBase + *exit.signal) : "unknown";
  }
  if (exit.signal) metadata["Signal"] = std::to_string(*exit.signal);
  if (exit.out_of_memory) metadata["OutOfMemory"] = "true";
}

}  // namespace

// Ends the active workload and records it.
net::Task<Status> Supervisor::end_workload(EntryPtr entry, Ending ending) {
  Platform* platform = find_platform(entry->instance.platform);
  if (platform == nullptr) {
    co_return fail(ErrorCode::Unavailable, "Platform '" + entry->instance.platform + "' is not configured");
  }
  const Phase phase_before = entry->runtime.phase;
  const std::string name = workload_name(entry->instance.id, entry->runtime.slot);
  Status intended = co_await ledger_.change(entry, [&](Change& change) -> Status {
    if (!ending.keep_desired) change.edit_instance().desired_state = DesiredState::Stopped;
    change.edit_runtime().phase = Phase::Stopping;
    change.source = ending.source;
    return {};
  });
  if (!intended) co_return intended;
  crash_point("stop.intended");
  co_await traffic_.settle();

  WorkloadHandle handle = *entry->runtime.handle;
  Result<WorkloadExit> ended = co_await platform->stop(std::move(handle), options_.shutdown_timeout);
  if (!ended) {
    write_log(LogLevel::Error, "instance could not be stopped", ended.error(), {{"instanceId", entry->instance.id}});
    if (ended.error().code != ErrorCode::Cancelled) {
      co_await record(entry, [&](Change& change) -> Status {
        RuntimeRecord& runtime = change.edit_runtime();
        runtime.phase = phase_before;
        runtime.error_message = "could not be stopped: " + ended.error().message;
        return {};
      });
    }
    co_return std::unexpected(std::move(ended.error()).with_context("Stopping instance '" + entry->instance.id + "'"));
  }
  crash_point("stop.workload_ended");
  co_await record(entry, [&](Change& change) -> Status {
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.phase = Phase::Stopped;
    runtime.health = Health::Unknown;
    runtime.handle.reset();
    runtime.stopped_at = ended->time;
    runtime.last_exit = *ended;
    runtime.error_message.clear();
    runtime.reported_status.reset();
    runtime.restart_count = 0;
    runtime.recent_restarts.clear();
    if (ending.keep_desired) {
      // Whoever finds it so after a crash starts it, where it belongs now.
      runtime.phase = Phase::BackOff;
      runtime.next_start_at = ledger_.clock().now() + ending.delay;
      if (!ending.platform.empty()) change.edit_instance().platform = ending.platform;
    }
    change.source = ending.source;
    describe_exit(*ended, change.event_metadata);
    trim_ports(entry, change);
    return {};
  });
  crash_point("stop.recorded");
  Status removed = co_await platform->remove_configuration(name);
  if (!removed) {
    write_log(LogLevel::Warn, "rendered configuration could not be removed", removed.error(),
              {{"instanceId", entry->instance.id}});
  }
  log_info("instance stopped", {{"instanceId", entry->instance.id}, {"reason", ended->reason}});
  co_return Status{};
}

struct Supervisor::StopOutcome {
  bool done = false;
  Status status;
};

net::Task<void> Supervisor::stop_in_background(EntryPtr entry, std::string source,
                                               std::shared_ptr<StopOutcome> outcome) {
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  if (!entry->removed) {
    if (entry->runtime.standby) outcome->status = co_await end_standby(entry, source);
    if (entry->runtime.handle) {
      Ending ending{.source = source};
      Status ended = co_await end_workload(entry, std::move(ending));
      if (!ended) outcome->status = std::move(ended);
    } else if (entry->instance.desired_state != DesiredState::Stopped || entry->runtime.phase == Phase::BackOff) {
      outcome->status = co_await ledger_.change(entry, [&](Change& change) -> Status {
        change.edit_instance().desired_state = DesiredState::Stopped;
        RuntimeRecord& runtime = change.edit_runtime();
        if (runtime.phase != Phase::Idle && runtime.phase != Phase::Failed) runtime.phase = Phase::Stopped;
        runtime.next_start_at.reset();
        change.source = source;
        change.report_update = true;
        return {};
      });
    }
  }
  outcome->done = true;
  for (net::Timer* waiter : entry->waiters) waiter->cancel();
}

net::Task<Result<OperationResult>> Supervisor::stop(EntryPtr entry, std::chrono::milliseconds wait, Actor actor) {
  const bool runs = entry->runtime.handle || entry->runtime.standby || entry->lifecycle.locked();
  const bool was_wanted = entry->instance.desired_state == DesiredState::Running;
  const std::string name = "Instance '" + entry->instance.id + "'";
  if (!runs && !was_wanted) {
    co_return result_of(*entry, false,
                        name + (entry->runtime.phase == Phase::Idle ? " was never started" : " is already stopped"));
  }
  // A start that waits for something long would hold the stop up.
  if (Platform* platform = find_platform(entry->instance.platform); platform != nullptr && !entry->runtime.handle) {
    platform->give_up_start(workload_name(entry->instance.id, entry->runtime.slot));
  }
  auto outcome = std::make_shared<StopOutcome>();
  tasks_.spawn("stop",
               [this, entry, source = actor.source, outcome] { return stop_in_background(entry, source, outcome); });
  const SteadyTime deadline = std::chrono::steady_clock::now() + wait;
  // Named: GCC 12 destroys a closure with captures twice when it is a temporary of a co_await expression.
  const std::function<bool(const Entry&)> is_done = [outcome](const Entry&) { return outcome->done; };
  co_await ledger_.wait_until(entry, is_done, deadline);
  if (outcome->done && !outcome->status) co_return std::unexpected(std::move(outcome->status.error()));
  co_return result_of(*entry, true, name + (outcome->done ? " stopped successfully" : " is stopping"));
}

net::Task<Status> Supervisor::remove(EntryPtr entry, bool keep_data, Actor actor) {
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  if (entry->removed) co_return fail(ErrorCode::NotFound, "Instance '" + entry->instance.id + "' not found");
  Status marked = co_await ledger_.change(entry, [&](Change& change) -> Status {
    change.edit_instance().desired_state = DesiredState::Stopped;
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.deleting = true;
    runtime.keep_data = keep_data;
    change.source = actor.source;
    return {};
  });
  if (!marked) co_return marked;
  crash_point("delete.marked");
  Status removed = co_await remove_marked(entry, keep_data, actor.source);
  if (!removed && removed.error().code != ErrorCode::Cancelled) {
    // The client is told that it failed, so no later recovery may finish it behind the client's back.
    co_await record(entry, [](Change& change) -> Status {
      change.edit_runtime().deleting = false;
      return {};
    });
  }
  co_return removed;
}

net::Task<Status> Supervisor::remove_marked(EntryPtr entry, bool keep_data, std::string source) {
  if (entry->runtime.standby) {
    Status ended = co_await end_standby(entry, source);
    if (!ended) co_return ended;
  }
  if (entry->runtime.handle) {
    Ending ending{.source = source};
    Status ended = co_await end_workload(entry, std::move(ending));
    if (!ended) co_return ended;
  }
  crash_point("delete.stopped");
  auto places = entry->runtime.places;
  places.emplace(entry->instance.platform, Slot::A);
  for (const auto& [platform_name, slot] : places) {
    Platform* platform = find_platform(platform_name);
    if (platform == nullptr) continue;
    std::string name = workload_name(entry->instance.id, slot);
    Status removed = co_await platform->remove(std::move(name), keep_data);
    if (!removed) co_return std::unexpected(std::move(removed.error()).with_context("Deleting the instance's files"));
  }
  crash_point("delete.files_removed");
  Status erased = co_await ledger_.erase(entry, source);
  co_await traffic_.settle();
  if (erased) log_info("instance deleted", {{"instanceId", entry->instance.id}});
  co_return erased;
}

// --- exits
// ------------------------------------------------------------------------------------------------------------

net::Task<void> Supervisor::on_exit(EntryPtr entry, WorkloadHandle handle, WorkloadExit exit) {
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  const RuntimeRecord& runtime = entry->runtime;
  if (entry->removed) co_return;
  if (runtime.standby && runtime.standby->handle && runtime.standby->handle->generation == handle.generation) {
    std::string standby_source = runtime.standby->platform + "StatusMonitor";
    co_await record_standby_failure(entry, exit.reason, std::move(standby_source));
    co_return;
  }
  if (!runtime.handle || runtime.handle->generation != handle.generation) co_return;
  if (exit.exit_code.value_or(0) != 0 && !exit.out_of_memory) {
    const std::string words = co_await last_words(entry);
    if (entry->removed || !entry->runtime.handle || entry->runtime.handle->generation != handle.generation) co_return;
    if (!words.empty()) exit.reason += ": " + words;
  }
  log_warn("instance ended by itself",
           {{"instanceId", entry->instance.id}, {"generation", handle.generation}, {"reason", exit.reason}});
  std::string source = monitor_source(*entry);
  Aftermath aftermath = aftermath_of(*entry, std::move(exit), source);
  const RestartDecision& decision = aftermath.decision;
  if (decision.action != RestartDecision::Action::Restart || decision.delay.count() > 0 || closing_) {
    co_await record_exit(entry, std::move(aftermath));
    co_return;
  }
  // Nothing lies between the end and the next start, so one commit holds both.
  Launch again{
      .automatic = true, .one_shot = std::nullopt, .source = std::move(source), .exit = std::move(aftermath.edit)};
  Status launched = co_await launch(entry, std::move(again));
  if (!launched) co_return;  // recorded and scheduled again by launch()
}

// What a server that gave up says of why; "" where it does not, or where its log cannot be read.
net::Task<std::string> Supervisor::last_words(EntryPtr entry) {
  const LogQuery query{.tail = kLastLines, .since = std::nullopt, .follow = false};
  auto reader = co_await logs(entry, query);
  if (!reader) co_return std::string();
  std::string text;
  while (text.size() < kLastBytes) {
    const auto piece = co_await (*reader)->read(std::chrono::milliseconds::zero());
    if (!piece || !*piece || (*piece)->empty()) break;
    text += **piece;
  }
  co_return drasi::without_secrets(drasi::last_error(text), configuration_of(*entry));
}

Supervisor::Aftermath Supervisor::aftermath_of(const Entry& entry, WorkloadExit exit, std::string source) const {
  RestartInput input;
  input.policy = entry.instance.restart_policy.value_or(options_.restart.default_policy);
  if (entry.instance.desired_state == DesiredState::Stopped) input.policy = RestartPolicy::Never;
  input.exit = exit;
  input.now = ledger_.clock().now();
  input.started_at = entry.runtime.handle ? entry.runtime.started_at : std::nullopt;
  input.recent_restarts = entry.runtime.recent_restarts;
  input.random = random_unit();
  RestartDecision decision = decide_restart(options_.restart, input);

  Edit edit = [decision, exit = std::move(exit), source = std::move(source),
               now = input.now](Change& change) -> Status {
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.handle.reset();
    runtime.health = Health::Unknown;
    runtime.stopped_at = exit.time;
    runtime.last_exit = exit;
    runtime.recent_restarts = decision.recent_restarts;
    runtime.reported_status.reset();
    runtime.next_start_at.reset();
    runtime.error_message = exit.reason;
    switch (decision.action) {
      case RestartDecision::Action::Restart:
        runtime.phase = Phase::BackOff;
        runtime.next_start_at = now + decision.delay;
        break;
      case RestartDecision::Action::Leave:
        runtime.phase = Phase::Stopped;
        break;
      case RestartDecision::Action::GiveUp:
        runtime.phase = Phase::Failed;
        runtime.error_message = decision.reason;
        break;
    }
    change.source = source;
    describe_exit(exit, change.event_metadata);
    change.event_metadata["Restart"] = decision.reason;
    return {};
  };
  return {std::move(decision), std::move(edit)};
}

// Writes down that the workload is gone, and does what the restart policy says.
net::Task<void> Supervisor::record_exit(EntryPtr entry, WorkloadExit exit, std::string source) {
  return record_exit(entry, aftermath_of(*entry, std::move(exit), std::move(source)));
}

net::Task<void> Supervisor::record_exit(EntryPtr entry, Aftermath aftermath) {
  co_await record(entry, std::move(aftermath.edit));
  crash_point("exit.recorded");
  if (aftermath.decision.action != RestartDecision::Action::Restart || closing_) co_return;
  tasks_.spawn("restart", [this, entry, generation = entry->runtime.generation, delay = aftermath.decision.delay] {
    return restart_later(entry, generation, delay);
  });
}

net::Task<void> Supervisor::restart_later(EntryPtr entry, std::uint64_t generation, Duration delay) {
  if (delay.count() > 0) {
    const bool slept = co_await net::sleep_for(delay);
    if (!slept) co_return;
  }
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  const RuntimeRecord& runtime = entry->runtime;
  if (closing_ || entry->removed || runtime.phase != Phase::BackOff || runtime.generation != generation) co_return;
  Launch request{.automatic = true, .one_shot = std::nullopt, .source = monitor_source(*entry)};
  Status launched = co_await launch(entry, std::move(request));
  if (!launched) co_return;  // recorded and scheduled again by launch()
}

}  // namespace draas::core
