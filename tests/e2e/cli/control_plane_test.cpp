// The control plane itself, and what is around it.

#include <filesystem>

#include <sys/stat.h>

#include "e2e/cli/cli_fixture.hpp"

namespace draas::tests {
namespace {

using namespace testing;
namespace fs = std::filesystem;

TEST_F(Cli, KeepsContextsToItself) {
  start();
  const std::string server = server_->endpoint().to_string();
  const std::map<std::string, std::string> none{{"DRAAS_SERVER", ""}};
  EXPECT_EQ(draas({"context", "set", "test", "--server", server, "--api-key-stdin"}, "s3cr3t-key\n", none).code, 0);
  EXPECT_EQ(draas({"context", "set", "other", "--server", "http://127.0.0.1:1"}, "", none).code, 0);
  struct stat info{};
  ASSERT_EQ(::stat((server_->directory() / "cli" / "config.yaml").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  const CommandResult list = draas({"context", "list"}, "", none);
  EXPECT_THAT(list.out, AllOf(HasSubstr("*  test"), HasSubstr("other")));
  EXPECT_THAT(list.out + draas({"context", "list", "-o", "json"}).out, Not(HasSubstr("s3cr3t")));
  EXPECT_EQ(draas({"get"}, "", none).code, 0) << "the current context";
  EXPECT_EQ(draas({"--context", "other", "get"}, "", none).code, 5);
  EXPECT_EQ(draas({"context", "use", "other"}, "", none).code, 0);
  EXPECT_EQ(draas({"context", "current"}, "", none).out, "other\n");
  EXPECT_EQ(draas({"get"}, "", none).code, 5);
  EXPECT_EQ(draas({"context", "remove", "other"}, "", none).code, 0);
  EXPECT_EQ(draas({"context", "use", "other"}, "", none).code, 3);
  EXPECT_EQ(draas({"--context", "none", "get"}, "", none).code, 3);
}

TEST_F(Cli, HidesAKeyThatIsTyped) {
  start();
  auto variables = environment();
  variables["DRAAS_SERVER"] = "";
  const std::string server = server_->endpoint().to_string();
  TerminalCommand setting(draas_program(), {"context", "set", "test", "--server", server, "--api-key-stdin"},
                          variables);
  ASSERT_TRUE(setting.wait_for("Key: "));
  setting.type("s3cr3t-key\n");
  EXPECT_EQ(setting.finish(), 0) << setting.screen();
  EXPECT_THAT(setting.screen(), Not(HasSubstr("s3cr3t")));
  EXPECT_THAT(draas({"context", "list"}).out, HasSubstr("yes"));
  TerminalCommand leaving(draas_program(), {"context", "set", "test", "--server", server, "--api-key-stdin"},
                          variables);
  ASSERT_TRUE(leaving.wait_for("Key: "));
  leaving.type("\x03");
  EXPECT_EQ(leaving.finish(), 130) << leaving.screen();
}

TEST_F(Cli, CompletesCommandsOptionsAndInstances) {
  start();
  good({"create", "orders"});
  good({"create", "stock"});
  EXPECT_EQ(good({"__complete", "--", "describe", ""}), "orders\nstock\n");
  EXPECT_EQ(good({"__complete", "--", "stop", "or"}), "orders\n");
  EXPECT_EQ(good({"__complete", "--", "desc"}), "describe\n");
  EXPECT_EQ(good({"__complete", "--", "rollout", "s"}), "status\n");
  EXPECT_EQ(good({"__complete", "--", "get", "--sel"}), "--selector\n");
  EXPECT_EQ(good({"__complete", "--", "get", "-o", "j"}), "json\njsonpath=\n");
  EXPECT_EQ(good({"__complete", "--", "completion", ""}), "bash\nzsh\nfish\n");
  EXPECT_THAT(good({"__complete", "--", "create", "--platform", ""}), HasSubstr("Process\n"));
  EXPECT_THAT(good({"__complete", "--", "reconcile", "--strategy", "B"}), Eq("BlueGreen\n"));
  EXPECT_EQ(good({"__complete", "--", "get", "--status", "E"}), "Error\n");
  for (const char* shell : {"bash", "zsh", "fish"}) EXPECT_THAT(good({"completion", shell}), HasSubstr("__complete"));
  // In a real shell.
  const std::string script = good({"completion", "bash"}) + "COMP_WORDS=('" + draas_program() +
                             "' describe o) COMP_CWORD=2\n_draas\necho \"${COMPREPLY[@]}\"\n";
  auto variables = environment();
  const CommandResult completed = run_command("/bin/bash", {"-c", script}, variables);
  EXPECT_EQ(completed.out, "orders\n") << completed.err;
}

TEST_F(Cli, WritesScriptsThatTheShellsTake) {
  start();
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const std::string script = write("draas." + shell, good({"completion", shell}));
    const std::string program = "/usr/bin/" + shell;
    if (fs::exists(program)) {
      const CommandResult read = run_command(program, {"-n", script});
      EXPECT_EQ(read.code, 0) << shell << ": " << read.err;
    }
  }
  // The shells that are not here: what they need to find in it.
  EXPECT_THAT(good({"completion", "zsh"}),
              AllOf(StartsWith("#compdef draas\n"), HasSubstr("_draas() {"), HasSubstr("compdef _draas draas")));
  EXPECT_THAT(good({"completion", "fish"}),
              AllOf(ContainsRegex("function __draas_complete\n.*\n.*\nend\n"), HasSubstr("complete -c draas -a ")));
}

TEST_F(Cli, BundlesWhatHelpsWithoutSecrets) {
  start();
  const std::string secret = "hunter2-very-secret";
  const std::string configuration =
      R"({"sources":[{"kind":"postgres","id":"db","host":"127.0.0.1","port":5432,"database":"d","user":"u","password":")" +
      secret + R"("}],"queries":[],"reactions":[]})";
  ASSERT_EQ(server_->post("/api/server/instances", R"({"id":"orders","configuration":)" + configuration + "}").status,
            201);
  // The secret of an earlier revision counts, too.
  server_->call(net::Method::Patch, "/api/configuration/instances/orders",
                R"([{"op":"replace","path":"/sources/0/password","value":"another-secret"}])", {});
  server_->call(net::Method::Patch, "/api/server/instances/orders", R"({"description":"it was )" + secret + R"("})");
  const std::string path = (server_->directory() / "bundle.tar.gz").string();
  const CommandResult made = draas({"support-bundle", "--path", path}, "", {{"DRAAS_API_KEY", "the-api-key-itself"}});
  ASSERT_EQ(made.code, 0) << made.err;
  const CommandResult list = run_command("/bin/tar", {"tzf", path});
  EXPECT_THAT(list.out, AllOf(HasSubstr("/doctor.txt"), HasSubstr("/instances/orders/configuration.json"),
                              HasSubstr("/instances/orders/log.txt"), HasSubstr("/metrics.txt")));
  const CommandResult all = run_command("/bin/tar", {"xzOf", path});
  EXPECT_THAT(all.out, HasSubstr("\"orders\""));
  EXPECT_THAT(all.out, Not(HasSubstr(secret)));
  EXPECT_THAT(all.out, Not(HasSubstr("another-secret")));
  EXPECT_THAT(all.out, Not(HasSubstr("the-api-key-itself")));
  EXPECT_THAT(all.out, HasSubstr("it was ***"));
  const std::string folder = (server_->directory() / "bundle").string();
  good({"support-bundle", "--folder", "--path", folder});
  EXPECT_TRUE(fs::exists(fs::path(folder) / "doctor.txt"));
}

TEST_F(Cli, ShowsTheControlPlane) {
  start();
  EXPECT_THAT(good({"platforms"}), HasSubstr("Process"));
  EXPECT_THAT(good({"version"}), HasSubstr("control plane "));
  EXPECT_EQ(good({"open", "--print"}), server_->endpoint().to_string() + "/\n");
  EXPECT_THAT(server_->log(), AllOf(HasSubstr("the dashboard is at"), HasSubstr(server_->endpoint().to_string() + "/")))
      << "said in the log where nobody looks at a terminal";
  EXPECT_THAT(good({"doctor"}), AllOf(HasSubstr("store: takes writes"), HasSubstr("reconciler: none is running")));
  EXPECT_EQ(draas({"--server", "http://127.0.0.1:1", "doctor"}).code, 1);
}

}  // namespace
}  // namespace draas::tests
