// Durable writes, against SQLite alone writing the same rows, and against etcd on the same disk.

#include "bare_sqlite.hpp"
#include "control_plane.hpp"
#include "load.hpp"
#include "peers.hpp"
#include "sections.hpp"
#include "statistics.hpp"

namespace draas::bench {
namespace {

constexpr double kOfBareSqlite = 0.5;
constexpr double kTimesEtcd = 5;
constexpr double kUpdatesWanted = 100'000;
constexpr std::size_t kClients = 64;
constexpr std::size_t kReportsPerBatch = 500;
constexpr std::size_t kReported = 1000;  // instances

LoadResult create_for_a_while(tests::ServerProcess& server, std::size_t instances) {
  const auto request = [](std::size_t number) {
    return request_text("POST", "/api/server/instances",
                        R"({"name":"instance )" + std::to_string(number) +
                            R"(","description":"one of many","metadata":{"env":"test"}})");
  };
  LoadResult result =
      run_load({.port = server.endpoint().port, .connections = kClients, .requests = instances}, request);
  if (result.failed > 0) throw std::runtime_error("creating instances: " + result.first_failure);
  return result;
}

// Creates per second of SQLite alone: the same rows, as many creates to a commit as there are clients.
double bare_rate(const std::filesystem::path& directory, const std::vector<std::vector<Row>>& creates) {
  BareSqlite bare(directory / "bare.db");
  const auto start = Clock::now();
  for (std::size_t at = 0; at < creates.size();) {
    std::vector<Row> group;
    for (std::size_t client = 0; client < kClients && at < creates.size(); ++client, ++at) {
      group.insert(group.end(), creates[at].begin(), creates[at].end());
    }
    bare.commit(group);
  }
  return static_cast<double>(creates.size()) / (since(start) / 1000);
}

}  // namespace

void measure_creates(Context& context) {
  LoadResult created;
  std::vector<std::vector<Row>> rows;
  {
    auto server = start_control_plane({"--Ports:First=12000", "--Ports:Last=32000"});
    created = create_for_a_while(*server, context.size(19'000, 500));
    server->kill();
    rows = rows_by_instance(server->directory() / "draas.db");
  }
  if (rows.size() != created.answered) {
    throw std::runtime_error("the store has " + std::to_string(rows.size()) + " creates, not " +
                             std::to_string(created.answered));
  }
  const double bare = bare_rate(context.work, rows);
  const double ratio = created.rate() / bare;
  context.report.add({"creates", "Durable creates, 64 clients",
                      number(ratio) + " × bare SQLite: " + number(created.rate()) + "/s against " + number(bare) +
                          "/s; one takes " + latency_text(created.latencies),
                      "≥ 0.5 × a bare SQLite writer of the same rows", ratio >= kOfBareSqlite});
  if (context.brief) return;
  const double etcd = etcd_put_rate(context.work);
  const double times = created.rate() / etcd;
  context.report.add({"creates-etcd", "Durable creates, beside etcd's puts",
                      number(times) + " × etcd: " + number(created.rate()) + "/s against " + number(etcd) + "/s",
                      "≥ 5 × etcd's put rate", times >= kTimesEtcd});
}

namespace {

LoadResult report_for_a_while(Context& context, std::size_t instances) {
  auto server = start_control_plane({"--Ports:First=12000", "--Ports:Last=32000"});
  create_many(*server, "i", 0, instances);
  const auto request = [instances](std::size_t number) {
    std::string body = "[";
    for (std::size_t report = 0; report < kReportsPerBatch; ++report) {
      const std::size_t count = number * kReportsPerBatch + report;
      if (report > 0) body += ',';
      body += R"({"instanceId":"i)" + std::to_string(count % instances) + R"(","status":")" +
              (count / instances % 2 == 0 ? "Running" : "Error") + R"(","source":"bench"})";
    }
    return request_text("POST", "/api/status/updates", body + "]");
  };
  LoadOptions options{.port = server->endpoint().port, .connections = 4, .keep_last = true};
  options.duration = std::chrono::seconds(context.size(10, 1));
  LoadResult result = run_load(options, request);
  if (result.failed > 0) throw std::runtime_error("reporting: " + result.first_failure);
  if (!result.last_body.contains("\"accepted\":" + std::to_string(kReportsPerBatch))) {
    throw std::runtime_error("not every report was accepted: " + result.last_body);
  }
  return result;
}

}  // namespace

void measure_status_updates(Context& context) {
  for (const std::size_t instances : {std::size_t{100}, std::size_t{10'000}, kReported}) {
    if (context.brief && instances != kReported) continue;
    const LoadResult result = report_for_a_while(context, instances);
    const double rate = result.rate() * kReportsPerBatch;
    context.report.add_point("rate", "durable status updates", static_cast<double>(instances), rate);
    if (instances != kReported) continue;
    context.report.add({"updates", "Durable status updates, batches of 500, 4 clients",
                        number(rate) + "/s; a batch takes " + latency_text(result.latencies),
                        "≥ 100,000/s on two cores", rate >= kUpdatesWanted});
  }
}

}  // namespace draas::bench
