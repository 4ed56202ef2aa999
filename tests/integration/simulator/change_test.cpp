// What changes of a running server do to the rest of it.

#include <gtest/gtest.h>

#include "integration/simulator/sim_process.hpp"

namespace draas::simulator_tests {
namespace {

struct Orders {
  SimProcess sim;
  std::uint16_t port = free_port();

  explicit Orders(const std::string& more = "") {
    sim.serve(
        "persistConfig: false\nsources:\n- kind: http\n  id: h\n  host: 127.0.0.1\n  port: " + std::to_string(port) +
        "\nqueries:\n- id: q\n  autoStart: true\n  sources: [{sourceId: h}]\n  query: MATCH (o:Order) RETURN "
        "o.id AS Id\nreactions:\n- kind: log\n  id: r\n  queries: [q]\n" +
        more);
  }
  std::string source(std::uint16_t at) const {
    return R"({"kind":"http","id":"h","host":"127.0.0.1","port":)" + std::to_string(at) + "}";
  }
  HttpAnswer post(const std::string& id) const {
    return http(port, "POST", "/sources/h/events",
                R"({"operation":"insert","element":{"type":"node","id":")" + id +
                    R"(","labels":["Order"],"properties":{"id":")" + id + R"("}}})");
  }
  std::string rows() const { return sim.get("/api/v1/queries/q/results").json()["data"].dump(); }
  Json item(const std::string& path) const { return sim.get("/api/v1/" + path).json()["data"]; }
};

std::vector<std::string> events(const Json& list) {
  std::vector<std::string> out;
  for (const Json& event : list) {
    out.push_back(event["status"].get<std::string>() + (event.contains("message") ? ": " : "") +
                  event.value("message", ""));
  }
  return out;
}

std::vector<std::string> messages(const Json& list) {
  std::vector<std::string> out;
  for (const Json& line : list) out.push_back(line["message"].get<std::string>());
  return out;
}

TEST(Change, ARunningQueryGetsNothingFromAReplacedSource) {
  Orders orders;
  EXPECT_EQ(orders.post("a").status, 200);
  EXPECT_EQ(orders.rows(), R"([{"Id":"a"}])");
  EXPECT_EQ(orders.sim.put("/api/v1/sources/h", orders.source(orders.port)).status, 200);
  EXPECT_EQ(orders.item("sources/h")["status"], "Running");
  EXPECT_EQ(orders.item("queries/q")["status"], "Running") << "nothing shows";
  EXPECT_EQ(orders.post("b").status, 200);
  EXPECT_EQ(orders.rows(), R"([{"Id":"a"}])");
  std::vector<std::string> log = messages(orders.item("queries/q/logs"));
  ASSERT_GE(log.size(), 2U);
  EXPECT_EQ(log.end()[-2], "Query 'q' receiver error for source 'h': Channel closed");
  EXPECT_EQ(log.end()[-1], "Query 'q' channel closed for source 'h'");
  EXPECT_EQ(orders.sim.post("/api/v1/queries/q/stop").status, 200);
  EXPECT_EQ(orders.sim.post("/api/v1/queries/q/start").status, 200);
  EXPECT_EQ(orders.rows(), R"([{"Id":"a"}])") << "results outlast a restart of the query";
  EXPECT_EQ(orders.post("c").status, 200);
  EXPECT_EQ(orders.rows(), R"([{"Id":"a"},{"Id":"c"}])");
  // Stopping and starting the source is no replacement.
  EXPECT_EQ(orders.sim.post("/api/v1/sources/h/stop").status, 200);
  EXPECT_EQ(orders.sim.post("/api/v1/sources/h/start").status, 200);
  EXPECT_EQ(orders.post("d").status, 200);
  EXPECT_EQ(orders.rows(), R"([{"Id":"a"},{"Id":"c"},{"Id":"d"}])");
}

