#pragma once
// The Process platform: instances are drasi-server processes on this machine.
//
// They outlive the control plane: each is a session of its own, writes its own log file, and is found again by PID,
// start time and boot id, or by the marks in its environment. docs/process-platform.md tells the rest.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "core/platform/platform.hpp"
#include "net/task.hpp"

namespace draas::platforms::process {

struct ProcessPlatformOptions {
  // A path (relative ones from the current directory of the control plane), or a name that is looked up in PATH.
  std::string executable_path = "drasi-server";
  std::vector<std::string> arguments;  // appended to the command line of every instance
  std::filesystem::path instance_config_directory = "./drasi-configs";
  std::filesystem::path working_directory = "./drasi-runtime";
  std::string default_host = "127.0.0.1";
  std::filesystem::path plugins_directory;         // --plugins-dir; "" = drasi-server's own
  bool skip_plugin_verification = false;           // --skip-verification
  std::uint64_t log_max_bytes = 10U << 20U;        // of one log file
  std::size_t log_files = 5;                       // kept per instance, the current one included
  std::map<std::string, std::string> environment;  // for every instance
  core::ResourceLimits limits;                     // for instances that name none themselves
  std::filesystem::path cgroup_directory;          // a delegated cgroup v2 directory; "" = our own cgroup
  Duration version_timeout{5'000};                 // for `--version`
  Duration kill_timeout{10'000};                   // for the kernel to end a process after SIGKILL
};

// `control` is the control loop on which the platform is used; `blocking` runs its file and process work. Both must
// outlive the platform. close() must complete before the platform is destroyed, unless the loop has stopped.
//
// Per-instance settings (WorkloadSpec::platform_options): {"arguments": ["..."], "environment": {"NAME": "value"}}.
std::unique_ptr<core::Platform> make_process_platform(ProcessPlatformOptions options, net::Executor control,
                                                      net::WorkerPool& blocking, Clock& clock = system_clock());

}  // namespace draas::platforms::process
