#pragma once
// The per-instance settings of the Docker platform ("platformOptions" of the API). Thread-safe.
//
//   image         the image to run; an upgrade is another tag or digest, applied by the next start
//   pullPolicy    IfNotPresent, Always, Never
//   arguments     appended to the command line
//   environment   variables
//   network       name of a network of the engine
//   extraHosts    "name:address"
//   user          "1000", "1000:1000" or a name that the image knows
//   volumes       "volume:/path[:ro]": volumes of the engine by name; host paths are the operator's alone
//   labels        more labels for the container
//   pidsLimit     processes and threads
//   readOnlyRoot  nothing but the volumes and /tmp can be written

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "platforms/docker/docker_platform.hpp"

namespace draas::platforms::docker {

struct InstanceOptions {
  std::optional<std::string> image;
  std::optional<PullPolicy> pull_policy;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::optional<std::string> network;
  std::vector<std::string> extra_hosts;
  std::optional<std::string> user;
  std::vector<std::string> volumes;
  std::map<std::string, std::string> labels;
  std::optional<std::uint64_t> pids_limit;
  std::optional<bool> read_only_root;
};

std::vector<std::string_view> instance_option_names();
// InvalidArgument with a fault for every field that is wrong or unknown, the nearest known name included.
Result<InstanceOptions> read_instance_options(const Json& platform_options);

}  // namespace draas::platforms::docker
