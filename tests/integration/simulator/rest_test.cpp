#include <csignal>

#include <gtest/gtest.h>

#include "base/yaml.hpp"
#include "integration/simulator/sim_process.hpp"

namespace draas::simulator_tests {
namespace {

constexpr const char* kInstance = "/api/v1/instances/sim";

std::string scoped(const std::string& rest) { return kInstance + rest; }

void expect_error(const HttpAnswer& answer, int status, const std::string& code, const std::string& message) {
  EXPECT_EQ(answer.status, status) << answer.body;
  Json body = answer.json();
  EXPECT_EQ(body["code"], code) << answer.body;
  EXPECT_EQ(body["message"], message) << answer.body;
  EXPECT_FALSE(body.contains("success")) << answer.body;
}

TEST(Rest, RootRoutes) {
  SimProcess sim;
  sim.serve("");
  HttpAnswer health = sim.get("/health");
  EXPECT_EQ(health.json()["status"], "ok");
  EXPECT_TRUE(health.json()["timestamp"].get<std::string>().ends_with("Z"));
  EXPECT_EQ(health.headers["content-type"], "application/json");
  EXPECT_EQ(health.headers["access-control-allow-origin"], "*");
  EXPECT_EQ(sim.get("/api/versions").body, R"({"versions":["v1"],"current":"v1"})");
  EXPECT_EQ(sim.get("/nothing").status, 404);
  EXPECT_EQ(sim.get("/nothing").body, "");
  HttpAnswer wrong = sim.post("/health");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers["allow"], "GET,HEAD");
  HttpAnswer docs = sim.get("/api/v1/docs");
  EXPECT_EQ(docs.status, 303);
  EXPECT_EQ(docs.headers["location"], "/api/v1/docs/");
  EXPECT_EQ(sim.get("/api/v1/docs/").status, 200);
  Json openapi = sim.get("/api/v1/openapi.json").json();
  EXPECT_TRUE(openapi["paths"].contains("/api/v1/instances/{instanceId}/queries/{id}/attach")) << openapi.dump();
}

TEST(Rest, InstanceListAndUnknownInstances) {
  SimProcess sim;
  sim.serve("");
  EXPECT_EQ(sim.get("/api/v1/instances").body,
            R"({"success":true,"data":[{"id":"sim","source_count":1,"query_count":0,"reaction_count":0,"links":)"
            R"({"self":"/api/v1/instances/sim","sources":"/api/v1/instances/sim/sources","queries":)"
            R"("/api/v1/instances/sim/queries","reactions":"/api/v1/instances/sim/reactions"}}],"error":null})");
  for (const char* list : {"/sources", "/queries", "/reactions", "/snapshot"}) {
    HttpAnswer answer = sim.get(std::string("/api/v1/instances/none") + list);
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.headers["content-type"], "text/plain; charset=utf-8");
    EXPECT_EQ(answer.body, "Instance 'none' not found");
  }
  expect_error(sim.get("/api/v1/instances/none/queries/q"), 500, "INTERNAL_ERROR", "Instance not found");
  expect_error(sim.get("/api/v1/instances/none/queries/q/attach"), 404, "INSTANCE_NOT_FOUND",
               "Instance 'none' not found");
  EXPECT_EQ(sim.remove("/api/v1/instances/sim").status, 404) << "there is no such route";
}

