#pragma once
// Decides what is to be done about one instance: nothing, wait, or a plan. A function of values.

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "reconciliation/drift.hpp"
#include "reconciliation/instance_state.hpp"
#include "reconciliation/plan.hpp"
#include "reconciliation/policy.hpp"
#include "reconciliation/strategy.hpp"

namespace draas::reconciliation {

enum class Trigger { Event, Sweep, Request, Rollout, Recovery };
std::string_view to_string(Trigger trigger);

// What somebody asked for explicitly; empty for what happens by itself.
struct Wish {
  std::string strategy;              // "" = by the rules
  Json parameters = Json::object();  // over those of the rules
  bool force = false;                // lifts a hold
};

struct Decision {
  enum class Kind {
    InSync,     // as wanted
    Skip,       // differs, but is not to be touched: stopped, paused, held, automatic reconciliation is off ...
    Defer,      // to be done, but not now: outside the windows
    Start,      // should run and does not
    CleanUp,    // a second workload is left from a run that was cut off
    Apply,      // `plan` is to be executed
    Obstructed  // the chosen strategy cannot do it here, and neither may another
  };
  Kind kind = Kind::InSync;
  std::string reason;
  Plan plan;                      // Start, CleanUp, Apply; Obstructed: why
  std::optional<WallTime> until;  // Defer
};

// `explicit_request`: somebody asked for it now; pause, windows and automatic reconciliation being off do not hold it
// back, a hold only without Wish::force. Errors: InvalidArgument for an unknown strategy or wrong parameters.
Result<Decision> decide(const InstanceState& state, const Drift& drift, const Rules& rules, const Wish& wish,
                        bool explicit_request, WallTime now, const StrategyRegistry& strategies);

}  // namespace draas::reconciliation
