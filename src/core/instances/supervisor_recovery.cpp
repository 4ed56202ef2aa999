// Supervisor: after a restart of the control plane, and the sweep for workloads that nobody wants.

#include <algorithm>
#include <set>

#include <boost/asio/redirect_error.hpp>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "core/instances/supervisor.hpp"

namespace draas::core {
namespace {

constexpr std::size_t kParallelLaunches = 8;
constexpr std::chrono::seconds kRecoveryPatience{5};  // without any step
constexpr std::chrono::seconds kOrphanSweepInterval{60};
constexpr std::chrono::seconds kOrphanStopTimeout{10};
constexpr Duration kLongestPause = std::chrono::minutes(5);  // that a restart may be asked to make

// Ends a workload that no record wants. Its exit interests nobody.
net::Task<void> end_unwanted(Platform* platform, WorkloadHandle handle) {
  const std::string id = handle.instance_id;
  const std::uint64_t generation = handle.generation;
  Result<WorkloadExit> ended = co_await platform->stop(std::move(handle), kOrphanStopTimeout);
  if (ended) {
    log_warn("a workload that nobody wanted was ended", {{"instanceId", id}, {"generation", generation}});
  } else {
    write_log(LogLevel::Error, "a workload that nobody wants could not be ended", ended.error(), {{"instanceId", id}});
  }
}

}  // namespace

// What is under way when the control plane starts. A platform that does not answer holds up what runs on it, and
// nothing else.
struct Supervisor::Recovery {
  explicit Recovery(net::Executor executor) : progress(executor, net::Timer::time_point::max()) {}
  std::map<std::string, std::vector<FoundWorkload>> found;  // by instance
  std::set<std::string, std::less<>> listed;                // platforms that have said what runs
  std::map<std::string, std::vector<EntryPtr>> left;        // by platform, to be examined
  std::size_t lists = 0;                                    // that have not come
  std::size_t entries = 0;                                  // that are not examined
  bool in_background = false;
  std::size_t steps = 0;
  net::Timer progress;  // cancelled when a count comes to its end

