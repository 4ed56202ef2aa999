// The monitoring daemon between a real engine and a real control plane that does not watch the engine itself.

#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/use_future.hpp>

#include "base/files.hpp"
#include "support/docker_engine.hpp"
#include "support/server_process.hpp"

namespace draas::tests {
namespace {

using docker::EngineClient;
using net::Method;
using net::Task;

constexpr const char* kImage = "drasi-sim:monitored";

class DockerMonitor : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string obstacle = engine_.start();
    if (obstacle.empty()) {
      obstacle = engine_.make_image(kImage, static_simulator(), "drasi");
    }
    if (!obstacle.empty()) {
      if (docker_engine_is_required()) FAIL() << obstacle;
      GTEST_SKIP() << obstacle;
    }
    ASSERT_TRUE(server_.start()) << server_.log();
    control_plane_ = server_.get("/api/health").json().value("controlPlaneId", "");
    ASSERT_EQ(server_.create("orders").status, 201);
    port_ = free_port();  // the server has its own by now
  }

  bool start_monitor() {
    return monitor_.start(
        program("DRAAS_TEST_DRAAS", "/src/app/draas"),
        {"monitor", "docker", "--ControlPlaneUrl=" + server_.endpoint().to_string(),
         "--DataDirectory=" + server_.directory().string(), "--DockerMonitor:Host=" + engine_.host(),
         "--DockerMonitor:ListenUrl=http://127.0.0.1:" + std::to_string(port_), "--DockerMonitor:ResyncInterval=500ms"},
        {}, server_.directory() / "monitor.log");
  }
  // A container as the platform of some control plane makes them.
  void run_container(const std::string& name, const std::string& control_plane, const Json& more = Json::object()) {
    Json specification{
        {"Image", kImage},
        {"User", "0"},
        {"Cmd", Json::array({"--config", "/tmp/server.yaml"})},
        {"Labels",
         Json{{"draas.managed", "true"}, {"draas.instanceId", "orders"}, {"draas.controlPlane", control_plane}}}};
    specification.update(more);
    by_hand([=](EngineClient& client) -> Task<Status> {
      Json wanted = specification;
      auto made = co_await client.create_container(name, std::move(wanted));
      if (!made) co_return std::unexpected(std::move(made.error()));
      co_return co_await client.start_container(name);
    });
  }
  void kill_container(const std::string& name) {
    by_hand([=](EngineClient& client) { return client.kill_container(name, "SIGKILL"); });
  }
  void by_hand(std::function<Task<Status>(EngineClient&)> work) {
    const Status done = engine_.call(std::move(work));
    EXPECT_TRUE(done) << done.error().message;
  }
  bool becomes(const std::string& status) {
    return eventually([&] { return server_.instance("orders").value("status", "") == status; });
  }
  // "Running Stopped ..." as the daemon told it, oldest first.
  std::string history() {
    std::string text;
    for (const Json& change : server_.get("/api/status/recent-changes").json()) {
      if (change.value("source", "") != "DockerDaemon") continue;
      text += (text.empty() ? "" : " ") + change.value("newStatus", "");
    }
    return text;
  }
  int ready() { return ask("/ready").status; }
  Json metadata() { return server_.get("/api/status/orders/status").json()["runtimeMetadata"]; }
  net::ClientResponse ask(const std::string& path) {
    net::EventLoop loop("monitor-client");
    loop.start();
    net::HttpClient client(loop.executor());
    auto send = [&]() -> Task<net::ClientResponse> {
      auto endpoint = net::Endpoint::parse("http://127.0.0.1:" + std::to_string(port_));
      net::ClientRequest request;
      request.target = path;
      auto reply = co_await client.send(std::move(*endpoint), std::move(request), milliseconds(2'000));
      co_return reply ? std::move(*reply) : net::ClientResponse();
    };
    net::ClientResponse answer = net::asio::co_spawn(loop.executor(), send(), net::asio::use_future).get();
    loop.stop();
    return answer;
  }
  std::string log() const { return read_file(server_.directory() / "monitor.log").value_or(""); }

  DockerEngine engine_;
  ServerProcess server_{{"--Docker:Enabled=false"}};
  ChildProcess monitor_;
  std::uint16_t port_ = 0;
  std::string control_plane_;
};

TEST_F(DockerMonitor, TellsWhatHappensToContainers) {
  ASSERT_TRUE(start_monitor());
  ASSERT_TRUE(eventually([&] { return ready() == 200; })) << log();
  run_container("one", control_plane_);
  EXPECT_TRUE(becomes("Running")) << log();
  kill_container("one");
  EXPECT_TRUE(becomes("Stopped")) << log();
  Json runtime = server_.get("/api/status/orders/status").json();
  EXPECT_EQ(runtime["runtimeMetadata"]["exitCode"], "137") << runtime.dump(2);

  // Another control plane's container with the same id is not ours to speak of.
  run_container("foreign", "01a20000-0000-7000-8000-000000000000");
  run_container("two", control_plane_);
  EXPECT_TRUE(becomes("Running")) << log();
  kill_container("foreign");
  EXPECT_EQ(history(), "Running Stopped Running");
}

TEST_F(DockerMonitor, TellsPausesAndALackOfMemoryAndCountsThem) {
  ASSERT_TRUE(start_monitor());
  run_container("one", control_plane_);
  ASSERT_TRUE(becomes("Running")) << log();
  by_hand([](EngineClient& client) { return client.pause_container("one"); });
  EXPECT_TRUE(eventually([&] { return metadata().value("containerState", "") == "paused"; })) << metadata().dump();
  by_hand([](EngineClient& client) { return client.unpause_container("one"); });
  EXPECT_TRUE(eventually([&] { return metadata().value("containerState", "") == "running"; })) << metadata().dump();
  kill_container("one");
  ASSERT_TRUE(becomes("Stopped")) << log();

  run_container("greedy", control_plane_,
                Json{{"Env", Json::array({"DRASI_SIM_BALLAST=200M"})},
                     {"HostConfig", Json{{"Memory", 32U << 20U}, {"MemorySwap", 32U << 20U}}}});
  EXPECT_TRUE(becomes("Error")) << log();
  EXPECT_EQ(metadata().value("outOfMemory", ""), "true") << metadata().dump();
  const std::string metrics = ask("/metrics").body;
  EXPECT_NE(metrics.find("draas_monitor_reports_delivered_total"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("draas_monitor_engine_connected 1"), std::string::npos) << metrics;
}

TEST_F(DockerMonitor, KeepsReportsWhileTheControlPlaneIsAway) {
  ASSERT_TRUE(start_monitor());
  run_container("one", control_plane_);
  ASSERT_TRUE(becomes("Running")) << log();

  server_.signal(SIGTERM);
  ASSERT_TRUE(server_.wait_exit());
  ASSERT_TRUE(eventually([&] { return ready() == 503; })) << log();
  kill_container("one");
  const auto buffer = server_.directory() / "monitor" / "docker-reports.jsonl";
  ASSERT_TRUE(eventually([&] { return read_file(buffer).value_or("").find("Stopped") != std::string::npos; })) << log();
  // Also over its own end.
  monitor_.kill();
  ASSERT_TRUE(start_monitor());

  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_TRUE(becomes("Stopped")) << log();
  EXPECT_TRUE(eventually([&] { return ready() == 200 && read_file(buffer).value_or("").empty(); })) << log();
  EXPECT_EQ(history(), "Running Stopped");
}

TEST_F(DockerMonitor, FollowsTheEngineOverItsRestart) {
  ASSERT_TRUE(start_monitor());
  run_container("one", control_plane_);
  ASSERT_TRUE(becomes("Running")) << log();
  engine_.stop();  // and with it the container
  ASSERT_TRUE(eventually([&] { return ready() == 503; }, milliseconds(20'000))) << log();
  ASSERT_EQ(engine_.start(), "");
  EXPECT_TRUE(becomes("Stopped")) << log();
  EXPECT_TRUE(eventually([&] { return ready() == 200; }, milliseconds(20'000))) << log();
}

}  // namespace
}  // namespace draas::tests
