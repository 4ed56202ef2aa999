#include <gmock/gmock.h>

#include "api_fixture.hpp"

namespace draas::api::testing {
namespace {

class InstancesApi : public ApiTest {};

TEST_F(InstancesApi, CreateAnswersBareFieldsAndTheWrappedOnes) {
  const auto answer =
      ask_json("POST", "/api/server/instances",
               R"({"name":"one","metadata":{"env":"prod"},"serverConfiguration":{"logLevel":"DEBUG"}})");
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto body = answer.json();
  EXPECT_EQ(body["name"], "one");
  EXPECT_EQ(body["status"], "Created");
  EXPECT_EQ(body["instance"]["id"], body["id"]);
  EXPECT_EQ(body["serverConfiguration"]["logLevel"], "debug");
  EXPECT_GE(body["serverConfiguration"]["port"].get<int>(), 8080);
  EXPECT_EQ(answer.header("Location"), "/api/server/instances/" + body["id"].get<std::string>());
  const auto got = ask("GET", answer.header("Location"));
  EXPECT_EQ(got.json(), body["instance"]);
  EXPECT_EQ(got.header("ETag"), answer.header("ETag"));
}

TEST_F(InstancesApi, CreateTakesTheOtherNamesAndIntegersForEnums) {
  const auto answer = ask_json("POST", "/api/servers/instances",
                               R"({"instanceId":"a-1","platform":1,"restartPolicy":0,"limits":{"memory":"1.5Gi"}})");
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto body = answer.json();
  EXPECT_EQ(body["id"], "a-1");
  EXPECT_EQ(body["name"], "a-1");
  EXPECT_EQ(body["platformType"], "Docker");
  EXPECT_EQ(body["restartPolicy"], "Always");
  EXPECT_EQ(body["limits"]["memoryBytes"], 1610612736);
  EXPECT_EQ(ask_json("POST", "/api/server/instances", R"({"id":"a-1"})").status, 409);
}

TEST_F(InstancesApi, ServersCreatesAndLaunches) {
  const auto answer =
      ask_json("POST", "/api/servers", R"({"instanceId":"go","platform":"process","configuration":{}})");
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.json()["desiredState"], "Running");
}

TEST_F(InstancesApi, IdempotencyKeyGivesTheSameInstanceAgain) {
  const Fields key{{"Idempotency-Key", "k"}};
  const auto first = ask_json("POST", "/api/server/instances", R"({"name":"x"})", key);
  const auto second = ask_json("POST", "/api/server/instances", R"({"name":"x"})", key);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.header("Location"), first.header("Location"));
  EXPECT_EQ(second.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(ask_json("POST", "/api/server/instances", R"({"name":"y"})", key).status, 422);
  EXPECT_EQ(ask_json("POST", "/api/server/instances", R"({"name":"y"})", {{"Idempotency-Key", ""}}).status, 400);
}

TEST_F(InstancesApi, ListHasAnETagAndKnowsItsPages) {
  create("a", R"(,"metadata":{"env":"prod"})");
  create("b", R"(,"metadata":{"env":"dev"})");
  create("c", R"(,"metadata":{"env":"prod"},"platform":"Docker")");
  const auto all = ask("GET", "/api/server/instances");
  EXPECT_EQ(all.json().size(), 3U);
  EXPECT_EQ(all.header("X-Total-Count"), "3");
  EXPECT_EQ(ask("GET", "/api/server/instances", "", {{"If-None-Match", all.header("ETag")}}).status, 304);

  const auto first = ask("GET", "/api/server/instances?selector=env%3Dprod&limit=1");
  EXPECT_EQ(first.json()[0]["id"], "a");
  EXPECT_EQ(first.header("X-Total-Count"), "2");
  EXPECT_EQ(first.header("Link"), "</api/server/instances?selector=env%3Dprod&limit=1&continue=a>; rel=\"next\"");
  const auto second = ask("GET", "/api/server/instances?selector=env%3Dprod&limit=1&continue=a");
  EXPECT_EQ(second.json()[0]["id"], "c");
  EXPECT_FALSE(second.headers.has("Link"));
  EXPECT_EQ(ask("GET", "/api/server/instances?platform=docker&status=0,Running").json().size(), 1U);
  EXPECT_EQ(ask("GET", "/api/server/instances?status=Running").json().size(), 0U);

  create("d");
  EXPECT_EQ(ask("GET", "/api/server/instances", "", {{"If-None-Match", all.header("ETag")}}).status, 200);
}

TEST_F(InstancesApi, PatchMergesMetadataAndChecksIfMatch) {
  create("a", R"(,"metadata":{"x":"1","y":"2"},"restartPolicy":"Never")");
  const auto answer = ask_json("PATCH", "/api/server/instances/a",
                               R"({"name":"new","metadata":{"x":null,"z":3},"restartPolicy":null})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json()["name"], "new");
  EXPECT_EQ(answer.json()["metadata"], (Json{{"y", "2"}, {"z", "3"}}));
  EXPECT_TRUE(answer.json()["restartPolicy"].is_null());
  EXPECT_EQ(ask_json("PATCH", "/api/server/instances/a", "{}", {{"If-Match", "\"stale\""}}).status, 412);
  EXPECT_EQ(
      ask_json("PATCH", "/api/server/instances/a", R"({"description":"d"})", {{"If-Match", answer.header("ETag")}})
          .status,
      200);
  EXPECT_EQ(ask_json("PATCH", "/api/server/instances/a", R"({"metadata":null})").json()["metadata"], Json::object());
}

TEST_F(InstancesApi, StartStopAndRestartAreIdempotentAndSayWhatHappened) {
  create("a");
  auto answer = ask("POST", "/api/server/instances/a/start");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json()["changed"], true);
  EXPECT_EQ(answer.json()["instance"]["status"], "Running");
  EXPECT_EQ(answer.json()["runtime"]["processId"], "1");
  EXPECT_EQ(ask("POST", "/api/servers/instances/a/start?wait=00:00:05").json()["changed"], false);
  const auto text = ask("POST", "/api/server/instances/a/stop", "", {{"Accept", "text/plain"}});
  EXPECT_EQ(text.status, 200);
  EXPECT_EQ(text.body, "Instance 'a' stopped successfully");
  EXPECT_TRUE(text.header("Content-Type").starts_with("text/plain"));
  EXPECT_EQ(ask("POST", "/api/server/instances/a/stop").json()["changed"], false);
  EXPECT_EQ(ask("POST", "/api/server/instances/a/restart").json()["instance"]["status"], "Running");
  EXPECT_EQ(ask("POST", "/api/server/instances/a/stop?wait=301").status, 400);
}

TEST_F(InstancesApi, AStartBodyIsAOneShotConfiguration) {
  create("a");
  const std::string one_shot = R"({"configuration":{"serverConfiguration":{"logLevel":"trace"},"queries":[]}})";
  auto answer = ask_json("POST", "/api/server/instances/a/start", one_shot);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json()["runtime"]["oneShot"], true);
  EXPECT_NE(ask("GET", "/api/configuration/instances/a").json()["logLevel"], "trace");
  ask("POST", "/api/server/instances/a/stop");
  answer = ask_json("POST", "/api/server/instances/a/start?persist=true", one_shot);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(ask("GET", "/api/configuration/instances/a").json()["logLevel"], "trace");
  const auto yaml = ask("POST", "/api/server/instances/a/restart", "logLevel: warn\n", {{"Content-Type", "text/yaml"}});
  EXPECT_EQ(yaml.status, 200) << yaml.body;
}

