// The Docker platform: from a specification to a running container.

#include <algorithm>

#include "base/archive.hpp"
#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "platforms/docker/container_removal.hpp"
#include "platforms/docker/platform_state.hpp"
#include "platforms/workload_id.hpp"

namespace draas::platforms::docker {
namespace engine = draas::docker;
namespace {

constexpr std::uint32_t kPrivateDirectory = 0700;
constexpr std::uint32_t kSharedDirectory = 0755;
constexpr std::uint32_t kPrivateFile = 0600;

// The instance's own directory in a volume, or one in it.
ArchiveEntry directory_entry(UserIds owner, std::uint32_t mode, WallTime time, std::string_view below = {}) {
  ArchiveEntry entry;
  entry.path = std::string(kInstanceDirectory) + "/";
  if (!below.empty()) entry.path += std::string(below) + "/";
  entry.mode = mode;
  entry.user = owner.user;
  entry.group = owner.group;
  entry.is_directory = true;
  entry.time = time;
  return entry;
}

ArchiveEntry config_entry(UserIds owner, std::string configuration, WallTime time) {
  ArchiveEntry entry;
  entry.path = std::string(kInstanceDirectory) + "/" + std::string(kConfigFile);
  entry.content = std::move(configuration);
  entry.mode = kPrivateFile;
  entry.user = owner.user;
  entry.group = owner.group;
  entry.time = time;
  return entry;
}

std::string file_of(const Result<std::string>& archive) {
  if (!archive) return {};
  const auto entries = read_archive(*archive, 1U << 20U);
  return entries && !entries->empty() ? entries->front().content : std::string();
}

}  // namespace

void DockerPlatform::tell_progress(const std::string& workload, const std::string& progress) {
  log_info("starting a container", {{"instanceId", workload}, {"progress", progress}});
  if (progress_handler_) progress_handler_(workload, progress);
}

// --- what was there before ------------------------------------------------------------------------------------------

// The last container of the workload is kept beside the new one for its log; what is older goes.
net::Task<Status> DockerPlatform::make_room(engine::EngineClient* client, core::WorkloadSpec spec) {
  auto filter = filter_for(spec.control_plane_id, spec.instance_id);
  auto found = co_await client->list_containers(std::move(filter), true);
  if (!found) co_return std::unexpected(std::move(found.error()));
  const auto generation = [](const engine::ContainerSummary& each) {
    const auto marks = read_marks(each.labels);
    return marks ? marks->generation : 0;
  };
  std::ranges::sort(*found, std::greater<>(), generation);
  const engine::ContainerSummary* last = nullptr;
  for (const engine::ContainerSummary& each : *found) {
    if (last == nullptr && !each.running() && each.state != "created") {
      last = &each;
      continue;
    }
    if (each.running()) {
      log_warn("a container of an earlier start still runs and is removed",
               {{"instanceId", spec.instance_id}, {"container", each.name}});
    }
    Status removed = co_await remove_container(client, each.id, options_.kill_timeout);
    if (!removed) co_return removed;
  }
  if (last == nullptr) co_return Status();
  std::string name = previous_container_name(options_.name_prefix, spec.instance_id);
  if (last->name == name) co_return Status();
  co_return co_await client->rename_container(last->id, std::move(name));
}

net::Task<Status> DockerPlatform::make_volume(engine::EngineClient* client, std::string volume,
                                              std::string control_plane_id, std::string workload) {
  auto found = co_await client->inspect_volume(volume);
  auto labels = volume_labels(control_plane_id, workload);
  if (found) {
    for (const auto label : {kLabelControlPlane, kLabelWorkload}) {
      const std::string key(label);
      const auto mark = found->labels.find(key);
      if (mark != found->labels.end() && mark->second == labels[key]) continue;
      co_return fail(ErrorCode::Conflict, "The volume '" + volume +
                                              "' exists and is not this instance's; remove it with `docker volume rm " +
                                              volume + "`, or set Docker:NamePrefix to another prefix");
    }
    co_return Status();
  }
  if (found.error().code != ErrorCode::NotFound) co_return std::unexpected(std::move(found.error()));
  co_return co_await client->create_volume(std::move(volume), std::move(labels));
}

net::Task<Status> DockerPlatform::make_volumes(engine::EngineClient* client, core::WorkloadSpec spec) {
  const std::string& prefix = options_.name_prefix;
  std::vector<std::string> volumes{config_volume(prefix, spec.instance_id), data_volume(prefix, spec.instance_id)};
  const bool own_plugins = options_.plugins_directory.empty() && options_.plugins_volume.empty();
  if (own_plugins) volumes.push_back(plugins_volume(prefix, spec.instance_id));
  for (const std::string& volume : volumes) {
    Status made = co_await make_volume(client, volume, spec.control_plane_id, spec.instance_id);
    if (!made) co_return made;
  }
  // In use again: whether its data is kept is asked anew at its next delete.
  auto filter = filter_for(spec.control_plane_id, spec.instance_id);
  filter.push_back(std::string(kLabelKept) + "=true");
  auto kept = co_await client->list_volumes(std::move(filter));
  if (!kept) co_return std::unexpected(std::move(kept.error()));
  for (const engine::Volume& each : *kept) {
    Status removed = co_await client->remove_volume(each.name);
    if (!removed) co_return removed;
  }
  co_return Status();
}

// What another instance keeps, of this control plane or another, is not for this one to write into.
net::Task<Status> DockerPlatform::check_volumes(engine::EngineClient* client, InstanceOptions instance,
                                                std::string workload) {
  for (const std::string& wanted : instance.volumes) {
    const std::string name = wanted.substr(0, wanted.find(':'));
    auto found = co_await client->inspect_volume(name);
    if (!found) {
      if (found.error().code == ErrorCode::NotFound) continue;
      co_return std::unexpected(std::move(found.error()));
    }
    const auto owner = found->labels.find(std::string(kLabelWorkload));
    const bool is_ours = owner != found->labels.end() && owner->second == workload;
    if (!found->labels.contains(std::string(kLabelManaged)) || is_ours) continue;
    co_return fail(ErrorCode::InvalidArgument,
                   "/platformOptions/volumes: the volume '" + name +
                       "' belongs to another instance; make one to be shared with `docker volume create`",
                   {{"/platformOptions/volumes", "'" + name + "' belongs to another instance"}});
  }
  co_return Status();
}

// --- files ----------------------------------------------------------------------------------------------------------

net::Task<Result<UserIds>> DockerPlatform::user_of(engine::EngineClient* client, std::string container_id,
                                                   std::string user, std::string image_id) {
  if (auto known = numeric_user(user)) co_return *known;
  const std::string key = image_id + " " + user;
  if (const auto found = users_.find(key); found != users_.end()) co_return found->second;
  // An image need not have these files.
  auto passwd = co_await client->get_archive(container_id, "/etc/passwd");
  if (!passwd && passwd.error().code != ErrorCode::NotFound) co_return std::unexpected(std::move(passwd.error()));
  auto group = co_await client->get_archive(container_id, "/etc/group");
  if (!group && group.error().code != ErrorCode::NotFound) co_return std::unexpected(std::move(group.error()));
  const auto ids = find_user(user, file_of(passwd), file_of(group));
  if (!ids) {
    co_return fail(ErrorCode::InvalidArgument, "The image has no user '" + user +
                                                   "'; name one that it has, or a number, with Docker:User or "
                                                   "platformOptions.user");
  }
  users_[key] = *ids;
  co_return *ids;
}

net::Task<Status> DockerPlatform::write_files(engine::EngineClient* client, std::string container_id,
                                              std::string configuration, std::vector<std::string> directories,
                                              std::string image) {
  auto container = co_await client->inspect_container(container_id);
  if (!container) co_return std::unexpected(std::move(container.error()));
  std::string image_id = container->image_id.empty() ? image : container->image_id;
  auto user = co_await user_of(client, container_id, container->user, std::move(image_id));
  if (!user) co_return std::unexpected(std::move(user.error()));
  const WallTime now = clock_.now();
  struct Part {
    std::string mount;
    std::vector<ArchiveEntry> entries;
  };
  std::vector<Part> parts(2);
  parts[0].mount = kConfigMount;
  parts[0].entries = {directory_entry(*user, kPrivateDirectory, now),
                      config_entry(*user, std::move(configuration), now)};
  parts[1].mount = kDataMount;
  parts[1].entries = {directory_entry(*user, kPrivateDirectory, now)};
  for (const std::string& needed : directories) {
    parts[1].entries.push_back(directory_entry(*user, kPrivateDirectory, now, needed));
  }
  if (options_.plugins_directory.empty()) {
    parts.push_back({std::string(kPluginsMount), {directory_entry(*user, kSharedDirectory, now)}});
  }
  for (Part& part : parts) {
    auto archive = write_archive(part.entries);
    if (!archive) co_return std::unexpected(std::move(archive.error()));
    Status put = co_await client->put_archive(container_id, part.mount, std::move(*archive));
    if (!put) co_return put;
  }
  co_return Status();
}

net::Task<Status> DockerPlatform::remove_configuration(std::string instance_id) {
  const Call call(calls_);
  if (auto safe = check_id(instance_id); !safe) co_return safe;
  auto client = engine();
  if (!client) co_return std::unexpected(std::move(client.error()));
  const std::string name = container_name(options_.name_prefix, instance_id);
  auto container = co_await (*client)->inspect_container(name);
  if (!container) {
    if (container.error().code == ErrorCode::NotFound) co_return Status();
    co_return std::unexpected(std::move(container.error()));
  }
  const auto marks = read_marks(container->labels);
  if (!marks || marks->workload != instance_id || marks->control_plane_id != control_plane_id_) co_return Status();
  // Files cannot be removed through the engine, and the volume belongs to the container; so the file is emptied.
  std::vector<ArchiveEntry> entries{config_entry({}, "", clock_.now())};
  auto archive = write_archive(entries);
  if (!archive) co_return std::unexpected(std::move(archive.error()));
  std::string mount(kConfigMount);
  Status emptied = co_await (*client)->put_archive(container->id, std::move(mount), std::move(*archive));
  crash_point("docker.configuration.emptied");
  co_return emptied;
}

// --- the container --------------------------------------------------------------------------------------------------

net::Task<Result<core::WorkloadHandle>> DockerPlatform::start_container(engine::EngineClient* client,
                                                                        core::WorkloadSpec spec,
                                                                        InstanceOptions instance, std::string image) {
  Status room = co_await make_room(client, spec);
  if (!room) co_return std::unexpected(std::move(room.error()));
  crash_point("docker.start.room_made");
  Status volumes = co_await make_volumes(client, spec);
  if (!volumes) co_return std::unexpected(std::move(volumes.error()));
  crash_point("docker.start.volumes_made");
  const std::string name = container_name(options_.name_prefix, spec.instance_id);
  const core::ListenAddress listen = listen_address(spec.host, spec.port, spec.component_ports);
  Json body = container_specification(options_, instance, spec, image, listen);
  auto created = co_await client->create_container(name, std::move(body));
  if (!created) {
    Error error = std::move(created.error());
    if (error.code == ErrorCode::Conflict) {
      error.message += "; remove the container '" + name + "', or set Docker:NamePrefix to another prefix";
    }
    co_return std::unexpected(std::move(error));
  }
  crash_point("docker.start.created");
  const std::string id = created->id;
  std::string warnings;
  for (const std::string& warning : created->warnings) {
    log_warn("the engine leaves out a part of what a container was to have",
             {{"instanceId", spec.instance_id}, {"warning", warning}});
    tell_progress(spec.instance_id, "the engine warns: " + warning);
    warnings += (warnings.empty() ? "" : "; ") + warning;
  }
  Status ready = co_await write_files(client, id, spec.configuration, spec.directories, image);
  const Marks marks{spec.control_plane_id, spec.instance_id, spec.generation, spec.spec_hash};
  core::WorkloadHandle handle = make_handle(marks, id, name, image);
  if (!engine_id_.empty()) handle.data["engineId"] = engine_id_;
  if (!warnings.empty()) handle.data["warnings"] = warnings;
  WatchedPtr watched;
  if (ready && !closed_) {
    // Before it runs, so that an end at once is not missed.
    crash_point("docker.start.configured");
    watched = watch_container(handle);
    const SteadyTime begun = std::chrono::steady_clock::now();
    ready = co_await client->start_container(id);
    watched->start_took = std::chrono::ceil<Duration>(std::chrono::steady_clock::now() - begun);
  } else if (ready) {
    ready = closing();
  }
  if (ready) {
    crash_point("docker.start.started");
    // The events may be followed since it was on its way, too late for their first look to find it.
    if (connected_ && watched->unheard) {
      tasks_.spawn("docker sweep", [this]() -> net::Task<void> { co_await sweep(); });
    }
    ended_.erase(spec.instance_id);
    logs_.started(spec.instance_id, {id, false});
    co_return handle;
  }
  if (watched) forget(watched);
  Status removed = co_await remove_container(client, id, options_.kill_timeout);
  if (!removed) {
    write_log(LogLevel::Warn, "a container that could not be started is left", removed.error(),
              {{"instanceId", spec.instance_id}, {"container", name}});
  }
  co_return std::unexpected(std::move(ready.error()));
}

net::Task<Result<core::WorkloadHandle>> DockerPlatform::start(core::WorkloadSpec spec) {
  const Call call(calls_);
  if (closed_) co_return closing();
  if (auto safe = check_id(spec.instance_id); !safe) co_return std::unexpected(std::move(safe.error()));
  if (spec.control_plane_id.empty()) co_return fail(ErrorCode::Internal, "A workload needs a control plane");
  auto instance = read_instance_options(spec.platform_options);
  if (!instance) co_return std::unexpected(std::move(instance.error()));
  auto client = engine();
  if (!client) co_return std::unexpected(std::move(client.error()));
  if (running_.contains(spec.instance_id) || !starting_.insert(spec.instance_id).second) {
    co_return fail(ErrorCode::Conflict, "The instance '" + spec.instance_id + "' runs already");
  }
  control_plane_id_ = spec.control_plane_id;
  const std::string image = instance->image.value_or(options_.image);
  const PullPolicy policy = instance->pull_policy.value_or(options_.pull_policy);
  const std::string workload = spec.instance_id;
  co_await identify(*client);
  Status there = co_await check_volumes(*client, *instance, workload);
  if (there) there = co_await wait_for_image(*client, image, policy, workload);
  if (there && closed_) there = closing();
  Result<core::WorkloadHandle> started = fail(ErrorCode::Internal, "");
  if (there) {
    started = co_await start_container(*client, std::move(spec), std::move(*instance), image);
  } else {
    started = std::unexpected(std::move(there.error()));
  }
  starting_.erase(workload);
  if (!started) co_return std::unexpected(std::move(started.error()).with_context("Cannot start the container"));
  co_return started;
}

}  // namespace draas::platforms::docker
