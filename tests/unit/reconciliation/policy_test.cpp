#include "reconciliation/policy.hpp"

#include "states.hpp"

namespace draas::reconciliation {
namespace {

using namespace testing;

Policy parsed(const std::string& text) {
  auto policy = parse_policy(json(text));
  EXPECT_TRUE(policy.has_value()) << (policy ? "" : policy.error().message);
  return policy.value_or(Policy{});
}

std::vector<Window> windows(const std::string& list) { return parsed(R"({"windows":)" + list + "}").windows; }

TEST(Policy, IsReadWhole) {
  const Policy policy = parsed(R"({"strategy":"Canary","parameters":{"stage":"1s"},"paused":true,
      "pauseReason":"audit","autoReconcile":false,"reconcileErrorInstances":false,"reconcileStoppedInstances":true,
      "maxRetries":5,"retryDelay":"00:00:30","timeout":60,"fallback":"Fail","autoRollback":false,
      "approvalExpiry":"2h"})");
  const Rules rules = apply_policy({}, policy);
  EXPECT_EQ(rules.strategy, "Canary");
  EXPECT_EQ(rules.parameters, json(R"({"stage":"1s"})"));
  EXPECT_TRUE(rules.paused);
  EXPECT_EQ(rules.pause_reason, "audit");
  EXPECT_FALSE(rules.auto_reconcile);
  EXPECT_FALSE(rules.reconcile_error_instances);
  EXPECT_TRUE(rules.reconcile_stopped_instances);
  EXPECT_EQ(rules.max_attempts, 5U);
  EXPECT_EQ(rules.retry_delay, Duration(30'000));
  EXPECT_EQ(rules.timeout, Duration(60'000));
  EXPECT_EQ(rules.fallback, "Fail");
  EXPECT_FALSE(rules.auto_rollback);
  EXPECT_EQ(rules.approval_expiry, std::chrono::hours(2));
}

TEST(Policy, WhatItDoesNotSayIsLeftToTheDefaults) {
  Rules defaults;
  defaults.strategy = "Restart";
  defaults.max_attempts = 7;
  for (const char* text : {"null", "{}", R"({"strategy":null,"maxRetries":null,"windows":null})"}) {
    const Rules rules = apply_policy(defaults, parsed(text));
    EXPECT_EQ(rules.strategy, "Restart");
    EXPECT_EQ(rules.max_attempts, 7U);
    EXPECT_TRUE(rules.auto_rollback);
  }
  EXPECT_EQ(apply_policy(defaults, parsed(R"({"maxRetries":0})")).max_attempts, 1U) << "one attempt at least";
}

TEST(Policy, ParametersAreMergedWithinOneStrategy) {
  Rules defaults;
  defaults.strategy = "BlueGreen";
  defaults.parameters = json(R"({"watch":"1m","drain":"1s"})");
  EXPECT_EQ(apply_policy(defaults, parsed(R"({"parameters":{"drain":"2s"}})")).parameters,
            json(R"({"watch":"1m","drain":"2s"})"));
  EXPECT_EQ(apply_policy(defaults, parsed(R"({"strategy":"bluegreen"})")).parameters, defaults.parameters);
  EXPECT_EQ(apply_policy(defaults, parsed(R"({"strategy":"Restart","parameters":{"pause":"1s"}})")).parameters,
            json(R"({"pause":"1s"})"));
}

TEST(Policy, FaultsAreNamed) {
  const std::pair<const char*, const char*> kFaults[] = {
      {"[]", ""},
      {R"({"strategy":1})", "/strategy"},
      {R"({"paused":"yes"})", "/paused"},
      {R"({"pauseReason":1})", "/pauseReason"},
      {R"({"autoReconcile":1})", "/autoReconcile"},
      {R"({"reconcileErrorInstances":1})", "/reconcileErrorInstances"},
      {R"({"reconcileStoppedInstances":1})", "/reconcileStoppedInstances"},
      {R"({"maxRetries":-1})", "/maxRetries"},
      {R"({"maxRetries":1.5})", "/maxRetries"},
      {R"({"retryDelay":"soon"})", "/retryDelay"},
      {R"({"timeout":true})", "/timeout"},
      {R"({"fallback":null,"autoRollback":0})", "/autoRollback"},
      {R"({"approvalExpiry":{}})", "/approvalExpiry"},
      {R"({"parameters":[]})", "/parameters"},
      {R"({"windows":{}})", "/windows"},
      {R"({"windows":[{},1]})", "/windows/1"},
      {R"({"windows":[{"days":"Mon"}]})", "/windows/0/days"},
      {R"({"windows":[{"days":["Someday"]}]})", "/windows/0/days"},
      {R"({"windows":[{"from":"25:00"}]})", "/windows/0/from"},
      {R"({"windows":[{"to":"24:01"}]})", "/windows/0/to"},
      {R"({"windows":[{"from":"7"}]})", "/windows/0/from"},
      {R"({"windows":[{"from":"7:5"}]})", "/windows/0/from"},
      {R"({"windows":[{"from":"-1:00"}]})", "/windows/0/from"},
      {R"({"windows":[{"from":700}]})", "/windows/0/from"},
      {R"({"windows":[{"timeZone":"CET"}]})", "/windows/0/timeZone"}};
  for (const auto& [text, path] : kFaults) {
    const auto policy = parse_policy(json(text));
    ASSERT_FALSE(policy.has_value()) << text;
    EXPECT_EQ(policy.error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(policy.error().faults.at(0).path, path) << policy.error().message;
    EXPECT_THAT(policy.error().message, HasSubstr("policy" + std::string(path)));
  }
}

TEST(Windows, WithoutAnyChangesMayBeAppliedAlways) {
  EXPECT_TRUE(inside_window({}, noon()));
  EXPECT_FALSE(next_window({}, noon()).has_value());
  EXPECT_TRUE(inside_window(windows("[{}]"), noon())) << "a window without bounds is the whole week";
  EXPECT_TRUE(inside_window(windows(R"([{"days":[]}])"), noon()));
}

TEST(Windows, BeginAndEndAtTheirMinutes) {
  const auto day = windows(R"([{"days":["Wednesday"],"from":"09:00","to":"17:30"}])");
  EXPECT_FALSE(inside_window(day, at("2026-01-28T08:59:59Z")));
  EXPECT_TRUE(inside_window(day, at("2026-01-28T09:00:00Z")));
  EXPECT_TRUE(inside_window(day, at("2026-01-28T17:29:59Z")));
  EXPECT_FALSE(inside_window(day, at("2026-01-28T17:30:00Z")));
  EXPECT_FALSE(inside_window(day, at("2026-01-29T12:00:00Z")));
  EXPECT_EQ(next_window(day, at("2026-01-28T08:59:59.5Z")), at("2026-01-28T09:00:00Z"));
  EXPECT_EQ(next_window(day, at("2026-01-28T17:30:00Z")), at("2026-02-04T09:00:00Z"));
}

TEST(Windows, GoOverMidnight) {
  const auto night = windows(R"([{"days":["wed"],"from":"22:00","to":"04:00"}])");
  EXPECT_FALSE(inside_window(night, at("2026-01-28T03:00:00Z"))) << "Wednesday's morning belongs to Tuesday";
  EXPECT_TRUE(inside_window(night, at("2026-01-28T23:59:00Z")));
  EXPECT_TRUE(inside_window(night, at("2026-01-29T03:59:59Z")));
  EXPECT_FALSE(inside_window(night, at("2026-01-29T04:00:00Z")));
  EXPECT_FALSE(inside_window(night, at("2026-01-29T22:30:00Z")));
  const auto sunday = windows(R"([{"days":["Sun"],"from":"23:00","to":"01:00"}])");
  EXPECT_TRUE(inside_window(sunday, at("2026-02-02T00:30:00Z"))) << "Monday morning";
  EXPECT_EQ(next_window(sunday, noon()), at("2026-02-01T23:00:00Z"));
}

TEST(Windows, ToTheEndOfTheDayAndAroundTheClock) {
  const auto evening = windows(R"([{"from":"18:00","to":"24:00"}])");
  EXPECT_TRUE(inside_window(evening, at("2026-01-28T23:59:59Z")));
  EXPECT_FALSE(inside_window(evening, at("2026-01-29T00:00:00Z")));
  const auto whole = windows(R"([{"days":["Wed"],"from":"08:00","to":"08:00"}])");
  EXPECT_FALSE(inside_window(whole, at("2026-01-28T07:59:00Z")));
  EXPECT_TRUE(inside_window(whole, at("2026-01-28T08:00:00Z")));
  EXPECT_TRUE(inside_window(whole, at("2026-01-29T07:59:00Z")));
  EXPECT_FALSE(inside_window(whole, at("2026-01-29T08:00:00Z")));
}

TEST(Windows, HaveOffsets) {
  // 22:00 to 04:00 in a zone two hours ahead is 20:00 to 02:00 of UTC.
  const auto ahead = windows(R"([{"days":["Wed"],"from":"22:00","to":"04:00","timeZone":"+02:00"}])");
  EXPECT_FALSE(inside_window(ahead, at("2026-01-28T19:59:00Z")));
  EXPECT_TRUE(inside_window(ahead, at("2026-01-28T20:00:00Z")));
  EXPECT_TRUE(inside_window(ahead, at("2026-01-29T01:59:00Z")));
  EXPECT_FALSE(inside_window(ahead, at("2026-01-29T02:00:00Z")));
  // It is still Tuesday there, half an hour before Wednesday's midnight.
  const auto behind = windows(R"([{"days":["Tue"],"from":"23:00","to":"24:00","timeZone":"-05:30"}])");
  EXPECT_TRUE(inside_window(behind, at("2026-01-28T05:00:00Z")));
  EXPECT_FALSE(inside_window(behind, at("2026-01-28T05:30:00Z")));
  EXPECT_EQ(next_window(behind, noon()), at("2026-02-04T04:30:00Z"));
  EXPECT_TRUE(inside_window(windows(R"([{"timeZone":"utc"}])"), noon()));
}

TEST(Windows, OneOfSeveralIsEnough) {
  const auto both =
      windows(R"([{"days":["Mon"],"from":"09:00","to":"10:00"},{"days":["Fri"],"from":"09:00","to":"10:00"}])");
  EXPECT_EQ(next_window(both, noon()), at("2026-01-30T09:00:00Z"));
  EXPECT_EQ(next_window(both, at("2026-01-30T11:00:00Z")), at("2026-02-02T09:00:00Z"));
  EXPECT_FALSE(next_window(both, at("2026-02-02T09:30:00Z")).has_value());
}

}  // namespace
}  // namespace draas::reconciliation
