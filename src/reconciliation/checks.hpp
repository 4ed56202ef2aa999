#pragma once
// Is a workload well? Asked after every change, through the control plane. One loop.

#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "client/api_client.hpp"
#include "drasi/configuration.hpp"
#include "net/task.hpp"
#include "reconciliation/drift.hpp"
#include "reconciliation/instance_state.hpp"

namespace draas::reconciliation {

struct CheckResult {
  std::string name;  // "process", "port", "http", "sources", "queries", "reactions", a smoke test's path ...
  bool passed = false;
  std::string detail;

  bool operator==(const CheckResult&) const = default;
};
Json to_json(const CheckResult& check);
// The first that failed, or nullptr.
const CheckResult* first_failure(const std::vector<CheckResult>& checks);
// "check 'queries' failed: query 'q1' is in Error"
std::string describe(const CheckResult& check);

// What a workload is measured by.
struct CheckTarget {
  std::string instance;
  bool standby = false;
  drasi::ExpectedComponents expected;  // what has to run
};

// Of a workload that runs the wanted configuration. Left out are components that did not run before and that nothing
// was changed about: they are no fault of the change.
CheckTarget check_target(const InstanceState& state, const Drift& drift, bool standby);

// The path behind which the workload's own API is.
std::string workload_path(const std::string& instance, bool standby);

class HealthChecks {
 public:
  explicit HealthChecks(client::ApiClient& api) : api_(api) {}

  // All checks, once.
  net::Task<std::vector<CheckResult>> look(CheckTarget target);
  // Until all pass, or one fails for good: a component in Error or missing for `patience`, anything else for `limit`.
  net::Task<std::vector<CheckResult>> settle(CheckTarget target, Duration limit);
  // Goes on for `period`; ends early with the failure that stayed for two looks.
  net::Task<std::vector<CheckResult>> watch(CheckTarget target, Duration period);
  // The requests of a SmokeTest step, in order.
  net::Task<std::vector<CheckResult>> smoke(CheckTarget target, Json tests);

 private:
  client::ApiClient& api_;
};

}  // namespace draas::reconciliation
