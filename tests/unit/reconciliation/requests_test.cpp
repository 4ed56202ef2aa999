#include "reconciliation/requests.hpp"

#include "reconciliation/executor.hpp"
#include "states.hpp"

namespace draas::reconciliation {
namespace {

using namespace testing;
using Kind = Request::Kind;

TEST(Requests, AreRead) {
  const Request request = parse_request(json(R"({"id":"r1","instanceId":"orders","kind":"Reconcile",
      "strategy":"Canary","parameters":{"stage":"1s"},"force":true})"));
  EXPECT_EQ(request.id, "r1");
  EXPECT_EQ(request.instance, "orders");
  EXPECT_EQ(request.kind, Kind::Reconcile);
  EXPECT_EQ(request.wish.strategy, "Canary");
  EXPECT_EQ(request.wish.parameters, json(R"({"stage":"1s"})"));
  EXPECT_TRUE(request.wish.force);
  EXPECT_FALSE(request.rollout);
  EXPECT_TRUE(request.change.is_null());
  EXPECT_TRUE(request.changes_something());
}

TEST(Requests, QuestionsChangeNothing) {
  for (const char* text : {R"({"kind":"Drift"})", R"({"kind":"Plan"})", R"({"kind":"Reconcile","dryRun":true})", "{}",
                           R"({"kind":"SomethingNew"})", "[]", R"({"kind":5,"parameters":[],"rollout":null})"}) {
    const Request request = parse_request(json(text));
    EXPECT_FALSE(request.changes_something()) << text;
    EXPECT_TRUE(request.wish.parameters.is_object()) << text;
  }
  EXPECT_EQ(parse_request(json(R"({"kind":"Plan"})")).kind, Kind::Plan);
}

TEST(Requests, ThoseOfRolloutsBringTheirChange) {
  const Request request = parse_request(json(R"({"id":"r","instanceId":"a","kind":"Reconcile",
      "rollout":true,"change":{"mergePatch":{"logLevel":"debug"}},"revisionBefore":4})"));
  EXPECT_TRUE(request.rollout);
  EXPECT_EQ(request.change["mergePatch"]["logLevel"], "debug");
  EXPECT_EQ(request.revision_before, 4U);
}

TEST(ClockText, IsHoursMinutesSeconds) {
  EXPECT_EQ(clock_text(std::chrono::minutes(5)), "00:05:00");
  EXPECT_EQ(clock_text(Duration(0)), "00:00:00");
  EXPECT_EQ(clock_text(Duration(999)), "00:00:00");
  EXPECT_EQ(clock_text(Duration(61'500)), "00:01:01");
  EXPECT_EQ(clock_text(std::chrono::hours(123) + std::chrono::seconds(59)), "123:00:59");
}

TEST(Reports, HaveTheirNames) {
  EXPECT_EQ(to_string(Report::Kind::InSync), "InSync");
  EXPECT_EQ(to_string(Report::Kind::RolledBack), "RolledBack");
  EXPECT_EQ(to_string(Report::Kind::Pending), "Pending");
}

}  // namespace
}  // namespace draas::reconciliation
