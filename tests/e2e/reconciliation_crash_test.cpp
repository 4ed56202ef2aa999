// The reconciler, or the control plane under it, is killed with SIGKILL at every step of every strategy. Afterwards the
// instance runs as before or as wanted: one workload, one process, nothing left over.

#include <ostream>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include "support/reconciled_fleet.hpp"

namespace draas::tests {
namespace {

struct CrashCase {
  const char* strategy;
  const char* parameters;
  const char* point;
  bool bad = false;  // the new configuration is one that cannot run
};

std::ostream& operator<<(std::ostream& out, const CrashCase& crash) {
  return out << crash.strategy << " at " << crash.point << (crash.bad ? ", bad" : "");
}

constexpr const char* kBlueGreen = R"({"watch":"300ms","smokeTests":[{"path":"/health"}]})";
constexpr const char* kCanary = R"({"stage":"150ms"})";
constexpr const char* kRestart = R"({"pause":"50ms"})";

std::string case_name(const ::testing::TestParamInfo<CrashCase>& crash) {
  std::string name = std::string(crash.param.strategy) + "_" + crash.param.point + (crash.param.bad ? "_bad" : "");
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

bool was_killed(std::optional<int> status) { return status && WIFSIGNALED(*status) && WTERMSIG(*status) == SIGKILL; }

// The wanted text, the old or the new one; both are right after a crash.
void expect_old_or_new(ServerProcess& server, const std::string& id) {
  expect_settles(server, id);
  const std::string text = running_query(server, id);
  EXPECT_TRUE(text == query_text(0) || text == query_text(77)) << text;
}

class WorkerCrash : public ::testing::TestWithParam<CrashCase> {};

TEST_P(WorkerCrash, LeavesTheOldOrTheNew) {
  const CrashCase& crash = GetParam();
  ServerProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  create_instance(server, "one", crash.strategy, crash.parameters);
  ReconcilerProcess doomed(server, "doomed");
  ASSERT_TRUE(doomed.start({{"DRAAS_CRASH_AT", crash.point}}));
  ASSERT_EQ(change_first_query(server, "one", crash.bad ? "SELECT nonsense" : query_text(77)), 202);
  ASSERT_TRUE(was_killed(doomed.wait_exit())) << doomed.log() << server.log();

  ReconcilerProcess heir(server, "heir");
  ASSERT_TRUE(heir.start());
  expect_old_or_new(server, "one");
  if (!crash.bad) {
    EXPECT_EQ(running_query(server, "one"), query_text(77)) << heir.log();
  }
}

INSTANTIATE_TEST_SUITE_P(Steps, WorkerCrash,
                         ::testing::Values(CrashCase{"Update", "{}", "reconcile.after.ChangeLive:1"},
                                           CrashCase{"Update", "{}", "reconcile.after.ChangeLive:2"},
                                           CrashCase{"Update", "{}", "reconcile.after.ChangeLive:3"},
                                           CrashCase{"Update", "{}", "reconcile.before.ChangeLive"},
                                           CrashCase{"Update", "{}", "reconcile.before.Check"},
                                           CrashCase{"Update", "{}", "reconcile.after.Check"},
                                           CrashCase{"Update", "{}", "reconcile.before.MarkApplied"},
                                           CrashCase{"Update", "{}", "reconcile.after.MarkApplied"},
                                           CrashCase{"Update", "{}", "reconcile.recorded"},
                                           CrashCase{"Update", "{}", "reconcile.rolled_back", true},
                                           CrashCase{"Restart", kRestart, "reconcile.before.Restart"},
                                           CrashCase{"Restart", kRestart, "reconcile.after.Restart"},
                                           CrashCase{"RollingUpdate", "{}", "reconcile.before.StartStandby"},
                                           CrashCase{"RollingUpdate", "{}", "reconcile.after.StartStandby"},
                                           CrashCase{"RollingUpdate", "{}", "reconcile.before.Promote"},
                                           CrashCase{"RollingUpdate", "{}", "reconcile.after.Promote"},
                                           CrashCase{"RollingUpdate", "{}", "reconcile.before.EndStandby"},
                                           CrashCase{"RollingUpdate", "{}", "reconcile.after.EndStandby"},
                                           CrashCase{"RollingUpdate", "{}", "reconcile.undo.ended", true},
                                           CrashCase{"BlueGreen", kBlueGreen, "reconcile.before.StartStandby"},
                                           CrashCase{"BlueGreen", kBlueGreen, "reconcile.after.StartStandby"},
                                           CrashCase{"BlueGreen", kBlueGreen, "reconcile.before.SmokeTest"},
                                           CrashCase{"BlueGreen", kBlueGreen, "reconcile.after.SmokeTest"},
                                           CrashCase{"BlueGreen", kBlueGreen, "reconcile.after.Promote"},
                                           CrashCase{"BlueGreen", kBlueGreen, "reconcile.before.EndStandby"},
                                           CrashCase{"BlueGreen", kBlueGreen, "reconcile.undo.ended", true},
                                           CrashCase{"BlueGreen", kBlueGreen, "reconcile.before.Watch"},
                                           CrashCase{"BlueGreen", kBlueGreen, "reconcile.after.Watch"},
                                           CrashCase{"Canary", kCanary, "reconcile.before.SetTraffic"},
                                           CrashCase{"Canary", kCanary, "reconcile.after.SetTraffic:1"},
                                           CrashCase{"Canary", kCanary, "reconcile.before.Judge"},
                                           CrashCase{"Canary", kCanary, "reconcile.after.Judge:2"},
                                           CrashCase{"Canary", kCanary, "reconcile.after.Promote"},
                                           CrashCase{"Canary", kCanary, "reconcile.before.EndStandby"},
                                           CrashCase{"Canary", kCanary, "reconcile.undo.ended", true}),
                         case_name);

// What runs after the switch breaks while it is watched, and the reconciler dies as soon as it has switched back.
TEST(SwitchBackCrash, LeavesTheOldInService) {
  ServerProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  create_instance(server, "one", "BlueGreen", R"({"watch":"60s"})");
  ReconcilerProcess doomed(server, "doomed");
  ASSERT_TRUE(doomed.start({{"DRAAS_CRASH_AT", "reconcile.undo.switched"}}));
  ASSERT_EQ(change_first_query(server, "one", query_text(77)), 202);
  const std::string workloads = "/api/server/instances/one/workloads";
  const auto runs_actively = [&](unsigned revision) {
    const Json both = server.get(workloads).json();
    if (!both.is_object() || !both["active"].is_object() || !both["standby"].is_object()) return false;
    return both["standby"].value("role", "") == "Retired" && both["active"].value("revision", 0U) == revision;
  };
  ASSERT_TRUE(eventually([&] { return runs_actively(2); }, milliseconds(20'000))) << doomed.log() << server.log();
  const Answer broken = server.post("/api/server/instances/one/proxy/api/v1/queries/q0/stop");
  ASSERT_EQ(broken.status, 200) << broken.body;
  ASSERT_TRUE(was_killed(doomed.wait_exit())) << doomed.log() << server.log();
  EXPECT_TRUE(runs_actively(1)) << server.get(workloads).body;
  EXPECT_EQ(running_query(server, "one"), query_text(0));

  // The heir ends what was switched away from, and tries once more what only an accident had broken.
  const std::string policy = R"({"strategy":"BlueGreen","parameters":{"watch":"300ms"}})";
  ASSERT_EQ(server.call(net::Method::Put, "/api/reconciliation/instances/one/policy", policy).status, 200);
  ReconcilerProcess heir(server, "heir");
  ASSERT_TRUE(heir.start());
  expect_old_or_new(server, "one");
  EXPECT_EQ(running_query(server, "one"), query_text(77)) << heir.log();
}

class ControlPlaneCrash : public ::testing::TestWithParam<CrashCase> {};

TEST_P(ControlPlaneCrash, LeavesTheOldOrTheNew) {
  const CrashCase& crash = GetParam();
  ServerProcess server({"--ProcessInstanceManager:OrphanGracePeriod=100ms"});
  ASSERT_TRUE(server.start()) << server.log();
  create_instance(server, "one", crash.strategy, crash.parameters);
  server.signal(SIGTERM);
  ASSERT_TRUE(server.wait_exit()) << server.log();
  ASSERT_TRUE(server.start({{"DRAAS_CRASH_AT", crash.point}})) << server.log();
  ReconcilerProcess reconciler(server, "steady");
  ASSERT_TRUE(reconciler.start());
  ASSERT_EQ(change_first_query(server, "one", query_text(77)), 202);
  ASSERT_TRUE(was_killed(server.wait_exit(milliseconds(30'000)))) << server.log() << reconciler.log();
  ASSERT_TRUE(server.start()) << server.log();
  expect_old_or_new(server, "one");
  EXPECT_EQ(running_query(server, "one"), query_text(77)) << reconciler.log();
}

INSTANTIATE_TEST_SUITE_P(Steps, ControlPlaneCrash,
                         ::testing::Values(CrashCase{"Restart", kRestart, "restart.stopped"},
                                           CrashCase{"Restart", kRestart, "start.workload_runs"},
                                           CrashCase{"RollingUpdate", "{}", "standby.intended"},
                                           CrashCase{"RollingUpdate", "{}", "standby.workload_runs"},
                                           CrashCase{"RollingUpdate", "{}", "standby.handle_stored"},
                                           CrashCase{"RollingUpdate", "{}", "promote.committed"},
                                           CrashCase{"RollingUpdate", "{}", "standby.drained"},
                                           CrashCase{"RollingUpdate", "{}", "standby.workload_ended"},
                                           CrashCase{"RollingUpdate", "{}", "standby.recorded"},
                                           CrashCase{"BlueGreen", kBlueGreen, "promote.committed"},
                                           CrashCase{"Canary", kCanary, "standby.handle_stored"},
                                           CrashCase{"Update", "{}", "audit.before_commit"},
                                           CrashCase{"Update", "{}", "audit.committed"}),
                         case_name);

// --- what waits for somebody, and what goes over many
// -----------------------------------------------------------------

std::string pending_approval(ServerProcess& server) {
  const Json approvals = server.get("/api/reconciliation/approvals?state=Pending&instanceId=one").json();
  return approvals.is_array() && !approvals.empty() ? approvals[0].value("id", "") : std::string();
}

// Nothing happens without the approval, whoever died meanwhile; with it, the new one runs.
void expect_waits_for_approval(ServerProcess& server) {
  ASSERT_TRUE(eventually([&] { return !pending_approval(server).empty(); }, milliseconds(10'000))) << server.log();
  EXPECT_EQ(running_query(server, "one"), query_text(0)) << "it did not wait";
  const Answer approved = server.post("/api/reconciliation/approvals/" + pending_approval(server) + "/approve", "{}");
  EXPECT_EQ(approved.status, 200) << approved.body;
  expect_settles(server, "one");
  EXPECT_EQ(running_query(server, "one"), query_text(77));
}

TEST(ManualCrash, TheWorkerAfterAskingForApproval) {
  ServerProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  create_instance(server, "one", "Manual");
  ReconcilerProcess doomed(server, "doomed");
  ASSERT_TRUE(doomed.start({{"DRAAS_CRASH_AT", "reconcile.approval_asked"}}));
  ASSERT_EQ(change_first_query(server, "one", query_text(77)), 202);
  ASSERT_TRUE(was_killed(doomed.wait_exit())) << doomed.log() << server.log();
  ReconcilerProcess heir(server, "heir");
  ASSERT_TRUE(heir.start());
  expect_waits_for_approval(server);
}

class ManualControlPlaneCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(ManualControlPlaneCrash, TheApprovalIsAskedForOnce) {
  ServerProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  create_instance(server, "one", "Manual");
  server.signal(SIGTERM);
  ASSERT_TRUE(server.wait_exit()) << server.log();
  ASSERT_TRUE(server.start({{"DRAAS_CRASH_AT", GetParam()}})) << server.log();
  ReconcilerProcess reconciler(server, "steady");
  ASSERT_TRUE(reconciler.start());
  ASSERT_EQ(change_first_query(server, "one", query_text(77)), 202);
  ASSERT_TRUE(was_killed(server.wait_exit(milliseconds(30'000)))) << server.log() << reconciler.log();
  ASSERT_TRUE(server.start()) << server.log();
  expect_waits_for_approval(server);
  EXPECT_EQ(server.get("/api/reconciliation/approvals?instanceId=one").json().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Steps, ManualControlPlaneCrash,
                         ::testing::Values("approval.before_commit", "approval.committed"),
                         [](const auto& point) { return point.index == 0 ? "before_commit" : "committed"; });

class RolloutCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(RolloutCrash, GoesOnWithTheNextWorker) {
  ServerProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  for (const char* id : {"one", "two"}) create_instance(server, id, "Update");
  ReconcilerProcess doomed(server, "doomed");
  ASSERT_TRUE(doomed.start({{"DRAAS_CRASH_AT", GetParam()}}));
  const Json patch{{"op", "replace"}, {"path", "/queries/0/queryText"}, {"value", query_text(77)}};
  Json body{{"instances", Json::array({"one", "two"})}, {"waves", Json::array({1, "100%"})}};
  body["change"]["patch"] = Json::array({patch});
  const Answer created = server.post("/api/reconciliation/rollouts", to_text(body));
  ASSERT_EQ(created.status, 201) << created.body;
  ASSERT_TRUE(was_killed(doomed.wait_exit())) << doomed.log() << server.log();

  ReconcilerProcess heir(server, "heir");
  ASSERT_TRUE(heir.start());
  const std::string rollout = "/api/reconciliation/rollouts/" + created.json().value("id", "");
  EXPECT_TRUE(
      eventually([&] { return server.get(rollout).json().value("state", "") == "Succeeded"; }, milliseconds(20'000)))
      << server.get(rollout).body << heir.log();
  for (const char* id : {"one", "two"}) {
    expect_settles(server, id);
    EXPECT_EQ(running_query(server, id), query_text(77));
    EXPECT_EQ(server.instance(id)["configurationRevision"], 2U) << "the change was made twice";
  }
}

INSTANTIATE_TEST_SUITE_P(Steps, RolloutCrash,
                         ::testing::Values("rollout.target_marked", "rollout.target_done", "rollout.saved",
                                           "rollout.saved:2", "rollout.target_done:2"),
                         [](const auto& point) {
                           std::string name = point.param;
                           for (char& c : name) {
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           }
                           return name;
                         });

TEST(Workers, ShareTheFleetAndReplaceEachOther) {
  ServerProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  ReconcilerProcess first(server, "first");
  ReconcilerProcess second(server, "second");
  ASSERT_TRUE(first.start());
  ASSERT_TRUE(second.start());
  const auto shards_of = [&](const std::string& name) -> std::size_t {
    for (const Json& lease : server.get("/api/reconciliation/leases").json()) {
      if (lease.value("worker", "") == name) return lease["shards"].size();
    }
    return 0;
  };
  ASSERT_TRUE(eventually([&] { return shards_of("first") == 32 && shards_of("second") == 32; }, milliseconds(10'000)))
      << first.log() << second.log();
  for (int number = 0; number < 6; ++number) create_instance(server, "i" + std::to_string(number), "Update");
  for (int number = 0; number < 6; ++number) {
    ASSERT_EQ(change_first_query(server, "i" + std::to_string(number), query_text(77)), 202);
  }
  // What was done is recorded after it was done.
  const auto recorded = [&](const std::string& id, std::size_t times) {
    return eventually([&] { return audit(server, id).size() >= times; }) && audit(server, id).size() == times;
  };
  for (int number = 0; number < 6; ++number) {
    const std::string id = "i" + std::to_string(number);
    expect_settles(server, id);
    EXPECT_TRUE(recorded(id, 1)) << "handled twice, or never: " << audit(server, id).dump(2);
  }
  // The survivor takes the whole within the lease time, and does what is to be done.
  first.kill();
  ASSERT_TRUE(eventually([&] { return shards_of("second") == 64; }, milliseconds(5'000))) << second.log();
  for (int number = 0; number < 6; ++number) {
    const std::string id = "i" + std::to_string(number);
    ASSERT_EQ(change_first_query(server, id, query_text(88)), 202);
    expect_settles(server, id);
    EXPECT_EQ(running_query(server, id), query_text(88));
    EXPECT_TRUE(recorded(id, 2)) << "handled twice, or never: " << audit(server, id).dump(2);
  }
}

}  // namespace
}  // namespace draas::tests