TEST_F(InstancesApi, ARepeatedKeyDoesNotRestartTwice) {
  create("a");
  const Fields key{{"Idempotency-Key", "once"}};
  const auto first = ask("POST", "/api/server/instances/a/restart", "", key);
  const auto second = ask("POST", "/api/server/instances/a/restart", "", key);
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(second.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(ask("GET", "/api/server/instances/a/runtime-status").json()["generation"], 1);
  EXPECT_EQ(ask("POST", "/api/server/instances/a/stop", "", key).status, 422);
}

TEST_F(InstancesApi, StatusCanBeSetInEverySpelling) {
  create("a");
  for (const auto& [body, status] :
       std::vector<std::pair<std::string, std::string>>{{"\"Running\"", "Running"},
                                                        {"2", "Stopped"},
                                                        {"\"error\"", "Error"},
                                                        {R"({"status":"Stopped"})", "Stopped"},
                                                        {R"({"status":1})", "Running"}}) {
    const auto answer = ask_json("PUT", "/api/server/instances/a/status", body);
    ASSERT_EQ(answer.status, 200) << body << answer.body;
    EXPECT_EQ(answer.json()["status"], status) << body;
  }
}

TEST_F(InstancesApi, BulkNeedsAFilterAndTellsWhatBecameOfEach) {
  create("a", R"(,"metadata":{"env":"prod"})");
  create("b", R"(,"metadata":{"env":"dev"})");
  EXPECT_EQ(ask("POST", "/api/server/instances:start").status, 400);
  auto result = ask_json("POST", "/api/server/instances:start", R"({"selector":"env=prod"})").json();
  EXPECT_EQ(result["matched"], 1);
  EXPECT_EQ(result["succeeded"], 1);
  result = ask("POST", "/api/servers/instances:stop?status=Running").json();
  EXPECT_EQ(result["results"][0]["id"], "a");
  result = ask_json("POST", "/api/server/instances:restart", R"({"ids":["b","zzz"]})").json();
  EXPECT_EQ(result["failed"], 1);
  EXPECT_EQ(result["results"][1]["error"]["status"], 404);
  EXPECT_EQ(ask_json("POST", "/api/server/instances:stop", R"({"ids":["b"],"all":true})").status, 400);
  result = ask_json("POST", "/api/server/instances:delete", R"({"all":true})").json();
  EXPECT_EQ(result["succeeded"], 2);
  EXPECT_EQ(ask("GET", "/api/server/instances").body, "[]");
}

TEST_F(InstancesApi, DeleteStopsFirstAndChecksIfMatch) {
  create("a");
  ask("POST", "/api/server/instances/a/start");
  EXPECT_EQ(ask("DELETE", "/api/server/instances/a", "", {{"If-Match", "\"stale\""}}).status, 412);
  const auto gone = ask("DELETE", "/api/server/instances/a?keepData=true");
  EXPECT_EQ(gone.status, 204);
  EXPECT_EQ(gone.body, "");
  EXPECT_EQ(ask("DELETE", "/api/server/instances/a").status, 404);
}

TEST_F(InstancesApi, PlatformsSayWhetherTheyAreAvailable) {
  create("a");
  const auto platforms = ask("GET", "/api/server/platforms").json();
  ASSERT_EQ(platforms.size(), 2U);
  EXPECT_EQ(platforms[0]["platformType"], "Process");
  EXPECT_EQ(platforms[0]["available"], true);
  EXPECT_EQ(platforms[0]["isDefault"], true);
  EXPECT_EQ(platforms[0]["instanceCount"], 1);
  EXPECT_EQ(platforms[1]["isDefault"], false);
}

// --- wrong requests -------------------------------------------------------------------------------------------------

struct WrongBody {
  std::string method;
  std::string target;
  std::string body;
  int status;
  std::string fault;  // path of a fault that must be named; "" = none asked for
};

class WrongBodies : public ApiTest, public ::testing::WithParamInterface<WrongBody> {};

TEST_P(WrongBodies, AreRefusedByName) {
  create("a");
  const auto& wrong = GetParam();
  const auto answer = ask_json(wrong.method, wrong.target, wrong.body);
  ASSERT_EQ(answer.status, wrong.status) << wrong.body << " -> " << answer.body;
  EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
  const auto problem = answer.json();
  EXPECT_EQ(problem["status"], wrong.status);
  EXPECT_EQ(problem["requestId"], "test-request");
  EXPECT_EQ(problem["instance"], wrong.target.substr(0, wrong.target.find('?')));
  EXPECT_FALSE(problem["detail"].get<std::string>().empty());
  if (wrong.fault.empty()) return;
  std::vector<std::string> paths;
  for (const auto& fault : problem["errors"]) paths.push_back(fault["path"].get<std::string>());
  EXPECT_THAT(paths, ::testing::Contains(wrong.fault)) << answer.body;
}

const std::string kInstances = "/api/server/instances";

INSTANTIATE_TEST_SUITE_P(
    Create, WrongBodies,
    ::testing::Values(
        WrongBody{"POST", kInstances, "", 400, ""}, WrongBody{"POST", kInstances, "{", 400, ""},
        WrongBody{"POST", kInstances, "[]", 400, ""}, WrongBody{"POST", kInstances, "{}", 400, "/name"},
        WrongBody{"POST", kInstances, R"({"name":""})", 400, "/name"},
        WrongBody{"POST", kInstances, R"({"name":7})", 400, "/name"},
        WrongBody{"POST", kInstances, R"({"name":"x","nmae":1})", 400, "/nmae"},
        WrongBody{"POST", kInstances, R"({"name":"x","platformType":"Mars"})", 400, ""},
        WrongBody{"POST", kInstances, R"({"name":"x","platformType":9})", 400, "/platformType"},
        WrongBody{"POST", kInstances, R"({"name":"x","metadata":{"a":[]}})", 400, "/metadata/a"},
        WrongBody{"POST", kInstances, R"({"name":"x","start":"yes"})", 400, "/start"},
        WrongBody{"POST", kInstances, R"({"name":"x","serverConfiguration":{"port":70000}})", 400,
                  "/serverConfiguration/port"},
        WrongBody{"POST", kInstances, R"({"name":"x","serverConfiguration":{"logLevel":"loud"}})", 400,
                  "/serverConfiguration/logLevel"},
        WrongBody{"POST", kInstances, R"({"name":"x","serverConfiguration":{"prot":1}})", 400,
                  "/serverConfiguration/prot"},
        WrongBody{"POST", kInstances, R"({"name":"x","configuration":[]})", 400, "/configuration"},
        WrongBody{
            "POST", kInstances,
            R"({"name":"x","configuration":{"queries":[{"id":"q","queryText":"m","sources":[{"sourceId":"no"}]}]}})",
            400, "/configuration/queries/0/sources/0/sourceId"},
        WrongBody{"POST", kInstances, R"({"name":"x","limits":{"memory":"much"}})", 400, "/limits/memoryBytes"},
        WrongBody{"POST", kInstances, R"({"name":"x","id":"../etc"})", 400, ""},
        WrongBody{"POST", kInstances, R"({"id":"x","instanceId":"y"})", 400, ""}));

INSTANTIATE_TEST_SUITE_P(
    Change, WrongBodies,
    ::testing::Values(WrongBody{"PATCH", kInstances + "/a", R"({"name":null})", 400, "/name"},
                      WrongBody{"PATCH", kInstances + "/a", R"({"platformType":"Docker"})", 400, "/platformType"},
                      WrongBody{"PATCH", kInstances + "/a", R"({"desiredState":"Sleeping"})", 400, "/desiredState"},
                      WrongBody{"PATCH", kInstances + "/a", "3", 400, ""},
                      WrongBody{"PUT", kInstances + "/a/status", "\"Sleeping\"", 400, "/status"},
                      WrongBody{"PUT", kInstances + "/a/status", "17", 400, "/status"},
                      WrongBody{"PUT", kInstances + "/a/status", "{}", 400, "/status"},
                      WrongBody{"POST", kInstances + "/a/start", "[1]", 400, ""},
                      WrongBody{"POST", kInstances + "/a/start", R"({"queries":[{"id":"q"}]})", 400,
                                "/queries/0/queryText"},
                      WrongBody{"POST", kInstances + "/a/start?wait=soon", "", 400, "?wait"},
                      WrongBody{"POST", kInstances + "/a/start?persist=true", "", 400, "?persist"},
                      WrongBody{"POST", kInstances + ":stop", R"({"selector":"a in"})", 400, "/selector"},
                      WrongBody{"POST", kInstances + ":stop", R"({"status":"Asleep"})", 400, "/status"},
                      WrongBody{"GET", kInstances + "?limit=-1", "", 400, "?limit"},
                      WrongBody{"GET", kInstances + "?limit=1&limit=2", "", 400, "?limit"},
                      WrongBody{"GET", kInstances + "?selectr=a", "", 400, "?selectr"},
                      WrongBody{"PUT", kInstances + "/a/server-configuration/port", "70000", 400, "/port"},
                      WrongBody{"PUT", kInstances + "/a/server-configuration/port", "\"8081\"", 400, "/port"},
                      WrongBody{"PUT", kInstances + "/a/configuration/server/port", "80.5", 400, "/port"},
                      WrongBody{"PUT", kInstances + "/a/server-configuration/host", "7", 400, "/host"},
                      WrongBody{"PUT", kInstances + "/a/server-configuration/host", "\"\"", 400, "/host"},
                      WrongBody{"PUT", kInstances + "/a/server-configuration/loglevel", "\"loud\"", 400, "/logLevel"},
                      WrongBody{"PUT", kInstances + "/a/server-configuration/loglevel", R"({"port":1})", 400, "/port"},
                      WrongBody{"PATCH", kInstances + "/a/server-configuration", R"({"sources":[]})", 400, ""}));

// --- what belongs to every route ------------------------------------------------------------------------------------

TEST_F(InstancesApi, RefusesMediaTypesItCannotDo) {
  const auto form = ask("POST", kInstances, "a=b", {{"Content-Type", "application/x-www-form-urlencoded"}});
  EXPECT_EQ(form.status, 415);
  EXPECT_NE(form.header("Accept-Post").find("application/json"), std::string::npos);
  EXPECT_EQ(ask("GET", kInstances, "", {{"Accept", "image/png"}}).status, 406);
  EXPECT_EQ(ask("POST", kInstances, R"({"name":"untyped"})").status, 201);
  EXPECT_EQ(ask("POST", kInstances, "name: yaml\n", {{"Content-Type", "application/yaml"}}).status, 201);
}

TEST_F(InstancesApi, TellsWhichMethodsThereAre) {
  const auto wrong = ask("PUT", kInstances);
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "GET, HEAD, POST, OPTIONS");
  const auto options = ask("OPTIONS", kInstances);
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.header("Allow"), "GET, HEAD, POST, OPTIONS");
}

