// Images that the engine pulls from a real registry with a login, and how an instance is upgraded to another one.

#include "support/docker_registry.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "docker_fixture.hpp"
#include "support/command_line.hpp"

namespace draas::tests {
namespace {

namespace fs = std::filesystem;
using net::Method;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Registry : public DockerFixture {
 protected:
  ~Registry() override { fs::remove_all(login_); }

  void SetUp() override {
    const std::string obstacle = registry_.start();
    if (!obstacle.empty()) {
      if (docker_engine_is_required()) FAIL() << obstacle;
      GTEST_SKIP() << obstacle;
    }
    log_in(DockerRegistry::kPassword);
    DockerFixture::SetUp();
    if (!engine_) return;
    push("1");
  }

  // An image that fails stays failed until somebody asks again.
  std::vector<std::string> engine_flags() const override {
    return {"--Docker:Host=" + engine_->host(), "--Reconciliation:ReconcileErrorInstances=false"};
  }
  std::map<std::string, std::string> environment() const override { return {{"DOCKER_CONFIG", login_.string()}}; }

  void log_in(const std::string& password) {
    write_docker_login(login_, registry_.address(), DockerRegistry::kUser, password);
  }
  std::string repository() const { return registry_.address() + "/draas/sim"; }
  std::string tagged(const std::string& tag) const { return repository() + ":" + tag; }
  // Makes the registry have it, and the engine not.
  void push(const std::string& tag, const std::string& image = kImage) {
    ASSERT_EQ(engine_->push_image(image, repository(), tag, DockerRegistry::kUser, DockerRegistry::kPassword), "");
    digest_ = engine_->digest_of(tagged(tag));
    drop(tagged(tag));
  }
  void drop(const std::string& image) { ASSERT_EQ(engine_->remove_image(image), ""); }
  bool engine_has(const std::string& image) { return !engine_->image_id(image).empty(); }

  // Creates and starts one with this image. The answer to the creation.
  Answer run(const std::string& id, const std::string& image, const std::string& policy) {
    Json body{{"id", id}, {"name", id}, {"start", true}, {"configuration", *parse_json(sample_configuration())}};
    body["platformOptions"] = Json{{"image", image}, {"pullPolicy", policy}};
    return server_->post("/api/server/instances", to_text(body));
  }
  void expect_runs(const std::string& id, const std::string& image) {
    EXPECT_TRUE(becomes(id, "status", "Running")) << field(id, "errorMessage") << "\n" << server_->log();
    EXPECT_EQ(engine_->inspect("draas-" + id).image, image);
  }
  // Starts, and says why not.
  std::string refusal(const std::string& id) {
    const Answer answer = server_->post("/api/server/instances/" + id + "/start");
    EXPECT_NE(answer.status, 200) << answer.body;
    const std::string message = field(id, "errorMessage");
    EXPECT_THAT(answer.body, Not(HasSubstr(DockerRegistry::kPassword)));
    return message;
  }
  void stop(const std::string& id) { ASSERT_EQ(server_->post("/api/server/instances/" + id + "/stop").status, 200); }
  // What the instance's events say of its starts, once `text` is among it.
  std::string progress(const std::string& id, const std::string& text) {
    const std::string url = server_->endpoint().to_string() + "/api/status/stream?after=0&instanceId=" + id;
    std::string told;
    eventually(
        [&] {
          told = run_command("/usr/bin/curl", {"-sN", "--max-time", "1", url}).out;
          return told.find(text) != std::string::npos;
        },
        kPatience);
    return told;
  }

  DockerRegistry registry_;
  std::string digest_;  // of what was pushed last
  const fs::path login_ = fs::temp_directory_path() / ("draas-login-" + std::to_string(::getpid()));
};

TEST_F(Registry, IfNotPresentPullsOnceAndTellsItsProgress) {
  run("one", tagged("1"), "IfNotPresent");
  expect_runs("one", tagged("1"));
  const std::string pulling = "pulling " + tagged("1");
  EXPECT_THAT(progress("one", pulling + ": done"), AllOf(HasSubstr(pulling + "\""), HasSubstr(pulling + ": done")));
  // What the engine has needs no registry.
  registry_.stop();
  stop("one");
  EXPECT_EQ(server_->post("/api/server/instances/one/start").status, 200);
  expect_runs("one", tagged("1"));
}

TEST_F(Registry, AlwaysTakesWhatTheTagMeansNow) {
  run("one", tagged("1"), "Always");
  expect_runs("one", tagged("1"));
  const std::string before = engine_->inspect("draas-one").image_id;
  ASSERT_EQ(engine_->make_image("drasi-sim:next", static_simulator(), ""), "");
  push("1", "drasi-sim:next");
  EXPECT_EQ(server_->post("/api/server/instances/one/restart").status, 200);
  const std::string after = engine_->inspect("draas-one").image_id;
  EXPECT_NE(after, before);
  EXPECT_EQ(after, engine_->image_id("drasi-sim:next"));

  // A restart asks the registry, which is away, and comes back.
  registry_.stop();
  stop("one");
  EXPECT_THAT(refusal("one"), AllOf(HasSubstr("Cannot pull the image"), HasSubstr("its registry")));
  EXPECT_TRUE(becomes("one", "status", "Error"));
  ASSERT_EQ(registry_.start(), "");
  EXPECT_EQ(server_->post("/api/server/instances/one/start").status, 200) << server_->log();
  expect_runs("one", tagged("1"));
}

TEST_F(Registry, NeverSaysWhichImageIsMissing) {
  const Answer created = run("one", tagged("1"), "Never");
  EXPECT_EQ(created.status, 201) << created.body;
  EXPECT_THAT(refusal("one"), HasSubstr("docker pull " + tagged("1")));
  EXPECT_FALSE(engine_has(tagged("1")));
  EXPECT_THAT(registry_.log(), Not(HasSubstr("manifests/1\" http.request.method=GET")));
}

TEST_F(Registry, ADigestNamesOneImageForEver) {
  const std::string by_digest = repository() + "@" + digest_;
  run("one", by_digest, "IfNotPresent");
  expect_runs("one", by_digest);
  const std::string done = "pulling " + by_digest + ": done";
  EXPECT_THAT(progress("one", done), HasSubstr(done));
  EXPECT_EQ(engine_->inspect("draas-one").image_id, engine_->image_id(kImage));
}

TEST_F(Registry, AnUpgradeIsAChangedImageThatIsRolledOut) {
  run("one", tagged("1"), "IfNotPresent");
  expect_runs("one", tagged("1"));
  const std::string before = container_of("one");
  ASSERT_EQ(engine_->make_image("drasi-sim:next", static_simulator(), ""), "");
  push("2", "drasi-sim:next");
  const std::string policy = "/api/reconciliation/instances/one/policy";
  ASSERT_EQ(server_->call(Method::Put, policy, R"({"paused":true})").status, 200);
  const Answer changed =
      server_->call(Method::Patch, "/api/server/instances/one",
                    to_text(Json{{"platformOptions", Json{{"image", tagged("2")}, {"pullPolicy", "IfNotPresent"}}}}));
  ASSERT_EQ(changed.status, 200) << changed.body;

  // Drift that the plan shows, and that nobody mends while reconciliation is paused.
  const Json drift = server_->get("/api/reconciliation/instances/one/drift").json();
  EXPECT_FALSE(drift.value("inSync", true));
  ASSERT_EQ(drift["differences"].size(), 1U) << drift.dump();
  EXPECT_EQ(drift["differences"][0].value("path", ""), "/platformOptions/image");
  EXPECT_EQ(drift["differences"][0].value("liveness", ""), "Restart");
  const std::string plan = server_->get("/api/reconciliation/instances/one/plan?strategy=Update").body;
  EXPECT_THAT(plan, AllOf(HasSubstr("Restart"), HasSubstr(tagged("1") + " → " + tagged("2"))));
  EXPECT_EQ(container_of("one"), before);

  ASSERT_EQ(server_->call(Method::Put, policy, R"({"paused":false})").status, 200);
  EXPECT_TRUE(runs_anew("one", before)) << server_->log();
  expect_runs("one", tagged("2"));
  EXPECT_TRUE(eventually([&] {
    return server_->get("/api/reconciliation/instances/one/drift").json().value("inSync", false);
  })) << server_->get("/api/reconciliation/instances/one/drift").body;
}

TEST_F(Registry, AWrongPasswordIsToldWithTheWayOut) {
  log_in("wrong");
  run("one", tagged("1"), "IfNotPresent");
  EXPECT_THAT(refusal("one"), AllOf(HasSubstr(tagged("1")), HasSubstr("`docker login`")));
  EXPECT_TRUE(becomes("one", "status", "Error"));
  // The login is read anew for every pull.
  log_in(DockerRegistry::kPassword);
  EXPECT_EQ(server_->post("/api/server/instances/one/start").status, 200) << server_->log();
  expect_runs("one", tagged("1"));
  EXPECT_THAT(server_->log(), Not(HasSubstr(DockerRegistry::kPassword)));
}

TEST_F(Registry, WithoutALoginItIsTheSame) {
  fs::remove(login_ / "config.json");
  run("one", tagged("1"), "IfNotPresent");
  EXPECT_THAT(refusal("one"), AllOf(HasSubstr(tagged("1")), HasSubstr("`docker login`")));
}

TEST_F(Registry, AnImageThatIsNotThere) {
  run("one", tagged("9"), "IfNotPresent");
  EXPECT_THAT(refusal("one"), AllOf(HasSubstr(tagged("9")), HasSubstr("check the image's name and tag")));
}

}  // namespace
}  // namespace draas::tests
