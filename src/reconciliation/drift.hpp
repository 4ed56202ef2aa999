#pragma once
// What differs between the wanted configuration and the running server. Pure.

#include <string>
#include <vector>

#include "base/json.hpp"
#include "drasi/live_plan.hpp"
#include "reconciliation/instance_state.hpp"

namespace draas::reconciliation {

struct Drift {
  drasi::LivePlan live;      // differences, and the actions that mend them while the server runs
  bool stale_mark = false;   // nothing differs, but the applied revision is not the wanted one
  bool unreachable = false;  // it should run and answer, and does not: nothing can be said about its configuration

  bool in_sync() const { return live.differences.empty() && !stale_mark && !unreachable; }
  bool restart_required() const { return live.restart_required(); }
};

// Only for an instance that runs; one that does not has no configuration to compare.
Drift compare(const InstanceState& state);

// "Port: 8080 → 8081": the setting or path, what is, what is wanted. Secrets are masked.
std::string describe(const drasi::Difference& difference);
// {path, desired, actual, liveness, text}, secrets masked.
Json to_json(const drasi::Difference& difference);

}  // namespace draas::reconciliation
