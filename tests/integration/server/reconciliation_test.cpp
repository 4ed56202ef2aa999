// The records of reconciliation over the real server: leases, the fleet's feed, state, requests, audit.

#include <future>

#include <gtest/gtest.h>

#include "support/server_process.hpp"

namespace draas::tests {
namespace {

const std::string kBase = "/api/reconciliation";

class Reconciliation : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(server_.start()) << server_.log(); }

  Json heartbeat(const std::string& worker, const std::string& body = "{}") {
    const Answer answer = server_.call(net::Method::Put, kBase + "/leases/" + worker, body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }

  Json fleet(const std::string& query) {
    const Answer answer = server_.get(kBase + "/fleet?" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }

  // The item of an instance in an answer of the feed; null when it is not in it.
  static Json item(const Json& fleet, const std::string& id) {
    for (const Json& item : fleet["items"]) {
      if (item["id"] == id) return item;
    }
    return nullptr;
  }

  void patch_log_level(const std::string& id, const std::string& level) {
    const std::string patch = R"([{"op":"replace","path":"/logLevel","value":")" + level + "\"}]";
    const Answer answer = server_.call(net::Method::Patch, "/api/configuration/instances/" + id, patch);
    ASSERT_EQ(answer.status, 202) << answer.body;
  }

  ServerProcess server_;
};

TEST_F(Reconciliation, TheFeedTellsWhatChangedAndNothingElse) {
  ASSERT_EQ(server_.create("one").status, 201);
  ASSERT_EQ(server_.create("two").status, 201);
  const Json all = fleet("");
  EXPECT_TRUE(all["reset"]);
  EXPECT_EQ(all["items"].size(), 2U);
  EXPECT_EQ(item(all, "one")["revision"], 1);
  EXPECT_EQ(item(all, "one")["held"], nullptr);
  const auto version = all["version"].get<std::string>();

  net::Headers unchanged;
  unchanged.set("If-None-Match", '"' + version + '"');
  EXPECT_EQ(server_.call(net::Method::Get, kBase + "/fleet?since=" + version, "", unchanged).status, 304);
  EXPECT_TRUE(fleet("since=" + version)["items"].empty());

  // A waiting reader is answered when there is something.
  auto waiting = std::async(std::launch::async, [&] {
    return server_.call(net::Method::Get, kBase + "/fleet?wait=20s&since=" + version, "", unchanged);
  });
  patch_log_level("two", "debug");
  const Answer woken = waiting.get();
  ASSERT_EQ(woken.status, 200) << woken.body;
  const Json change = woken.json();
  EXPECT_FALSE(change["reset"]);
  ASSERT_EQ(change["items"].size(), 1U);
  EXPECT_EQ(item(change, "two")["revision"], 2);

  ASSERT_EQ(server_.call(net::Method::Delete, "/api/server/instances/one").status, 204);
  const Json removal = fleet("since=" + change["version"].get<std::string>());
  EXPECT_EQ(removal["removed"], Json::array({"one"}));
  // Versions of another start mean nothing.
  EXPECT_TRUE(fleet("since=abc-1")["reset"]);
}

TEST_F(Reconciliation, ObservingShowsWhatSomebodyChangedOnTheServerItself) {
  ASSERT_EQ(server_.create("seen", true).status, 201);
  ASSERT_TRUE(eventually([&] { return server_.instance("seen")["phase"] == "Running"; }));
  const Json first = fleet("observe=true");
  const auto mark = item(first, "seen")["observed"].get<std::string>();
  EXPECT_FALSE(mark.empty());
  // Without a change the sweep is one small answer.
  net::Headers unchanged;
  const auto version = first["version"].get<std::string>();
  unchanged.set("If-None-Match", '"' + version + '"');
  const std::string sweep = kBase + "/fleet?observe=true&since=" + version;
  EXPECT_EQ(server_.call(net::Method::Get, sweep, "", unchanged).status, 304);

  const Answer stopped = server_.post("/api/server/instances/seen/proxy/api/v1/queries/all/stop");
  ASSERT_EQ(stopped.status, 200) << stopped.body;
  ASSERT_TRUE(eventually([&] {
    const Json changed = fleet("observe=true&since=" + version);
    return !changed["items"].empty() && item(changed, "seen")["observed"] != mark;
  }));
}

TEST_F(Reconciliation, StateHasAllThatAComparisonNeeds) {
  ASSERT_EQ(server_.create("compared", true).status, 201);
  ASSERT_TRUE(eventually([&] { return server_.instance("compared")["phase"] == "Running"; }));
  const std::string path = kBase + "/instances/compared/state";
  const Json before = server_.get(path).json();
  EXPECT_EQ(before["specHash"], before["desiredSpecHash"]);
  EXPECT_EQ(before["desired"], before["applied"]);
  EXPECT_EQ(before["desired"]["queries"][0]["id"], "all");
  EXPECT_EQ(before["actual"]["instances"][0]["queries"][0]["id"], "all");
  EXPECT_EQ(before["actualError"], nullptr);
  EXPECT_EQ(before["observed"], item(fleet("observe=true"), "compared")["observed"]);

  patch_log_level("compared", "debug");
  const Json after = server_.get(path).json();
  EXPECT_EQ(after["revision"], 2);
  EXPECT_EQ(after["appliedRevision"], 1);
  EXPECT_NE(after["specHash"], after["desiredSpecHash"]);
  EXPECT_EQ(after["desired"]["logLevel"], "debug");
  EXPECT_NE(after["applied"]["logLevel"], "debug");

  ASSERT_EQ(server_.post("/api/server/instances/compared/stop").status, 200);
  const Json stopped = server_.get(path).json();
  EXPECT_EQ(stopped["actual"], nullptr);
  EXPECT_TRUE(stopped["actualError"].is_string());
  EXPECT_EQ(server_.get(path + "?target=standby").status, 409);
  EXPECT_EQ(server_.get(kBase + "/instances/absent/state").status, 404);
}

TEST_F(Reconciliation, ShardsMoveOnlyAfterTheirHolderLetGo) {
  EXPECT_EQ(heartbeat("a")["shards"].size(), 64U);
  EXPECT_EQ(heartbeat("b")["shards"].size(), 0U);
  EXPECT_EQ(heartbeat("a")["shards"].size(), 32U);  // is told
  EXPECT_EQ(heartbeat("b")["shards"].size(), 0U);   // has not shown yet that it heard so
  EXPECT_EQ(heartbeat("a")["shards"].size(), 32U);
  const Json b = heartbeat("b");
  EXPECT_EQ(b["shards"].size(), 32U);
  EXPECT_EQ(b["workers"], 2);

  // A restart of the control plane changes nothing.
  server_.kill();
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(heartbeat("b")["shards"], b["shards"]);
  EXPECT_EQ(server_.call(net::Method::Delete, kBase + "/leases/a").status, 204);
  EXPECT_EQ(heartbeat("b")["shards"].size(), 64U);
  EXPECT_EQ(server_.get(kBase + "/leases").json().size(), 1U);
}

TEST_F(Reconciliation, ALeaseThatRunsOutGoesToTheOthers) {
  EXPECT_EQ(heartbeat("a", R"({"ttl":"1s"})")["shards"].size(), 64U);
  ASSERT_TRUE(eventually([&] { return heartbeat("b")["shards"].size() == 64U; }));
  EXPECT_EQ(server_.call(net::Method::Put, kBase + "/leases/a", R"({"ttl":"1y"})").status, 400);
}

TEST_F(Reconciliation, RequestsGoToTheWorkerAndItsAnswerBack) {
  ASSERT_EQ(server_.create("asked").status, 201);
  const Answer nobody = server_.get(kBase + "/instances/asked/drift");
  EXPECT_EQ(nobody.status, 503);
  EXPECT_NE(nobody.body.find("draas reconciler"), std::string::npos);
  heartbeat("w");
  EXPECT_EQ(server_.get(kBase + "/instances/asked/drift?wait=100ms").status, 504);
  const auto version = fleet("worker=w")["version"].get<std::string>();

  auto asking = std::async(std::launch::async, [&] { return server_.get(kBase + "/instances/asked/drift?wait=20s"); });
  const Json asked = fleet("worker=w&wait=20s&since=" + version);
  ASSERT_EQ(asked["requests"].size(), 1U);
  EXPECT_EQ(asked["requests"][0]["kind"], "Drift");
  EXPECT_EQ(asked["requests"][0]["instanceId"], "asked");
  const auto id = asked["requests"][0]["id"].get<std::string>();
  // It is told once per version.
  EXPECT_TRUE(fleet("worker=w&since=" + asked["version"].get<std::string>())["requests"].empty());
  const std::string result = kBase + "/requests/" + id + "/result";
  ASSERT_EQ(server_.post(result, R"({"status":200,"body":{"inSync":true}})").status, 200);
  const Answer answer = asking.get();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json()["inSync"], true);
  EXPECT_EQ(server_.get(kBase + "/requests/" + id).json()["inSync"], true);
}

