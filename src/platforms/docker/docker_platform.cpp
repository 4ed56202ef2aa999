#include "platforms/docker/docker_platform.hpp"

#include <algorithm>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "platforms/docker/container_exit.hpp"
#include "platforms/docker/platform_state.hpp"
#include "platforms/ports.hpp"
#include "platforms/workload_id.hpp"

namespace draas::platforms::docker {
namespace engine = draas::docker;
namespace {

constexpr std::chrono::seconds kAvailabilityAge{1};
constexpr double kNanosPerSecond = 1e9;

bool is_unreachable(const Error& error) {
  return error.code == ErrorCode::Unavailable || error.code == ErrorCode::PermissionDenied ||
         error.code == ErrorCode::DeadlineExceeded || error.code == ErrorCode::InvalidArgument;
}

bool matches(const std::optional<Marks>& marks, const core::WorkloadHandle& handle) {
  return marks && marks->workload == handle.instance_id && marks->generation == handle.generation &&
         marks->spec_hash == handle.spec_hash && marks->control_plane_id == text_of(handle, "controlPlaneId");
}

}  // namespace

DockerPlatform::DockerPlatform(DockerPlatformOptions options, net::Executor control, net::WorkerPool& blocking,
                               Clock& clock)
    : options_(std::move(options)),
      control_(control),
      workers_(blocking),
      clock_(clock),
      logs_(control),
      tasks_(control),
      calls_(control) {}

// --- the engine -----------------------------------------------------------------------------------------------------

Result<engine::EngineClient*> DockerPlatform::engine() {
  if (!options_.enabled) {
    return fail(ErrorCode::Unavailable, "The Docker platform is switched off; set Docker:Enabled to true");
  }
  if (!engine_) {
    auto endpoint = engine::resolve_endpoint(options_.endpoint);
    if (!endpoint) return std::unexpected(std::move(endpoint.error()));
    engine_ = std::make_unique<engine::EngineClient>(control_, std::move(*endpoint));
  }
  return engine_.get();
}

// An engine that cannot be used may be named otherwise by now: certificates were put there, another context was chosen.
void DockerPlatform::look_for_engine_again() {
  auto endpoint = engine::resolve_endpoint(options_.endpoint);
  if (closed_ || !endpoint || endpoint->is_same(engine_->endpoint())) return;
  retired_.push_back(std::move(engine_));
  engine_ = std::make_unique<engine::EngineClient>(control_, std::move(*endpoint));
}

bool DockerPlatform::is_local() const {
  if (!engine_) return true;
  const net::Endpoint& address = engine_->endpoint().address;
  return address.kind == net::Endpoint::Kind::Unix || address.host == "localhost" || address.host == "127.0.0.1" ||
         address.host == "::1";
}

net::Task<core::Availability> DockerPlatform::availability() {
  const Call call(calls_);
  const SteadyTime now = clock_.steady_now();
  if (asked_at_ && availability_.available && now - *asked_at_ < kAvailabilityAge) co_return availability_;
  auto client = engine();
  if (!client) co_return core::Availability{false, client.error().message, {}};
  auto version = co_await (*client)->version();
  asked_at_ = now;
  if (version) {
    availability_ = {true,
                     "Docker " + version->version + " at " + (*client)->endpoint().address.to_string() + ", API " +
                         version->api_version + ", image " + options_.image,
                     version->version};
  } else {
    availability_ = {false, version.error().message, {}, version.error().retryable};
    look_for_engine_again();
  }
  co_return availability_;
}

// --- addresses ------------------------------------------------------------------------------------------------------

bool DockerPlatform::port_is_free(const std::string& host, std::uint16_t port) {
  // Of another machine only the engine knows, and it tells at the start.
  return !is_local() || platforms::port_is_free(host, port);
}

core::ListenAddress DockerPlatform::listen_address(const std::string&, std::uint16_t port,
                                                   const std::vector<std::uint16_t>& component_ports) const {
  // All ports of the components are the same inside and outside, and none of them is the server's outside.
  const bool taken = std::ranges::find(component_ports, kServerPort) != component_ports.end();
  return {"0.0.0.0", taken ? port : kServerPort};
}

net::Endpoint DockerPlatform::endpoint(const core::WorkloadSpec& spec) const {
  net::Endpoint endpoint;
  endpoint.kind = net::Endpoint::Kind::Tcp;
  endpoint.host = spec.host;
  const bool everywhere = spec.host.empty() || spec.host == "0.0.0.0" || spec.host == "::" || spec.host == "[::]";
  if (everywhere) endpoint.host = is_local() ? "127.0.0.1" : engine_->endpoint().address.host;
  endpoint.port = spec.port;
  return endpoint;
}

Status DockerPlatform::check_options(const Json& platform_options) const {
  auto options = read_instance_options(platform_options);
  return options ? Status() : std::unexpected(std::move(options.error()));
}

Json DockerPlatform::effective_options(const Json& platform_options) const {
  Json effective = platform_options.is_object() ? platform_options : Json::object();
  if (!effective.contains("image")) effective["image"] = options_.image;
  effective.erase("pullPolicy");  // of the next start alone
  return effective;
}

std::map<std::string, std::string> DockerPlatform::describe(const core::WorkloadHandle& handle) const {
  std::map<std::string, std::string> fields;
  for (const char* key : {"containerId", "containerName", "image"}) {
    if (std::string text = text_of(handle, key); !text.empty()) fields.emplace(key, std::move(text));
  }
  if (engine_) fields.emplace("engine", engine_->endpoint().address.to_string());
  return fields;
}

// --- running containers ---------------------------------------------------------------------------------------------

namespace {

net::Task<Status> end_container(engine::EngineClient* client, std::string id, std::chrono::milliseconds timeout,
                                std::chrono::milliseconds kill_timeout) {
  const auto is_over = [](const Error& error) {
    return error.code == ErrorCode::NotFound || error.code == ErrorCode::Conflict;  // gone, or not running
  };
  std::string signal = "SIGINT";
  Status sent = co_await client->kill_container(id, signal);
  if (!sent) co_return is_over(sent.error()) ? Status() : sent;
  crash_point("docker.stop.interrupted");
  Result<int> ended = fail(ErrorCode::DeadlineExceeded, "");
  if (timeout.count() > 0) ended = co_await client->wait_container(id, timeout);
  if (ended) co_return Status();
  if (ended.error().code != ErrorCode::DeadlineExceeded) {
    co_return is_over(ended.error()) ? Status() : std::unexpected(std::move(ended.error()));
  }
  log_warn("the container does not end on SIGINT and is killed", {{"container", id}});
  signal = "SIGKILL";
  sent = co_await client->kill_container(id, signal);
  if (!sent) co_return is_over(sent.error()) ? Status() : sent;
  ended = co_await client->wait_container(id, kill_timeout);
  if (ended || is_over(ended.error())) co_return Status();
  co_return std::unexpected(std::move(ended.error()).with_context("The container does not end although it was killed"));
}

}  // namespace

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
      ended = co_await end_container(*client, id, timeout, options_.kill_timeout);
    }
    if (ended) container = co_await (*client)->inspect_container(id);
  }
  if (!container && container.error().code != ErrorCode::NotFound) ended = std::unexpected(container.error());
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

