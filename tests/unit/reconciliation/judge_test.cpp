#include "reconciliation/judge.hpp"

#include "states.hpp"

namespace draas::reconciliation {
namespace {

using namespace testing;

Sample sample(std::size_t requests, std::size_t errors, double latency) {
  return {.requests = requests, .errors = errors, .latencies_ms = std::vector<double>(requests - errors, latency)};
}

// "errorRate" and "latency", in this order.
std::vector<bool> verdicts(const Sample& active, const Sample& standby, const JudgeLimits& limits = {}) {
  std::vector<bool> result;
  for (const CheckResult& check : judge(active, standby, limits)) result.push_back(check.passed);
  return result;
}

TEST(Judge, TellsErrorRateAndLatency) {
  const auto checks = judge(sample(100, 0, 10), sample(50, 25, 100), {});
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_EQ(checks[0], (CheckResult{"errorRate", false, "0.5 of 50 requests failed, the active workload's rate is 0"}));
  EXPECT_EQ(checks[1], (CheckResult{"latency", false, "p95 100 ms, the active workload's is 10 ms"}));
  EXPECT_EQ(first_failure(checks)->name, "errorRate");
  EXPECT_EQ(describe(checks[1]), "check 'latency' failed: p95 100 ms, the active workload's is 10 ms");
}

TEST(Judge, ErrorsAreMeasuredAgainstThoseOfTheActiveWorkload) {
  EXPECT_THAT(verdicts(sample(100, 0, 10), sample(100, 1, 10)), ElementsAre(true, true));
  EXPECT_THAT(verdicts(sample(100, 0, 10), sample(100, 2, 10)), ElementsAre(false, true));
  EXPECT_THAT(verdicts(sample(100, 50, 10), sample(100, 51, 10)), ElementsAre(true, true));
  EXPECT_THAT(verdicts(sample(100, 50, 10), sample(100, 60, 10)), ElementsAre(false, true));
  EXPECT_THAT(verdicts(sample(100, 0, 10), sample(100, 10, 10), {.max_error_rate = 0.1}), ElementsAre(true, true));
}

TEST(Judge, LatencyHasAFactorAndSomeSlack) {
  EXPECT_THAT(verdicts(sample(9, 0, 100), sample(9, 0, 220)), ElementsAre(true, true));
  EXPECT_THAT(verdicts(sample(9, 0, 100), sample(9, 0, 221)), ElementsAre(true, false));
  EXPECT_THAT(verdicts(sample(9, 0, 0.1), sample(9, 0, 15)), ElementsAre(true, true)) << "noise";
  EXPECT_THAT(verdicts(sample(9, 0, 100), sample(9, 0, 320), {.max_latency_factor = 3}), ElementsAre(true, true));
}

TEST(Judge, OneSlowRequestOfManyDoesNotCount) {
  Sample standby = sample(100, 0, 10);
  standby.latencies_ms[40] = 5'000;
  EXPECT_EQ(standby.p95(), 10);
  EXPECT_THAT(verdicts(sample(100, 0, 10), standby), ElementsAre(true, true));
  for (std::size_t index = 0; index < 10; ++index) standby.latencies_ms[index] = 5'000;
  EXPECT_EQ(standby.p95(), 5'000);
}

TEST(Judge, WhatWasNotAskedHasNoFaults) {
  EXPECT_EQ(Sample{}.error_rate(), 0);
  EXPECT_EQ(Sample{}.p95(), 0);
  EXPECT_THAT(verdicts({}, {}), ElementsAre(true, true));
  EXPECT_THAT(verdicts(sample(5, 0, 1), sample(5, 5, 1)), ElementsAre(false, true));
}

TEST(CheckTargets, MeasureByWhatIsWanted) {
  const CheckTarget target = check_target(with_live_change(), compare(with_live_change()), true);
  EXPECT_EQ(target.instance, "orders");
  EXPECT_TRUE(target.standby);
  ASSERT_EQ(target.expected.libraries.size(), 1U);
  EXPECT_THAT(target.expected.libraries[0].queries, ElementsAre("q1", "q2"));
  EXPECT_THAT(target.expected.libraries[0].reactions, ElementsAre("r1", "r2"));
}

TEST(CheckTargets, LeaveOutWhatWasBrokenBeforeAndIsNotChanged) {
  InstanceState state = with_live_change();
  state.actual["instances"][0]["queries"][1]["status"] = "Error";
  const auto measured = [&] { return check_target(state, compare(state), false).expected.libraries.at(0).queries; };
  EXPECT_THAT(measured(), ElementsAre("q1"));
  state.desired["queries"][1]["outboxCapacity"] = 5;
  EXPECT_THAT(measured(), ElementsAre("q1", "q2")) << "it is changed";
  state = in_sync();
  state.actual["instances"][0]["queries"][1]["status"] = "Error";
  EXPECT_THAT(measured(), ElementsAre("q1", "q2")) << "this is about nothing else than mending it";
}

}  // namespace
}  // namespace draas::reconciliation