TEST_F(Reconciliation, ARequestToReconcileSurvivesUntilItIsAnswered) {
  ASSERT_EQ(server_.create("kept").status, 201);
  const Answer accepted =
      server_.post(kBase + "/instances/kept/reconcile?wait=0", R"({"strategy":"Restart","force":true})");
  ASSERT_EQ(accepted.status, 202) << accepted.body;
  const auto id = accepted.json()["requestId"].get<std::string>();
  EXPECT_EQ(accepted.headers.get("Location"), kBase + "/requests/" + id);
  server_.kill();
  ASSERT_TRUE(server_.start()) << server_.log();
  const Json after = fleet("");
  ASSERT_EQ(after["requests"].size(), 1U);
  EXPECT_EQ(after["requests"][0]["id"], id);
  EXPECT_EQ(after["requests"][0]["strategy"], "Restart");
  EXPECT_EQ(after["requests"][0]["force"], true);
  EXPECT_EQ(server_.get(kBase + "/requests/" + id).status, 202);
  const Answer answered =
      server_.post(kBase + "/requests/" + id + "/result", R"({"status":422,"body":{"detail":"cannot"},"worker":"w"})");
  ASSERT_EQ(answered.status, 200) << answered.body;
  EXPECT_EQ(answered.json()["result"]["status"], 422);
  EXPECT_EQ(server_.get(kBase + "/requests/" + id).status, 422);
  server_.kill();
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_TRUE(fleet("")["requests"].empty());
}