net::Task<Result<core::Platform::Recovered>> DockerPlatform::recover(core::WorkloadHandle handle) {
  const Call call(calls_);
  if (closed_) co_return closing();
  if (auto safe = check_id(handle.instance_id); !safe) co_return std::unexpected(std::move(safe.error()));
  const std::string id = container_id_of(handle);
  if (id.empty()) co_return fail(ErrorCode::DataLoss, "The handle of the container is damaged");
  control_plane_id_ = text_of(handle, "controlPlaneId");
  Recovered recovered;
  const auto running = running_.find(handle.instance_id);
  if (running != running_.end()) {
    if (running->second->container_id != id) {
      co_return fail(ErrorCode::Conflict, "The instance '" + handle.instance_id + "' runs as another container");
    }
    recovered.running = true;
    co_return recovered;
  }
  auto client = engine();
  Result<engine::Container> container = fail(ErrorCode::Unavailable, "");
  if (client) {
    container = co_await (*client)->inspect_container(id);
  } else {
    container = std::unexpected(client.error());
  }
  if (closed_) co_return closing();
  if (!container && is_unreachable(container.error())) {
    // Containers may well run while the engine cannot be asked. The sweep after its return tells if not.
    write_log(LogLevel::Warn, "a container cannot be looked at yet and is taken to run", container.error(),
              {{"instanceId", handle.instance_id}});
    lost_at_ = lost_at_.value_or(clock_.now());
    watch_container(handle);
    recovered.running = true;
    co_return recovered;
  }
  if (!container && container.error().code != ErrorCode::NotFound) co_return std::unexpected(container.error());
  recovered.exit.time = clock_.now();
  if (!container) {
    recovered.exit.reason = "exit code unknown: the container was removed";
  } else if (!matches(read_marks(container->labels), handle)) {
    recovered.exit.reason = "exit code unknown: the container carries the marks of another start";
  } else if (container->state.running) {
    watch_container(handle);
    recovered.running = true;
    co_return recovered;
  } else {
    recovered.exit = exit_of(container->state, clock_.now());
    // While nobody watched, the machine or the engine may have been restarted, which ends containers in the cleanest
    // way. An engine that does not remember the end was started after it.
    const WallTime finished = recovered.exit.time;
    auto remembered = co_await (*client)->remembers_end(id, finished);
    if (remembered && !*remembered) recovered.exit = exit_with_engine(std::move(recovered.exit));
    if (closed_) co_return closing();
  }
  ended_[handle.instance_id] = {id, recovered.exit};
  co_return recovered;
}

