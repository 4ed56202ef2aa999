#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "integration/simulator/sim_process.hpp"

namespace draas::simulator_tests {
namespace {

// A server that takes one HTTP request after another and remembers them.
class Receiver {
 public:
  Receiver() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(::listen(fd_, 16), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
  }
  ~Receiver() { ::close(fd_); }

  // The next request's text, answered with `status`.
  std::string take(int status) const {
    pollfd ready{fd_, POLLIN, 0};
    if (::poll(&ready, 1, 20'000) <= 0) return {};
    int peer = ::accept(fd_, nullptr, nullptr);
    std::string text;
    char bytes[4096];
    while (true) {
      auto head = text.find("\r\n\r\n");
      if (head != std::string::npos) {
        auto at = text.find("content-length: ");
        if (text.size() >= head + 4 + std::stoul(text.substr(at + 16))) break;
      }
      ssize_t count = ::recv(peer, bytes, sizeof bytes, 0);
      if (count <= 0) break;
      text.append(bytes, static_cast<std::size_t>(count));
    }
    std::string answer = "HTTP/1.1 " + std::to_string(status) + " X\r\ncontent-length: 0\r\n\r\n";
    EXPECT_GT(::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL), 0);
    ::close(peer);
    return text;
  }
  std::uint16_t port = 0;

 private:
  int fd_;
};

constexpr const char* kHttpSource = "- kind: http\n  id: orders\n  host: 127.0.0.1\n  port: ";

std::string event(const std::string& operation, const std::string& id, int total) {
  return R"({"operation":")" + operation + R"(","element":{"type":"node","id":")" + id +
         R"(","labels":["Order"],"properties":{"id":")" + id + R"(","total":)" + std::to_string(total) + "}}}";
}

TEST(Flow, MockChangesReachResultsAndTheLog) {
  SimProcess sim;
  sim.serve(
      "sources:\n- kind: mock\n  id: s\n  dataType: {type: sensorReading, sensorCount: 2}\n  intervalMs: 10\n"
      "queries:\n- id: q\n  queryLanguage: Cypher\n  autoStart: true\n  sources: [{sourceId: s}]\n  query: |\n"
      "    MATCH (s:SensorReading)\n    RETURN s.sensor_id AS SensorId, s.temperature AS Temperature\n"
      "- id: total\n  autoStart: true\n  sources: [{sourceId: s}]\n  query: MATCH (s:SensorReading) RETURN count(s) AS "
      "N\n"
      "reactions:\n- kind: log\n  id: console\n  queries: [q]\n  defaultTemplate:\n"
      "    added: {template: '[+] {{after.SensorId}}'}\n    updated: {template: '[~] {{after.SensorId}} "
      "{{before.SensorId}}'}\n");
  HttpAnswer results = sim.get_until("/api/v1/queries/q/results",
                                     [](const HttpAnswer& answer) { return answer.json()["data"].size() == 2; });
  Json rows = results.json()["data"];
  ASSERT_EQ(rows.size(), 2U) << results.body;
  EXPECT_TRUE(rows[0]["SensorId"].get<std::string>().starts_with("sensor_"));
  EXPECT_GE(rows[0]["Temperature"].get<double>(), 20.0);
  EXPECT_LT(rows[0]["Temperature"].get<double>(), 30.0);
  EXPECT_EQ(sim.get("/api/v1/queries/total/results").json()["data"], Json::array({{{"N", 2}}}));
  EXPECT_TRUE(sim.wait_output("[console]   [~] sensor_0 sensor_0\n")) << sim.output();
  EXPECT_NE(sim.output().find("[console] Started - receiving results from queries: [\"q\"]\n"), std::string::npos);
  EXPECT_NE(sim.output().find("[console]   [+] sensor_1\n"), std::string::npos);
}

