// A control plane that comes up while its engine takes connections and answers nothing.

#include <iostream>

#include <gtest/gtest.h>

#include "support/server_process.hpp"
#include "unit/docker/scripted_engine.hpp"

namespace draas::tests {
namespace {

constexpr milliseconds kPatience{30'000};

TEST(DockerHangingEngine, HoldsUpNeitherTheControlPlaneNorOtherPlatforms) {
  docker::testing::ScriptedEngine engine;
  ServerProcess server({"--Docker:Host=" + engine.host()});
  ASSERT_TRUE(server.start()) << server.log();
  constexpr int kContainers = 6;
  for (int i = 0; i < kContainers; ++i) {
    const std::string id = "d" + std::to_string(i);
    const Json body{{"id", id}, {"name", id}, {"platformType", "Docker"}};
    ASSERT_EQ(server.post("/api/server/instances", to_text(body)).status, 201);
    server.post("/api/server/instances/" + id + "/start?wait=0s");
  }
  ASSERT_TRUE(eventually([&] { return engine.count("/start") == kContainers; }, kPatience)) << server.log();
  ASSERT_EQ(server.create("local", true).status, 201);
  ASSERT_TRUE(eventually([&] { return server.instance("local").value("status", "") == "Running"; }, kPatience));
  server.kill();

  engine.hold(" /");
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(server.start()) << server.log();
  const auto took = std::chrono::steady_clock::now() - begun;
  std::cout << "ready after " << std::chrono::duration_cast<milliseconds>(took).count() << " ms\n";
  EXPECT_LT(took, std::chrono::seconds(15)) << "one wait for the engine, and not one for each container";
  EXPECT_EQ(server.instance("local").value("status", ""), "Running");
  EXPECT_EQ(server.instance("d0").value("phase", ""), "Starting") << "nobody knows better yet";

  // It answers again, and one that ended meanwhile is noticed.
  const std::string container = engine.only_container();
  engine.finish(container, 3, false);
  engine.release();
  EXPECT_TRUE(eventually([&] { return engine.count("/start") > kContainers; }, kPatience)) << server.log();
  EXPECT_EQ(engine.state_of("c1"), "running");
}

}  // namespace
}  // namespace draas::tests
