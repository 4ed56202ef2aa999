#include "platforms/docker/docker_platform.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "platforms/docker/container_exit.hpp"
#include "platforms/docker/platform_state.hpp"
#include "platforms/ports.hpp"
#include "platforms/workload_id.hpp"

namespace draas::platforms::docker {
namespace engine = draas::docker;
namespace {

constexpr std::chrono::seconds kSilenceAge{10};
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

// --- addresses ------------------------------------------------------------------------------------------------------

bool DockerPlatform::port_is_free(const std::string& host, std::uint16_t port) {
  // Of another machine only the engine knows, and it tells at the start.
  return !is_local() || platforms::port_is_free(host, port);
}

bool DockerPlatform::port_seems_free(const std::string& host, std::uint16_t port) {
  return !is_local() || platforms::port_seems_free(host, port);
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
  for (const char* key : {"containerId", "containerName", "image", "warnings"}) {
    if (std::string text = text_of(handle, key); !text.empty()) fields.emplace(key, std::move(text));
  }
  if (engine_) fields.emplace("engine", engine_->endpoint().address.to_string());
  return fields;
}

// --- running containers ---------------------------------------------------------------------------------------------

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
  Result<engine::Container> container = fail(ErrorCode::Unavailable, "the Docker engine did not answer a moment ago");
  if (!client) {
    container = std::unexpected(client.error());
  } else if (!silent_since_ || std::chrono::steady_clock::now() - *silent_since_ > kSilenceAge) {
    // A fleet must not wait for a hanging engine once for each of its containers.
    silent_since_.reset();
    container = co_await (*client)->inspect_container(id);
  }
  if (!container && container.error().code == ErrorCode::NotFound && !closed_) {
    co_await identify(*client);
    if (is_elsewhere(handle)) container = fail(ErrorCode::Unavailable, why_another_engine(handle));
  }
  if (closed_) co_return closing();
  if (!container && is_unreachable(container.error())) {
    // Containers may well run while the engine cannot be asked. The sweep after its return tells if not.
    write_log(LogLevel::Warn, "a container cannot be looked at yet and is taken to run", container.error(),
              {{"instanceId", handle.instance_id}});
    silent_since_ = std::chrono::steady_clock::now();
    away_ = true;
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
    if (!remembered && is_unreachable(remembered.error())) {
      // Away again in this moment: the sweep after its return finds out.
      watch_container(handle);
      recovered.running = true;
      co_return recovered;
    }
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
  if (!found) {
    if (is_unreachable(found.error())) silent_since_ = std::chrono::steady_clock::now();
    co_return std::unexpected(std::move(found.error()));
  }
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
  condition_handler_ = nullptr;
  // A pull may take its time; the engine goes on with what it has begun.
  const auto awaiting = awaiting_image_;
  for (const auto& [workload, signal] : awaiting) signal->emit(net::asio::cancellation_type::terminal);
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