TEST_F(Reconciliation, AuditEntriesAreKeptWithTheirEffects) {
  ASSERT_EQ(server_.create("judged").status, 201);
  const std::string path = kBase + "/instances/judged/audit";
  const Answer added = server_.post(path, R"({"trigger":"Event","strategy":"Update","outcome":"RolledBack",
    "reason":"check 'queries' failed","differences":[{"path":"/logLevel","text":"logLevel: info → debug"}],
    "attempt":1,"attempts":3,"durationMs":20,"revisionBefore":1,"revisionAfter":1,"worker":"w",
    "effects":{"healthyRevision":1,"hold":{"revision":1,"reason":"check failed"},"event":"RolledBack"}})");
  ASSERT_EQ(added.status, 201) << added.body;
  const Json held = item(fleet(""), "judged")["held"];
  EXPECT_EQ(held["revision"], 1);
  EXPECT_EQ(held["reason"], "check failed");
  EXPECT_EQ(server_.get(kBase + "/instances/judged/state").json()["healthyRevision"], 1);

  server_.kill();
  ASSERT_TRUE(server_.start()) << server_.log();
  const Json entries = server_.get(path).json();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0]["outcome"], "RolledBack");
  EXPECT_EQ(entries[0]["instanceId"], "judged");
  EXPECT_EQ(item(fleet(""), "judged")["held"]["revision"], 1);

  // To force is to lift the hold.
  ASSERT_EQ(server_.post(kBase + "/instances/judged/reconcile?wait=0", R"({"force":true})").status, 202);
  EXPECT_EQ(item(fleet(""), "judged")["held"], nullptr);

  // The last hundred are kept, and pages go back from the newest.
  for (int i = 0; i < 101; ++i) {
    ASSERT_EQ(server_.post(path, R"({"outcome":"Succeeded"})").status, 201);
  }
  EXPECT_EQ(server_.get(path + "?limit=1000").json().size(), 100U);
  const Answer page = server_.get(kBase + "/audit?limit=1&instanceId=judged");
  EXPECT_EQ(page.json()[0]["id"], "102");
  EXPECT_NE(page.headers.get("Link").find("before=102"), std::string::npos);
  EXPECT_EQ(server_.get(kBase + "/audit?limit=1&before=102").json()[0]["id"], "101");

  const Answer wrong = server_.post(path, R"({"outcome":"Great","effects":{"hold":{}},"colour":1})");
  EXPECT_EQ(wrong.status, 400);
  for (const char* field : {"/outcome", "/effects/hold/revision", "/colour"}) {
    EXPECT_NE(wrong.body.find(field), std::string::npos) << field << wrong.body;
  }
  EXPECT_EQ(server_.post(path, R"({"outcome":"Failed","effects":{"healthyRevision":9}})").status, 400);
}

