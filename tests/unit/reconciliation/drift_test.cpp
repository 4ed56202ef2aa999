#include "reconciliation/drift.hpp"

#include "states.hpp"

namespace draas::reconciliation {
namespace {

using namespace testing;

std::vector<std::string> texts(const InstanceState& state) {
  std::vector<std::string> result;
  for (const drasi::Difference& difference : compare(state).live.differences) result.push_back(describe(difference));
  return result;
}

TEST(Drift, NothingDiffersFromWhatIsWanted) {
  const Drift drift = compare(in_sync());
  EXPECT_TRUE(drift.in_sync());
  EXPECT_FALSE(drift.restart_required());
}

TEST(Drift, SettingsAreToldByTheirNames) {
  EXPECT_THAT(texts(with_restart_change()), ElementsAre("Port: 8080 → 8081"));
  EXPECT_THAT(texts(wanting(changed(orders(), "/host", "0.0.0.0"))), ElementsAre("Host: 127.0.0.1 → 0.0.0.0"));
  EXPECT_THAT(texts(wanting(changed(orders(), "/logLevel", "debug"))), ElementsAre("LogLevel: info → debug"));
  EXPECT_TRUE(compare(with_restart_change()).restart_required());
}

TEST(Drift, AQuerysTextIsTold) {
  EXPECT_THAT(texts(with_live_change()), ElementsAre("/queries/0/queryText: MATCH (a) RETURN a → MATCH (x) RETURN x"));
  EXPECT_FALSE(compare(with_live_change()).restart_required());
}

TEST(Drift, WhatSomebodyChangedOnTheServerItselfIsFound) {
  InstanceState state = in_sync();
  state.actual["instances"][0]["queries"][1]["queryText"] = "MATCH (other) RETURN other";
  EXPECT_THAT(texts(state), ElementsAre("/queries/1/queryText: MATCH (other) RETURN other → MATCH (b) RETURN b"));
}

TEST(Drift, ComponentsTooFewAndTooMany) {
  InstanceState state = in_sync();
  state.actual["instances"][0]["reactions"].erase(1);
  Json extra = state.actual["instances"][0]["sources"][0];
  extra["id"] = "more";
  state.actual["instances"][0]["sources"].push_back(extra);
  EXPECT_THAT(texts(state), ElementsAre("/sources/2: not wanted", "/reactions/1: missing"));
}

TEST(Drift, AComponentThatStandsStillIsTold) {
  InstanceState state = in_sync();
  state.actual["instances"][0]["queries"][0]["status"] = "Stopped";
  EXPECT_THAT(texts(state), ElementsAre("/queries/0/status: Stopped → Running"));
}

TEST(Drift, NothingIsSaidOfAServerThatDoesNotRunOrDoesNotAnswer) {
  InstanceState state = with_live_change();
  state.actual = Json();
  EXPECT_TRUE(compare(state).unreachable);
  EXPECT_FALSE(compare(state).in_sync());
  state.phase = core::Phase::Stopped;
  EXPECT_TRUE(compare(state).in_sync());
}

TEST(Drift, ANewRevisionWithTheSameContentOnlyHasToBeNoted) {
  const Drift drift = compare(wanting(orders()));
  EXPECT_TRUE(drift.stale_mark);
  EXPECT_FALSE(drift.in_sync());
  EXPECT_THAT(drift.live.differences, IsEmpty());
}

TEST(Drift, WhatOnlyTheHashTellsTakesARestart) {
  // The document that was applied is not known any more, and no route of the server shows its settings.
  InstanceState state = wanting(changed(orders(), "/port", 8081));
  state.applied = Json();
  const Drift drift = compare(state);
  ASSERT_EQ(drift.live.differences.size(), 1U);
  EXPECT_TRUE(drift.restart_required());
  EXPECT_EQ(describe(drift.live.differences[0]), "Configuration: " + state.spec_hash + " → " + state.desired_spec_hash);
  state.desired_spec_hash = state.spec_hash;
  EXPECT_TRUE(compare(state).stale_mark);
}

TEST(Drift, AConfigurationForOnceIsNotTheAppliedRevision) {
  InstanceState state = in_sync();
  state.one_shot = true;
  state.spec_hash = "another";
  EXPECT_TRUE(compare(state).restart_required());
}

TEST(Drift, OtherPlatformOptionsTakeARestart) {
  InstanceState state = in_sync();
  state.platform_options = json(R"({"image":"a:1","environment":{"API_TOKEN":"geheim"},"user":"drasi"})");
  state.desired_platform_options = json(R"({"image":"a:2","environment":{"API_TOKEN":"other"},"network":"n"})");
  const Drift drift = compare(state);
  EXPECT_TRUE(drift.restart_required());
  EXPECT_FALSE(drift.stale_mark);
  EXPECT_THAT(texts(state), ElementsAre(R"(/platformOptions/environment: {"API_TOKEN":"***"} → {"API_TOKEN":"***"})",
                                        "/platformOptions/image: a:1 → a:2", "/platformOptions/network: nothing → n",
                                        "/platformOptions/user: drasi → nothing"));
  state.desired_platform_options = state.platform_options;
  EXPECT_TRUE(compare(state).in_sync());
  // What was started by a version that did not remember it is left alone.
  state.platform_options = Json();
  EXPECT_TRUE(compare(state).in_sync());
}

TEST(Drift, SecretsAreMasked) {
  const InstanceState state = wanting(changed(orders(), "/sources/1/password", "swordfish"));
  const Drift drift = compare(state);
  ASSERT_EQ(drift.live.differences.size(), 1U);
  const drasi::Difference& difference = drift.live.differences[0];
  EXPECT_EQ(describe(difference), "/sources/1/password: *** → ***");
  const Json told = to_json(difference);
  EXPECT_EQ(to_text(told), R"({"path":"/sources/1/password","desired":"***","actual":"***","liveness":"Live",)"
                           R"("text":"/sources/1/password: *** → ***"})");
  // Of a whole component, and inside of URLs.
  Json document = orders();
  document["sources"].erase(1);
  document["queries"].erase(1);
  document["reactions"][1]["queries"] = json(R"(["q1"])");
  for (const drasi::Difference& one : compare(wanting(orders(), document)).live.differences) {
    EXPECT_THAT(to_text(to_json(one)), Not(HasSubstr("hunter2")));
  }
  const drasi::Difference url{"/sources/0/redisUrl", "redis://u:geheim@h", "redis://u:other@h", drasi::Liveness::Live};
  EXPECT_THAT(to_text(to_json(url)), Not(::testing::AnyOf(HasSubstr("geheim"), HasSubstr("other"))));
}

TEST(Drift, LongValuesAreCutBetweenCharacters) {
  std::string umlauts;
  for (int count = 0; count < 300; ++count) umlauts += "ü";
  const drasi::Difference list{"/reactions/0/routes", Json::array({umlauts}), "x", drasi::Liveness::Live};
  const std::string text = describe(list);
  EXPECT_LT(text.size(), 300U);
  EXPECT_TRUE(text.ends_with("..."));
  EXPECT_EQ(text.find("\xEF\xBF\xBD"), std::string::npos);
  EXPECT_TRUE(parse_json(to_text(Json(text))).has_value());
  EXPECT_EQ(to_text(Json(text)).find("\xEF\xBF\xBD"), std::string::npos) << "no character is cut in two";
}

TEST(InstanceState, IsReadFromTheControlPlanesAnswer) {
  const auto state = parse_instance_state(json(R"({"id":"a","platform":"Process","desiredState":"Running",
      "phase":"Running","revision":7,"healthyRevision":5,"appliedRevision":6,"generation":3,"oneShot":true,
      "host":"127.0.0.1","port":9000,"specHash":"x","desiredSpecHash":"y","desired":{"id":"a"},"applied":null,
      "actual":null,"actualError":"refused","observed":"o","standby":{"role":"Retired","revision":5,"platform":"Docker"},
      "held":{"revision":7,"reason":"bad"},"obstacles":["one",2],"policy":{"strategy":"Canary"}})"));
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->revision, 7U);
  EXPECT_EQ(state->applied_revision, 6U);
  EXPECT_EQ(state->healthy_revision, 5U);
  EXPECT_TRUE(state->one_shot);
  EXPECT_TRUE(state->applied.is_null());
  EXPECT_EQ(state->standby->role, StandbyRole::Retired);
  EXPECT_EQ(state->held->reason, "bad");
  EXPECT_THAT(state->side_by_side_obstacles, ElementsAre("one"));
  EXPECT_EQ(state->policy.strategy, "Canary");

  for (const char* answer : {"{}", "[]", R"({"id":"a","desiredState":"Running","phase":"Dancing"})",
                             R"({"id":"","desiredState":"Running","phase":"Running"})"}) {
    ASSERT_FALSE(parse_instance_state(json(answer)).has_value()) << answer;
    EXPECT_THAT(parse_instance_state(json(answer)).error().message, HasSubstr("the same version"));
  }
}

}  // namespace
}  // namespace draas::reconciliation
