#pragma once
// What an instance is started with: command line and environment. Pure.

#include <map>
#include <string>
#include <vector>

#include "platforms/process/identity.hpp"
#include "platforms/process/paths.hpp"
#include "platforms/process/process_platform.hpp"

namespace draas::platforms::process {

// Per-instance settings of this platform.
struct InstanceSettings {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
};

// InvalidArgument with the faulty path for anything but the documented keys. null is none.
Result<InstanceSettings> read_instance_settings(const Json& platform_options);

std::vector<std::string> make_arguments(const ProcessPlatformOptions& options,
                                        const std::filesystem::path& configuration, const InstanceSettings& settings);

// `inherited` (NAME=value) without what belongs to the control plane alone, then the layers in order (later ones win),
// with the marks first: a scan of /proc finds them soonest there. InvalidArgument for a name that cannot be one.
Result<std::vector<std::string>> make_environment(const std::vector<std::string>& inherited, const Marks& marks,
                                                  const std::vector<std::map<std::string, std::string>>& layers);

// Of this process, as it is now. Not safe against a concurrent setenv.
std::vector<std::string> own_environment();

}  // namespace draas::platforms::process
