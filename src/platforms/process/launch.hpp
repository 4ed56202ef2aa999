#pragma once
// The blocking half of a start: files, command, process. For a worker; thread-safe for different instances.
//
// Durable steps, in order, each with a crash point; a crash after any of them leaves files that the next start writes
// anew, or a process that carries its marks from its first instruction:
//   process.start.begin -> .directories_made -> .configuration_written -> .log_opened -> .spawned

#include "core/platform/platform.hpp"
#include "platforms/process/command.hpp"
#include "platforms/process/instance_log.hpp"
#include "platforms/process/limits.hpp"

namespace draas::platforms::process {

struct Launched {
  ProcessIdentity identity;
  UniqueFd pidfd;
  bool has_cgroup = false;
  std::string limits;  // how they are held, for people; "" = none
};

struct LaunchContext {
  const ProcessPlatformOptions& options;
  const Paths& paths;
  Cgroups& cgroups;
  const std::vector<std::string>& environment;  // of the control plane
};

// After an error nothing of it runs and its configuration is removed.
Result<Launched> launch(const LaunchContext& context, const core::WorkloadSpec& spec, InstanceLog& log);

// SIGKILL to a child of ours and its group, and off the process table with it. Blocks until it has ended.
void end_child(pid_t pid);

// Removes the configuration and what an interrupted write of it left.
Status remove_configuration_files(const Paths& paths, const std::string& instance_id);

}  // namespace draas::platforms::process
