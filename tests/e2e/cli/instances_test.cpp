// Commands for single instances, and what all commands have in common.

#include "e2e/cli/cli_fixture.hpp"
#include "support/docker_engine.hpp"

namespace draas::tests {
namespace {

using namespace testing;

// A limit of memory bounds the address space, of which a sanitizer wants terabytes: this one is never built with any.
std::vector<std::string> which_runs_within_limits() {
  return {"--ProcessInstanceManager:ExecutablePath=" + static_simulator().string()};
}

TEST_F(Cli, CreatesShowsAndDeletesAnInstance) {
  start();
  EXPECT_EQ(good({"create", "orders", "--name", "All orders", "--label", "team=shop", "--front-port", "auto"}),
            "Instance 'orders' created\n");
  EXPECT_THAT(good({"get"}), MatchesRegex("ID +NAME +STATUS +.*\norders +All orders +Created .*\n"));
  EXPECT_EQ(good({"get", "-o", "name"}), "orders\n");
  EXPECT_EQ(good({"get", "orders", "-o", "jsonpath={.metadata.team}"}), "shop\n");
  EXPECT_EQ(good({"get", "All orders", "-o", "name"}), "orders\n") << "by name";
  EXPECT_THAT(good({"get", "orders", "-o", "yaml"}), HasSubstr("status: Created\n"));
  EXPECT_THAT(good({"get", "-l", "team=shop", "-o", "wide"}), HasSubstr("team=shop"));
  EXPECT_EQ(good({"get", "-l", "team=web"}), "");
  EXPECT_THAT(good({"start", "orders"}), HasSubstr("started"));
  EXPECT_THAT(good({"describe", "orders"}), AllOf(HasSubstr("Status:           Running"), HasSubstr("team=shop")));
  EXPECT_THAT(good({"restart", "orders"}), HasSubstr("orders"));
  EXPECT_THAT(good({"top", "--interval", "100ms"}), HasSubstr("orders  Running"));
  EXPECT_THAT(good({"logs", "orders", "--tail", "5"}), HasSubstr("started successfully"));
  EXPECT_THAT(good({"events", "orders"}), HasSubstr("Created -> Running"));
  EXPECT_THAT(good({"stop", "orders"}), HasSubstr("stopped"));
  EXPECT_EQ(good({"clone", "orders", "orders-2", "--label", "env=test"}), "Instance 'orders-2' created\n");
  EXPECT_EQ(good({"get", "orders-2", "-o", "jsonpath={.metadata.team} {.metadata.env}"}), "shop test\n");
  EXPECT_EQ(draas({"delete", "orders"}).code, 2) << "nobody can be asked";
  EXPECT_EQ(good({"delete", "--all", "--yes"}), "Instance 'orders' deleted\nInstance 'orders-2' deleted\n");
  EXPECT_EQ(server_->get("/api/server/instances").body, "[]");
}

TEST_F(Cli, NamesOfCommandsAreGoodNamesOfInstances) {
  start();
  good({"create", "server"});
  good({"create", "get"});
  EXPECT_EQ(good({"get", "server", "-o", "name"}), "server\n");
  EXPECT_EQ(good({"describe", "get"}).substr(0, 3), "Id:");
  good({"delete", "server", "get", "--yes"});
}

TEST_F(Cli, ListsWhatElseThereIs) {
  start_with_reconciler();
  create_instance(*server_, "orders", "Restart");
  good({"wait", "orders"});
  EXPECT_EQ(good({"get", "instances", "orders", "-o", "name"}), "orders\n");
  EXPECT_THAT(good({"get", "revisions", "orders"}), MatchesRegex("REVISION .*\n +1 +runs .*created\n"));
  EXPECT_EQ(good({"get", "revision", "orders", "1", "-o", "jsonpath={.changeType}"}), "Created\n");
  EXPECT_EQ(draas({"get", "revisions"}).code, 2) << "whose?";
  EXPECT_EQ(draas({"get", "revisions", "orders", "9"}).code, 3);
  EXPECT_THAT(good({"get", "events", "orders"}), MatchesRegex("EVENT +TIME .*orders +StatusChanged .*Running.*"));
  EXPECT_THAT(good({"get", "platforms", "-o", "name"}), StartsWith("Process\n"));
  EXPECT_EQ(good({"get", "platforms", "Process", "-o", "jsonpath={.available}"}), "true\n");
  EXPECT_THAT(good({"get", "workers"}), HasSubstr("SHARDS"));
  EXPECT_THAT(good({"get", "policies"}), AllOf(HasSubstr("\nfleet "), HasSubstr("\norders  Restart ")));
  EXPECT_EQ(good({"get", "policy", "orders", "-o", "jsonpath={.own.strategy}"}), "Restart\n");
  for (const char* none : {"rollouts", "approvals", "webhooks"}) {
    const CommandResult result = draas({"get", none});
    EXPECT_EQ(result.err, "No " + std::string(none) + ".\n");
    EXPECT_EQ(good({"get", none, "-o", "json"}), "[]\n");
    EXPECT_EQ(draas({"get", none, "nothing"}).code, 3);
  }
  const Json hook =
      server_->call(net::Method::Post, "/api/webhooks", R"({"url":"http://127.0.0.1:9/","events":["Reconciled"]})")
          .json();
  EXPECT_EQ(good({"get", "webhooks", "-o", "name"}), hook["id"].get<std::string>() + "\n");
  EXPECT_THAT(draas({"get", "rollouts", "-l", "a=b"}).err, HasSubstr("are for instances and policies"));
  good({"create", "events"});
  EXPECT_EQ(good({"get", "instances", "events", "-o", "name"}), "events\n") << "an instance may be called so";
}

TEST_F(Cli, EndsWithDocumentedCodes) {
  start();
  good({"create", "orders"});
  EXPECT_EQ(draas({"frobnicate"}).code, 2);
  EXPECT_THAT(draas({"strat", "orders"}).err, HasSubstr("did you mean 'start'?"));
  EXPECT_EQ(draas({"get", "--nothing"}).code, 2);
  EXPECT_EQ(draas({}).code, 2);
  EXPECT_THAT(draas({}).err, HasSubstr("draas apply"));
  EXPECT_THAT(draas({"proxy"}).err, HasSubstr("INSTANCE is missing"));
  EXPECT_THAT(draas({"describe"}).err, HasSubstr("Which instances?"));
  EXPECT_EQ(draas({"stop"}).code, 2);
  EXPECT_EQ(draas({"get", "nothing"}).code, 3);
  EXPECT_THAT(draas({"get", "nothing"}).err, HasSubstr("draas get"));
  EXPECT_EQ(draas({"create", "orders"}).code, 4);
  EXPECT_EQ(draas({"--server", "http://127.0.0.1:1", "get"}).code, 5);
  EXPECT_THAT(draas({"--server", "http://127.0.0.1:1", "get"}).err, HasSubstr("draas server"));
  EXPECT_EQ(draas({"wait", "orders", "--for", "status=Running", "--timeout", "200ms"}).code, 6);
  EXPECT_EQ(draas({"--help"}).code, 0);
  EXPECT_EQ(draas({"version", "--client"}).code, 0);
  EXPECT_EQ(draas({"--server", "what", "get"}).code, 2);
}

TEST_F(Cli, SuggestsNamesThatAreClose) {
  start();
  good({"create", "orders", "--name", "All orders"});
  good({"create", "stock"});
  for (const char* verb : {"get", "describe", "start", "logs", "history"}) {
    const CommandResult missed = draas({verb, "ordres"});
    EXPECT_EQ(missed.code, 3) << verb;
    EXPECT_EQ(missed.out, "") << verb;
    EXPECT_THAT(missed.err, HasSubstr("There is no instance 'ordres'; did you mean 'orders'? `draas get`")) << verb;
  }
  EXPECT_THAT(draas({"get", "All order"}).err, HasSubstr("did you mean 'All orders'?"));
  EXPECT_THAT(draas({"get", "payments"}).err, HasSubstr("There is no instance 'payments'; `draas get` shows"));
  EXPECT_THAT(draas({"get", "platfroms"}).err, HasSubstr("`draas get platforms` lists platforms"));
}

TEST_F(Cli, StartsAndStopsUntilSettled) {
  start({}, {{"DRASI_SIM_START_DELAY", "1500ms"}});
  for (const char* id : {"one", "two"}) ASSERT_EQ(server_->create(id).status, 201);
  const CommandResult soon = draas({"start", "one", "--timeout", "0"});
  EXPECT_EQ(soon.code, 0) << soon.err;
  EXPECT_NE(server_->instance("one")["status"], "Running") << "not waited for";
  good({"wait", "one"});
  const CommandResult early = draas({"start", "two", "--wait", "--timeout", "300ms"});
  EXPECT_EQ(early.code, 6);
  EXPECT_THAT(early.err, HasSubstr("still waiting for 'two' to settle"));
  good({"restart", "one", "two", "--wait", "--timeout", "10m"});
  for (const char* id : {"one", "two"}) EXPECT_EQ(server_->instance(id)["status"], "Running") << id;
  good({"stop", "--all", "--yes", "--wait"});
  for (const char* id : {"one", "two"}) EXPECT_EQ(server_->instance(id)["status"], "Stopped") << id;
  const CommandResult long_request = draas({"start", "one", "--timeout", "10m"});
  EXPECT_EQ(long_request.code, 2);
  EXPECT_THAT(long_request.err, HasSubstr("--timeout: at most 5m"));
}

TEST_F(Cli, LabelsWhatItDescribes) {
  start(which_runs_within_limits());
  good({"create", "orders", "--cpu", "1", "--memory", "512Mi", "--start", "--wait"});
  EXPECT_THAT(good({"describe", "orders"}), AllOf(HasSubstr("\nProcess id:       "), ContainsRegex(", 1 thread\n"),
                                                  HasSubstr("\nLimits:           1 core, 512.0Mi of memory\n")));
}

TEST_F(Cli, SaysWhenWhatItMadeCannotRun) {
  start({"--ProcessInstanceManager:ExecutablePath=/nowhere/drasi-server"});
  const std::string file = write("orders.yaml", document("orders"));
  const CommandResult applied = draas({"apply", "-f", file, "--wait"});
  EXPECT_EQ(applied.code, 1) << applied.out;
  EXPECT_THAT(applied.err,
              AllOf(HasSubstr("not started"), HasSubstr("/nowhere/drasi-server"), HasSubstr("draas start orders")));
  const CommandResult created = draas({"create", "stock", "--start", "--wait"});
  EXPECT_EQ(created.code, 1) << created.out;
  EXPECT_THAT(created.err, HasSubstr("'stock' was created, but not started"));
  const CommandResult started = draas({"start", "orders"});
  EXPECT_EQ(started.code, 5);
  EXPECT_THAT(started.err, AllOf(HasSubstr("is unavailable"), Not(HasSubstr("Is it running?")))) << "it is";
}

TEST_F(Cli, StartsAtOnce) {
  start();
  std::chrono::microseconds best = std::chrono::hours(1);
  for (int i = 0; i < 20; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_EQ(draas({"version", "--client"}).code, 0);
    best =
        std::min(best, std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin));
  }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // The best of many: the machine may be busy with other things.
  EXPECT_LT(best, std::chrono::milliseconds(100)) << "far beyond the 20 ms of a build for users";
#endif
}

TEST_F(Cli, WaitsForWhatHappensLater) {
  start();
  good({"create", "orders"});
  TerminalCommand waiting(draas_program(), {"wait", "orders", "--for", "status=Running", "--timeout", "30s"},
                          environment());
  EXPECT_TRUE(waiting.wait_for("waiting for status=Running")) << "a spinner after a second";
  good({"start", "orders"});
  EXPECT_EQ(waiting.finish(), 0) << waiting.screen();
  TerminalCommand leaving(draas_program(), {"wait", "orders", "--for", "status=Stopped"}, environment());
  ASSERT_TRUE(leaving.wait_for("waiting for status=Stopped"));
  leaving.type("\x03");
  EXPECT_EQ(leaving.finish(), 130);
  EXPECT_THAT(leaving.screen(), EndsWith("\r\033[K")) << "the line is taken away";
  good({"delete", "orders", "--yes"});
  good({"wait", "orders", "--for", "deleted"});
}

TEST_F(Cli, AsksAtATerminal) {
  start();
  good({"create", "orders"});
  TerminalCommand unsure(draas_program(), {"delete", "orders"}, environment());
  ASSERT_TRUE(unsure.wait_for("Delete 'orders' with all data? [y/N]")) << unsure.screen();
  unsure.type("n\n");
  EXPECT_EQ(unsure.finish(), 9) << "130 is Ctrl-C";
  EXPECT_THAT(unsure.screen(), HasSubstr("Nothing is changed."));
  EXPECT_EQ(server_->get("/api/server/instances/orders").status, 200);
  TerminalCommand sure(draas_program(), {"delete", "orders"}, environment());
  ASSERT_TRUE(sure.wait_for("[y/N]"));
  sure.type("y\n");
  EXPECT_EQ(sure.finish(), 0) << sure.screen();
  EXPECT_EQ(server_->get("/api/server/instances/orders").status, 404);
}

TEST_F(Cli, NamesWhatABulkDeletionTakes) {
  start();
  for (int i = 10; i < 22; ++i) good({"create", "i" + std::to_string(i), "--label", "team=shop"});
  TerminalCommand unsure(draas_program(), {"delete", "-l", "team=shop"}, environment());
  ASSERT_TRUE(unsure.wait_for("[y/N]")) << unsure.screen();
  EXPECT_THAT(unsure.screen(),
              AllOf(HasSubstr("Delete 12 instances (i10, i11, "), HasSubstr("i19 and 2 more) with all")));
  unsure.type("\x03");
  EXPECT_EQ(unsure.finish(), 130);
}

TEST_F(Cli, SaysThatNobodyBringsANewRevision) {
  start();
  ASSERT_EQ(server_->create("orders", true).status, 201);
  good({"wait", "orders"});
  ASSERT_EQ(server_->call(net::Method::Patch, "/api/configuration/instances/orders", R"({"logLevel":"debug"})").status,
            202);
  const CommandResult waited = draas({"wait", "orders", "--timeout", "60s"});
  EXPECT_EQ(waited.code, 1) << "long before the time is over";
  EXPECT_THAT(waited.err, AllOf(HasSubstr("no reconciler is running"), HasSubstr("draas restart orders")));
  good({"restart", "orders"});
  good({"wait", "orders"});
}

TEST_F(Cli, WaitsForTheEndByName) {
  start();
  good({"create", "orders", "--name", "All orders"});
  EXPECT_EQ(draas({"wait", "All orders", "--for", "deleted", "--timeout", "200ms"}).code, 6) << "it is there";
  good({"delete", "orders", "--yes"});
  good({"wait", "All orders", "--for", "deleted", "--timeout", "200ms"});
}

TEST_F(Cli, CreatesFromDocumentsWithLimits) {
  start(which_runs_within_limits());
  const std::string file = write("orders.yaml", document("orders", running("desiredState: Running, ")));
  good({"create", "-f", file, "--wait", "--cpu", "1.5", "--memory", "512Mi"});
  const Json instance = server_->instance("orders");
  EXPECT_EQ(instance["status"], "Running") << "the document says so";
  EXPECT_EQ(to_text(instance["limits"]), R"({"cpuCores":1.5,"memoryBytes":536870912})");
  EXPECT_EQ(draas({"create", "stock", "--wait"}).code, 2);
  EXPECT_EQ(draas({"create", "stock", "--memory", "much"}).code, 2);
}

TEST_F(Cli, LabelsInstances) {
  start();
  good({"create", "one", "--label", "team=shop"});
  good({"create", "two", "--label", "team=shop"});
  EXPECT_EQ(good({"label", "one", "two", "env=prod", "team-"}), "one: labelled\ntwo: labelled\n");
  EXPECT_EQ(good({"get", "-l", "env=prod,!team", "-o", "name"}), "one\ntwo\n");
  good({"label", "-l", "env=prod", "tier=web"});
  EXPECT_EQ(server_->instance("two")["metadata"]["tier"], "web");
  EXPECT_THAT(good({"describe", "-l", "tier=web"}), AllOf(HasSubstr("one"), HasSubstr("two")));
  EXPECT_EQ(draas({"label", "one"}).code, 2);
  EXPECT_EQ(draas({"label", "a=b"}).code, 2) << "whose?";
}

TEST_F(Cli, ColoursOnlyTerminals) {
  start();
  good({"create", "orders", "--start", "--wait"});
  EXPECT_THAT(good({"get"}), Not(HasSubstr("\033")));
  TerminalCommand coloured(draas_program(), {"get"}, environment());
  EXPECT_EQ(coloured.finish(), 0);
  EXPECT_THAT(coloured.screen(), HasSubstr("\033[32mRunning\033[0m"));
  auto plain = environment();
  plain["NO_COLOR"] = "1";
  TerminalCommand uncoloured(draas_program(), {"get"}, plain);
  EXPECT_EQ(uncoloured.finish(), 0);
  EXPECT_THAT(uncoloured.screen(), Not(HasSubstr("\033")));
}

TEST_F(Cli, EditsInTheEditor) {
  start();
  good({"create", "orders", "--label", "team=shop"});
  const auto edit = [&](const std::string& editor) { return draas({"edit", "orders"}, "", {{"EDITOR", editor}}); };
  EXPECT_EQ(edit("true").code, 0);
  EXPECT_THAT(edit("true").err, HasSubstr("Nothing was changed"));
  const CommandResult changed = edit("sed -i -e s/shop/web/ -e 's/logLevel: info/logLevel: debug/'");
  EXPECT_EQ(changed.code, 0) << changed.err;
  EXPECT_THAT(changed.out, AllOf(HasSubstr("-    team: shop\n+    team: web\n"), HasSubstr("labels.team")));
  EXPECT_EQ(server_->instance("orders")["metadata"]["team"], "web");
  const CommandResult bad = edit("sed -i s/desiredState/desiredStat/");
  EXPECT_EQ(bad.code, 2);
  EXPECT_THAT(bad.err, AllOf(HasSubstr("did you mean 'desiredState'?"), HasSubstr("your text is in")));
  EXPECT_EQ(edit("false").code, 1);
}

TEST_F(Cli, EditsWithoutLosingWhatOthersChanged) {
  start();
  good({"create", "orders", "--description", "All orders", "--restart-policy", "Always", "--cpu", "1", "--front-port",
        "auto"});
  const auto edit = [&](const std::string& editor) { return draas({"edit", "orders"}, "", {{"EDITOR", editor}}); };
  const std::string url = server_->endpoint().to_string() + "/api/configuration/instances/orders";
  // Somebody else changes the configuration, or the instance, while the editor is open.
  const CommandResult stale = edit("sed -i 's/All orders/Orders/' \"$1\"; curl -sS -o /dev/null -X PATCH " + url +
                                   " -H 'Content-Type: application/json' -d '{\"logLevel\":\"debug\"}'; true");
  EXPECT_EQ(stale.code, 4) << stale.out << stale.err;
  EXPECT_THAT(stale.err, AllOf(HasSubstr("changed by somebody else"), HasSubstr("our text is in")));
  EXPECT_EQ(server_->instance("orders")["description"], "All orders");
  // What is deleted from the text is reset.
  const CommandResult reset = edit("sed -i -e /description:/d -e /restartPolicy:/d -e /frontPort:/d -e /limits:/,+1d");
  EXPECT_EQ(reset.code, 0) << reset.err;
  Json instance = server_->instance("orders");
  EXPECT_TRUE(instance["description"].is_null() || instance["description"] == "") << instance;
  EXPECT_TRUE(instance["restartPolicy"].is_null()) << instance;
  EXPECT_TRUE(instance["frontPort"].is_null()) << instance;
  EXPECT_TRUE(instance["limits"].is_null() || instance["limits"].empty()) << instance;
}

}  // namespace
}  // namespace draas::tests
