#pragma once
// One operation on one instance, during which the control plane is killed with SIGKILL at a named point; and what must
// hold afterwards. The same for every platform.

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/footprint.hpp"
#include "support/server_process.hpp"

namespace draas::tests {

// Where the workloads run. Its server runs, and so does an instance "kept", which must go on in every case.
class Ground {
 public:
  Ground() = default;
  Ground(const Ground&) = delete;
  Ground& operator=(const Ground&) = delete;
  virtual ~Ground() = default;

  virtual ServerProcess& server() = 0;
  virtual Footprint look() = 0;
  // SIGKILL from outside, to the workload of this name.
  virtual void kill_workload(const std::string& name) = 0;
  // Makes the log of an instance that does not run so large that the next start rotates it. False where the platform
  // keeps logs elsewhere.
  virtual bool fill_log(const std::string& id) {
    static_cast<void>(id);
    return false;
  }
};

struct CrashCase {
  std::string point;
  // create, start, stop, restart, delete, patch, rollback, update; "start without image"; "start after much output";
  // "stop deaf": of one that does not listen to SIGINT.
  // exit: the workload is killed. adopt: the control plane comes back, to one that runs, whose start was cut off
  // ("adopt cut-off start"), or that ended meanwhile ("adopt ended").
  // standby; promote, drop, "lose standby" and "... beside" work on an instance that has a standby already.
  std::string operation;
};
std::ostream& operator<<(std::ostream& out, const CrashCase& crash);
std::string case_name(const ::testing::TestParamInfo<CrashCase>& info);

using PointsOfOperation = std::pair<std::string, std::vector<std::string>>;
std::vector<CrashCase> crash_cases(const std::vector<PointsOfOperation>& table);

// Runs the case on an instance `id` that it creates, and deletes in the end.
void expect_survives(Ground& ground, const CrashCase& crash, const std::string& id);

}  // namespace draas::tests
