#include "reconciliation/strategy.hpp"
#include "states.hpp"

namespace draas::reconciliation {
namespace {

using namespace testing;

struct Task {
  InstanceState state = with_live_change();
  Json parameters = Json::object();
  Rules rules;

  Result<Plan> result(const std::string& strategy) const {
    const Drift drift = compare(state);
    return strategies().find(strategy)->plan(PlanInput{state, drift, rules, parameters}, strategies());
  }
  Plan plan(const std::string& strategy) const {
    auto made = result(strategy);
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
    return made.value_or(Plan{});
  }
};

Task with(const std::string& parameters) { return {.parameters = json(parameters)}; }

void expect_refused(const std::string& strategy, const std::string& parameters, const std::string& path) {
  const auto made = with(parameters).result(strategy);
  ASSERT_FALSE(made.has_value()) << strategy << " " << parameters;
  EXPECT_EQ(made.error().code, ErrorCode::InvalidArgument);
  ASSERT_FALSE(made.error().faults.empty());
  EXPECT_EQ(made.error().faults[0].path, path) << made.error().message;
  EXPECT_THAT(made.error().message, HasSubstr(path.substr(1)));
}

const char* kObstacle = "/sources/1/port: is fixed; use auto";

Task obstructed() {
  Task task;
  task.state.side_by_side_obstacles = {kObstacle};
  return task;
}

TEST(Strategies, AreFoundInAnyCaseAndDescribed) {
  EXPECT_THAT(strategies().names(),
              ElementsAre("BlueGreen", "Canary", "Manual", "Migrate", "Restart", "RollingUpdate", "Update"));
  EXPECT_EQ(strategies().find("bluegreen")->name(), "BlueGreen");
  EXPECT_EQ(strategies().find("Nothing"), nullptr);
  for (const std::string& name : strategies().names()) EXPECT_FALSE(strategies().find(name)->description().empty());
}

TEST(Strategies, AnotherOneOfTheSameNameReplacesTheFirst) {
  class Own final : public Strategy {
   public:
    std::string_view name() const override { return "restart"; }
    std::string_view description() const override { return "mine"; }
    Result<Plan> plan(const PlanInput&, const StrategyRegistry&) const override { return Plan{}; }
  };
  StrategyRegistry registry = StrategyRegistry::with_built_in();
  registry.add(std::make_unique<Own>());
  EXPECT_EQ(registry.find("Restart")->description(), "mine");
  EXPECT_EQ(registry.names().size(), strategies().names().size());
}

TEST(Strategies, NoneTakesAParameterThatItDoesNotKnow) {
  for (const std::string& name : strategies().names()) {
    expect_refused(name, R"({"speed":3,"platform":"Docker"})",
                   name == "Migrate" ? "/parameters/speed" : "/parameters/speed");
  }
}

TEST(UpdateStrategy, ChangesTheRunningServerInOrderAndNotesItAfterTheChecks) {
  const Plan plan = Task{}.plan("Update");
  EXPECT_THAT(steps(plan), ElementsAre("Delete reaction 'r1'", "Delete reaction 'r2'", "Delete query 'q1'",
                                       "Create query 'q1'", "Create reaction 'r1'", "Create reaction 'r2'",
                                       "Check instance 'orders'", "MarkApplied revision 3"));
  EXPECT_FALSE(plan.restarts());
  EXPECT_EQ(plan.steps.back().revision, 3U);
  EXPECT_EQ(plan.steps[2].reason, "/queries/0/queryText differs");
  EXPECT_EQ(plan.reason, "everything can be changed while the server runs");
}

TEST(UpdateStrategy, RestartsForWhatTakesIt) {
  const Plan plan = Task{.state = with_restart_change()}.plan("Update");
  EXPECT_THAT(steps(plan), ElementsAre("Restart instance 'orders'", "Check instance 'orders'"));
  EXPECT_EQ(plan.steps[0].reason, "Port: 8080 → 8081 takes a restart");
  EXPECT_EQ(plan.steps[0].revision, 3U);
  EXPECT_TRUE(plan.restarts());
}

TEST(UpdateStrategy, NotesNothingThatIsNoted) {
  Task task{.state = in_sync()};
  task.state.actual["instances"][0]["queries"][0]["status"] = "Stopped";
  EXPECT_THAT(steps(task.plan("Update")), ElementsAre("Start query 'q1'", "Check instance 'orders'"));
  task.state.one_shot = true;
  EXPECT_THAT(steps(task.plan("Update")),
              ElementsAre("Start query 'q1'", "Check instance 'orders'", "MarkApplied revision 2"));
}

TEST(UpdateStrategy, HasNoParameters) { expect_refused("Update", R"({"pause":"1s"})", "/parameters/pause"); }

TEST(RestartStrategy, StopsPausesAndStarts) {
  const Plan plan = Task{}.plan("Restart");
  EXPECT_THAT(steps(plan), ElementsAre("Restart instance 'orders'", "Check instance 'orders'"));
  EXPECT_EQ(plan.steps[0].duration, Duration(2'000));
  EXPECT_EQ(with(R"({"pause":"0s"})").plan("Restart").steps[0].duration, Duration(0));
  EXPECT_EQ(with(R"({"pause":3})").plan("Restart").steps[0].duration, Duration(3'000)) << "a number of seconds";
  expect_refused("Restart", R"({"pause":"soon"})", "/parameters/pause");
  expect_refused("Restart", R"({"pause":[1]})", "/parameters/pause");
}

TEST(RollingUpdateStrategy, TheNewWorkloadTakesOver) {
  const Plan plan = with(R"({"drain":"3s"})").plan("RollingUpdate");
  EXPECT_THAT(steps(plan), ElementsAre("StartStandby standby", "Check standby", "Promote standby",
                                       "Check instance 'orders'", "EndStandby former workload"));
  EXPECT_EQ(plan.steps[0].revision, 3U);
  EXPECT_TRUE(plan.steps[1].standby);
  EXPECT_FALSE(plan.steps[3].standby);
  EXPECT_EQ(plan.steps[4].duration, Duration(3'000));
  EXPECT_FALSE(plan.restarts());
}

TEST(BlueGreenStrategy, TestsSwitchesAndWatches) {
  const Plan plan = with(R"({"watch":"1m","smokeTests":[{"path":"/api/v1/instances"}]})").plan("BlueGreen");
  EXPECT_THAT(steps(plan), ElementsAre("StartStandby standby", "Check standby", "SmokeTest standby", "Promote standby",
                                       "Watch instance 'orders'", "EndStandby former workload"));
  EXPECT_EQ(plan.steps[2].parameters["tests"][0]["path"], "/api/v1/instances");
  EXPECT_EQ(plan.steps[4].duration, Duration(60'000));
  EXPECT_EQ(plan.steps[5].duration, Duration(10'000));
  expect_refused("BlueGreen", R"({"watch":"long"})", "/parameters/watch");
  expect_refused("BlueGreen", R"({"smokeTests":{}})", "/parameters/smokeTests");
  expect_refused("BlueGreen", R"({"smokeTests":[{"path":"api"}]})", "/parameters/smokeTests");
  expect_refused("BlueGreen", R"({"smokeTests":[{}]})", "/parameters/smokeTests");
  for (const char* more : {R"("expectStatus":"200")", R"("method":"FETCH")", R"("timeout":"soon")", R"("timeout":5)",
                           R"("expectText":1)"}) {
    expect_refused("BlueGreen",
                   R"({"smokeTests":[{"path":"/","method":"POST"},{"path":"/",)" + std::string(more) + "}]}",
                   "/parameters/smokeTests");
  }
  EXPECT_THAT(steps(with(R"({"smokeTests":[]})").plan("BlueGreen")), Not(::testing::Contains("SmokeTest standby")));
}

TEST(CanaryStrategy, MovesTrafficStageByStage) {
  const Plan plan = Task{}.plan("Canary");
  EXPECT_THAT(steps(plan), ElementsAre("StartStandby standby", "Check standby", "SetTraffic traffic", "Judge standby",
                                       "SetTraffic traffic", "Judge standby", "SetTraffic traffic", "Judge standby",
                                       "Promote standby", "Check instance 'orders'", "EndStandby former workload"));
  EXPECT_EQ(plan.steps[2].percent, 5);
  EXPECT_EQ(plan.steps[4].percent, 25);
  EXPECT_EQ(plan.steps[6].percent, 50);
  EXPECT_EQ(plan.steps[3].duration, Duration(60'000));
  EXPECT_EQ(plan.steps[3].parameters["maxErrorRate"], 0.01);
  EXPECT_EQ(plan.steps[3].parameters["maxLatencyFactor"], 2.0);
  EXPECT_EQ(to_json(plan)["actions"][2]["percent"], 5);
}

TEST(CanaryStrategy, TakesStagesAndLimits) {
  const Task task = with(R"({"stages":[10],"stage":"2s","maxErrorRate":0.5,"maxLatencyFactor":3})");
  const Plan plan = task.plan("Canary");
  EXPECT_THAT(steps(plan), ElementsAre("StartStandby standby", "Check standby", "SetTraffic traffic", "Judge standby",
                                       "Promote standby", "Check instance 'orders'", "EndStandby former workload"));
  EXPECT_EQ(plan.steps[3].duration, Duration(2'000));
  EXPECT_EQ(plan.steps[3].parameters["maxErrorRate"], 0.5);
  EXPECT_THAT(steps(with(R"({"stages":[100]})").plan("Canary")),
              ElementsAre("StartStandby standby", "Check standby", "Promote standby", "Check instance 'orders'",
                          "EndStandby former workload"));
  for (const char* stages : {"[]", "5", "[0]", "[50,20]", "[5,5]", "[101]", "[\"5\"]", "[5.5]", "[4294967301]"}) {
    expect_refused("Canary", R"({"stages":)" + std::string(stages) + "}", "/parameters/stages");
  }
  expect_refused("Canary", R"({"maxErrorRate":2})", "/parameters/maxErrorRate");
  expect_refused("Canary", R"({"maxErrorRate":"1%"})", "/parameters/maxErrorRate");
  expect_refused("Canary", R"({"maxLatencyFactor":0.5})", "/parameters/maxLatencyFactor");
}

TEST(SideBySide, WhatCannotRunTwiceIsRefusedWithItsReasons) {
  for (const char* name : {"RollingUpdate", "BlueGreen", "Canary"}) {
    const Plan plan = obstructed().plan(name);
    EXPECT_THAT(plan.steps, IsEmpty()) << name;
    EXPECT_THAT(plan.obstacles, ElementsAre(kObstacle)) << name;
    EXPECT_EQ(plan.strategy, name);
  }
}

TEST(MigrateStrategy, MovesBesideTheOldWorkload) {
  const Plan plan = with(R"({"platform":"Docker"})").plan("Migrate");
  EXPECT_THAT(steps(plan), ElementsAre("StartStandby standby", "Check standby", "Promote standby",
                                       "Check instance 'orders'", "EndStandby former workload"));
  EXPECT_EQ(plan.steps[0].platform, "Docker");
  EXPECT_EQ(plan.reason, "from platform Process to Docker");
  expect_refused("Migrate", "{}", "/parameters/platform");
  expect_refused("Migrate", R"({"platform":5})", "/parameters/platform");
}

TEST(MigrateStrategy, StopsAndStartsWhereBothCannotRun) {
  Task task = obstructed();
  task.parameters = json(R"({"platform":"Docker"})");
  const Plan plan = task.plan("Migrate");
  EXPECT_THAT(steps(plan), ElementsAre("Restart instance 'orders'", "Check instance 'orders'"));
  EXPECT_EQ(plan.steps[0].platform, "Docker");
  EXPECT_EQ(plan.steps[0].revision, 3U);
  EXPECT_THAT(plan.obstacles, ElementsAre(kObstacle));
}

TEST(MigrateStrategy, WhatHasArrivedIsOnlyUpdated) {
  EXPECT_EQ(with(R"({"platform":"process"})").plan("Migrate").strategy, "Update");
  Task task = with(R"({"platform":"Process"})");
  task.state = in_sync();
  EXPECT_THAT(task.plan("Migrate").steps, IsEmpty());
  EXPECT_THAT(task.plan("Migrate").obstacles, IsEmpty());
}

TEST(ManualStrategy, AsksFirst) {
  Task task = with(R"({"then":"restart","pause":"1s"})");
  task.rules.approval_expiry = std::chrono::hours(2);
  const Plan plan = task.plan("Manual");
  EXPECT_THAT(steps(plan),
              ElementsAre("AwaitApproval revision 3", "Restart instance 'orders'", "Check instance 'orders'"));
  EXPECT_EQ(plan.strategy, "Manual");
  EXPECT_EQ(plan.steps[0].revision, 3U);
  EXPECT_EQ(plan.steps[0].duration, std::chrono::hours(2));
  EXPECT_EQ(plan.steps[1].duration, Duration(1'000));
  EXPECT_THAT(plan.reason, HasSubstr("after approval with strategy Restart"));
  EXPECT_EQ(steps(Task{}.plan("Manual"))[1], "Delete reaction 'r1'") << "Update, unless it is said otherwise";
  expect_refused("Manual", R"({"then":"Manual"})", "/parameters/then");
  expect_refused("Manual", R"({"then":"Magic"})", "/parameters/then");
  expect_refused("Manual", R"({"then":1})", "/parameters/then");
  expect_refused("Manual", R"({"then":"Canary","stages":[]})", "/parameters/stages");
}

TEST(ManualStrategy, WhatTakesTheObstructedOnesPlaceWaitsForApprovalToo) {
  Task task = obstructed();
  task.parameters = json(R"({"then":"BlueGreen","watch":"1m"})");
  const Plan plan = task.plan("Manual");
  EXPECT_THAT(steps(plan),
              ElementsAre("AwaitApproval revision 3", "Restart instance 'orders'", "Check instance 'orders'"));
  ASSERT_TRUE(plan.fallback.has_value());
  EXPECT_EQ(plan.fallback->from, "BlueGreen");
  EXPECT_EQ(plan.fallback->to, "Restart");
  EXPECT_THAT(plan.obstacles, ElementsAre(kObstacle));
  task.rules.fallback = "Fail";
  EXPECT_THAT(task.plan("Manual").steps, IsEmpty());
}

TEST(Parameters, AllFaultsAreTold) {
  const Json given = json(R"({"wait":"x","share":7,"name":1,"more":true})");
  ParameterReader reader(given);
  reader.duration("wait", Duration(1));
  reader.number("share", 0.5, 0, 1);
  reader.text("name", "");
  EXPECT_TRUE(reader.value("absent").is_null());
  const Status finished = reader.finish();
  ASSERT_FALSE(finished.has_value());
  std::vector<std::string> paths;
  for (const Fault& fault : finished.error().faults) paths.push_back(fault.path);
  EXPECT_THAT(paths, ElementsAre("/parameters/wait", "/parameters/share", "/parameters/name", "/parameters/more"));
  EXPECT_THAT(finished.error().faults.back().message, HasSubstr("knows wait, share, name, absent"));
}

TEST(Parameters, NullAndAbsentHaveTheirDefaults) {
  const Json given = json(R"({"wait":null})");
  ParameterReader reader(given);
  EXPECT_EQ(reader.duration("wait", Duration(7)), Duration(7));
  EXPECT_EQ(reader.number("share", 0.5, 0, 1), 0.5);
  EXPECT_EQ(reader.text("name", "n"), "n");
  EXPECT_TRUE(reader.finish().has_value());
}

TEST(Plans, StepsHaveTheirNames) {
  EXPECT_EQ(to_string(Step::Kind::AwaitApproval), "AwaitApproval");
  EXPECT_EQ(to_string(Step::Kind::MarkApplied), "MarkApplied");
  EXPECT_EQ(to_string(Step::Kind::Restart), "Restart");
  EXPECT_EQ(to_string(Step::Kind::EndStandby), "EndStandby");
  EXPECT_EQ(to_string(Step::Kind::Custom), "Custom");
}

}  // namespace
}  // namespace draas::reconciliation
