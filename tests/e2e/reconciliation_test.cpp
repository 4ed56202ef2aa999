// What runs becomes what was asked for: the real control plane, its reconciler and real processes.

#include <algorithm>
#include <map>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include "base/files.hpp"
#include "support/reconciled_fleet.hpp"

namespace draas::tests {
namespace {

using net::Method;

// The simulator refuses it, as drasi-server does, when it builds the query.
constexpr const char* kBadQuery = "SELECT nonsense";

std::vector<std::string> with_reconciler() {
  std::vector<std::string> flags = quick_reconciler_flags();
  flags.emplace_back("--Reconciliation:InProcess=true");
  return flags;
}

class Reconciliation : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(server_.start()) << server_.log(); }

  pid_t pid_of(const std::string& id) {
    for (const Workload& workload : server_.workloads()) {
      if (workload.instance_id == id || workload.instance_id == id + "~b") return workload.pid;
    }
    return 0;
  }
  Answer proxy(Method method, const std::string& id, const std::string& path, const std::string& body = "") {
    return server_.call(method, "/api/server/instances/" + id + "/proxy/api/v1" + path, body);
  }
  std::uint16_t front_port(const std::string& id) { return server_.instance(id).value("frontPort", std::uint16_t{0}); }

  ServerProcess server_{with_reconciler()};
};

TEST_F(Reconciliation, ChangedQueryGoesLiveAndTheOthersNeverNotice) {
  create_instance(server_, "one", "Update");
  const pid_t pid = pid_of("one");
  std::map<std::string, std::string> events;
  const auto events_of = [&](int number) {
    return proxy(Method::Get, "one", "/queries/q" + std::to_string(number) + "/events").body;
  };
  for (int number = 1; number < 10; ++number) events[std::to_string(number)] = events_of(number);

  ASSERT_EQ(change_first_query(server_, "one", query_text(77)), 202);
  expect_settles(server_, "one");
  EXPECT_EQ(running_query(server_, "one"), query_text(77));
  EXPECT_EQ(pid_of("one"), pid) << "it was restarted";
  for (int number = 1; number < 10; ++number) {
    EXPECT_EQ(events_of(number), events[std::to_string(number)]) << "query q" << number << " was touched";
  }
  Json entry = newest_audit(server_, "one");
  EXPECT_EQ(entry["outcome"], "Succeeded");
  EXPECT_EQ(entry["strategy"], "Update");
  for (const Json& step : entry["plan"]) EXPECT_NE(step["kind"], "Restart");
}

TEST_F(Reconciliation, ChangedLogLevelRestartsThatInstanceAlone) {
  create_instance(server_, "one", "Update");
  create_instance(server_, "two", "Update");
  const pid_t one = pid_of("one");
  const pid_t two = pid_of("two");
  ASSERT_EQ(server_.call(Method::Put, "/api/server/instances/one/server-configuration/loglevel", "\"debug\"").status,
            200);
  expect_settles(server_, "one");
  EXPECT_NE(pid_of("one"), one);
  EXPECT_EQ(pid_of("two"), two);
  Json entry = newest_audit(server_, "one");
  EXPECT_EQ(entry["differences"][0]["text"], "LogLevel: info → debug") << entry.dump(2);
}

// Whoever waits is told of this change, not of what became of it later.
TEST_F(Reconciliation, WaitingForAChangeTellsWhetherItRuns) {
  create_instance(server_, "one", "Update");
  const auto patch = [&](const std::string& path, const std::string& value) {
    return server_.call(Method::Patch, "/api/configuration/instances/one?wait=20s",
                        Json::array({Json{{"op", "replace"}, {"path", path}, {"value", value}}}).dump());
  };
  const Answer good = patch("/queries/0/queryText", query_text(77));
  EXPECT_EQ(good.status, 200) << good.body;
  EXPECT_EQ(running_query(server_, "one"), query_text(77));

  const Answer restarts = patch("/logLevel", "debug");
  EXPECT_EQ(restarts.status, 200) << restarts.body;
  const Json running = server_.instance("one");
  EXPECT_EQ(running["status"], "Running") << running.dump();
  EXPECT_EQ(running["appliedRevision"], std::stoull(std::string(restarts.headers.get("X-Revision"))));

  const Answer bad = patch("/queries/0/queryText", kBadQuery);
  EXPECT_EQ(bad.status, 202) << "it never ran: " << bad.body;
  EXPECT_NE(std::string(bad.headers.get("X-Warning")).find("was tried and is not applied"), std::string::npos)
      << bad.headers.get("X-Warning");
}

