// logs: what instances wrote, several at once with coloured prefixes.

#include <algorithm>
#include <array>

#include "cli/command.hpp"
#include "cli/commands.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kMaxStreams = 50;
constexpr std::chrono::hours kNoLimit{24 * 365};

struct LogsOptions {
  TargetOptions targets;
  std::string tail;
  std::string since;
  std::string grep;
  bool follow = false;
  bool no_prefix = false;
};

// Takes pieces of any size and prints whole lines.
class LinePrinter {
 public:
  LinePrinter(Session& session, std::string prefix, std::string pattern)
      : session_(session), prefix_(std::move(prefix)), pattern_(std::move(pattern)) {}

  void feed(std::string_view piece) {
    std::string out;
    while (!piece.empty()) {
      const std::size_t end = piece.find('\n');
      line_ += piece.substr(0, end);
      if (end == std::string_view::npos) break;
      put(out);
      piece.remove_prefix(end + 1);
    }
    if (!out.empty()) session_.print(out);
  }
  void end() {
    std::string out;
    if (!line_.empty()) put(out);
    if (!out.empty()) session_.print(out);
  }

 private:
  void put(std::string& out) {
    if (pattern_.empty() || line_.find(pattern_) != std::string::npos) out += prefix_ + line_ + "\n";
    line_.clear();
  }

  Session& session_;
  std::string prefix_;
  std::string pattern_;
  std::string line_;
};

std::string log_target(const LogsOptions& options, const std::string& id) {
  std::string query;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) query += (query.empty() ? "?" : "&") + std::string(key) + "=" + net::percent_encode(value);
  };
  add("tail", options.tail);
  add("since", options.since);
  if (options.follow) add("follow", "true");
  return client::instance_path(id, "/logs") + query;
}

net::Task<void> print_log(client::ApiClient& api, std::string target, std::shared_ptr<LinePrinter> printer,
                          Status& outcome) {
  std::string accept = "text/plain";
  auto stream = co_await api.open(std::move(target), std::move(accept));
  if (!stream) {
    outcome = std::unexpected(std::move(stream.error()));
    co_return;
  }
  for (;;) {
    auto piece = co_await (*stream)->read(kNoLimit);
    if (!piece) {
      outcome = std::unexpected(std::move(piece.error()));
      break;
    }
    if (piece->empty()) break;
    printer->feed(*piece);
  }
  printer->end();
}

Status logs(Session& session, const LogsOptions& options) {
  if (options.targets.empty()) {
    return fail(ErrorCode::InvalidArgument, "Whose logs? Name instances, or give --selector, another filter or --all");
  }
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto instances = find_instances(**connection, options.targets);
  if (!instances) return std::unexpected(std::move(instances.error()));
  if (instances->empty()) return fail(ErrorCode::NotFound, "No instances match");
  if (instances->size() > kMaxStreams) {
    return fail(ErrorCode::InvalidArgument, std::to_string(instances->size()) +
                                                " instances match; logs shows at most " + std::to_string(kMaxStreams) +
                                                " at once");
  }
  static constexpr std::array<Colour, 6> kColours{Colour::Cyan, Colour::Yellow,  Colour::Green,
                                                  Colour::Blue, Colour::Magenta, Colour::Red};
  std::size_t width = 0;
  for (const Json& instance : *instances) width = std::max(width, field(instance, "id").size());
  const bool prefixed = instances->size() > 1 && !options.no_prefix;
  std::vector<Status> outcomes(instances->size());
  std::vector<Connection::Work> works;
  for (std::size_t i = 0; i < instances->size(); ++i) {
    const std::string id = field((*instances)[i], "id");
    std::string prefix;
    if (prefixed) {
      prefix =
          coloured(id + std::string(width - id.size(), ' ') + " |", kColours[i % kColours.size()], session.colour()) +
          " ";
    }
    auto printer = std::make_shared<LinePrinter>(session, std::move(prefix), options.grep);
    works.emplace_back([&outcomes, &connection, i, printer, target = log_target(options, id)]() {
      return print_log((*connection)->api(), target, printer, outcomes[i]);
    });
  }
  // Without --follow a log ends by itself; and Ctrl-C ends this program as any other.
  const std::size_t at_once = options.follow || prefixed ? works.size() : 1;
  (*connection)->run_until_killed(std::move(works), at_once);
  for (const Status& outcome : outcomes) {
    if (!outcome) return outcome;
  }
  return {};
}

}  // namespace

void add_logs_command(CLI::App& application, Session& session) {
  CLI::App* command = add_command(application, {"logs", "Show what instances wrote to stdout and stderr", "Observe",
                                                "  draas logs orders --tail 20\n"
                                                "  draas logs orders -f --since 10m\n"
                                                "  draas logs -l team=shop -f --grep ERROR"});
  auto options = when_chosen<LogsOptions>(command, session, logs);
  add_target_options(command, options->targets, Targets::Chosen);
  command->add_flag("-f,--follow", options->follow, "Go on with what is written from now on");
  command->add_option("--tail", options->tail, "The last so many lines, or all (default: 100; all with --since)")
      ->type_name("LINES");
  command->add_option("--since", options->since, "From this time on, or so long ago: 10m")->type_name("TIME");
  command->add_option("--grep", options->grep, "Only lines with this text")->type_name("TEXT");
  command->add_flag("--no-prefix", options->no_prefix, "Do not say whose line it is");
}

}  // namespace draas::cli