TEST(Rest, QueryLifecycle) {
  SimProcess sim;
  sim.serve("sources:\n- kind: mock\n  id: s\n");
  std::string query = R"({"id":"q","query":"MATCH (n:Generic) RETURN n.value AS Value","sources":[{"sourceId":"s"}]})";
  EXPECT_EQ(sim.post(scoped("/queries"), query).body,
            R"({"success":true,"data":{"message":"Query created successfully"},"error":null})");
  expect_error(sim.post(scoped("/queries"), query), 409, "DUPLICATE_RESOURCE", "Resource already exists");
  Json item = sim.get(scoped("/queries/q?view=full")).json()["data"];
  EXPECT_EQ(item["status"], "Added");
  EXPECT_EQ(item["config"].dump(),
            R"({"autoStart":false,"bootstrapBufferSize":10000,"bootstrapTimeoutSecs":300,"enableBootstrap":true,)"
            R"("id":"q","middleware":[],"outboxCapacity":1000,"query":"MATCH (n:Generic) RETURN n.value AS Value",)"
            R"("queryLanguage":"GQL","sources":[{"nodes":[],"pipeline":[],"relations":[],"sourceId":"s"}]})");
  expect_error(sim.get(scoped("/queries/q/results")), 400, "INVALID_REQUEST", "Query 'q' is not running");
  expect_error(sim.post(scoped("/queries/q/stop")), 500, "INTERNAL_ERROR",
               "Failed to stop query 'q': Invalid state transition for component 'q': Added → Stopping");
  EXPECT_EQ(sim.post("/api/v1/queries/q/start").status, 200) << "the first instance, without a prefix";
  expect_error(sim.post(scoped("/queries/q/start")), 500, "INTERNAL_ERROR",
               "Failed to start query 'q': Component 'q' is already running");
  EXPECT_EQ(sim.get(scoped("/queries/q/results")).status, 200);
  EXPECT_EQ(sim.post(scoped("/queries/q/stop")).status, 200);
  expect_error(sim.post(scoped("/queries/q/stop")), 500, "INTERNAL_ERROR",
               "Failed to stop query 'q': Cannot stop component 'q': it is already stopped");
  Json events = sim.get(scoped("/queries/q/events")).json()["data"];
  std::vector<std::string> statuses;
  for (const Json& event : events) statuses.push_back(event["status"].get<std::string>());
  EXPECT_EQ(statuses, (std::vector<std::string>{"Added", "Starting", "Running", "Stopping", "Stopped"}));
  EXPECT_EQ(sim.get(scoped("/queries/q/events?limit=2")).json()["data"].size(), 2U);
  const std::vector<std::pair<std::string, std::string>> limits = {
      {"limit=x", "invalid digit found in string"},
      {"limit=", "cannot parse integer from empty string"},
      {"limit=99999999999999999999999", "number too large to fit in target type"},
      {"limit=1&limit=2", "duplicate field `limit`"}};
  for (const auto& [limit, reason] : limits) {
    for (const char* path : {"/queries/q/events?", "/queries/none/logs?"}) {
      HttpAnswer refused = sim.get(scoped(path + limit));
      EXPECT_EQ(refused.status, 400) << limit;
      EXPECT_EQ(refused.body, "Failed to deserialize query string: " + reason);
    }
  }
  EXPECT_EQ(sim.get("/api/v1/instances/none/queries/q/events?limit=x").status, 400)
      << "before the instance is looked up";
  HttpAnswer put = sim.put(scoped("/queries/q"), "{}");
  EXPECT_EQ(put.status, 405);
  EXPECT_EQ(put.headers["allow"], "GET,HEAD,DELETE");
  EXPECT_EQ(sim.remove(scoped("/queries/q")).status, 200);
  expect_error(sim.get(scoped("/queries/q")), 404, "QUERY_NOT_FOUND", "query 'q' not found");
}

TEST(Rest, QueryFailures) {
  SimProcess sim;
  sim.serve("");
  auto create = [&](const std::string& body) { return sim.post(scoped("/queries"), body); };
  HttpAnswer missing = create(R"({"id":"a"})");
  expect_error(missing, 400, "INVALID_REQUEST", "Failed to parse JSON request body");
  EXPECT_EQ(missing.json()["details"]["technical_details"], "missing field `query` at line 1 column 10");
  EXPECT_EQ(create("{").status, 400);
  EXPECT_EQ(create(R"({"id":"a","query":"x","frob":1})").status, 400);
  expect_error(
      create(R"({"id":"a","query":"x","dispatchMode":"Broadcast"})"), 400, "INVALID_REQUEST",
      "Invalid query configuration: Failed to create source: Invalid dispatch mode: Broadcast. Must be 'Channel'");
  expect_error(create(R"({"id":"a","query":"MATCH (n) RETURN n.x","sources":[{"sourceId":"zz"}]})"), 500,
               "INTERNAL_ERROR", "Internal server error");
  expect_error(create(R"({"id":"sim","query":"x"})"), 409, "DUPLICATE_RESOURCE", "Resource already exists");
  expect_error(create(R"({"id":"bad","query":"FROB","autoStart":true})"), 500, "INTERNAL_ERROR",
               "Internal server error");
  EXPECT_EQ(sim.get(scoped("/queries/bad")).json()["data"]["status"], "Error") << "debris of the failed creation";
  expect_error(sim.remove(scoped("/queries/zz")), 500, "QUERY_DELETE_FAILED",
               "Failed to remove query 'zz': Teardown failed: query not found: zz");
  expect_error(sim.post(scoped("/queries/zz/start")), 404, "QUERY_NOT_FOUND", "query 'zz' not found");
  expect_error(sim.post(scoped("/queries/zz/stop")), 500, "INTERNAL_ERROR",
               "Failed to stop query 'zz': query not found: zz");
  expect_error(sim.get(scoped("/queries/zz/results")), 500, "INTERNAL_ERROR", "Query 'zz' not found");
}

