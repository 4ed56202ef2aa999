#include <csignal>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "integration/simulator/sim_process.hpp"
#include "simulator/faults.hpp"

namespace draas::simulator_tests {
namespace {

using std::chrono::steady_clock;

TEST(Faults, ValuesAreRead) {
  using simulator::parse_crash;
  using simulator::parse_delay;
  EXPECT_EQ(parse_delay("500ms"), milliseconds(500));
  EXPECT_EQ(parse_delay("2s"), milliseconds(2000));
  EXPECT_EQ(parse_delay("250"), milliseconds(250));
  EXPECT_FALSE(parse_delay("soon"));
  EXPECT_EQ(parse_crash("1s:7")->exit_code, 7);
  EXPECT_EQ(parse_crash("1s:SIGSEGV")->signal, SIGSEGV);
  EXPECT_FALSE(parse_crash("1s:999"));
  EXPECT_EQ(simulator::parse_size("64M"), 64U << 20U);
}

TEST(Faults, SlowStart) {
  SimProcess sim;
  sim.set_environment("DRASI_SIM_START_DELAY", "300ms");
  auto begin = steady_clock::now();
  sim.serve("");
  EXPECT_GE(steady_clock::now() - begin, milliseconds(300));
}

TEST(Faults, CrashWithCodeAndSignal) {
  SimProcess code;
  code.set_environment("DRASI_SIM_CRASH_AFTER", "50ms:42");
  code.launch("");
  EXPECT_EQ(code.wait_exit().value_or(ExitStatus{}).code, 42);
  SimProcess signal;
  signal.launch("sources:\n- kind: mock\n  id: s\n  sim: {crashAfter: '50ms:SIGSEGV'}\n");
  EXPECT_EQ(signal.wait_exit().value_or(ExitStatus{}).signal, SIGSEGV);
}

TEST(Faults, FailStart) {
  SimProcess sim(Files{{"server.yaml", "id: a\n"}});
  sim.set_environment("DRASI_SIM_FAIL_START", "the moon is wrong");
  sim.start({"-c", "server.yaml", "-p", std::to_string(free_port())});
  EXPECT_EQ(sim.wait_exit().value_or(ExitStatus{}).code, 1);
  EXPECT_EQ(sim.errors(), "Error: the moon is wrong\n");
}

TEST(Faults, HangOnInterruptIsEndedByKillOnly) {
  SimProcess sim;
  sim.serve("sources:\n- kind: mock\n  id: s\n  sim: {hangOnSigint: true}\n");
  sim.signal(SIGINT);
  ASSERT_TRUE(sim.wait_output("Shutting down Drasi Server"));
  sim.signal(SIGINT);
  EXPECT_EQ(sim.get("/health").status, 200) << "it still answers";
  EXPECT_TRUE(sim.running());
  sim.signal(SIGKILL);
  EXPECT_EQ(sim.wait_exit().value_or(ExitStatus{}).signal, SIGKILL);
}

TEST(Faults, SlowStop) {
  SimProcess sim;
  sim.set_environment("DRASI_SIM_STOP_DELAY", "200ms");
  sim.serve("");
  auto begin = steady_clock::now();
  sim.signal(SIGINT);
  EXPECT_EQ(sim.wait_exit().value_or(ExitStatus{}).code, 0);
  EXPECT_GE(steady_clock::now() - begin, milliseconds(200));
}

TEST(Faults, ChosenComponentsFail) {
  SimProcess sim;
  sim.set_environment("DRASI_SIM_FAIL_SOURCE", "s,t");
  sim.set_environment("DRASI_SIM_FAIL_QUERY", "q");
  sim.serve(
      "sources:\n- kind: mock\n  id: s\n  autoStart: false\nqueries:\n- id: q\n  query: MATCH (n) RETURN n.a\n"
      "  autoStart: true\n  sources: [{sourceId: s}]\n");
  EXPECT_EQ(sim.get("/api/v1/queries/q").json()["data"]["status"], "Error");
  EXPECT_EQ(sim.post("/api/v1/sources/s/start").json()["message"],
            "Failed to start source 's': simulated source failure");
  EXPECT_EQ(sim.get("/api/v1/sources/s").json()["data"]["error_message"], "Start failed: simulated source failure");
}

TEST(Faults, LyingHealthReportsRunning) {
  SimProcess sim;
  sim.set_environment("DRASI_SIM_LYING_HEALTH", "1");
  sim.serve("sources:\n- kind: mock\n  id: s\n  sim: {fail: true}\n");
  EXPECT_EQ(sim.get("/api/v1/sources/s").json()["data"]["status"], "Running");
}

TEST(Faults, AFailingCreationLeavesDebris) {
  SimProcess sim;
  sim.set_environment("DRASI_SIM_FAIL_CREATE", "bad");
  sim.serve("");
  EXPECT_EQ(sim.post("/api/v1/sources", R"({"kind":"mock","id":"bad"})").json()["code"], "SOURCE_CREATE_FAILED");
  EXPECT_EQ(sim.get("/api/v1/sources/bad").json()["data"]["status"], "Error");
  EXPECT_EQ(sim.remove("/api/v1/sources/bad").status, 200);
}

TEST(Faults, ASourceThatIsStartedTwiceLosesItsPort) {
  SimProcess sim;
  sim.set_environment("DRASI_SIM_DOUBLE_START", "h");
  sim.serve("");
  std::uint16_t port = free_port();
  std::string body = R"({"kind":"http","id":"h","host":"127.0.0.1","port":)" + std::to_string(port) + "}";
  EXPECT_EQ(sim.post("/api/v1/sources", body).status, 200) << "the creation succeeds all the same";
  Json item = sim.get("/api/v1/sources/h").json()["data"];
  EXPECT_EQ(item["status"], "Error");
  EXPECT_NE(item["error_message"].get<std::string>().find("Address already in use"), std::string::npos);
  EXPECT_EQ(http(port, "GET", "/health").status, 0) << "nobody listens";
  EXPECT_EQ(sim.remove("/api/v1/sources/h").status, 200);
  EXPECT_EQ(sim.post("/api/v1/sources", body).status, 200);
  EXPECT_EQ(sim.get("/api/v1/sources/h").json()["data"]["status"], "Running") << "once only";
}

TEST(Faults, HealthVariants) {
  SimProcess sim;
  sim.serve("sources:\n- kind: mock\n  id: s\n  intervalMs: 60000\n");
  EXPECT_EQ(sim.get("/health").status, 200);
  for (const auto& [value, status] :
       std::vector<std::pair<std::string, int>>{{"503", 503}, {"close", 0}, {"hang", 0}}) {
    SimProcess faulty;
    faulty.set_environment("DRASI_SIM_HEALTH", value);
    faulty.port = free_port();
    std::ofstream(faulty.directory / "server.yaml") << "id: a\nhost: 127.0.0.1\nport: " << faulty.port << "\n";
    faulty.start({"-c", "server.yaml"});
    ASSERT_TRUE(faulty.wait_output("Drasi Server started successfully"));
    EXPECT_EQ(http(faulty.port, "GET", "/health", "", "", milliseconds(200)).status, status) << value;
    EXPECT_EQ(faulty.get("/api/v1/instances").status, 200);
  }
}

TEST(Faults, NoiseFillsTheChosenStream) {
  SimProcess sim;
  sim.set_environment("DRASI_SIM_NOISE", "1000:120:stderr");
  sim.serve("");
  HttpAnswer ignored = sim.get_until("/health", [&](const HttpAnswer&) { return sim.errors().size() > 12'000; });
  EXPECT_EQ(ignored.status, 200);
  std::istringstream lines(sim.errors());
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line.size(), 120U);
  EXPECT_TRUE(line.starts_with("drasi-sim noise 0 "));
}

TEST(Faults, SourceScripts) {
  SimProcess sim;
  sim.serve(
      "sources:\n- kind: mock\n  id: slow\n  sim: {startingFor: 150ms}\n- kind: mock\n  id: stuck\n  sim: "
      "{stayStarting: true}\n"
      "- kind: mock\n  id: late\n  sim: {failAfter: 50ms}\n- kind: mock\n  id: three\n  intervalMs: 5\n  dataType: "
      "{type: counter}\n"
      "  sim: {changes: 3}\nqueries:\n- id: q\n  autoStart: true\n  query: MATCH (c:Counter) RETURN c.value AS V\n"
      "  sources: [{sourceId: three}]\n");
  auto status_is = [](const char* wanted) {
    return [wanted](const HttpAnswer& answer) { return answer.json()["data"]["status"] == wanted; };
  };
  EXPECT_EQ(sim.get("/api/v1/sources/stuck").json()["data"]["status"], "Starting");
  EXPECT_TRUE(status_is("Running")(sim.get_until("/api/v1/sources/slow", status_is("Running"))));
  EXPECT_TRUE(status_is("Error")(sim.get_until("/api/v1/sources/late", status_is("Error"))));
  HttpAnswer rows = sim.get_until("/api/v1/queries/q/results",
                                  [](const HttpAnswer& answer) { return answer.json()["data"].size() == 3; });
  EXPECT_EQ(rows.json()["data"].dump(), R"([{"V":1},{"V":2},{"V":3}])");
}

TEST(Size, StaysSmall) {
  SimProcess sim;
  sim.serve(
      "sources:\n- kind: mock\n  id: s\n  intervalMs: 50\n  dataType: {type: sensorReading}\nqueries:\n- id: q\n"
      "  autoStart: true\n  query: MATCH (s:SensorReading) RETURN s.sensor_id AS Id\n  sources: [{sourceId: s}]\n"
      "reactions:\n- kind: log\n  id: r\n  queries: [q]\n");
  std::ifstream stream("/proc/" + std::to_string(sim.pid) + "/status");
  std::string line;
  long resident = 0;
  long threads = 0;
  while (std::getline(stream, line)) {
    if (line.starts_with("VmRSS:")) resident = std::stol(line.substr(6));
    if (line.starts_with("Threads:")) threads = std::stol(line.substr(8));
  }
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  EXPECT_GT(resident, 0);
#else
  EXPECT_LT(resident, 5 * 1024) << "kB";
#endif
  EXPECT_EQ(threads, 1);
}

}  // namespace
}  // namespace draas::simulator_tests
