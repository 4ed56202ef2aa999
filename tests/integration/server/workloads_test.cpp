// An instance with two workloads, through the real server: start of a standby, promotion and back, what is refused,
// what a death or a restart of the control plane leaves.

#include <gtest/gtest.h>
#include <signal.h>

#include "support/server_process.hpp"

namespace draas::tests {
namespace {

using net::Method;

const std::string kOne = "/api/server/instances/one";

// A revision whose server behaves as the `sim` block says.
std::string configuration_with(const std::string& sim) {
  Json configuration = Json::parse(sample_configuration());
  configuration["sources"][0]["sim"] = Json::parse(sim);
  return configuration.dump();
}

class Workloads : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_.start()) << server_.log();
    ASSERT_EQ(server_.create("one", true).status, 201);
  }

  Json workloads() { return server_.get(kOne + "/workloads").json(); }
  pid_t pid_of(const std::string& name) {
    for (const Workload& workload : server_.workloads()) {
      if (workload.instance_id == name) return workload.pid;
    }
    return 0;
  }
  Answer put_configuration(const std::string& body) {
    return server_.call(Method::Put, "/api/configuration/instances/one", body);
  }
  ServerProcess server_{{"--ProcessInstanceManager:OrphanGracePeriod=100ms", "--Restart:InitialDelay=10ms"}};
};

TEST_F(Workloads, AStandbyRunsBesideTheActiveOneAndTakesItsPlace) {
  const Json before = workloads();
  EXPECT_EQ(before["active"]["slot"], "a");
  EXPECT_EQ(before["active"]["phase"], "Running");
  EXPECT_TRUE(before["standby"].is_null());
  EXPECT_EQ(before["traffic"]["active"], 100);
  EXPECT_EQ(server_.instance("one")["healthyRevision"], 1);

  ASSERT_EQ(server_.call(Method::Patch, "/api/configuration/instances/one", R"({"logLevel":"debug"})").status, 202);
  const Answer started = server_.post(kOne + "/standby");
  ASSERT_EQ(started.status, 201) << started.body;
  const Json both = started.json();
  EXPECT_EQ(both["standby"]["role"], "Candidate");
  EXPECT_EQ(both["standby"]["slot"], "b");
  EXPECT_EQ(both["standby"]["revision"], 2);
  EXPECT_EQ(both["standby"]["phase"], "Running");
  EXPECT_EQ(both["active"]["revision"], 1);
  EXPECT_NE(both["standby"]["port"], both["active"]["port"]);
  EXPECT_NE(both["standby"]["generation"], both["active"]["generation"]);
  EXPECT_EQ(server_.instance("one")["status"], "ConfigurationChanged");
  EXPECT_NE(pid_of("one"), 0);
  EXPECT_NE(pid_of("one~b"), 0);
  EXPECT_EQ(server_.get(kOne + "/standby/proxy/health").status, 200);
  EXPECT_EQ(server_.get(kOne + "/standby/actual-configuration").status, 200);
  EXPECT_EQ(server_.post(kOne + "/standby").status, 409);

  const Answer promoted = server_.post(kOne + "/standby/promote");
  ASSERT_EQ(promoted.status, 200) << promoted.body;
  const Json after = promoted.json();
  EXPECT_EQ(after["active"]["slot"], "b");
  EXPECT_EQ(after["active"]["port"], both["standby"]["port"]);
  EXPECT_EQ(after["standby"]["role"], "Retired");
  EXPECT_EQ(after["standby"]["port"], both["active"]["port"]);
  EXPECT_EQ(after["traffic"]["active"], 100);
  const Json instance = server_.instance("one");
  EXPECT_EQ(instance["status"], "Running");
  EXPECT_EQ(instance["appliedRevision"], 2);
  EXPECT_NE(instance["address"].dump().find(both["standby"]["port"].dump()), std::string::npos);
  EXPECT_EQ(server_.get(kOne + "/proxy/health").status, 200);

  // Back at once, and forth again.
  EXPECT_EQ(server_.post(kOne + "/standby/promote").json()["active"]["slot"], "a");
  EXPECT_EQ(server_.instance("one")["status"], "ConfigurationChanged");
  EXPECT_EQ(server_.post(kOne + "/standby/promote").json()["active"]["slot"], "b");

  EXPECT_EQ(server_.call(Method::Delete, kOne + "/standby").status, 204);
  EXPECT_EQ(server_.call(Method::Delete, kOne + "/standby").status, 204);
  EXPECT_TRUE(workloads()["standby"].is_null());
  EXPECT_EQ(pid_of("one"), 0);
  EXPECT_NE(pid_of("one~b"), 0);
  EXPECT_EQ(server_.post(kOne + "/standby/promote").status, 409);

  // The slot stays over restarts, and the next standby goes to the other one.
  const Answer restarted = server_.post(kOne + "/restart");
  EXPECT_EQ(restarted.status, 200) << restarted.body;
  EXPECT_EQ(workloads()["active"]["slot"], "b");
  EXPECT_EQ(workloads()["active"]["port"], both["standby"]["port"]);
  EXPECT_EQ(server_.post(kOne + "/standby").json()["standby"]["slot"], "a");
  EXPECT_EQ(server_.post(kOne + "/stop").status, 200);
  EXPECT_TRUE(server_.workloads().empty());
  EXPECT_TRUE(workloads()["active"].is_null());
  EXPECT_TRUE(workloads()["standby"].is_null());
  EXPECT_EQ(server_.post(kOne + "/standby").status, 409);
  EXPECT_EQ(server_.call(Method::Delete, kOne).status, 204);
  EXPECT_FALSE(std::filesystem::exists(server_.directory() / "runtime" / "one"));
  EXPECT_FALSE(std::filesystem::exists(server_.directory() / "runtime" / "one~b"));
}

