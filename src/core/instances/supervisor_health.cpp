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

// The listener of drasi-server opens only when start-up is finished, so the first answer is the end of it; components
// may still be loading their first data.
net::Task<drasi::ReadinessReport> Supervisor::probe(drasi::Client client, drasi::ExpectedComponents expected,
                                                    std::function<bool()> wanted) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + options_.readiness_timeout;
  std::chrono::milliseconds pause = kProbeFirst;
  drasi::ReadinessReport report;
  while (wanted()) {
    report = co_await client.readiness(expected);
    if (report.readiness == drasi::Readiness::Ready || report.readiness == drasi::Readiness::Failed) break;
    if (std::chrono::steady_clock::now() >= deadline) break;
    const bool slept = co_await net::sleep_for(pause);
    if (!slept) break;
    pause = std::min(pause * 2, kProbeMax);
  }
  co_return report;
}

net::Task<void> Supervisor::watch_readiness(EntryPtr entry, std::uint64_t generation,
                                            drasi::ExpectedComponents expected) {
  std::function<bool()> still_starting = [this, entry, generation] {
    return !closing_ && !entry->removed && entry->runtime.generation == generation &&
           entry->runtime.phase == Phase::Starting && entry->runtime.handle.has_value();
  };
  while (still_starting()) {
    drasi::Client client = client_for(*entry, entry->runtime);
    const drasi::ReadinessReport report = co_await probe(client, expected, still_starting);

    net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
    if (!still_starting()) co_return;
    if (report.readiness != drasi::Readiness::Unreachable) {
      co_await record_ready(entry, generation, report);
      co_return;
    }
    // It runs but never opened its port: as good as dead, so it is ended and counts as a failed start.
    log_warn("instance did not become ready in time", {{"instanceId", entry->instance.id}});
    WorkloadHandle handle = *entry->runtime.handle;
    Platform* platform = find_platform(entry->instance.platform);
    Result<WorkloadExit> ended = co_await platform->stop(std::move(handle), options_.shutdown_timeout);
    if (ended) {
      WorkloadExit exit = *ended;
      exit.reason = "not ready within " + to_text(options_.readiness_timeout) + " (" + report.reason + ")";
      exit.exit_code.reset();
      std::string source = monitor_source(*entry);
      co_await record_exit(entry, std::move(exit), std::move(source));
      co_return;
    }
    // Then it is looked at again: it may come up yet, or may be ended later.
    write_log(LogLevel::Error, "an instance that is not ready could not be ended", ended.error(),
              {{"instanceId", entry->instance.id}});
    guard = {};
    const bool slept = co_await net::sleep_for(kProbeMax);
    if (!slept) co_return;
  }
}

// A workload has come up, healthy or not.
net::Task<void> Supervisor::record_ready(EntryPtr entry, std::uint64_t generation, drasi::ReadinessReport report) {
  const bool healthy = report.readiness == drasi::Readiness::Ready;
  co_await record(entry, [&](Change& change) -> Status {
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.phase = Phase::Running;
    runtime.health = healthy ? Health::Healthy : Health::Degraded;
    runtime.error_message = healthy ? "" : report.reason;
    const bool judges = !runtime.judged && !runtime.one_shot;
    if (healthy && judges) runtime.healthy_revision = runtime.applied_revision;
    change.source = monitor_source(*entry);
    for (const auto& [name, value] : runtime.metadata) change.event_metadata[name] = value;
    change.event_metadata["Generation"] = std::to_string(generation);
    if (!healthy) change.event_metadata["Reason"] = report.reason;
    return {};
  });
}

// One workload after the other, spread over the interval, so that the load is even and small.
net::Task<void> Supervisor::watch_health() {
  while (!closing_) {
    std::vector<std::pair<EntryPtr, std::uint64_t>> running;
    auto add = [&running](const EntryPtr& entry, const WorkloadRecord& workload) {
      if (workload.phase == Phase::Running && workload.handle) running.emplace_back(entry, workload.generation);
    };
    ledger_.for_each([&](const EntryPtr& entry) {
      add(entry, entry->runtime);
      if (entry->runtime.standby) add(entry, *entry->runtime.standby);
    });
    const auto pause = std::max<std::chrono::milliseconds>(
        options_.health_interval / static_cast<int>(std::max<std::size_t>(running.size(), 1)),
        running.size() < 2 ? kHealthPause : std::chrono::milliseconds(1));
    if (running.empty()) {
      const bool slept = co_await net::sleep_for(options_.health_interval);
      if (!slept) co_return;
    }
    for (const auto& [entry, generation] : running) {
      const bool slept = co_await net::sleep_for(pause);
      if (!slept || closing_) co_return;
      tasks_.spawn("health", [this, entry, generation] { return check_health(entry, generation); });
    }
  }
}