TEST_F(Reconciliation, PoliciesAreCheckedMergedAndShownAsAChange) {
  ASSERT_EQ(server_.create("ruled").status, 201);
  const std::string own = kBase + "/instances/ruled/policy";
  const auto before = item(fleet(""), "ruled")["policyVersion"].get<std::uint64_t>();
  ASSERT_EQ(server_.call(net::Method::Put, kBase + "/policy", R"({"strategy":"Restart","timeout":"5m","paused":true})")
                .status,
            200);
  const auto fleet_wide = item(fleet(""), "ruled")["policyVersion"].get<std::uint64_t>();
  EXPECT_GT(fleet_wide, before);
  const Answer set = server_.call(net::Method::Put, own, R"({"strategy":"Manual","paused":false,"windows":[
      {"days":["monday"],"from":"22:00","to":"04:00"}]})");
  ASSERT_EQ(set.status, 200) << set.body;
  const Json shown = server_.get(own).json();
  EXPECT_EQ(shown["effective"]["strategy"], "Manual");
  EXPECT_EQ(shown["effective"]["timeout"], "5m");
  EXPECT_EQ(shown["effective"]["paused"], false);
  EXPECT_EQ(shown["own"]["windows"][0]["days"], Json::array({"Mon"}));
  EXPECT_GT(item(fleet(""), "ruled")["policyVersion"].get<std::uint64_t>(), fleet_wide);
  EXPECT_EQ(server_.get(kBase + "/instances/ruled/state").json()["policy"], shown["effective"]);

  net::Headers stale;
  stale.set("If-Match", "\"1\"");
  EXPECT_EQ(server_.call(net::Method::Put, own, "{}", stale).status, 412);
  const Answer wrong =
      server_.call(net::Method::Put, own, R"({"strategi":"x","timeout":"soon","windows":[{"from":"9"}]})");
  EXPECT_EQ(wrong.status, 400);
  for (const char* field : {"/strategi", "/timeout", "/windows/0/from", "/windows/0/to"}) {
    EXPECT_NE(wrong.body.find(field), std::string::npos) << field << wrong.body;
  }
  server_.kill();
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(server_.get(own).json(), shown);
  EXPECT_EQ(server_.call(net::Method::Delete, own).status, 204);
  EXPECT_EQ(server_.get(own).json()["effective"]["strategy"], "Restart");
}

