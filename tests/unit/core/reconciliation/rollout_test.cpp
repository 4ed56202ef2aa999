#include "core/reconciliation/rollout.hpp"

#include <gtest/gtest.h>

namespace draas::core {
namespace {

using State = RolloutState;
using Waves = std::vector<std::size_t>;

Json json(const std::string& text) { return parse_json(text).value(); }

RolloutPlan plan(const std::string& more) {
  auto read = read_rollout_plan(json(R"({"selector":"team=a","change":{"mergePatch":{}})" + more + "}"));
  EXPECT_TRUE(read) << read.error().message;
  return read.value_or(RolloutPlan{});
}

Rollout rollout(State state = State::Pending) {
  Rollout made;
  made.id = "r";
  made.plan = plan(R"(,"name":"n")");
  made.state = state;
  made.targets = {{.instance_id = "a"}, {.instance_id = "b", .wave = 2}};
  return made;
}

TEST(Amount, IsANumberOrAShare) {
  EXPECT_EQ(read_amount(3)->of(10), 3U);
  EXPECT_EQ(read_amount(30)->of(10), 10U);
  EXPECT_EQ(read_amount("10%")->of(15), 1U);
  EXPECT_EQ(read_amount("10%")->reaching(15), 2U);
  EXPECT_EQ(read_amount("1%")->of(5), 1U);
  EXPECT_EQ(read_amount("100%")->of(7), 7U);
  EXPECT_EQ(read_amount("12.5%")->of(16), 2U);
  for (const Json& wrong : {Json(0), Json(-1), Json("0%"), Json("101%"), Json("%"), Json("x%"), Json("10"), Json(),
                            Json("nan%"), Json(1.5)}) {
    EXPECT_FALSE(read_amount(wrong)) << wrong;
  }
}

TEST(RolloutWaves, AreAsTheySay) {
  EXPECT_EQ(assign_waves(plan(""), 3), (Waves{1, 1, 1}));
  EXPECT_EQ(assign_waves(plan(R"(,"waveSize":2)"), 5), (Waves{1, 1, 2, 2, 3}));
  EXPECT_EQ(assign_waves(plan(R"(,"waveSize":"50%")"), 4), (Waves{1, 1, 2, 2}));
  EXPECT_EQ(assign_waves(plan(R"(,"waveSize":100)"), 2), (Waves{1, 1}));
  EXPECT_EQ(assign_waves(plan(R"(,"waves":[1,"10%","50%","100%"])"), 10), (Waves{1, 2, 2, 2, 2, 3, 3, 3, 3, 3}));
  // What the waves leave over is a wave of its own.
  EXPECT_EQ(assign_waves(plan(R"(,"waves":[1])"), 3), (Waves{1, 2, 2}));
  EXPECT_EQ(assign_waves(plan(R"(,"waves":[2,1])"), 3), (Waves{1, 1, 2}));
  EXPECT_EQ(assign_waves(plan(""), 0), Waves{});
}

TEST(RolloutPlan, NamesEveryFault) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {R"({"change":{"patch":[]}})", ""},
      {R"({"selector":"a=b","instances":["x"],"change":{"patch":[]}})", ""},
      {R"({"selector":"a in","change":{"patch":[]}})", "/selector"},
      {R"({"instances":["x","x"],"change":{"patch":[]}})", "/instances"},
      {R"({"selector":""})", "/change"},
      {R"({"selector":"","change":{}})", "/change"},
      {R"({"selector":"","change":{"patch":[],"mergePatch":{}}})", "/change"},
      {R"({"selector":"","change":{"patch":{}}})", "/change/patch"},
      {R"({"selector":"","change":{"patch":[]},"maxUnavailable":0})", "/maxUnavailable"},
      {R"({"selector":"","change":{"patch":[]},"waveSize":"half"})", "/waveSize"},
      {R"({"selector":"","change":{"patch":[]},"waveSize":1,"waves":[1]})", "/waves"},
      {R"({"selector":"","change":{"patch":[]},"waves":[0]})", "/waves"},
      {R"({"selector":"","change":{"patch":[]},"pauseBetween":"later"})", "/pauseBetween"},
      {R"({"selector":"","change":{"patch":[]},"manualPauses":[0]})", "/manualPauses"},
      {R"({"selector":"","change":{"patch":[]},"maxFailures":-1})", "/maxFailures"},
      {R"({"selector":"","change":{"patch":[]},"maxfailures":1})", "/maxfailures"},
  };
  for (const auto& [text, path] : wrong) {
    const auto read = read_rollout_plan(json(text));
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().faults.front().path, path) << text;
  }
}

