// top: what instances use.

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include <unistd.h>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/times.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kAtOnce = 16;

struct TopOptions {
  TargetOptions targets;
  std::string output;
  Duration interval = std::chrono::seconds(1);
  std::string sort = "cpu";
  bool watch = false;
};

struct Sample {
  SteadyTime at;
  Json runtime;
};
using Samples = std::map<std::string, Sample>;

double cpu_seconds(const Json& runtime) { return member(runtime, "usage").value("cpuSeconds", 0.0); }

Result<Samples> take(Connection& connection, const std::vector<Json>& instances) {
  Samples samples;
  std::vector<Connection::Work> works;
  std::optional<Error> failure;
  for (const Json& instance : instances) {
    works.emplace_back([&connection, &samples, &failure, id = field(instance, "id")]() -> net::Task<void> {
      std::string path = client::instance_path(id, "/runtime-status");
      auto runtime = co_await connection.api().get(std::move(path));
      if (runtime) {
        samples[id] = {system_clock().steady_now(), std::move(*runtime)};
      } else if (runtime.error().code != ErrorCode::NotFound && !failure) {
        failure = std::move(runtime.error());
      }
    });
  }
  connection.run_until_killed(std::move(works), kAtOnce);
  if (failure) return std::unexpected(std::move(*failure));
  return samples;
}

struct Row {
  std::string id;
  double cpu = 0;  // percent of one core
  Json runtime;
};

std::vector<Row> rows_of(const Samples& before, Samples now, const std::string& sort) {
  std::vector<Row> rows;
  for (auto& [id, sample] : now) {
    Row row{.id = id, .runtime = std::move(sample.runtime)};
    const auto earlier = before.find(id);
    const bool same =
        earlier != before.end() && member(earlier->second.runtime, "generation") == member(row.runtime, "generation");
    if (same && member(row.runtime, "usage").is_object()) {
      const std::chrono::duration<double> passed = sample.at - earlier->second.at;
      constexpr double kPercent = 100;
      const double used = cpu_seconds(row.runtime) - cpu_seconds(earlier->second.runtime);
      if (passed.count() > 0) row.cpu = std::max(0.0, used / passed.count() * kPercent);
    }
    rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(rows, [&](const Row& left, const Row& right) {
    if (sort == "id") return left.id < right.id;
    if (sort == "memory") {
      return member(left.runtime, "usage").value("memoryBytes", 0.0) >
             member(right.runtime, "usage").value("memoryBytes", 0.0);
    }
    return left.cpu > right.cpu;
  });
  return rows;
}

std::string percent(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f%%", value);
  return text.data();
}

Status show(Session& session, const std::vector<Row>& rows, const OutputFormat& format) {
  if (!format.for_people()) {
    Json list = Json::array();
    for (const Row& row : rows) {
      list.push_back(Json{{"id", row.id},
                          {"status", member(row.runtime, "status")},
                          {"cpuPercent", row.cpu},
                          {"usage", member(row.runtime, "usage")}});
    }
    return session.print(list, format);
  }
  Table table({"ID", "STATUS", "CPU", "MEMORY", "THREADS", "FILES", "CPU TIME", "UP"});
  for (const Row& row : rows) {
    const Json& usage = member(row.runtime, "usage");
    const std::string status = field(row.runtime, "status");
    if (!usage.is_object()) {
      table.add({row.id, {status, status_colour(status)}, "", "", "", "", "", ""});
      continue;
    }
    table.add(
        {row.id,
         {status, status_colour(status)},
         percent(row.cpu),
         short_size(usage.value("memoryBytes", std::uint64_t{0})),
         field(usage, "threads"),
         field(usage, "openFiles"),
         short_span(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(cpu_seconds(row.runtime)))),
         age_of(member(row.runtime, "startedAt"), system_clock().now())});
  }
  session.print(table);
  return {};
}

Status top(Session& session, const TopOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  auto chosen = choose_instances(session, options.targets);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  if (chosen->instances.empty()) return {};
  Connection& connection = *chosen->connection;
  Progress progress(connection, "measuring", 1);
  auto before = take(connection, chosen->instances);
  if (!before) return std::unexpected(std::move(before.error()));
  for (;;) {
    connection.pause(std::max(options.interval, Duration(100)));
    auto instances = find_instances(connection, options.targets);
    if (!instances) return std::unexpected(std::move(instances.error()));
    auto now = take(connection, *instances);
    if (!now) return std::unexpected(std::move(now.error()));
    progress.clear();
    // A new page on a terminal; one table below the other elsewhere.
    if (options.watch && is_terminal(STDOUT_FILENO)) session.print("\033[H\033[J");
    Samples kept = *now;
    if (Status shown = show(session, rows_of(*before, std::move(*now), options.sort), *format); !shown) return shown;
    if (!options.watch) return {};
    *before = std::move(kept);
  }
}

}  // namespace

void add_top_command(CLI::App& application, Session& session) {
  CLI::App* command = add_command(application, {"top", "Show CPU, memory and more that instances use", "Observe",
                                                "  draas top\n  draas top -l team=shop --watch --sort memory"});
  auto options = when_chosen<TopOptions>(command, session, top);
  add_target_options(command, options->targets, Targets::Filtered);
  add_output_option(command, options->output);
  add_span_option(command, "--interval", options->interval, "Over which CPU is measured");
  command->add_option("--sort", options->sort, "By cpu, memory or id")
      ->transform(one_of({"cpu", "memory", "id"}))
      ->type_name("COLUMN")
      ->capture_default_str();
  command->add_flag("-w,--watch", options->watch, "Again and again");
}

}  // namespace draas::cli
