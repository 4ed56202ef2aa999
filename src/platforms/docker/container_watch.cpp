// The Docker platform: how the ends of containers are noticed. The engine tells them as events; a sweep behind it finds
// what the events missed, in particular while the engine was away.

#include <algorithm>
#include <utility>

#include <boost/asio/redirect_error.hpp>

#include "base/log.hpp"
#include "platforms/docker/container_exit.hpp"
#include "platforms/docker/platform_state.hpp"

namespace draas::platforms::docker {
namespace engine = draas::docker;
namespace {

constexpr std::chrono::milliseconds kReconnectFirst{100};
constexpr std::chrono::milliseconds kReconnectMax{5'000};
constexpr std::chrono::milliseconds kQuietStream{120'000};  // after which the stream is opened anew
// `docker restart` stops a container and starts it again; between the two it looks like an end. The start takes about
// as long as the container's first one did.
constexpr Duration kRestartGraceLeast{500};
constexpr Duration kRestartGraceMost{3'000};
constexpr Duration kRestartGraceUsual{800};
constexpr Duration kStopPatience{1'500};       // for the engine to say that the stop is over
constexpr std::string_view kStopSignal = "2";  // SIGINT, see container_specification.cpp

std::vector<std::string> all_managed() { return {std::string(kLabelManaged) + "=true"}; }

}  // namespace

DockerPlatform::WatchedPtr DockerPlatform::watch_container(const core::WorkloadHandle& handle) {
  auto watched = std::make_shared<Watched>(control_);
  watched->handle = handle;
  watched->container_id = container_id_of(handle);
  watched->unheard = !connected_;
  by_container_[watched->container_id] = watched;
  running_[handle.instance_id] = watched;
  begin_watching();
  return watched;
}

void DockerPlatform::forget(const WatchedPtr& watched) {
  const auto running = running_.find(watched->handle.instance_id);
  if (running != running_.end() && running->second == watched) running_.erase(running);
  const auto known = by_container_.find(watched->container_id);
  if (known != by_container_.end() && known->second == watched) by_container_.erase(known);
}

void DockerPlatform::begin_watching() {
  if (watching_ || closed_) return;
  watching_ = true;
  tasks_.spawn("docker events", [this] { return watch_events(); });
  tasks_.spawn("docker sweep", [this] { return sweep_regularly(); });
}

// A stream that breaks at once is opened anew as slowly as one that cannot be opened.
net::Task<void> DockerPlatform::watch_events() {
  std::chrono::milliseconds pause = kReconnectFirst;
  while (!closed_) {
    const bool was_of_use = co_await follow_events();
    if (closed_) co_return;
    lose_touch();
    if (was_of_use) pause = kReconnectFirst;
    const bool slept = co_await net::sleep_for(pause);
    if (!slept) co_return;
    pause = std::min(pause * 2, kReconnectMax);
  }
}

// What ends from now on may be missed, until a look at the engine says that it runs.
void DockerPlatform::lose_touch() {
  connected_ = false;
  identified_ = false;
  ++losses_;
  for (const auto& [workload, watched] : running_) {
    watched->unheard = true;
    watched->news.cancel();
  }
}

net::Task<bool> DockerPlatform::follow_events() {
  auto client = engine();
  if (!client) co_return false;
  std::string since = cursor_.since();
  auto labels = all_managed();
  auto stream = co_await (*client)->events(std::move(labels), std::move(since));
  if (!stream) co_return false;
  co_await identify(*client);
  if (closed_) co_return false;
  if (std::exchange(away_, false)) {
    log_info("the Docker engine is back", {{"watched", running_.size()}});
    logs_.resume();
  }
  connected_ = true;
  const SteadyTime opened_at = std::chrono::steady_clock::now();
  bool is_new = false;
  const bool swept = co_await sweep();
  if (!swept) co_return false;
  std::size_t skipped = 0;
  while (!closed_) {
    auto events = co_await stream->read(kQuietStream);
    if (!events) {
      if (closed_ || events.error().code == ErrorCode::Cancelled) co_return false;
      if (events.error().code != ErrorCode::DeadlineExceeded && !std::exchange(away_, true)) {
        write_log(LogLevel::Warn, "the Docker engine's events broke off", events.error());
      }
      co_return is_new || std::chrono::steady_clock::now() - opened_at > kReconnectMax;
    }
    for (const engine::Event& event : *events) {
      if (!cursor_.accept(event)) continue;
      is_new = true;
      on_event(event);
    }
    // It may have been an end.
    if (std::exchange(skipped, stream->skipped()) != stream->skipped()) co_await sweep();
  }
  co_return is_new;
}

net::Task<void> DockerPlatform::sweep_regularly() {
  while (!closed_) {
    const bool slept = co_await net::sleep_for(options_.sweep_interval);
    if (!slept) co_return;
    if (connected_) co_await sweep();
  }
}

// Whatever should run and does not has ended unheard.
net::Task<bool> DockerPlatform::sweep() {
  auto client = engine();
  if (!client) co_return false;
  if (running_.empty()) co_return true;
  // As it was before the engine was asked: what events say meanwhile is newer.
  std::map<std::string, std::size_t> before;
  for (const auto& [workload, watched] : running_) before.emplace(watched->container_id, watched->events);
  const std::size_t losses = losses_;
  auto labels = all_managed();
  auto listed = co_await (*client)->list_containers(std::move(labels), false);
  if (closed_) co_return true;
  if (!listed) {
    write_log(LogLevel::Warn, "the containers could not be listed", listed.error());
    co_return false;
  }
  std::map<std::string, const engine::ContainerSummary*> running;
  for (const engine::ContainerSummary& summary : *listed) running.emplace(summary.id, &summary);
  for (const auto& [id, events] : before) {
    const auto found = by_container_.find(id);
    if (found == by_container_.end()) continue;
    const WatchedPtr watched = found->second;
    if (const auto present = running.find(id); present != running.end()) {
      if (losses == losses_) watched->unheard = false;
      if (events != watched->events) continue;
      watched->paused = present->second->state == "paused";
      if (!present->second->health.empty()) watched->unwell = present->second->health == "unhealthy";
      tell_condition(watched);
      continue;
    }
    // One that is just being started is not in the list yet.
    if (starting_.contains(watched->handle.instance_id)) continue;
    tasks_.spawn("docker exit", [this, watched] { return settle(watched, std::nullopt); });
  }
  co_return true;
}

void DockerPlatform::on_event(const engine::Event& event) {
  const auto found = by_container_.find(event.id);
  if (event.type != "container" || found == by_container_.end()) return;
  const WatchedPtr watched = found->second;
  const bool is_condition = event.action == "start" || event.action == "pause" || event.action == "unpause" ||
                            event.action.starts_with("health_status");
  if (is_condition) {
    // What comes late, as one that was missed before the stream broke off, says nothing of how it is now.
    if (event.time_nanoseconds < watched->newest_condition) return;
    watched->newest_condition = event.time_nanoseconds;
  }
  ++watched->events;
  if (event.action == "oom") {
    watched->out_of_memory = true;
  } else if (event.action == "kill") {
    // What `docker stop` and `docker restart` send first.
    if (event.attribute("signal") == kStopSignal) watched->signalled = !watched->end_expected;
    watched->is_stopped = false;
  } else if (event.action == "stop") {
    watched->is_stopped = true;
    watched->news.cancel();
  } else if (event.action == "start") {
    watched->is_restarted = true;
    watched->paused = false;
    watched->unwell = false;
    watched->news.cancel();
    tell_condition(watched);
  } else if (event.action == "pause" || event.action == "unpause") {
    watched->paused = event.action == "pause";
    log_warn("somebody changed a container by hand",
             {{"instanceId", watched->handle.instance_id}, {"action", event.action}});
    tell_condition(watched);
  } else if (event.action.starts_with("health_status")) {
    watched->unwell = event.action.ends_with("unhealthy");
    tell_condition(watched);
  } else if (event.action == "die") {
    watched->is_restarted = false;
    const auto exit_code = event.exit_code();
    tasks_.spawn("docker exit", [this, watched, exit_code] { return settle(watched, exit_code); });
  }
}

void DockerPlatform::tell_condition(const WatchedPtr& watched) {
  core::WorkloadCondition condition;
  const std::string name = text_of(watched->handle, "containerName");
  if (watched->paused) {
    condition = {false, "the container is paused; let it go on with `docker unpause " + name + "`"};
  } else if (watched->unwell) {
    condition = {false, "the image's own health check fails; see `docker inspect " + name + "`"};
  }
  if (std::exchange(watched->told, condition.reason) == condition.reason) return;
  if (condition_handler_ && !watched->end_expected) condition_handler_(watched->handle, condition);
}

// A restart is a stop and, at once, a start. Neither comes any more when the engine's events break off.
net::Task<void> DockerPlatform::wait_for_restart(WatchedPtr watched) {
  Duration grace = watched->start_took.count() > 0 ? 2 * watched->start_took : kRestartGraceUsual;
  grace = std::clamp(grace, kRestartGraceLeast, kRestartGraceMost);
  SteadyTime deadline = std::chrono::steady_clock::now() + kStopPatience;
  bool is_stopped = false;
  while (!watched->is_restarted && !watched->unheard && !closed_ && std::chrono::steady_clock::now() < deadline) {
    if (!std::exchange(is_stopped, watched->is_stopped) && is_stopped) {
      deadline = std::chrono::steady_clock::now() + grace;
    }
    watched->news.expires_at(deadline);
    boost::system::error_code woken;
    auto token = net::asio::redirect_error(net::use_task, woken);
    co_await watched->news.async_wait(token);
  }
}

// Finds out whether and how a container ended, and tells it once. What it cannot find out, a later sweep does.
net::Task<void> DockerPlatform::settle(WatchedPtr watched, std::optional<int> exit_code) {
  if (watched->settling || watched->end_expected) co_return;
  watched->settling = true;
  bool engine_ends = false;
  if (watched->signalled && !watched->unheard && !watched->is_restarted) {
    co_await wait_for_restart(watched);
    // An engine that is shutting down stops its containers in the same way, and takes no new connections any more.
    if (!watched->unheard && engine_ && !closed_ && !watched->is_restarted) {
      engine::EngineClient newcomer(control_, engine_->endpoint());
      auto answers = co_await newcomer.version();
      engine_ends = !answers && answers.error().code != ErrorCode::DeadlineExceeded;
    }
  }
  auto client = engine();
  Result<engine::Container> container = fail(ErrorCode::Unavailable, "");
  if (client && !closed_ && !engine_ends) {
    container = co_await (*client)->inspect_container(watched->container_id);
  }
  // An end that nobody heard of may be the engine's own. One that it remembers it did not live through.
  Result<bool> remembered = true;
  if (container && !container->state.running && watched->unheard && !engine_keeps_containers_ && !closed_) {
    const WallTime finished = container->state.finished_at.value_or(clock_.now());
    remembered = co_await (*client)->remembers_end(watched->container_id, finished);
  }
  if (!container && container.error().code == ErrorCode::NotFound && !closed_) co_await identify(*client);
  watched->settling = false;
  // stop() may have come meanwhile, and another look may have told it.
  const auto known = by_container_.find(watched->container_id);
  if (closed_ || watched->end_expected || known == by_container_.end() || known->second != watched) co_return;
  if (engine_ends || !remembered) {
    watched->unheard = true;
    co_return;
  }
  if (container && container->state.running) {
    if (std::exchange(watched->signalled, false) || watched->is_restarted) {
      log_warn("somebody restarted a container by hand; it is the instance's as before",
               {{"instanceId", watched->handle.instance_id}});
    }
    logs_.restarted(watched->handle.instance_id, {watched->container_id, container->terminal});
    co_return;
  }
  core::WorkloadExit exit;
  exit.time = clock_.now();
  if (container) {
    exit = exit_of(container->state, clock_.now());
    if (watched->out_of_memory && !exit.out_of_memory) {
      exit = exit_of(container->state.exit_code, true, exit.time);
    }
    if (!*remembered) exit = exit_with_engine(std::move(exit));
  } else if (container.error().code == ErrorCode::NotFound) {
    if (is_elsewhere(watched->handle)) co_return;
    exit.reason = "exit code unknown: the container was removed";
    if (exit_code) exit = exit_of(*exit_code, watched->out_of_memory, clock_.now());
  } else if (exit_code && !watched->signalled) {
    exit = exit_of(*exit_code, watched->out_of_memory, clock_.now());
  } else {
    watched->unheard = true;
    co_return;  // the engine is away again
  }
  finish(watched, std::move(exit));
}

void DockerPlatform::finish(const WatchedPtr& watched, core::WorkloadExit exit) {
  forget(watched);
  ended_[watched->handle.instance_id] = {watched->container_id, exit};
  if (!watched->end_expected && exit_handler_) exit_handler_(watched->handle, exit);
}

}  // namespace draas::platforms::docker
