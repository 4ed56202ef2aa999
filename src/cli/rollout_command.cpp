// rollout: one change for many instances, wave by wave.

#include <tuple>

#include "base/files.hpp"
#include "base/yaml.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/event_feed.hpp"
#include "cli/progress.hpp"
#include "cli/resource_tables.hpp"
#include "cli/wording.hpp"
#include "drasi/configuration.hpp"

namespace draas::cli {
namespace {

constexpr std::chrono::seconds kLookAgain{1};
constexpr std::chrono::hours kPatience{1};
constexpr std::uint64_t kMostTargets = 1'000'000;
constexpr const char* kWaitMeaning = "Until it is finished, or needs somebody";
constexpr const char* kAll = "/api/reconciliation/rollouts";

struct CreateOptions {
  std::string name;
  std::string selector;
  std::vector<std::string> instances;
  std::string patch;
  std::string merge_patch;
  std::string configuration;
  std::string strategy;
  std::string max_unavailable;
  std::string wave_size;
  std::vector<std::string> waves;
  std::optional<Duration> pause_between;
  std::vector<int> manual_pauses;
  int max_failures = 0;
  bool no_revert = false;
  WaitFlags after{.timeout = kPatience};
  std::string output;
};

struct OneOptions {
  std::string rollout;
  std::string reason;
  WaitFlags after{.timeout = kPatience};
  std::string output;
  bool yes = false;
};

struct ListOptions {
  std::string output;
};

std::string path_of(const std::string& id, std::string_view rest = {}) {
  return std::string(kAll) + "/" + net::percent_encode(id) + std::string(rest);
}

// A number, or a share such as "10%".
Json amount(const std::string& text) {
  constexpr std::size_t kMaxDigits = 9;
  const bool number =
      !text.empty() && text.size() <= kMaxDigits && text.find_first_not_of("0123456789") == std::string::npos;
  return number ? Json(std::stol(text)) : Json(text);
}

// A text, or @FILE with it; YAML or JSON.
Result<Json> read_value(const std::string& text, const char* option) {
  std::string content = text;
  if (text.starts_with('@')) {
    auto read = read_file(text.substr(1));
    if (!read) return std::unexpected(std::move(read.error()).with_context(option));
    content = std::move(*read);
  }
  auto parsed = parse_yaml(content);
  if (!parsed) return std::unexpected(std::move(parsed.error()).with_context(option));
  return std::move(parsed->value);
}

// By id, or by name when only one has it.
Result<Json> find_rollout(Connection& connection, const std::string& name) {
  auto rollout = connection.get(path_of(name));
  if (rollout || rollout.error().code != ErrorCode::NotFound) return rollout;
  auto list = connection.get(kAll);
  if (!list) return std::unexpected(std::move(list.error()));
  std::string id;
  for (const Json& candidate : *list) {
    if (field(candidate, "name") == name && id.empty()) id = field(candidate, "id");  // the newest comes first
  }
  if (!id.empty()) return connection.get(path_of(id));
  return fail(ErrorCode::NotFound, "There is no rollout '" + name + "'; `draas rollout list` shows those there are");
}

bool is_finished(const std::string& state) {
  return state == "Succeeded" || state == "Failed" || state == "Reverted" || state == "Aborted";
}

Status show(Session& session, const Json& rollout, const OutputFormat& format) {
  if (!format.for_people()) return session.print(rollout, format);
  const std::string state = field(rollout, "state");
  const std::string name = printable(field(rollout, "name"));
  session.print("Rollout " + field(rollout, "id") + (name.empty() ? "" : " '" + name + "'") + ": " +
                coloured(state, status_colour(state), session.colour()) + ", wave " + field(rollout, "wave") + "; " +
                rollout_counts(rollout) + "\n");
  if (const std::string reason = field(rollout, "reason"); !reason.empty())
    session.print("Reason: " + printable(reason) + "\n");
  Table table({"INSTANCE", "WAVE", "STATE", "REVISION", "REASON"});
  for (const Json& target : member(rollout, "targets")) {
    const std::string target_state = field(target, "state");
    const std::string after = field(target, "revisionAfter");
    table.add({field(target, "instanceId"),
               field(target, "wave"),
               {target_state, status_colour(target_state)},
               field(target, "revisionBefore") + (after.empty() ? "" : "->" + after),
               field(target, "reason")});
  }
  session.print(table);
  return {};
}

// Until it is finished, or needs somebody.
Status wait_until_finished(Session& session, Connection& connection, const std::string& id, Duration timeout,
                           const OutputFormat& format) {
  const SteadyTime deadline = system_clock().steady_now() + timeout;
  EventFeed feed(session, connection, "&types=RolloutChanged");
  if (Status opened = feed.open(); !opened) return opened;
  Progress progress(connection, "rolling out", 1);
  std::string state = "under way";
  for (;;) {
    if (system_clock().steady_now() >= deadline) {
      return fail(ErrorCode::DeadlineExceeded, "The rollout is still " + state + " after " + to_text(timeout));
    }
    auto rollout = connection.get(path_of(id));
    if (!rollout && !may_come_back(rollout.error())) return std::unexpected(std::move(rollout.error()));
    if (rollout) {
      state = field(*rollout, "state");
      progress.show(0, "wave " + field(*rollout, "wave") + "; " + rollout_counts(*rollout));
    }
    if (rollout && (is_finished(state) || state == "Paused")) {
      progress.clear();
      if (Status shown = show(session, *rollout, format); !shown) return shown;
      if (state == "Succeeded") return {};
      return fail(ErrorCode::Unprocessable,
                  "The rollout is " + state + (state == "Paused" ? "; `draas rollout resume " + id + "` goes on" : ""));
    }
    auto events = feed.next(kLookAgain);
    if (!events) return std::unexpected(std::move(events.error()));
  }
}

Result<Json> change_of(const CreateOptions& options) {
  Json change = Json::object();
  const std::vector<std::tuple<const std::string*, const char*, const char*>> kinds{
      {&options.patch, "patch", "--patch"},
      {&options.merge_patch, "mergePatch", "--merge-patch"},
      {&options.configuration, "configuration", "--configuration"}};
  for (const auto& [text, key, option] : kinds) {
    if (text->empty()) continue;
    auto value = read_value(*text, option);
    if (!value) return std::unexpected(std::move(value.error()));
    change[key] = key == std::string_view("configuration") ? drasi::normalise(std::move(*value)) : std::move(*value);
  }
  if (change.size() == 1) return change;
  return fail(ErrorCode::InvalidArgument, "What is to change? Give one of --merge-patch, --patch and --configuration");
}

Status create(Session& session, const CreateOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  if (options.selector.empty() == options.instances.empty()) {
    return fail(ErrorCode::InvalidArgument, "Which instances? Name them, or give --selector");
  }
  auto change = change_of(options);
  if (!change) return std::unexpected(std::move(change.error()));
  Json body{{"change", std::move(*change)}};
  const auto set = [&body](const char* key, const std::string& value) {
    if (!value.empty()) body[key] = value;
  };
  set("name", options.name);
  set("selector", options.selector);
  set("strategy", options.strategy);
  if (options.pause_between) body["pauseBetween"] = to_text(*options.pause_between);
  if (!options.instances.empty()) body["instances"] = options.instances;
  if (!options.max_unavailable.empty()) body["maxUnavailable"] = amount(options.max_unavailable);
  if (!options.wave_size.empty()) body["waveSize"] = amount(options.wave_size);
  for (const std::string& wave : options.waves) body["waves"].push_back(amount(wave));
  if (!options.manual_pauses.empty()) body["manualPauses"] = options.manual_pauses;
  if (options.max_failures > 0) body["maxFailures"] = options.max_failures;
  if (options.no_revert) body["revertOnFailure"] = false;
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto created = (*connection)->post(kAll, std::move(body));
  if (!created) return std::unexpected(std::move(created.error()));
  const std::string id = field(*created, "id");
  if (!options.after.wait) {
    if (!format->for_people()) return session.print(*created, *format);
    session.print("Rollout " + id + " created: " + counted(created->value("total", std::uint64_t{0}), "instance") +
                  "\n");
    return {};
  }
  return wait_until_finished(session, **connection, id, options.after.timeout, *format);
}

Status status(Session& session, const OneOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto rollout = find_rollout(**connection, options.rollout);
  if (!rollout) return std::unexpected(std::move(rollout.error()));
  if (options.after.wait)
    return wait_until_finished(session, **connection, field(*rollout, "id"), options.after.timeout, *format);
  return show(session, *rollout, *format);
}

Status decide(Session& session, const OneOptions& options, const std::string& verb, const std::string& done) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto rollout = find_rollout(**connection, options.rollout);
  if (!rollout) return std::unexpected(std::move(rollout.error()));
  const std::string id = field(*rollout, "id");
  Json body = Json::object();
  if (!options.reason.empty()) body["reason"] = options.reason;
  auto decided = (*connection)->post(path_of(id, "/" + verb), std::move(body));
  if (!decided) return std::unexpected(std::move(decided.error()));
  session.print("Rollout " + id + " " + done + ": " + field(*decided, "state") + "\n");
  return {};
}

Status pause(Session& session, const OneOptions& options) { return decide(session, options, "pause", "paused"); }
Status resume(Session& session, const OneOptions& options) { return decide(session, options, "resume", "resumed"); }
Status abort(Session& session, const OneOptions& options) {
  if (Status sure = confirm(session, "Abort rollout '" + options.rollout + "'?", options.yes); !sure) return sure;
  return decide(session, options, "abort", "aborted");
}

Status list(Session& session, const ListOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto rollouts = (*connection)->get(kAll);
  if (!rollouts) return std::unexpected(std::move(rollouts.error()));
  if (!format->for_people()) return session.print(*rollouts, *format);
  if (rollouts->empty()) {
    session.note("There are no rollouts.");
    return {};
  }
  session.print(rollout_table({rollouts->begin(), rollouts->end()}));
  return {};
}

void add_create(CLI::App& rollout, Session& session) {
  CLI::App* command =
      add_command(rollout, {"create", "Begin a rollout", "",
                            "  draas rollout create -l team=shop --merge-patch '{\"logLevel\": \"warn\"}' \\\n"
                            "      --waves 1,10%,50%,100% --wait"});
  auto options = when_chosen<CreateOptions>(command, session, create);
  command->add_option("instances", options->instances, "Ids of instances")->type_name(kInstanceName);
  command->add_option("-l,--selector", options->selector, "Those with these labels")->type_name("SELECTOR");
  command->add_option("--name", options->name, "For people")->type_name("NAME");
  command->add_option("--merge-patch", options->merge_patch, "What changes (RFC 7386), or @FILE with it")
      ->type_name("PATCH");
  command->add_option("--patch", options->patch, "A JSON Patch (RFC 6902), or @FILE with it")->type_name("PATCH");
  command->add_option("--configuration", options->configuration, "A whole configuration, mostly @FILE")
      ->type_name("YAML");
  command->add_option("--strategy", options->strategy, "How each is changed (default: as the policies say)")
      ->type_name("STRATEGY");
  command->add_option("--waves", options->waves, "How many are to be done after each wave: 1,10%,50%,100%")
      ->type_name("AMOUNT")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--wave-size", options->wave_size, "How many are in each wave, instead of --waves")
      ->type_name("AMOUNT");
  command->add_option("--max-unavailable", options->max_unavailable, "How many at a time")->type_name("AMOUNT");
  add_span_option(command, "--pause-between", options->pause_between, "Between two waves");
  command->add_option("--manual-pauses", options->manual_pauses, "Before these waves somebody has to resume it: 2,3")
      ->type_name("WAVE")
      ->check(whole_number(1, kMostTargets))
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--max-failures", options->max_failures, "More end it")
      ->type_name("NUMBER")
      ->check(whole_number(0, kMostTargets))
      ->capture_default_str();
  command->add_flag("--no-revert", options->no_revert, "Leave what was changed as it is when it fails");
  add_wait_flags(command, options->after, kWaitMeaning);
  add_output_option(command, options->output);
}

std::shared_ptr<OneOptions> add_decision(CLI::App& rollout, Session& session, const Description& description,
                                         Status (*run)(Session&, const OneOptions&), CLI::App** command) {
  *command = add_command(rollout, description);
  auto options = when_chosen<OneOptions>(*command, session, run);
  (*command)->add_option("rollout", options->rollout, "Id, or name")->required()->type_name("ROLLOUT");
  return options;
}

}  // namespace

