// The control plane is killed with SIGKILL: at every named point of every operation, at random moments under load, and
// with a fleet running. Whatever was acknowledged is there afterwards; nothing is orphaned, doubled or leaked.

#include <cstdlib>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include "support/server_process.hpp"

namespace draas::tests {
namespace {

using net::Method;

// Everything that must hold once the server has settled. "" when it does.
std::string violation(ServerProcess& server) {
  const Answer list = server.get("/api/server/instances");
  if (list.status != 200) return "the list answers " + std::to_string(list.status) + " " + list.body;
  std::map<std::string, Json> instances;
  std::map<std::string, bool> wanted;  // by workload: is it said to run?
  std::set<int> ports;
  for (const Json& instance : list.json()) {
    const auto id = instance["id"].get<std::string>();
    const auto phase = instance["phase"].get<std::string>();
    if (phase == "Starting" || phase == "Stopping" || phase == "BackOff") return id + " is still " + phase;
    if (phase == "Running" && instance["desiredState"] != "Running") return id + " runs though it should not";
    const int port = server.get("/api/server/instances/" + id + "/server-configuration").json().value("port", 0);
    if (!ports.insert(port).second) return "port " + std::to_string(port) + " is given out twice";
    const Json workloads = server.get("/api/server/instances/" + id + "/workloads").json();
    if (!workloads.contains("active")) return id + " went away meanwhile";
    const Json& active = workloads["active"];
    const Json& standby = workloads["standby"];
    auto name_in = [&id](const Json& slot) { return slot == "b" ? id + "~b" : id; };
    if (!active.is_null()) wanted[name_in(active["slot"])] = phase == "Running";
    if (!standby.is_null()) {
      const auto standby_phase = standby["phase"].get<std::string>();
      if (standby_phase != "Running" && standby_phase != "Failed")
        return id + " has a standby that is " + standby_phase;
      if (phase == "Running" && standby["slot"] == active["slot"]) return id + " has two workloads in one slot";
      if (standby_phase == "Running" && standby["generation"] == active["generation"]) return id + " counts wrongly";
      wanted[name_in(standby["slot"])] = standby_phase == "Running";
    }
    for (const Json* workload : {&active, &standby}) {
      if (workload->is_null() || (*workload)["slot"] != "b") continue;
      const int leased = (*workload)["port"].get<int>();
      if (!ports.insert(leased).second) return "port " + std::to_string(leased) + " is given out twice";
    }
    const Json revisions = server.get("/api/configuration/instances/" + id + "/revisions?limit=1000").json();
    const auto newest = instance["configurationRevision"].get<std::uint64_t>();
    if (revisions.size() != newest) return id + " has a gap in its history";
    instances.emplace(id, instance);
  }
  std::map<std::string, int> running;
  for (const Workload& workload : server.workloads()) ++running[workload.instance_id];
  for (const auto& [name, count] : running) {
    if (!wanted.contains(name)) return "an orphan of " + name + " runs";
    if (count > 1) return name + " runs " + std::to_string(count) + " times";
    if (!wanted[name]) return name + " runs but is not said to";
  }
  for (const auto& [name, runs] : wanted) {
    if (runs && running[name] != 1) return name + " is said to run but does not";
  }
  return {};
}

void expect_settles(ServerProcess& server) {
  std::string last;
  const bool settled = eventually(
      [&] {
        last = violation(server);
        return last.empty();
      },
      milliseconds(20'000));
  EXPECT_TRUE(settled) << last << "\n" << server.log();
}

struct CrashCase {
  const char* point;
  // "create", "start", "stop", "restart", "delete", "patch", "exit", "standby", "promote", "drop"; the last two, and
  // those with "... beside", work on an instance that has a standby already.
  const char* operation;
};

class CrashPoint : public ::testing::TestWithParam<CrashCase> {};

TEST_P(CrashPoint, LosesAndDoublesNothing) {
  const auto& [point, operation] = GetParam();
  std::string what = operation;
  const std::size_t beside = what.find(" beside");
  const bool has_standby = beside != std::string::npos || what == "promote" || what == "drop";
  if (beside != std::string::npos) what.resize(beside);
  ServerProcess server({"--ProcessInstanceManager:OrphanGracePeriod=100ms", "--Restart:InitialDelay=10ms"});
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("kept", true).status, 201);
  ASSERT_EQ(server.create("one").status, 201);
  if (what != "create" && what != "start" && what != "patch") {
    ASSERT_EQ(server.post("/api/server/instances/one/start").status, 200);
  }
  if (has_standby) {
    ASSERT_EQ(server.post("/api/server/instances/one/standby").status, 201);
  }
  server.signal(SIGTERM);
  ASSERT_TRUE(server.wait_exit()) << server.log();

  ASSERT_TRUE(server.start({{"DRAAS_CRASH_AT", point}})) << server.log();
  Answer answer;
  if (what == "create") answer = server.create("two");
  if (what == "start" || what == "stop" || what == "restart") answer = server.post("/api/server/instances/one/" + what);
  if (what == "delete") answer = server.call(Method::Delete, "/api/server/instances/one");
  if (what == "standby") answer = server.post("/api/server/instances/one/standby");
  if (what == "promote") answer = server.post("/api/server/instances/one/standby/promote");
  if (what == "drop") answer = server.call(Method::Delete, "/api/server/instances/one/standby");
  if (what == "patch")
    answer = server.call(Method::Patch, "/api/configuration/instances/one", R"({"logLevel":"debug"})");
  if (what == "exit") {
    for (const Workload& workload : server.workloads()) {
      if (workload.instance_id == "one") ::kill(workload.pid, SIGKILL);
    }
  }
  const auto ended = server.wait_exit();
  ASSERT_TRUE(ended) << "the point was never reached; the answer was " << answer.status << " " << answer.body;
  EXPECT_TRUE(WIFSIGNALED(*ended) && WTERMSIG(*ended) == SIGKILL) << *ended;
  EXPECT_EQ(answer.status, 0) << "acknowledged before the crash: " << answer.body;

  ASSERT_TRUE(server.start()) << server.log();
  expect_settles(server);
  EXPECT_EQ(server.instance("kept")["status"], "Running");
  // A delete that was written down is finished, however far it came.
  if (what == "delete") {
    EXPECT_TRUE(eventually([&] { return server.get("/api/server/instances/one").status == 404; })) << server.log();
  }
  // And it can be worked with: the same operation goes through now.
  if (what == "create" && server.get("/api/server/instances/two").status == 404) {
    EXPECT_EQ(server.create("two").status, 201);
  }
  if (what != "create" && server.get("/api/server/instances/one").status == 200) {
    const Answer started = server.post("/api/server/instances/one/start");
    EXPECT_EQ(started.status, 200) << started.body;
    if (has_standby || what == "standby") {
      EXPECT_EQ(server.call(Method::Delete, "/api/server/instances/one/standby").status, 204);
      const Answer standby = server.post("/api/server/instances/one/standby");
      EXPECT_EQ(standby.status, 201) << standby.body;
      EXPECT_EQ(server.post("/api/server/instances/one/standby/promote").status, 200);
      expect_settles(server);
    }
    EXPECT_EQ(server.call(Method::Delete, "/api/server/instances/one").status, 204);
  }
  expect_settles(server);
}

std::string case_name(const ::testing::TestParamInfo<CrashCase>& info) {
  std::string name = std::string(info.param.operation) + "_at_" + info.param.point;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(
    EveryStep, CrashPoint,
    ::testing::Values(CrashCase{"create.ports_planned", "create"}, CrashCase{"create.before_commit", "create"},
                      CrashCase{"create.committed", "create"}, CrashCase{"start.intended", "start"},
                      CrashCase{"start.workload_runs", "start"}, CrashCase{"start.handle_stored", "start"},
                      CrashCase{"stop.intended", "stop"}, CrashCase{"stop.workload_ended", "stop"},
                      CrashCase{"stop.recorded", "stop"}, CrashCase{"stop.intended", "restart"},
                      CrashCase{"stop.workload_ended", "restart"}, CrashCase{"stop.recorded", "restart"},
                      CrashCase{"restart.stopped", "restart"}, CrashCase{"start.intended", "restart"},
                      CrashCase{"start.workload_runs", "restart"}, CrashCase{"delete.marked", "delete"},
                      CrashCase{"delete.stopped", "delete"}, CrashCase{"delete.files_removed", "delete"},
                      CrashCase{"delete.before_commit", "delete"}, CrashCase{"delete.committed", "delete"},
                      CrashCase{"configuration.before_commit", "patch"}, CrashCase{"configuration.committed", "patch"},
                      CrashCase{"standby.intended", "standby"}, CrashCase{"standby.workload_runs", "standby"},
                      CrashCase{"standby.handle_stored", "standby"}, CrashCase{"promote.committed", "promote"},
                      CrashCase{"standby.drained", "drop"}, CrashCase{"standby.workload_ended", "drop"},
                      CrashCase{"standby.recorded", "drop"}, CrashCase{"standby.workload_ended", "stop beside"},
                      CrashCase{"standby.recorded", "stop beside"}, CrashCase{"stop.workload_ended", "stop beside"},
                      CrashCase{"restart.stopped", "restart beside"}, CrashCase{"delete.marked", "delete beside"},
                      CrashCase{"standby.workload_ended", "delete beside"}, CrashCase{"exit.recorded", "exit beside"},
                      CrashCase{"exit.recorded", "exit"}, CrashCase{"start.intended", "exit"},
                      CrashCase{"start.workload_runs", "exit"}),
    case_name);

int from_environment(const char* name, int fallback) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::atoi(text) : fallback;
}

constexpr std::size_t kMostInstances = 60;  // of one client; then it only works with those that it has

// DRAAS_TEST_KILLS sets how often, DRAAS_TEST_SEED which sequence.
TEST(RandomKills, UnderLoadLoseNoAcknowledgedWrite) {
  const int kills = from_environment("DRAAS_TEST_KILLS", 12);
  const int seed = from_environment("DRAAS_TEST_SEED", 1);
  std::mt19937 random(static_cast<unsigned>(seed));
  RecordProperty("seed", seed);
  ServerProcess server({"--ProcessInstanceManager:OrphanGracePeriod=100ms", "--Restart:InitialDelay=10ms",
                        "--ProcessInstanceManager:ShutdownTimeoutSeconds=2"});
  // What the server said, by instance: created and deleted. A delete without an answer leaves both possible.
  std::map<std::string, bool> exists;
  std::set<std::string> uncertain;
  std::map<std::string, std::uint64_t> revisions;
  std::mutex mutex;
  int next = 0;
  for (int round = 0; round < kills; ++round) {
    ASSERT_TRUE(server.start()) << "seed " << seed << " round " << round << "\n" << server.log();
    std::atomic<bool> stop{false};
    std::vector<std::thread> clients;
    for (int c = 0; c < 4; ++c) {
      clients.emplace_back([&, c, local = std::mt19937(random())]() mutable {
        while (!stop) {
          std::string id;
          const unsigned dice = local() % 14;
          {
            const std::scoped_lock lock(mutex);
            std::vector<std::string> own;
            for (const auto& [known, there] : exists) {
              if (there && !uncertain.contains(known) && known.starts_with("c" + std::to_string(c)))
                own.push_back(known);
            }
            if ((dice < 3 && own.size() < kMostInstances) || own.empty()) {
              id = "c" + std::to_string(c) + "-" + std::to_string(next++);
              uncertain.insert(id);
            } else {
              id = own[local() % own.size()];
            }
          }
          if (uncertain.contains(id)) {
            const Answer answer = server.create(id);
            const std::scoped_lock lock(mutex);
            if (answer.status == 503) {  // the pool is used up: nothing was created
              uncertain.erase(id);
              continue;
            }
            if (answer.status != 201) break;
            uncertain.erase(id);
            exists[id] = true;
            revisions[id] = 1;
          } else if (dice < 6) {
            if (server.post("/api/server/instances/" + id + "/start").status == 0) break;
          } else if (dice < 7) {
            if (server.post("/api/server/instances/" + id + "/stop").status == 0) break;
          } else if (dice < 9) {
            const Answer answer =
                server.call(Method::Patch, "/api/configuration/instances/" + id,
                            R"({"logLevel":")" + std::string(local() % 2 == 0 ? "debug" : "info") + "\"}");
            if (answer.status != 202) break;
            const std::scoped_lock lock(mutex);
            revisions[id] = std::max<std::uint64_t>(revisions[id],
                                                    std::stoull("0" + std::string(answer.headers.get("X-Revision"))));
          } else if (dice >= 10) {
            const std::string standby = "/api/server/instances/" + id + "/standby";
            Answer answer;
            if (dice < 12) answer = server.post(standby);
            if (dice == 12) answer = server.post(standby + "/promote");
            if (dice == 13) answer = server.call(Method::Delete, standby);
            if (answer.status == 0) break;
          } else {
            {
              const std::scoped_lock lock(mutex);
              uncertain.insert(id);
            }
            if (server.call(Method::Delete, "/api/server/instances/" + id).status != 204) break;
            const std::scoped_lock lock(mutex);
            uncertain.erase(id);
            exists[id] = false;
          }
        }
      });
    }
    std::this_thread::sleep_for(milliseconds(50 + random() % 400));  // the random moment itself
    server.signal(SIGKILL);
    const auto ended = server.wait_exit();
    stop = true;
    for (std::thread& client : clients) client.join();
    // It must have lived until then.
    ASSERT_TRUE(ended && WIFSIGNALED(*ended) && WTERMSIG(*ended) == SIGKILL)
        << "seed " << seed << " round " << round << ": ended with " << ended.value_or(-1) << "\n"
        << server.log();
  }
  ASSERT_TRUE(server.start()) << server.log();
  expect_settles(server);
  for (const auto& [id, there] : exists) {
    if (uncertain.contains(id)) continue;
    const Answer read = server.get("/api/server/instances/" + id);
    EXPECT_EQ(read.status, there ? 200 : 404) << "seed " << seed << ": " << id;
    if (there && read.status == 200) {
      EXPECT_GE(read.json()["configurationRevision"].get<std::uint64_t>(), revisions[id])
          << "seed " << seed << ": " << id;
    }
  }
}

TEST(Adoption, AFleetIsTakenUpAgainWithoutARestart) {
  const int fleet = from_environment("DRAAS_TEST_FLEET", 200);
  ServerProcess server({"--Restart:DefaultPolicy=Never"});
  ASSERT_TRUE(server.start()) << server.log();
  for (int i = 0; i < fleet; ++i) ASSERT_EQ(server.create("i" + std::to_string(i)).status, 201);
  const Answer started = server.post("/api/server/instances:start", R"({"all":true})");
  ASSERT_EQ(started.status, 200) << started.body.substr(0, 500);
  ASSERT_EQ(started.json()["succeeded"], fleet) << started.body.substr(0, 500);
  std::map<std::string, pid_t> before;
  for (const Workload& workload : server.workloads()) before[workload.instance_id] = workload.pid;
  ASSERT_EQ(before.size(), static_cast<std::size_t>(fleet));

  server.kill();
  ::kill(before.at("i7"), SIGKILL);
  ASSERT_TRUE(server.start()) << server.log();
  EXPECT_EQ(server.instance("i7")["status"], "Stopped");
  EXPECT_TRUE(eventually([&] { return server.workloads().size() == static_cast<std::size_t>(fleet - 1); }));
  for (const Workload& workload : server.workloads()) {
    EXPECT_EQ(workload.pid, before.at(workload.instance_id)) << workload.instance_id;
  }
  const Answer list = server.get("/api/server/instances?status=Running");
  EXPECT_EQ(list.headers.get("X-Total-Count"), std::to_string(fleet - 1));

  // Adopted ones are watched like children, and the kernel tells how they end.
  ::kill(before.at("i8"), SIGKILL);
  EXPECT_TRUE(eventually([&] { return server.instance("i8")["status"] == "Stopped"; }, milliseconds(2'000)));
  const Json exit = server.get("/api/server/instances/i8/runtime-status").json()["lastExit"];
  EXPECT_TRUE(exit.value("signal", 0) == SIGKILL ||
              exit["reason"].get<std::string>().find("unknown") != std::string::npos)
      << exit.dump();

  const Answer deleted = server.post("/api/server/instances:delete", R"({"all":true})");
  EXPECT_EQ(deleted.json()["succeeded"], fleet) << deleted.body.substr(0, 500);
  EXPECT_TRUE(server.workloads().empty());
}

}  // namespace
}  // namespace draas::tests