TEST(Change, AfterAFailedPutTheNextLeavesTheSourceStopped) {
  Orders orders;
  HttpAnswer failed = orders.sim.put("/api/v1/sources/h", orders.source(orders.sim.port));
  EXPECT_EQ(failed.status, 500);
  std::string reason = "Failed to bind HTTP server to 127.0.0.1:" + std::to_string(orders.sim.port) +
                       ": Address already in use (os error 98). Common causes: port already in use, insufficient "
                       "permissions";
  EXPECT_EQ(failed.json()["message"], "Failed to update source: Failed to update source 'h': " + reason);
  EXPECT_EQ(orders.item("sources/h")["error_message"], reason);
  EXPECT_EQ(orders.sim.put("/api/v1/sources/h", orders.source(orders.port)).status, 200);
  EXPECT_EQ(orders.item("sources/h")["status"], "Stopped");
  EXPECT_EQ(orders.sim.post("/api/v1/sources/h/start").status, 200);
  EXPECT_EQ(events(orders.item("sources/h/events")),
            (std::vector<std::string>{"Added: source added", "Starting: Starting source", "Running",
                                      "Reconfiguring: Reconfiguring source", "Stopped", "Starting: Starting source",
                                      "Error: " + reason, "Reconfiguring: Reconfiguring source",
                                      "Stopped: Reconfiguration complete", "Starting: Starting source", "Running"}));
}

TEST(Change, AReactionThatFollowsNothingKnownFailsWhenItStarts) {
  Orders orders;
  HttpAnswer failed = orders.sim.put("/api/v1/reactions/r", R"({"kind":"log","id":"r","queries":["nosuch"]})");
  std::string reason = "Query 'nosuch' not found. Available queries can be listed using list_queries().";
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(failed.json()["code"], "REACTION_CREATE_FAILED");
  EXPECT_EQ(failed.json()["message"], "Failed to update reaction: Failed to update reaction 'r': " + reason);
  EXPECT_EQ(orders.item("reactions/r")["error_message"], "Bootstrap failed: " + reason);
  EXPECT_EQ(orders.sim.put("/api/v1/reactions/r", R"({"kind":"log","id":"r","queries":["q"]})").status, 200);
  EXPECT_EQ(orders.item("reactions/r")["status"], "Stopped");
  EXPECT_EQ(orders.sim.put("/api/v1/reactions/r", R"({"kind":"log","id":"r","queries":["nosuch"]})").status, 200)
      << "what stands is not started";
  EXPECT_EQ(orders.sim.post("/api/v1/reactions/r/start").json()["message"], "Failed to start reaction 'r': " + reason);
  EXPECT_EQ(events(orders.item("reactions/r/events")).back(), "Error: Bootstrap failed: " + reason);
}

TEST(Change, AReactionIsHeldToTheQueryThatItFollowed) {
  Orders orders;
  auto replace_query = [&](const std::string& text) {
    EXPECT_EQ(orders.sim.remove("/api/v1/reactions/r").status, 200);
    EXPECT_EQ(orders.sim.remove("/api/v1/queries/q").status, 200);
    return orders.sim.post("/api/v1/queries",
                           R"({"id":"q","autoStart":true,"sources":[{"sourceId":"h"}],"query":")" + text + "\"}");
  };
  auto follow = [&](const std::string& kind) {
    return orders.sim.post("/api/v1/reactions", R"({"id":"r","queries":["q"],"kind":")" + kind + "\"}");
  };
  EXPECT_EQ(replace_query("FROB").status, 500);
  std::string reason =
      "AutoSkipGap: failed to determine current sequence for query 'q': Query is not running (status: Error)";
  EXPECT_EQ(follow("log").json()["message"], "Failed to start reaction 'r': " + reason);
  EXPECT_EQ(orders.item("reactions/r")["error_message"], "Bootstrap failed: " + reason);
  EXPECT_EQ(replace_query("MATCH (o:Order) RETURN o.id AS Other").status, 200);
  EXPECT_EQ(follow("log").status, 200) << "log and sse skip what they missed";
  EXPECT_EQ(replace_query("MATCH (o:Order) RETURN o.id AS Third").status, 200);
  EXPECT_EQ(follow("http").status, 500) << "http does not, unless told to";
  EXPECT_EQ(orders.item("reactions/r")["error_message"],
            "Bootstrap failed: Reaction 'r': Strict recovery policy — cannot recover from gap/mismatch for query 'q'. "
            "Manual intervention required.");
}

TEST(Change, APutOfAnotherKindIsInTheSnapshot) {
  Orders orders;
  EXPECT_EQ(orders.sim.put("/api/v1/sources/h", R"({"kind":"mock","id":"h","intervalMs":60000})").status, 200);
  EXPECT_EQ(orders.sim.put("/api/v1/reactions/r", R"({"kind":"application","id":"r","queries":["q"]})").status, 200);
  Json snapshot = orders.item("instances/sim/snapshot");
  EXPECT_EQ(snapshot["sources"][1]["source_type"], "mock");
  EXPECT_EQ(snapshot["reactions"][0]["reaction_type"], "application");
}

