// A workload's start and death: how soon it is known, and how soon there is another one.

#include <cstdlib>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare_sqlite.hpp"
#include "beacon_listener.hpp"
#include "control_plane.hpp"
#include "peers.hpp"
#include "sections.hpp"
#include "statistics.hpp"
#include "subscribers.hpp"

extern char** environ;  // NOLINT(readability-identifier-naming): the C library's name

namespace draas::bench {
namespace {

constexpr double kEventWanted = 1;        // ms beside a commit
constexpr double kReplacementWanted = 2;  // ms
constexpr double kTimesBare = 2;
constexpr std::size_t kSmallFleet = 100;
constexpr std::size_t kLargeFleet = 1000;

std::vector<std::string> flags_for(const BeaconListener& beacon) {
  return {"--ProcessInstanceManager:ExecutablePath=" + beacon.executable()};
}

std::filesystem::path make_directory(const std::filesystem::path& path) {
  std::filesystem::create_directories(path);
  return path;
}

// Commits of one instance's change, one at a time: the least that a durable step costs on this disk.
std::vector<double> commit_times(const std::filesystem::path& directory, std::size_t count) {
  BareSqlite bare(directory / "commits.db");
  std::vector<double> times;
  for (std::size_t number = 0; number < count; ++number) {
    const std::string id = "i" + std::to_string(number);
    const auto start = Clock::now();
    bare.commit({{"instances", id, "", std::string(600, 'i')}, {"events", id, "", std::string(300, 'e')}});
    times.push_back(since(start));
  }
  return times;
}

double milliseconds(Clock::duration time) { return Milliseconds(time).count(); }

// Kills each of `victims` once, and says how long it took until the listener heard another start.
std::vector<double> replacement_times(BeaconListener& beacon, const std::vector<Started>& victims) {
  std::vector<double> times;
  for (const Started& victim : victims) {
    const auto killed = Clock::now();
    ::kill(victim.pid, SIGKILL);
    const auto next = beacon.next();
    if (!next) throw std::runtime_error("a killed program was not replaced within 10 s");
    times.push_back(milliseconds(next->at - killed));
  }
  return times;
}

std::vector<Started> hear(BeaconListener& beacon, std::size_t count) {
  std::vector<Started> all;
  while (all.size() < count) {
    const auto started = beacon.next(std::chrono::milliseconds(60'000));
    if (!started) throw std::runtime_error("only " + std::to_string(all.size()) + " programs started");
    all.push_back(*started);
  }
  return all;
}

std::size_t running(tests::ServerProcess& server) {
  return server.get("/api/server/instances?status=Running&limit=1000").json().size();
}

// Kills each of `count` workloads once, and says how long it took until a subscriber had its event.
std::vector<double> event_times(std::size_t count) {
  auto server = start_control_plane({"--Restart:DefaultPolicy=Never"});
  create_many(*server, "i", 0, count, true);
  wait_until("all run", [&] { return running(*server) == count; });
  Subscribers subscriber(server->endpoint().port, 1);
  std::vector<double> times;
  for (const tests::Workload& workload : server->workloads()) {
    subscriber.expect("\"instanceId\":\"" + workload.instance_id + "\"");
    const auto killed = Clock::now();
    ::kill(workload.pid, SIGKILL);
    const auto arrivals = subscriber.arrivals();
    if (arrivals.empty()) throw std::runtime_error("no event of the death of " + workload.instance_id);
    times.push_back(milliseconds(arrivals.front() - killed));
  }
  return times;
}

void measure_event(Context& context, std::size_t count, const std::vector<double>& commits) {
  const std::vector<double> times = event_times(count);
  context.report.add_point("latency", "kill -9 → event", static_cast<double>(count), percentile(times, 0.99));
  const double wanted = kEventWanted + percentile(commits, 0.99);
  context.report.add({"crash-event",
                      "kill -9 → event at a subscriber, durable, " + number(static_cast<double>(count)) + " workloads",
                      latency_text(times) + "; a bare commit takes " + latency_text(commits), "p99 < 1 ms + one commit",
                      percentile(times, 0.99) < wanted});
}

std::vector<double> our_replacements(const std::filesystem::path& directory, std::size_t count) {
  BeaconListener beacon(directory, tests::program("DRAAS_TEST_DRASI_SIM", "/simulator/drasi-sim"));
  std::vector<std::string> flags = flags_for(beacon);
  flags.emplace_back("--Restart:DefaultPolicy=Always");
  auto server = start_control_plane(std::move(flags));
  server->call(net::Method::Get, "/ready");
  create_many(*server, "i", 0, count, true);
  const std::vector<Started> victims = hear(beacon, count);
  wait_until("all run", [&] { return running(*server) == count; });
  return replacement_times(beacon, victims);
}

}  // namespace

void measure_crashes(Context& context) {
  const std::size_t count = context.size(200, 10);
  const std::vector<double> commits = commit_times(context.work, count);
  // Of several sizes the largest is the figure, the others are points of the curves.
  if (!context.brief) measure_event(context, kSmallFleet, commits);
  measure_event(context, context.size(kLargeFleet, 10), commits);
  if (!context.brief) {
    for (const std::size_t fleet : {kSmallFleet, kLargeFleet}) {
      const auto times = our_replacements(make_directory(context.work / ("draas" + std::to_string(fleet))), fleet);
      context.report.add_point("latency", "kill -9 → replacement", static_cast<double>(fleet), percentile(times, 0.99));
    }
  }

  const std::vector<double> ours = our_replacements(make_directory(context.work / "draas"), count);
  std::string measured = latency_text(ours);
  if (!context.brief) {
    {
      const auto directory = make_directory(context.work / "supervisord");
      BeaconListener beacon(directory);
      const Supervisord supervisord(directory, beacon.executable(), count);
      measured += "; supervisord " + latency_text(replacement_times(beacon, hear(beacon, count)));
    }
    if (const char* script = std::getenv("DRAAS_BENCH_PM2")) {
      const auto directory = make_directory(context.work / "pm2");
      BeaconListener beacon(directory);
      const Pm2 pm2(directory, script, beacon.executable(), count);
      measured += "; PM2 " + latency_text(replacement_times(beacon, hear(beacon, count)));
    } else {
      measured += "; PM2 was not measured (DRAAS_BENCH_PM2 does not name its script)";
    }
  }
  context.report.add({"crash-replacement", "kill -9 → replacement runs (`Always`)", measured, "p99 < 2 ms",
                      percentile(ours, 0.99) < kReplacementWanted});
}

namespace {

// How long a program takes to run when nobody but the system is asked.
std::vector<double> spawn_times(BeaconListener& beacon, std::size_t count) {
  std::vector<double> times;
  std::string program = beacon.executable();
  for (std::size_t number = 0; number < count; ++number) {
    char* arguments[] = {program.data(), nullptr};
    pid_t pid = 0;
    const auto start = Clock::now();
    if (::posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments, environ) != 0) {
      throw std::runtime_error("cannot spawn " + program);
    }
    const auto started = beacon.next();
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    if (!started) throw std::runtime_error("the beacon is silent");
    times.push_back(milliseconds(started->at - start));
  }
  return times;
}

std::vector<double> start_times(tests::ServerProcess& server, BeaconListener& beacon, std::size_t first,
                                std::size_t count) {
  std::vector<double> times;
  for (std::size_t number = first; number < first + count; ++number) {
    const auto start = Clock::now();
    const tests::Answer answer = server.post("/api/server/instances/i" + std::to_string(number) + "/start?wait=0");
    if (answer.status >= 300) throw std::runtime_error("start: " + answer.body);
    const auto started = beacon.next();
    if (!started) throw std::runtime_error("a started instance does not run");
    times.push_back(milliseconds(started->at - start));
  }
  return times;
}

}  // namespace

void measure_starts(Context& context) {
  const std::size_t count = context.size(200, 10);
  BeaconListener bare(make_directory(context.work / "bare"));
  const std::vector<double> commits = commit_times(context.work, count);
  const std::vector<double> spawns = spawn_times(bare, count);

  BeaconListener beacon(make_directory(context.work / "starts"),
                        tests::program("DRAAS_TEST_DRASI_SIM", "/simulator/drasi-sim"));
  std::vector<std::string> flags = flags_for(beacon);
  flags.insert(flags.end(), {"--Ports:First=12000", "--Ports:Last=32000"});
  auto server = start_control_plane(std::move(flags));
  create_many(*server, "i", 0, count);
  const std::vector<double> times = start_times(*server, beacon, 0, count);
  const double limit = median(commits) + median(spawns);
  const double ratio = median(times) / limit;
  context.report.add({"start", "Start by the API → its process runs, durable",
                      number(ratio) + " × bare: " + latency_text(times) + " against a commit of " +
                          latency_text(commits) + " and a spawn of " + latency_text(spawns),
                      "< 2 × (spawn + commit)", ratio < kTimesBare});
  if (context.brief) return;
  std::size_t started = count;
  std::size_t made = count;
  for (const std::size_t fleet : {kLargeFleet, 10 * kLargeFleet}) {
    create_many(*server, "i", made, fleet);
    made = fleet;
    const auto later = start_times(*server, beacon, started, kSmallFleet);
    started += kSmallFleet;
    context.report.add_point("latency", "start by the API, registered", static_cast<double>(fleet),
                             percentile(later, 0.99));
  }
  context.report.add_point("latency", "start by the API, registered", static_cast<double>(count),
                           percentile(times, 0.99));
}

void measure_stream(Context& context) {
  constexpr double kWanted = 10;  // ms
  for (const std::size_t subscribers : {std::size_t{100}, context.size(1000, 200)}) {
    auto server = start_control_plane({"--Logging:LogLevel:Default=Error"});
    const std::size_t events = context.size(100, 5);
    create_many(*server, "i", 0, events);
    Subscribers readers(server->endpoint().port, subscribers);
    std::vector<double> times;
    for (std::size_t number = 0; number < events; ++number) {
      const std::string id = "i" + std::to_string(number);
      readers.expect("\"instanceId\":\"" + id + "\"");
      const auto sent = Clock::now();
      const tests::Answer answer =
          server->post("/api/status/updates", R"({"instanceId":")" + id + R"(","status":"Running","source":"bench"})");
      if (answer.status >= 300) throw std::runtime_error("status update: " + answer.body);
      const auto arrivals = readers.arrivals();
      if (arrivals.size() != subscribers) {
        throw std::runtime_error(std::to_string(subscribers - arrivals.size()) + " subscribers missed an event");
      }
      for (const auto arrival : arrivals) times.push_back(milliseconds(arrival - sent));
    }
    context.report.add_point("latency", "event to N subscribers", static_cast<double>(subscribers),
                             percentile(times, 0.99));
    if (subscribers == 100) continue;
    context.report.add({"stream", "Reported change → event at " + std::to_string(subscribers) + " subscribers, durable",
                        latency_text(times), "p99 < 10 ms", percentile(times, 0.99) < kWanted});
  }
}

}  // namespace draas::bench
