#include "simulator/command_line.hpp"

#include <gtest/gtest.h>

#include "integration/simulator/sim_process.hpp"

namespace draas::simulator_tests {
namespace {

using simulator::parse_command_line;
using simulator::Verb;

ExitStatus run(SimProcess& sim, const std::vector<std::string>& arguments) {
  sim.start(arguments);
  return sim.wait_exit().value_or(ExitStatus{});
}

TEST(CommandLine, OptionsMayStandOnEitherSideOfTheVerb) {
  auto before = parse_command_line({"-p", "9000", "--config=a.yaml", "run"});
  EXPECT_FALSE(before.exit);
  EXPECT_EQ(before.command.verb, Verb::Run);
  EXPECT_EQ(before.command.port, 9000);
  EXPECT_EQ(before.command.config, "a.yaml");
  auto after = parse_command_line({"validate", "-cb.yaml", "--show-resolved", "--plugins-dir", "/p"});
  EXPECT_FALSE(after.exit);
  EXPECT_EQ(after.command.verb, Verb::Validate);
  EXPECT_EQ(after.command.config, "b.yaml");
  EXPECT_TRUE(after.command.show_resolved);
  EXPECT_EQ(after.command.plugins_dir, "/p");
}

TEST(CommandLine, DefaultsAreTheServers) {
  auto parsed = parse_command_line({});
  EXPECT_FALSE(parsed.exit);
  EXPECT_EQ(parsed.command.config, "config/server.yaml");
  EXPECT_FALSE(parsed.command.port);
}

TEST(CommandLine, VersionBeginsAsTheServers) {
  SimProcess sim;
  EXPECT_EQ(run(sim, {"--version"}).code, 0);
  EXPECT_TRUE(sim.output().starts_with("drasi-server 0.2.2\n")) << sim.output();
  EXPECT_NE(sim.output().find("drasi-sim"), std::string::npos);
  EXPECT_EQ(run(sim, {"-V"}).code, 0);
  EXPECT_EQ(sim.output(), "drasi-server 0.2.2\n");
}

TEST(CommandLine, WrongUseEndsWithTwoOnStandardError) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--frob"}, "unexpected argument '--frob' found"},
      {{"validate", "--frob"}, "unexpected argument '--frob' found"},
      {{"frob"}, "unrecognized subcommand 'frob'"},
      {{"--enable-ui", "--disable-ui"}, "the argument '--enable-ui' cannot be used with '--disable-ui'"},
      {{"-p", "99999"}, "invalid value '99999' for '--port <PORT>': 99999 is not in 0..=65535"},
      {{"-p", "x"}, "invalid digit found in string"},
      {{"-c"}, "a value is required for '--config <CONFIG>' but none was supplied"},
      {{"-c", "a", "-c", "b"}, "cannot be used multiple times"},
      {{"plugin"}, "Usage: drasi-server plugin"},
  };
  for (const auto& [arguments, text] : cases) {
    SimProcess sim;
    EXPECT_EQ(run(sim, arguments).code, 2) << text;
    EXPECT_NE(sim.errors().find(text), std::string::npos) << sim.errors();
    EXPECT_EQ(sim.output(), "");
  }
}

TEST(CommandLine, MissingFileIsMadeAndRunsEmpty) {
  SimProcess sim;
  sim.port = free_port();
  sim.start({"-c", "deep/er/server.yaml", "-p", std::to_string(sim.port)});
  ASSERT_TRUE(sim.wait_ready());
  std::string text = sim.file("deep/er/server.yaml");
  EXPECT_NE(text.find("port: " + std::to_string(sim.port)), std::string::npos) << text;
  EXPECT_NE(text.find("pluginRegistry: ghcr.io/drasi-project"), std::string::npos) << text;
  EXPECT_NE(text.find("persistConfig: true"), std::string::npos) << text;
  Json instances = sim.get("/api/v1/instances").json()["data"];
  ASSERT_EQ(instances.size(), 1U);
  EXPECT_EQ(instances[0]["id"].get<std::string>().size(), 36U);
  EXPECT_EQ(instances[0]["query_count"], 0);
}

TEST(CommandLine, ValidateTellsOnStandardOutput) {
  SimProcess sim(
      Files{{"good.yaml", "id: a\nsources:\n- kind: mock\n  id: s\n"},
            {"bad.yaml", "id: a\nfrob: 1\n"},
            {"plugin.yaml", "id: a\nsources:\n- kind: mock\n  id: s\n  frob: 1\n"},
            {"unset.yaml", "id: a\nsources:\n- kind: http\n  id: s\n  host: ${DRASI_SIM_TEST_UNSET}\n  port: 1\n"},
            {"missing.yaml", "id: a\nsources:\n- kind: nosuch\n  id: s\n"}});
  EXPECT_EQ(run(sim, {"validate", "-c", "good.yaml", "--show-resolved"}).code, 0);
  EXPECT_NE(sim.output().find("[OK] source 's' (mock)"), std::string::npos) << sim.output();
  EXPECT_NE(sim.output().find("Port: 8080"), std::string::npos);
  EXPECT_EQ(run(sim, {"validate", "-c", "absent.yaml"}).code, 1);
  EXPECT_NE(sim.output().find("[ERROR] Configuration file not found: absent.yaml"), std::string::npos);
  EXPECT_EQ(sim.errors(), "");
  EXPECT_EQ(run(sim, {"validate", "-c", "bad.yaml"}).code, 1);
  EXPECT_NE(sim.output().find("unknown field `frob`"), std::string::npos) << sim.output();
  EXPECT_EQ(run(sim, {"validate", "-c", "unset.yaml"}).code, 1);
  EXPECT_NE(sim.output().find("sources['s'].host: env var 'DRASI_SIM_TEST_UNSET' not found"), std::string::npos);
  EXPECT_EQ(run(sim, {"validate", "-c", "plugin.yaml"}).code, 0) << "it looks into no plugin's fields";
  EXPECT_NE(sim.output().find("[OK] source 's' (mock)"), std::string::npos) << sim.output();
  EXPECT_EQ(run(sim, {"validate", "-c", "missing.yaml"}).code, 0) << "a missing plugin is only a warning";
  EXPECT_NE(sim.output().find("[WARN] source/nosuch"), std::string::npos);
}

}  // namespace
}  // namespace draas::simulator_tests
