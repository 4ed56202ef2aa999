#include "core/instances/restart_policy.hpp"

#include <gtest/gtest.h>

namespace draas::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

WallTime at(std::int64_t second) { return WallTime(seconds(second)); }

RestartInput crashed(WallTime now) {
  RestartInput input;
  input.exit.exit_code = 1;
  input.exit.reason = "exited with code 1";
  input.now = now;
  input.started_at = now - seconds(1);
  return input;
}

TEST(RestartPolicy, FirstRestartIsImmediate) {
  const RestartDecision decision = decide_restart({}, crashed(at(1000)));
  EXPECT_EQ(decision.action, RestartDecision::Action::Restart);
  EXPECT_EQ(decision.delay.count(), 0);
  EXPECT_EQ(decision.recent_restarts, std::vector<WallTime>{at(1000)});
}

TEST(RestartPolicy, DelayDoublesUpToItsLimit) {
  RestartSettings settings;
  settings.max_restarts = 100;
  RestartInput input = crashed(at(1000));
  std::vector<Duration::rep> delays;
  for (int i = 0; i < 10; ++i) {
    const RestartDecision decision = decide_restart(settings, input);
    delays.push_back(decision.delay.count());
    input.recent_restarts = decision.recent_restarts;
  }
  EXPECT_EQ(delays, (std::vector<Duration::rep>{0, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000}));
}

TEST(RestartPolicy, JitterStaysWithinAFifth) {
  RestartInput input = crashed(at(1000));
  input.recent_restarts = {at(999)};
  input.random = 0;
  EXPECT_EQ(decide_restart({}, input).delay.count(), 800);
  input.random = 0.999999;
  EXPECT_EQ(decide_restart({}, input).delay.count(), 1200);
}

TEST(RestartPolicy, TooManyWithinTheWindowIsACrashLoop) {
  RestartInput input = crashed(at(1000));
  input.recent_restarts = {at(900), at(920), at(940), at(960), at(980)};
  const RestartDecision decision = decide_restart({}, input);
  EXPECT_EQ(decision.action, RestartDecision::Action::GiveUp);
  EXPECT_NE(decision.reason.find("crash loop: 5 restarts within 10m"), std::string::npos) << decision.reason;
  EXPECT_NE(decision.reason.find("exited with code 1"), std::string::npos) << decision.reason;
}

TEST(RestartPolicy, RestartsBeforeTheClockWasSetBackAreForgotten) {
  RestartInput input = crashed(at(1'000));
  input.recent_restarts = {at(90'001), at(90'002), at(90'003), at(90'004), at(90'005)};
  const RestartDecision decision = decide_restart({}, input);
  EXPECT_EQ(decision.action, RestartDecision::Action::Restart);
  EXPECT_EQ(decision.recent_restarts, std::vector<WallTime>{at(1'000)});
  // A small correction changes nothing.
  input.recent_restarts = {at(1'001), at(1'001), at(1'001), at(1'001), at(1'001)};
  EXPECT_EQ(decide_restart({}, input).action, RestartDecision::Action::GiveUp);
}

TEST(RestartPolicy, AClockThatWasSetForwardForgets) {
  RestartInput input = crashed(at(1'000));
  input.recent_restarts = {at(990), at(991), at(992), at(993), at(994)};
  input.started_at = at(995);
  input.now = at(900'000);
  EXPECT_EQ(decide_restart({}, input).action, RestartDecision::Action::Restart);
}

TEST(RestartPolicy, ADelayFromBeforeARestartIsNoLongerThanItWas) {
  EXPECT_EQ(remaining_delay({}, at(1'000), minutes(1)), Duration(0));
  EXPECT_EQ(remaining_delay({at(890), at(900)}, at(1'000), minutes(1)), Duration(0));
  EXPECT_EQ(remaining_delay({at(990), at(1'010)}, at(1'000), minutes(1)), seconds(10));
  // The clock was set back by a day.
  EXPECT_EQ(remaining_delay({at(86'400), at(86'405)}, at(1'000), minutes(1)), seconds(5));
  EXPECT_EQ(remaining_delay({std::nullopt, at(86'405)}, at(1'000), minutes(1)), minutes(1));
  EXPECT_EQ(remaining_delay({at(10), at(86'405)}, at(1'000), minutes(1)), minutes(1));
}

TEST(RestartPolicy, RestartsOutsideTheWindowAreForgotten) {
  RestartInput input = crashed(at(10'000));
  input.recent_restarts = {at(1), at(2), at(3), at(4), at(9'990)};
  const RestartDecision decision = decide_restart({}, input);
  EXPECT_EQ(decision.action, RestartDecision::Action::Restart);
  EXPECT_EQ(decision.recent_restarts, (std::vector<WallTime>{at(9'990), at(10'000)}));
}

TEST(RestartPolicy, ALongRunForgetsEverything) {
  RestartInput input = crashed(at(10'000));
  input.started_at = input.now - minutes(10);
  input.recent_restarts = {at(9'990), at(9'991), at(9'992), at(9'993), at(9'994)};
  const RestartDecision decision = decide_restart({}, input);
  EXPECT_EQ(decision.action, RestartDecision::Action::Restart);
  EXPECT_EQ(decision.delay.count(), 0);
}

TEST(RestartPolicy, OnFailureLeavesACleanExit) {
  RestartInput input = crashed(at(1000));
  input.exit.exit_code = 0;
  EXPECT_EQ(decide_restart({}, input).action, RestartDecision::Action::Leave);
  input.policy = RestartPolicy::Always;
  EXPECT_EQ(decide_restart({}, input).action, RestartDecision::Action::Restart);
}

TEST(RestartPolicy, SignalsAndUnknownCodesAreFailures) {
  WorkloadExit exit;
  EXPECT_TRUE(is_failure(exit));
  exit.exit_code = 0;
  EXPECT_FALSE(is_failure(exit));
  exit.signal = 9;
  EXPECT_TRUE(is_failure(exit));
}

TEST(RestartPolicy, NeverIsNever) {
  RestartInput input = crashed(at(1000));
  input.policy = RestartPolicy::Never;
  EXPECT_EQ(decide_restart({}, input).action, RestartDecision::Action::Leave);
}

}  // namespace
}  // namespace draas::core