TEST(Rest, YamlBodies) {
  SimProcess sim;
  sim.serve("");
  HttpAnswer made =
      http(sim.port, "POST", scoped("/queries"), "id: y\nquery: MATCH (n) RETURN n.a\n", "application/yaml");
  EXPECT_EQ(made.status, 200) << made.body;
  HttpAnswer anchor = http(sim.port, "POST", scoped("/queries"), "id: &x y\nquery: *x\n", "text/yaml; charset=utf-8");
  expect_error(anchor, 400, "INVALID_REQUEST", "YAML anchors and aliases are not permitted in request bodies");
}

TEST(Rest, SourcesAndReactions) {
  SimProcess sim;
  sim.serve("");
  expect_error(sim.post(scoped("/sources"), R"({"kind":"mock"})"), 400, "INVALID_REQUEST",
               "Invalid source configuration: missing field `id`");
  expect_error(sim.post(scoped("/sources"), R"({"kind":"mock","id":"m","auto_start":true})"), 400, "INVALID_REQUEST",
               "Invalid source configuration: unknown field `auto_start`, did you mean `autoStart`?");
  HttpAnswer unknown = sim.post(scoped("/sources"), R"({"kind":"nosuch","id":"m"})");
  EXPECT_EQ(unknown.status, 500);
  EXPECT_EQ(unknown.json()["code"], "SOURCE_CREATE_FAILED");
  expect_error(sim.post(scoped("/sources"), R"({"kind":"mock","id":"m","bootstrapProvider":"x"})"), 400,
               "INVALID_REQUEST", "Source references an unknown bootstrapProvider");
  EXPECT_EQ(sim.post(scoped("/sources"), R"({"kind":"mock","id":"m","intervalMs":60000})").json()["data"]["message"],
            "Source 'm' created successfully");
  EXPECT_EQ(sim.get(scoped("/sources/m")).json()["data"]["status"], "Running");
  EXPECT_EQ(sim.get(scoped("/sources/m?view=full")).json()["data"]["config"].dump(),
            R"({"id":"m","intervalMs":60000,"kind":"mock"})");
  expect_error(sim.put(scoped("/sources/m"), R"({"kind":"mock","id":"n"})"), 400, "INVALID_REQUEST",
               "Path id 'm' does not match body id 'n'");
  EXPECT_EQ(sim.put(scoped("/sources/m"), R"({"kind":"mock","id":"m","intervalMs":50000})").json()["data"]["message"],
            "Source 'm' updated successfully");
  EXPECT_EQ(sim.get(scoped("/sources/m?view=full")).json()["data"]["config"]["intervalMs"], 50000);
  EXPECT_EQ(sim.get(scoped("/sources/m")).json()["data"]["status"], "Running") << "restarted, because it was running";

  sim.post(scoped("/queries"), R"({"id":"q","query":"MATCH (n) RETURN n.a","sources":[{"sourceId":"m"}]})");
  expect_error(sim.post(scoped("/reactions"), R"({"kind":"log","id":"r"})"), 400, "INVALID_REQUEST",
               "Invalid reaction configuration: missing field `queries`");
  EXPECT_EQ(sim.post(scoped("/reactions"), R"({"kind":"log","id":"r","queries":["q"],"autoStart":false})").status, 200);
  EXPECT_EQ(sim.get(scoped("/reactions/r")).json()["data"]["status"], "Added");
  EXPECT_EQ(sim.put(scoped("/reactions/r"), R"({"kind":"log","id":"r","queries":["q"]})").status, 200);
  EXPECT_EQ(sim.get(scoped("/reactions/r")).json()["data"]["status"], "Stopped") << "a PUT does not start it";
  expect_error(sim.remove(scoped("/queries/q")), 500, "QUERY_DELETE_FAILED",
               "Failed to remove query 'q': Depended on by: r");
  expect_error(sim.remove(scoped("/sources/m")), 500, "SOURCE_DELETE_FAILED",
               "Failed to remove source 'm': Depended on by: q");
  EXPECT_EQ(sim.remove(scoped("/reactions/r")).status, 200);
  EXPECT_EQ(sim.remove(scoped("/queries/q")).status, 200);
  EXPECT_EQ(sim.remove(scoped("/sources/m")).json()["data"]["message"], "Source deleted successfully");
}

