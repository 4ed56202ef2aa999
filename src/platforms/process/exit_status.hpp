#pragma once
// How a process ended. Thread-safe; nothing here waits for an end.

#include <optional>
#include <string_view>

#include "core/platform/platform.hpp"
#include "platforms/process/identity.hpp"
#include "platforms/workload_exit.hpp"

namespace draas::platforms::process {

// Takes a child of ours off the process table. nullopt when it has not ended or is not our child.
WaitStatus reap(int pidfd);

// Of a process that is not our child: from the pidfd once it was reaped (PIDFD_GET_INFO, Linux 6.15), from
// /proc/<pid>/stat while it is a zombie.
WaitStatus status_of_stranger(int pidfd, const ProcessIdentity& identity);

struct Sighting : Located {
  bool is_child = false;  // of ours
  WaitStatus status;      // for Ended
};

// As locate(), with the status of what has ended; a child of ours is reaped. For a worker.
Result<Sighting> look_for(const ProcessIdentity& identity, std::string_view instance_id);

}  // namespace draas::platforms::process
