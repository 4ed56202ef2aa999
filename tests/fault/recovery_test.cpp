// The control plane is killed with SIGKILL: at every named point of every operation, at random moments under load, and
// with a fleet running. Whatever was acknowledged is there afterwards; nothing is orphaned, doubled or leaked.

#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include "crash_case.hpp"
#include "support/fleet_invariants.hpp"
#include "support/server_process.hpp"

namespace draas::tests {
namespace {

using net::Method;

class ProcessGround final : public Ground {
 public:
  ProcessGround() {
    EXPECT_TRUE(server_.start()) << server_.log();
    EXPECT_EQ(server_.create("kept", true).status, 201);
  }
  ServerProcess& server() override { return server_; }
  Footprint look() override { return footprint_of(server_); }
  bool fill_log(const std::string& id) override {
    std::ofstream log(server_.directory() / "runtime" / id / "logs/server.log", std::ios::app);
    log << std::string(64U << 10U, 'x') << '\n' << std::flush;
    return log.good();
  }
  void kill_workload(const std::string& name) override {
    for (const Workload& workload : server_.workloads()) {
      if (workload.instance_id == name) ::kill(workload.pid, SIGKILL);
    }
  }

 private:
  ServerProcess server_{{"--ProcessInstanceManager:OrphanGracePeriod=100ms", "--Restart:InitialDelay=10ms",
                         "--ProcessInstanceManager:ShutdownTimeoutSeconds=2",
                         "--ProcessInstanceManager:LogMaxBytes=32768"}};
};

class CrashPoint : public ::testing::TestWithParam<CrashCase> {};

TEST_P(CrashPoint, LosesAndDoublesNothing) {
  ProcessGround ground;
  expect_survives(ground, GetParam(), "one");
}

INSTANTIATE_TEST_SUITE_P(
    EveryStep, CrashPoint,
    ::testing::ValuesIn(crash_cases({
        {"create", {"create.ports_planned", "create.before_commit", "create.committed"}},
        {"start",
         {"start.intended", "process.start.begin", "process.start.directories_made",
          "process.start.configuration_written", "process.start.log_opened", "process.start.spawned",
          "process.start.registered", "start.workload_runs", "start.handle_stored"}},
        {"stop",
         {"stop.intended", "process.stop.begin", "process.stop.interrupted", "process.stop.ended",
          "stop.workload_ended", "stop.recorded", "process.remove.configuration_removed"}},
        {"stop deaf", {"process.stop.killed"}},
        {"start after much output", {"process.log.copied", "process.log.renamed"}},
        {"restart",
         {"stop.intended", "process.stop.interrupted", "process.stop.ended", "stop.workload_ended", "stop.recorded",
          "restart.stopped", "start.intended", "process.start.spawned", "start.workload_runs"}},
        {"delete",
         {"delete.marked", "process.stop.ended", "delete.stopped", "process.remove.begin",
          "process.remove.directory_removed", "delete.files_removed", "delete.before_commit", "delete.committed"}},
        {"patch", {"configuration.before_commit", "configuration.committed"}},
        {"rollback", {"configuration.before_commit", "configuration.committed"}},
        {"update", {"update.before_commit", "update.committed"}},
        {"adopt", {"recover.examined"}},
        {"adopt cut-off start", {"recover.handle_stored"}},
        {"adopt ended", {"exit.recorded", "start.workload_runs"}},
        {"standby", {"standby.intended", "standby.workload_runs", "standby.handle_stored"}},
        {"promote", {"promote.committed"}},
        {"drop", {"standby.drained", "standby.workload_ended", "standby.recorded"}},
        {"lose standby", {"standby.failure_recorded"}},
        {"stop beside", {"standby.workload_ended", "standby.recorded", "stop.workload_ended"}},
        {"restart beside", {"restart.stopped"}},
        {"delete beside", {"delete.marked", "standby.workload_ended"}},
        {"exit beside", {"exit.recorded"}},
        {"exit", {"exit.recorded", "start.intended", "start.workload_runs"}},
    })),
    case_name);

int from_environment(const char* name, int fallback) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::atoi(text) : fallback;
}

constexpr std::size_t kMostInstances = 60;  // of one client; then it only works with those that it has

// DRAAS_TEST_KILLS sets how often at least, DRAAS_TEST_KILL_MINUTES how long, DRAAS_TEST_SEED which sequence.
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
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::minutes(from_environment("DRAAS_TEST_KILL_MINUTES", 0));
  for (int round = 0; round < kills || std::chrono::steady_clock::now() < end; ++round) {
    ASSERT_TRUE(server.start()) << "seed " << seed << " round " << round << "\n" << server.log();
    std::atomic<bool> stop{false};
    std::vector<std::thread> clients;
    for (int c = 0; c < 4; ++c) {
      clients.emplace_back([&, c, local = std::mt19937(random())]() mutable {
        while (!stop) {
          std::string id;
          bool is_new = false;
          const unsigned dice = local() % 14;
          {
            const std::scoped_lock lock(mutex);
            std::vector<std::string> own;
            for (const auto& [known, there] : exists) {
              if (there && !uncertain.contains(known) && known.starts_with("c" + std::to_string(c)))
                own.push_back(known);
            }
            is_new = (dice < 3 && own.size() < kMostInstances) || own.empty();
            if (is_new) {
              id = "c" + std::to_string(c) + "-" + std::to_string(next++);
              uncertain.insert(id);
            } else {
              id = own[local() % own.size()];
            }
          }
          if (is_new) {
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
  expect_settles(server, [&server] { return footprint_of(server); });
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