TEST(Flow, EventsPostedToAnHttpSourceGiveDifferences) {
  SimProcess sim;
  std::string port = std::to_string(free_port());
  sim.serve("sources:\n" + std::string(kHttpSource) + port +
            "\nqueries:\n- id: big\n  autoStart: true\n  sources: [{sourceId: orders}]\n"
            "  query: MATCH (o:Order) WHERE o.total > 100 RETURN o.id AS Id, o.total AS Total\n");
  HttpConnection stream(sim.port);
  stream.send("GET /api/v1/queries/big/attach HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(stream.read_until("\r\n\r\n", kPatience).find("content-type: text/event-stream"), std::string::npos);
  Json reactions = sim.get("/api/v1/reactions").json()["data"];
  ASSERT_EQ(reactions.size(), 1U);
  EXPECT_TRUE(reactions[0]["id"].get<std::string>().starts_with("__attach_big_"));

  std::string path = "/sources/orders/events";
  auto source = static_cast<std::uint16_t>(std::stoi(port));
  EXPECT_EQ(http(source, "POST", path, event("insert", "a", 50)).json()["message"],
            "All 1 events processed successfully");
  http(source, "POST", path, event("insert", "b", 150));
  http(source, "POST", path, event("update", "b", 250));
  http(source, "POST", path, event("update", "b", 10));
  EXPECT_EQ(sim.post("/api/v1/sources/orders/push", event("insert", "c", 300)).json()["data"]["success"], true);
  std::string text = stream.read_until(R"({"Id":"c","Total":300})", kPatience);
  EXPECT_NE(text.find(R"("results":[{"type":"ADD","data":{"Id":"b","Total":150})"), std::string::npos) << text;
  EXPECT_NE(text.find(R"({"type":"UPDATE","data":{"Id":"b","Total":250},"before":{"Id":"b","Total":150},"after")"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(R"({"type":"DELETE","data":{"Id":"b","Total":250})"), std::string::npos) << text;
  EXPECT_EQ(sim.get("/api/v1/queries/big/results").json()["data"].dump(), R"([{"Id":"c","Total":300}])");
  EXPECT_EQ(http(source, "POST", "/sources/other/events", event("insert", "a", 1)).status, 400);
}

TEST(Flow, AnHttpSourceSaysWhatIsWrongWithAnEvent) {
  SimProcess sim;
  std::string source = std::to_string(free_port());
  sim.serve("sources:\n" + std::string(kHttpSource) + source + "\n");
  auto port = static_cast<std::uint16_t>(std::stoi(source));
  const std::string start = "Failed to deserialize the JSON body into the target type: ";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"op":"insert"})", "missing field `operation` at line 1 column 15"},
      {R"({"operation":1})", "operation: invalid type: integer `1`, expected variant identifier at line 1 column 14"},
      {R"({"operation":"frob"})",
       "operation: unknown variant `frob`, expected one of `insert`, `update`, `delete` at line 1 column 19"},
      {R"([1])", "[0]: invalid type: integer `1`, expected variant identifier at line 1 column 2"},
      {R"({"operation":"insert"})", "missing field `element`"},
      {R"({"operation":"insert","element":{}})", "missing field `type`"},
      {R"({"operation":"insert","element":{"type":"node","id":"a"}})", "missing field `labels`"},
      {R"({"operation":"insert","element":{"type":"node","id":5,"labels":["X"]}})",
       "invalid type: integer `5`, expected a string"},
      {R"({"operation":"insert","element":{"type":"relation","id":"a","labels":["X"]}})", "missing field `from`"},
      {R"({"operation":"insert","element":{"type":"zz","id":"a","labels":[]}})",
       "unknown variant `zz`, expected `node` or `relation`"},
      {R"({"operation":"delete"})", "missing field `id`"}};
  for (const auto& [body, fault] : cases) {
    HttpAnswer answer = http(port, "POST", "/sources/orders/events", body);
    EXPECT_EQ(answer.status, 422) << body;
    EXPECT_EQ(answer.body, start + fault) << body;
    EXPECT_EQ(answer.headers["content-type"], "text/plain; charset=utf-8");
  }
  EXPECT_EQ(http(port, "POST", "/sources/orders/events/batch", R"({"events":[{"operation":"insert"}]})").body,
            start + "events[0]: missing field `element` at line 1 column 34");
  EXPECT_EQ(http(port, "POST", "/sources/orders/events", "{").status, 400);
  EXPECT_EQ(http(port, "POST", "/sources/orders/events", "{}", "text/plain").status, 415);
}

