#include "support/reconciled_fleet.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>

namespace draas::tests {
namespace {

constexpr int kQueries = 10;
constexpr milliseconds kBetweenRequests{50};
constexpr milliseconds kRequestLimit{10'000};

// Another one for each of several reconcilers that are not started yet.
std::uint16_t next_port() {
  constexpr std::uint16_t kReconcilers = 8;
  static std::uint16_t next = 0;
  return static_cast<std::uint16_t>(free_port_range(kReconcilers) + next++ % kReconcilers);
}

}  // namespace

ReconcilerProcess::ReconcilerProcess(const ServerProcess& server, std::string name)
    : control_plane_(server.endpoint().to_string()),
      directory_(server.directory()),
      name_(std::move(name)),
      port_(next_port()) {}

bool ReconcilerProcess::start(const std::map<std::string, std::string>& environment) {
  std::vector<std::string> arguments = {
      "reconciler", "--ControlPlaneUrl=" + control_plane_, "--DataDirectory=" + directory_.string(),
      "--Reconciliation:WorkerName=" + name_, "--Reconciliation:ListenUrl=http://127.0.0.1:" + std::to_string(port_)};
  for (std::string& flag : quick_reconciler_flags()) arguments.push_back(std::move(flag));
  return process_.start(program("DRAAS_TEST_DRAAS", "/src/app/draas"), arguments, environment,
                        directory_ / (name_ + ".log"));
}

std::string ReconcilerProcess::log() const {
  std::ifstream in(directory_ / (name_ + ".log"), std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string> quick_reconciler_flags() {
  return {"--Reconciliation:PollingInterval=500ms", "--Reconciliation:LeaseTime=1s",
          "--Reconciliation:RetryDelay=200ms", "--Reconciliation:CheckTimeout=5s"};
}

std::string query_text(int threshold) {
  return "MATCH (s:SensorReading) WHERE s.temperature > " + std::to_string(threshold) + " RETURN s.sensor_id AS id";
}

Json ten_queries() {
  Json queries = Json::array();
  for (int number = 0; number < kQueries; ++number) {
    queries.push_back(Json{{"id", "q" + std::to_string(number)},
                           {"autoStart", true},
                           {"queryLanguage", "Cypher"},
                           {"queryText", query_text(number)},
                           {"sources", Json::array({Json{{"sourceId", "sensors"}}})}});
  }
  Json source{{"kind", "mock"}, {"id", "sensors"}, {"dataType", Json{{"type", "sensorReading"}}}, {"intervalMs", 50}};
  Json reaction{{"kind", "log"}, {"id", "out"}, {"queries", Json::array({"q0"})}};
  Json document = Json::object();
  document["sources"] = Json::array({std::move(source)});
  document["queries"] = std::move(queries);
  document["reactions"] = Json::array({std::move(reaction)});
  return document;
}

void create_instance(ServerProcess& server, const std::string& id, const std::string& strategy,
                     const std::string& parameters) {
  const Json body{{"id", id}, {"name", id}, {"frontPort", "auto"}, {"configuration", ten_queries()}, {"start", true}};
  const Answer created = server.post("/api/server/instances", to_text(body));
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string policy = R"({"strategy":")" + strategy + R"(","parameters":)" + parameters + "}";
  const Answer stored = server.call(net::Method::Put, "/api/reconciliation/instances/" + id + "/policy", policy);
  ASSERT_EQ(stored.status, 200) << stored.body;
  ASSERT_TRUE(eventually([&] { return server.instance(id).value("status", "") == "Running"; }, milliseconds(10'000)))
      << server.log();
}

int change_first_query(ServerProcess& server, const std::string& id, const std::string& text) {
  const Json patch = Json::array({Json{{"op", "replace"}, {"path", "/queries/0/queryText"}, {"value", text}}});
  return server.call(net::Method::Patch, "/api/configuration/instances/" + id, to_text(patch)).status;
}

std::string running_query(ServerProcess& server, const std::string& id) {
  const Json actual = server.get("/api/server/instances/" + id + "/actual-configuration").json();
  if (!actual.is_object() || !actual.contains("instances") || actual["instances"].empty()) return {};
  for (const Json& query : actual["instances"][0]["queries"]) {
    if (query.value("id", "") == "q0") return query.value("queryText", "");
  }
  return {};
}

std::string unsettled(ServerProcess& server, const std::string& id, const Look& look) {
  const Json instance = server.instance(id);
  if (!instance.is_object()) return id + " is not to be read";
  if (instance.value("phase", "") != "Running") return id + " is " + instance.value("phase", "");
  if (instance["appliedRevision"] != instance["configurationRevision"]) {
    return id + " runs revision " + instance["appliedRevision"].dump() + " of " +
           instance["configurationRevision"].dump();
  }
  const Json workloads = server.get("/api/server/instances/" + id + "/workloads").json();
  if (!workloads.contains("standby") || !workloads["standby"].is_null()) return id + " has a second workload";
  const Json wanted = server.get("/api/configuration/instances/" + id).json();
  if (!wanted.contains("queries")) return "the configuration of " + id + " is not to be read";
  if (running_query(server, id) != wanted["queries"][0].value("queryText", "")) return id + " runs another query";
  int runs = 0;
  const Footprint footprint = look ? look() : footprint_of(server);
  for (const std::string& name : footprint.running) runs += name == id || name == id + "~b" ? 1 : 0;
  if (runs != 1) return id + " runs " + std::to_string(runs) + " times";
  return {};
}

void expect_settles(ServerProcess& server, const std::string& id, milliseconds limit, const Look& look) {
  std::string last;
  const bool settled = eventually(
      [&] {
        last = unsettled(server, id, look);
        return last.empty();
      },
      limit);
  EXPECT_TRUE(settled) << last << "\n" << server.log();
}

Json audit(ServerProcess& server, const std::string& id) {
  return server.get("/api/reconciliation/instances/" + id + "/audit").json();
}

Json newest_audit(ServerProcess& server, const std::string& id) {
  Json entries;
  const bool there = eventually(
      [&] {
        entries = audit(server, id);
        return entries.is_array() && !entries.empty();
      },
      milliseconds(10'000));
  EXPECT_TRUE(there) << "nothing was recorded of " << id << "\n" << server.log();
  return there ? entries[0] : Json::object();
}

FrontClient::FrontClient(std::uint16_t port) : thread_([this, port] { run(port); }) {}

void FrontClient::stop() {
  ending_ = true;
  if (thread_.joinable()) thread_.join();
}

void FrontClient::run(std::uint16_t port) {
  net::EventLoop loop("front-client");
  loop.start();
  net::Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = port;
  while (!ending_) {
    auto one = [&]() -> net::Task<Result<net::ClientResponse>> {
      net::HttpClient client(loop.executor());
      net::ClientRequest request;
      request.target = "/api/v1/instances";
      co_return co_await client.send(endpoint, request, kRequestLimit);
    };
    const auto response = net::asio::co_spawn(loop.executor(), one(), net::asio::use_future).get();
    ++requests_;
    if (!response || response->status != 200) {
      ++failures_;
      if (first_failure_.empty())
        first_failure_ = response ? std::to_string(response->status) : response.error().message;
    }
    std::this_thread::sleep_for(kBetweenRequests);
  }
  loop.stop();
}

}  // namespace draas::tests