net::Task<Result<std::vector<core::FoundWorkload>>> DockerPlatform::list(std::string control_plane_id) {
  const Call call(calls_);
  std::vector<core::FoundWorkload> result;
  if (!options_.enabled) co_return result;
  if (control_plane_id_.empty()) control_plane_id_ = control_plane_id;
  auto client = engine();
  if (!client) co_return std::unexpected(std::move(client.error()));
  auto filter = filter_for(control_plane_id);
  auto found = co_await (*client)->list_containers(std::move(filter), false);
  if (!found) co_return std::unexpected(std::move(found.error()));
  for (const engine::ContainerSummary& each : *found) {
    const auto marks = read_marks(each.labels);
    if (!marks || marks->control_plane_id != control_plane_id || !each.running()) continue;
    core::FoundWorkload workload;
    workload.handle = make_handle(*marks, each.id, each.name, each.image);
    workload.control_plane_id = control_plane_id;
    workload.running = true;
    result.push_back(std::move(workload));
  }
  co_return result;
}

net::Task<Status> DockerPlatform::remove(std::string instance_id, bool keep_data) {
  const Call call(calls_);
  if (auto safe = check_id(instance_id); !safe) co_return safe;
  if (running_.contains(instance_id) || starting_.contains(instance_id)) {
    co_return fail(ErrorCode::Conflict, "The instance '" + instance_id + "' still runs");
  }
  if (keep_data) co_return co_await remove_configuration(instance_id);
  auto client = engine();
  if (!client) co_return std::unexpected(std::move(client.error()));
  auto filter = filter_for(control_plane_id_, instance_id);
  auto containers = co_await (*client)->list_containers(filter, true);
  if (!containers) co_return std::unexpected(std::move(containers.error()));
  for (const engine::ContainerSummary& each : *containers) {
    Status removed = co_await (*client)->remove_container(each.id, true);
    if (!removed) co_return removed;
  }
  crash_point("docker.remove.containers_removed");
  // By label, and not by name: a volume of somebody else may have the name.
  auto volumes = co_await (*client)->list_volumes(filter);
  if (!volumes) co_return std::unexpected(std::move(volumes.error()));
  for (const engine::Volume& each : *volumes) {
    Status removed = co_await (*client)->remove_volume(each.name);
    if (!removed) co_return removed;
  }
  crash_point("docker.remove.volumes_removed");
  ended_.erase(instance_id);
  logs_.removed(instance_id);
  co_return Status();
}

net::Task<Result<core::Usage>> DockerPlatform::usage(core::WorkloadHandle handle) {
  const Call call(calls_);
  const std::string id = container_id_of(handle);
  auto client = engine();
  if (!client) co_return std::unexpected(std::move(client.error()));
  if (!by_container_.contains(id)) {
    co_return fail(ErrorCode::NotFound, "The instance '" + handle.instance_id + "' does not run");
  }
  auto measured = co_await (*client)->container_usage(id);
  if (!measured) co_return std::unexpected(std::move(measured.error()));
  core::Usage usage;
  usage.cpu_seconds = static_cast<double>(measured->cpu_nanoseconds) / kNanosPerSecond;
  usage.memory_bytes = measured->memory_bytes;
  usage.threads = measured->processes;
  co_return usage;
}

net::Task<Result<std::unique_ptr<core::LogReader>>> DockerPlatform::logs(std::string instance_id,
                                                                         core::LogQuery query) {
  const Call call(calls_);
  if (closed_) co_return closing();
  if (auto safe = check_id(instance_id); !safe) co_return std::unexpected(std::move(safe.error()));
  auto client = engine();
  if (!client) co_return std::unexpected(std::move(client.error()));
  auto filter = filter_for(control_plane_id_, instance_id);
  auto containers = co_await (*client)->list_containers(std::move(filter), true);
  if (!containers) co_return std::unexpected(std::move(containers.error()));
  std::map<std::uint64_t, LogSource> by_generation;
  for (const engine::ContainerSummary& each : *containers) {
    const auto marks = read_marks(each.labels);
    if (marks && each.state != "created") by_generation[marks->generation] = {each.id, false};
  }
  std::vector<LogSource> sources;
  for (auto& [generation, source] : by_generation) sources.push_back(std::move(source));
  co_return co_await logs_.open(*client, std::move(instance_id), std::move(sources), query);
}

net::Task<void> DockerPlatform::close() {
  closed_ = true;
  exit_handler_ = nullptr;
  progress_handler_ = nullptr;
  running_.clear();
  by_container_.clear();
  co_await logs_.close();
  co_await tasks_.close();
  co_await calls_.wait();
}

std::unique_ptr<core::Platform> make_docker_platform(DockerPlatformOptions options, net::Executor control,
                                                     net::WorkerPool& blocking, Clock& clock) {
  return std::make_unique<DockerPlatform>(std::move(options), control, blocking, clock);
}

}  // namespace draas::platforms::docker
