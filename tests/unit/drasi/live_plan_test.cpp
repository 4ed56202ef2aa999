#include "drasi/live_plan.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "documents.hpp"

namespace draas::drasi {
namespace {

using testing::changed;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::json;
using testing::yaml;

// The wanted configuration of most tests, in server form.
Json wanted() {
  return yaml(R"(
id: main
host: 127.0.0.1
port: 8080
sources:
  - {kind: mock, id: s1, intervalMs: 1000, dataType: {type: generic}}
  - {kind: postgres, id: s2, user: u, database: d, password: "${PW}"}
queries:
  - {id: q1, query: MATCH (a) RETURN a, autoStart: true, sources: [{sourceId: s1}]}
  - {id: q2, query: MATCH (b) RETURN b, autoStart: true, sources: [{sourceId: s2}]}
reactions:
  - {kind: log, id: r1, queries: [q1]}
  - {kind: http, id: r2, queries: [q1, q2], baseUrl: "http://a"}
)");
}

// What a server reports that runs `document`.
Json running(const Json& document) {
  const Json query_defaults =
      json(R"({"queryLanguage":"GQL","middleware":[],"enableBootstrap":true,"bootstrapBufferSize":10000,
      "outboxCapacity":1000,"bootstrapTimeoutSecs":300,"priorityQueueCapacity":10000})");
  Json libraries = document.contains("instances") ? document["instances"] : Json::array({document});
  for (Json& library : libraries) {
    Json reported = json("{}");
    for (const char* list : {"sources", "queries", "reactions"}) {
      reported[list] = library.contains(list) ? library[list] : Json::array();
      for (Json& component : reported[list]) {
        const bool query = list == std::string_view("queries");
        if (!component.contains("autoStart")) component["autoStart"] = !query;
        component["status"] = component["autoStart"] == true ? "Running" : "Stopped";
        component.erase("identityProvider");
        component.erase("bootstrapProvider");
        if (component.contains("password")) component["password"] = "resolved";
        if (!query) continue;
        component["queryText"] = component["query"];
        component.erase("query");
        for (const auto& [key, value] : query_defaults.items()) {
          if (!component.contains(key)) component[key] = value;
        }
        for (Json& source : component["sources"]) {
          for (const char* inner : {"nodes", "relations", "pipeline"}) {
            if (!source.contains(inner)) source[inner] = Json::array();
          }
        }
      }
    }
    reported["id"] = library["id"];
    library = reported;
  }
  return {{"instances", libraries}};
}

std::vector<std::string> steps(const LivePlan& plan) {
  std::vector<std::string> result;
  result.reserve(plan.actions.size());
  for (const LiveAction& action : plan.actions) {
    result.push_back(std::string(to_string(action.verb)) + " " +
                     (action.kind ? std::string(to_string(*action.kind)) : "instance") + " " + action.id);
  }
  return result;
}

std::vector<std::string> paths(const LivePlan& plan) {
  std::vector<std::string> result;
  result.reserve(plan.differences.size());
  for (const Difference& difference : plan.differences) {
    result.push_back(difference.path + (difference.liveness == Liveness::Restart ? " (restart)" : ""));
  }
  return result;
}

LivePlan plan(const Json& desired, const Json& actual, const Json& last = {}) {
  return plan_live_changes(desired, actual, last);
}

TEST(LivePlan, NothingToDoWhenTheServerRunsWhatIsWanted) {
  const LivePlan result = plan(wanted(), running(wanted()), wanted());
  EXPECT_THAT(paths(result), IsEmpty());
  EXPECT_TRUE(result.converged());
  EXPECT_FALSE(result.restart_required());
}

TEST(LivePlan, NothingToDoWithoutKnowledgeOfTheLastConfiguration) {
  EXPECT_TRUE(plan(wanted(), running(wanted())).converged());
}

TEST(LivePlan, BuildsUpFromSourcesToReactions) {
  const LivePlan result = plan(wanted(), running(json(R"({"id":"main"})")));
  EXPECT_THAT(steps(result), ElementsAre("Create source s1", "Create source s2", "Create query q1", "Create query q2",
                                         "Create reaction r1", "Create reaction r2"));
  EXPECT_EQ(result.actions[2].body["query"], "MATCH (a) RETURN a");
  EXPECT_EQ(result.actions[2].library, "main");
  EXPECT_FALSE(result.restart_required());
}

TEST(LivePlan, TakesDownFromReactionsToSources) {
  const LivePlan result = plan(json(R"({"id":"main"})"), running(wanted()));
  EXPECT_THAT(steps(result), ElementsAre("Delete reaction r1", "Delete reaction r2", "Delete query q1",
                                         "Delete query q2", "Delete source s1", "Delete source s2"));
}

TEST(LivePlan, AChangedQueryIsReplacedTogetherWithItsReactions) {
  const Json before = changed(wanted(), "/reactions/1/kind", "sse");
  const LivePlan result = plan(changed(before, "/queries/1/query", "MATCH (c) RETURN c"), running(before));
  EXPECT_THAT(paths(result), ElementsAre("/queries/1/queryText"));
  EXPECT_EQ(result.differences[0].actual, "MATCH (b) RETURN b");
  EXPECT_THAT(steps(result),
              ElementsAre("Delete reaction r2", "Delete query q2", "Create query q2", "Create reaction r2"));
  EXPECT_EQ(result.actions[0].reason, "needs query 'q2', which is replaced");
  EXPECT_EQ(result.actions[1].reason, "/queries/1/queryText differs");
}

TEST(LivePlan, AStrictReactionTakesAChangedQueryByRestartOnly) {
  const LivePlan strict = plan(changed(wanted(), "/queries/1/query", "MATCH (c) RETURN c"), running(wanted()));
  EXPECT_THAT(paths(strict), ElementsAre("/queries/1/queryText (restart)"));
  EXPECT_THAT(strict.obstacles, IsEmpty());

  // A field that does not change the query's results is no matter to its reactions.
  EXPECT_FALSE(plan(changed(wanted(), "/queries/1/outboxCapacity", 5), running(wanted())).restart_required());

  const Json skipping = changed(wanted(), "/reactions/1/recoveryPolicy", "auto_skip_gap");
  EXPECT_FALSE(plan(changed(skipping, "/queries/1/query", "MATCH (c) RETURN c"), running(skipping)).restart_required());
}

TEST(LivePlan, ADurableStateStoreKeepsAStrictReactionFromAChangedQuery) {
  const Json stored = changed(wanted(), "/stateStore", yaml("{kind: redb, path: /a}"));
  const LivePlan result = plan(changed(stored, "/queries/1/query", "MATCH (c) RETURN c"), running(stored), stored);
  EXPECT_TRUE(result.restart_required());
  ASSERT_EQ(result.obstacles.size(), 1U);
  EXPECT_THAT(result.obstacles[0], ::testing::HasSubstr("give the reaction another id"));
}

TEST(LivePlan, AReactionThatSkipsGapsNeedsAChangedQueryThatRuns) {
  const Json stands = changed(changed(wanted(), "/reactions/1/kind", "sse"), "/queries/1/autoStart", false);
  const Json other = changed(stands, "/queries/1/query", "MATCH (c) RETURN c");
  const LivePlan result = plan(other, running(stands));
  EXPECT_THAT(paths(result), ElementsAre("/queries/1/queryText (restart)"));
  EXPECT_THAT(result.obstacles, IsEmpty());
  EXPECT_FALSE(plan(changed(stands, "/queries/1/outboxCapacity", 5), running(stands)).restart_required());
  EXPECT_FALSE(plan(changed(other, "/queries/1/autoStart", true), running(stands)).restart_required());

  const Json store = yaml("{kind: redb, path: /a}");
  const Json stored = changed(stands, "/stateStore", store);
  const LivePlan durable = plan(changed(other, "/stateStore", store), running(stored), stored);
  ASSERT_EQ(durable.obstacles.size(), 1U);
  EXPECT_THAT(durable.obstacles[0], ::testing::HasSubstr("or let the query start by itself"));
}

TEST(LivePlan, AQueryFieldThatGoesBackToItsDefaultIsADifference) {
  Json actual = running(wanted());
  actual["instances"][0]["queries"][0]["outboxCapacity"] = 5;
  actual["instances"][0]["queries"][0]["joins"] = json(R"([{"id":"X","keys":[]}])");
  EXPECT_THAT(paths(plan(wanted(), actual)), ElementsAre("/queries/0/outboxCapacity", "/queries/0/joins (restart)"));
}

TEST(LivePlan, MaterialisedCapacitiesAreNoDifferenceUnlessTheyWereApplied) {
  Json last = wanted();
  last["queries"][0]["priorityQueueCapacity"] = 10000;
  EXPECT_TRUE(plan(wanted(), running(wanted())).converged());
  EXPECT_THAT(paths(plan(wanted(), running(wanted()), last)), ElementsAre("/queries/0/priorityQueueCapacity"));
}

TEST(LivePlan, PluginFieldsAreUpdatedInPlaceAndRunningQueriesPaused) {
  const LivePlan result = plan(changed(wanted(), "/sources/0/intervalMs", 500), running(wanted()));
  EXPECT_THAT(paths(result), ElementsAre("/sources/0/intervalMs"));
  EXPECT_THAT(steps(result), ElementsAre("Stop query q1", "Update source s1", "Start query q1"));
  EXPECT_EQ(result.actions[1].body["intervalMs"], 500);
}

TEST(LivePlan, AQueryThatDoesNotRunIsNotPaused) {
  Json document = wanted();
  document["queries"][0]["autoStart"] = false;
  const LivePlan result = plan(changed(document, "/sources/0/intervalMs", 500), running(document));
  EXPECT_THAT(steps(result), ElementsAre("Update source s1"));
}

TEST(LivePlan, AReactionsFieldsAreUpdatedInPlace) {
  EXPECT_THAT(steps(plan(changed(wanted(), "/reactions/1/baseUrl", "http://b"), running(wanted()))),
              ElementsAre("Update reaction r2"));
}

TEST(LivePlan, NestedPluginFieldsCountOnlyWhereTheyAreWanted) {
  Json actual = running(wanted());
  actual["instances"][0]["sources"][0]["dataType"] = json(R"({"type":"generic","sensorCount":5})");
  EXPECT_TRUE(plan(wanted(), actual).converged());
  actual["instances"][0]["sources"][0]["dataType"] = json(R"({"type":"counter"})");
  EXPECT_THAT(paths(plan(wanted(), actual)), ElementsAre("/sources/0/dataType"));
}

TEST(LivePlan, AKindOrAutoStartTakesReplacementWithAllDependents) {
  const LivePlan kind = plan(changed(wanted(), "/sources/1/kind", "mysql"), running(wanted()));
  EXPECT_THAT(steps(kind), ElementsAre("Delete reaction r2", "Delete query q2", "Delete source s2", "Create source s2",
                                       "Create query q2", "Create reaction r2"));
  const LivePlan start = plan(changed(wanted(), "/reactions/0/autoStart", false), running(wanted()));
  EXPECT_THAT(steps(start), ElementsAre("Delete reaction r1", "Create reaction r1", "Start reaction r1"));
}

TEST(LivePlan, AReactionsQueriesTakeReplacement) {
  EXPECT_THAT(steps(plan(changed(wanted(), "/reactions/0/queries", json(R"(["q2"])")), running(wanted()))),
              ElementsAre("Delete reaction r1", "Create reaction r1"));
  EXPECT_TRUE(plan(changed(wanted(), "/reactions/1/queries", json(R"(["q2","q1"])")), running(wanted())).converged());
}

TEST(LivePlan, AReferenceIsComparedWithWhatWasApplied) {
  const Json desired = changed(wanted(), "/sources/1/password", "${OTHER}");
  EXPECT_TRUE(plan(desired, running(wanted())).converged());
  EXPECT_THAT(paths(plan(desired, running(wanted()), wanted())), ElementsAre("/sources/1/password"));
}

TEST(LivePlan, ARemovedFieldIsKnownFromWhatWasApplied) {
  Json desired = wanted();
  desired["sources"][0].erase("intervalMs");
  EXPECT_TRUE(plan(desired, running(wanted())).converged());
  EXPECT_THAT(paths(plan(desired, running(wanted()), wanted())), ElementsAre("/sources/0/intervalMs"));
}

TEST(LivePlan, ServerSettingsTakeARestart) {
  Json desired = changed(wanted(), "/port", 9000);
  desired["identityProviders"] = yaml("[{kind: password, id: p, username: u, password: x}]");
  const LivePlan result = plan(desired, running(wanted()), wanted());
  EXPECT_THAT(paths(result), ::testing::UnorderedElementsAre("/port (restart)", "/identityProviders (restart)"));
  EXPECT_TRUE(result.restart_required());
  EXPECT_THAT(result.actions, IsEmpty());
}

TEST(LivePlan, AnIdentityProviderIsAttachedByARestartOnly) {
  const Json with_identity = changed(wanted(), "/sources/1/identityProvider", "p");
  const LivePlan assigned = plan(with_identity, running(wanted()), wanted());
  EXPECT_THAT(paths(assigned), ElementsAre("/sources/1/identityProvider (restart)"));
  EXPECT_THAT(assigned.actions, IsEmpty());
  // Created anew through the API it would lose the provider that it has.
  const LivePlan updated =
      plan(changed(with_identity, "/sources/1/database", "e"), running(with_identity), with_identity);
  EXPECT_THAT(paths(updated), ElementsAre("/sources/1/database", "/sources/1/identityProvider (restart)"));
}

TEST(LivePlan, ABootstrapProviderIsChangedLive) {
  const Json desired = changed(wanted(), "/sources/1/bootstrapProvider", yaml("{kind: postgres}"));
  const LivePlan result = plan(desired, running(wanted()), wanted());
  EXPECT_THAT(steps(result), ElementsAre("Stop query q2", "Update source s2", "Start query q2"));
  EXPECT_FALSE(result.restart_required());
}

TEST(LivePlan, WhatShouldRunAndDoesNotIsStarted) {
  Json actual = running(wanted());
  actual["instances"][0]["queries"][0]["status"] = "Stopped";
  actual["instances"][0]["reactions"][0]["status"] = "Error";
  actual["instances"][0]["sources"][0]["status"] = "Starting";
  const LivePlan result = plan(wanted(), actual);
  EXPECT_THAT(steps(result), ElementsAre("Start query q1", "Start reaction r1"));
  EXPECT_THAT(paths(result), ElementsAre("/queries/0/status", "/reactions/0/status"));
}

TEST(LivePlan, WhatWasStartedByHandIsLeftAlone) {
  Json document = wanted();
  document["queries"][0]["autoStart"] = false;
  Json actual = running(document);
  actual["instances"][0]["queries"][0]["status"] = "Running";
  EXPECT_TRUE(plan(document, actual).converged());
  // And started again when it has to be replaced.
  const LivePlan result = plan(changed(document, "/queries/0/query", "MATCH (x) RETURN x"), actual);
  EXPECT_THAT(steps(result),
              ElementsAre("Delete reaction r1", "Delete reaction r2", "Delete query q1", "Create query q1",
                          "Create reaction r1", "Create reaction r2", "Start query q1"));
}

Json two_libraries() {
  return yaml(R"(
id: server
instances:
  - {id: one, sources: [{kind: mock, id: a}]}
  - {id: two, sources: [{kind: mock, id: b}]}
)");
}

TEST(LivePlan, LibrariesArePlannedOneByOne) {
  EXPECT_TRUE(plan(two_libraries(), running(two_libraries()), two_libraries()).converged());
  const Json desired = changed(two_libraries(), "/instances/1/sources/0/intervalMs", 5);
  const LivePlan result = plan(desired, running(two_libraries()), two_libraries());
  EXPECT_THAT(paths(result), ElementsAre("/instances/1/sources/0/intervalMs"));
  EXPECT_THAT(steps(result), ElementsAre("Update source b"));
  EXPECT_EQ(result.actions[0].library, "two");
}

TEST(LivePlan, APlainLibraryIsAddedLiveAndOneWithAStoreByRestart) {
  Json before = two_libraries();
  before["instances"].erase(1);
  const LivePlan live = plan(two_libraries(), running(before), before);
  EXPECT_THAT(steps(live), ElementsAre("Create instance two", "Create source b"));
  EXPECT_EQ(to_text(live.actions[0].body), R"({"id":"two","persistIndex":false,"enableArchive":false})");
  EXPECT_FALSE(live.restart_required());

  const Json stored = changed(two_libraries(), "/instances/1/stateStore", yaml("{kind: redb, path: /a}"));
  const LivePlan restart = plan(stored, running(before), before);
  EXPECT_TRUE(restart.restart_required());
  EXPECT_THAT(restart.actions, IsEmpty());
}

TEST(LivePlan, ALibraryGoesAndChangesByRestart) {
  Json after = two_libraries();
  after["instances"].erase(1);
  const LivePlan removed = plan(after, running(two_libraries()), two_libraries());
  EXPECT_THAT(paths(removed), ElementsAre("/instances/1 (restart)"));
  const LivePlan altered =
      plan(changed(two_libraries(), "/instances/0/persistIndex", true), running(two_libraries()), two_libraries());
  EXPECT_THAT(paths(altered), ElementsAre("/instances/0/persistIndex (restart)"));
}

TEST(LivePlan, IsDefinedForEveryShape) {
  for (const Json& shape : {Json(), Json(1), Json::array({1}), json(R"({"instances":[1,{"id":3}]})"),
                            json(R"({"id":"main","sources":{},"queries":[1]})")}) {
    EXPECT_NO_THROW(plan(wanted(), shape, shape));
    EXPECT_NO_THROW(plan(shape, running(wanted()), shape));
  }
}

}  // namespace
}  // namespace draas::drasi