// A server takes its time to come up; who stops it meanwhile has not said that the configuration is bad.
TEST_F(Reconciliation, AStopOrRestartInBetweenDoesNotTakeTheChangeBack) {
  create_instance(server_, "one", "Update");
  const Json slow{{"platformOptions", {{"environment", {{"DRASI_SIM_START_DELAY", "1500ms"}}}}}};
  ASSERT_EQ(server_.call(Method::Patch, "/api/server/instances/one", slow.dump()).status, 200);
  expect_settles(server_, "one");
  for (const std::string interruption : {"stop", "restart"}) {
    const pid_t before = pid_of("one");
    const std::string level = interruption == "stop" ? "debug" : "warn";
    const Answer changed =
        server_.call(Method::Put, "/api/server/instances/one/server-configuration/loglevel", Json(level).dump());
    ASSERT_EQ(changed.status, 200) << changed.body;
    ASSERT_TRUE(eventually([&] { return pid_of("one") != 0 && pid_of("one") != before; }, milliseconds(20'000)))
        << server_.log();
    const Answer interrupted = server_.post("/api/server/instances/one/" + interruption + "?wait=20s");
    ASSERT_EQ(interrupted.status, 200) << interrupted.body;
    if (interruption == "stop") {
      ASSERT_EQ(server_.post("/api/server/instances/one/start?wait=20s").status, 200);
    }
    expect_settles(server_, "one");
    const Json now = server_.instance("one");
    EXPECT_EQ(now["held"], Json()) << now.dump();
    EXPECT_EQ(server_.get("/api/configuration/instances/one").json()["logLevel"], level) << interruption;
    for (const Json& entry : audit(server_, "one")) EXPECT_NE(entry["outcome"], "RolledBack") << entry.dump(2);
  }
}

// A start that something outside forbids is a failure like others, told with its reason and tried again in time.
TEST_F(Reconciliation, APortThatIsTakenMeanwhileIsToldAndWaitedFor) {
  create_instance(server_, "one", "Restart", R"({"pause":"2s"})");
  const auto port = server_.get("/api/configuration/instances/one").json()["port"].get<std::uint16_t>();
  ASSERT_EQ(server_.call(Method::Put, "/api/server/instances/one/server-configuration/loglevel", "\"debug\"").status,
            200);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  UniqueFd stranger;
  const auto take = [&] {  // as soon as the server has left it
    stranger.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    ::setsockopt(stranger.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    return ::bind(stranger.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
           ::listen(stranger.get(), 1) == 0;
  };
  ASSERT_TRUE(eventually(take, milliseconds(10'000))) << server_.log();
  const auto told = [&](std::string_view outcome, std::string_view reason) {
    const Json entries = audit(server_, "one");
    return std::ranges::any_of(entries, [&](const Json& entry) {
      return entry["outcome"] == outcome && entry["reason"].get<std::string>().find(reason) != std::string::npos;
    });
  };
  EXPECT_TRUE(eventually([&] { return told("Failed", "is in use by another program"); }, milliseconds(15'000)))
      << audit(server_, "one").dump(2);
  stranger.reset();
  expect_settles(server_, "one", milliseconds(30'000));
  EXPECT_FALSE(told("Skipped", "asked for meanwhile")) << "nobody asked for anything";
  EXPECT_EQ(server_.get("/api/configuration/instances/one").json()["logLevel"], "debug");
}

struct StrategyCase {
  const char* name;
  const char* parameters;
  bool lossless;
};

class Strategies : public Reconciliation, public ::testing::WithParamInterface<StrategyCase> {};

TEST_P(Strategies, BringTheNewAndComeBackFromTheBad) {
  const StrategyCase& strategy = GetParam();
  create_instance(server_, "one", strategy.name, strategy.parameters);
  FrontClient client(front_port("one"));

  for (const int threshold : {75, 76, 77}) {
    const std::size_t before = client.requests();
    ASSERT_EQ(change_first_query(server_, "one", query_text(threshold)), 202);
    expect_settles(server_, "one");
    EXPECT_EQ(running_query(server_, "one"), query_text(threshold));
    // The old workload's end is seen by the client, too.
    EXPECT_TRUE(eventually([&] { return client.requests() > before + 5; }, milliseconds(5'000)));
  }
  const auto good = server_.instance("one")["configurationRevision"].get<std::uint64_t>();
  EXPECT_TRUE(eventually([&] { return server_.instance("one")["healthyRevision"] == good; }, milliseconds(5'000)));

  // The bad one is tried, undone, and held; what is wanted is the old one again.
  ASSERT_EQ(change_first_query(server_, "one", kBadQuery), 202);
  EXPECT_TRUE(
      eventually([&] { return server_.instance("one")["configurationRevision"] == good + 2; }, milliseconds(20'000)))
      << server_.log();
  expect_settles(server_, "one");
  EXPECT_EQ(running_query(server_, "one"), query_text(77));
  EXPECT_EQ(server_.instance("one")["held"]["revision"], good + 1);
  const auto told = [&] {
    const Json entries = audit(server_, "one");
    return std::ranges::any_of(entries, [](const Json& entry) { return entry["outcome"] == "RolledBack"; });
  };
  EXPECT_TRUE(eventually(told, milliseconds(5'000))) << audit(server_, "one").dump(2);

  client.stop();
  if (strategy.lossless) {
    EXPECT_EQ(client.failures(), 0U) << client.first_failure();
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Strategies,
    ::testing::Values(StrategyCase{"Update", "{}", true}, StrategyCase{"Restart", R"({"pause":"200ms"})", false},
                      StrategyCase{"RollingUpdate", "{}", true},
                      StrategyCase{"BlueGreen", R"({"watch":"500ms","smokeTests":[{"path":"/health"}]})", true},
                      StrategyCase{"Canary", R"({"stage":"300ms"})", true}),
    [](const auto& strategy) { return std::string(strategy.param.name); });

TEST_F(Reconciliation, ManualWaitsForApprovalAndHearsRejection) {
  create_instance(server_, "one", "Manual");
  const auto pending = [&] {
    const Json approvals = server_.get("/api/reconciliation/approvals?state=Pending&instanceId=one").json();
    return approvals.is_array() && !approvals.empty() ? approvals[0].value("id", "") : std::string();
  };
  ASSERT_EQ(change_first_query(server_, "one", query_text(77)), 202);
  ASSERT_TRUE(eventually([&] { return !pending().empty(); }, milliseconds(10'000))) << server_.log();
  EXPECT_EQ(running_query(server_, "one"), query_text(0)) << "it did not wait";
  const Answer approved = server_.post("/api/reconciliation/approvals/" + pending() + "/approve", "{}");
  EXPECT_EQ(approved.status, 200) << approved.body;
  expect_settles(server_, "one");
  EXPECT_EQ(running_query(server_, "one"), query_text(77));

  ASSERT_EQ(change_first_query(server_, "one", query_text(88)), 202);
  ASSERT_TRUE(eventually([&] { return !pending().empty(); }, milliseconds(10'000))) << server_.log();
  EXPECT_EQ(server_.post("/api/reconciliation/approvals/" + pending() + "/reject", "{}").status, 200);
  EXPECT_FALSE(eventually([&] { return running_query(server_, "one") == query_text(88); }, milliseconds(1'500)));
}

TEST_F(Reconciliation, EditsOnTheServerItselfAreMended) {
  create_instance(server_, "one", "Update");
  std::size_t mended = 0;
  // Within a second of the sweep, which comes twice a second; then the reconciler is left to record it.
  const auto wait_for = [&](const char* what, const std::function<bool()>& holds) {
    EXPECT_TRUE(eventually(holds, milliseconds(1'500))) << what << "\n" << server_.log();
    ++mended;
    EXPECT_TRUE(eventually([&] { return audit(server_, "one").size() >= mended; }, milliseconds(5'000))) << what;
  };
  const auto status_of = [&](const std::string& path) {
    const Answer answer = proxy(Method::Get, "one", path);
    return answer.status == 200 ? answer.json()["data"].value("status", "") : "HTTP " + std::to_string(answer.status);
  };
  ASSERT_EQ(proxy(Method::Delete, "one", "/queries/q5").status, 200);
  wait_for("a deleted query", [&] { return status_of("/queries/q5") == "Running"; });

  ASSERT_EQ(proxy(Method::Post, "one", "/sources/sensors/stop").status, 200);
  wait_for("a stopped source", [&] { return status_of("/sources/sensors") == "Running"; });

  const Answer added =
      proxy(Method::Post, "one", "/reactions", R"({"kind":"log","id":"stranger","queries":["q1"],"autoStart":true})");
  ASSERT_LT(added.status, 300) << added.body;
  wait_for("an added reaction", [&] { return proxy(Method::Get, "one", "/reactions/stranger").status == 404; });

  const pid_t pid = pid_of("one");
  ::kill(pid, SIGKILL);
  EXPECT_TRUE(eventually([&] { return pid_of("one") != 0 && pid_of("one") != pid; }, milliseconds(1'500)));
  expect_settles(server_, "one");
}

TEST_F(Reconciliation, DryRunShowsWhatIsThenDone) {
  create_instance(server_, "one", "Update");
  const std::string base = "/api/reconciliation/instances/one";
  ASSERT_EQ(server_.call(Method::Put, base + "/policy", R"({"strategy":"Update","paused":true})").status, 200);
  ASSERT_EQ(change_first_query(server_, "one", query_text(77)), 202);
  const Json drift = server_.get(base + "/drift").json();
  ASSERT_FALSE(drift["inSync"].get<bool>()) << drift.dump(2);
  EXPECT_EQ(drift["differences"][0]["path"], "/queries/0/queryText");
  const Json plan = server_.post(base + "/reconcile", R"({"dryRun":true})").json();
  EXPECT_EQ(running_query(server_, "one"), query_text(0)) << "the dry run changed it";
  const Json done = server_.post(base + "/reconcile?wait=20s", "{}").json();
  EXPECT_EQ(done["outcome"], "Succeeded") << done.dump(2);
  EXPECT_EQ(done["plan"], plan["actions"]);
  EXPECT_EQ(running_query(server_, "one"), query_text(77));
}

TEST_F(Reconciliation, WhatCannotRunSideBySideFallsBack) {
  create_instance(server_, "one", "BlueGreen", R"({"watch":"100ms"})");
  const Json fixed = Json::array(
      {Json{{"op", "add"},
            {"path", "/sources/-"},
            {"value", Json{{"kind", "http"}, {"id", "in"}, {"host", "127.0.0.1"}, {"port", free_port()}}}}});
  const Answer patched = server_.call(Method::Patch, "/api/configuration/instances/one", to_text(fixed));
  ASSERT_EQ(patched.status, 202) << patched.body;
  expect_settles(server_, "one");
  Json entry = newest_audit(server_, "one");
  EXPECT_EQ(entry["outcome"], "Succeeded") << entry.dump(2);
  EXPECT_EQ(entry["fallback"]["from"], "BlueGreen") << entry.dump(2);
}

TEST_F(Reconciliation, RolloutGoesInWavesAndRevertsOnFailure) {
  for (const char* id : {"one", "two", "three"}) create_instance(server_, id, "Update");
  const auto rollout = [&](const std::string& text) {
    const Json change{
        {"patch", Json::array({Json{{"op", "replace"}, {"path", "/queries/0/queryText"}, {"value", text}}})}};
    const Json body{{"name", "change"},    {"instances", Json::array({"one", "two", "three"})},
                    {"change", change},    {"waves", Json::array({1, "100%"})},
                    {"maxUnavailable", 1}, {"pauseBetween", "200ms"}};
    const Answer created = server_.post("/api/reconciliation/rollouts", to_text(body));
    EXPECT_EQ(created.status, 201) << created.body;
    return created.json().value("id", "");
  };
  const auto state_of = [&](const std::string& id) {
    return server_.get("/api/reconciliation/rollouts/" + id).json().value("state", "");
  };
  const std::string good = rollout(query_text(55));
  EXPECT_TRUE(eventually([&] { return state_of(good) == "Succeeded"; }, milliseconds(20'000)))
      << server_.get("/api/reconciliation/rollouts/" + good).body << server_.log();
  for (const char* id : {"one", "two", "three"}) {
    EXPECT_EQ(running_query(server_, id), query_text(55));
    expect_settles(server_, id);
  }
  const std::string bad = rollout(kBadQuery);
  EXPECT_TRUE(eventually([&] { return state_of(bad) == "Reverted"; }, milliseconds(30'000)))
      << server_.get("/api/reconciliation/rollouts/" + bad).body << server_.log();
  for (const char* id : {"one", "two", "three"}) {
    expect_settles(server_, id);
    EXPECT_EQ(running_query(server_, id), query_text(55));
  }
}

}  // namespace
}  // namespace draas::tests