TEST(Rollout, GoesOnlyWhereItMay) {
  const std::map<State, std::vector<State>> allowed{
      {State::Pending, {State::Running, State::Paused, State::Succeeded, State::Failed, State::Aborted}},
      {State::Running, {State::Paused, State::Succeeded, State::Failed, State::Reverting, State::Aborted}},
      {State::Paused, {State::Running, State::Aborted}},
      {State::Reverting, {State::Reverted, State::Failed, State::Aborted}},
      {State::Succeeded, {}},
      {State::Failed, {}},
      {State::Reverted, {}},
      {State::Aborted, {}}};
  for (const auto& [from, targets] : allowed) {
    for (const auto& [to, unused] : allowed) {
      Rollout made = rollout(from);
      const bool may = from == to || std::ranges::find(targets, to) != targets.end();
      EXPECT_EQ(move_to(made, to, "", WallTime{}).has_value(), may) << to_string(from) << " -> " << to_string(to);
    }
  }
}

TEST(Rollout, TimesBelongToStates) {
  Rollout made = rollout();
  const WallTime first(std::chrono::seconds(10));
  const WallTime later(std::chrono::seconds(20));
  ASSERT_TRUE(move_to(made, State::Running, "", first));
  ASSERT_TRUE(move_to(made, State::Paused, "stop", later));
  ASSERT_TRUE(move_to(made, State::Running, "", later));
  EXPECT_EQ(made.started_at, first);
  EXPECT_FALSE(made.finished_at);
  ASSERT_TRUE(move_to(made, State::Succeeded, "", later));
  EXPECT_EQ(made.finished_at, later);
}

TEST(Rollout, ProgressIsAllOrNothing) {
  Rollout made = rollout(State::Running);
  const auto wrong = read_rollout_progress(json(R"({"targets":[{"instanceId":"a","state":"Failed"},
    {"instanceId":"x","state":"Failed"}]})"));
  ASSERT_TRUE(wrong);
  const auto refused = apply_progress(made, *wrong, WallTime{});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().faults.front().path, "/targets/1/instanceId");
  EXPECT_EQ(made.targets[0].state, TargetState::Waiting);
  EXPECT_EQ(made.version, 1U);

  const auto good = read_rollout_progress(json(R"({"wave":2,"reason":"r",
    "targets":[{"instanceId":"b","state":"Succeeded","revisionBefore":1,"revisionAfter":2,"reason":"ok"}]})"));
  ASSERT_TRUE(good);
  const auto places = apply_progress(made, *good, WallTime{});
  ASSERT_TRUE(places);
  EXPECT_EQ(*places, std::vector<std::size_t>{1});
  EXPECT_EQ(made.wave, 2U);
  EXPECT_EQ(made.targets[1].revision_after, 2U);
  EXPECT_EQ(made.version, 2U);

  const auto too_late =
      read_rollout_progress(json(R"({"state":"Pending","targets":[{"instanceId":"a","state":"Failed"}]})"));
  EXPECT_FALSE(apply_progress(made, *too_late, WallTime{}));
  EXPECT_EQ(made.targets[0].state, TargetState::Waiting);
  EXPECT_FALSE(read_rollout_progress(json(R"({"state":"Going"})")));
  EXPECT_FALSE(read_rollout_progress(json(R"({"targets":[{"instanceId":"a","state":"Gone"}]})")));
}

TEST(Rollout, DocumentsAreReadBack) {
  Rollout made = rollout(State::Running);
  made.plan = plan(R"(,"waves":[1,"50%"],"manualPauses":[2],"pauseBetween":"30s","maxUnavailable":"10%","maxFailures":2,
    "revertOnFailure":false,"strategy":"Canary","parameters":{"x":1})");
  made.started_at = WallTime(std::chrono::seconds(10));
  made.targets[1].revision_before = 4;
  auto read = rollout_from_document(to_document(made));
  ASSERT_TRUE(read) << read.error().message;
  for (const RolloutTarget& target : made.targets) {
    const auto stored = target_from_document(to_document(target));
    ASSERT_TRUE(stored) << stored.error().message;
    read->targets.push_back(*stored);
  }
  EXPECT_EQ(to_json(*read), to_json(made));
  EXPECT_EQ(summary_json(made)["counts"], (Json{{"Waiting", 2}}));
  EXPECT_FALSE(rollout_from_document("{}"));
  EXPECT_FALSE(target_from_document("{}"));
}

}  // namespace
}  // namespace draas::core