TEST(Change, FieldsOfAPluginAreRefusedWithThePluginsName) {
  Orders orders;
  const std::string unknown = "unknown field `frob`, expected `dataType` or `intervalMs`";
  EXPECT_EQ(orders.sim.post("/api/v1/sources", R"({"kind":"mock","id":"x","frob":1})").json()["message"],
            "Failed to create source: Failed to create source 'x': " + unknown);
  EXPECT_EQ(orders.sim.put("/api/v1/sources/h", R"({"kind":"mock","id":"h","frob":1})").json()["message"],
            "Failed to create source for update: Failed to create source 'h': " + unknown);
  EXPECT_EQ(
      orders.sim.post("/api/v1/reactions", R"({"kind":"sse","id":"e","queries":["q"],"port":"x"})").json()["message"],
      "Failed to create reaction: Failed to create reaction 'e': Failed to deserialize as static value: invalid "
      "type: string \"x\", expected u16");
  EXPECT_TRUE(orders.sim.post("/api/v1/sources", R"({"kind":"zz","id":"x"})")
                  .json()["message"]
                  .get<std::string>()
                  .starts_with("Failed to create source: Unknown source kind: 'zz'."));
  EXPECT_EQ(orders.sim.post("/api/v1/sources", R"({"kind":"mock","id":5})").json()["message"],
            "Invalid source configuration: invalid type: integer `5`, expected a string");
  EXPECT_EQ(orders.sim.post("/api/v1/reactions", R"({"kind":"log","id":"x","queries":null})").json()["message"],
            "Invalid reaction configuration: invalid type: null, expected a sequence");
}

TEST(Change, AQueryThatCannotBeBuiltStaysInError) {
  Orders orders;
  auto create = [&](const std::string& id, const std::string& rest) {
    return orders.sim.post("/api/v1/queries",
                           R"({"id":")" + id + R"(","autoStart":true,"sources":[{"sourceId":"h"}],)" + rest + "}");
  };
  const std::string plain = R"("query":"MATCH (o:Order) RETURN o.id")";
  EXPECT_EQ(create("order", R"("query":"MATCH (o:Order) RETURN o.id AS Id ORDER BY o.id")").status, 500);
  std::string reason = R"(Failed to build query: Parser error: parser error: error at 1:35: expected one of ",", )"
                       R"("GROUP", "NEXT", "group", "next", EOF)";
  EXPECT_EQ(orders.item("queries/order")["error_message"], reason);
  EXPECT_EQ(
      events(orders.item("queries/order/events")),
      (std::vector<std::string>{"Added: query added", "Starting: Starting query", "Error: Start failed: " + reason,
                                "Starting: Starting query", "Error: " + reason}));
  EXPECT_EQ(create("middle", plain + R"(,"middleware":[{"kind":"nope","name":"m","config":{}}])").status, 500);
  EXPECT_EQ(orders.item("queries/middle")["error_message"],
            "Failed to build query: Middleware setup error: Invalid configuration: Unknown middleware kind: nope");
  EXPECT_EQ(create("map", plain + R"(,"middleware":[{"kind":"map","name":"m","config":{}}])").status, 200);
  EXPECT_EQ(create("store", plain + R"(,"storageBackend":"rocksdb")").status, 500);
  EXPECT_EQ(orders.item("queries/store")["status"], "Starting");
  EXPECT_EQ(events(orders.item("queries/store/events")).end()[-2], "Error: Start failed: Failed to build indexes");
  EXPECT_EQ(orders.sim.remove("/api/v1/queries/store").status, 200);
  EXPECT_EQ(create("memory", plain + R"(,"storageBackend":{"kind":"memory"})").status, 200);
  EXPECT_EQ(create("inline", plain + R"(,"storageBackend":{"kind":"rocksdb","path":"/x"})").status, 500);
}

TEST(Change, AKeptIndexWantsSourcesThatRepeat) {
  Orders orders("persistIndex: true\n");
  EXPECT_EQ(orders.item("queries/q")["error_message"],
            "Query 'q' has a persistent backend but source(s) [\"h\"] do not support replay; checkpoint-based recovery "
            "requires durable sources");
  EXPECT_EQ(orders.sim.post("/api/v1/sources", R"({"kind":"mock","id":"m"})").status, 200);
  EXPECT_EQ(orders.sim
                .post("/api/v1/queries",
                      R"({"id":"k","query":"MATCH (n) RETURN n.a","autoStart":true,"sources":[{"sourceId":"m"}]})")
                .status,
            200);
}