TEST_F(InstancesApi, ForeignPagesCannotChangeAnything) {
  EXPECT_EQ(ask_json("POST", kInstances, R"({"name":"x"})", {{"Origin", "https://evil.example"}}).status, 403);
  EXPECT_EQ(ask_json("POST", kInstances, R"({"name":"x"})", {{"Origin", "http://localhost:5000"}}).status, 201);
  const auto read = ask("GET", kInstances, "", {{"Origin", "https://evil.example"}});
  EXPECT_EQ(read.status, 200);
  EXPECT_FALSE(read.headers.has("Access-Control-Allow-Origin"));
}

TEST_F(InstancesApi, ListedOriginsMay) {
  options_.cors_origins = {"https://ui.example"};
  api_ = make_api(options_, *control_plane_, metrics_.get());
  const Fields origin{{"Origin", "https://ui.example"}};
  const auto made = ask_json("POST", kInstances, R"({"name":"x"})", origin);
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.header("Access-Control-Allow-Origin"), "https://ui.example");
  EXPECT_EQ(made.header("Vary"), "Origin");
  const auto preflight = ask("OPTIONS", kInstances + "/a/start", "",
                             {{"Origin", "https://ui.example"}, {"Access-Control-Request-Method", "POST"}});
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.header("Access-Control-Allow-Methods"), "POST");
  const auto foreign = ask("OPTIONS", kInstances + "/a/start", "",
                           {{"Origin", "https://evil.example"}, {"Access-Control-Request-Method", "POST"}});
  EXPECT_FALSE(foreign.headers.has("Access-Control-Allow-Origin"));
}