TEST(Rest, Snapshot) {
  SimProcess sim;
  sim.serve(
      "sources:\n- kind: mock\n  id: s\n  intervalMs: 60000\nqueries:\n- id: q\n  query: MATCH (n) RETURN n.a\n"
      "  sources: [{sourceId: s}]\nreactions:\n- kind: log\n  id: r\n  queries: [q]\n");
  Json data = sim.get(scoped("/snapshot")).json()["data"];
  EXPECT_EQ(data["instance_id"], "sim");
  EXPECT_TRUE(data["timestamp"].get<std::string>().ends_with("+00:00"));
  ASSERT_EQ(data["sources"].size(), 2U);
  EXPECT_EQ(data["sources"][0]["id"], "__component_graph__");
  EXPECT_EQ(data["sources"][1]["properties"]["intervalMs"], 60000);
  EXPECT_EQ(data["queries"][0]["config"]["sources"][0]["source_id"], "s");
  EXPECT_EQ(data["queries"][0]["config"]["auto_start"], false);
  EXPECT_EQ(data["queries"][0]["config"]["priority_queue_capacity"], 10000) << "materialised for configured queries";
  EXPECT_EQ(data["reactions"][0]["reaction_type"], "log");
  bool feeds = false;
  for (const Json& edge : data["edges"]) {
    feeds = feeds || edge == Json{{"from", "s"}, {"to", "q"}, {"relationship", "Feeds"}};
  }
  EXPECT_TRUE(feeds) << data["edges"].dump();
}

TEST(Rest, PluginsAndInstancesAndClone) {
  SimProcess sim;
  sim.serve("persistConfig: false\nqueries:\n- id: q\n  query: MATCH (n) RETURN n.a\n");
  EXPECT_EQ(sim.post("/api/v1/instances", R"({"id":"two","x":1})").json()["data"]["message"],
            "Instance 'two' created successfully");
  expect_error(sim.post("/api/v1/instances", R"({"id":"two"})"), 409, "DUPLICATE_RESOURCE", "Resource already exists");
  EXPECT_EQ(sim.post("/api/v1/instances/two/clone", R"({"sourceInstanceId":"sim"})").json()["data"]["queriesCreated"],
            Json::array({"q"}));
  expect_error(sim.post("/api/v1/instances/two/clone", R"({"sourceInstanceId":"nope"})"), 404, "INSTANCE_NOT_FOUND",
               "Source instance 'nope' not found");
  Json kinds = sim.get("/api/v1/plugins/kinds").json();
  EXPECT_FALSE(kinds.contains("success")) << "no envelope";
  EXPECT_TRUE(kinds.contains("bootstrappers"));
  EXPECT_EQ(sim.get("/api/v1/plugins/kinds/source/mock/schema").json()["kind"], "mock");
  expect_error(sim.get("/api/v1/plugins/kinds/zz/zz/schema"), 400, "PLUGIN_INVALID_CATEGORY",
               "Unknown category 'zz'. Valid categories: source, reaction, bootstrap");
  expect_error(sim.get("/api/v1/plugins/x"), 404, "PLUGIN_NOT_FOUND", "Plugin 'x' is not loaded");
  Json schema = sim.get("/api/v1/plugins/kinds/source/mock/schema").json()["schema"];
  EXPECT_EQ(schema["source.mock.MockSourceConfig"]["additionalProperties"], false);
  EXPECT_EQ(schema["source.mock.MockSourceConfig"]["properties"]["dataType"]["$ref"],
            "#/components/schemas/source.mock.DataType");
  EXPECT_TRUE(schema.contains("source.mock.DataType"));
}

