// Every route of the API under each of its aliases, and what it says to bad input.

#include <thread>

#include <gtest/gtest.h>

#include "support/server_process.hpp"

namespace draas::tests {
namespace {

using net::Method;

class RoutesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<ServerProcess>();
    ASSERT_TRUE(server_->start()) << server_->log();
    ASSERT_EQ(server_->create("one").status, 201);
  }
  static void TearDownTestSuite() { server_.reset(); }

  static Answer patch(const std::string& target, const std::string& body, const std::string& type) {
    net::Headers headers;
    headers.set("Content-Type", type);
    return server_->call(Method::Patch, target, body, headers);
  }

  static std::unique_ptr<ServerProcess> server_;
};
std::unique_ptr<ServerProcess> RoutesTest::server_;

TEST_F(RoutesTest, ReadingRoutesAnswerUnderEveryAlias) {
  for (const char* target : {"/api/server/instances",
                             "/api/servers/instances",
                             "/api/server/instances/one",
                             "/api/servers/instances/one",
                             "/api/server/instances/one/runtime-status",
                             "/api/server/platforms",
                             "/api/servers/platforms",
                             "/api/server/instances/one/server-configuration",
                             "/api/servers/instances/one/server-configuration",
                             "/api/server/instances/one/configuration/server",
                             "/api/configuration/instances/one",
                             "/api/configuration/instances/one/revisions",
                             "/api/configuration/instances/one/revisions/1",
                             "/api/status/one/status",
                             "/api/status/recent-changes",
                             "/api/health",
                             "/health",
                             "/ready",
                             "/metrics",
                             "/openapi/v1.json",
                             "/swagger/v1/swagger.json",
                             "/scalar/v1",
                             "/swagger/index.html"}) {
    const Answer answer = server_->get(target);
    EXPECT_EQ(answer.status, 200) << target << ": " << answer.body.substr(0, 200);
  }
  EXPECT_EQ(server_->get("/weatherforecast").status, 404);
}

TEST_F(RoutesTest, CreateAnswersWithTheSuperset) {
  const Answer created =
      server_->post("/api/servers/instances", R"({"name":"superset","serverConfiguration":{"logLevel":"debug"}})");
  ASSERT_EQ(created.status, 201) << created.body;
  const Json body = created.json();
  EXPECT_EQ(body["name"], "superset");
  EXPECT_EQ(body["instance"]["id"], body["id"]);
  EXPECT_EQ(body["serverConfiguration"]["logLevel"], "debug");
  EXPECT_EQ(created.headers.get("Location"), "/api/server/instances/" + body["id"].get<std::string>());
  EXPECT_EQ(body["status"], "Created");
  // Never started, yet its last known status is there.
  const Answer status = server_->get("/api/status/" + body["id"].get<std::string>() + "/status");
  EXPECT_EQ(status.status, 200);
  EXPECT_EQ(status.json()["status"], "Created");
}

TEST_F(RoutesTest, PostServersCreatesAndLaunches) {
  const Answer created =
      server_->post("/api/servers",
                    R"({"instanceId":"launched","platform":"Process","configuration":)" + sample_configuration() + "}");
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.json()["id"], "launched");
  EXPECT_EQ(server_->instance("launched")["status"], "Running");
  EXPECT_EQ(server_->post("/api/servers", R"({"instanceId":"launched"})").status, 409);
  EXPECT_EQ(server_->call(Method::Delete, "/api/servers/instances/launched").status, 204);
}

TEST_F(RoutesTest, SingleSettingsTakeBareScalarsUnderBothPaths) {
  const std::uint16_t port = free_port();
  for (const char* base :
       {"/api/server/instances/one/configuration/server", "/api/server/instances/one/server-configuration"}) {
    const std::string path = base;
    EXPECT_EQ(server_->call(Method::Put, path + "/loglevel", R"("debug")").status, 200);
    EXPECT_EQ(server_->call(Method::Put, path + "/loglevel", R"({"logLevel":"warn"})").status, 200);
    EXPECT_EQ(server_->call(Method::Put, path + "/port", std::to_string(port)).status, 200);
    EXPECT_EQ(server_->call(Method::Put, path + "/port", R"({"port":)" + std::to_string(port) + "}").status, 200);
    EXPECT_EQ(server_->call(Method::Put, path + "/host", R"("127.0.0.1")").status, 200);
    EXPECT_EQ(server_->call(Method::Put, path + "/port", "70000").status, 400);
    EXPECT_EQ(server_->call(Method::Put, path + "/loglevel", R"("loud")").status, 400);
    EXPECT_EQ(server_->get(path).json()["port"], port);
  }
  EXPECT_EQ(server_->call(Method::Put, "/api/server/instances/none/configuration/server/port", "8081").status, 404);
}