TEST_F(Workloads, AnOlderRevisionCanStandBy) {
  ASSERT_EQ(server_.call(Method::Patch, "/api/configuration/instances/one", R"({"logLevel":"debug"})").status, 202);
  ASSERT_EQ(server_.post(kOne + "/restart").status, 200);
  EXPECT_EQ(server_.post(kOne + "/standby", R"({"revision":1})").json()["standby"]["revision"], 1);
  EXPECT_EQ(server_.call(Method::Delete, kOne + "/standby").status, 204);
  EXPECT_EQ(server_.post(kOne + "/standby", R"({"revision":9})").status, 404);
  EXPECT_EQ(server_.post(kOne + "/standby", R"({"platform":"Nowhere"})").status, 400);
  EXPECT_EQ(server_.post(kOne + "/standby", R"({"revison":1})").status, 400);
}

TEST_F(Workloads, WhatCannotRunTwiceIsRefusedWithReasons) {
  Json configuration = Json::parse(sample_configuration());
  configuration["reactions"].push_back(
      Json{{"kind", "sse"}, {"id", "stream"}, {"queries", {"all"}}, {"port", free_port()}});
  const Answer stored = put_configuration(configuration.dump());
  ASSERT_EQ(stored.status, 200) << stored.body;
  const Answer refused = server_.post(kOne + "/standby");
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.json()["errors"][0]["path"], "/reactions/1/port") << refused.body;
  EXPECT_TRUE(workloads()["standby"].is_null());

  configuration["reactions"][1]["port"] = "auto";
  ASSERT_EQ(put_configuration(configuration.dump()).status, 200);
  ASSERT_EQ(server_.post(kOne + "/restart").status, 200);
  const Answer started = server_.post(kOne + "/standby");
  EXPECT_EQ(started.status, 201) << started.body;
}

TEST_F(Workloads, OneThatDoesNotBecomeReadyLeavesNothing) {
  ASSERT_EQ(put_configuration(configuration_with(R"({"failStart":"no such thing"})")).status, 200);
  const Answer failed = server_.post(kOne + "/standby");
  EXPECT_EQ(failed.status, 422);
  EXPECT_NE(failed.body.find("did not become ready"), std::string::npos) << failed.body;
  EXPECT_TRUE(workloads()["standby"].is_null());
  EXPECT_EQ(pid_of("one~b"), 0);
  EXPECT_EQ(server_.instance("one")["phase"], "Running");
}

TEST_F(Workloads, ASlowOneIsStartingAndCanBeEnded) {
  ASSERT_EQ(put_configuration(configuration_with(R"({"startDelay":"30s"})")).status, 200);
  const Answer started = server_.post(kOne + "/standby?wait=100ms");
  EXPECT_EQ(started.status, 202) << started.body;
  EXPECT_EQ(started.json()["standby"]["phase"], "Starting");
  EXPECT_EQ(server_.post(kOne + "/standby/promote").status, 409);
  EXPECT_EQ(server_.call(Method::Put, kOne + "/traffic", R"({"standby":10})").status, 409);
  EXPECT_EQ(server_.call(Method::Delete, kOne + "/standby").status, 204);
  EXPECT_EQ(pid_of("one~b"), 0);
}

