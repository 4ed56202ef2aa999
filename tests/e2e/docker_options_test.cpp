// What an instance may ask of the Docker platform, as a real engine has it, and where the engine is found.

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/files.hpp"
#include "base/id.hpp"
#include "docker_fixture.hpp"
#include "support/event_stream.hpp"

namespace draas::tests {
namespace {

namespace fs = std::filesystem;
using docker::EngineClient;
using net::Method;
using net::Task;
using ::testing::HasSubstr;

class DockerOptions : public DockerFixture {
 protected:
  Answer create(const std::string& id, const Json& options, const Json& more = Json::object()) {
    Json body{{"id", id}, {"name", id}, {"platformOptions", options}};
    body.update(more);
    return server_->post("/api/server/instances", to_text(body));
  }
  Answer start_it(const std::string& id) { return server_->post("/api/server/instances/" + id + "/start"); }
};

TEST_F(DockerOptions, AreThoseOfTheContainer) {
  by_hand([](EngineClient& engine) { return engine.create_volume("shared-data", {}); });
  const Json options{{"readOnlyRoot", true},
                     {"pidsLimit", 64},
                     {"extraHosts", Json::array({"db.example:10.9.8.7"})},
                     {"volumes", Json::array({"shared-data:/shared:ro"})},
                     {"user", "1234:1235"},
                     {"labels", Json{{"team", "shop"}}}};
  ASSERT_EQ(create("one", options, Json{{"limits", Json{{"cpuCores", 0.5}, {"memoryBytes", 256U << 20U}}}}).status,
            201);
  const Answer started = start_it("one");
  ASSERT_EQ(started.status, 200) << started.body << server_->log();
  const Json details = engine_->details("draas-one");
  const Json& host = details["HostConfig"];
  EXPECT_EQ(host["ReadonlyRootfs"], true);
  EXPECT_EQ(host["PidsLimit"], 64);
  EXPECT_EQ(host["NanoCpus"], 500'000'000);
  EXPECT_EQ(host["Memory"], 256U << 20U);
  EXPECT_EQ(host["ExtraHosts"], Json::array({"db.example:10.9.8.7"}));
  EXPECT_EQ(details["Config"]["User"], "1234:1235");
  EXPECT_EQ(details["Config"]["Labels"]["team"], "shop");
  bool is_mounted = false;
  for (const Json& mount : details["Mounts"]) {
    if (mount.value("Name", "") == "shared-data") is_mounted = mount.value("Destination", "") == "/shared";
  }
  EXPECT_TRUE(is_mounted) << details["Mounts"].dump();
  EXPECT_EQ(server_->get("/api/server/instances/one/proxy/health").status, 200);

  // What another instance keeps is its own.
  ASSERT_EQ(create("two", Json{{"volumes", Json::array({"draas--data-one:/stolen"})}}).status, 201);
  const Answer refused = start_it("two");
  EXPECT_EQ(refused.status, 400) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("belongs to another instance"));
  const Json many{{"labels", Json{{"note", std::string(20'000, 'x')}}}};
  EXPECT_EQ(create("three", many).status, 400);
}

TEST_F(DockerOptions, OfAnotherPlatformAreKeptAndStillChecked) {
  ASSERT_EQ(create("one", Json{{"image", kImage}, {"environment", Json{{"A", "b"}}}}, Json{{"platformType", "Process"}})
                .status,
            201)
      << "the image counts when it is moved";
  EXPECT_EQ(server_->instance("one")["platformOptions"]["image"], kImage);
  EXPECT_EQ(start_it("one").status, 200) << server_->log();
  EXPECT_EQ(create("two", Json{{"image", ""}}, Json{{"platformType", "Process"}}).status, 400);
  EXPECT_EQ(create("two", Json{{"imag", "x"}}, Json{{"platformType", "Process"}}).status, 400);
}

TEST_F(DockerOptions, APortThatIsTakenIsUsedOnceItIsFree) {
  start("one");
  const auto port = server_->get("/api/configuration/instances/one").json()["port"].get<std::uint16_t>();
  server_->kill();
  by_hand([](EngineClient& engine) { return engine.kill_container("draas-one", "SIGKILL"); });
  UniqueFd taken(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ASSERT_EQ(::setsockopt(taken.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
  ASSERT_TRUE(eventually(
      [&] { return ::bind(taken.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0; }));
  ASSERT_EQ(::listen(taken.get(), 1), 0);
  ASSERT_TRUE(server_->start()) << server_->log();
  ASSERT_TRUE(eventually([&] { return field("one", "errorMessage").find("Port") != std::string::npos; }, kPatience))
      << server_->instance("one").dump() << server_->log();
  taken.reset();
  EXPECT_TRUE(becomes("one", "status", "Running")) << server_->log();
}

TEST_F(DockerOptions, AFollowedLogGoesOnAfterARestartByHand) {
  start("one");
  EventStream log(server_->endpoint(), "/api/server/instances/one/logs?follow=true&tail=0");
  ASSERT_TRUE(engine_->restart_container("draas-one"));
  EXPECT_TRUE(log.arrival("started successfully with API")) << server_->log();
  EXPECT_EQ(log.count("started successfully with API"), 1U) << log.since_mark();
}

class DockerContext : public DockerFixture {
 protected:
  ~DockerContext() override { fs::remove_all(directory_); }

  std::vector<std::string> engine_flags() const override { return {}; }
  std::map<std::string, std::string> environment() const override {
    const fs::path meta = directory_ / "contexts" / "meta" / sha256_hex("remote");
    fs::create_directories(meta);
    const Json context{{"Name", "remote"}, {"Endpoints", Json{{"docker", Json{{"Host", engine_->host()}}}}}};
    (void)write_file(meta / "meta.json", to_text(context), 0600, Durability::Atomic);
    (void)write_file(directory_ / "config.json", R"({"currentContext":"remote"})", 0600, Durability::Atomic);
    return {{"DOCKER_CONFIG", directory_.string()}, {"DOCKER_HOST", ""}, {"DOCKER_CONTEXT", ""}};
  }

  fs::path directory_ = fs::temp_directory_path() / ("draas-context-" + random_hex(4));
};

TEST_F(DockerContext, IsUsedLikeTheDockerCommandDoes) {
  start("one");
  EXPECT_EQ(engine_->containers().size(), 1U);
}

}  // namespace
}  // namespace draas::tests
