#include "reconciliation/planner.hpp"

#include "states.hpp"

namespace draas::reconciliation {
namespace {

using namespace testing;
using Kind = Decision::Kind;

struct Question {
  InstanceState state = in_sync();
  Rules rules;
  Wish wish;
  bool asked = false;
  WallTime now = noon();

  Result<Decision> result() const { return decide(state, compare(state), rules, wish, asked, now, strategies()); }
  Decision decision() const {
    auto decided = result();
    EXPECT_TRUE(decided.has_value()) << (decided ? "" : decided.error().message);
    return decided.value_or(Decision{});
  }
};

void expect(const Question& question, Kind kind, const std::string& reason) {
  const Decision decision = question.decision();
  EXPECT_EQ(decision.kind, kind) << decision.reason;
  EXPECT_THAT(decision.reason, HasSubstr(reason));
}

TEST(Planner, WhatRunsAsWantedIsLeftAlone) { expect({}, Kind::InSync, "it runs as wanted"); }

TEST(Planner, ADifferenceIsMendedByTheStrategyOfTheRules) {
  Question question{.state = with_live_change()};
  const Decision decision = question.decision();
  EXPECT_EQ(decision.kind, Kind::Apply);
  EXPECT_EQ(decision.plan.strategy, "Update");
  EXPECT_FALSE(decision.plan.restarts());
  question.rules.strategy = "restart";
  EXPECT_EQ(question.decision().plan.strategy, "Restart") << "names in any case";
}

TEST(Planner, AWishChoosesAnotherStrategyWithItsOwnParameters) {
  Question question{.state = with_live_change(), .asked = true};
  question.rules.strategy = "BlueGreen";
  question.rules.parameters = json(R"({"watch":"1m","drain":"1s"})");
  question.wish = {.strategy = "Restart", .parameters = json(R"({"pause":"5s"})")};
  EXPECT_EQ(question.decision().plan.steps[0].duration, Duration(5'000));
  // Those of the rules are for the strategy of the rules, and the wish's go over them.
  question.wish = {.strategy = "bluegreen", .parameters = json(R"({"drain":"2s"})")};
  const Plan plan = question.decision().plan;
  EXPECT_EQ(plan.steps.back().duration, Duration(2'000));
  EXPECT_EQ(plan.steps[3].duration, Duration(60'000));
}

TEST(Planner, UnknownStrategiesAndParametersAreNamed) {
  Question question{.state = with_live_change()};
  question.rules.strategy = "Magic";
  ASSERT_FALSE(question.result().has_value());
  EXPECT_EQ(question.result().error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(question.result().error().message, HasSubstr("'Magic' is not a strategy; there are BlueGreen, Canary"));
  EXPECT_EQ(question.result().error().faults.at(0).path, "/strategy");
  question.rules.strategy = "Update";
  question.rules.parameters = json(R"({"speed":3})");
  ASSERT_FALSE(question.result().has_value());
  EXPECT_EQ(question.result().error().faults.at(0).path, "/parameters/speed");
}

TEST(Planner, AHoldLastsUntilTheRevisionChangesOrIsForced) {
  Question question{.state = with_live_change(), .asked = true};
  question.state.held = Hold{3, "check 'queries' failed"};
  expect(question, Kind::Skip, "revision 3 is held until it changes: check 'queries' failed");
  question.wish.force = true;
  expect(question, Kind::Apply, "");
  question.wish.force = false;
  question.state.held = Hold{2, "an earlier one"};
  expect(question, Kind::Apply, "");
}

TEST(Planner, APauseHoldsBackWhatHappensByItself) {
  Question question{.state = with_live_change()};
  question.rules.paused = true;
  expect(question, Kind::Skip, "reconciliation is paused");
  question.rules.pause_reason = "audit";
  expect(question, Kind::Skip, "paused: audit");
  question.asked = true;
  expect(question, Kind::Apply, "");
}

TEST(Planner, WithoutAutomaticReconciliationOnlyRequestsCount) {
  Question question{.state = with_live_change()};
  question.rules.auto_reconcile = false;
  expect(question, Kind::Skip, "automatic reconciliation is off");
  question.asked = true;
  expect(question, Kind::Apply, "");
}

TEST(Planner, OutsideItsWindowsAChangeWaits) {
  Question question{.state = with_live_change()};
  question.rules.windows = {Window{.from_minute = 22 * 60, .to_minute = 4 * 60}};
  const Decision decision = question.decision();
  EXPECT_EQ(decision.kind, Kind::Defer);
  EXPECT_EQ(decision.until, at("2026-01-28T22:00:00Z"));
  EXPECT_THAT(decision.reason, HasSubstr("2026-01-28T22:00:00"));
  question.asked = true;
  expect(question, Kind::Apply, "");
  question.asked = false;
  question.now = at("2026-01-28T23:00:00Z");
  expect(question, Kind::Apply, "");
}

TEST(Planner, WhatIsToBeStoppedIsAsWanted) {
  Question question{.state = with_live_change()};
  question.state.desired_state = core::DesiredState::Stopped;
  question.state.phase = core::Phase::Stopped;
  expect(question, Kind::InSync, "it is stopped, as wanted");
}

TEST(Planner, BusyInstancesAreTheControlPlanesMatter) {
  for (const auto phase : {core::Phase::Starting, core::Phase::Stopping, core::Phase::BackOff}) {
    Question question{.state = with_live_change()};
    question.state.phase = phase;
    expect(question, Kind::Skip, "busy with it (" + std::string(core::to_string(phase)) + ")");
  }
}

TEST(Planner, AFailedInstanceIsStartedUnlessErrorsAreLeftAlone) {
  Question question;
  question.state.phase = core::Phase::Failed;
  question.state.actual = Json();
  const Decision decision = question.decision();
  EXPECT_EQ(decision.kind, Kind::Start);
  EXPECT_THAT(steps(decision.plan), ElementsAre("Start instance 'orders'", "Check instance 'orders'"));
  question.rules.reconcile_error_instances = false;
  expect(question, Kind::Skip, "instances in Error are left alone");
  question.asked = true;
  expect(question, Kind::Start, "");
}

TEST(Planner, AStoppedInstanceIsStartedOnlyWhenTheRulesSaySo) {
  for (const auto phase : {core::Phase::Idle, core::Phase::Stopped}) {
    Question question;
    question.state.phase = phase;
    question.state.actual = Json();
    expect(question, Kind::Skip, "stopped instances are left alone");
    question.rules.reconcile_stopped_instances = true;
    expect(question, Kind::Start, "it should run and does not");
  }
}

TEST(Planner, AStartIsHeldBackAsEverythingElse) {
  Question question;
  question.state.phase = core::Phase::Failed;
  question.state.held = Hold{2, "it crashed"};
  expect(question, Kind::Skip, "it crashed");
  question.state.held.reset();
  question.rules.paused = true;
  expect(question, Kind::Skip, "paused");
}

TEST(Planner, AServerThatDoesNotAnswerIsNotJudged) {
  Question question{.state = with_live_change(), .asked = true};
  question.state.actual = Json();
  question.state.actual_error = "connection refused";
  expect(question, Kind::Skip, "the server does not answer: connection refused");
}

TEST(Planner, ACandidateThatIsLeftOverIsEnded) {
  Question question{.state = with_live_change()};
  question.state.standby = Standby{StandbyRole::Candidate, std::string(kReconcilerOwner), 3, "Process"};
  question.rules.paused = true;
  const Decision decision = question.decision();
  EXPECT_EQ(decision.kind, Kind::CleanUp) << "also while it is paused";
  EXPECT_THAT(steps(decision.plan), ElementsAre("EndStandby left-over workload"));
}

TEST(Planner, AStandbyOfSomebodyElseKeepsHandsOff) {
  Question question{.state = with_live_change()};
  question.state.standby = Standby{StandbyRole::Candidate, "", 3, "Process"};
  expect(question, Kind::Skip, "somebody keeps a standby of it; delete that first");
}

TEST(Planner, APromotionThatNobodyWatchedIsCheckedBeforeItsFormerWorkloadEnds) {
  Question question;
  question.state.standby = Standby{StandbyRole::Retired, std::string(kReconcilerOwner), 1, "Process"};
  EXPECT_THAT(steps(question.decision().plan), ElementsAre("Check instance 'orders'", "EndStandby left-over workload"));
  question.state.revision = 3;
  EXPECT_THAT(steps(question.decision().plan), ElementsAre("EndStandby left-over workload"));
}

TEST(Planner, WhatRunsUncheckedIsVerified) {
  Question question;
  question.state.healthy_revision = 1;
  const Decision decision = question.decision();
  EXPECT_EQ(decision.kind, Kind::Apply);
  EXPECT_EQ(decision.plan.strategy, "Verify");
  EXPECT_THAT(steps(decision.plan), ElementsAre("Check instance 'orders'"));
  question.rules.paused = true;
  expect(question, Kind::Skip, "paused");
  question.rules.paused = false;
  // Nothing was ever healthy: there is nothing to go back to. A configuration for once is nobody's revision.
  question.state.healthy_revision = 0;
  expect(question, Kind::InSync, "");
}

TEST(Planner, AConfigurationForOnceStaysUntilSomebodyAsks) {
  Question question;
  question.state.one_shot = true;
  question.state.healthy_revision = 1;
  question.state.actual = tests::ServerModel(changed(orders(), "/sources/0/intervalMs", 5)).report();
  expect(question, Kind::Skip, "started with for once");
  question.asked = true;
  expect(question, Kind::Apply, "");
  question.asked = false;
  question.state.revision = 3;
  expect(question, Kind::Apply, "");
}

TEST(Planner, WhatOnlyHasToBeNotedNeedsNoStrategy) {
  Question question{.state = wanting(orders())};
  question.rules.strategy = "BlueGreen";
  question.rules.parameters = json(R"({"watch":"1m"})");
  const Decision decision = question.decision();
  EXPECT_EQ(decision.kind, Kind::Apply);
  EXPECT_THAT(steps(decision.plan), ElementsAre("Check instance 'orders'", "MarkApplied revision 3"));
  // Unless it is asked for by its name.
  question.asked = true;
  question.wish.strategy = "BlueGreen";
  EXPECT_EQ(question.decision().plan.strategy, "BlueGreen");
}

TEST(Planner, AStrategyThatIsAskedForByNameIsAppliedToWhatNeedsNoChange) {
  Question question{.asked = true};
  expect(question, Kind::InSync, "");
  question.wish.strategy = "Restart";
  EXPECT_THAT(steps(question.decision().plan), ElementsAre("Restart instance 'orders'", "Check instance 'orders'"));
}

TEST(Planner, AnObstructedStrategyGivesWayToTheFallback) {
  Question question{.state = with_live_change()};
  question.rules.strategy = "RollingUpdate";
  question.state.side_by_side_obstacles = {"/sources/1/port: is fixed; use auto"};
  const Decision decision = question.decision();
  EXPECT_EQ(decision.kind, Kind::Apply);
  EXPECT_EQ(decision.plan.strategy, "Restart");
  ASSERT_TRUE(decision.plan.fallback.has_value());
  EXPECT_EQ(*decision.plan.fallback,
            (Fallback{"RollingUpdate", "Restart",
                      "a second workload cannot run beside the first: /sources/1/port: is fixed; use auto"}));
  EXPECT_THAT(decision.plan.obstacles, ElementsAre("/sources/1/port: is fixed; use auto"));
  question.rules.fallback = "update";
  EXPECT_EQ(question.decision().plan.strategy, "Update");
}

TEST(Planner, WithoutAFallbackItIsObstructed) {
  Question question{.state = with_live_change()};
  question.rules.strategy = "Canary";
  question.rules.fallback = "fail";
  question.state.side_by_side_obstacles = {"/sources/1/port: is fixed; use auto"};
  const Decision decision = question.decision();
  EXPECT_EQ(decision.kind, Kind::Obstructed);
  EXPECT_THAT(decision.reason, HasSubstr("/sources/1/port: is fixed"));
  EXPECT_THAT(decision.plan.steps, IsEmpty());
  question.rules.fallback = "Magic";
  ASSERT_FALSE(question.result().has_value());
  EXPECT_THAT(question.result().error().message, HasSubstr("'Magic' is not a strategy"));
}

TEST(Planner, AMoveThatHasArrivedIsDone) {
  Question question{.asked = true};
  question.wish = {.strategy = "Migrate", .parameters = json(R"({"platform":"process"})")};
  expect(question, Kind::InSync, "on platform Process already");
}

TEST(Planner, PlansTellWhatTheyDoAndNoSecrets) {
  Question question{.state = wanting(changed(orders(), "/sources/1/password", "swordfish"))};
  const Decision decision = question.decision();
  ASSERT_EQ(decision.kind, Kind::Apply);
  EXPECT_EQ(decision.plan.steps[1].live->body["password"], "swordfish");
  const Json told = to_json(decision.plan);
  EXPECT_THAT(to_text(told), Not(HasSubstr("swordfish")));
  EXPECT_EQ(told["strategy"], "Update");
  EXPECT_EQ(told["restart"], false);
  EXPECT_TRUE(told["fallback"].is_null());
  EXPECT_EQ(told["actions"][1]["step"], 2);
  EXPECT_EQ(told["actions"][1]["kind"], "ChangeLive");
  EXPECT_EQ(told["actions"][1]["verb"], "Update");
  EXPECT_EQ(told["actions"][1]["body"]["password"], "***");
  EXPECT_EQ(told["actions"].back()["revision"], 3);
}

TEST(Planner, TriggersHaveTheirNames) {
  EXPECT_EQ(to_string(Trigger::Event), "Event");
  EXPECT_EQ(to_string(Trigger::Recovery), "Recovery");
}

}  // namespace
}  // namespace draas::reconciliation