TEST_F(RoutesTest, StatusByHandTakesNamesIntegersAndObjects) {
  ASSERT_EQ(server_->create("byhand").status, 201);
  for (const char* body : {R"("Stopped")", R"("running")", "3", R"({"status":"Stopped"})"}) {
    EXPECT_EQ(server_->call(Method::Put, "/api/server/instances/byhand/status", body).status, 200) << body;
  }
  EXPECT_EQ(server_->instance("byhand")["status"], "Stopped");
  EXPECT_EQ(server_->call(Method::Put, "/api/server/instances/byhand/status", R"("Sleeping")").status, 400);
  EXPECT_EQ(server_->call(Method::Put, "/api/server/instances/none/status", R"("Stopped")").status, 404);
}

TEST_F(RoutesTest, DaemonsPushOneOrMany) {
  ASSERT_EQ(server_->create("pushed").status, 201);
  const Answer one = server_->post(
      "/api/status/updates",
      R"({"instanceId":"pushed","status":"Error","source":"DockerDaemon","metadata":{"ContainerId":"abc"}})");
  EXPECT_EQ(one.status, 202) << one.body;
  EXPECT_EQ(server_->get("/api/status/pushed/status").json()["containerId"], "abc");
  EXPECT_EQ(server_->post("/api/status/updates", R"({"instanceId":"none","status":"Error","source":"x"})").status, 404);
  EXPECT_EQ(server_->post("/api/status/updates", R"({"status":"Error","source":"x"})").status, 400);
  const Answer many = server_->post(
      "/api/status/updates",
      R"([{"instanceId":"pushed","status":1,"source":"DockerDaemon"},{"instanceId":"none","status":"Error","source":"x"}])");
  EXPECT_EQ(many.status, 202) << many.body;
  EXPECT_EQ(server_->instance("pushed")["status"], "Running");
}

TEST_F(RoutesTest, PatchKnowsItsMediaTypesAndFaults) {
  ASSERT_EQ(server_->create("patched").status, 201);
  const std::string target = "/api/configuration/instances/patched";
  const std::string add = R"([{"op":"add","path":"/sources/-","value":{"kind":"mock","id":"more"}}])";
  EXPECT_EQ(patch(target, add, "application/json-patch+json").status, 202);
  EXPECT_EQ(patch(target, R"([{"op":"remove","path":"/sources/1"}])", "application/json").status, 202);
  EXPECT_EQ(patch(target, R"({"logLevel":"debug"})", "application/json").status, 202);
  EXPECT_EQ(patch(target, R"({"logLevel":"info"})", "application/merge-patch+json").status, 202);
  EXPECT_EQ(patch(target, add, "text/xml").status, 415);
  EXPECT_EQ(
      patch(target, R"([{"op":"test","path":"/logLevel","value":"trace"}])", "application/json-patch+json").status,
      409);
  EXPECT_EQ(
      patch(target, R"([{"op":"replace","path":"/nothing/here","value":1}])", "application/json-patch+json").status,
      422);
  EXPECT_EQ(patch(target, R"([{"op":"jump","path":"/x"}])", "application/json-patch+json").status, 400);
  EXPECT_EQ(patch("/api/configuration/instances/none", add, "application/json-patch+json").status, 404);
  const Answer dangling = patch(target, R"([{"op":"replace","path":"/queries/0/sources/0/sourceId","value":"nope"}])",
                                "application/json-patch+json");
  EXPECT_EQ(dangling.status, 400);
  EXPECT_NE(dangling.body.find("/queries/0/sources/0"), std::string::npos) << dangling.body;
  EXPECT_EQ(server_->get(target + "/revisions").json().size(), 5U);
}

TEST_F(RoutesTest, StaleWritersAreRefused) {
  ASSERT_EQ(server_->create("etag").status, 201);
  const Answer read = server_->get("/api/configuration/instances/etag");
  net::Headers headers;
  headers.set("If-Match", read.headers.get("ETag"));
  headers.set("Content-Type", "application/json");
  EXPECT_EQ(
      server_->call(Method::Patch, "/api/configuration/instances/etag", R"({"logLevel":"debug"})", headers).status,
      202);
  EXPECT_EQ(server_->call(Method::Patch, "/api/configuration/instances/etag", R"({"logLevel":"warn"})", headers).status,
            412);
  net::Headers conditional;
  conditional.set("If-None-Match", server_->get("/api/server/instances/etag").headers.get("ETag"));
  EXPECT_EQ(server_->call(Method::Get, "/api/server/instances/etag", "", conditional).status, 304);
}