TEST(Rest, Solutions) {
  SimProcess sim;
  sim.serve("persistConfig: false\nsources:\n- kind: mock\n  id: s\n");
  auto deploy = [&](const Json& body) { return sim.post(scoped("/solutions"), body.dump()); };
  expect_error(deploy({{"yaml", "sources: []"}}), 400, "INVALID_REQUEST",
               "Failed to parse template: missing field `name`");
  expect_error(deploy({{"templateId", "zz"}}), 400, "INVALID_REQUEST",
               "Template 'zz' not found in solutions directory");
  EXPECT_EQ(
      deploy({{"yaml", "name: x\nqueries: [{id: q, query: MATCH (n) RETURN n.a, sources: [{sourceId: s}]}]"}}).body,
      R"({"success":true,"data":{"success":true,"sourcesCreated":[],"queriesCreated":["q"],"reactionsCreated":[],)"
      R"("componentsStarted":[]},"error":null})");
}

TEST(Rest, APluginThatIsLoadedIsNotLoadedAgain) {
  SimProcess sim(Files{{"plugins/libdrasi_source_mock.so", ""}, {"plugins/libother.so", ""}});
  sim.port = free_port();
  sim.start({"-c", "server.yaml", "-p", std::to_string(sim.port), "--plugins-dir", "plugins"});
  ASSERT_TRUE(sim.wait_ready());
  expect_error(sim.post("/api/v1/plugins/load", R"({"filename":"libdrasi_source_mock.so"})"), 500, "PLUGIN_LOAD_FAILED",
               "Plugin 'source/mock' is already loaded. Unload the server and restart to replace it.");
  EXPECT_EQ(sim.post("/api/v1/plugins/load", R"({"filename":"none.so"})").status, 404);
}

TEST(Persistence, EachMutationRewritesTheFile) {
  SimProcess sim;
  sim.serve(
      "# a comment\napiVersion: drasi.io/v1\nlogLevel: ${SIM_TEST_LEVEL:-info}\ncorsAllowedOrigins: ['http://a']\n"
      "bootstrapProviders:\n- kind: noop\n  id: b\nsources:\n- kind: mock\n  id: s\n  intervalMs: 60000\n"
      "  bootstrapProvider: b\n");
  ASSERT_EQ(
      sim.post(scoped("/queries"), R"({"id":"q","query":"MATCH (n) RETURN n.a","sources":[{"sourceId":"s"}]})").status,
      200);
  std::string text = sim.file("server.yaml");
  EXPECT_EQ(text.find("comment"), std::string::npos);
  auto document = parse_yaml(text);
  ASSERT_TRUE(document) << text;
  const Json& root = document->value;
  EXPECT_FALSE(root.contains("apiVersion"));
  EXPECT_EQ(root["logLevel"], "info") << "literal now";
  EXPECT_EQ(root["port"], sim.port);
  EXPECT_EQ(root["sources"].size(), 1U) << "the internal source is left out";
  EXPECT_EQ(root["sources"][0]["bootstrapProvider"], "b");
  EXPECT_EQ(root["sources"][0]["intervalMs"], 60000);
  EXPECT_EQ(root["bootstrapProviders"][0]["id"], "b");
  EXPECT_EQ(root["queries"][0]["bootstrapTimeoutSecs"], 300);
  EXPECT_EQ(root["corsAllowedOrigins"], Json::array({"http://a"}));
  EXPECT_EQ(root["instances"], Json::array()) << "one instance is written flat";
  EXPECT_FALSE(sim.exists("server.tmp"));

  ASSERT_EQ(sim.post("/api/v1/instances", R"({"id":"two"})").status, 200);
  Json several = parse_yaml(sim.file("server.yaml"))->value;
  EXPECT_EQ(several["instances"].size(), 2U);
  EXPECT_EQ(several["queries"], Json::array());

  ASSERT_EQ(sim.remove(scoped("/queries/q")).status, 200);
  sim.signal(SIGINT);
  ASSERT_EQ(sim.wait_exit().value_or(ExitStatus{}).code, 0);
  sim.start({"-c", "server.yaml"});
  ASSERT_TRUE(sim.wait_ready()) << sim.errors();
  EXPECT_EQ(sim.get("/api/v1/instances").json()["data"].size(), 2U);
  EXPECT_EQ(sim.get(scoped("/queries")).json()["data"].size(), 0U);
}

