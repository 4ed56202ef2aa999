#include "platforms/docker/container_exit.hpp"

namespace draas::platforms::docker {

core::WorkloadExit exit_of(int exit_code, bool out_of_memory, WallTime time) {
  constexpr int kSignalBase = 128;
  constexpr int kLastSignal = 31;
  const bool killed = exit_code > kSignalBase && exit_code <= kSignalBase + kLastSignal;
  const int status = killed ? exit_code - kSignalBase : (exit_code & 0xFF) << 8;
  core::WorkloadExit exit = to_workload_exit(status, time);
  exit.out_of_memory = out_of_memory;
  if (out_of_memory) exit.reason = "out of memory: " + exit.reason;
  return exit;
}

core::WorkloadExit exit_of(const draas::docker::ContainerState& state, WallTime now) {
  core::WorkloadExit exit = exit_of(state.exit_code, state.out_of_memory, state.finished_at.value_or(now));
  if (!state.error.empty()) exit.reason += " (" + state.error + ")";
  return exit;
}

core::WorkloadExit exit_with_engine(core::WorkloadExit exit) {
  if (exit.out_of_memory) return exit;
  exit.reason = "ended together with the Docker engine (" + exit.reason + ")";
  exit.exit_code.reset();
  exit.signal.reset();
  return exit;
}

}  // namespace draas::platforms::docker
