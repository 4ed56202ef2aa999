// Supervisor: readiness after a start, health while running.

#include "base/log.hpp"
#include "core/instances/supervisor.hpp"

namespace draas::core {
namespace {

constexpr std::chrono::milliseconds kProbeFirst{5};
constexpr std::chrono::milliseconds kProbeMax{500};
constexpr int kFailuresToUnhealthy = 3;
constexpr std::chrono::milliseconds kHealthPause{250};  // between two rounds at least

}  // namespace

// Asks until the server answers and its components run. The listener of drasi-server opens only when start-up is
// finished, so the first answer is the end of it; components may still be loading their first data.
net::Task<void> Supervisor::watch_readiness(EntryPtr entry, std::uint64_t generation,
                                            drasi::ExpectedComponents expected) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + options_.readiness_timeout;
  std::chrono::milliseconds pause = kProbeFirst;
  drasi::ReadinessReport report;
  auto still_starting = [&] {
    return !closing_ && !entry->removed && entry->runtime.generation == generation &&
           entry->runtime.phase == Phase::Starting && entry->runtime.handle.has_value();
  };
  drasi::Client client = client_for(*entry);
  while (still_starting()) {
    report = co_await client.readiness(expected);
    if (report.readiness == drasi::Readiness::Ready || report.readiness == drasi::Readiness::Failed) break;
    if (std::chrono::steady_clock::now() >= deadline) break;
    const bool slept = co_await net::sleep_for(pause);
    if (!slept) co_return;
    pause = std::min(pause * 2, kProbeMax);
  }

  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  if (!still_starting()) co_return;
  if (report.readiness == drasi::Readiness::Unreachable) {
    // It runs but never opened its port: as good as dead, so it is ended and counts as a failed start.
    log_warn("instance did not become ready in time", {{"instanceId", entry->instance.id}});
    WorkloadHandle handle = *entry->runtime.handle;
    Platform* platform = find_platform(entry->instance.platform);
    Result<WorkloadExit> ended = co_await platform->stop(std::move(handle), options_.shutdown_timeout);
    if (!ended) co_return;
    WorkloadExit exit = *ended;
    exit.reason = "not ready within " + to_text(options_.readiness_timeout) + " (" + report.reason + ")";
    exit.exit_code.reset();
    std::string source = monitor_source(*entry);
    co_await record_exit(entry, std::move(exit), std::move(source));
    co_return;
  }
  const bool healthy = report.readiness == drasi::Readiness::Ready;
  co_await record(entry, [&](Change& change) -> Status {
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.phase = Phase::Running;
    runtime.health = healthy ? Health::Healthy : Health::Degraded;
    runtime.error_message = healthy ? "" : report.reason;
    change.source = monitor_source(*entry);
    for (const auto& [name, value] : runtime.metadata) change.event_metadata[name] = value;
    change.event_metadata["Generation"] = std::to_string(generation);
    if (!healthy) change.event_metadata["Reason"] = report.reason;
    return {};
  });
}

// One instance after the other, spread over the interval, so that the load is even and small.
net::Task<void> Supervisor::watch_health() {
  while (!closing_) {
    std::vector<EntryPtr> running;
    for (const EntryPtr& entry : ledger_.all()) {
      if (entry->runtime.phase == Phase::Running && entry->runtime.handle) running.push_back(entry);
    }
    const auto pause = std::max<std::chrono::milliseconds>(
        options_.health_interval / static_cast<int>(std::max<std::size_t>(running.size(), 1)),
        running.size() < 2 ? kHealthPause : std::chrono::milliseconds(1));
    if (running.empty()) {
      const bool slept = co_await net::sleep_for(options_.health_interval);
      if (!slept) co_return;
    }
    for (const EntryPtr& entry : running) {
      const bool slept = co_await net::sleep_for(pause);
      if (!slept || closing_) co_return;
      tasks_.spawn("health", [this, entry] { return check_health(entry); });
    }
  }
}

net::Task<void> Supervisor::check_health(EntryPtr entry) {
  const std::uint64_t generation = entry->runtime.generation;
  auto still_running = [&] {
    return !closing_ && !entry->removed && entry->runtime.generation == generation &&
           entry->runtime.phase == Phase::Running && entry->runtime.handle.has_value();
  };
  if (!still_running()) co_return;
  Platform* platform = find_platform(entry->instance.platform);
  const Json configuration = configuration_of(*entry);
  const PreparedWorkload prepared = prepare_workload(entry->instance, configuration, *platform, options_);
  drasi::Client client = client_for(*entry);
  // With a one-shot or a newer configuration it is not known what should run; then only what runs is judged.
  const bool as_configured = !entry->runtime.one_shot && entry->runtime.applied_revision == entry->instance.revision;
  drasi::ExpectedComponents expected = as_configured ? prepared.expected : drasi::ExpectedComponents{};
  const drasi::ReadinessReport report = co_await client.readiness(std::move(expected));
  if (!still_running()) co_return;

  Health health = entry->runtime.health;
  int& failures = health_failures_[entry->instance.id];
  if (report.readiness == drasi::Readiness::Unreachable) {
    if (++failures >= kFailuresToUnhealthy) health = Health::Unhealthy;
  } else {
    failures = 0;
    health = report.readiness == drasi::Readiness::Failed ? Health::Degraded : Health::Healthy;
  }
  const std::string reason = health == Health::Healthy ? std::string() : report.reason;
  if (health == entry->runtime.health) co_return;
  co_await record(entry, [&](Change& change) -> Status {
    if (!still_running()) return {};
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.health = health;
    runtime.error_message = reason;
    change.source = monitor_source(*entry);
    change.event_metadata["Health"] = to_string(health);
    if (!reason.empty()) change.event_metadata["Reason"] = reason;
    change.report_update = true;
    return {};
  });
}

// Keeps the last known availability of each platform, and tells when it changes.
net::Task<void> Supervisor::poll_platforms() {
  while (!closing_) {
    for (const auto& platform : platforms_) {
      Availability now = co_await platform->availability();
      Availability& before = availability_[std::string(platform->name())];
      if (now.available != before.available || now.reason != before.reason) {
        write_log(now.available ? LogLevel::Info : LogLevel::Warn,
                  now.available ? "platform is available" : "platform is unavailable",
                  {{"platform", std::string(platform->name())}, {"reason", now.reason}});
      }
      before = std::move(now);
    }
    const bool slept = co_await net::sleep_for(options_.polling_interval);
    if (!slept) co_return;
  }
}

}  // namespace draas::core
