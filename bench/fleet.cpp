// What fleets cost: running ones, and large registered ones.

#include <thread>

#include "control_plane.hpp"
#include "load.hpp"
#include "reads.hpp"
#include "sections.hpp"
#include "sockets.hpp"
#include "statistics.hpp"
#include "support/reconciled_fleet.hpp"

namespace draas::bench {
namespace {

constexpr double kFleetMemory = 30;      // MB
constexpr double kIdleShare = 0.2;       // % of a core
constexpr double kAdoption = 500;        // ms
constexpr double kRegistryMemory = 300;  // MB
constexpr double kRegistryStart = 2000;  // ms
constexpr double kPage = 1;              // ms
constexpr double kSweep = 100;           // ms of processor time

std::size_t count_running(tests::ServerProcess& server) {
  return server.get("/api/server/instances?status=Running&limit=1000").json().size();
}

// Percent of a core that the control plane uses while nothing is asked of it.
double idle_share(pid_t pid, std::chrono::seconds span) {
  const double before = usage_of(pid).processor_ms;
  std::this_thread::sleep_for(span);  // the span is what is measured
  return 100 * (usage_of(pid).processor_ms - before) / Milliseconds(span).count();
}

// Milliseconds from the call that starts the killed control plane again until it is ready, which it is only when all
// that runs is adopted: it opens its listener after that.
double restart_time(tests::ServerProcess& server) {
  const auto begun = Clock::now();
  if (!server.start({}, false)) throw std::runtime_error("it does not start again");
  wait_until("it is ready", [&] { return server.get("/ready").status == 200; });
  return since(begun);
}

// Processor time of one sweep of a reconciler of its own over the whole fleet: its own and the control plane's.
double sweep_cost(tests::ServerProcess& server, std::chrono::seconds span) {
  tests::ReconcilerProcess worker(server, "bench");
  if (!worker.start()) throw std::runtime_error("the reconciler does not start");
  net::EventLoop loop("bench");
  const auto sweeps = [&] {
    Descriptor socket = connect_to(worker.port());
    send_all(socket.get(), request_text("GET", "/metrics"));
    std::string text;
    wait_until("the reconciler tells its metrics", [&] {
      receive_some(socket.get(), text);
      return text.contains("\nreconciliation_cycles_total") && text.ends_with("\n");
    });
    const std::string name = "\nreconciliation_cycles_total";
    return std::stod(text.substr(text.find(' ', text.find(name) + 1)));
  };
  wait_until("the reconciler has swept once", [&] {
    try {
      return sweeps() >= 2;
    } catch (const std::system_error&) {
      return false;
    }
  });
  const double first = sweeps();
  const double worker_before = usage_of(worker.pid()).processor_ms;
  const double server_before = usage_of(server.pid()).processor_ms;
  std::this_thread::sleep_for(span);  // the span is what is measured
  const double used =
      usage_of(worker.pid()).processor_ms - worker_before + usage_of(server.pid()).processor_ms - server_before;
  return used / (sweeps() - first);
}

}  // namespace

void measure_fleet(Context& context) {
  for (const std::size_t count : {std::size_t{100}, context.size(1000, 100)}) {
    auto server = start_control_plane();
    create_many(*server, "i", 0, count, true);
    wait_until("all run", [&] { return count_running(*server) == count; });
    const double idle = idle_share(server->pid(), std::chrono::seconds(context.size(20, 2)));
    const double memory = usage_of(server->pid()).memory_mb;
    server->kill();
    const double adoption = restart_time(*server);
    const double sweep = sweep_cost(*server, std::chrono::seconds(context.size(6, 2)));
    const std::size_t adopted = count_running(*server);
    if (adopted != count) throw std::runtime_error(std::to_string(count - adopted) + " were not adopted");
    const auto instances = static_cast<double>(count);
    context.report.add_point("memory", "running", instances, memory);
    context.report.add_point("time", "all adopted after kill -9, running", instances, adoption);
    context.report.add_point("time", "sweep over running ones (processor)", instances, sweep);
    if (count == 1000 || context.brief) {
      const std::string what = number(instances) + " managed processes";
      context.report.add({"fleet-memory", what + ": memory of the control plane", number(memory) + " MB", "< 30 MB",
                          memory < kFleetMemory});
      context.report.add(
          {"fleet-idle", what + ": processor, idle", number(idle) + " % of a core", "< 0.2 %", idle < kIdleShare});
      context.report.add({"fleet-adoption", what + ": kill -9, restart, all adopted",
                          number(adoption) + " ms after the new process was started", "< 500 ms",
                          adoption < kAdoption});
      context.report.add({"fleet-sweep", what + ": sweep that looks at every server, without drift",
                          number(sweep) + " ms of processor time", "", true});
    }
    delete_all(*server);
  }
}

namespace {

double page_latency(tests::ServerProcess& server, std::size_t requests) {
  const LoadResult result =
      run_load({.port = server.endpoint().port, .connections = 1, .requests = requests},
               [](std::size_t) { return request_text("GET", "/api/server/instances?limit=100"); });
  if (result.failed > 0) throw std::runtime_error("page: " + result.first_failure);
  return percentile(result.latencies, 0.99);
}

struct Grown {
  double create_rate = 0;
  double page_ms = 0;
  double read_rate = 0;
  double created_memory_mb = 0;  // where all of them were created, before the restart
  double memory_mb = 0;
  double start_ms = 0;
  double sweep_ms = 0;
};

Grown look(tests::ServerProcess& server, Context& context) {
  Grown grown;
  grown.page_ms = page_latency(server, context.size(2000, 100));
  LoadOptions reads{.port = server.endpoint().port};
  reads.duration = std::chrono::seconds(context.size(3, 1));
  grown.read_rate = run_load(reads, [](std::size_t) { return request_text("GET", "/api/server/instances/i1"); }).rate();
  grown.created_memory_mb = usage_of(server.pid()).memory_mb;
  server.kill();
  grown.start_ms = restart_time(server);
  grown.sweep_ms = sweep_cost(server, std::chrono::seconds(context.size(6, 2)));
  grown.memory_mb = usage_of(server.pid()).memory_mb;
  return grown;
}

}  // namespace

void measure_registry(Context& context) {
  auto server = start_control_plane({"--Ports:First=1024", "--Ports:Last=65535"});
  std::size_t made = 0;
  for (const std::size_t count : {std::size_t{100}, std::size_t{1000}, std::size_t{10'000}, std::size_t{100'000}}) {
    if (count > context.size(100'000, 1000)) break;
    const auto start = Clock::now();
    create_many(*server, "i", made, count);
    const double create_rate = static_cast<double>(count - made) / (since(start) / 1000);
    made = count;
    const Grown grown = look(*server, context);
    const auto instances = static_cast<double>(count);
    context.report.add_point("rate", "GET one", instances, grown.read_rate);
    context.report.add_point("rate", "durable creates", instances, create_rate);
    context.report.add_point("latency", "page of 100", instances, grown.page_ms);
    context.report.add_point("memory", "registered", instances, grown.memory_mb);
    context.report.add_point("memory", "registered, before a restart", instances, grown.created_memory_mb);
    context.report.add_point("time", "start-up, registered", instances, grown.start_ms);
    context.report.add_point("time", "sweep without drift (processor)", instances, grown.sweep_ms);
    const std::string what = number(instances) + " registered instances";
    if (count == 10'000) {
      context.report.add({"sweep", "Sweep of " + what + " without drift, reconciler and control plane",
                          number(grown.sweep_ms) + " ms of processor time", "< 100 ms", grown.sweep_ms < kSweep});
    }
    if (count == context.size(100'000, 1000)) {
      context.report.add(
          {"registry-memory", what + ": memory",
           number(grown.memory_mb) + " MB; " + number(grown.created_memory_mb) + " MB where they were created",
           "< 300 MB", std::max(grown.memory_mb, grown.created_memory_mb) < kRegistryMemory});
      context.report.add({"registry-start", what + ": start-up until ready", number(grown.start_ms) + " ms", "< 2 s",
                          grown.start_ms < kRegistryStart});
      context.report.add({"registry-page", what + ": page of 100, one client", "p99 " + number(grown.page_ms) + " ms",
                          "p99 < 1 ms", grown.page_ms < kPage});
      compare_with_nginx(context, *server,
                         {"registry-page-rate", "Page of 100 in the middle of " + what,
                          "/api/server/instances?limit=100&continue=i5"});
    }
  }
}

void measure_configuration(Context& context) {
  constexpr double kWanted = 50;  // ms
  constexpr int kStep = 10;
  auto server = start_control_plane({"--Reconciliation:InProcess=true"});
  tests::create_instance(*server, "one", "Update");
  wait_until("it runs and is checked", [&] { return tests::unsettled(*server, "one").empty(); });
  std::vector<double> times;
  for (std::size_t number = 0; number < context.size(200, 10); ++number) {
    const Json patch = Json::array({Json{{"op", "replace"},
                                         {"path", "/queries/0/queryText"},
                                         {"value", tests::query_text(static_cast<int>(number) + kStep)}}});
    net::Headers headers;
    headers.set("Content-Type", "application/json-patch+json");
    const auto start = Clock::now();
    const tests::Answer answer =
        server->call(net::Method::Patch, "/api/configuration/instances/one?wait=10s", patch.dump(), headers);
    if (answer.status != 200) throw std::runtime_error("patch: " + answer.body);
    times.push_back(since(start));
  }
  context.report.add({"live-change", "Change of a query, PATCH → checked and live, ten queries on drasi-sim",
                      latency_text(times), "p99 < 50 ms", percentile(times, 0.99) < kWanted});
}

}  // namespace draas::bench
