// Instances from files, and back: apply, diff, validate, export, import.

#include <filesystem>

#include "e2e/cli/cli_fixture.hpp"

namespace draas::tests {
namespace {

using namespace testing;
namespace fs = std::filesystem;

TEST_F(Cli, AppliesFilesAndLeavesWhatIsSoAlready) {
  start();
  const std::string file = write("orders.yaml", document("orders", running()));
  EXPECT_THAT(good({"apply", "-f", file, "--dry-run"}), HasSubstr("orders: created (dry run)"));
  EXPECT_EQ(server_->get("/api/server/instances").body, "[]");
  const CommandResult before = draas({"diff", "-f", file});
  EXPECT_EQ(before.code, 8);
  EXPECT_THAT(before.out, HasSubstr("+++ file/orders"));
  EXPECT_EQ(good({"apply", "-f", file, "--wait"}), "orders: created\n");
  EXPECT_EQ(server_->instance("orders")["status"], "Running");
  EXPECT_EQ(good({"diff", "-f", file}), "");
  EXPECT_EQ(good({"apply", "-f", file}), "orders: unchanged\n");
  EXPECT_EQ(server_->instance("orders")["configurationRevision"], 1) << "nothing was stored again";

  write("orders.yaml", document("orders", running("restartPolicy: Always, limits: {memoryBytes: 1Gi}, ")));
  EXPECT_EQ(good({"apply", "-f", file}), "orders: changed (restartPolicy, limits)\n");
  EXPECT_EQ(good({"diff", "-f", file}), "");
  // What somebody changes beside the files is found.
  const std::string patch = R"([{"op":"replace","path":"/queries/0/queryText","value":"MATCH (n) RETURN n"}])";
  ASSERT_EQ(server_->call(net::Method::Patch, "/api/configuration/instances/orders", patch).status, 202);
  const CommandResult changed = draas({"diff", "-f", files()});
  EXPECT_EQ(changed.code, 8);
  EXPECT_THAT(changed.out, HasSubstr("queryText"));
}

TEST_F(Cli, AppliesStandardInputAndPlainConfigurations) {
  start();
  const std::string plain = "sources: []\nlogLevel: debug\n";
  EXPECT_EQ(draas({"apply", "-f", "-"}, plain).code, 2) << "without a name";
  EXPECT_EQ(good({"apply", "-f", "-", "--name", "orders", "--wait"}, plain), "orders: created\n");
  EXPECT_EQ(good({"apply", "-f", "-", "--name", "orders"}, plain), "orders: unchanged\n");
  EXPECT_THAT(good({"apply", "-f", "-"},
                   document("a", "{desiredState: Stopped}") + "---\n" + document("b", "{desiredState: Stopped}")),
              AllOf(HasSubstr("a: created\n"), HasSubstr("b: created\n")));
  EXPECT_EQ(server_->instance("a")["status"], "Created");
}

TEST_F(Cli, RefusesFilesWithThePlaceAndDoesNothing) {
  start();
  write("good.yaml", document("good"));
  write("bad.yaml", document("bad", "\n  restartPolicy: Sometimes\n  configuration:\n    queries: [{id: q}]"));
  const CommandResult refused = draas({"apply", "-f", files()});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("bad.yaml:5: spec.restartPolicy: must be one of Always, OnFailure, Never"));
  write(
      "bad.yaml",
      document("bad", "\n  configuration:\n    queries:\n      - id: q\n        queryLanguage: SQL\n        query: x"));
  const CommandResult invalid = draas({"validate", "-f", files()});
  EXPECT_EQ(invalid.code, 2);
  EXPECT_THAT(invalid.err, HasSubstr("bad.yaml:8: /queries/0/queryLanguage"));
  EXPECT_EQ(draas({"apply", "-f", files()}).code, 2);
  EXPECT_EQ(server_->get("/api/server/instances").body, "[]") << "not even the good one";
  write("bad.yaml", document("good"));
  EXPECT_THAT(draas({"apply", "-f", files()}).err, HasSubstr("is described already in"));
}

TEST_F(Cli, SaysWhyAQueryDoesNotRun) {
  start();
  const std::string file = write("orders.yaml", document("orders", R"({configuration: {
    sources: [{kind: mock, id: sensors}],
    queries: [{id: hot, autoStart: true, query: "MATCH ((s:SensorReading) RETURN s", sources: [{sourceId: sensors}]}]}})"));
  const CommandResult checked = draas({"validate", "-f", file});
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_THAT(checked.err, HasSubstr("queries are not parsed here"));
  const CommandResult applied = draas({"apply", "-f", file, "--wait", "--timeout", "60s"});
  EXPECT_EQ(applied.code, 1) << "long before the time is over: " << applied.err;
  EXPECT_EQ(applied.out, "orders: created\n");
  EXPECT_THAT(applied.err, AllOf(HasSubstr("'orders' does not settle"), HasSubstr("query 'hot' is in Error"),
                                 HasSubstr("parser error"), HasSubstr("draas describe orders")));
  const CommandResult restarted = draas({"restart", "orders", "--wait", "--timeout", "60s"});
  EXPECT_EQ(restarted.code, 1) << "the same as for apply";
  EXPECT_THAT(restarted.err, HasSubstr("query 'hot' is in Error"));
  write("none.yaml", document("none"));
  EXPECT_THAT(draas({"validate", "-f", files() + "/none.yaml"}).err, IsEmpty()) << "it has no queries";
}

