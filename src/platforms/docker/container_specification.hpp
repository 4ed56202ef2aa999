#pragma once
// From a workload to the body of POST /containers/create. Pure; thread-safe.

#include <cstdint>
#include <string>

#include "base/json.hpp"
#include "core/platform/platform.hpp"
#include "platforms/docker/docker_platform.hpp"
#include "platforms/docker/instance_options.hpp"
#include "platforms/docker/marks.hpp"

namespace draas::platforms::docker {

// Where the volumes are in the container. What an instance writes is in a directory below each, because that one can be
// given to the container's user, and the root of a volume cannot.
inline constexpr std::string_view kConfigMount = "/var/lib/draas/config";
inline constexpr std::string_view kDataMount = "/var/lib/draas/data";
inline constexpr std::string_view kPluginsMount = "/var/lib/draas/plugins";
inline constexpr std::string_view kInstanceDirectory = "instance";
inline constexpr std::string_view kConfigFile = "server.yaml";

inline std::string below(std::string_view mount) { return std::string(mount) + "/" + std::string(kInstanceDirectory); }

// The port of the official image, for which its health check is made.
inline constexpr std::uint16_t kServerPort = 8080;

// `image` as it is to be run; `listen` is the address inside.
Json container_specification(const DockerPlatformOptions& options, const InstanceOptions& instance,
                             const core::WorkloadSpec& spec, const std::string& image,
                             const core::ListenAddress& listen);

}  // namespace draas::platforms::docker
