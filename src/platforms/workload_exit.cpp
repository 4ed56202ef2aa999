#include "platforms/workload_exit.hpp"

#include <cstring>

#include <sys/wait.h>

namespace draas::platforms {

core::WorkloadExit to_workload_exit(WaitStatus status, WallTime time) {
  core::WorkloadExit exit;
  exit.time = time;
  if (!status) {
    exit.reason = "exit code unknown";
  } else if (WIFEXITED(*status)) {
    exit.exit_code = WEXITSTATUS(*status);
    exit.reason = "exited with code " + std::to_string(*exit.exit_code);
  } else {
    exit.signal = WTERMSIG(*status);
    const char* name = ::sigabbrev_np(*exit.signal);
    exit.reason =
        "killed by " + (name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(*exit.signal));
  }
  return exit;
}

}  // namespace draas::platforms
