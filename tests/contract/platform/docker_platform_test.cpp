// What the Docker platform promises beyond the contract of all platforms.

#include "platforms/docker/docker_platform.hpp"

#include <gmock/gmock.h>

#include "contract/platform/docker_engine_under_test.hpp"
#include "contract/platform/platform_fixture.hpp"
#include "platforms/docker/marks.hpp"

namespace draas::platforms {
namespace {

using ::testing::HasSubstr;

class DockerPlatformTest : public PlatformFixture {
 protected:
  PlatformFactory factory() override { return docker_factory(); }

  std::string name_of(const std::string& id) const { return draas::platforms::docker::container_name(prefix(), id); }
  std::string prefix() const { return prefix_of(directory_); }
  Status on_engine(std::function<net::Task<Status>(draas::docker::EngineClient&)> work) {
    return engine_under_test()->call(std::move(work));
  }
  Error start_fails(core::WorkloadSpec wanted) {
    auto started = run(platform().start(std::move(wanted)));
    return started ? Error{} : started.error();
  }
};

TEST_F(DockerPlatformTest, OutOfMemoryIsToldAsSuch) {
  auto wanted = spec("greedy", "print ready\nallocate 200\nprint survived\n");
  wanted.limits.memory_bytes = 32U << 20U;
  auto started = run(platform().start(wanted));
  ASSERT_TRUE(started) << started.error().message;
  const auto exit = wait_for_exit("greedy");
  EXPECT_TRUE(exit.out_of_memory) << exit.reason;
  EXPECT_THAT(exit.reason, HasSubstr("out of memory"));
}

TEST_F(DockerPlatformTest, WhatIsWrittenBelongsToTheUserOfTheImage) {
  const auto handle = start("one", "write file.txt\nprint_state\n");
  const std::string log = wait_for_log("one", "arguments");
  EXPECT_THAT(log, HasSubstr("directory /var/lib/draas/data/instance"));
  EXPECT_THAT(log, HasSubstr("--config /var/lib/draas/config/instance/server.yaml"));
  const auto config = engine_under_test()->volume(draas::platforms::docker::config_volume(prefix(), "one"));
  EXPECT_TRUE(std::filesystem::exists(working_directory("one") / "file.txt"));
  EXPECT_GT(std::filesystem::file_size(config / "instance" / "server.yaml"), 0U);
  stop(handle);
  EXPECT_TRUE(run(platform().remove_configuration("one")));
  EXPECT_EQ(std::filesystem::file_size(config / "instance" / "server.yaml"), 0U) << "it may hold secrets";
}

TEST_F(DockerPlatformTest, NamesOfOthersAreLeftAlone) {
  Json foreign = Json::object();
  foreign["Image"] = "draas-fake-server:test";
  const std::string name = name_of("one");
  auto created = engine_under_test()->call<Result<draas::docker::CreatedContainer>>(
      [name, foreign](draas::docker::EngineClient& engine) { return engine.create_container(name, foreign); });
  ASSERT_TRUE(created) << created.error().message;
  const Error error = start_fails(spec("one", ""));
  EXPECT_EQ(error.code, ErrorCode::Conflict);
  EXPECT_THAT(error.message, HasSubstr("Docker:NamePrefix"));
  EXPECT_TRUE(run(platform().remove("one", false)));
  EXPECT_EQ(engine_under_test()->inspect(name).id, created->id) << "not ours, and not removed";
  EXPECT_TRUE(on_engine([name](draas::docker::EngineClient& engine) { return engine.remove_container(name, true); }));

  const std::string volume = draas::platforms::docker::data_volume(prefix(), "two");
  EXPECT_TRUE(on_engine([volume](draas::docker::EngineClient& engine) { return engine.create_volume(volume, {}); }));
  EXPECT_THAT(start_fails(spec("two", "")).message, HasSubstr("docker volume rm " + volume));
  EXPECT_TRUE(on_engine([volume](draas::docker::EngineClient& engine) { return engine.remove_volume(volume); }));
}

TEST_F(DockerPlatformTest, AFailedStartLeavesNothing) {
  auto second = spec("two", "");
  auto first = spec("first", "");
  second.port = first.port;
  auto running = run(platform().start(first));
  ASSERT_TRUE(running);
  const Error error = start_fails(second);
  EXPECT_EQ(error.code, ErrorCode::Conflict) << error.message;
  EXPECT_THAT(error.message, HasSubstr("give the instance another port"));
  EXPECT_EQ(engine_under_test()->inspect(name_of("two")).id, "");
  EXPECT_EQ(exits_of("two"), 0U);
  stop(*running, 0ms);
}

TEST_F(DockerPlatformTest, AnImageThatIsNotThereIsNamed) {
  auto wanted = spec("one", "");
  wanted.platform_options = Json::parse(R"({"image":"nobody/nothing:1"})");
  const Error error = start_fails(wanted);
  EXPECT_EQ(error.code, ErrorCode::Unprocessable);
  EXPECT_THAT(error.message, HasSubstr("docker pull nobody/nothing:1"));
}

TEST_F(DockerPlatformTest, TheImageIsPartOfWhatAWorkloadIsStartedWith) {
  const Json none = platform().effective_options(Json());
  EXPECT_TRUE(none.contains("image"));
  EXPECT_EQ(platform().effective_options(Json::parse(R"({"pullPolicy":"Always"})")), none) << "of the next start alone";
  EXPECT_EQ(platform().effective_options(Json::parse(R"({"image":"a:1","user":"7"})")),
            Json::parse(R"({"image":"a:1","user":"7"})"));
}

TEST_F(DockerPlatformTest, OnlyMarksThatAgreeAreTaken) {
  auto handle = start("one", "");
  restart_platform();
  core::WorkloadHandle other = handle;
  other.spec_hash = "another";
  auto recovered = run(platform().recover(other));
  ASSERT_TRUE(recovered);
  EXPECT_FALSE(recovered->running);
  EXPECT_THAT(recovered->exit.reason, HasSubstr("another start"));
  recovered = run(platform().recover(handle));
  ASSERT_TRUE(recovered);
  EXPECT_TRUE(recovered->running);
  stop(handle, 0ms);
}

TEST_F(DockerPlatformTest, PausedOnesAreStoppedLikeOthers) {
  const auto handle = start("one", "print ready\n");
  wait_for_log("one", "ready\n");
  const std::string name = name_of("one");
  EXPECT_TRUE(on_engine([name](draas::docker::EngineClient& engine) { return engine.pause_container(name); }));
  EXPECT_EQ(ids_listed().size(), 1U);
  EXPECT_EQ(stop(handle).exit_code, 0);
}

TEST_F(DockerPlatformTest, AnEngineThatIsNotThereIsSaidToBe) {
  docker::DockerPlatformOptions options;
  options.endpoint.host = "unix:///nowhere/docker.sock";
  auto without = docker::make_docker_platform(options, loop_->executor(), *workers_);
  auto availability = run(without->availability());
  EXPECT_FALSE(availability.available);
  EXPECT_THAT(availability.reason, HasSubstr("no such socket"));
  auto started = run(without->start(spec("one", "")));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::Unavailable);
  auto closing = [](core::Platform* each) -> net::Task<bool> {
    co_await each->close();
    co_return true;
  };
  run<bool>(closing(without.get()));
  on_loop([&without] { without.reset(); });
}

}  // namespace
}  // namespace draas::platforms