TEST(Flow, ClosingAnAttachedStreamRemovesItsReaction) {
  SimProcess sim;
  sim.serve(
      "queries:\n- id: q\n  query: MATCH (n:Query) RETURN n.id AS Id\n  autoStart: true\n"
      "  sources: [{sourceId: __component_graph__}]\n");
  {
    HttpConnection stream(sim.port);
    stream.send("GET /api/v1/queries/q/attach HTTP/1.1\r\nHost: x\r\n\r\n");
    stream.read_until("\r\n\r\n", kPatience);
    EXPECT_EQ(sim.remove("/api/v1/queries/q").json()["code"], "QUERY_DELETE_FAILED") << "the stream depends on it";
  }
  HttpAnswer after =
      sim.get_until("/api/v1/reactions", [](const HttpAnswer& answer) { return answer.json()["data"].empty(); });
  EXPECT_EQ(after.json()["data"], Json::array());
  EXPECT_EQ(sim.remove("/api/v1/queries/q").status, 200);
}

TEST(Flow, TheInstancesOwnComponentsAreASource) {
  SimProcess sim;
  sim.serve(
      "queries:\n- id: q\n  query: MATCH (n:Query) RETURN n.id AS Id, n.status AS Status\n  autoStart: true\n"
      "  sources: [{sourceId: __component_graph__}]\n");
  ASSERT_EQ(sim.post("/api/v1/queries", R"({"id":"other","query":"MATCH (n) RETURN n.a"})").status, 200);
  HttpAnswer answer =
      sim.get_until("/api/v1/queries/q/results", [](const HttpAnswer& got) { return got.json()["data"].size() == 2; });
  EXPECT_EQ(answer.json()["data"].dump(), R"([{"Id":"q","Status":"Running"},{"Id":"other","Status":"Stopped"}])");
}

TEST(Flow, SseReactionServesResults) {
  SimProcess sim;
  std::uint16_t sse = free_port();
  std::string source = std::to_string(free_port());
  sim.serve("sources:\n" + std::string(kHttpSource) + source +
            "\nqueries:\n- id: q\n  autoStart: true\n  sources: [{sourceId: orders}]\n"
            "  query: MATCH (o:Order) RETURN o.id AS Id\nreactions:\n- kind: sse\n  id: out\n  queries: [q]\n"
            "  host: 127.0.0.1\n  port: " +
            std::to_string(sse) + "\n");
  HttpConnection reader(sse);
  ASSERT_TRUE(reader.connected());
  reader.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string head = reader.read_until("\r\n\r\n", kPatience);
  EXPECT_NE(head.find("vary: origin, access-control-request-method, access-control-request-headers\r\n"),
            std::string::npos)
      << head;
  http(static_cast<std::uint16_t>(std::stoi(source)), "POST", "/sources/orders/events", event("insert", "a", 1));
  std::string text = reader.read_until(R"("Id":"a")", kPatience);
  EXPECT_NE(text.find(R"(data: {"queryId":"q","results":[{"type":"ADD","data":{"Id":"a"})"), std::string::npos) << text;
  EXPECT_EQ(http(sse, "GET", "/elsewhere").status, 404);
  EXPECT_EQ(http(sse, "GET", "/events/deeper").status, 404);
  EXPECT_EQ(http(sse, "POST", "/events", "{}").headers["allow"], "GET,HEAD");
  EXPECT_EQ(http(sse, "OPTIONS", "/events").headers["access-control-allow-methods"], "GET,OPTIONS");
}

