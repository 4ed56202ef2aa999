// Standby, promotion, traffic and applied revision, over two platforms.

#include <gmock/gmock.h>

#include "api_fixture.hpp"

namespace draas::api::testing {
namespace {

const std::string kOne = "/api/server/instances/one";

class WorkloadsApi : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    create("one");
    ASSERT_EQ(ask("POST", kOne + "/start").json()["instance"]["status"], "Running");
  }

  Json workloads() { return ask("GET", kOne + "/workloads").json(); }
  std::string proxied_to(const std::string& proxy = "/proxy") {
    return ask("GET", kOne + proxy + "/echo").json()["target"].get<std::string>();
  }
  void start_standby(const std::string& body = "") {
    const auto answer = ask_json("POST", kOne + "/standby", body);
    ASSERT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(answer.header("Location"), kOne + "/workloads");
  }
  std::vector<std::string> events() {
    std::vector<std::string> types;
    for (const auto& event : control_plane_->events().recent({.instance_id = "one", .status_changes_only = false})) {
      types.emplace_back(core::to_string(event->type));
    }
    return types;
  }
};

TEST_F(WorkloadsApi, ShowsTheActiveOneAlone) {
  const Json json = workloads();
  EXPECT_EQ(json["instanceId"], "one");
  EXPECT_EQ(json["active"]["slot"], "a");
  EXPECT_EQ(json["active"]["platform"], "Process");
  EXPECT_EQ(json["active"]["revision"], 1);
  EXPECT_TRUE(json["standby"].is_null());
  EXPECT_EQ(json["traffic"], (Json{{"active", 100}, {"standby", 0}}));
  EXPECT_EQ(json["connections"], (Json{{"active", 0}, {"standby", 0}}));
}

TEST_F(WorkloadsApi, AStandbyMayBeOnAnotherPlatform) {
  start_standby(R"({"platform":"docker"})");
  EXPECT_EQ(workloads()["standby"]["platform"], "Docker");
  EXPECT_EQ(proxied_to(), "/i/one/echo");
  EXPECT_EQ(proxied_to("/standby/proxy"), "/i/one~b/echo");
  ASSERT_EQ(ask("POST", kOne + "/standby/promote").status, 200);
  EXPECT_EQ(ask("GET", kOne).json()["platformType"], "Docker");
  EXPECT_EQ(workloads()["standby"]["platform"], "Process");
  EXPECT_EQ(proxied_to(), "/i/one~b/echo");
  EXPECT_EQ(proxied_to("/standby/proxy"), "/i/one/echo");
  EXPECT_THAT(events(), ::testing::Contains("TrafficSwitched"));
}

TEST_F(WorkloadsApi, ProxiedRequestsFollowTheWeights) {
  start_standby();
  const auto set = ask_json("PUT", kOne + "/traffic", R"({"standby":25})");
  ASSERT_EQ(set.status, 200) << set.body;
  EXPECT_EQ(set.json()["traffic"], (Json{{"active", 75}, {"standby", 25}}));
  std::map<std::string, int> seen;
  for (int i = 0; i < 8; ++i) ++seen[proxied_to()];
  EXPECT_EQ(seen["/i/one/echo"], 6);
  EXPECT_EQ(seen["/i/one~b/echo"], 2);
  EXPECT_EQ(workloads()["connections"], (Json{{"active", 0}, {"standby", 0}}));
}

TEST_F(WorkloadsApi, AProxiedStreamIsUnderWayUntilItEnds) {
  start_standby();
  Json seen;
  const auto stream = ask("GET", kOne + "/standby/proxy/events", "", {}, [&](const std::string& text) {
    if (text.find("data:") == std::string::npos) return false;
    seen = control_plane_->wait(control_plane_->workloads("one")).value();
    return true;
  });
  EXPECT_TRUE(stream.streamed);
  EXPECT_EQ(seen["connections"], (Json{{"active", 0}, {"standby", 1}}));
}

TEST_F(WorkloadsApi, WithoutAStandbyThereIsNothingToDoWithIt) {
  EXPECT_EQ(ask("POST", kOne + "/standby/promote").status, 409);
  EXPECT_EQ(ask_json("PUT", kOne + "/traffic", R"({"standby":1})").status, 409);
  EXPECT_EQ(ask("GET", kOne + "/standby/actual-configuration").status, 409);
  EXPECT_EQ(ask("GET", kOne + "/standby/proxy/health").status, 409);
  EXPECT_EQ(ask("DELETE", kOne + "/standby").status, 204);
}

TEST_F(WorkloadsApi, OnlyOneStandbyOfARunningInstance) {
  start_standby();
  EXPECT_EQ(ask("POST", kOne + "/standby").status, 409);
  ASSERT_EQ(ask("POST", kOne + "/stop").status, 200);
  EXPECT_TRUE(workloads()["active"].is_null());
  EXPECT_TRUE(workloads()["standby"].is_null());
  EXPECT_EQ(ask("POST", kOne + "/standby").status, 409);
}

