// The Docker monitor between an engine and a control plane that both do what they should not.

#include "monitors/docker/docker_monitor.hpp"

#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>

#include "base/id.hpp"
#include "base/metrics.hpp"
#include "support/eventually.hpp"
#include "unit/docker/scripted_engine.hpp"

namespace draas::monitors::docker {
namespace {

using namespace std::chrono_literals;
using draas::docker::testing::answer;
using draas::docker::testing::EngineRequest;
using draas::docker::testing::ScriptedEngine;
using draas::docker::testing::ScriptedHttp;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using tests::eventually;

class DockerMonitors : public ::testing::Test {
 protected:
  DockerMonitors()
      : control_plane_([this](const EngineRequest& request, net::testing::RawSocket&) { return play(request); }) {
    loop_.start();
  }
  ~DockerMonitors() override {
    engine_.release();
    monitor_.reset();
    loop_.stop();
    std::filesystem::remove_all(directory_);
  }

  void start() {
    DockerMonitorOptions options;
    draas::docker::EndpointSources sources;
    sources.host = engine_.host();
    sources.host_setting = "DockerMonitor:Host";
    options.engine = *draas::docker::resolve_endpoint(sources);
    options.api.endpoint = *net::Endpoint::parse("http://127.0.0.1:" + std::to_string(control_plane_.port()));
    options.api.api_key = "s3cret";
    options.labels = {"team=shop"};
    options.flush_interval = 10ms;
    options.resync_interval = resync_;
    options.buffer_capacity = capacity_;
    options.buffer_file = directory_ / "reports.jsonl";
    monitor_ = std::make_unique<DockerMonitor>(loop_, std::move(options), *metrics_);
    ASSERT_TRUE(monitor_->start());
  }
  bool is_ready() {
    return eventually([this] { return monitor_->health().ready; });
  }
  void run_container(const std::string& id) {
    engine_.add({.id = id,
                 .name = "draas-" + id,
                 .state = "running",
                 .labels = Json{{"draas.managed", "true"},
                                {"team", "shop"},
                                {"draas.instanceId", id},
                                {"draas.controlPlane", "cp"},
                                {"draas.generation", "1"}}});
    engine_.tell(id, "start");
  }
  // "one:Running one:Stopped", as the control plane took it.
  std::vector<std::string> taken() {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  bool takes(std::size_t count) {
    return eventually([&] { return taken().size() >= count; });
  }

  std::string play(const EngineRequest& request) {
    const std::lock_guard lock(mutex_);
    if (request.header.find("s3cret") == std::string::npos) ++without_key_;
    if (request.line.find("/api/health") != std::string::npos) return answer(200, health_);
    ++posts_;
    const Json body = Json::parse(request.body);
    if (away_) return answer(503, R"({"title":"away","status":503})");
    for (const Json& report : body) {
      const auto id = report["instanceId"].get<std::string>();
      if (id == "poison") return answer(400, R"({"title":"a report is bad","status":400,"code":"InvalidArgument"})");
    }
    for (const Json& report : body) {
      taken_.push_back(report["instanceId"].get<std::string>() + ":" + report["status"].get<std::string>());
    }
    return answer(200, answer_);
  }

  std::filesystem::path directory_ = std::filesystem::temp_directory_path() / ("draas-monitor-" + random_hex(8));
  std::chrono::milliseconds resync_{60'000};
  std::size_t capacity_ = 100;
  std::mutex mutex_;
  std::vector<std::string> taken_;
  std::string health_ = R"({"controlPlaneId":"cp"})";
  std::string answer_ = "{}";
  int posts_ = 0;
  int without_key_ = 0;
  bool away_ = false;
  ScriptedEngine engine_;
  ScriptedHttp control_plane_;
  net::EventLoop loop_{"monitor"};
  std::unique_ptr<Metrics> metrics_ = make_metrics();
  std::unique_ptr<DockerMonitor> monitor_;
};

TEST_F(DockerMonitors, AStreamThatBreaksAtOnceIsNotReopenedHot) {
  engine_.break_at_once(true);
  start();
  ASSERT_TRUE(eventually([this] { return engine_.count("/events?") >= 3; }));
  const auto begun = std::chrono::steady_clock::now();
  const auto before = engine_.count("/events?");
  ASSERT_TRUE(eventually([&] { return engine_.count("/events?") >= before + 2; }));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 1s);
}

TEST_F(DockerMonitors, BadEventsAreSkipped) {
  start();
  ASSERT_TRUE(is_ready());
  engine_.tell_raw("not json\n");
  run_container("one");
  ASSERT_TRUE(takes(1));
  engine_.tell_raw("{\"Type\":\"" + std::string(2U << 20U, 'x') + "\"}\n");
  engine_.finish("one", 1);
  ASSERT_TRUE(takes(2));
  EXPECT_THAT(taken(), ElementsAre("one:Running", "one:Error"));
  EXPECT_EQ(engine_.count("/events?"), 1U);
}

// The engine makes its list, then more happens, then the list comes.
TEST_F(DockerMonitors, ALookDoesNotContradictTheEventsDuringIt) {
  resync_ = 100ms;
  run_container("one");
  start();
  ASSERT_TRUE(takes(1));
  const std::string old_list = R"([{"Id":"one","State":"running","Labels":{"draas.managed":"true",)"
                               R"("draas.instanceId":"one","draas.controlPlane":"cp","draas.generation":"1"}}])";
  engine_.hold("/containers/json");
  const auto looks = engine_.count("/containers/json");
  ASSERT_TRUE(eventually([&] { return engine_.count("/containers/json") > looks; }));
  engine_.answer_next("/containers/json", answer(200, old_list));
  run_container("new");
  engine_.finish("one", 137);
  ASSERT_TRUE(takes(3));
  engine_.release();
  ASSERT_TRUE(eventually([&] { return engine_.count("/containers/json") > looks + 2; }));
  engine_.drop("new");
  ASSERT_TRUE(takes(4));
  EXPECT_THAT(taken(), ElementsAre("one:Running", "new:Running", "one:Stopped", "new:Stopped"));
}

TEST_F(DockerMonitors, ABadReportDoesNotTakeOthersWithIt) {
  away_ = true;
  for (const char* id : {"a", "b", "c", "d", "poison", "e", "f"}) run_container(id);
  start();
  ASSERT_TRUE(eventually([this] {
    const std::lock_guard lock(mutex_);
    return posts_ > 0;
  }));
  {
    const std::lock_guard lock(mutex_);
    away_ = false;
  }
  ASSERT_TRUE(eventually([this] {
    const auto all = taken();
    return std::ranges::all_of(std::vector<std::string>{"a", "b", "c", "d", "e", "f"}, [&](const std::string& id) {
      return std::ranges::find(all, id + ":Running") != all.end();
    });
  })) << ::testing::PrintToString(taken());
}

TEST_F(DockerMonitors, AnAnswerThatIsNoObjectEndsNothing) {
  health_ = "[]";
  start();
  run_container("one");
  ASSERT_TRUE(
      eventually([this] { return monitor_->health().reason.find("not a control plane") != std::string::npos; }));
  {
    const std::lock_guard lock(mutex_);
    health_ = R"({"controlPlaneId":"cp"})";
    answer_ = R"([{"rejected":7}])";
  }
  ASSERT_TRUE(takes(1));
  engine_.finish("one", 0);
  ASSERT_TRUE(eventually([this] { return std::ranges::count(taken(), "one:Stopped") == 1; }));
}

TEST_F(DockerMonitors, AFailedLookAfterAReturnIsMadeUpFor) {
  run_container("one");
  start();
  ASSERT_TRUE(is_ready());
  ASSERT_TRUE(takes(1));
  // Another control plane, which knows nothing, while the engine refuses the list.
  engine_.answer_next("/containers/json", answer(500, R"({"message":"not now"})"), 1);
  {
    const std::lock_guard lock(mutex_);
    taken_.clear();
    health_ = R"({"controlPlaneId":"cp2"})";
  }
  run_container("two");  // there is something to deliver
  ASSERT_TRUE(eventually([this] { return engine_.count("/containers/json") >= 2; }));
  {
    const std::lock_guard lock(mutex_);
    health_ = R"({"controlPlaneId":"cp"})";
  }
  run_container("three");
  ASSERT_TRUE(eventually([this] { return std::ranges::count(taken(), "one:Running") == 1; }))
      << ::testing::PrintToString(taken());
}

TEST_F(DockerMonitors, AsksForItsLabelsAndSendsItsKey) {
  run_container("one");
  start();
  ASSERT_TRUE(takes(1));
  for (const char* part : {"/events?", "/containers/json"}) {
    const auto lines = engine_.lines(part);
    ASSERT_FALSE(lines.empty());
    EXPECT_THAT(lines.front(), HasSubstr("team%3Dshop"));
    EXPECT_THAT(lines.front(), HasSubstr("draas.managed%3Dtrue"));
  }
  EXPECT_EQ(without_key_, 0);
}

TEST_F(DockerMonitors, ErrorsNameItsOwnSetting) {
  draas::docker::EndpointSources sources;
  sources.host = "unix:///nowhere/docker.sock";
  sources.host_setting = "DockerMonitor:Host";
  DockerMonitorOptions options;
  options.engine = *draas::docker::resolve_endpoint(sources);
  options.api.endpoint = *net::Endpoint::parse("http://127.0.0.1:" + std::to_string(control_plane_.port()));
  monitor_ = std::make_unique<DockerMonitor>(loop_, std::move(options), *metrics_);
  ASSERT_TRUE(monitor_->start());
  EXPECT_TRUE(eventually(
      [this] { return monitor_->health().reason.find("name another with DockerMonitor:Host") != std::string::npos; }));
}

}  // namespace
}  // namespace draas::monitors::docker
