#pragma once
// Executes plans, one step after the other, through the control plane. When a step fails, what a second workload was
// needed for is undone: afterwards the instance runs as before, or as wanted, never in between.

#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "client/api_client.hpp"
#include "net/task.hpp"
#include "reconciliation/checks.hpp"
#include "reconciliation/drift.hpp"
#include "reconciliation/instance_state.hpp"
#include "reconciliation/plan.hpp"
#include "reconciliation/strategy.hpp"

namespace draas::reconciliation {

struct Outcome {
  enum class Kind {
    Done,
    Pending,    // waits for approval; everything before it is done
    Refused,    // the configuration is at fault: trying again would end the same way
    Failed,     // something else failed, and may work later
    Lost,       // the instance is another worker's now, which takes it from here
    Contested,  // as Failed, and somebody else may have done something with the instance meanwhile
  };
  Kind kind = Kind::Done;
  std::string reason;               // why not Done
  std::vector<CheckResult> checks;  // of the last step that made some
  std::size_t steps_done = 0;
  std::string approval_id;  // of the approval that allowed it; "" = none was needed
};

struct ExecutorOptions {
  Duration check_timeout{30'000};   // for components to run after a change
  Duration start_timeout{300'000};  // for a workload to become ready
  // Asked before every step: does this worker still hold the instance? Empty = always.
  std::function<bool(const std::string& instance)> holds;
};

class Executor {
 public:
  Executor(client::ApiClient& api, const StrategyRegistry& strategies, ExecutorOptions options)
      : api_(api), strategies_(strategies), options_(options), checks_(api) {}

  // `timeout` is for what is done; the periods that the plan itself prescribes come on top.
  net::Task<Outcome> run(InstanceState state, Drift drift, Plan plan, Duration timeout, std::string trace);

 private:
  struct Run;
  net::Task<Outcome> step(Run& run, const Step& step);
  net::Task<Outcome> change_live(Run& run, const Step& step);
  net::Task<Outcome> start_or_restart(Run& run, const Step& step);
  net::Task<Outcome> start_standby(Run& run, const Step& step);
  net::Task<Outcome> await_approval(Run& run, const Step& step);
  net::Task<Outcome> judged(Run& run, std::vector<CheckResult> checks);
  net::Task<void> undo(Run& run);

  client::ApiClient& api_;
  const StrategyRegistry& strategies_;
  ExecutorOptions options_;
  HealthChecks checks_;
};

// "00:05:00"
std::string clock_text(Duration duration);

}  // namespace draas::reconciliation
