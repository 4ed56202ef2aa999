// The Docker platform: how a container is brought to its end, and how what is left of it goes.

#include <algorithm>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "platforms/docker/container_exit.hpp"
#include "platforms/docker/container_removal.hpp"
#include "platforms/docker/platform_state.hpp"
#include "platforms/workload_id.hpp"

namespace draas::platforms::docker {
namespace engine = draas::docker;
namespace {

constexpr std::chrono::milliseconds kAskAgain{200};

// Does it run? Conflict is also what an engine says of what it cannot do just now, so it is asked.
net::Task<Result<bool>> runs(engine::EngineClient* client, std::string id) {
  auto container = co_await client->inspect_container(std::move(id));
  if (container) co_return container->state.running;
  if (container.error().code == ErrorCode::NotFound) co_return false;
  co_return std::unexpected(std::move(container.error()));
}

// Waits until it has ended: false when it runs after `timeout`, an error when the engine cannot tell then.
net::Task<Result<bool>> wait_for_end(engine::EngineClient* client, std::string id, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    auto ended = co_await client->wait_container(id, left);
    if (ended || ended.error().code == ErrorCode::NotFound) co_return true;
    if (ended.error().code == ErrorCode::Cancelled) co_return std::unexpected(std::move(ended.error()));
    // A wait that failed says nothing of the container.
    const auto pause =
        std::min<std::chrono::steady_clock::duration>(kAskAgain, deadline - std::chrono::steady_clock::now());
    if (pause.count() <= 0) break;
    const bool slept = co_await net::sleep_for(pause);
    if (!slept) co_return fail(ErrorCode::Cancelled, "The control plane is shutting down");
  }
  auto running = co_await runs(client, std::move(id));
  if (!running) co_return running;
  co_return !*running;
}

// Sends it. False when the container is over; an error when it runs and cannot be sent a signal.
net::Task<Result<bool>> send_signal(engine::EngineClient* client, std::string id, std::string signal) {
  Status sent = co_await client->kill_container(id, std::move(signal));
  if (sent) co_return true;
  if (sent.error().code == ErrorCode::NotFound) co_return false;
  if (sent.error().code != ErrorCode::Conflict) co_return std::unexpected(std::move(sent.error()));
  auto running = co_await runs(client, std::move(id));
  if (!running) co_return running;
  if (!*running) co_return false;
  co_return std::unexpected(std::move(sent.error()));
}

}  // namespace

net::Task<Status> DockerPlatform::end_container(engine::EngineClient* client, std::string id,
                                                std::chrono::milliseconds timeout) {
  std::string signal = "SIGINT";
  auto sent = co_await send_signal(client, id, std::move(signal));
  if (sent && !*sent) co_return Status();
  if (!sent && sent.error().code != ErrorCode::Conflict) co_return std::unexpected(std::move(sent.error()));
  crash_point("docker.stop.interrupted");
  Result<bool> ended = false;
  if (sent && timeout.count() > 0) ended = co_await wait_for_end(client, id, timeout);
  if (!ended) co_return std::unexpected(std::move(ended.error()));
  if (*ended) co_return Status();
  log_warn("the container does not end on SIGINT and is killed", {{"container", id}});
  signal = "SIGKILL";
  sent = co_await send_signal(client, id, std::move(signal));
  if (!sent) co_return std::unexpected(std::move(sent.error()).with_context("The container cannot be killed"));
  if (!*sent) co_return Status();
  ended = co_await wait_for_end(client, id, options_.kill_timeout);
  if (!ended) co_return std::unexpected(std::move(ended.error()));
  if (*ended) co_return Status();
  co_return fail(ErrorCode::DeadlineExceeded,
                 "The container does not end although it was killed; look at the engine's log, and restart the engine "
                 "if it hangs");
}

net::Task<Result<core::WorkloadExit>> DockerPlatform::stop(core::WorkloadHandle handle,
                                                           std::chrono::milliseconds timeout) {
  const Call call(calls_);
  if (closed_) co_return closing();
  const std::string id = container_id_of(handle);
  if (id.empty()) co_return fail(ErrorCode::DataLoss, "The handle of the container is damaged");
  auto client = engine();
  if (!client) co_return std::unexpected(std::move(client.error()));
  crash_point("docker.stop.begin");
  const auto known = by_container_.find(id);
  const WatchedPtr watched = known == by_container_.end() ? nullptr : known->second;
  if (watched) watched->end_expected = true;

  auto container = co_await (*client)->inspect_container(id);
  Status ended;
  if (container && container->state.running) {
    const auto marks = read_marks(container->labels);
    if (!marks || marks->workload != handle.instance_id) {
      ended = fail(ErrorCode::Conflict, "The container '" + container->name + "' is not this instance's");
    } else {
      ended = co_await end_container(*client, id, timeout);
    }
    if (ended) container = co_await (*client)->inspect_container(id);
  }
  if (!container && container.error().code == ErrorCode::NotFound) {
    co_await identify(*client);
    if (is_elsewhere(handle)) ended = fail(ErrorCode::Unavailable, why_another_engine(handle));
  } else if (!container) {
    ended = std::unexpected(container.error());
  }
  if (!ended) {
    if (watched) watched->end_expected = false;
    co_return std::unexpected(std::move(ended.error()));
  }
  crash_point("docker.stop.ended");
  core::WorkloadExit exit;
  exit.time = clock_.now();
  exit.reason = "exit code unknown: the container was removed";
  if (container) {
    exit = exit_of(container->state, clock_.now());
  } else if (const auto last = ended_.find(handle.instance_id);
             last != ended_.end() && last->second.container_id == id) {
    exit = last->second.exit;
  }
  if (watched) forget(watched);
  ended_[handle.instance_id] = {id, exit};
  co_return exit;
}