TEST_F(RoutesTest, WrongBodiesOfEveryKindAreTheClientsFault) {
  const std::vector<std::string> bodies = {"",
                                           "{",
                                           "nonsense",
                                           "[]",
                                           "null",
                                           "42",
                                           "\"text\"",
                                           "[[[[]]]]",
                                           "{\"a\":1}",
                                           "{\"name\":5}",
                                           "{\"name\":\"\"}",
                                           "{\"name\":\"x\",\"name\":\"y\"}",
                                           "{\"status\":\"\\ud800\"}",
                                           std::string("\xff\xfe", 2),
                                           std::string(200, '['),
                                           R"({"name":"x","platformType":"Moon"})",
                                           R"({"name":"x","configuration":[]})",
                                           R"({"name":"x","configuration":{"queries":5}})",
                                           R"({"name":"x","serverConfiguration":{"port":"no"}})"};
  const std::vector<std::pair<Method, std::string>> routes = {
      {Method::Post, "/api/server/instances"},
      {Method::Post, "/api/servers"},
      {Method::Put, "/api/server/instances/one/status"},
      {Method::Patch, "/api/server/instances/one/server-configuration"},
      {Method::Put, "/api/server/instances/one/configuration/server/port"},
      {Method::Put, "/api/server/instances/one/configuration/server/host"},
      {Method::Put, "/api/configuration/instances/one"},
      {Method::Patch, "/api/configuration/instances/one"},
      {Method::Post, "/api/configuration/instances/one/rollback"},
      {Method::Post, "/api/configuration/instances/one/validate"},
      {Method::Post, "/api/status/updates"},
      {Method::Post, "/api/server/instances:stop"}};
  for (const auto& [method, target] : routes) {
    for (const std::string& body : bodies) {
      const Answer answer = server_->call(method, target, body);
      EXPECT_GE(answer.status, 200) << target << " " << body << " " << answer.body;
      EXPECT_LT(answer.status, 500) << target << " " << body << " " << answer.body;
      if (answer.status >= 400) {
        EXPECT_EQ(answer.headers.get("Content-Type"), "application/problem+json") << target << " " << body;
        EXPECT_FALSE(answer.json()["detail"].is_null()) << answer.body;
      }
    }
  }
  EXPECT_EQ(server_->post("/api/server/instances", R"({"name":"x","platformTyp":"Docker"})").status, 400);
  EXPECT_EQ(server_->call(Method::Post, "/api/server/instances", std::string(2U << 20U, ' ')).status, 413);
}

TEST_F(RoutesTest, MethodsThatARouteHasNotAreNamed) {
  const Answer answer = server_->call(Method::Delete, "/api/server/platforms");
  EXPECT_EQ(answer.status, 405);
  EXPECT_NE(answer.headers.get("Allow").find("GET"), std::string_view::npos);
}

TEST_F(RoutesTest, IdempotencyKeyGivesTheSameInstanceAgain) {
  net::Headers headers;
  headers.set("Idempotency-Key", "key-1");
  const std::string body = R"({"name":"idempotent"})";
  const Answer first = server_->call(Method::Post, "/api/server/instances", body, headers);
  const Answer second = server_->call(Method::Post, "/api/server/instances", body, headers);
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(first.json()["id"], second.json()["id"]);
  EXPECT_EQ(server_->call(Method::Post, "/api/server/instances", R"({"name":"other"})", headers).status, 422);
}

TEST(Ports, ParallelCreatesGetDifferentPortsAndAFullPoolSaysSo) {
  const auto first = static_cast<std::uint16_t>(free_port_range(800) + 650);  // beyond what the server itself takes
  ServerProcess server({"--Ports:First=" + std::to_string(first), "--Ports:Last=" + std::to_string(first + 99)});
  ASSERT_TRUE(server.start()) << server.log();
  std::mutex mutex;
  std::set<int> ports;
  std::vector<std::thread> clients;
  for (int c = 0; c < 10; ++c) {
    clients.emplace_back([&, c] {
      for (int i = 0; i < 10; ++i) {
        const Answer created = server.create("i" + std::to_string(c * 10 + i));
        const std::scoped_lock lock(mutex);
        EXPECT_EQ(created.status, 201) << created.body;
        ports.insert(created.json()["serverConfiguration"].value("port", 0));
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(ports.size(), 100U);
  const Answer full = server.create("one-too-many");
  EXPECT_EQ(full.status, 503);
  EXPECT_NE(full.body.find("No free port"), std::string::npos) << full.body;
  // A deleted instance's port is given out again.
  ASSERT_EQ(server.call(Method::Delete, "/api/server/instances/i42").status, 204);
  EXPECT_EQ(server.create("reuses").status, 201);
}

TEST(Ports, OccupiedOnesAreSkippedAndAutoIsAllocated) {
  ServerProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  const int first = server.create("a").json()["serverConfiguration"].value("port", 0);
  const Answer created = server.post("/api/server/instances", R"({"id":"b","name":"b","configuration":{
      "port":)" + std::to_string(first) + R"(,
      "sources":[{"kind":"http","id":"in","host":"127.0.0.1","port":"auto"}],"queries":[],"reactions":[]}})");
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_NE(created.json()["serverConfiguration"].value("port", 0), first);
  EXPECT_NE(created.body.find("is taken"), std::string::npos) << created.body;
  // Another instance's component port is a clash with its path.
  const Answer taken = server.post("/api/server/instances", R"({"id":"c","name":"c","configuration":{
      "sources":[{"kind":"http","id":"in","host":"127.0.0.1","port":)" +
                                                                std::to_string(first) + R"(}]}})");
  EXPECT_EQ(taken.status, 409) << taken.body;
  EXPECT_NE(taken.body.find("/sources/0/port"), std::string::npos) << taken.body;
}

}  // namespace
}  // namespace draas::tests
