#pragma once
// Starting a program: never fork(), whose cost grows with this process's memory.
//
// clone3(CLONE_VM | CLONE_VFORK | CLONE_PIDFD) where the kernel and the machine allow it, posix_spawn elsewhere. The
// child gets a session of its own, default signal dispositions with none blocked, no descriptor but 0, 1 and 2, and
// umask 077. It is not tied to this process's life.

#include <filesystem>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

#include "base/error.hpp"
#include "base/files.hpp"

namespace draas::platforms::process {

struct ResourceLimit {
  int resource = 0;  // RLIMIT_...
  rlim_t value = 0;  // soft and hard
};

struct SpawnRequest {
  std::filesystem::path executable;      // a path; PATH is not searched
  std::vector<std::string> arguments;    // argv[1..]
  std::vector<std::string> environment;  // NAME=value, all there is
  std::filesystem::path directory;
  int output_fd = -1;  // becomes stdout and stderr
  std::vector<ResourceLimit> limits;
  int cgroup_fd = -1;  // of a cgroup v2 directory to start in; -1 = ours
};

struct Spawned {
  pid_t pid = 0;
  UniqueFd pidfd;
};

enum class SpawnMethod { Clone3, PosixSpawn };

// Blocks until the new program's image is loaded (or has failed to: then the error says which step failed and nothing
// is left behind). The caller reaps the child. Thread-safe.
Result<Spawned> spawn(const SpawnRequest& request);
// As above by one method alone; Unavailable with `internal` "clone3" when the kernel refuses the method itself.
Result<Spawned> spawn_by(SpawnMethod method, const SpawnRequest& request);

}  // namespace draas::platforms::process
