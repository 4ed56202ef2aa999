// What somebody does to a container by hand: how soon it is on the event stream, and that it is there once, also when a
// monitoring daemon watches the same engine.

#include <iostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "docker_fixture.hpp"
#include "support/event_stream.hpp"

namespace draas::tests {
namespace {

using docker::EngineClient;
using net::Method;
using net::Task;
using ::testing::HasSubstr;

// Generous: these machines are busy. What it takes on a quiet one is printed, and is well below a second.
constexpr milliseconds kSoon{5'000};

class DockerByHand : public DockerFixture {
 protected:
  // Nothing but the engine's events can be that quick.
  std::vector<std::string> engine_flags() const override {
    return {"--Docker:Host=" + engine_->host(), "--Docker:SweepInterval=120s", "--Monitoring:HealthInterval=120s"};
  }
  void follow(const std::string& id) {
    stream_ = std::make_unique<EventStream>(server_->endpoint(), "/api/status/stream?instanceId=" + id);
  }
  void measure(const std::string& what, const std::string& text) {
    const auto took = stream_->arrival(text);
    ASSERT_TRUE(took) << what << " is not told: " << stream_->since_mark();
    std::cout << what << " was on the stream after " << took->count() << " ms\n";
    RecordProperty(what + "_ms", static_cast<int>(took->count()));
    EXPECT_LT(*took, kSoon) << what;
  }
  bool runs_again() {
    return eventually([this] { return stream_->count(R"("newStatus":"Running")") > 0; }, kPatience);
  }
  void TearDown() override {
    stream_.reset();
    DockerFixture::TearDown();
  }

  std::unique_ptr<EventStream> stream_;
};

TEST_F(DockerByHand, IsOnTheEventStreamWithinASecond) {
  start("one");
  follow("one");
  stream_->mark();
  by_hand([](EngineClient& engine) { return engine.kill_container("draas-one", "SIGKILL"); });
  measure("kill", R"("newStatus":"Stopped")");
  ASSERT_TRUE(runs_again()) << server_->log();

  stream_->mark();
  by_hand([](EngineClient& engine) { return engine.remove_container("draas-one", true); });
  measure("rm -f", R"("newStatus":"Stopped")");
  ASSERT_TRUE(runs_again()) << server_->log();

  stream_->mark();
  by_hand([](EngineClient& engine) { return engine.pause_container("draas-one"); });
  measure("pause", R"("Health":"Unhealthy")");
  EXPECT_THAT(stream_->since_mark(), HasSubstr("docker unpause draas-one"));
  stream_->mark();
  by_hand([](EngineClient& engine) { return engine.unpause_container("draas-one"); });
  measure("unpause", R"("Health":"Healthy")");

  by_hand([](EngineClient& engine) -> Task<Status> {
    co_return co_await engine.stop_container("draas-one", milliseconds(10'000));
  });
  stream_->mark();  // the server takes its time to end
  measure("stop", R"("newStatus":"Stopped")");
}

TEST_F(DockerByHand, ALackOfMemoryIsToldAsSuch) {
  const Json body{{"id", "greedy"},
                  {"name", "greedy"},
                  {"restartPolicy", "Never"},
                  {"limits", Json{{"memoryBytes", 32U << 20U}}},
                  {"platformOptions", Json{{"environment", Json{{"DRASI_SIM_BALLAST", "200M"}}}}}};
  const Answer created = server_->post("/api/server/instances", to_text(body));
  ASSERT_EQ(created.status, 201) << created.body;
  follow("greedy");
  server_->post("/api/server/instances/greedy/start?wait=0s");
  measure("lack of memory", R"("OutOfMemory":"true")");
}

class DockerTwiceWatched : public DockerByHand {
 protected:
  std::vector<std::string> engine_flags() const override {
    auto flags = DockerByHand::engine_flags();
    flags.emplace_back("--Reconciliation:InProcess=false");  // a change is to wait
    return flags;
  }
  void SetUp() override {
    DockerByHand::SetUp();
    if (!engine_) return;
    start("one");
    ASSERT_TRUE(
        monitor_.start(program("DRAAS_TEST_DRAAS", "/src/app/draas"),
                       {"monitor", "docker", "--ControlPlaneUrl=" + server_->endpoint().to_string(),
                        "--DataDirectory=" + server_->directory().string(), "--DockerMonitor:Host=" + engine_->host(),
                        "--DockerMonitor:ListenUrl=http://127.0.0.1:" + std::to_string(free_port()),
                        "--DockerMonitor:ResyncInterval=300ms"},
                       {}, server_->directory() / "monitor.log"));
    ASSERT_TRUE(eventually([this] { return daemon_has_told(container_of("one")); }, kPatience));
    follow("one");
  }
  // The daemon's word of a container is in the metadata of the instance.
  bool daemon_has_told(const std::string& container) {
    const Json status = server_->get("/api/status/one/status").json();
    const Json& metadata =
        status.is_object() && status.contains("runtimeMetadata") ? status["runtimeMetadata"] : status;
    return !container.empty() && metadata.is_object() && metadata.value("containerId", "") == container &&
           metadata.contains("containerState");
  }
  std::size_t ends() {
    return stream_->count(R"("oldStatus":"Running","newStatus":"Stopped")") +
           stream_->count(R"("oldStatus":"ConfigurationChanged","newStatus":"Stopped")") +
           stream_->count(R"("newStatus":"Error")");
  }

  ChildProcess monitor_;
};

TEST_F(DockerTwiceWatched, EachEndIsShownOnce) {
  std::string before = container_of("one");
  stream_->mark();
  by_hand([](EngineClient& engine) { return engine.kill_container("draas-one", "SIGKILL"); });
  ASSERT_TRUE(runs_anew("one", before)) << server_->log();
  ASSERT_TRUE(eventually([this] { return daemon_has_told(container_of("one")); }, kPatience));
  EXPECT_EQ(ends(), 1U) << stream_->since_mark();
  EXPECT_EQ(stream_->count(R"("oldStatus":"Stopped","newStatus":"Running")"), 1U) << stream_->since_mark();

  // A pending change is not masked by a daemon that says that it runs.
  ASSERT_EQ(server_->call(Method::Patch, "/api/configuration/instances/one", R"({"logLevel":"debug"})").status, 202);
  ASSERT_EQ(field("one", "status"), "ConfigurationChanged");
  by_hand([](EngineClient& engine) { return engine.pause_container("draas-one"); });
  by_hand([](EngineClient& engine) { return engine.unpause_container("draas-one"); });
  ASSERT_TRUE(stream_->arrival(R"("Health":"Healthy")"));
  EXPECT_EQ(field("one", "status"), "ConfigurationChanged");

  stream_->mark();
  by_hand([](EngineClient& engine) -> Task<Status> {
    co_return co_await engine.stop_container("draas-one", milliseconds(10'000));
  });
  ASSERT_TRUE(becomes("one", "status", "Stopped")) << server_->log();
  EXPECT_EQ(ends(), 1U) << stream_->since_mark();
}

TEST_F(DockerTwiceWatched, ARestartByHandIsNoEnd) {
  const std::string before = container_of("one");
  stream_->mark();
  ASSERT_TRUE(engine_->restart_container("draas-one"));
  ASSERT_TRUE(
      eventually([&] { return server_->log().find("restarted a container by hand") != std::string::npos; }, kPatience))
      << server_->log();
  EXPECT_EQ(ends(), 0U) << stream_->since_mark();
  EXPECT_EQ(container_of("one"), before);
  EXPECT_EQ(field("one", "status"), "Running");
}

}  // namespace
}  // namespace draas::tests
