#pragma once
// Limits of CPU, memory and open files.
//
// Where a cgroup v2 directory is delegated to us with the controllers that a workload needs, CPU and memory are limited
// there, for the workload and all its descendants. Elsewhere memory falls back to RLIMIT_DATA (private writable memory
// of each process; allocations fail beyond it), and CPU is not limited. Open files are always RLIMIT_NOFILE.
// All functions block for microseconds (cgroupfs); call them on a worker. Thread-safe.

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/files.hpp"
#include "core/platform/platform.hpp"
#include "platforms/process/spawn.hpp"

namespace draas::platforms::process {

// How the limits of one workload are held.
struct LimitPlan {
  std::vector<ResourceLimit> resource_limits;
  UniqueFd cgroup;          // to start in
  std::string description;  // for people: "memory 512 MiB (RLIMIT_DATA), CPU not limited: no delegated cgroup v2"
  bool complete = true;     // false: something asked for is not limited
};

// Our part of the cgroup v2 tree:
//   <parent>/draas-control-plane    this process, moved there because a parent with controllers holds no processes
//   <parent>/draas-<instance id>    one per workload with a CPU or memory limit
class Cgroups {
 public:
  // `parent` "" = the cgroup of this process. Nothing is touched until a limit asks for it.
  explicit Cgroups(std::filesystem::path parent);

  // Makes the instance's cgroup with these limits. Unavailable when nothing is delegated to us (the message says what
  // is missing).
  Result<UniqueFd> create(const std::string& instance_id, const core::ResourceLimits& limits);
  // Kills whatever is in the instance's cgroup. False when it has none.
  bool kill_all(const std::string& instance_id);
  // Removes the cgroup of a workload that has ended; `true` when the kernel killed something in it for its memory.
  bool remove(const std::string& instance_id);

 private:
  Status prepare(const std::vector<std::string>& controllers);
  std::filesystem::path directory(const std::string& instance_id) const;

  std::mutex mutex_;  // prepare() moves this process; once
  std::filesystem::path parent_;
};

// Mount point of cgroup v2 and this process's place in it; "" when there is none.
std::filesystem::path own_cgroup(std::string_view mountinfo, std::string_view self_cgroup);

LimitPlan plan_limits(Cgroups& cgroups, const std::string& instance_id, const core::ResourceLimits& limits);

}  // namespace draas::platforms::process
