// logs: what instances wrote, several at once with coloured prefixes.

#include <algorithm>
#include <array>
#include <utility>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/log_overlap.hpp"
#include "cli/reconnecting.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kMaxStreams = 50;
constexpr std::chrono::hours kNoLimit{24 * 365};
// So many lines are read again after a lost connection, to find where it was lost.
constexpr const char* kReadAgain = "5000";
constexpr std::chrono::milliseconds kQuiet{300};
constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{5'000};

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
  // What is left is a line without an end.
  void end() {
    std::string out;
    if (!line_.empty()) put(out);
    if (!out.empty()) session_.print(out);
  }

  // The same log from some lines back on, after the connection was lost in the middle of `line_`.
  void feed_again(std::string_view text) {
    line_.clear();
    for (std::size_t known = overlap_.known_of(whole_lines(text)); known > 0; --known) {
      text.remove_prefix(text.find('\n') + 1);
    }
    feed(text);
  }

 private:
  static std::vector<std::string> whole_lines(std::string_view text) {
    std::vector<std::string> lines;
    for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1)) {
      lines.emplace_back(text.substr(0, end));
    }
    return lines;
  }
  void put(std::string& out) {
    overlap_.add(line_);
    if (pattern_.empty() || line_.find(pattern_) != std::string::npos) out += prefix_ + line_ + "\n";
    line_.clear();
  }

  Session& session_;
  std::string prefix_;
  std::string pattern_;
  std::string line_;
  LogOverlap overlap_;
};

// What comes first after a new connection was there before, for the most part. It is gathered until the log says
// nothing for a moment.
class Resumption : public std::enable_shared_from_this<Resumption> {
 public:
  Resumption(const net::Executor& executor, std::shared_ptr<LinePrinter> printer)
      : timer_(executor), printer_(std::move(printer)) {}

  void feed(std::string_view piece) {
    if (over_) {
      printer_->feed(piece);
      return;
    }
    text_ += piece;
    timer_.expires_after(kQuiet);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->end();
    });
  }
  void end() {
    if (std::exchange(over_, true)) return;
    timer_.cancel();
    printer_->feed_again(text_);
    text_.clear();
  }

 private:
  net::Timer timer_;
  std::shared_ptr<LinePrinter> printer_;
  std::string text_;
  bool over_ = false;
};

std::string log_target(const LogsOptions& options, const std::string& id, bool again) {
  std::string query;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) query += (query.empty() ? "?" : "&") + std::string(key) + "=" + net::percent_encode(value);
  };
  add("tail", again ? kReadAgain : options.tail);
  if (!again) add("since", options.since);
  if (options.follow) add("follow", "true");
  return client::instance_path(id, "/logs") + query;
}

// What all logs of one command share.
struct Reading {
  Session& session;
  Connection& connection;
  const LogsOptions& options;
  Reconnecting reconnecting;
  bool several;
};

// Until it ends, which one that is followed does only when the connection is lost. `opened` becomes true.
net::Task<Status> print_once(Reading& reading, std::string id, std::shared_ptr<LinePrinter> printer, bool& opened) {
  const bool again = opened;
  std::string target = log_target(reading.options, id, again);
  std::string accept = "text/plain";
  auto stream = co_await reading.connection.api().open(std::move(target), std::move(accept));
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  opened = true;
  reading.reconnecting.back();
  std::shared_ptr<Resumption> resumption;
  if (again) resumption = std::make_shared<Resumption>(reading.connection.executor(), printer);
  for (;;) {
    auto piece = co_await (*stream)->read(kNoLimit);
    const bool over = !piece || piece->empty();
    if (over && resumption) resumption->end();
    if (!piece) co_return std::unexpected(std::move(piece.error()));
    if (over) co_return Status{};
    if (resumption) {
      resumption->feed(*piece);
    } else {
      printer->feed(*piece);
    }
  }
}

net::Task<Status> print_log(Reading& reading, std::string id, std::shared_ptr<LinePrinter> printer) {
  bool opened = false;
  auto pause = kFirstPause;
  for (;;) {
    std::string copy = id;
    Status ended = co_await print_once(reading, std::move(copy), printer, opened);
    const bool lost = opened && reading.options.follow && (ended || may_come_back(ended.error()));
    if (!lost) {
      printer->end();
      // The others go on: this one is told at once.
      if (!ended && reading.several) reading.session.report(Error(ended.error()).with_context("Logs of '" + id + "'"));
      co_return std::move(ended);
    }
    if (!reading.reconnecting.is_lost()) pause = kFirstPause;
    reading.reconnecting.lost(ended ? "it has ended" : ended.error().message);
    const bool slept = co_await net::sleep_for(pause);
    if (!slept) co_return Status{};
    pause = std::min(2 * pause, kLongestPause);
  }
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
  Reading reading{session, **connection, options, Reconnecting(session), instances->size() > 1};
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
    works.emplace_back([&outcomes, &reading, i, printer, id]() -> net::Task<void> {
      Status printed = co_await print_log(reading, id, printer);
      outcomes[i] = std::move(printed);
    });
  }
  // Without --follow a log ends by itself; and Ctrl-C ends this program as any other.
  const std::size_t at_once = options.follow || prefixed ? works.size() : 1;
  (*connection)->run_until_killed(std::move(works), at_once);
  const auto failed = std::ranges::count_if(outcomes, [](const Status& outcome) { return !outcome; });
  if (failed == 0) return {};
  if (outcomes.size() == 1) return outcomes.front();
  return fail(ErrorCode::Unprocessable,
              std::to_string(failed) + " of " + std::to_string(outcomes.size()) + " logs could not be shown");
}

}  // namespace

void add_logs_command(CLI::App& application, Session& session) {
  CLI::App* command = add_command(application, {"logs", "Show what instances wrote to stdout and stderr", "Observe",
                                                "  draas logs orders --tail 20\n"
                                                "  draas logs orders -f --since 10m\n"
                                                "  draas logs -l team=shop -f --grep ERROR"});
  auto options = when_chosen<LogsOptions>(command, session, logs);
  add_target_options(command, options->targets, Targets::Chosen);
  command->add_flag("-f,--follow", options->follow,
                    "Go on with what is written, also across a restart of the control plane");
  command->add_option("--tail", options->tail, "The last so many lines, or all (default: 100; all with --since)")
      ->type_name("LINES")
      ->check(line_count());
  command->add_option("--since", options->since, "From this time on, or so long ago: 10m")
      ->type_name("TIME")
      ->check(past_time());
  command->add_option("--grep", options->grep, "Only lines with this text")->type_name("TEXT");
  command->add_flag("--no-prefix", options->no_prefix, "Do not say whose line it is");
}

}  // namespace draas::cli