TEST_F(InstancesApi, AnswersBelowItsPathBase) {
  options_.path_base = "/draas/";
  api_ = make_api(options_, *control_plane_, metrics_.get());
  const auto made = ask_json("POST", "/draas" + kInstances, R"({"id":"x"})");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.header("Location"), "/draas/api/server/instances/x");
  EXPECT_EQ(ask("GET", made.header("Location")).status, 200);
  EXPECT_EQ(ask("GET", "/draas/openapi/v1.json").json()["servers"][0]["url"], "/draas");
  EXPECT_NE(ask("GET", "/draas/swagger").body.find("/draas/swagger/start.js"), std::string::npos);
}

// Asked for everything it lets pass nothing: proves that routes ask before they act.
class DenyAll final : public Authorizer {
 public:
  Status check(const net::Request&, Permission permission) override {
    asked.push_back(permission);
    return fail(ErrorCode::PermissionDenied, "no");
  }
  std::string actor_name(const net::Request&) override { return "nobody"; }
  std::vector<Permission> asked;
};

TEST_F(InstancesApi, EveryRouteAsksForItsPermission) {
  auto authorizer = std::make_shared<DenyAll>();
  options_.authorizer = authorizer;
  api_ = make_api(options_, *control_plane_, metrics_.get());
  EXPECT_EQ(ask("GET", kInstances).status, 403);
  EXPECT_EQ(ask_json("POST", kInstances, R"({"name":"x"})").status, 403);
  EXPECT_EQ(ask("POST", kInstances + "/a/start").status, 403);
  EXPECT_EQ(ask_json("POST", "/api/status/updates", "{}").status, 403);
  EXPECT_THAT(authorizer->asked, ::testing::ElementsAre(Permission::Read, Permission::Administer, Permission::Operate,
                                                        Permission::Report));
  EXPECT_EQ(ask("GET", "/health").status, 200);
}

TEST_F(InstancesApi, HealthCountsInstances) {
  create("a");
  const auto health = ask("GET", "/api/health").json();
  EXPECT_EQ(health["totalInstances"], 1);
  EXPECT_EQ(health["byStatus"]["Created"], 1);
  EXPECT_EQ(health["byPlatform"]["Process"], 1);
  EXPECT_EQ(ask("GET", "/health").json()["status"], "healthy");
  EXPECT_EQ(ask("GET", "/ready").status, 200);
  const auto metrics = ask("GET", "/metrics");
  EXPECT_NE(metrics.body.find("draas_instances{platform=\"Process\",status=\"Created\"} 1"), std::string::npos);
  control_plane_->close();
  EXPECT_EQ(ask("GET", "/ready").status, 503);
  EXPECT_EQ(ask("GET", "/health").status, 200);
}

}  // namespace
}  // namespace draas::api::testing
