#pragma once
// When a workload that ended by itself is started again. Pure: the caller brings clock and randomness.

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "core/model/status.hpp"
#include "core/options.hpp"
#include "core/platform/platform.hpp"

namespace draas::core {

struct RestartInput {
  RestartPolicy policy = RestartPolicy::OnFailure;
  WorkloadExit exit;
  WallTime now;
  std::optional<WallTime> started_at;     // of the run that ended
  std::vector<WallTime> recent_restarts;  // earlier automatic restarts
  double random = 0.5;                    // [0, 1), for the jitter
};

struct RestartDecision {
  enum class Action {
    Restart,  // after `delay`
    Leave,    // the policy wants it left as it is: Stopped
    GiveUp,   // crash loop: Failed
  };
  Action action = Action::Leave;
  Duration delay{0};
  std::vector<WallTime> recent_restarts;  // what to remember, this restart included
  std::string reason;                     // for people
};

// Did it end as it should not have? An unknown exit code counts as a failure.
bool is_failure(const WorkloadExit& exit);

// The first restart is immediate, the n-th waits initial_delay * 2^(n-2), at most max_delay, give or take 20 %.
// More than max_restarts within the window is a crash loop. A run of at least reset_after forgets what was before.
// A clock that was set forward forgets restarts; one that was set back does not make old ones count for longer.
RestartDecision decide_restart(const RestartSettings& settings, const RestartInput& input);

// A delay that another control plane wrote down, by the wall clock.
struct RecordedDelay {
  std::optional<WallTime> ended;       // when the workload ended
  std::optional<WallTime> next_start;  // when it was to start again
};

// What is left of it: never more than it was, nor than `longest`, because the clock may have been set back since.
Duration remaining_delay(const RecordedDelay& delay, WallTime now, Duration longest);

}  // namespace draas::core