TEST_F(Workloads, ADeadStandbyGivesItsTrafficBack) {
  ASSERT_EQ(server_.post(kOne + "/standby").status, 201);
  ASSERT_EQ(server_.call(Method::Put, kOne + "/traffic", R"({"standby":25})").json()["traffic"]["standby"], 25);
  EXPECT_EQ(server_.call(Method::Put, kOne + "/traffic", R"({"standby":101})").status, 400);
  ::kill(pid_of("one~b"), SIGKILL);
  EXPECT_TRUE(eventually([&] { return workloads()["standby"]["phase"] == "Failed"; }, milliseconds(5'000)));
  EXPECT_EQ(workloads()["traffic"]["standby"], 0);
  EXPECT_NE(workloads()["standby"]["errorMessage"].dump().find("SIGKILL"), std::string::npos);
  EXPECT_EQ(server_.instance("one")["phase"], "Running");
  // It stays as it is until it is deleted or another one takes its place.
  EXPECT_EQ(server_.post(kOne + "/standby").status, 201);
}

TEST_F(Workloads, ADeadActiveOneIsRestartedWhereItWas) {
  ASSERT_EQ(server_.post(kOne + "/standby").status, 201);
  ASSERT_EQ(server_.post(kOne + "/standby/promote").status, 200);
  const auto generation = workloads()["active"]["generation"].get<int>();
  ::kill(pid_of("one~b"), SIGKILL);
  EXPECT_TRUE(eventually(
      [&] {
        const Json now = workloads();
        return now["active"]["phase"] == "Running" && now["active"]["generation"].get<int>() > generation;
      },
      milliseconds(10'000)));
  EXPECT_EQ(workloads()["active"]["slot"], "b");
  EXPECT_EQ(workloads()["standby"]["role"], "Retired");
}

TEST_F(Workloads, BothSurviveARestartOfTheControlPlane) {
  ASSERT_EQ(server_.post(kOne + "/standby").status, 201);
  ASSERT_EQ(server_.post(kOne + "/standby/promote").status, 200);
  ASSERT_EQ(server_.call(Method::Put, kOne + "/traffic", R"({"standby":40})").status, 200);
  const Json before = workloads();
  server_.kill();
  ASSERT_TRUE(server_.start()) << server_.log();
  const Json after = workloads();
  EXPECT_EQ(after["active"], before["active"]);
  EXPECT_EQ(after["standby"], before["standby"]);
  EXPECT_EQ(after["traffic"], before["traffic"]);
  ::kill(pid_of("one"), SIGKILL);
  EXPECT_TRUE(eventually([&] { return workloads()["standby"]["phase"] == "Failed"; }, milliseconds(5'000)));
  EXPECT_EQ(server_.call(Method::Delete, kOne + "/standby").status, 204);
}

TEST_F(Workloads, TheAppliedRevisionCanBeSet) {
  ASSERT_EQ(server_.call(Method::Patch, "/api/configuration/instances/one", R"({"logLevel":"debug"})").status, 202);
  const auto generation = workloads()["active"]["generation"].dump();
  auto set = [&](const std::string& body) { return server_.call(Method::Put, kOne + "/applied-revision", body); };
  EXPECT_EQ(set(R"({"revision":2,"generation":77})").status, 409);
  EXPECT_EQ(set(R"({"revision":7,"generation":)" + generation + "}").status, 409);
  EXPECT_EQ(set(R"({"revision":2})").status, 400);
  const Answer applied = set(R"({"revision":2,"generation":)" + generation + "}");
  EXPECT_EQ(applied.status, 200) << applied.body;
  EXPECT_EQ(applied.json()["status"], "Running");
  EXPECT_EQ(applied.json()["appliedRevision"], 2);
  EXPECT_EQ(set(R"({"revision":2,"generation":)" + generation + "}").status, 200);
}

TEST_F(Workloads, ARestartCanPauseAndNamesUnknownPlatforms) {
  const auto begun = std::chrono::steady_clock::now();
  const Answer restarted = server_.post(kOne + "/restart?delay=300ms&platform=process");
  EXPECT_EQ(restarted.status, 200) << restarted.body;
  EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(300));
  const Answer refused = server_.post(kOne + "/restart?platform=Nowhere");
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.body.find("Process"), std::string::npos) << refused.body;
  EXPECT_EQ(server_.instance("one")["phase"], "Running");
}

}  // namespace
}  // namespace draas::tests
