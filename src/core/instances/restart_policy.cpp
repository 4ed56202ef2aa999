#include "core/instances/restart_policy.hpp"

#include <algorithm>
#include <cmath>

namespace draas::core {
namespace {

// Restarts are remembered by the wall clock, because they outlive the control plane; the clock may be set back. What
// then lies further ahead than the window is long counts for nothing.
bool is_recent(WallTime time, WallTime now, Duration window) { return now - time < window && time - now < window; }

}  // namespace

bool is_failure(const WorkloadExit& exit) {
  if (exit.signal || exit.out_of_memory) return true;
  return exit.exit_code != 0;
}

RestartDecision decide_restart(const RestartSettings& settings, const RestartInput& input) {
  RestartDecision decision;
  const bool wanted =
      input.policy == RestartPolicy::Always || (input.policy == RestartPolicy::OnFailure && is_failure(input.exit));
  if (!wanted) {
    decision.reason = "restart policy " + std::string(to_string(input.policy)) + " leaves it stopped";
    return decision;
  }

  const bool ran_long = input.started_at && input.now - *input.started_at >= settings.reset_after;
  if (!ran_long) {
    std::ranges::copy_if(input.recent_restarts, std::back_inserter(decision.recent_restarts),
                         [&](WallTime time) { return is_recent(time, input.now, settings.window); });
  }
  const std::size_t earlier = decision.recent_restarts.size();
  if (earlier >= settings.max_restarts) {
    decision.action = RestartDecision::Action::GiveUp;
    decision.reason = "crash loop: " + std::to_string(earlier) + " restarts within " + to_text(settings.window) +
                      ", the last run " + input.exit.reason + ". Look at its log, then start it again";
    return decision;
  }

  decision.action = RestartDecision::Action::Restart;
  decision.recent_restarts.push_back(input.now);
  if (earlier > 0) {
    constexpr double kJitter = 0.2;
    const double doublings = std::min<double>(static_cast<double>(earlier - 1), 30);
    const double base = std::min(static_cast<double>(settings.initial_delay.count()) * std::pow(2.0, doublings),
                                 static_cast<double>(settings.max_delay.count()));
    decision.delay = Duration(std::llround(base * (1.0 + kJitter * (2 * input.random - 1))));
  }
  decision.reason = "restart " + std::to_string(earlier + 1) + " of " + std::to_string(settings.max_restarts) +
                    (decision.delay.count() == 0 ? std::string(" now") : " in " + to_text(decision.delay));
  return decision;
}

Duration remaining_delay(const RecordedDelay& delay, WallTime now, Duration longest) {
  if (!delay.next_start || *delay.next_start <= now) return Duration(0);
  // As long as it was at first, if that is known.
  if (delay.ended && *delay.ended < *delay.next_start) {
    longest = std::min(longest, std::chrono::ceil<Duration>(*delay.next_start - *delay.ended));
  }
  return std::min(std::chrono::ceil<Duration>(*delay.next_start - now), longest);
}

}  // namespace draas::core