TEST_F(Cli, NamesAFileThatIsNotThereOnce) {
  start();
  const CommandResult applied = draas({"apply", "-f", "/nowhere/orders.yaml"});
  EXPECT_EQ(applied.code, 2);
  EXPECT_EQ(applied.err, "draas: no file '/nowhere/orders.yaml'\n");
}

// With another port the same file would differ for ever.
TEST_F(Cli, TakesThePortThatAFileNamesOrNone) {
  start();
  const std::string port = std::to_string(server_->endpoint().port);  // the control plane's own: taken
  const std::string file = write("orders.yaml", document("orders", "{configuration: {port: " + port + "}}"));
  const CommandResult applied = draas({"apply", "-f", file});
  EXPECT_NE(applied.code, 0);
  EXPECT_THAT(applied.err, AllOf(HasSubstr("orders.yaml:"), HasSubstr("Port " + port + " is in use")));
  EXPECT_EQ(server_->get("/api/server/instances").body, "[]");
  good({"create", "free"});
  const std::string free = std::to_string(server_->get("/api/configuration/instances/free").json()["port"].get<int>());
  good({"delete", "free", "--yes"});
  write("orders.yaml", document("orders", "{configuration: {port: " + free + "}}"));
  EXPECT_EQ(good({"apply", "-f", file}), "orders: created\n");
  EXPECT_EQ(good({"apply", "-f", file}), "orders: unchanged\n");
  EXPECT_EQ(good({"diff", "-f", file}), "");
}

TEST_F(Cli, PrunesOnlyWhatApplyMade) {
  start();
  const std::string stopped = "{desiredState: Stopped}";
  write("a.yaml", document("a", stopped));
  write("b.yaml", document("b", stopped));
  write("c.yaml", document("c", stopped, "{team: web}"));
  good({"apply", "-f", files()});
  good({"create", "by-hand", "--label", "team=shop"});
  fs::remove(server_->directory() / "files" / "b.yaml");
  fs::remove(server_->directory() / "files" / "c.yaml");
  EXPECT_EQ(draas({"apply", "-f", files(), "--prune"}).code, 2) << "among which?";
  EXPECT_THAT(good({"apply", "-f", files(), "--prune", "-l", "team=shop", "--dry-run"}),
              HasSubstr("b: deleted (dry run)"));
  EXPECT_EQ(draas({"apply", "-f", files(), "--prune", "-l", "team=shop"}).code, 2) << "nobody can be asked";
  EXPECT_EQ(good({"apply", "-f", files(), "--prune", "-l", "team=shop", "--yes"}), "a: unchanged\nb: deleted\n");
  EXPECT_EQ(good({"get", "-o", "name"}), "a\nby-hand\nc\n");
  EXPECT_THAT(good({"apply", "-f", files(), "--prune", "--all", "--yes"}), HasSubstr("c: deleted"));
  EXPECT_EQ(good({"get", "-o", "name"}), "a\nby-hand\n");
}

