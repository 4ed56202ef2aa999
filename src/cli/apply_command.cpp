// apply and diff: many instances at once from files.

#include <algorithm>

#include "cli/applying.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/document_files.hpp"
#include "cli/progress.hpp"
#include "cli/text_diff.hpp"
#include "cli/waiting.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kAtOnce = 8;
constexpr std::chrono::minutes kDeletePatience{2};

struct ApplyOptions {
  std::vector<std::string> files;
  std::string name;
  std::string selector;
  std::string timeout = "5m";
  bool prune = false;
  bool prune_all = false;
  bool wait = false;
  bool dry_run = false;
  bool yes = false;
};

// What became of one document.
struct Outcome {
  std::string id;
  std::string word;  // created, changed, unchanged, deleted, failed
  std::string detail;
  std::optional<Error> error;
  std::optional<InstanceChange> change;
};

// The faults of the configuration where they are in the file.
Error located(const client::InstanceDocument& document, Error error) {
  error.message = document.place("") + ": instance '" + document.id + "': " + error.message;
  for (const Fault& fault : error.faults) {
    const bool of_create = fault.path.starts_with("/configuration");
    const std::string path = of_create ? fault.path.substr(std::string_view("/configuration").size()) : fault.path;
    error.message +=
        "\n  " + document.place(document.configuration_path + path) + ": " + fault.path + ": " + fault.message;
  }
  error.faults.clear();
  return error;
}

// What the control plane's validation found, as an error.
Error refusal(const Json& validation) {
  Error error{.code = ErrorCode::InvalidArgument, .message = "the configuration is not valid"};
  for (const Json& finding : member(validation, "findings")) {
    if (field(finding, "severity") == "error")
      error.faults.push_back({field(finding, "path"), field(finding, "message")});
  }
  return error;
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

// Both refused by the same rules, so that nothing is done when something would fail half way.
Result<std::vector<client::InstanceDocument>> read_valid(Session& session, const std::vector<std::string>& files,
                                                         const std::string& name) {
  auto documents = read_document_files(files, name);
  if (!documents) return documents;
  const OfflineFindings findings = check_offline(*documents);
  for (const std::string& text : findings.warnings) session.warn(text);
  if (findings.errors.empty()) return documents;
  Error error{.code = ErrorCode::InvalidArgument};
  for (const std::string& text : findings.errors) error.message += (error.message.empty() ? "" : "\n") + text;
  return std::unexpected(std::move(error));
}

net::Task<void> apply_one(client::ApiClient& api, const client::InstanceDocument& document, bool dry_run,
                          Outcome& outcome) {
  client::InstanceDocument copy = document;
  auto change = co_await plan_document(api, std::move(copy));
  if (!change) {
    outcome.error = std::move(change.error());
    co_return;
  }
  outcome.detail = joined(change->fields);
  outcome.word = change->create ? "created" : change->empty() ? "unchanged" : "changed";
  if (change->create) outcome.detail.clear();
  if (dry_run) {
    if (document.instance.contains("configuration")) {
      Json configuration = document.instance["configuration"];
      std::string id = document.id;
      auto judged = co_await ask_validation(api, std::move(id), !change->create, std::move(configuration));
      if (!judged) {
        outcome.error = std::move(judged.error());
      } else if (member(*judged, "valid") == Json(false)) {
        outcome.error = located(document, refusal(*judged));
      }
    }
    outcome.change = std::move(*change);
    co_return;
  }
  InstanceChange step = *change;
  outcome.change = std::move(*change);
  const Status done = co_await carry_out(api, std::move(step));
  if (!done) outcome.error = located(document, done.error());
}

Status look_or_apply(Session& session, const std::vector<client::InstanceDocument>& documents, bool dry_run,
                     const std::string& what, std::vector<Outcome>& outcomes) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  outcomes.resize(documents.size());
  std::vector<Connection::Work> works;
  Progress progress(what, documents.size());
  std::size_t done = 0;
  std::optional<Error> unreachable;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    works.emplace_back([&, i]() -> net::Task<void> {
      const client::InstanceDocument& document = documents[i];
      Outcome& outcome = outcomes[i];
      outcome.id = document.id;
      if (unreachable) {
        outcome.error = *unreachable;
        co_return;
      }
      co_await apply_one((*connection)->api(), document, dry_run, outcome);
      const bool gone = outcome.error && outcome.error->code == ErrorCode::Unavailable;
      if (gone) unreachable = outcome.error;
      progress.show(++done, document.id);
    });
  }
  const Status ended = (*connection)->run_all(std::move(works), kAtOnce);
  progress.clear();
  if (unreachable && done <= kAtOnce) return std::unexpected(std::move(*unreachable));
  if (ended) return {};
  return fail(ErrorCode::Cancelled, "Interrupted: " + std::to_string(done) + " of " + std::to_string(documents.size()) +
                                        " instances are done; the same command goes on");
}

Colour word_colour(const std::string& word) {
  if (word == "created") return Colour::Green;
  if (word == "changed") return Colour::Yellow;
  return word == "failed" || word == "deleted" ? Colour::Red : Colour::Grey;
}

void show(Session& session, const Outcome& outcome, bool dry_run) {
  if (outcome.word.empty() || outcome.error) return;
  std::string line = outcome.id + ": " + coloured(outcome.word, word_colour(outcome.word), session.colour());
  if (!outcome.detail.empty() && outcome.word == "changed") line += " (" + outcome.detail + ")";
  if (dry_run) line += " (dry run)";
  session.print(line + "\n");
}

