// Supervisor: starts that do not come about.

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "core/instances/supervisor.hpp"

namespace draas::core {

// A start that has to wait for its platform.
net::Task<Status> Supervisor::put_off(EntryPtr entry, Error error, Launch launch) {
  const Duration delay = options_.polling_interval;
  if (launch.exit) co_await record(entry, std::move(launch.exit));
  co_await record(entry, [&](Change& change) -> Status {
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.phase = Phase::BackOff;
    runtime.handle.reset();
    runtime.health = Health::Unknown;
    runtime.next_start_at = ledger_.clock().now() + delay;
    runtime.error_message = error.message;
    change.source = launch.source;
    change.event_metadata = {{"Reason", error.message}};
    return {};
  });
  tasks_.spawn("restart", [this, entry, generation = entry->runtime.generation, delay] {
    return restart_later(entry, generation, delay);
  });
  co_return std::unexpected(std::move(error));
}

// A start that did not come about. One that a user asked for tells the user; an automatic one is tried again as the
// restart policy says.
net::Task<Status> Supervisor::launch_failed(EntryPtr entry, Error error, Launch launch) {
  const bool intent_written = entry->runtime.phase == Phase::Starting && !entry->runtime.handle;
  if (launch.exit && !intent_written) co_await record(entry, std::move(launch.exit));
  if (error.code == ErrorCode::Cancelled) {
    // Given up, which is no failure. When the control plane goes, its successor finds the intent and starts it.
    if (intent_written && !closing_) {
      co_await record(entry, [&](Change& change) -> Status {
        change.edit_runtime().phase = Phase::Stopped;
        change.source = launch.source;
        change.event_metadata = {{"Reason", error.message}};
        return {};
      });
    }
    co_return std::unexpected(std::move(error));
  }
  write_log(LogLevel::Warn, "instance could not be started", error, {{"instanceId", entry->instance.id}});
  if (launch.automatic) {
    WorkloadExit exit;
    exit.time = ledger_.clock().now();
    exit.reason = "could not be started: " + error.message;
    co_await record_exit(entry, std::move(exit), launch.source);
  } else if (intent_written) {
    co_await record(entry, [&](Change& change) -> Status {
      RuntimeRecord& runtime = change.edit_runtime();
      runtime.phase = Phase::Failed;
      runtime.stopped_at = ledger_.clock().now();
      runtime.error_message = error.message;
      change.source = launch.source;
      change.event_metadata = {{"Reason", error.message}};
      return {};
    });
    crash_point("start.failure_recorded");
  }
  co_return std::unexpected(std::move(error));
}

// The workload was ended for a restart, and nothing came after it. Nobody waits for its next start.
net::Task<void> Supervisor::record_failed_restart(EntryPtr entry, Error error, std::string source) {
  if (entry->runtime.phase != Phase::BackOff) co_return;
  co_await record(entry, [&](Change& change) -> Status {
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.phase = Phase::Failed;
    runtime.next_start_at.reset();
    runtime.error_message = error.message;
    change.source = source;
    change.event_metadata = {{"Reason", error.message}};
    return {};
  });
}

}  // namespace draas::core