TEST_F(Cli, GoesOnWithAnInterruptedApply) {
  start({}, {{"DRASI_SIM_START_DELAY", "300ms"}});
  constexpr int kInstances = 100;
  std::string all;
  for (int i = 0; i < kInstances; ++i) {
    all += (i == 0 ? "" : "---\n") + document("orders-" + std::to_string(100 + i), running());
  }
  const std::string file = write("fleet.yaml", all);
  TerminalCommand applying(draas_program(), {"apply", "-f", file}, environment());
  ASSERT_TRUE(applying.wait_for("/100")) << "a bar after a second: " << applying.screen();
  applying.type("\x03");
  EXPECT_EQ(applying.finish(), 130) << applying.screen();
  EXPECT_THAT(applying.screen(), AllOf(HasSubstr("Interrupted: "), HasSubstr("the same command goes on")));
  const std::size_t made = server_->get("/api/server/instances").json().size();
  EXPECT_LT(made, static_cast<std::size_t>(kInstances));

  const CommandResult again = draas({"apply", "-f", file, "--wait"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.out, AllOf(HasSubstr(": unchanged\n"), HasSubstr(": created\n")));
  EXPECT_EQ(server_->workloads().size(), static_cast<std::size_t>(kInstances)) << "none missing, none twice";
  EXPECT_EQ(good({"diff", "-f", file}), "");
  good({"stop", "--all", "--yes"});
  good({"delete", "-l", "team=shop", "--yes"});
  EXPECT_EQ(good({"get", "-o", "name"}), "");
}

TEST_F(Cli, EndsAnApplyWhenNobodyAnswersAnyMore) {
  start({}, {{"DRASI_SIM_START_DELAY", "300ms"}});
  constexpr int kInstances = 200;
  std::string all;
  for (int i = 0; i < kInstances; ++i) {
    all += (i == 0 ? "" : "---\n") + document("orders-" + std::to_string(100 + i), running());
  }
  const std::string file = write("fleet.yaml", all);
  TerminalCommand applying(draas_program(), {"apply", "-f", file}, environment());
  ASSERT_TRUE(applying.wait_for("/200")) << applying.screen();
  server_->kill();
  EXPECT_EQ(applying.finish(), 5) << applying.screen();
  const std::string& screen = applying.screen();
  const std::size_t error = screen.find("draas:");
  ASSERT_NE(error, std::string::npos) << screen;
  EXPECT_EQ(screen.find("The control plane at", screen.find("The control plane at") + 1), std::string::npos)
      << "said once: " << screen;
  EXPECT_THAT(screen, ContainsRegex("of 200 documents are done, [0-9]+ were cut off, [0-9]+ were not begun"));
  ASSERT_TRUE(server_->start()) << server_->log();
  EXPECT_EQ(draas({"apply", "-f", file}).code, 0) << "the same command goes on";
  good({"delete", "-l", "team=shop", "--yes"});
}

TEST_F(Cli, AppliesTheOthersWhenOneCannotBe) {
  start({"--ProcessInstanceManager:ExecutablePath=/nowhere/drasi-server"});
  const std::string stopped = "{desiredState: Stopped}";
  std::string all;
  for (int i = 0; i < 12; ++i) all += (i == 0 ? "" : "---\n") + document("orders-" + std::to_string(100 + i), stopped);
  good({"apply", "-f", "-"}, all);
  std::string changed;
  for (int i = 0; i < 12; ++i) {
    changed += (i == 0 ? "" : "---\n") +
               document("orders-" + std::to_string(100 + i), i < 10 ? "{desiredState: Running}" : "{description: new}");
  }
  const CommandResult applied = draas({"apply", "-f", "-"}, changed);
  EXPECT_EQ(applied.code, 1) << applied.err;
  EXPECT_THAT(applied.err, HasSubstr("10 of 12 instances could not be applied"));
  EXPECT_THAT(applied.out, AllOf(HasSubstr("orders-110: changed"), HasSubstr("orders-111: changed")));
}

TEST_F(Cli, ImportsTheOthersWhenOneExists) {
  start();
  const std::string stopped = "{desiredState: Stopped}";
  good({"create", "b"});
  const CommandResult imported =
      draas({"import", "-f", "-"},
            document("a", stopped) + "---\n" + document("b", stopped) + "---\n" + document("c", stopped));
  EXPECT_EQ(imported.code, 1);
  EXPECT_EQ(imported.out, "a: created\nc: created\n");
  EXPECT_THAT(imported.err, AllOf(HasSubstr("'b'"), HasSubstr("1 of 3 instances failed")));
}

TEST_F(Cli, MasksSecretsWhereItIsAskedTo) {
  start();
  const std::string spec =
      "{desiredState: Stopped, platformOptions: {environment: {LOGIN: hunter2-very-secret}}, configuration: {sources: "
      "[{kind: postgres, id: db, host: h, port: 5432, database: d, user: u, password: hunter3-very-secret}]}}";
  good({"apply", "-f", "-"}, document("orders", spec));
  EXPECT_THAT(good({"export", "orders"}), HasSubstr("LOGIN: hunter2-very-secret")) << "what import takes";
  EXPECT_THAT(good({"export", "orders", "--mask-secrets"}),
              AllOf(HasSubstr("LOGIN: \"***\""), HasSubstr("password: \"***\""), Not(HasSubstr("hunter"))));
  EXPECT_THAT(good({"export", "orders", "--mask-secrets", "--format", "drasi"}), Not(HasSubstr("hunter")));
  std::string other = document("orders", spec);
  other.replace(other.find("hunter2"), 7, "hunter4");
  const CommandResult compared = draas({"diff", "-f", "-"}, other);
  EXPECT_EQ(compared.code, 8);
  EXPECT_THAT(compared.out, AllOf(HasSubstr("secrets differ"), Not(HasSubstr("hunter"))));
}

TEST_F(Cli, ExportsWhatItImports) {
  start();
  good({"apply", "-f", "-"},
       document("orders", running("restartPolicy: Always, reconciliation: {strategy: Restart}, ")));
  const std::string exported = good({"export", "orders"});
  EXPECT_THAT(exported, Not(HasSubstr("port:")));
  const std::string folder = (server_->directory() / "exported").string();
  good({"export", "--all", "--directory", folder});
  EXPECT_THAT(good({"export", "orders", "--format", "drasi"}), HasSubstr("query: "));
  EXPECT_EQ(draas({"import", "-f", folder}).code, 4) << "it exists, and is the only one";
  EXPECT_EQ(good({"import", "-f", folder, "--skip-existing"}), "orders: exists\n");
  good({"delete", "orders", "--yes"});
  EXPECT_EQ(good({"import", "-f", folder}), "orders: created\n");
  EXPECT_EQ(server_->instance("orders")["status"], "Created");
  good({"start", "orders"});
  EXPECT_EQ(good({"export", "orders"}), exported);
}

}  // namespace
}  // namespace draas::tests
