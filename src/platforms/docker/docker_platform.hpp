#pragma once
// The Docker platform: instances are containers of a Docker engine, on this machine or another.
//
// They outlive the control plane and carry labels from which they are found again. docs/docker-platform.md tells the
// rest.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "core/platform/platform.hpp"
#include "docker/endpoint.hpp"
#include "net/task.hpp"

namespace draas::platforms::docker {

inline constexpr const char* kPlatformName = "Docker";

enum class PullPolicy { IfNotPresent, Always, Never };
std::string_view to_string(PullPolicy policy);
std::optional<PullPolicy> parse_pull_policy(std::string_view text);

struct DockerPlatformOptions {
  bool enabled = true;
  draas::docker::EndpointSources endpoint;
  std::string image = "ghcr.io/drasi-project/drasi-server:0.2.2";
  PullPolicy pull_policy = PullPolicy::IfNotPresent;
  std::string host_address = "127.0.0.1";  // of the engine's machine, where ports are published
  std::string network;                     // "" = the engine's default bridge
  std::vector<std::string> extra_hosts;    // "name:address"
  std::vector<std::string> arguments;      // appended to the command line of every instance
  std::map<std::string, std::string> environment;
  std::string user;                  // "" = the image's
  std::vector<std::string> volumes;  // "volume-or-host-path:/path[:ro]", in every container
  std::string plugins_volume;        // shared by all instances; "" = one for each
  std::string plugins_directory;     // inside the image; "" = a volume
  bool skip_plugin_verification = false;
  core::ResourceLimits limits;      // for instances that name none themselves
  std::uint64_t pids_limit = 1024;  // 0 = none
  bool read_only_root = false;
  // A small init process, the engine's own, as PID 1: signals then mean to the server what they mean elsewhere, also
  // before it has its handlers, and its children are reaped.
  bool init = true;
  std::string log_driver = "json-file";
  std::map<std::string, std::string> log_options{{"max-size", "10m"}, {"max-file", "5"}};
  std::string name_prefix = "draas-";
  std::string lost_engine;          // EngineInfo::id of one that is gone for good, with all that ran there
  Duration stop_timeout{30'000};    // written into the container, for those who stop it by hand
  Duration kill_timeout{10'000};    // for the engine to end a container after SIGKILL
  Duration sweep_interval{30'000};  // behind the events, for what they missed
};

// `control` is the control loop on which the platform is used; `blocking` reads files and runs credential helpers. Both
// must outlive the platform. Nothing is connected to until something is asked for. close() must complete before the
// platform is destroyed, unless the loop has stopped.
//
// Per-instance settings (WorkloadSpec::platform_options): instance_options.hpp.
std::unique_ptr<core::Platform> make_docker_platform(DockerPlatformOptions options, net::Executor control,
                                                     net::WorkerPool& blocking, Clock& clock = system_clock());

}  // namespace draas::platforms::docker