net::Task<Result<std::vector<core::Remains>>> DockerPlatform::remains(std::string control_plane_id) {
  const Call call(calls_);
  std::vector<core::Remains> result;
  if (!options_.enabled || closed_) co_return result;
  auto client = engine();
  if (!client) co_return std::unexpected(std::move(client.error()));
  auto filter = filter_for(control_plane_id);
  auto containers = co_await (*client)->list_containers(filter, true);
  if (!containers) co_return std::unexpected(std::move(containers.error()));
  auto volumes = co_await (*client)->list_volumes(filter);
  if (!volumes) co_return std::unexpected(std::move(volumes.error()));
  const auto workload_of = [](const LabelMap& labels) {
    const auto found = labels.find(std::string(kLabelWorkload));
    return found == labels.end() ? std::string() : found->second;
  };
  std::map<std::string, std::vector<std::string>> names;
  std::set<std::string> spared;  // they run, or were kept
  for (const engine::ContainerSummary& each : *containers) {
    const std::string workload = workload_of(each.labels);
    if (each.running()) spared.insert(workload);
    names[workload].push_back("container " + each.name);
  }
  for (const engine::Volume& each : *volumes) {
    const std::string workload = workload_of(each.labels);
    if (each.labels.contains(std::string(kLabelKept))) spared.insert(workload);
    names[workload].push_back("volume " + each.name);
  }
  for (auto& [workload, left] : names) {
    const bool is_busy = running_.contains(workload) || starting_.contains(workload);
    if (workload.empty() || spared.contains(workload) || is_busy) continue;
    result.push_back({workload, std::move(left)});
  }
  co_return result;
}

net::Task<Status> DockerPlatform::remove(std::string instance_id, bool keep_data) {
  const Call call(calls_);
  if (auto safe = check_id(instance_id); !safe) co_return safe;
  if (running_.contains(instance_id) || starting_.contains(instance_id)) {
    co_return fail(ErrorCode::Conflict, "The instance '" + instance_id + "' still runs");
  }
  auto client = engine();
  if (keep_data) {
    Status emptied = co_await remove_configuration(instance_id);
    if (!emptied) co_return emptied;
    if (!client) co_return std::unexpected(std::move(client.error()));
    auto own = filter_for(control_plane_id_, instance_id);
    auto kept = co_await (*client)->list_volumes(std::move(own));
    if (!kept) co_return std::unexpected(std::move(kept.error()));
    if (kept->empty()) co_return Status();
    LabelMap labels = volume_labels(control_plane_id_, instance_id);
    labels.emplace(kLabelKept, "true");
    std::string marker = kept_volume(options_.name_prefix, instance_id);
    co_return co_await (*client)->create_volume(std::move(marker), std::move(labels));
  }
  if (!client) co_return std::unexpected(std::move(client.error()));
  auto filter = filter_for(control_plane_id_, instance_id);
  auto containers = co_await (*client)->list_containers(filter, true);
  if (!containers) co_return std::unexpected(std::move(containers.error()));
  for (const engine::ContainerSummary& each : *containers) {
    Status removed = co_await remove_container(*client, each.id, options_.kill_timeout);
    if (!removed) co_return removed;
  }
  crash_point("docker.remove.containers_removed");
  // By label, and not by name: a volume of somebody else may have the name.
  auto volumes = co_await (*client)->list_volumes(filter);
  if (!volumes) co_return std::unexpected(std::move(volumes.error()));
  for (const engine::Volume& each : *volumes) {
    Status removed = co_await remove_volume(*client, each.name, options_.kill_timeout);
    if (!removed) co_return removed;
  }
  crash_point("docker.remove.volumes_removed");
  ended_.erase(instance_id);
  logs_.removed(instance_id);
  co_return Status();
}

}  // namespace draas::platforms::docker
