// Instances that hang, and records of processes that are others by now: seen, ended, never mixed up.

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <signal.h>

#include "support/fault_tools.hpp"
#include "support/server_process.hpp"

namespace draas::tests {
namespace {

const std::string kInstances = "/api/server/instances/";

TEST(Processes, AStoppedOneIsUnhealthyUntilItGoesOnAndCanBeEnded) {
  ServerProcess server({"--Monitoring:HealthInterval=100ms", "--ProcessInstanceManager:ShutdownTimeoutSeconds=1"});
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("one", true).status, 201);
  const pid_t pid = server.workloads().at(0).pid;
  const auto health = [&server] { return server.instance("one")["health"].get<std::string>(); };
  ::kill(pid, SIGSTOP);
  EXPECT_TRUE(eventually([&] { return health() == "Unhealthy"; }, milliseconds(30'000)))
      << server.instance("one").dump();
  EXPECT_FALSE(server.instance("one")["errorMessage"].get<std::string>().empty());
  ::kill(pid, SIGCONT);
  EXPECT_TRUE(eventually([&] { return health() == "Healthy"; }, milliseconds(30'000))) << server.instance("one").dump();
  EXPECT_EQ(server.workloads().at(0).pid, pid) << "it was left alone";
  // One that does not hear SIGINT is killed in the end.
  ::kill(pid, SIGSTOP);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(server.post(kInstances + "one/stop").status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
  EXPECT_TRUE(server.workloads().empty());
  EXPECT_EQ(server.instance("one")["status"], "Stopped");
}

// Changes every stored document while nobody has the store open.
void change_store(const ServerProcess& server, const std::string& from, const std::string& to) {
  const std::string sql = "UPDATE documents SET body = replace(body, '" + from + "', '" + to +
                          "') WHERE instr(body, '" + from + "') > 0; SELECT changes()";
  std::ofstream(server.directory() / "change.sql") << sql << ";\n" << std::flush;
  const std::string directory = server.directory().string();
  const std::string command =
      "sqlite3 '" + directory + "/draas.db' < '" + directory + "/change.sql' > '" + directory + "/changed'";
  ASSERT_EQ(std::system(command.c_str()), 0) << "sqlite3 is missing";
  int changed = 0;
  std::ifstream(server.directory() / "changed") >> changed;
  ASSERT_GE(changed, 1) << from << " is nowhere in the store";
}

// As after a reboot: the record is of another boot. What runs under its number is not taken for the instance.
TEST(Processes, AfterARebootInstancesAreStartedAgain) {
  ServerProcess server({"--ProcessInstanceManager:OrphanGracePeriod=100ms"});
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("one", true).status, 201);
  ASSERT_EQ(server.create("idle").status, 201);
  const pid_t before = server.workloads().at(0).pid;
  server.signal(SIGTERM);
  ASSERT_TRUE(server.wait_exit());
  ::kill(before, SIGKILL);
  ASSERT_TRUE(eventually([&] { return server.workloads().empty(); }));
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  change_store(server, boot, "11111111-2222-3333-4444-555555555555");
  ASSERT_TRUE(server.start()) << server.log();
  EXPECT_TRUE(eventually([&] { return server.instance("one")["status"] == "Running"; })) << server.log();
  EXPECT_EQ(server.workloads().size(), 1U);
  EXPECT_EQ(server.instance("idle")["status"], "Created") << server.instance("idle").dump();
  EXPECT_NE(server.log().find("the machine was restarted"), std::string::npos) << server.log();
}

// The recorded number belongs to a stranger now: the stranger is neither adopted nor ended.
TEST(Processes, AReusedNumberIsNeverTakenNorKilled) {
  ServerProcess server({"--ProcessInstanceManager:OrphanGracePeriod=100ms"});
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("one", true).status, 201);
  const pid_t before = server.workloads().at(0).pid;
  server.signal(SIGTERM);
  ASSERT_TRUE(server.wait_exit());
  ::kill(before, SIGKILL);
  ASSERT_TRUE(eventually([&] { return server.workloads().empty(); }));
  ChildProcess stranger;
  ASSERT_TRUE(stranger.start("/bin/sleep", {"600"}, {}, server.directory() / "stranger.log"));
  change_store(server, "\"pid\":" + std::to_string(before) + ",", "\"pid\":" + std::to_string(stranger.pid()) + ",");
  ASSERT_TRUE(server.start()) << server.log();
  EXPECT_TRUE(eventually([&] {
    const auto now = server.workloads();
    return now.size() == 1 && now[0].pid != before && server.instance("one")["status"] == "Running";
  })) << server.instance("one").dump()
      << server.log();
  EXPECT_TRUE(stranger.running()) << "a stranger was killed";
  EXPECT_EQ(server.post(kInstances + "one/stop").status, 200);
  EXPECT_TRUE(stranger.running()) << "a stranger was killed";
}

}  // namespace
}  // namespace draas::tests
