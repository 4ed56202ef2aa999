// Reconciliation routes and webhooks: what they refuse, what they say, and how they wait.

#include <future>

#include <gmock/gmock.h>

#include "api_fixture.hpp"
#include "core/reconciliation/reconciliation_service.hpp"

namespace draas::api::testing {
namespace {

using ::testing::HasSubstr;

const std::string kBase = "/api/reconciliation";

class ReconciliationApi : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    create("a");
  }

  Json fleet(const std::string& query = "") {
    const auto answer = ask("GET", kBase + "/fleet?" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }
  Json heartbeat(const std::string& worker, const std::string& body = "{}") {
    const auto answer = ask_json("PUT", kBase + "/leases/" + worker, body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }
};

TEST_F(ReconciliationApi, AbsentThingsAreNotFound) {
  for (const char* path : {"/instances/x/state", "/instances/x/drift", "/instances/x/plan", "/instances/x/policy",
                           "/instances/x/audit", "/requests/x", "/approvals/x", "/rollouts/x"}) {
    EXPECT_EQ(ask("GET", kBase + path).status, 404) << path;
  }
  EXPECT_EQ(ask_json("POST", kBase + "/instances/x/reconcile", "{}").status, 404);
  EXPECT_EQ(ask_json("POST", kBase + "/instances/x/audit", R"({"outcome":"Failed"})").status, 404);
  EXPECT_EQ(ask_json("POST", kBase + "/requests/x/result", R"({"status":200})").status, 404);
  EXPECT_EQ(ask_json("POST", kBase + "/approvals", R"({"instanceId":"x","revision":1})").status, 404);
  EXPECT_EQ(ask_json("POST", kBase + "/approvals/x/approve", "").status, 404);
  EXPECT_EQ(ask_json("PUT", kBase + "/instances/x/policy", "{}").status, 404);
  EXPECT_EQ(ask_json("PATCH", kBase + "/rollouts/x", "{}").status, 404);
  EXPECT_EQ(ask("DELETE", kBase + "/rollouts/x").status, 404);
  EXPECT_EQ(ask("DELETE", kBase + "/leases/x").status, 204);
  for (const char* method : {"GET", "DELETE"}) EXPECT_EQ(ask(method, "/api/webhooks/x").status, 404);
  EXPECT_EQ(ask_json("PUT", "/api/webhooks/x", R"({"url":"http://h"})").status, 404);
  EXPECT_EQ(ask("POST", "/api/webhooks/x/test").status, 404);
}

TEST_F(ReconciliationApi, WrongInputIsNamed) {
  const std::vector<std::array<std::string, 4>> wrong{
      {"PUT", "/leases/w", R"({"ttl":"0s"})", "/ttl"},
      {"PUT", "/leases/w", R"({"busyShards":[64]})", "/busyShards"},
      {"PUT", "/leases/w", R"({"status":[]})", "/status"},
      {"PUT", "/leases/w%20w", "{}", "name of a worker"},
      {"GET", "/fleet?wait=soon", "", "?wait"},
      {"GET", "/fleet?observe=perhaps", "", "?observe"},
      {"GET", "/instances/a/state?target=both", "", "?target"},
      {"POST", "/instances/a/plan", R"({"parameters":1})", "/parameters"},
      {"POST", "/instances/a/plan", R"({"force":true})", "/force"},
      {"POST", "/instances/a/reconcile", R"({"dryrun":true})", "dryRun"},
      {"GET", "/instances/a/audit?limit=0", "", "?limit"},
      {"GET", "/approvals?state=Perhaps", "", "?state"},
      {"POST", "/approvals", R"({"instanceId":"a"})", "/revision"},
      {"POST", "/approvals", R"({"instanceId":"a","revision":1,"expiresAt":"x","expiresIn":"y"})", "/expiresIn"},
      {"POST", "/rollouts", R"({"selector":"a=b"})", "/change"},
      {"PUT", "/policy", R"({"timeout":"x"})", "/timeout"},
  };
  for (const auto& [method, path, body, named] : wrong) {
    const auto answer = ask_json(method, kBase + path, body);
    EXPECT_EQ(answer.status, 400) << method << ' ' << path << ' ' << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(named)) << method << ' ' << path;
  }
}

TEST_F(ReconciliationApi, AWaitingReaderIsWokenByAnyChangeThatIsItsOwn) {
  heartbeat("w");
  const auto version = fleet("worker=w")["version"].get<std::string>();
  auto waiting = std::async(std::launch::async, [&] {
    return control_plane_->wait(control_plane_->reconciliation().fleet(
        {.since = version, .wait = std::chrono::seconds(20), .observe = false, .worker = "w"}));
  });
  ASSERT_EQ(ask_json("PATCH", "/api/server/instances/a", R"({"name":"other"})").status, 200);
  const auto woken = waiting.get();
  ASSERT_TRUE(woken);
  EXPECT_TRUE(woken->changed);
  const Json items = parse_json("[" + woken->items + "]").value();
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0]["name"], "other");

  // Who holds no shard has nothing to hear of.
  const auto nothing = control_plane_->wait(control_plane_->reconciliation().fleet(
      {.since = woken->version, .wait = std::chrono::milliseconds(20), .observe = false, .worker = "w"}));
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->changed);
  EXPECT_TRUE(fleet("worker=stranger")["items"].empty());
}