  void step(std::size_t& count) {
    ++steps;
    if (--count == 0) progress.cancel();
  }
  // Returns when `count` is 0, or when for kRecoveryPatience there was no step.
  net::Task<void> wait(std::shared_ptr<Recovery> self, const std::size_t* count) {
    while (*count > 0) {
      const std::size_t before = self->steps;
      self->progress.expires_after(kRecoveryPatience);
      boost::system::error_code woken;
      auto token = net::asio::redirect_error(net::use_task, woken);
      co_await self->progress.async_wait(token);
      if (!woken && self->steps == before) co_return;
    }
  }
  // What runs of an instance; nothing when its platform has not said so.
  std::optional<std::vector<FoundWorkload>> take(const Instance& instance) {
    if (!listed.contains(instance.platform)) return std::nullopt;
    const auto own = found.find(instance.id);
    return own == found.end() ? std::vector<FoundWorkload>{} : std::move(own->second);
  }
};

net::Task<void> Supervisor::list_found(Platform* platform, std::shared_ptr<Recovery> recovery) {
  std::string owner = ledger_.control_plane_id();
  Result<std::vector<FoundWorkload>> listed = co_await platform->list(std::move(owner));
  if (!listed) {
    write_log(is_wanted(*platform) ? LogLevel::Warn : LogLevel::Debug, "workloads of a platform could not be listed",
              listed.error(), {{"platform", std::string(platform->name())}});
  } else if (!recovery->in_background) {
    recovery->listed.emplace(platform->name());
    for (FoundWorkload& workload : *listed) {
      if (!workload.running) continue;
      std::string id = parse_workload_name(workload.handle.instance_id).instance_id;
      recovery->found[id].push_back(std::move(workload));
    }
  }
  recovery->step(recovery->lists);
}

net::Task<void> Supervisor::recover_some(std::shared_ptr<Recovery> recovery, std::string platform) {
  std::vector<EntryPtr>& left = recovery->left[platform];
  while (!left.empty() && !closing_) {
    EntryPtr entry = left.back();
    left.pop_back();
    {
      net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
      std::optional<std::vector<FoundWorkload>> own = recovery->take(entry->instance);
      if (!entry->removed) co_await recover_entry(entry, std::move(own));
    }
    route(entry);
    if (entry->instance.front_port != 0) tasks_.spawn("front port", [this, entry] { return serve_front(entry); });
    recovery->step(recovery->entries);
    if (recovery->in_background && !to_launch_.empty()) tasks_.spawn("launch", [this] { return launch_pending(); });
  }
}

net::Task<Status> Supervisor::recover() {
  auto recovery = std::make_shared<Recovery>(ledger_.executor());
  recovery->lists = platforms_.size();
  for (const auto& platform : platforms_) {
    tasks_.spawn("list", [this, platform = platform.get(), recovery] { return list_found(platform, recovery); });
  }
  co_await recovery->wait(recovery, &recovery->lists);
  recovery->in_background = recovery->lists > 0;  // what is listed later is left to the sweep for orphans
  std::vector<EntryPtr> entries = ledger_.all();
  std::ranges::reverse(entries);  // they are taken from the end
  recovery->entries = entries.size();
  for (EntryPtr& entry : entries) recovery->left[entry->instance.platform].push_back(std::move(entry));
  for (const auto& [platform, left] : recovery->left) {
    for (std::size_t i = 0; i < std::min(kParallelLaunches, left.size()); ++i) {
      tasks_.spawn("recover", [this, recovery, name = platform] { return recover_some(recovery, name); });
    }
  }
  co_await recovery->wait(recovery, &recovery->entries);
  if (recovery->entries > 0) {
    recovery->in_background = true;
    log_warn("instances are still being examined; their platform does not answer", {{"instances", recovery->entries}});
  }
  for (std::size_t i = 0; i < std::min(kParallelLaunches, to_launch_.size()); ++i) {
    tasks_.spawn("launch", [this] { return launch_pending(); });
  }
  tasks_.spawn("health", [this] { return watch_health(); });
  tasks_.spawn("orphans", [this] { return sweep_orphans(); });
  tasks_.spawn("platforms", [this] { return poll_platforms(); });
  co_return Status{};
}

// A workload that could not be examined is asked for again until it is known whether it runs.
net::Task<void> Supervisor::examine_later(EntryPtr entry, std::uint64_t generation) {
  const bool slept = co_await net::sleep_for(options_.polling_interval);
  if (!slept) co_return;
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  const bool is_same = entry->runtime.handle && entry->runtime.handle->generation == generation;
  if (closing_ || entry->removed || !is_same) co_return;
  std::optional<std::vector<FoundWorkload>> unknown;
  co_await recover_entry(entry, std::move(unknown));
  if (!to_launch_.empty()) tasks_.spawn("launch", [this] { return launch_pending(); });
}

// A start that was cut off on a platform that does not say what runs: asked until it does, as a second start could run
// beside the first.
net::Task<void> Supervisor::list_later(EntryPtr entry, std::uint64_t generation) {
  while (!closing_) {
    const bool slept = co_await net::sleep_for(options_.polling_interval);
    if (!slept) co_return;
    net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
    const bool is_same = !entry->runtime.handle && entry->runtime.generation == generation;
    if (closing_ || entry->removed || !is_same || entry->runtime.phase != Phase::Starting) co_return;
    Platform* platform = find_platform(entry->instance.platform);
    std::string owner = ledger_.control_plane_id();
    Result<std::vector<FoundWorkload>> listed = co_await platform->list(std::move(owner));
    if (!listed) continue;
    std::erase_if(*listed, [&](const FoundWorkload& workload) {
      return !workload.running || parse_workload_name(workload.handle.instance_id).instance_id != entry->instance.id;
    });
    std::optional<std::vector<FoundWorkload>> own = std::move(*listed);
    co_await recover_entry(entry, std::move(own));
    if (!to_launch_.empty()) tasks_.spawn("launch", [this] { return launch_pending(); });
    co_return;
  }
}

net::Task<void> Supervisor::recover_entry(EntryPtr entry, std::optional<std::vector<FoundWorkload>> known) {
  const RuntimeRecord& runtime = entry->runtime;
  Platform* platform = find_platform(entry->instance.platform);
  if (platform == nullptr) {
    if (runtime.phase != Phase::Idle) {
      log_warn("instance is on a platform that is not configured",
               {{"instanceId", entry->instance.id}, {"platform", entry->instance.platform}});
    }
    co_return;
  }

  if (!known && !runtime.handle && runtime.phase == Phase::Starting) {
    tasks_.spawn("examine", [this, entry, generation = runtime.generation] { return list_later(entry, generation); });
    co_return;
  }
  const std::vector<FoundWorkload> found = known ? std::move(*known) : std::vector<FoundWorkload>{};
  // A start that was cut off between the workload's birth and the record of its handle.
  if (!runtime.handle && runtime.phase == Phase::Starting) {
    auto born = std::ranges::find_if(found, [&](const FoundWorkload& workload) {
      return workload.handle.generation == runtime.generation && workload.handle.spec_hash == runtime.spec_hash;
    });
    if (born != found.end()) {
      const WorkloadHandle handle = born->handle;
      const auto description = platform->describe(handle);
      co_await record(entry, [&](Change& change) -> Status {
        RuntimeRecord& changed = change.edit_runtime();
        changed.handle = handle;
        changed.started_at = ledger_.clock().now();
        for (const auto& [name, value] : description) changed.metadata[name] = value;
        return {};
      });
      crash_point("recover.handle_stored");
    }
  }
  // Whatever else runs under this instance's name is a leftover of an earlier generation.
  const auto& standby = runtime.standby;
  for (const FoundWorkload& workload : found) {
    const std::uint64_t generation = workload.handle.generation;
    if (runtime.handle && generation == runtime.handle->generation) continue;
    if (standby && standby->handle && generation == standby->handle->generation) continue;
    Platform* where = find_platform(workload.handle.platform);
    if (where == nullptr) continue;
    tasks_.spawn("leftover", [where, handle = workload.handle] { return end_unwanted(where, handle); });
  }
  if (standby) co_await recover_standby(entry);

  if (runtime.handle) {
    WorkloadHandle handle = *runtime.handle;
    Result<Platform::Recovered> recovered = co_await platform->recover(std::move(handle));
    if (!recovered) {
      write_log(LogLevel::Error, "instance could not be examined", recovered.error(),
                {{"instanceId", entry->instance.id}});
      if (runtime.deleting) {
        tasks_.spawn("delete", [this, entry] { return finish_remove(entry); });
      } else {
        tasks_.spawn("examine", [this, entry, generation = runtime.handle->generation] {
          return examine_later(entry, generation);
        });
      }
      co_return;
    }
    crash_point("recover.examined");
    if (recovered->running) {
      co_await adopt(entry);
      co_return;
    }
    log_warn("instance ended while the control plane was away",
             {{"instanceId", entry->instance.id}, {"reason", recovered->exit.reason}});
    if (runtime.phase == Phase::Stopping && !runtime.deleting) {
      // It was told to. The restart policy has no say; what was to come after its end does come.
      const bool again = entry->instance.desired_state == DesiredState::Running;
      tasks_.spawn("stopped", [this, entry, again] { return again ? finish_restart(entry) : finish_stop(entry); });
      co_return;
    }
    std::string source = monitor_source(*entry);
    WorkloadExit exit = recovered->exit;
    co_await record_exit(entry, std::move(exit), std::move(source));
    if (runtime.deleting) tasks_.spawn("delete", [this, entry] { return finish_remove(entry); });
    co_return;
  }

  if (runtime.deleting) {
    tasks_.spawn("delete", [this, entry] { return finish_remove(entry); });
  } else if (runtime.phase == Phase::BackOff) {
    const Duration longest = std::max({2 * options_.restart.max_delay, options_.polling_interval, kLongestPause});
    const RecordedDelay recorded{runtime.stopped_at, runtime.next_start_at};
    const Duration delay = remaining_delay(recorded, ledger_.clock().now(), longest);
    tasks_.spawn("restart", [this, entry, generation = runtime.generation, delay] {
      return restart_later(entry, generation, delay);
    });
  } else if (entry->instance.desired_state == DesiredState::Running &&
             (runtime.phase == Phase::Starting || runtime.phase == Phase::Running ||
              runtime.phase == Phase::Stopping)) {
    to_launch_.push_back(entry);
  } else if (runtime.phase == Phase::Stopping || runtime.phase == Phase::Starting || runtime.phase == Phase::Running) {
    co_await record(entry, [&](Change& change) -> Status {
      change.edit_runtime().phase = Phase::Stopped;
      change.runtime.stopped_at = ledger_.clock().now();
      return {};
    });
  }
}

// It runs. What was under way with it when the control plane went away is finished.
net::Task<void> Supervisor::adopt(EntryPtr entry) {
  log_info("instance adopted", {{"instanceId", entry->instance.id}, {"generation", entry->runtime.generation}});
  if (entry->runtime.deleting) {
    tasks_.spawn("delete", [this, entry] { return finish_remove(entry); });
  } else if (entry->instance.desired_state == DesiredState::Stopped) {
    tasks_.spawn("stop", [this, entry] { return finish_stop(entry); });
  } else if (entry->runtime.phase == Phase::Stopping) {
    tasks_.spawn("restart", [this, entry] { return finish_restart(entry); });
  } else if (entry->runtime.phase == Phase::Starting) {
    const Json configuration = configuration_of(*entry);
    Platform* platform = find_platform(entry->instance.platform);
    PreparedWorkload prepared =
        prepare_workload(entry->instance, entry->runtime.slot, configuration, *platform, options_);
    tasks_.spawn("readiness", [this, entry, generation = entry->runtime.generation, expected = prepared.expected] {
      return watch_readiness(entry, generation, expected);
    });
  }
  co_return;
}

net::Task<void> Supervisor::finish_stop(EntryPtr entry) {
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  if (entry->removed || !entry->runtime.handle) co_return;
  Ending ending;
  Status ended = co_await end_workload(entry, std::move(ending));
  if (!ended) write_log(LogLevel::Error, "an interrupted stop could not be finished", ended.error());
}

net::Task<void> Supervisor::finish_restart(EntryPtr entry) {
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  if (entry->removed || !entry->runtime.handle) co_return;
  Ending ending{.keep_desired = true};
  Status ended = co_await end_workload(entry, std::move(ending));
  if (!ended) {
    write_log(LogLevel::Error, "an interrupted restart could not be finished", ended.error());
    co_return;
  }
  Launch request{.automatic = true, .one_shot = std::nullopt, .source = "ControlPlane"};
  Status launched = co_await launch(entry, std::move(request));
  if (!launched) co_return;  // recorded by launch_failed()
}

net::Task<void> Supervisor::finish_remove(EntryPtr entry) {
  const bool keep_data = entry->runtime.keep_data;
  Actor actor;
  Status removed = co_await remove(entry, keep_data, std::move(actor));
  if (!removed) write_log(LogLevel::Error, "an interrupted delete could not be finished", removed.error());
}

net::Task<void> Supervisor::launch_pending() {
  while (!to_launch_.empty() && !closing_) {
    EntryPtr entry = to_launch_.back();
    to_launch_.pop_back();
    net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
    if (entry->removed || entry->runtime.handle || entry->instance.desired_state != DesiredState::Running) continue;
    Launch request{.automatic = true, .one_shot = std::nullopt, .source = "ControlPlane"};
    Status launched = co_await launch(entry, std::move(request));
    if (!launched) continue;  // recorded and scheduled again by launch_failed()
  }
}

// Looks for workloads with our marks that no record knows, and ends those that stay so for the grace period.
net::Task<void> Supervisor::sweep_orphans() {
  while (!closing_) {
    std::map<std::string, SteadyTime> seen;
    const SteadyTime now = std::chrono::steady_clock::now();
    for (const auto& platform : platforms_) {
      std::string owner = ledger_.control_plane_id();
      Result<std::vector<FoundWorkload>> listed = co_await platform->list(std::move(owner));
      if (!listed) continue;  // poll_platforms() tells why
      for (const FoundWorkload& workload : *listed) {
        if (!workload.running) continue;
        const WorkloadHandle& handle = workload.handle;
        EntryPtr entry = ledger_.find(parse_workload_name(handle.instance_id).instance_id);
        auto is = [&handle](const WorkloadRecord& record) {
          return record.handle && record.handle->generation == handle.generation;
        };
        const bool known = entry && (entry->lifecycle.locked() || is(entry->runtime) ||
                                     (entry->runtime.standby && is(*entry->runtime.standby)));
        if (known) continue;
        std::string key = handle.platform + "/" + handle.instance_id + "/" + std::to_string(handle.generation);
        auto before = orphans_seen_.find(key);
        const SteadyTime first = before == orphans_seen_.end() ? now : before->second;
        if (now - first >= options_.orphan_grace_period && !options_.orphan_dry_run) {
          tasks_.spawn("orphan", [platform = platform.get(), handle] { return end_unwanted(platform, handle); });
        } else {
          if (before == orphans_seen_.end() || !options_.orphan_dry_run) {
            log_warn("a workload that no instance owns was found", {{"instanceId", handle.instance_id},
                                                                    {"generation", handle.generation},
                                                                    {"dryRun", options_.orphan_dry_run}});
          }
          seen.emplace(std::move(key), first);
        }
      }
    }
    orphans_seen_ = std::move(seen);
    for (const auto& platform : platforms_) co_await sweep_remains(platform.get());
    const bool waits = !orphans_seen_.empty() || (options_.orphan_removal && !remains_seen_.empty());
    const auto pause = !waits || options_.orphan_dry_run ? std::chrono::milliseconds(kOrphanSweepInterval)
                                                         : std::max(options_.orphan_grace_period, Duration(1'000));
    const bool slept = co_await net::sleep_for(pause);
    if (!slept) co_return;
  }
}

// What is left of instances that are not there, and does not run: told once, and removed when that is wanted.
net::Task<void> Supervisor::sweep_remains(Platform* platform) {
  std::string owner = ledger_.control_plane_id();
  auto left = co_await platform->remains(std::move(owner));
  if (!left || closing_) co_return;
  const SteadyTime now = std::chrono::steady_clock::now();
  const std::string prefix = std::string(platform->name()) + "/";
  std::map<std::string, SteadyTime> seen;
  for (const Remains& each : *left) {
    if (ledger_.find(parse_workload_name(each.workload).instance_id)) continue;
    const std::string key = prefix + each.workload;
    const auto before = remains_seen_.find(key);
    const SteadyTime first = before == remains_seen_.end() ? now : before->second;
    seen.emplace(key, first);
    std::string names;
    for (const std::string& name : each.names) names += (names.empty() ? "" : ", ") + name;
    const bool removes = options_.orphan_removal && !options_.orphan_dry_run;
    if (before == remains_seen_.end()) {
      log_warn("something is left of an instance that is not there",
               {{"instanceId", each.workload}, {"left", names}, {"willBeRemoved", removes}});
    }
    if (!removes || now - first < options_.orphan_grace_period) continue;
    Status removed = co_await platform->remove(each.workload, false);
    if (removed) {
      log_warn("what was left of an instance that is not there was removed",
               {{"instanceId", each.workload}, {"removed", names}});
    } else {
      write_log(LogLevel::Warn, "what is left of an instance that is not there could not be removed", removed.error(),
                {{"instanceId", each.workload}});
    }
  }
  std::erase_if(remains_seen_, [&](const auto& known) { return known.first.starts_with(prefix); });
  remains_seen_.merge(seen);
}

net::Task<void> Supervisor::close() {
  closing_ = true;
  co_await tasks_.close();
  for (const auto& platform : platforms_) co_await platform->close();
}

}  // namespace draas::core
