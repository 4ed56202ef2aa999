#pragma once
// How a workload ended, from a wait status. Thread-safe.

#include <optional>

#include "core/platform/platform.hpp"

namespace draas::platforms {

// A status as wait(2) encodes it; nullopt where nobody tells.
using WaitStatus = std::optional<int>;

core::WorkloadExit to_workload_exit(WaitStatus status, WallTime time);

}  // namespace draas::platforms
