#include "reconciliation/rollout_runner.hpp"
#include "states.hpp"

namespace draas::reconciliation {
namespace {

using namespace testing;
using Kind = RolloutStep::Kind;
using State = Rollout::State;
using TargetState = RolloutTarget::State;

// Waves of targets; each target has revision 1.
Rollout running(const std::vector<std::size_t>& waves) {
  Rollout rollout{.id = "r", .state = State::Running};
  for (std::size_t wave = 0; wave < waves.size(); ++wave) {
    for (std::size_t count = 0; count < waves[wave]; ++count) {
      rollout.targets.push_back({.instance = "i" + std::to_string(rollout.targets.size()), .wave = wave});
    }
  }
  return rollout;
}

void set(Rollout& rollout, std::initializer_list<std::size_t> places, TargetState state) {
  for (const std::size_t place : places) {
    rollout.targets[place].state = state;
    rollout.targets[place].revision_before = 1;
  }
}

TEST(RolloutSteps, WorkOnTheFirstWaveWithinTheLimit) {
  Rollout rollout = running({3, 2});
  rollout.max_unavailable = 2;
  RolloutStep step = next_step(rollout, {});
  EXPECT_EQ(step.kind, Kind::Work);
  EXPECT_THAT(step.targets, ElementsAre(0, 1));
  EXPECT_EQ(next_step(rollout, {0, 1}).kind, Kind::Wait);
  set(rollout, {0}, TargetState::Succeeded);
  step = next_step(rollout, {1});
  EXPECT_THAT(step.targets, ElementsAre(2));
  rollout.max_unavailable = 10;
  rollout.state = State::Pending;
  EXPECT_THAT(next_step(rollout, {1}).targets, ElementsAre(2)) << "never what is worked on, nor a later wave";
}

TEST(RolloutSteps, TheNextWaveBeginsWhenTheFirstHasEnded) {
  Rollout rollout = running({2, 1});
  rollout.max_unavailable = 5;
  set(rollout, {0}, TargetState::Succeeded);
  set(rollout, {1}, TargetState::Skipped);
  EXPECT_EQ(next_step(rollout, {1}).kind, Kind::Wait);
  const RolloutStep step = next_step(rollout, {});
  EXPECT_EQ(step.kind, Kind::NextWave);
  EXPECT_EQ(step.wave, 1U);
  rollout.wave = 1;
  EXPECT_THAT(next_step(rollout, {}).targets, ElementsAre(2));
  set(rollout, {2}, TargetState::Succeeded);
  EXPECT_EQ(next_step(rollout, {2}).kind, Kind::Wait);
  EXPECT_EQ(next_step(rollout, {}).kind, Kind::Finish);
  EXPECT_EQ(next_step(rollout, {}).state, State::Succeeded);
}

TEST(RolloutSteps, WavesWithoutTargetsArePassedOver) {
  Rollout rollout = running({1, 0, 0, 1});
  set(rollout, {0}, TargetState::Succeeded);
  EXPECT_EQ(next_step(rollout, {}).wave, 3U);
  EXPECT_EQ(next_step(running({}), {}).state, State::Succeeded);
}

TEST(RolloutSteps, SomebodyHasToLetAWaveBegin) {
  Rollout rollout = running({1, 1});
  rollout.manual_pauses = {1};
  set(rollout, {0}, TargetState::Succeeded);
  EXPECT_EQ(next_step(rollout, {0}).kind, Kind::Wait);
  const RolloutStep step = next_step(rollout, {});
  EXPECT_EQ(step.kind, Kind::Pause);
  EXPECT_EQ(step.wave, 1U);
  // As the pause is stored; then it is resumed.
  rollout.state = State::Paused;
  rollout.wave = 1;
  EXPECT_EQ(next_step(rollout, {}).kind, Kind::Leave);
  rollout.state = State::Running;
  EXPECT_THAT(next_step(rollout, {}).targets, ElementsAre(1));
}

TEST(RolloutSteps, WhatIsPausedOrOverIsLeft) {
  for (const State state : {State::Paused, State::Succeeded, State::Failed, State::Reverted, State::Aborted}) {
    Rollout rollout = running({2});
    rollout.state = state;
    EXPECT_EQ(next_step(rollout, {}).kind, Kind::Leave) << to_string(state);
  }
}

TEST(RolloutSteps, FailuresBeyondTheLimitTurnItBack) {
  Rollout rollout = running({4});
  rollout.max_failures = 1;
  rollout.max_unavailable = 2;
  set(rollout, {0}, TargetState::Failed);
  EXPECT_THAT(next_step(rollout, {}).targets, ElementsAre(1, 2));
  set(rollout, {1}, TargetState::Failed);
  EXPECT_EQ(next_step(rollout, {2}).kind, Kind::Wait) << "what is under way is finished first";
  const RolloutStep step = next_step(rollout, {});
  EXPECT_EQ(step.kind, Kind::Revert);
  EXPECT_EQ(step.reason, "2 instances failed, 1 are allowed to");
  rollout.revert_on_failure = false;
  EXPECT_EQ(next_step(rollout, {}).kind, Kind::Finish);
  EXPECT_EQ(next_step(rollout, {}).state, State::Failed);
}

TEST(RolloutSteps, FailuresAreCountedAlsoAfterTheLastTarget) {
  Rollout rollout = running({1});
  set(rollout, {0}, TargetState::Failed);
  EXPECT_EQ(next_step(rollout, {}).kind, Kind::Revert);
  rollout.max_failures = 1;
  EXPECT_EQ(next_step(rollout, {}).state, State::Succeeded);
}

TEST(RolloutSteps, TheWayBackTakesAllThatWasTouched) {
  Rollout rollout = running({6});
  rollout.state = State::Reverting;
  rollout.max_unavailable = 2;
  set(rollout, {0}, TargetState::Succeeded);
  set(rollout, {1}, TargetState::Failed);
  set(rollout, {2}, TargetState::Updating);
  set(rollout, {3}, TargetState::Skipped);
  set(rollout, {4}, TargetState::Succeeded);
  rollout.targets[4].revision_before = 0;  // nothing to go back to
  EXPECT_THAT(next_step(rollout, {}).targets, ElementsAre(0, 1));
  EXPECT_THAT(next_step(rollout, {0}).targets, ElementsAre(1));
  EXPECT_EQ(next_step(rollout, {0, 1}).kind, Kind::Wait);
  set(rollout, {0, 1, 2}, TargetState::Reverted);
  EXPECT_EQ(next_step(rollout, {2}).kind, Kind::Wait);
  EXPECT_EQ(next_step(rollout, {}).kind, Kind::Finish);
  EXPECT_EQ(next_step(rollout, {}).state, State::Reverted);
}

TEST(RolloutSteps, WhatWasCutOffIsTakenUpAgain) {
  Rollout rollout = running({2, 2});
  rollout.max_unavailable = 2;
  rollout.wave = 1;
  set(rollout, {0}, TargetState::Succeeded);
  set(rollout, {1, 2}, TargetState::Updating);
  EXPECT_THAT(next_step(rollout, {}).targets, ElementsAre(1)) << "the earlier wave first";
  set(rollout, {1}, TargetState::Succeeded);
  EXPECT_THAT(next_step(rollout, {}).targets, ElementsAre(2, 3));
}

// To its end, with a server that fails the named targets: the order in which targets were worked on.
TEST(RolloutSteps, LeadToAnEnd) {
  for (const bool revert : {true, false}) {
    for (std::size_t failing = 0; failing < 8; ++failing) {
      Rollout rollout = running({1, 2, 4});
      rollout.revert_on_failure = revert;
      rollout.max_unavailable = 3;
      std::size_t rounds = 0;
      for (RolloutStep step = next_step(rollout, {}); step.kind != Kind::Leave; step = next_step(rollout, {})) {
        ASSERT_LT(++rounds, 100U);
        if (step.kind == Kind::NextWave) rollout.wave = step.wave;
        if (step.kind == Kind::Revert) rollout.state = State::Reverting;
        if (step.kind == Kind::Finish) rollout.state = step.state;
        ASSERT_NE(step.kind, Kind::Wait);
        ASSERT_LE(step.targets.size(), rollout.max_unavailable);
        for (const std::size_t place : step.targets) {
          const bool back = rollout.state == State::Reverting;
          set(rollout, {place},
              back               ? TargetState::Reverted
              : place == failing ? TargetState::Failed
                                 : TargetState::Succeeded);
        }
      }
      const bool fails = failing < 7;
      EXPECT_EQ(rollout.state, !fails ? State::Succeeded : revert ? State::Reverted : State::Failed);
      if (fails && revert) {
        for (const RolloutTarget& target : rollout.targets) EXPECT_NE(target.state, TargetState::Succeeded);
      }
      if (failing == 0) {
        EXPECT_EQ(rollout.targets[1].state, TargetState::Waiting) << "the canary stopped it";
      }
    }
  }
}

TEST(Rollouts, AreRead) {
  const auto rollout = parse_rollout(json(R"({"id":"r","state":"Reverting","wave":2,"maxUnavailable":"50%",
      "maxFailures":1,"revertOnFailure":false,"pauseBetween":"30s","manualPauses":[1,"x"],
      "change":{"mergePatch":{}},"strategy":"Canary","parameters":{"stage":"1s"},
      "targets":[{"instanceId":"a","wave":1,"state":"Updating","revisionBefore":4,"revisionAfter":5,"reason":"why"},
                 {"instanceId":"b","state":"?"},{"instanceId":"c"},{"instanceId":"d"},{"instanceId":"e"}]})"));
  ASSERT_TRUE(rollout.has_value());
  EXPECT_EQ(rollout->state, State::Reverting);
  EXPECT_EQ(rollout->wave, 2U);
  EXPECT_EQ(rollout->max_unavailable, 2U);
  EXPECT_EQ(rollout->max_failures, 1U);
  EXPECT_FALSE(rollout->revert_on_failure);
  EXPECT_EQ(rollout->pause_between, Duration(30'000));
  EXPECT_THAT(rollout->manual_pauses, ElementsAre(1));
  EXPECT_EQ(rollout->strategy, "Canary");
  EXPECT_EQ(rollout->targets[0].state, TargetState::Updating);
  EXPECT_EQ(rollout->targets[0].revision_before, 4U);
  EXPECT_EQ(rollout->targets[1].state, TargetState::Waiting);
  EXPECT_FALSE(parse_rollout(json(R"({"id":"r"})")).has_value());
  EXPECT_FALSE(parse_rollout(json(R"({"id":"","targets":[]})")).has_value());
  EXPECT_FALSE(parse_rollout(json("[]")).has_value());
}

TEST(Rollouts, HaveALimitOfAtLeastOneAndAtMostAll) {
  const auto limit = [](const std::string& value) {
    Json rollout = json(R"({"id":"r","targets":[{},{},{},{},{}]})");
    rollout["maxUnavailable"] = json(value);
    return parse_rollout(rollout)->max_unavailable;
  };
  EXPECT_EQ(limit("null"), 1U);
  EXPECT_EQ(limit("0"), 1U);
  EXPECT_EQ(limit("3"), 3U);
  EXPECT_EQ(limit("\"10%\""), 1U);
  EXPECT_EQ(limit("\"60%\""), 3U);
  EXPECT_EQ(limit("\"100%\""), 5U);
  EXPECT_EQ(limit("\"1e9%\""), 5U);
  EXPECT_EQ(limit("\"-50%\""), 1U);
  EXPECT_EQ(limit("\"nan%\""), 1U);
  EXPECT_EQ(limit("\"3\""), 1U);
}

}  // namespace
}  // namespace draas::reconciliation