TEST(Flow, HttpReactionPostsAndGivesUpAfterThreeFailures) {
  SimProcess sim;
  Receiver receiver;
  std::string source = std::to_string(free_port());
  sim.serve("sources:\n" + std::string(kHttpSource) + source +
            "\nqueries:\n- id: q\n  autoStart: true\n  sources: [{sourceId: orders}]\n"
            "  query: MATCH (o:Order) RETURN o.id AS Id\nreactions:\n- kind: http\n  id: out\n  queries: [q]\n"
            "  baseUrl: http://127.0.0.1:" +
            std::to_string(receiver.port) +
            "\n  token: t0ken\n  routes:\n    q:\n      updated: {url: '/changed/{{after.Id}}', method: PUT, body: "
            "'{{json after}}'}\n");
  auto port = static_cast<std::uint16_t>(std::stoi(source));
  http(port, "POST", "/sources/orders/events", event("insert", "a", 1));
  std::string request = receiver.take(200);
  EXPECT_TRUE(request.starts_with("POST /changes/q HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("authorization: Bearer t0ken"), std::string::npos);
  EXPECT_NE(request.find(R"({"operation":"ADD","queryId":"q","sequenceId":1)"), std::string::npos) << request;
  http(port, "POST", "/sources/orders/events", event("insert", "b", 1));
  for (int attempt = 0; attempt < 3; ++attempt) EXPECT_NE(receiver.take(500), "") << attempt;
  HttpAnswer item = sim.get_until("/api/v1/reactions/out",
                                  [](const HttpAnswer& answer) { return answer.json()["data"]["status"] == "Error"; });
  EXPECT_EQ(item.json()["data"]["error_message"],
            "HTTP delivery failed for query 'q' (seq 2); stopped per recovery policy");
}

TEST(Flow, EventAndLogStreamsReplayHistory) {
  SimProcess sim;
  sim.serve("sources:\n- kind: mock\n  id: s\n  intervalMs: 60000\n");
  HttpConnection events(sim.port);
  events.send("GET /api/v1/sources/s/events/stream HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string text = events.read_until("\"Running\"", kPatience);
  EXPECT_NE(text.find(R"(data: {"componentId":"s","componentType":"Source","status":"Added","timestamp":")"),
            std::string::npos)
      << text;
  HttpConnection all(sim.port);
  all.send("GET /api/v1/instances/sim/events HTTP/1.1\r\nHost: x\r\n\r\n");
  all.read_until("\r\n\r\n", kPatience);
  HttpConnection logs(sim.port);
  logs.send("GET /api/v1/sources/s/logs/stream HTTP/1.1\r\nHost: x\r\n\r\n");
  logs.read_until("Starting Mock Source component: s", kPatience);
  sim.post("/api/v1/sources/s/stop");
  text = events.read_until("\"Stopped\"", kPatience);
  EXPECT_NE(text.find("\"Stopping source\""), std::string::npos) << text;
  auto stopped = text.find("\"Stopped\"");
  ASSERT_NE(stopped, std::string::npos);
  EXPECT_EQ(text.find("message", stopped), std::string::npos) << "plugins report their status without a message";
  EXPECT_NE(all.read_until("\"Stopped\"", kPatience).find("\"Stopping\""), std::string::npos);
  EXPECT_NE(logs.read_until("Stopping Mock Source", kPatience).find(R"("level":"Info")"), std::string::npos);
  Json lines = sim.get("/api/v1/sources/s/logs").json()["data"];
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["componentType"], "Source");
}

TEST(Flow, AnUnsupportedQueryRunsAndYieldsNothing) {
  SimProcess sim;
  sim.serve(
      "sources:\n- kind: mock\n  id: s\n  intervalMs: 5\nqueries:\n- id: q\n  autoStart: true\n"
      "  sources: [{sourceId: s}]\n  query: MATCH (a:Generic)-[:KNOWS]->(b) RETURN a.x\n");
  EXPECT_EQ(sim.get("/api/v1/queries/q").json()["data"]["status"], "Running");
  EXPECT_EQ(sim.get("/api/v1/queries/q/results").json()["data"], Json::array());
  EXPECT_NE(sim.output().find("runs but yields nothing here"), std::string::npos);
}

}  // namespace
}  // namespace draas::simulator_tests
