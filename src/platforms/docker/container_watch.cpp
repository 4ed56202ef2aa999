// The Docker platform: how the ends of containers are noticed. The engine tells them as events; a sweep behind it finds
// what the events missed, in particular while the engine was away.

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
// `docker restart` ends a container and starts it again; between the two it looks like an end.
constexpr std::chrono::milliseconds kRestartGrace{2'000};
constexpr std::string_view kStopSignal = "2";  // SIGINT, see container_specification.cpp

std::vector<std::string> all_managed() { return {std::string(kLabelManaged) + "=true"}; }

}  // namespace

DockerPlatform::WatchedPtr DockerPlatform::watch_container(const core::WorkloadHandle& handle) {
  auto watched = std::make_shared<Watched>(control_);
  watched->handle = handle;
  watched->container_id = container_id_of(handle);
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

net::Task<void> DockerPlatform::watch_events() {
  std::chrono::milliseconds pause = kReconnectFirst;
  while (!closed_) {
    auto client = engine();
    Result<engine::EventStream> stream = fail(ErrorCode::Unavailable, "");
    if (client) {
      std::string since = cursor_.since();
      auto labels = all_managed();
      stream = co_await (*client)->events(std::move(labels), std::move(since));
    }
    if (!stream) {
      const bool slept = co_await net::sleep_for(pause);
      if (!slept) co_return;
      pause = std::min(pause * 2, kReconnectMax);
      continue;
    }
    connected_ = true;
    pause = kReconnectFirst;
    if (lost_at_) log_info("the Docker engine is back", {{"watched", running_.size()}});
    auto info = co_await (*client)->info();
    if (info) engine_keeps_containers_ = info->live_restore;
    co_await sweep();
    lost_at_.reset();
    while (!closed_) {
      auto events = co_await stream->read(kQuietStream);
      if (events) {
        for (const engine::Event& event : *events) {
          if (cursor_.accept(event)) on_event(event);
        }
        continue;
      }
      connected_ = false;
      if (closed_ || events.error().code == ErrorCode::Cancelled) co_return;
      if (events.error().code != ErrorCode::DeadlineExceeded) {
        lost_at_ = clock_.now();
        ++losses_;
        write_log(LogLevel::Warn, "the Docker engine's events broke off", events.error());
      }
      break;
    }
  }
}

net::Task<void> DockerPlatform::sweep_regularly() {
  while (!closed_) {
    const bool slept = co_await net::sleep_for(options_.sweep_interval);
    if (!slept) co_return;
    if (connected_) co_await sweep();
  }
}

// Whatever should run and does not has ended unheard.
net::Task<void> DockerPlatform::sweep() {
  auto client = engine();
  if (!client || running_.empty()) co_return;
  const std::vector<std::string> before = [this] {
    std::vector<std::string> ids;
    for (const auto& [workload, watched] : running_) ids.push_back(watched->container_id);
    return ids;
  }();
  auto labels = all_managed();
  auto listed = co_await (*client)->list_containers(std::move(labels), false);
  if (!listed || closed_) co_return;
  std::set<std::string> running;
  for (const engine::ContainerSummary& summary : *listed) running.insert(summary.id);
  for (const std::string& id : before) {
    const auto found = by_container_.find(id);
    if (running.contains(id) || found == by_container_.end()) continue;
    // One that is just being started is not in the list yet.
    if (starting_.contains(found->second->handle.instance_id)) continue;
    const bool after_absence = lost_at_.has_value();
    tasks_.spawn("docker exit", [this, watched = found->second, after_absence] {
      return settle(watched, std::nullopt, after_absence);
    });
  }
}

void DockerPlatform::on_event(const engine::Event& event) {
  const auto found = by_container_.find(event.id);
  if (event.type != "container" || found == by_container_.end()) return;
  const WatchedPtr watched = found->second;
  if (event.action == "oom") {
    watched->out_of_memory = true;
  } else if (event.action == "kill") {
    // What `docker stop` and `docker restart` send first.
    if (event.attribute("signal") == kStopSignal) watched->signalled = !watched->end_expected;
  } else if (event.action == "start") {
    watched->is_restarted = true;
    watched->restarted.cancel();
  } else if (event.action == "pause" || event.action == "unpause") {
    log_warn("somebody changed a container by hand",
             {{"instanceId", watched->handle.instance_id}, {"action", event.action}});
  } else if (event.action == "die") {
    watched->is_restarted = false;
    const auto exit_code = event.exit_code();
    tasks_.spawn("docker exit", [this, watched, exit_code] { return settle(watched, exit_code, false); });
  }
}

// Finds out whether and how a container ended, and tells it once.
net::Task<void> DockerPlatform::settle(WatchedPtr watched, std::optional<int> exit_code, bool after_absence) {
  if (watched->settling || watched->end_expected) co_return;
  watched->settling = true;
  const std::size_t losses = losses_;
  bool engine_ends = false;
  if (watched->signalled && !after_absence && !watched->is_restarted) {
    watched->restarted.expires_after(kRestartGrace);
    boost::system::error_code woken;
    auto token = net::asio::redirect_error(net::use_task, woken);
    co_await watched->restarted.async_wait(token);
    // An engine that is shutting down stops its containers in the same way, and takes no new connections any more.
    if (losses == losses_ && engine_ && !closed_ && !watched->is_restarted) {
      engine::EngineClient newcomer(control_, engine_->endpoint());
      auto answers = co_await newcomer.version();
      engine_ends = !answers;
    }
  }
  after_absence = after_absence || losses != losses_;
  auto client = engine();
  Result<engine::Container> container = fail(ErrorCode::Unavailable, "");
  if (client && !closed_) container = co_await (*client)->inspect_container(watched->container_id);
  watched->settling = false;
  // stop() may have come meanwhile, and another look may have told it.
  const auto known = by_container_.find(watched->container_id);
  if (closed_ || watched->end_expected || known == by_container_.end() || known->second != watched) co_return;
  if (engine_ends) co_return;  // the sweep after its return looks again
  if (container && container->state.running) {
    watched->signalled = false;
    log_warn("somebody restarted a container by hand; it is the instance's as before",
             {{"instanceId", watched->handle.instance_id}});
    logs_.started(watched->handle.instance_id, {watched->container_id, container->terminal});
    co_return;
  }
  core::WorkloadExit exit;
  exit.time = clock_.now();
  if (container) {
    exit = exit_of(container->state, clock_.now());
    if (watched->out_of_memory && !exit.out_of_memory) {
      exit = exit_of(container->state.exit_code, true, exit.time);
    }
    if (after_absence && !engine_keeps_containers_) exit = exit_with_engine(std::move(exit));
  } else if (container.error().code == ErrorCode::NotFound) {
    exit.reason = "exit code unknown: the container was removed";
    if (exit_code) exit = exit_of(*exit_code, watched->out_of_memory, clock_.now());
  } else if (exit_code && !watched->signalled) {
    exit = exit_of(*exit_code, watched->out_of_memory, clock_.now());
  } else {
    co_return;  // the engine is away again; the sweep after its return looks once more
  }
  finish(watched, std::move(exit));
}

void DockerPlatform::finish(const WatchedPtr& watched, core::WorkloadExit exit) {
  forget(watched);
  ended_[watched->handle.instance_id] = {watched->container_id, exit};
  if (!watched->end_expected && exit_handler_) exit_handler_(watched->handle, exit);
}

}  // namespace draas::platforms::docker
