// An instance with two workloads, through the real server: start of a standby, promotion and back, what is refused,
// what a death or a restart of the control plane leaves.

#include <atomic>
#include <future>

#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/use_future.hpp>

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

// Sends requests through a front port, each over a new connection, from a thread of its own.
class Callers {
 public:
  explicit Callers(std::uint16_t port) {
    endpoint_.host = "127.0.0.1";
    endpoint_.port = port;
    loop_.start();
    running_ = net::asio::co_spawn(loop_.executor(), [this] { return call_on_and_on(); }, net::asio::use_future);
    eventually([this] { return answered_ > 3; });
  }
  ~Callers() { finish(); }

  void finish() {
    stop_ = true;
    if (running_.valid()) running_.get();
    loop_.stop();
  }
  // Waits for requests that were sent after this call.
  bool go_on() {
    const int before = answered_;
    return eventually([this, before] { return answered_ >= before + 5; }, milliseconds(10'000));
  }
  int failures() const { return failed_; }
  std::string reason() const { return reason_; }

 private:
  net::Task<void> call_on_and_on() {
    net::HttpClient client(loop_.executor(), {.max_idle_per_endpoint = 0});
    while (!stop_) {
      net::ClientRequest request;
      request.target = "/health";
      auto response = co_await client.send(endpoint_, std::move(request), milliseconds(10'000));
      if (response && response->status == 200) {
        ++answered_;
      } else {
        ++failed_;
        reason_ = response ? std::to_string(response->status) : response.error().message;
      }
    }
  }

  net::EventLoop loop_{"callers"};
  net::Endpoint endpoint_;
  std::future<void> running_;
  std::atomic<bool> stop_{false};
  std::atomic<int> answered_{0};
  std::atomic<int> failed_{0};
  std::string reason_;  // written before failed_ is read: after finish()
};

TEST_F(Workloads, TheFrontPortLosesNothingOverPromotionDrainAndRestart) {
  const Answer set = server_.call(Method::Patch, kOne, R"({"frontPort":"auto"})");
  ASSERT_EQ(set.status, 200) << set.body;
  const auto front = set.json()["frontPort"].get<std::uint16_t>();
  EXPECT_EQ(workloads()["frontPort"], front);
  Callers callers(front);
  for (int round = 0; round < 3; ++round) {
    ASSERT_EQ(server_.post(kOne + "/standby").status, 201);
    ASSERT_EQ(server_.call(Method::Put, kOne + "/traffic", R"({"standby":50})").status, 200);
    EXPECT_TRUE(callers.go_on());
    ASSERT_EQ(server_.post(kOne + "/standby/promote").status, 200);
    EXPECT_TRUE(callers.go_on());
    ASSERT_EQ(server_.call(Method::Delete, kOne + "/standby").status, 204);
    EXPECT_TRUE(callers.go_on());
  }
  EXPECT_EQ(callers.failures(), 0);
  // A restart breaks off what is under way, and no more than that: whoever comes meanwhile waits.
  ASSERT_EQ(server_.post(kOne + "/restart").status, 200);
  EXPECT_TRUE(callers.go_on());
  callers.finish();
  EXPECT_LE(callers.failures(), 1) << callers.reason();

  // It is listened on again by the next control plane, and given back with the instance.
  server_.kill();
  ASSERT_TRUE(server_.start()) << server_.log();
  Callers again(front);
  EXPECT_TRUE(again.go_on());
  again.finish();
  EXPECT_EQ(server_.call(Method::Patch, kOne, R"({"frontPort":null})").json()["frontPort"], nullptr);
  EXPECT_EQ(server_.call(Method::Patch, kOne, R"({"frontPort":)" + std::to_string(front) + "}").status, 200);
  EXPECT_EQ(server_.call(Method::Delete, kOne).status, 204);
  EXPECT_EQ(server_.post("/api/server/instances", R"({"id":"two","frontPort":)" + std::to_string(front) + "}").status,
            201);
}

TEST_F(Workloads, AFrontPortThatIsTakenIsRefusedByName) {
  auto patch = [&](const std::string& value) {
    return server_.call(Method::Patch, kOne, R"({"frontPort":)" + value + "}");
  };
  const Answer own = patch(workloads()["active"]["port"].dump());
  EXPECT_EQ(own.status, 409);
  EXPECT_EQ(own.json()["errors"][0]["path"], "/frontPort") << own.body;
  const Answer foreign = patch(std::to_string(server_.endpoint().port));
  EXPECT_EQ(foreign.status, 409);
  EXPECT_EQ(foreign.json()["errors"][0]["path"], "/frontPort") << foreign.body;
  EXPECT_EQ(patch("70000").status, 400);
  EXPECT_EQ(patch("\"any\"").status, 400);
  const auto front = patch("\"auto\"").json()["frontPort"].dump();
  EXPECT_EQ(server_.post("/api/server/instances", R"({"id":"two","frontPort":)" + front + "}").status, 409);
  // Nor can the server itself have it.
  EXPECT_EQ(server_.call(Method::Patch, "/api/configuration/instances/one", R"({"port":)" + front + "}").status, 409);
  EXPECT_EQ(server_.instance("one")["frontPort"].dump(), front);
}

TEST_F(Workloads, TheProxyFollowsTheWeights) {
  ASSERT_EQ(server_.post(kOne + "/standby").status, 201);
  ASSERT_EQ(server_.call(Method::Put, kOne + "/traffic", R"({"standby":100})").status, 200);
  ::kill(pid_of("one"), SIGSTOP);
  EXPECT_EQ(server_.get(kOne + "/proxy/health").status, 200);
  EXPECT_EQ(server_.get(kOne + "/proxy/health").status, 200);
  ::kill(pid_of("one"), SIGCONT);
}

}  // namespace
}  // namespace draas::tests
