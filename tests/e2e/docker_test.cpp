// Instances as containers of a real engine, run by the real control plane.

#include <algorithm>

#include <gtest/gtest.h>
#include <signal.h>

#include "docker_fixture.hpp"

namespace draas::tests {
namespace {

using docker::EngineClient;
using net::Method;
using net::Task;

class Docker : public DockerFixture {};

TEST_F(Docker, RunsAnInstanceFromItsCreationToItsEnd) {
  start("one");
  const docker::Container container = engine_->inspect("draas-one");
  EXPECT_EQ(container.labels.at("draas.managed"), "true");
  EXPECT_EQ(container.labels.at("draas.instanceId"), "one");
  EXPECT_EQ(container.labels.at("draas.generation"), "1");
  EXPECT_EQ(container.labels.at("app"), "drasi");
  EXPECT_EQ(container.labels.at("managed-by"), "draas");
  EXPECT_EQ(container.id, container_of("one"));

  ASSERT_TRUE(eventually([&] {
    return server_->get("/api/server/instances/one/logs?tail=100").body.find("started successfully") !=
           std::string::npos;
  }));
  const Json status = server_->get("/api/server/instances/one/runtime-status").json();
  EXPECT_GT(status["usage"]["memoryBytes"].get<std::uint64_t>(), 0U) << status.dump();
  EXPECT_EQ(server_->get("/api/server/instances/one/proxy/health").status, 200);

  EXPECT_EQ(server_->post("/api/server/instances/one/stop").status, 200);
  EXPECT_EQ(field("one", "status"), "Stopped");
  EXPECT_EQ(engine_->inspect("draas-one").state.status, "exited");
  EXPECT_EQ(engine_->inspect("draas-one").state.exit_code, 0);
  EXPECT_EQ(server_->call(Method::Delete, "/api/server/instances/one").status, 204);
  EXPECT_TRUE(engine_->containers().empty());
  EXPECT_TRUE(engine_->volumes().empty());
}

TEST_F(Docker, AChangedQueryGoesLiveInTheSameContainer) {
  create_instance(*server_, "one", "Update");
  const std::string container = container_of("one");
  ASSERT_EQ(change_first_query(*server_, "one", query_text(77)), 202);
  ASSERT_TRUE(eventually([&] { return running_query(*server_, "one") == query_text(77); }, kPatience))
      << server_->log();
  EXPECT_EQ(container_of("one"), container) << "it was restarted";
  ASSERT_TRUE(eventually([&] {
    return server_->get("/api/reconciliation/instances/one/drift").json().value("inSync", false);
  })) << server_->get("/api/reconciliation/instances/one/drift").body;
}

TEST_F(Docker, WhatIsDoneByHandEndsInTheTruth) {
  start("one");
  std::string before = container_of("one");
  by_hand([](EngineClient& engine) { return engine.kill_container("draas-one", "SIGKILL"); });
  ASSERT_TRUE(runs_anew("one", before)) << server_->log();
  EXPECT_NE(server_->get("/api/server/instances/one/logs?tail=all").body, "") << "the dead container's log is kept";

  before = container_of("one");
  by_hand([](EngineClient& engine) { return engine.remove_container("draas-one", true); });
  ASSERT_TRUE(runs_anew("one", before)) << server_->log();

  // Restarted: the same container, and nothing to be done.
  before = container_of("one");
  ASSERT_TRUE(engine_->restart_container("draas-one"));
  ASSERT_TRUE(eventually([&] { return server_->log().find("restarted a container by hand") != std::string::npos; }))
      << server_->log();
  EXPECT_EQ(container_of("one"), before);
  EXPECT_EQ(field("one", "status"), "Running");

  by_hand([](EngineClient& engine) { return engine.pause_container("draas-one"); });
  EXPECT_TRUE(becomes("one", "health", "Unhealthy")) << server_->log();
  by_hand([](EngineClient& engine) { return engine.unpause_container("draas-one"); });
  EXPECT_TRUE(becomes("one", "health", "Healthy")) << server_->log();
  EXPECT_EQ(container_of("one"), before);

  // Stopped as the server is told to stop: a clean end, which the restart policy leaves alone.
  by_hand([](EngineClient& engine) { return engine.stop_container("draas-one", milliseconds(10'000)); });
  EXPECT_TRUE(becomes("one", "status", "Stopped")) << server_->log();
  EXPECT_EQ(server_->post("/api/server/instances/one/start").status, 200);
  EXPECT_NE(container_of("one"), before);
}

TEST_F(Docker, OptionsOfAnInstanceAreCheckedAndApplied) {
  const Answer refused = server_->post(
      "/api/server/instances",
      R"({"id":"one","name":"one","platformOptions":{"imag":"x","volumes":["/etc:/host"],"network":"host"}})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.body.find("/platformOptions/imag"), std::string::npos) << refused.body;
  EXPECT_NE(refused.body.find("image"), std::string::npos);
  EXPECT_NE(refused.body.find("Docker:Volumes"), std::string::npos);

  start("one");
  ASSERT_EQ(engine_->make_image("drasi-sim:next", static_simulator(), ""), "");
  const Answer changed =
      server_->call(Method::Patch, "/api/server/instances/one",
                    R"({"platformOptions":{"image":"drasi-sim:next","environment":{"COLOUR":"blue"}}})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  // The reconciler sees to it.
  EXPECT_TRUE(eventually([&] { return engine_->inspect("draas-one").image == "drasi-sim:next"; }, kPatience))
      << server_->log();
  EXPECT_TRUE(becomes("one", "status", "Running"));

  server_->call(Method::Patch, "/api/server/instances/one", R"({"platformOptions":{"image":"not-there:1"}})");
  EXPECT_TRUE(eventually(
      [&] { return field("one", "errorMessage").find("docker pull not-there:1") != std::string::npos; }, kPatience))
      << server_->log();
}

TEST_F(Docker, AKilledControlPlaneAdoptsItsContainers) {
  start("one");
  const std::string container = container_of("one");
  server_->kill();
  ASSERT_TRUE(server_->start());
  EXPECT_EQ(field("one", "status"), "Running");
  EXPECT_EQ(container_of("one"), container);
  // What ended meanwhile is noticed.
  server_->kill();
  by_hand([](EngineClient& engine) { return engine.kill_container("draas-one", "SIGKILL"); });
  ASSERT_TRUE(server_->start());
  EXPECT_TRUE(runs_anew("one", container)) << server_->log();
}

TEST_F(Docker, WithoutItsEngineNothingIsLostAndItComesBack) {
  start("one");
  const std::string before = container_of("one");
  engine_->stop();
  ASSERT_TRUE(eventually([&] { return !platform().value("available", true); }, kPatience));
  EXPECT_EQ(field("one", "status"), "Running") << "nobody knows better yet";
  const Answer refused = server_->create("two", true);
  EXPECT_EQ(refused.status, 201) << refused.body;
  EXPECT_NE(refused.body.find("cannot be reached"), std::string::npos) << refused.body;
  ASSERT_EQ(engine_->start(), "");
  // The engine ended the container with itself.
  EXPECT_TRUE(runs_anew("one", before)) << server_->log();
  EXPECT_EQ(server_->post("/api/server/instances/two/start").status, 200) << server_->log();
}

// As a machine does that is restarted: the engine ends its containers in the cleanest way, nobody is there to see it,
// and both come back.
TEST_F(Docker, WhatEndedTogetherWithItsEngineIsStartedAgain) {
  start("one");
  const std::string before = container_of("one");
  server_->kill();
  engine_->stop();
  ASSERT_EQ(engine_->start(), "");
  EXPECT_EQ(engine_->inspect("draas-one").state.exit_code, 0);
  ASSERT_TRUE(server_->start());
  EXPECT_TRUE(runs_anew("one", before)) << server_->log();
  const Json exit = server_->get("/api/server/instances/one/runtime-status").json()["lastExit"];
  EXPECT_NE(exit.value("reason", "").find("together with the Docker engine"), std::string::npos) << exit.dump();

  // What somebody stopped meanwhile stays stopped: the engine remembers it.
  server_->kill();
  by_hand([](EngineClient& engine) { return engine.stop_container("draas-one", milliseconds(10'000)); });
  ASSERT_TRUE(server_->start());
  EXPECT_EQ(field("one", "status"), "Stopped") << server_->log();
}

class DockerWithLiveRestore : public Docker {
 protected:
  DockerEngineOptions engine_options() const override { return {.live_restore = true}; }
};

TEST_F(DockerWithLiveRestore, ContainersOutliveTheirEngineAndStayTheSame) {
  start("one");
  const std::string container = container_of("one");
  engine_->stop();
  ASSERT_TRUE(eventually([&] { return server_->log().find("events broke off") != std::string::npos; }, kPatience));
  // Also for a control plane that begins while the engine is away.
  server_->kill();
  ASSERT_TRUE(server_->start());
  EXPECT_EQ(field("one", "status"), "Running");
  ASSERT_EQ(engine_->start(), "");
  ASSERT_TRUE(eventually([&] { return server_->log().find("engine is back") != std::string::npos; }, kPatience))
      << server_->log();
  EXPECT_EQ(container_of("one"), container);
  EXPECT_EQ(field("one", "status"), "Running");
  // And its end is heard of as before.
  by_hand([](EngineClient& engine) { return engine.kill_container("draas-one", "SIGKILL"); });
  EXPECT_TRUE(runs_anew("one", container)) << server_->log();
}

class DockerBesideProcess : public Docker {
 protected:
  std::string default_platform() const override { return "Process"; }

  void migrate(const std::string& platform) {
    const Answer answer =
        server_->post("/api/reconciliation/instances/one/reconcile?wait=30s",
                      R"({"strategy":"Migrate","parameters":{"platform":")" + platform + R"(","drain":"200ms"}})");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json().value("outcome", ""), "Succeeded") << answer.body << server_->log();
    EXPECT_EQ(field("one", "platformType"), platform);
    EXPECT_EQ(field("one", "status"), "Running");
  }
};

TEST_F(DockerBesideProcess, AnInstanceMovesThereAndBack) {
  create_instance(*server_, "one", "Update");
  const auto front = server_->instance("one")["frontPort"].get<std::uint16_t>();
  const auto revision = server_->instance("one")["configurationRevision"];
  const auto revisions = server_->get("/api/configuration/instances/one/revisions").body;
  // For the other platform, and without effect on this one.
  ASSERT_EQ(engine_->make_image("drasi-sim:moved", static_simulator(), "drasi"), "");
  ASSERT_EQ(
      server_->call(Method::Patch, "/api/server/instances/one", R"({"platformOptions":{"image":"drasi-sim:moved"}})")
          .status,
      200);
  FrontClient client(front);
  migrate("Docker");
  EXPECT_EQ(server_->workloads().size(), 0U) << "the process is gone";
  ASSERT_EQ(engine_->containers().size(), 1U);
  EXPECT_EQ(engine_->containers().front().image, "drasi-sim:moved");
  migrate("Process");
  EXPECT_EQ(server_->workloads().size(), 1U);
  EXPECT_TRUE(eventually([&] {
    const auto containers = engine_->containers();
    return std::ranges::none_of(containers, [](const auto& each) { return each.running(); });
  }));
  EXPECT_EQ(server_->instance("one")["frontPort"].get<std::uint16_t>(), front);
  EXPECT_EQ(server_->instance("one")["configurationRevision"], revision);
  EXPECT_EQ(server_->get("/api/configuration/instances/one/revisions").body, revisions) << "its history goes with it";
  EXPECT_EQ(server_->instance("one")["platformOptions"]["image"], "drasi-sim:moved");
  client.stop();
  EXPECT_EQ(client.failures(), 0U) << client.first_failure();
  EXPECT_EQ(server_->call(Method::Delete, "/api/server/instances/one").status, 204);
  EXPECT_TRUE(engine_->containers().empty());
  EXPECT_TRUE(engine_->volumes().empty());
}

class MigrationCrash : public DockerBesideProcess, public ::testing::WithParamInterface<const char*> {
 protected:
  // How many of it run, on both platforms.
  std::size_t running_workloads() {
    const auto containers = engine_->containers();
    const auto in_containers = std::ranges::count_if(containers, [](const auto& each) { return each.running(); });
    return server_->workloads().size() + static_cast<std::size_t>(in_containers);
  }
  bool settled() {
    const Json workloads = server_->get("/api/server/instances/one/workloads").json();
    return field("one", "status") == "Running" && workloads.contains("standby") && workloads["standby"].is_null() &&
           running_workloads() == 1;
  }
};

// The control plane with its reconciler dies in the middle of a move: it is carried out all the same, and one workload
// is left.
TEST_P(MigrationCrash, IsCarriedOutByTheNext) {
  create_instance(*server_, "one", "Update");
  server_->signal(SIGTERM);
  ASSERT_TRUE(server_->wait_exit());
  ASSERT_TRUE(server_->start({{"DRAAS_CRASH_AT", GetParam()}})) << server_->log();
  server_->post("/api/reconciliation/instances/one/reconcile?wait=20s",
                R"({"strategy":"Migrate","parameters":{"platform":"Docker","drain":"100ms"}})");
  ASSERT_TRUE(server_->wait_exit(kPatience)) << server_->log();
  ASSERT_TRUE(server_->start()) << server_->log();
  // The request is durable: whoever comes next carries it out.
  EXPECT_TRUE(becomes("one", "platformType", "Docker")) << server_->log();
  EXPECT_TRUE(eventually([&] { return settled(); }, kPatience)) << running_workloads() << "\n" << server_->log();
  EXPECT_EQ(server_->workloads().size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Steps, MigrationCrash,
                         ::testing::Values("reconcile.before.StartStandby", "docker.start.created",
                                           "docker.start.started", "reconcile.after.StartStandby", "promote.committed",
                                           "reconcile.after.Promote", "reconcile.after.EndStandby"),
                         [](const auto& point) {
                           std::string name = point.param;
                           for (char& c : name) {
                             if (c == '.') c = '_';
                           }
                           return name;
                         });

TEST_F(Docker, AFleetComesAndGoesAndLeavesTheEngineAsItWas) {
  constexpr int kCount = 50;
  // Of somebody else, and left alone.
  by_hand([](EngineClient& engine) -> Task<Status> {
    std::map<std::string, std::string> none;
    Status made = co_await engine.create_volume("foreign-volume", std::move(none));
    if (!made) co_return made;
    Json specification{{"Image", kImage}, {"User", "0"}, {"Cmd", Json::array({"--config", "/tmp/server.yaml"})}};
    auto created = co_await engine.create_container("foreign", std::move(specification));
    if (!created) co_return std::unexpected(std::move(created.error()));
    co_return co_await engine.start_container("foreign");
  });
  for (int i = 0; i < kCount; ++i) ASSERT_EQ(server_->create("i" + std::to_string(i)).status, 201);
  const auto bulk = [this](const std::string& operation) {
    const Answer answer =
        server_->call(Method::Post, "/api/server/instances:" + operation, R"({"all":true})", {}, kPatience * 10);
    EXPECT_TRUE(answer.status == 200 || answer.status == 207) << answer.body;
  };
  const auto running = [this] {
    const auto all = engine_->containers();
    return std::ranges::count_if(all, [](const auto& each) { return each.running() && each.name != "foreign"; });
  };
  bulk("start");
  EXPECT_EQ(running(), kCount) << server_->log();
  server_->kill();
  ASSERT_TRUE(server_->start());
  for (int i = 0; i < kCount; ++i) {
    const std::string id = "i" + std::to_string(i);
    EXPECT_EQ(field(id, "status"), "Running") << id;
    EXPECT_EQ(server_->instance(id).value("restartCount", 1), 0) << id;
  }
  bulk("stop");
  EXPECT_EQ(running(), 0);
  bulk("delete");
  ASSERT_EQ(engine_->containers().size(), 1U);
  EXPECT_EQ(engine_->containers().front().name, "foreign");
  EXPECT_TRUE(engine_->containers().front().running());
  ASSERT_EQ(engine_->volumes().size(), 1U);
  EXPECT_EQ(engine_->volumes().front().name, "foreign-volume");
}

}  // namespace
}  // namespace draas::tests