TEST_F(Reconciliation, AnApprovalIsAskedForOnceAndDecidedOnce) {
  ASSERT_EQ(server_.create("asked").status, 201);
  const std::string all = kBase + "/approvals";
  const std::string wanted = R"({"instanceId":"asked","revision":1,"strategy":"Manual","plan":[{"step":1}]})";
  const Answer requested = server_.post(all, wanted);
  ASSERT_EQ(requested.status, 201) << requested.body;
  const auto id = requested.json()["id"].get<std::string>();
  EXPECT_EQ(requested.json()["state"], "Pending");
  EXPECT_EQ(requested.body.find("token"), std::string::npos);
  const Answer again = server_.post(all, wanted);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.json()["id"], id);
  EXPECT_EQ(server_.post(all, R"({"instanceId":"asked","revision":7})").status, 409);

  const auto before = item(fleet(""), "asked")["policyVersion"].get<std::uint64_t>();
  EXPECT_EQ(server_.post(all + "/" + id + "/approve?token=guess").status, 403);
  ASSERT_EQ(server_.post(all + "/" + id + "/approve", R"({"comment":"go"})").status, 200);
  EXPECT_GT(item(fleet(""), "asked")["policyVersion"].get<std::uint64_t>(), before);
  const Answer twice = server_.post(all + "/" + id + "/reject");
  EXPECT_EQ(twice.status, 409);
  EXPECT_NE(twice.body.find("Approved"), std::string::npos);

  server_.kill();
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(server_.get(all + "/" + id).json()["state"], "Approved");
  EXPECT_EQ(server_.get(all + "/" + id).json()["comment"], "go");
  const std::string audit = R"({"outcome":"Succeeded","approvalId":")" + id + "\"}";
  ASSERT_EQ(server_.post(kBase + "/instances/asked/audit", audit).status, 201);
  EXPECT_EQ(server_.get(all + "/" + id).json()["state"], "Used");
  EXPECT_EQ(server_.get(all + "?state=Used").json().size(), 1U);
}

TEST_F(Reconciliation, ApprovalsAreSupersededAndExpire) {
  ASSERT_EQ(server_.create("moving").status, 201);
  const std::string all = kBase + "/approvals";
  const auto id = server_.post(all, R"({"instanceId":"moving","revision":1})").json()["id"].get<std::string>();
  patch_log_level("moving", "debug");
  ASSERT_TRUE(eventually([&] { return server_.get(all + "/" + id).json()["state"] == "Superseded"; }));

  ASSERT_EQ(server_.call(net::Method::Put, kBase + "/policy", R"({"approvalExpiry":"1s"})").status, 200);
  ASSERT_EQ(server_.post(all, R"({"instanceId":"moving","revision":2})").status, 201);
  // The feed tells it without anybody looking.
  const Json asked = fleet("");
  const Json told = fleet("wait=20s&since=" + asked["version"].get<std::string>());
  EXPECT_EQ(told["items"].size(), 1U);
  EXPECT_EQ(server_.get(all + "?state=Expired").json().size(), 1U);
  ASSERT_EQ(server_.call(net::Method::Delete, "/api/server/instances/moving").status, 204);
  EXPECT_TRUE(server_.get(all).json().empty());
}

