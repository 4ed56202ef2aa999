#include "docker_fixture.hpp"

namespace draas::tests {

void DockerFixture::SetUp() {
  engine_ = std::make_unique<DockerEngine>(engine_options());
  std::string obstacle = engine_->start();
  if (obstacle.empty()) {
    obstacle = engine_->make_image(kImage, static_simulator(), "drasi");
  }
  if (!obstacle.empty()) {
    engine_.reset();
    if (docker_engine_is_required()) FAIL() << obstacle;
    GTEST_SKIP() << obstacle;
  }
  make_server();
  ASSERT_TRUE(start_server()) << server_->log();
}

void DockerFixture::TearDown() {
  server_.reset();
  engine_.reset();
}

void DockerFixture::make_server(const std::vector<std::string>& more) {
  std::vector<std::string> all = quick_reconciler_flags();
  const auto add = [&all](const std::vector<std::string>& flags) { all.insert(all.end(), flags.begin(), flags.end()); };
  add({"--Reconciliation:InProcess=true", "--Placement:DefaultPlatform=" + default_platform(),
       std::string("--Docker:Image=") + kImage, "--Docker:PullPolicy=Never",
       "--Docker:Network=" + DockerEngine::network(), "--Docker:SweepInterval=2s", "--Monitoring:HealthInterval=300ms",
       "--Monitoring:PollingInterval=500ms"});
  add(engine_flags());
  add(more);
  server_ = std::make_unique<ServerProcess>(std::move(all));
}

bool DockerFixture::start_server() { return server_->start(environment()); }

void DockerFixture::by_hand(std::function<net::Task<Status>(docker::EngineClient&)> work) {
  const Status done = engine_->call(std::move(work));
  EXPECT_TRUE(done) << done.error().message;
}

Json DockerFixture::platform() {
  const Json platforms = server_->get("/api/server/platforms").json();
  for (const Json& each : platforms) {
    if (each.value("platformType", "") == "Docker") return each;
  }
  ADD_FAILURE() << "there is no Docker platform: " << platforms.dump();
  return Json::object();
}

std::string DockerFixture::field(const std::string& id, const char* name) {
  const Json instance = server_->instance(id);
  const auto found = instance.is_object() ? instance.find(name) : instance.end();
  return found != instance.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool DockerFixture::becomes(const std::string& id, const char* name, const std::string& value) {
  return eventually([&] { return field(id, name) == value; }, kPatience);
}

std::string DockerFixture::container_of(const std::string& id) {
  const Json status = server_->get("/api/server/instances/" + id + "/runtime-status").json();
  return status.is_object() && status["containerId"].is_string() ? status["containerId"].get<std::string>() : "";
}

void DockerFixture::start(const std::string& id) {
  const Answer created = server_->create(id, true);
  ASSERT_EQ(created.status, 201) << created.body;
  ASSERT_TRUE(becomes(id, "status", "Running")) << created.body << "\n" << server_->log();
}

bool DockerFixture::runs_anew(const std::string& id, const std::string& before) {
  return eventually(
      [&] {
        const std::string now = container_of(id);
        return !now.empty() && now != before && field(id, "status") == "Running";
      },
      kPatience);
}

}  // namespace draas::tests