void add_rollout_command(CLI::App& application, Session& session) {
  CLI::App* rollout =
      add_command(application, {"rollout", "Bring a change to many instances, wave by wave", "Changes", ""});
  rollout->require_subcommand(1);
  add_create(*rollout, session);

  CLI::App* command = nullptr;
  auto look = add_decision(*rollout, session,
                           {"status", "Show a rollout with its instances", "", "  draas rollout status quieter --wait"},
                           status, &command);
  add_wait_flags(command, look->after, kWaitMeaning);
  add_output_option(command, look->output);

  auto stop = add_decision(*rollout, session, {"pause", "Begin no more waves", "", ""}, pause, &command);
  command->add_option("--reason", stop->reason, "Shown to others")->type_name("TEXT");
  add_decision(*rollout, session, {"resume", "Go on", "", ""}, resume, &command);
  auto end = add_decision(*rollout, session, {"abort", "End it before its time", "", ""}, abort, &command);
  command->add_option("--reason", end->reason, "Shown to others")->type_name("TEXT");
  command->add_flag("-y,--yes", end->yes, "Without asking");

  CLI::App* all = add_command(*rollout, {"list", "List rollouts, newest first", "", ""});
  auto list_options = when_chosen<ListOptions>(all, session, list);
  add_output_option(all, list_options->output);
}

}  // namespace draas::cli