// What a platform hears counts at once, and for as long as it holds.
void Supervisor::take_condition(const WorkloadHandle& handle, const WorkloadCondition& condition) {
  EntryPtr entry = ledger_.find(parse_workload_name(handle.instance_id).instance_id);
  if (!entry || closing_) return;
  if (condition.good) {
    complaints_.erase(handle.instance_id);
  } else {
    complaints_[handle.instance_id] = {handle.generation, condition.reason};
  }
  tasks_.spawn("condition", [this, entry, generation = handle.generation] { return check_health(entry, generation); });
}

void Supervisor::look_soon(const EntryPtr& entry) {
  if (closing_) return;
  tasks_.spawn("health",
               [this, entry, generation = entry->runtime.generation] { return check_health(entry, generation); });
}

std::string Supervisor::complaint_about(const std::string& workload, std::uint64_t generation) const {
  const auto found = complaints_.find(workload);
  return found != complaints_.end() && found->second.first == generation ? found->second.second : std::string();
}

// A promotion changes which of the two it is, so the workload is looked for anew after every wait.
net::Task<void> Supervisor::check_health(EntryPtr entry, std::uint64_t generation) {
  auto find = [generation](RuntimeRecord& runtime) -> WorkloadRecord* {
    WorkloadRecord* workload = nullptr;
    if (runtime.generation == generation) workload = &runtime;
    if (runtime.standby && runtime.standby->generation == generation) workload = &*runtime.standby;
    return workload != nullptr && workload->phase == Phase::Running && workload->handle ? workload : nullptr;
  };
  const WorkloadRecord* workload = find(entry->runtime);
  if (closing_ || entry->removed || workload == nullptr) co_return;
  const bool is_active = workload == &entry->runtime;
  Platform* platform = platform_of(*entry, *workload);
  if (platform == nullptr) co_return;
  // With a one-shot or a newer configuration it is not known what should run; then only what runs is judged.
  drasi::ExpectedComponents expected;
  if (is_active && !workload->one_shot && workload->applied_revision == entry->instance.revision) {
    expected =
        prepare_workload(entry->instance, workload->slot, configuration_of(*entry), *platform, options_).expected;
  }
  const std::string name = workload_name(entry->instance.id, workload->slot);
  drasi::Client client = client_for(*entry, *workload);
  drasi::ReadinessReport report;
  if (complaint_about(name, generation).empty()) report = co_await client.readiness(std::move(expected));
  workload = find(entry->runtime);
  if (closing_ || entry->removed || workload == nullptr) co_return;

  Health health = workload->health;
  if (report.readiness == drasi::Readiness::Unreachable) {
    FailedLooks& failed = health_failures_[name];
    if (failed.generation != generation) failed = {.generation = generation};
    if (++failed.count >= kFailuresToUnhealthy) health = Health::Unhealthy;
  } else {
    health_failures_.erase(name);
    health = report.readiness == drasi::Readiness::Failed ? Health::Degraded : Health::Healthy;
  }
  const std::string complaint = complaint_about(name, generation);
  if (!complaint.empty()) health = Health::Unhealthy;
  const std::string reason = health == Health::Healthy ? std::string() : complaint.empty() ? report.reason : complaint;
  if (health == workload->health && (health == Health::Healthy || reason == workload->error_message)) co_return;
  co_await record(entry, [&](Change& change) -> Status {
    WorkloadRecord* judged = find(change.runtime);
    if (judged == nullptr) return {};
    change.edit_runtime();
    judged->health = health;
    judged->error_message = reason;
    change.source = monitor_source(*entry);
    change.event_metadata["Health"] = to_string(health);
    if (judged != &change.runtime) change.event_metadata["Workload"] = name;
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
        const bool matters = before.available || is_wanted(*platform);
        write_log(!now.available && matters ? LogLevel::Warn : LogLevel::Info,
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