TEST_F(Reconciliation, RolloutsKeepTheirProgressAndTheirRules) {
  for (int i = 0; i < 5; ++i) {
    const std::string id = "r" + std::to_string(i);
    ASSERT_EQ(server_.post("/api/server/instances", R"({"id":")" + id + R"(","metadata":{"team":"a"}})").status, 201);
  }
  const std::string all = kBase + "/rollouts";
  const auto rollouts_version = fleet("")["rollouts"].get<std::string>();
  const Answer created = server_.post(all, R"({"name":"levels","selector":"team=a","waves":[1,"50%","100%"],
      "change":{"patch":[{"op":"add","path":"/logLevel","value":"debug"}]},"manualPauses":[2]})");
  ASSERT_EQ(created.status, 201) << created.body;
  const Json rollout = created.json();
  const std::string one = all + "/" + rollout["id"].get<std::string>();
  EXPECT_EQ(rollout["state"], "Pending");
  std::vector<std::size_t> waves;
  for (const Json& target : rollout["targets"]) waves.push_back(target["wave"].get<std::size_t>());
  EXPECT_EQ(waves, (std::vector<std::size_t>{1, 2, 2, 3, 3}));
  EXPECT_NE(fleet("")["rollouts"], rollouts_version);

  // What cannot work is refused at once.
  EXPECT_EQ(server_.post(all, R"({"selector":"team=x","change":{"mergePatch":{}}})").status, 422);
  EXPECT_EQ(server_.post(all, R"({"instances":["nobody"],"change":{"mergePatch":{}}})").status, 422);
  EXPECT_EQ(server_.post(all, R"({"instances":["r1"],"change":{"mergePatch":{}}})").status, 409);
  EXPECT_EQ(server_.call(net::Method::Delete, one + "?x=1").status, 400);

  net::Headers version;
  version.set("If-Match", created.headers.get("ETag"));
  const std::string progress =
      R"({"state":"Running","targets":[{"instanceId":"r0","state":"Updating","revisionBefore":1}]})";
  const Answer begun = server_.call(net::Method::Patch, one, progress, version);
  ASSERT_EQ(begun.status, 200) << begun.body;
  EXPECT_EQ(begun.json()["targets"][0]["revisionBefore"], 1);
  EXPECT_EQ(server_.call(net::Method::Patch, one, progress, version).status, 412);
  EXPECT_EQ(server_.call(net::Method::Patch, one, R"({"targets":[{"instanceId":"r9","state":"Failed"}]})").status, 400);
  EXPECT_EQ(server_.call(net::Method::Delete, one).status, 409);
  EXPECT_EQ(server_.post(one + "/pause").status, 200);
  EXPECT_EQ(server_.call(net::Method::Patch, one, R"({"state":"Succeeded"})").status, 409);

  server_.kill();
  ASSERT_TRUE(server_.start()) << server_.log();
  const Json after = server_.get(one).json();
  EXPECT_EQ(after["state"], "Paused");
  EXPECT_EQ(after["targets"][0]["state"], "Updating");
  EXPECT_EQ(after["targets"].size(), 5U);
  EXPECT_EQ(after["manualPauses"], Json::array({2}));
  EXPECT_EQ(server_.post(one + "/resume").json()["state"], "Running");
  EXPECT_EQ(server_.post(one + "/abort", R"({"reason":"wrong change"})").json()["reason"], "wrong change");
  EXPECT_EQ(server_.post(one + "/resume").status, 409);
  EXPECT_EQ(server_.get(all).json()[0]["counts"]["Updating"], 1);
  EXPECT_EQ(server_.call(net::Method::Delete, one).status, 204);
  EXPECT_EQ(server_.get(one).status, 404);
}

TEST_F(Reconciliation, ARollbackByTheReconcilerHoldsTheFailedRevision) {
  ASSERT_EQ(server_.create("back").status, 201);
  patch_log_level("back", "debug");
  const std::string path = "/api/configuration/instances/back";
  const Answer rolled =
      server_.post(path + "/rollback", R"({"revision":1,"reason":"check 'queries' failed","failedRevision":2})");
  ASSERT_EQ(rolled.status, 200) << rolled.body;
  const Json revision = server_.get(path + "/revisions/3").json();
  EXPECT_EQ(revision["description"], "rolled back to revision 1: check 'queries' failed");
  EXPECT_EQ(revision["author"], "reconciler");
  EXPECT_EQ(item(fleet(""), "back")["held"]["revision"], 2);
}

}  // namespace
}  // namespace draas::tests