TEST_F(ReconciliationApi, LosingShardsIsToldAsAReset) {
  heartbeat("w");
  const auto version = fleet("worker=w")["version"].get<std::string>();
  heartbeat("v");
  EXPECT_FALSE(fleet("worker=w&since=" + version)["reset"]);
  heartbeat("w");
  const Json after = fleet("worker=w&since=" + version);
  EXPECT_TRUE(after["reset"]);
}

TEST_F(ReconciliationApi, WaitsEndWhenTheServiceDoes) {
  const auto version = fleet()["version"].get<std::string>();
  auto waiting = std::async(std::launch::async, [&] {
    return control_plane_->wait(control_plane_->reconciliation().fleet(
        {.since = version, .wait = std::chrono::minutes(5), .observe = false, .worker = ""}));
  });
  control_plane_->reconciliation().stop_waiting();
  const auto ended = waiting.get();
  ASSERT_TRUE(ended);
  EXPECT_FALSE(ended->changed);
}

TEST_F(ReconciliationApi, ManyAskersAndWorkersAtOnce) {
  ASSERT_EQ(ask("POST", "/api/server/instances/a/start").status, 200);
  heartbeat("w");
  std::vector<std::future<bool>> callers;
  for (int i = 0; i < 8; ++i) {
    callers.push_back(std::async(std::launch::async, [&, i] {
      for (int round = 0; round < 20; ++round) {
        auto& service = control_plane_->reconciliation();
        core::FleetQuery query;
        query.observe = i % 2 == 0;
        if (!control_plane_->wait(service.fleet(query))) return false;
        core::Heartbeat beat;
        beat.worker = "w" + std::to_string(i % 3);
        if (!control_plane_->wait(service.renew_lease(beat))) return false;
        core::Actor actor;
        Json policy{{"maxRetries", round % 5}};
        std::optional<Json> body(policy);
        if (!control_plane_->wait(service.set_policy("a", body, std::nullopt, actor))) return false;
        if (!control_plane_->wait(service.add_audit("a", Json{{"outcome", "Succeeded"}}, actor))) return false;
        if (!control_plane_->wait(service.instance_state("a", false))) return false;
      }
      return true;
    }));
  }
  for (auto& caller : callers) EXPECT_TRUE(caller.get());
  EXPECT_EQ(ask("GET", kBase + "/instances/a/audit?limit=1000").json().size(), 100U);
}

TEST_F(ReconciliationApi, AFailedAnswerOfAWorkerIsAProblem) {
  heartbeat("w");
  auto asking = std::async(std::launch::async, [&] {
    core::WorkerAsk wanted;
    wanted.kind = core::RequestKind::Plan;
    wanted.instance_id = "a";
    wanted.wait = std::chrono::seconds(20);
    core::Actor actor;
    return control_plane_->wait(control_plane_->reconciliation().ask(wanted, actor));
  });
  const Json told = [&] {
    for (auto version = fleet("worker=w")["version"].get<std::string>();;) {
      Json now = fleet("worker=w");
      if (!now["requests"].empty()) return now;
      now = fleet("worker=w&wait=20s&since=" + version);
      if (!now["requests"].empty()) return now;
      version = now["version"].get<std::string>();
    }
  }();
  const auto id = told["requests"][0]["id"].get<std::string>();
  ASSERT_EQ(ask_json("POST", kBase + "/requests/" + id + "/result",
                     R"({"status":422,"body":{"detail":"'Blue' is not a strategy","errors":[]}})")
                .status,
            200);
  const auto asked = asking.get();
  ASSERT_TRUE(asked);
  ASSERT_TRUE(asked->answer);
  EXPECT_EQ(asked->answer->status, 422);
  const auto shown = ask("GET", kBase + "/requests/" + id);
  EXPECT_EQ(shown.status, 422);
  EXPECT_EQ(shown.header("Content-Type"), "application/problem+json");
  EXPECT_THAT(shown.body, HasSubstr("is not a strategy"));
}

TEST_F(ReconciliationApi, EventsTellOfPoliciesAndApprovals) {
  ASSERT_EQ(ask_json("PUT", kBase + "/policy", R"({"strategy":"Manual"})").status, 200);
  ASSERT_EQ(ask_json("POST", kBase + "/approvals", R"({"instanceId":"a","revision":1})").status, 201);
  ASSERT_EQ(ask_json("POST", kBase + "/instances/a/audit",
                     R"({"outcome":"Failed","error":"no","effects":{"event":"ReconciliationFailed"}})")
                .status,
            201);
  const auto stream = ask("GET", "/api/status/stream?after=0", "", {}, [](const std::string& text) {
    return text.find("event: ReconciliationFailed") != std::string::npos;
  });
  EXPECT_THAT(stream.body, HasSubstr("event: PolicyChanged"));
  EXPECT_THAT(stream.body, HasSubstr(R"("Members":"strategy")"));
  EXPECT_THAT(stream.body, HasSubstr("event: ApprovalRequested"));
  EXPECT_THAT(stream.body, HasSubstr(R"("Error":"no")"));
  EXPECT_EQ(stream.body.find("token"), std::string::npos);
}

}  // namespace
}  // namespace draas::api::testing
