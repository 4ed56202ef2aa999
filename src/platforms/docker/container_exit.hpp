#pragma once
// How a container ended, in the platform's terms. Pure.

#include "docker/engine_types.hpp"
#include "platforms/workload_exit.hpp"

namespace draas::platforms::docker {

// An engine tells an exit code alone; 128 and a signal's number is what it makes of one that was killed.
core::WorkloadExit exit_of(int exit_code, bool out_of_memory, WallTime time);
core::WorkloadExit exit_of(const draas::docker::ContainerState& state, WallTime now);
// The same for one that its engine ended with itself: the exit code says nothing of the server then, and the instance
// is one that failed. A lack of memory is told all the same.
core::WorkloadExit exit_with_engine(core::WorkloadExit exit);

}  // namespace draas::platforms::docker
