// Configurations over time, and what reconcilers do with them.

#include <filesystem>
#include <fstream>

#include "e2e/cli/cli_fixture.hpp"

namespace draas::tests {
namespace {

using namespace testing;
namespace fs = std::filesystem;

TEST_F(Cli, ShowsHistoryAndRollsBack) {
  start();
  ASSERT_EQ(server_->create("orders").status, 201);
  server_->call(net::Method::Patch, "/api/configuration/instances/orders", R"({"logLevel":"debug"})");
  EXPECT_THAT(good({"history", "orders"}),
              AllOf(HasSubstr("REVISION"), HasSubstr("PatchApplied"), HasSubstr("Created")));
  EXPECT_THAT(good({"history", "orders", "--diff", "1"}), HasSubstr("+logLevel: debug\n"));
  EXPECT_THAT(good({"history", "orders", "--revision", "2"}), HasSubstr("logLevel: debug"));
  EXPECT_EQ(draas({"history", "orders", "--revision", "9"}).code, 3);
  EXPECT_EQ(draas({"rollback", "orders"}).code, 2);
  EXPECT_THAT(good({"rollback", "orders", "--yes", "--reason", "too loud", "--wait"}), HasSubstr("as revision 3"));
  EXPECT_EQ(good({"history", "orders", "--diff", "1", "3"}), "");
}

TEST_F(Cli, RollsBackOnlyFromWhatItHasShown) {
  start();
  ASSERT_EQ(server_->create("orders").status, 201);
  const auto patch = [&](const std::string& body) {
    return server_->call(net::Method::Patch, "/api/configuration/instances/orders", body).status;
  };
  patch(R"({"logLevel":"debug"})");
  TerminalCommand rolling(draas_program(), {"rollback", "orders"}, environment());
  ASSERT_TRUE(rolling.wait_for("Bring 'orders' back to revision 1?")) << rolling.screen();
  patch(R"({"logLevel":"trace"})");
  rolling.type("y\n");
  EXPECT_EQ(rolling.finish(), 4) << rolling.screen();
  EXPECT_THAT(rolling.screen(),
              AllOf(HasSubstr("revision 3"), HasSubstr("Somebody else was faster"), HasSubstr("repeat the command")));
  EXPECT_EQ(server_->instance("orders")["configurationRevision"], 3) << "nothing is stored";
  EXPECT_THAT(good({"rollback", "orders", "--to", "1", "--yes"}), HasSubstr("as revision 4"));
}

TEST_F(Cli, ReconcilesAndTellsWhatWasDone) {
  start_with_reconciler();
  create_instance(*server_, "orders", "Update");
  good({"wait", "orders"});
  EXPECT_EQ(good({"pause", "orders", "--reason", "incident"}), "orders: reconciliation paused\n");
  ASSERT_EQ(change_first_query(*server_, "orders", query_text(20)), 202);
  const CommandResult drift = draas({"drift", "orders"});
  EXPECT_EQ(drift.code, 8) << drift.err;
  EXPECT_THAT(drift.out, AllOf(HasSubstr("orders: differs"), HasSubstr("queryText")));
  EXPECT_THAT(good({"reconcile", "orders", "--dry-run"}), HasSubstr("ChangeLive"));
  EXPECT_EQ(good({"resume", "orders"}), "orders: reconciliation resumed\n");
  good({"wait", "orders", "--for", "settled"});
  EXPECT_THAT(good({"reconcile", "orders"}), HasSubstr("orders: "));
  EXPECT_EQ(draas({"drift", "orders"}).code, 0);
  EXPECT_THAT(good({"audit", "orders"}), HasSubstr("Succeeded"));
  EXPECT_THAT(good({"audit", "--entry", "1"}), HasSubstr("Strategy: "));
  EXPECT_THAT(good({"doctor"}), HasSubstr("reconciler: 1 worker"));

  EXPECT_THAT(good({"rollout", "create", "orders", "--name", "louder", "--merge-patch", "{logLevel: debug}", "--wait"}),
              HasSubstr("Succeeded"));
  EXPECT_THAT(good({"rollout", "list"}), HasSubstr("louder"));
  EXPECT_THAT(good({"rollout", "status", "louder"}), HasSubstr("orders"));
  EXPECT_NE(draas({"rollout", "pause", "louder"}).code, 0) << "it is finished";
  EXPECT_EQ(draas({"rollout", "create", "orders"}).code, 2);
}

TEST_F(Cli, SteersARollout) {
  start_with_reconciler();
  for (const char* id : {"one", "two"}) create_instance(*server_, id, "Restart");
  good({"wait", "one", "two"});
  good({"rollout", "create", "one", "two", "--name", "louder", "--merge-patch", "{logLevel: debug}", "--waves", "1,2",
        "--manual-pauses", "2"});
  ASSERT_TRUE(eventually([&] { return good({"rollout", "status", "louder"}).find("Paused") != std::string::npos; }));
  EXPECT_THAT(good({"rollout", "resume", "louder"}), HasSubstr("resumed"));
  ASSERT_TRUE(
      eventually([&] { return good({"rollout", "status", "louder"}).find(": Succeeded") != std::string::npos; }));
  EXPECT_EQ(draas({"rollout", "resume", "louder"}).code, 4) << "it is finished";

  good({"rollout", "create", "one", "two", "--name", "quieter", "--merge-patch", "{logLevel: warn}", "--waves", "1,2",
        "--pause-between", "1h"});
  EXPECT_THAT(good({"rollout", "pause", "quieter", "--reason", "incident"}), HasSubstr("paused"));
  EXPECT_THAT(good({"rollout", "status", "quieter"}), HasSubstr("incident"));
  EXPECT_EQ(draas({"rollout", "abort", "quieter"}).code, 2) << "nobody can be asked";
  EXPECT_THAT(good({"rollout", "abort", "quieter", "--yes"}), HasSubstr("aborted"));
}

TEST_F(Cli, SaysWhyItDoesNotSettle) {
  start_with_reconciler();
  create_instance(*server_, "orders", "Update");
  good({"wait", "orders"});
  good({"pause", "orders", "--reason", "incident 42"});
  ASSERT_EQ(change_first_query(*server_, "orders", query_text(20)), 202);
  const CommandResult paused = draas({"wait", "orders", "--timeout", "60s"});
  EXPECT_EQ(paused.code, 1) << "at once: nobody goes on by himself";
  EXPECT_THAT(paused.err, AllOf(HasSubstr("paused (incident 42)"), HasSubstr("draas resume orders")));
  good({"resume", "orders"});
  good({"wait", "orders"});

  create_instance(*server_, "stock", "Manual");
  good({"wait", "stock"});
  ASSERT_EQ(change_first_query(*server_, "stock", query_text(20)), 202);
  ASSERT_TRUE(eventually([&] { return good({"approve"}).find("stock") != std::string::npos; }));
  const CommandResult asked = draas({"wait", "stock", "--timeout", "3s"});
  EXPECT_EQ(asked.code, 6) << asked.err;
  EXPECT_THAT(asked.err, HasSubstr("stock: it waits for approval; `draas approve stock`"));
  good({"reject", "stock", "--yes", "--comment", "not now"});
  const CommandResult rejected = draas({"wait", "stock", "--timeout", "60s"});
  EXPECT_EQ(rejected.code, 1);
  EXPECT_THAT(rejected.err, AllOf(HasSubstr("was rejected by"), HasSubstr("not now")));
  EXPECT_THAT(good({"reconcile", "orders", "stock", "--dry-run"}), AllOf(HasSubstr("orders:"), HasSubstr("stock:")));
}

TEST_F(Cli, ApprovesAndRejects) {
  start_with_reconciler();
  create_instance(*server_, "orders", "Manual");
  good({"wait", "orders"});
  ASSERT_EQ(change_first_query(*server_, "orders", query_text(20)), 202);
  ASSERT_TRUE(eventually([&] { return good({"approve"}).find("orders") != std::string::npos; }));
  EXPECT_THAT(good({"reject", "orders", "--comment", "not now"}), HasSubstr("rejected"));
  ASSERT_EQ(change_first_query(*server_, "orders", query_text(30)), 202);
  ASSERT_TRUE(eventually([&] { return good({"approve"}).find("orders") != std::string::npos; }));
  EXPECT_THAT(good({"approve", "orders"}), HasSubstr("approved"));
  good({"wait", "orders"});
  EXPECT_EQ(running_query(*server_, "orders"), query_text(30));
  EXPECT_THAT(good({"approve", "--list", "--all"}), AllOf(HasSubstr("Rejected"), HasSubstr("Used")));
  EXPECT_EQ(draas({"approve", "orders"}).code, 3);
}

TEST_F(Cli, LeavesWhatAReconcilersSourceSeesTo) {
  const fs::path folder = fs::temp_directory_path() / ("draas-source-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const std::string text = document("orders", running("reconciliation: {strategy: Restart}, "));
  std::ofstream(folder / "all.yaml") << text;
  std::vector<std::string> flags = quick_reconciler_flags();
  flags.insert(flags.begin(), {"--with-reconciler",
                               R"(--Reconciliation:Sources={"shop":{"Directory":")" + folder.string() + R"("}})"});
  start(std::move(flags));
  ASSERT_TRUE(eventually([&] { return server_->instance("orders")["status"] == "Running"; })) << server_->log();
  EXPECT_EQ(server_->instance("orders")["metadata"]["team"], "shop") << "the same document as for apply";
  EXPECT_TRUE(eventually([&] {
    return server_->get("/api/reconciliation/instances/orders/policy").json()["own"]["strategy"] == "Restart" &&
           server_->instance("orders")["metadata"].contains("draas.sourceHash");
  }));
  const CommandResult refused = draas({"apply", "-f", "-"}, text);
  EXPECT_EQ(refused.code, 4);
  EXPECT_THAT(refused.err, HasSubstr("belongs to source 'shop'"));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace draas::tests
