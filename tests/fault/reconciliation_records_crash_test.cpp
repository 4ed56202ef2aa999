// The control plane is killed inside every change of the records of reconciliation. Afterwards the whole of it is there
// or nothing, and doing it again completes it.

#include <gtest/gtest.h>

#include "support/server_process.hpp"

namespace draas::tests {
namespace {

using net::Method;

const std::string kBase = "/api/reconciliation";

struct Case {
  const char* point;
  bool durable;  // what was begun is there after the crash
};

class RecordCrash : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_.start()) << server_.log();
    ASSERT_EQ(server_.create("one").status, 201);
  }

  // Restarts the server so that it dies at `point`.
  void arm(const char* point) {
    server_.kill();
    ASSERT_TRUE(server_.start({{"DRAAS_CRASH_AT", point}})) << server_.log();
  }
  void expect_crash_and_recover() {
    ASSERT_TRUE(server_.wait_exit().has_value()) << "it did not die\n" << server_.log();
    ASSERT_TRUE(server_.start()) << server_.log();
  }
  Json held() {
    const Json fleet = server_.get(kBase + "/fleet").json();
    return fleet["items"][0]["held"];
  }

  ServerProcess server_;
};

TEST_F(RecordCrash, AnAuditEntryAndItsEffectsAreOneStep) {
  const std::string path = kBase + "/instances/one/audit";
  const std::string entry = R"({"outcome":"Failed","effects":{"hold":{"revision":1,"reason":"r"},
    "event":"ReconciliationFailed"}})";
  std::size_t entries = 0;
  for (const Case& crash : {Case{"audit.before_commit", false}, Case{"audit.committed", true}}) {
    arm(crash.point);
    server_.post(path, entry);
    expect_crash_and_recover();
    if (crash.durable) ++entries;
    EXPECT_EQ(server_.get(path).json().size(), entries) << crash.point;
    EXPECT_EQ(!held().is_null(), crash.durable) << crash.point;
  }
  EXPECT_EQ(server_.post(path, entry).status, 201);
  EXPECT_EQ(server_.get(path).json()[0]["id"], "2");
}

TEST_F(RecordCrash, ApprovalsAreThereOrNot) {
  const std::string path = kBase + "/approvals";
  const std::string wanted = R"({"instanceId":"one","revision":1})";
  for (const Case& crash : {Case{"approval.before_commit", false}, Case{"approval.committed", true}}) {
    arm(crash.point);
    server_.post(path, wanted);
    expect_crash_and_recover();
    EXPECT_EQ(server_.get(path).json().size(), crash.durable ? 1U : 0U) << crash.point;
  }
  const Answer again = server_.post(path, wanted);
  EXPECT_EQ(again.status, 200);
  const std::string one = path + "/" + again.json()["id"].get<std::string>();
  arm("approval.committed");
  server_.post(one + "/approve");
  expect_crash_and_recover();
  EXPECT_EQ(server_.get(one).json()["state"], "Approved");
}

TEST_F(RecordCrash, RequestsAreAnsweredOnce) {
  const std::string reconcile = kBase + "/instances/one/reconcile?wait=0";
  arm("request.committed");
  server_.post(reconcile, "{}");
  expect_crash_and_recover();
  Json requests = server_.get(kBase + "/fleet").json()["requests"];
  ASSERT_EQ(requests.size(), 1U);
  arm("request.answered");
  server_.post(kBase + "/requests/" + requests[0]["id"].get<std::string>() + "/result", R"({"status":200})");
  expect_crash_and_recover();
  requests = server_.get(kBase + "/fleet").json()["requests"];
  EXPECT_TRUE(requests.empty());
}

TEST_F(RecordCrash, ShardsAreNeverHeldTwice) {
  const std::string leases = kBase + "/leases/";
  ASSERT_EQ(server_.call(Method::Put, leases + "a").status, 200);
  arm("lease.committed:2");  // the first is that of b, the second tells a to let go
  server_.call(Method::Put, leases + "b");
  server_.call(Method::Put, leases + "a");
  expect_crash_and_recover();
  // a was told, but never heard so: its next heartbeat is the first one.
  EXPECT_EQ(server_.call(Method::Put, leases + "b").json()["shards"].size(), 0U);
  EXPECT_EQ(server_.call(Method::Put, leases + "a").json()["shards"].size(), 32U);
  EXPECT_EQ(server_.call(Method::Put, leases + "b").json()["shards"].size(), 32U);
}

TEST_F(RecordCrash, RolloutsAndPoliciesKeepWhatWasSaid) {
  const std::string rollouts = kBase + "/rollouts";
  const std::string one =
      rollouts + "/" +
      server_.post(rollouts, R"({"instances":["one"],"change":{"mergePatch":{}}})").json()["id"].get<std::string>();
  const std::string progress = R"({"state":"Running","targets":[{"instanceId":"one","state":"Updating"}]})";
  for (const Case& crash : {Case{"rollout.before_commit", false}, Case{"rollout.committed", true}}) {
    arm(crash.point);
    server_.call(Method::Patch, one, progress);
    expect_crash_and_recover();
    const Json rollout = server_.get(one).json();
    EXPECT_EQ(rollout["state"], crash.durable ? "Running" : "Pending") << crash.point;
    EXPECT_EQ(rollout["targets"][0]["state"], crash.durable ? "Updating" : "Waiting") << crash.point;
  }
  arm("policy.committed");
  server_.call(Method::Put, kBase + "/policy", R"({"paused":true})");
  expect_crash_and_recover();
  EXPECT_EQ(server_.get(kBase + "/instances/one/policy").json()["effective"]["paused"], true);
}

}  // namespace
}  // namespace draas::tests
