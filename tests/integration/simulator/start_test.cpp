#include <csignal>

#include <gtest/gtest.h>

#include "integration/simulator/sim_process.hpp"

namespace draas::simulator_tests {
namespace {

// Starts with `yaml` and expects the end with status 1 and a text on standard error.
void expect_refused(const std::string& yaml, const std::string& text) {
  SimProcess sim(Files{{"server.yaml", yaml}});
  sim.start({"-c", "server.yaml", "-p", std::to_string(free_port())});
  auto status = sim.wait_exit();
  ASSERT_TRUE(status) << yaml;
  EXPECT_EQ(status->code, 1) << yaml;
  EXPECT_NE(sim.errors().find(text), std::string::npos) << yaml << "\nsaid: " << sim.errors();
  EXPECT_TRUE(sim.errors().starts_with("Error: ")) << sim.errors();
}

TEST(Start, RefusesWhatTheServerRefuses) {
  expect_refused("id: a\nfrob: 1\n", "unknown field `frob`, expected one of `apiVersion`, `id`, `host`");
  expect_refused("instances:\n- id: a\n  frob: 1\n", "instances[0]: unknown field `frob`");
  expect_refused("id: a\nqueries:\n- id: q\n  query: x\n  queryText: z\n",
                 "queries[0]: unknown field `queryText`, expected one of `id`, `autoStart`");
  expect_refused("id: a\nport: \"8080\"\n",
                 "Failed to deserialize as static value: invalid type: string \"8080\", expected u16");
  expect_refused("id: 5\n", "invalid type: integer `5`, expected a string");
  expect_refused("id: a\nport: 0\n", "Invalid port 0: port must be between 1 and 65535");
  expect_refused("id: a\nlogLevel: loud\n", "Invalid log level 'loud'");
  expect_refused("id: a\nhost: a_b\n", "Invalid host 'a_b': must be a valid hostname or IP address");
  expect_refused("instances:\n- id: a\n- id: a\n", "Duplicate DrasiLib instance id detected: 'a'");
  expect_refused("id: a\nqueries:\n- id: q\n  query: x\n  autoStart: \"yes\"\n",
                 "queries[0].autoStart: invalid type: string \"yes\", expected a boolean at line 5 column 14");
  expect_refused("id: a\nqueries:\n- id: q\n  query: x\n  queryLanguage: sql\n",
                 "unknown variant `sql`, expected `Cypher` or `GQL`");
  expect_refused("id: a\nsources:\n- kind: mock\n  id: s\n  auto_start: true\n",
                 "unknown field `auto_start`, did you mean `autoStart`?");
  expect_refused("id: a\nsources:\n- id: s\n", "sources[0]: missing field `kind`");
  expect_refused("id: a\nsources:\n- kind: mock\n  id: s\n  bootstrapProvider: zz\n",
                 "source 's' references unknown bootstrapProvider 'zz'");
  expect_refused("id: a\nreactions:\n- kind: log\n  id: r\n  queries: [zz]\n",
                 "referenced query 'zz' does not exist in the graph");
  expect_refused(
      "id: a\nreactions:\n- kind: log\n  id: r\n  queries: []\n  defaultTemplate: {added: {template: '{{a'}}\n",
      "invalid Handlebars template");
  expect_refused("id: a\nqueries:\n- id: q\n  query: x\n- id: q\n  query: x\n",
                 "Validation failed: Duplicate query id: 'q'");
  expect_refused("id: a\nqueries:\n- id: a\n  query: x\n", "query 'a' already exists in the graph");
  expect_refused("id: a\nstateStore: {kind: mem}\n", "unknown variant `mem`, expected `redb`");
  expect_refused("id: a\nsources:\n- kind: mock\n  id: s\n  frob: 1\n",
                 "Error: Failed to create source 's': unknown field `frob`, expected `dataType` or `intervalMs`");
  expect_refused("id: a\nqueries:\n- id: q\n  query: x\n  storageBackend: {kind: garnet, connectionString: x}\n",
                 "Validation failed: Query 'q' uses an inline 'garnet' storage backend, which is not supported in "
                 "embedded mode.");
  expect_refused("id: [\n", "Failed to parse config file");
}

TEST(Start, ReportsAllMissingPluginsTogether) {
  expect_refused(
      "id: a\nsources:\n- kind: nosuch\n  id: s\n  bootstrapProvider: {kind: nothing}\nreactions:\n"
      "- kind: gone\n  id: r\n  queries: []\n",
      "Missing plugins required by configuration:\n  - source/nosuch (referenced by source 's')\n");
  SimProcess sim(Files{
      {"server.yaml", "id: a\nsources:\n- kind: mock\n  id: s\nreactions:\n- kind: log\n  id: r\n  queries: []\n"}});
  sim.set_environment("DRASI_SIM_PLUGINS", "none");
  sim.start({"-c", "server.yaml", "-p", std::to_string(free_port())});
  EXPECT_EQ(sim.wait_exit().value_or(ExitStatus{}).code, 1);
  EXPECT_NE(sim.errors().find("source/mock (referenced by source 's')"), std::string::npos) << sim.errors();
  EXPECT_NE(sim.errors().find("reaction/log (referenced by reaction 'r')\n    available reaction kinds: application"),
            std::string::npos)
      << sim.errors();
}

TEST(Start, VerificationWithoutLockfileLoadsNothingWhenAskedFor) {
  std::string yaml = "sources:\n- kind: mock\n  id: s\n";
  SimProcess verified(Files{{"server.yaml", "id: a\n" + yaml}});
  verified.set_environment("DRASI_SIM_UNVERIFIED_PLUGINS", "1");
  verified.start({"-c", "server.yaml", "-p", std::to_string(free_port())});
  EXPECT_EQ(verified.wait_exit().value_or(ExitStatus{}).code, 1);
  SimProcess skipped;
  skipped.set_environment("DRASI_SIM_UNVERIFIED_PLUGINS", "1");
  skipped.serve(yaml + "verifyPlugins: false\n");
  EXPECT_EQ(skipped.get("/api/v1/sources/s").json()["data"]["status"], "Running");
}

TEST(Start, EnvironmentFormsResolve) {
  SimProcess sim;
  std::string port = std::to_string(free_port());
  sim.set_environment("SIM_PORT", port);
  sim.set_environment("SIM_ID", "from-environment");
  std::filesystem::create_directories(sim.directory);
  {
    FILE* file = fopen((sim.directory / "server.yaml").c_str(), "w");
    fputs(
        "id: ${SIM_ID}\nhost: {kind: EnvironmentVariable, name: SIM_HOST_UNSET, default: 127.0.0.1}\n"
        "port: ${SIM_PORT:-1}\nlogLevel: ${SIM_LEVEL}\n",
        file);
    fclose(file);
    file = fopen((sim.directory / ".env").c_str(), "w");
    fputs("# comment\nexport SIM_LEVEL=\"warn\"\nSIM_ID=loses-to-the-environment\n", file);
    fclose(file);
  }
  sim.port = static_cast<std::uint16_t>(std::stoi(port));
  sim.start({"-c", (sim.directory / "server.yaml").string()});
  ASSERT_TRUE(sim.wait_ready()) << sim.errors();
  EXPECT_EQ(sim.get("/api/v1/instances").json()["data"][0]["id"], "from-environment");
  EXPECT_NE(sim.output().find("Log level: warn,oci_client=error"), std::string::npos) << sim.output();
  EXPECT_EQ(sim.output().find(" INFO "), std::string::npos) << "logLevel warn";
}

TEST(Start, UnsetVariableAndSecretFail) {
  expect_refused("id: a\nhost: ${DRASI_SIM_TEST_UNSET}\n",
                 "Environment variable 'DRASI_SIM_TEST_UNSET' not found and no default provided");
  expect_refused("id: a\nsources:\n- kind: http\n  id: s\n  host: ${DRASI_SIM_TEST_UNSET}\n  port: 1\n",
                 "Environment variable 'DRASI_SIM_TEST_UNSET' not found and no default provided");
  expect_refused("id: a\nhost: ${A}-${B}\n", "Environment variable 'A}-${B' not found");
  expect_refused("id: a\nhost: {kind: Secret, name: x}\n", "Secret resolution not yet implemented for 'x'");
  expect_refused("id: a\nhost: {kind: Frob, name: x}\n", "Unknown kind: Frob");
}

TEST(Start, TheStateStoreWantsItsDirectory) {
  expect_refused("id: a\nstateStore: {kind: redb, path: ./none/x.redb}\n",
                 "Error: Storage error: Failed to create/open redb database at \"./none/x.redb\": I/O error: No such "
                 "file or directory (os error 2)\n");
  expect_refused("id: a\nstateStore: {kind: redb, path: ./}\n", "I/O error: Is a directory (os error 21)");
  expect_refused("id: a\nstateStore: {kind: redb, path: '${DRASI_SIM_TEST_UNSET}'}\n",
                 "Environment variable 'DRASI_SIM_TEST_UNSET' not found and no default provided");
  SimProcess sim;
  sim.serve("stateStore: {kind: redb, path: ./x.redb}\n");
  EXPECT_TRUE(sim.exists("x.redb"));
  EXPECT_FALSE(sim.exists("data")) << "that directory comes with kept indexes and durable sources only";
}

std::string followed(const std::string& kind, const std::string& query, const std::string& auto_start) {
  return "stateStore: {kind: redb, path: ./x.redb}\nsources:\n- kind: mock\n  id: m\n  intervalMs: 60000\nqueries:\n- "
         "id: "
         "q\n  query: " +
         query + "\n  autoStart: " + auto_start + "\n  sources: [{sourceId: m}]\nreactions:\n- kind: " + kind +
         "\n  id: r\n  queries: [q]\n";
}

TEST(Start, AStoredCheckpointHoldsAReactionToTheDefinitionItFollowed) {
  const std::string first = "MATCH (n:Generic) RETURN n.value AS A";
  const std::string second = "MATCH (n:Generic) RETURN n.value AS B";
  const std::string skipped =
      "Error: Failed to start some reactions: r: AutoSkipGap: failed to determine current sequence for query 'q': "
      "Query "
      "is not running (status: ";
  for (const std::string kind : {"log", "http"}) {
    SimProcess sim;
    auto restart = [&](const std::string& query, const std::string& auto_start) {
      sim.signal(SIGINT);
      sim.wait_exit();
      sim.launch(followed(kind, query, auto_start));
    };
    sim.serve(followed(kind, first, "true"));
    restart(first, "false");
    ASSERT_TRUE(sim.wait_ready()) << kind << ": the same definition, though it does not run: " << sim.errors();
    if (kind == "http") {
      restart(second, "true");
      EXPECT_EQ(sim.wait_exit().value_or(ExitStatus{}).code, 1);
      EXPECT_NE(
          sim.errors().find("Reaction 'r': Strict recovery policy — cannot recover from gap/mismatch for query 'q'"),
          std::string::npos)
          << sim.errors();
      continue;
    }
    restart("FROB", "true");
    EXPECT_EQ(sim.wait_exit().value_or(ExitStatus{}).code, 1);
    EXPECT_EQ(sim.errors(), skipped + "Error)\n");
    restart(second, "false");
    EXPECT_EQ(sim.wait_exit().value_or(ExitStatus{}).code, 1);
    EXPECT_EQ(sim.errors(), skipped + "Stopped)\n");
    restart(second, "true");
    EXPECT_TRUE(sim.wait_ready()) << "a query that runs is followed: " << sim.errors();
  }
}

TEST(Start, AnSseReactionWithoutItsPortRunsAllTheSame) {
  SimProcess holder;
  holder.serve("");
  SimProcess sim;
  sim.serve(
      "queries:\n- id: q\n  query: MATCH (n) RETURN n.a\nreactions:\n- kind: sse\n  id: e\n  queries: [q]\n"
      "  host: 127.0.0.1\n  port: " +
      std::to_string(holder.port) + "\n");
  EXPECT_EQ(sim.get("/api/v1/reactions/e").json()["data"]["status"], "Running");
  EXPECT_NE(sim.output().find("Failed to bind SSE server: Address already in use (os error 98)"), std::string::npos);
  EXPECT_EQ(sim.get("/api/v1/reactions/e/logs").json()["data"], Json::array());
}

TEST(Start, PortInUseFailsAfterTheComponentsStarted) {
  SimProcess first;
  first.serve("");
  SimProcess second(Files{{"server.yaml", "id: b\nhost: 127.0.0.1\nport: " + std::to_string(first.port) +
                                              "\nsources:\n- kind: mock\n  id: s\n"}});
  second.start({"-c", "server.yaml"});
  EXPECT_EQ(second.wait_exit().value_or(ExitStatus{}).code, 1);
  EXPECT_NE(second.errors().find("Address already in use (os error 98)"), std::string::npos) << second.errors();
  EXPECT_NE(second.output().find("Source s: Running"), std::string::npos) << second.output();
}

TEST(Start, AFailingSourceEndsTheStartAFailingQueryDoesNot) {
  SimProcess source(Files{{"server.yaml", "id: a\nsources:\n- kind: mock\n  id: s\n  sim: {fail: no such sensor}\n"}});
  source.start({"-c", "server.yaml", "-p", std::to_string(free_port())});
  EXPECT_EQ(source.wait_exit().value_or(ExitStatus{}).code, 1);
  EXPECT_NE(source.errors().find("Failed to start some sources: s: no such sensor"), std::string::npos);

  SimProcess query;
  query.serve(
      "queries:\n- id: q\n  query: FROB\n  autoStart: true\n- id: e\n  query: MATCH (n) RETURN n.a\n  autoStart: "
      "true\n");
  Json item = query.get("/api/v1/queries/q").json()["data"];
  EXPECT_EQ(item["status"], "Error");
  EXPECT_NE(item["error_message"].get<std::string>().find("error at 1:1: expected one of \"FILTER\""),
            std::string::npos);
  EXPECT_EQ(query.get("/api/v1/queries/e").json()["data"]["error_message"],
            "Failed to build subscription settings: No sources configured for query");
}

TEST(Signals, InterruptStopsInOrderAndEndsWithZero) {
  SimProcess sim;
  sim.serve(
      "sources:\n- kind: mock\n  id: s\nqueries:\n- id: q\n  query: MATCH (n:Generic) RETURN n.value AS V\n"
      "  autoStart: true\n  sources: [{sourceId: s}]\nreactions:\n- kind: log\n  id: r\n  queries: [q]\n");
  ASSERT_TRUE(sim.wait_output("Drasi Server started successfully with API on port"));
  sim.signal(SIGINT);
  EXPECT_EQ(sim.wait_exit().value_or(ExitStatus{}).code, 0);
  std::string out = sim.output();
  auto shutting = out.find("Shutting down Drasi Server");
  auto reaction = out.find("Stopping reaction 'r'");
  auto query = out.find("Stopping query 'q'");
  auto source = out.find("Stopping source 's'");
  ASSERT_NE(source, std::string::npos) << out;
  EXPECT_LT(shutting, reaction);
  EXPECT_LT(reaction, query);
  EXPECT_LT(query, source);
}

TEST(Signals, TerminateKillsAtOnce) {
  SimProcess sim;
  sim.serve("");
  sim.signal(SIGTERM);
  EXPECT_EQ(sim.wait_exit().value_or(ExitStatus{}).signal, SIGTERM);
  EXPECT_EQ(sim.output().find("Shutting down"), std::string::npos);
}

TEST(Signals, AnInterruptBeforeTheStartIsDoneKills) {
  SimProcess sim(Files{{"server.yaml", "id: a\n"}});
  sim.set_environment("DRASI_SIM_START_DELAY", "30s");
  sim.start({"-c", "server.yaml", "-p", std::to_string(free_port())});
  ASSERT_TRUE(sim.wait_output("drasi-lib started successfully"));
  sim.signal(SIGINT);
  EXPECT_EQ(sim.wait_exit().value_or(ExitStatus{}).signal, SIGINT);
}

}  // namespace
}  // namespace draas::simulator_tests