TEST(Persistence, OffLeavesTheFileAlone) {
  SimProcess sim;
  sim.serve("# a comment\npersistConfig: false\n");
  std::string before = sim.file("server.yaml");
  ASSERT_EQ(sim.post(scoped("/queries"), R"({"id":"q","query":"MATCH (n) RETURN n.a"})").status, 200);
  EXPECT_EQ(sim.file("server.yaml"), before);
}

TEST(Persistence, AFailureIsToldAfterTheChangeIsLive) {
  SimProcess sim;
  sim.set_environment("DRASI_SIM_FAIL_PERSIST", "1");
  sim.serve("");
  HttpAnswer answer = sim.post(scoped("/queries"), R"({"id":"q","query":"MATCH (n) RETURN n.a"})");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.json()["code"], "PERSISTENCE_FAILED");
  EXPECT_TRUE(answer.json()["details"].contains("technical_details"));
  EXPECT_EQ(sim.get(scoped("/queries/q")).status, 200);
}

TEST(ReadOnly, MutationsAreRefusedStartsAreNot) {
  SimProcess sim;
  sim.set_environment("DRASI_SIM_READ_ONLY", "1");
  sim.serve("sources:\n- kind: mock\n  id: s\n");
  EXPECT_NE(sim.output().find("API in READ-ONLY mode"), std::string::npos);
  expect_error(sim.post(scoped("/queries"), R"({"id":"q","query":"MATCH (n) RETURN n.a"})"), 409, "CONFIG_READ_ONLY",
               "Server is in read-only mode. Cannot create queries.");
  expect_error(sim.remove(scoped("/sources/s")), 409, "CONFIG_READ_ONLY",
               "Server is in read-only mode. Cannot delete sources.");
  expect_error(sim.put(scoped("/sources/s"), R"({"kind":"mock","id":"s"})"), 409, "CONFIG_READ_ONLY",
               "Server is in read-only mode. Cannot create or update sources.");
  expect_error(sim.post("/api/v1/instances", R"({"id":"two"})"), 409, "CONFIG_READ_ONLY",
               "Server is in read-only mode. Cannot create instances.");
  EXPECT_EQ(sim.post(scoped("/sources/s/stop")).status, 200);
  EXPECT_EQ(sim.post(scoped("/sources/s/start")).status, 200);
}

TEST(HttpProtocol, KeepsConnectionsAndTakesPieces) {
  SimProcess sim;
  sim.serve("");
  HttpConnection connection(sim.port);
  connection.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /api/versions HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(connection.read_answer(kPatience).status, 200);
  EXPECT_EQ(connection.read_answer(kPatience).json()["current"], "v1");
  connection.send("POST /api/v1/queries HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  connection.send("11\r\n{\"id\":\"c\",\"query\"\r\n");
  connection.send("18\r\n:\"MATCH (n) RETURN n.a\"}\r\n0\r\n\r\n");
  EXPECT_EQ(connection.read_answer(kPatience).status, 200);
  connection.send("HEAD /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  std::string head = connection.read_until("\r\n\r\n", kPatience);
  EXPECT_NE(head.find("connection: close"), std::string::npos) << head;
  HttpConnection broken(sim.port);
  broken.send("not http\r\n\r\n");
  EXPECT_EQ(broken.read_answer(kPatience).status, 400);
}

}  // namespace
}  // namespace draas::simulator_tests