// Those that apply made, that match the selector, and that no document describes.
Status prune(Session& session, const ApplyOptions& options, const std::vector<client::InstanceDocument>& documents,
             std::vector<std::string>& removed) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  TargetOptions targets;
  targets.selector = std::string(client::kSourceLabel) + "=" + std::string(kApplySource);
  if (!options.selector.empty()) targets.selector += "," + options.selector;
  auto found = find_instances(**connection, targets);
  if (!found) return std::unexpected(std::move(found.error()));
  for (const Json& instance : *found) {
    const std::string id = field(instance, "id");
    if (std::ranges::find(documents, id, &client::InstanceDocument::id) == documents.end()) removed.push_back(id);
  }
  if (removed.empty() || options.dry_run) return {};
  if (Status sure = confirm(
          "Delete " + std::to_string(removed.size()) + " instances that no file describes (" + joined(removed) + ")?",
          options.yes);
      !sure) {
    return sure;
  }
  for (const std::string& id : removed) {
    const Status gone = (*connection)->remove(client::instance_path(id), kDeletePatience);
    if (!gone && gone.error().code != ErrorCode::NotFound) return gone;
  }
  return {};
}

Status check_prune(const ApplyOptions& options) {
  if (options.prune && options.selector.empty() != options.prune_all) {
    return fail(ErrorCode::InvalidArgument,
                "--prune deletes what no file describes; say among which: --selector team=shop, or --all");
  }
  if (!options.prune && (!options.selector.empty() || options.prune_all)) {
    return fail(ErrorCode::InvalidArgument, "--selector and --all are for --prune");
  }
  return {};
}

Status apply(Session& session, const ApplyOptions& options) {
  if (Status good = check_prune(options); !good) return good;
  const auto timeout = read_span(options.timeout, "--timeout");
  if (!timeout) return std::unexpected(timeout.error());
  auto documents = read_valid(session, options.files, options.name);
  if (!documents) return std::unexpected(std::move(documents.error()));
  std::vector<Outcome> outcomes;
  const Status looked =
      look_or_apply(session, *documents, options.dry_run, options.dry_run ? "looking" : "applying", outcomes);
  std::size_t failed = 0;
  Error first;
  for (const Outcome& outcome : outcomes) {
    show(session, outcome, options.dry_run);
    if (!outcome.error) continue;
    if (failed++ == 0) first = *outcome.error;
    if (failed > 1 || documents->size() > 1) session.report(*outcome.error);
  }
  if (!looked) return looked;
  if (failed > 0) {
    if (documents->size() == 1) return std::unexpected(std::move(first));
    return fail(ErrorCode::Unprocessable, std::to_string(failed) + " of " + std::to_string(documents->size()) +
                                              " instances could not be applied" +
                                              (options.prune ? "; nothing is deleted then" : ""));
  }
  if (options.prune) {
    std::vector<std::string> removed;
    const Status pruned = prune(session, options, *documents, removed);
    if (!pruned) return pruned;
    for (const std::string& id : removed) show(session, {.id = id, .word = "deleted"}, options.dry_run);
  }
  if (!options.wait || options.dry_run) return {};
  std::vector<std::string> ids;
  for (const client::InstanceDocument& document : *documents) ids.push_back(document.id);
  return wait_for(session, std::move(ids), is_settled, *timeout, "instances to settle");
}

Status diff(Session& session, const ApplyOptions& options) {
  auto documents = read_valid(session, options.files, options.name);
  if (!documents) return std::unexpected(std::move(documents.error()));
  std::vector<Outcome> outcomes;
  const Status looked = look_or_apply(session, *documents, true, "comparing", outcomes);
  if (!looked) return looked;
  for (const Outcome& outcome : outcomes) {
    if (outcome.error) return std::unexpected(*outcome.error);
    const std::string text = diff_text(*outcome.change);
    if (text.empty()) continue;
    session.end_with(ExitCode::Differences);
    session.print(coloured_diff(text, session.colour()));
  }
  return {};
}

void add_files(CLI::App* command, ApplyOptions& options) {
  command->add_option("-f,--file", options.files, "Files, folders, or - for standard input")
      ->required()
      ->type_name("FILE");
  command->add_option("--name", options.name, "Id of the instance, for a configuration of drasi-server")
      ->type_name("NAME");
}

}  // namespace

void add_apply_commands(CLI::App& application, Session& session) {
  CLI::App* command = add_command(
      application, {"apply", "Bring instances to what files say: create, change, or leave as they are", "Files",
                    "  draas apply -f orders.yaml --wait\n"
                    "  draas apply -f instances/ --prune --selector team=shop\n"
                    "  draas apply --name orders -f - < server.yaml"});
  auto options = when_chosen<ApplyOptions>(command, session, apply);
  add_files(command, *options);
  command->add_flag("--dry-run", options->dry_run, "Only say what would be done");
  command->add_flag("--wait", options->wait, "Wait until all run as the files say");
  command->add_option("--timeout", options->timeout, "How long to wait")->type_name("TIME")->capture_default_str();
  command->add_flag("--prune", options->prune, "Delete instances that apply made and no file describes any more");
  command->add_option("-l,--selector", options->selector, "Prune among those with these labels")->type_name("SELECTOR");
  command->add_flag("--all", options->prune_all, "Prune among all that apply made");
  command->add_flag("-y,--yes", options->yes, "Delete without asking");

  CLI::App* compare_command =
      add_command(application, {"diff", "Show what apply would change; exit code 8 when there is something", "Files",
                                "  draas diff -f instances/"});
  auto compare_options = when_chosen<ApplyOptions>(compare_command, session, diff);
  add_files(compare_command, *compare_options);
}

}  // namespace draas::cli