TEST(Change, AnAttachedStreamHoldsItsQueryUntilItsReactionIsDeleted) {
  Orders orders;
  orders.post("a");
  HttpConnection stream(orders.sim.port);
  stream.send("GET /api/v1/queries/q/attach HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string text = stream.read_until("\"reaction_complete_ns\"", kPatience);
  EXPECT_NE(text.find("\"source_send_ns\":null"), std::string::npos) << text;
  EXPECT_EQ(text.find("\"source_receive_ns\":null"), std::string::npos) << text;
  std::string attached = orders.item("reactions")[1]["id"].get<std::string>();
  EXPECT_TRUE(attached.starts_with("__attach_q_")) << attached;
  EXPECT_EQ(orders.sim.remove("/api/v1/reactions/r").status, 200);
  HttpAnswer refused = orders.sim.remove("/api/v1/queries/q");
  EXPECT_EQ(refused.json()["code"], "QUERY_DELETE_FAILED");
  EXPECT_EQ(refused.json()["message"], "Failed to remove query 'q': Depended on by: " + attached);
  EXPECT_EQ(orders.sim.remove("/api/v1/reactions/" + attached).status, 200);
  EXPECT_TRUE(stream.read_until("\r\n0\r\n\r\n", kPatience).ends_with("\r\n0\r\n\r\n")) << "the end of the body";
  EXPECT_EQ(orders.sim.remove("/api/v1/queries/q").status, 200);
}

TEST(Change, NothingIsRepeatedToAStreamOfAQueryThatStands) {
  Orders orders;
  orders.post("a");
  EXPECT_EQ(orders.sim.post("/api/v1/queries/q/stop").status, 200);
  HttpConnection stream(orders.sim.port);
  stream.send("GET /api/v1/queries/q/attach HTTP/1.1\r\nHost: x\r\n\r\n");
  stream.read_until("\r\n\r\n", kPatience);
  EXPECT_EQ(orders.sim.post("/api/v1/queries/q/start").status, 200);
  orders.post("b");
  std::string text = stream.read_until("\"reaction_complete_ns\"", kPatience);
  EXPECT_EQ(text.find("\"Id\":\"a\""), std::string::npos) << text;
  EXPECT_NE(text.find("\"sequence\":2"), std::string::npos) << "the query goes on counting: " << text;
}

TEST(Change, ComponentsTellOfThemselvesAsInTheServer) {
  Orders orders;
  orders.post("a");
  orders.sim.post("/api/v1/queries/q/stop");
  orders.sim.post("/api/v1/sources/h/stop");
  std::string address = "127.0.0.1:" + std::to_string(orders.port);
  const std::string batcher =
      "[h] Adaptive HTTP batcher started with config: AdaptiveBatchConfig { max_batch_size: 1000, min_batch_size: 10, "
      "max_wait_time: 100ms, min_wait_time: 1ms, throughput_window: 5s, adaptive_enabled: true }";
  EXPECT_EQ(messages(orders.item("sources/h/logs")),
            (std::vector<std::string>{"[h] Starting adaptive HTTP source",
                                      "[h] HttpSource using batch channel capacity: 5000 (max_batch_size: 1000 x 5)",
                                      "[h] Starting adaptive batcher task", "[h] Standard mode enabled", batcher,
                                      "[h] Adaptive HTTP source attempting to bind to " + address,
                                      "[h] Adaptive HTTP source successfully listening on " + address,
                                      "[h] Stopping adaptive HTTP source",
                                      "[h] Adaptive HTTP batcher stopped - Total batches: 1, Total events: 1"}));
  EXPECT_EQ(messages(orders.item("queries/q/logs")),
            (std::vector<std::string>{
                "Query 'q' waiting for bootstrap gate before processing events",
                "Query 'q' bootstrap gate opened, starting event processing",
                "Starting FutureQueueSource for query 'q'", "Query 'q' starting priority queue event processor",
                "Query 'q' received shutdown signal, exiting processing loop", "Query 'q' processing task exited"}));
  EXPECT_EQ(orders.item("reactions/r/logs"), Json::array());
}

}  // namespace
}  // namespace draas::simulator_tests