TEST_F(WorkloadsApi, WrongBodiesAreNamed) {
  auto first_path = [](const Answer& answer) {
    EXPECT_EQ(answer.status, 400) << answer.body;
    return answer.json()["errors"][0]["path"].get<std::string>();
  };
  EXPECT_EQ(first_path(ask_json("POST", kOne + "/standby", R"({"revision":"x"})")), "/revision");
  EXPECT_EQ(first_path(ask_json("POST", kOne + "/standby", R"({"revison":1})")), "/revison");
  EXPECT_EQ(first_path(ask_json("POST", kOne + "/standby", R"({"platform":"Nowhere"})")), "/platform");
  EXPECT_EQ(first_path(ask_json("PUT", kOne + "/traffic", R"({})")), "/standby");
  EXPECT_EQ(first_path(ask_json("PUT", kOne + "/traffic", R"({"standby":-1})")), "/standby");
  EXPECT_EQ(first_path(ask_json("PUT", kOne + "/applied-revision", R"({"revision":1})")), "/generation");
  EXPECT_EQ(first_path(ask("DELETE", kOne + "/standby?drain=soon")), "?drain");
  EXPECT_EQ(first_path(ask_json("PATCH", kOne, R"({"frontPort":"any"})")), "/frontPort");
  EXPECT_EQ(ask_json("POST", kOne + "/standby", R"({"revision":9})").status, 404);
}

TEST_F(WorkloadsApi, UnknownInstancesAreNotFound) {
  const std::string none = "/api/server/instances/none";
  EXPECT_EQ(ask("GET", none + "/workloads").status, 404);
  EXPECT_EQ(ask("POST", none + "/standby").status, 404);
  EXPECT_EQ(ask("DELETE", none + "/standby").status, 404);
  EXPECT_EQ(ask("POST", none + "/standby/promote").status, 404);
  EXPECT_EQ(ask_json("PUT", none + "/traffic", R"({"standby":1})").status, 404);
  EXPECT_EQ(ask_json("PUT", none + "/applied-revision", R"({"revision":1,"generation":1})").status, 404);
}

TEST_F(WorkloadsApi, WhatCannotRunTwiceIsListed) {
  const auto stored = ask_json("PUT", "/api/configuration/instances/one",
                               R"({"sources":[{"kind":"http","id":"in","host":"127.0.0.1","port":18999}]})");
  ASSERT_EQ(stored.status, 200) << stored.body;
  const auto refused = ask("POST", kOne + "/standby");
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.json()["errors"][0]["path"], "/sources/0/port");
  // The revision that runs can, so it may.
  start_standby(R"({"revision":1})");
}

TEST_F(WorkloadsApi, TheAppliedRevisionFollowsLiveChanges) {
  ASSERT_EQ(ask_json("PATCH", "/api/configuration/instances/one", R"({"logLevel":"debug"})").status, 202);
  EXPECT_EQ(ask("GET", kOne).json()["status"], "ConfigurationChanged");
  const auto set = ask_json("PUT", kOne + "/applied-revision", R"({"revision":2,"generation":1})");
  ASSERT_EQ(set.status, 200) << set.body;
  EXPECT_EQ(set.json()["status"], "Running");
  EXPECT_EQ(ask_json("PUT", kOne + "/applied-revision", R"({"revision":2,"generation":2})").status, 409);
  EXPECT_EQ(ask_json("PUT", kOne + "/applied-revision", R"({"revision":3,"generation":1})").status, 409);
}

TEST_F(WorkloadsApi, ARestartMayMoveTheInstance) {
  const auto moved = ask("POST", kOne + "/restart?platform=Docker");
  ASSERT_EQ(moved.status, 200) << moved.body;
  EXPECT_EQ(moved.json()["instance"]["platformType"], "Docker");
  EXPECT_EQ(workloads()["active"]["platform"], "Docker");
  EXPECT_EQ(ask("POST", kOne + "/restart?platform=Nowhere").status, 400);
  EXPECT_EQ(ask("POST", kOne + "/start?platform=Docker").status, 400);
  ASSERT_EQ(ask("POST", kOne + "/stop").status, 200);
  EXPECT_EQ(ask("POST", kOne + "/restart?platform=process").json()["instance"]["platformType"], "Process");
}

TEST_F(WorkloadsApi, JudgementsAreShown) {
  EXPECT_EQ(ask("GET", kOne).json()["healthyRevision"], 1);
  EXPECT_TRUE(ask("GET", kOne).json()["held"].is_null());
  core::Judgement judgement;
  judgement.hold = core::HeldRevision{2, "a check failed"};
  ASSERT_TRUE(control_plane_->wait(control_plane_->record_judgement("one", judgement)));
  EXPECT_EQ(ask("GET", kOne).json()["held"], (Json{{"revision", 2}, {"reason", "a check failed"}}));
  // From now on a plain start says nothing about health.
  ASSERT_EQ(ask_json("PATCH", "/api/configuration/instances/one", R"({"logLevel":"debug"})").status, 202);
  ASSERT_EQ(ask("POST", kOne + "/restart").status, 200);
  EXPECT_EQ(ask("GET", kOne).json()["healthyRevision"], 1);
  ASSERT_TRUE(control_plane_->wait(
      control_plane_->record_judgement("one", {.healthy_revision = 2, .hold = std::nullopt, .clear_hold = true})));
  EXPECT_EQ(ask("GET", kOne).json()["healthyRevision"], 2);
  EXPECT_TRUE(ask("GET", kOne).json()["held"].is_null());
}

}  // namespace
}  // namespace draas::api::testing
