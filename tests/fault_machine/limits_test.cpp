// A control plane that runs out of descriptors, processes or memory says so, harms no instance, and goes on when there
// is room again.

#include <gtest/gtest.h>
#include <signal.h>

#include "support/fault_tools.hpp"
#include "support/server_process.hpp"
#include "unit/net/raw_socket.hpp"

namespace draas::tests {
namespace {

using net::testing::RawSocket;

const std::string kInstances = "/api/server/instances/";

std::string detail_of(const Answer& answer) { return answer.json().value("detail", answer.body); }

TEST(Limits, OutOfDescriptorsIsSurvived) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer's own checks need descriptors";
#endif
  ServerProcess server({"--Restart:InitialDelay=10ms", "--Monitoring:HealthInterval=200ms"});
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("runs", true).status, 201);
  ASSERT_EQ(server.create("later").status, 201);
  const rlim_t usual = limit_of(server.pid(), RLIMIT_NOFILE);
  const std::size_t held = open_descriptors(server.pid());
  // Room for two connections of which one is the test's own client, already counted.
  ASSERT_TRUE(limit_process(server.pid(), RLIMIT_NOFILE, held + 2));
  std::vector<RawSocket> crowd;
  for (int i = 0; i < 50; ++i) {
    crowd.push_back(RawSocket::connect(server.endpoint().port));
    crowd.back().send("GET /health HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  // Who is in is served; nothing can be started, and the reason is named.
  EXPECT_EQ(server.get(kInstances + "runs").status, 200);
  const Answer refused = server.post(kInstances + "later/start");
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_NE(detail_of(refused).find("Too many open files"), std::string::npos) << refused.body;
  // It waits for room without burning the processor.
  const double used = processor_seconds(server.pid());
  std::this_thread::sleep_for(milliseconds(1'000));  // time in which it could spin
  EXPECT_LT(processor_seconds(server.pid()) - used, 0.5);
  EXPECT_TRUE(server.running());
  EXPECT_NE(server.log().find("cannot accept connections for now"), std::string::npos) << server.log();

  ASSERT_TRUE(limit_process(server.pid(), RLIMIT_NOFILE, usual));
  for (RawSocket& socket : crowd) EXPECT_TRUE(socket.read_response().starts_with("HTTP/1.1 200"));
  crowd.clear();
  EXPECT_EQ(server.post(kInstances + "later/start").status, 200) << server.log();
  EXPECT_TRUE(eventually([&] { return server.instance("runs")["health"] == "Healthy"; }))
      << server.instance("runs").dump();
  EXPECT_EQ(server.instance("runs")["restartCount"], 0) << "it was never touched";
}

TEST(Limits, OutOfProcessesAStartFailsByName) {
  ProcessCountLimit limit;
  if (!limit.usable()) {
    if (machine_is_required()) FAIL() << "no cgroup for processes can be made";
    GTEST_SKIP() << "no cgroup for processes can be made here (root, and the controller pids)";
  }
  ServerProcess server({"--Restart:InitialDelay=10ms", "--ProcessInstanceManager:ShutdownTimeoutSeconds=2"});
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_TRUE(limit.add(server.pid()));
  ASSERT_EQ(server.create("one", true).status, 201);
  ASSERT_EQ(server.create("two").status, 201);
  ASSERT_TRUE(limit.set_most(std::to_string(limit.count())));
  const Answer refused = server.post(kInstances + "two/start");
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_NE(detail_of(refused).find("Resource temporarily unavailable"), std::string::npos) << refused.body;
  EXPECT_EQ(server.get("/health").status, 200);
  EXPECT_EQ(server.instance("one")["status"], "Running");
  ASSERT_TRUE(limit.set_most("max"));
  EXPECT_EQ(server.post(kInstances + "two/start").status, 200) << server.log();
  // What is in the cgroup goes before it does.
  EXPECT_EQ(server.post("/api/server/instances:stop", R"({"all":true})").status, 200);
  server.kill();
}

TEST(Limits, OutOfMemoryOneRequestFailsAndNotTheServer) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer takes address space of its own";
#endif
  ServerProcess server({"--Server:MaxBodyBytes=268435456", "--Restart:InitialDelay=10ms"});
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("runs", true).status, 201);
  constexpr std::uint64_t kRoom = 48U << 20U;
  const rlim_t usual = limit_of(server.pid(), RLIMIT_AS);
  ASSERT_TRUE(limit_process(server.pid(), RLIMIT_AS, address_space_bytes(server.pid()) + kRoom));
  const std::string big = R"({"id":"big","name":")" + std::string(120U << 20U, 'x') + "\"}";
  // On every thread that serves, more often than there are threads.
  for (int i = 0; i < 8; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    const Answer refused = server.post("/api/server/instances", big);
    EXPECT_TRUE(refused.status == 0 || refused.status == 503 || refused.status == 500)
        << refused.status << " " << refused.body.substr(0, 300);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10)) << "it is told, one way or another";
    ASSERT_TRUE(server.running()) << server.log();
  }
  EXPECT_EQ(server.get(kInstances + "runs").status, 200) << "others are served";
  EXPECT_EQ(server.get(kInstances + "big").status, 404);
  ASSERT_TRUE(limit_process(server.pid(), RLIMIT_AS, usual));
  EXPECT_EQ(server.create("small").status, 201);
  EXPECT_EQ(server.instance("runs")["restartCount"], 0);
}

}  // namespace
}  // namespace draas::tests
