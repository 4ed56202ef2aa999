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
  EXPECT_THAT(good({"rollback", "orders", "--yes", "--reason", "too loud"}), HasSubstr("as revision 3"));
  EXPECT_EQ(good({"history", "orders", "--diff", "1", "3"}), "");
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
