// apply and diff: many instances at once from files.

#include <algorithm>

#include <unistd.h>

#include "cli/applying.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/document_files.hpp"
#include "cli/progress.hpp"
#include "cli/side_by_side.hpp"
#include "cli/text_diff.hpp"
#include "cli/waiting.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kAtOnce = 8;
constexpr std::chrono::minutes kDeletePatience{2};
constexpr std::size_t kNamed = 10;

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
  std::uint64_t revision = 0;  // that was stored
  bool begun = false;
  bool of_content = false;  // the error is about what the document says, and has places in it
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
        outcome.error = refusal(*judged);
        outcome.of_content = true;
      }
    }
    outcome.change = std::move(*change);
    co_return;
  }
  InstanceChange step = *change;
  outcome.change = std::move(*change);
  auto stored = co_await carry_out(api, std::move(step));
  if (!stored) {
    outcome.error = std::move(stored.error());
    outcome.of_content = true;
  } else {
    outcome.revision = *stored;
  }
}

Colour word_colour(const std::string& word) {
  if (word == "created") return Colour::Green;
  if (word == "changed") return Colour::Yellow;
  return word == "failed" || word == "deleted" ? Colour::Red : Colour::Grey;
}

void show(Session& session, const Outcome& outcome, bool dry_run) {
  if (outcome.error) session.report(*outcome.error);
  if (outcome.word.empty() || outcome.error) return;
  std::string line = outcome.id + ": " + coloured(outcome.word, word_colour(outcome.word), session.colour());
  if (!outcome.detail.empty() && outcome.word == "changed") line += " (" + outcome.detail + ")";
  if (dry_run) line += " (dry run)";
  session.print(line + "\n");
}

// What all documents have in common while they are looked at or applied.
struct Run {
  const std::vector<client::InstanceDocument>& documents;
  std::vector<Outcome> outcomes;
  bool dry_run;
  std::optional<Error> lost;  // nobody answers any more; nothing is begun then
  std::size_t cut_off = 0;    // under way when that happened

  std::size_t begun() const { return static_cast<std::size_t>(std::ranges::count_if(outcomes, &Outcome::begun)); }
};

net::Task<void> run_one(client::ApiClient& api, Run& run, std::size_t place) {
  const client::InstanceDocument& document = run.documents[place];
  Outcome& outcome = run.outcomes[place];
  outcome.id = document.id;
  if (run.lost) co_return;
  outcome.begun = true;
  co_await apply_one(api, document, run.dry_run, outcome);
  if (!outcome.error) co_return;
  if (outcome.error->code == ErrorCode::Unavailable) {
    // Said by the control plane about this one, or by nobody?
    bool there = !run.lost;
    if (there) there = co_await answers(api);
    if (!there) {
      if (!run.lost) run.lost = outcome.error;
      ++run.cut_off;
      outcome.error.reset();
      outcome.word.clear();
      co_return;
    }
  }
  if (outcome.of_content) outcome.error = located(document, std::move(*outcome.error));
}

// How it ended, beside what became of each document.
Status ending_of(const Run& run, bool interrupted) {
  const std::size_t total = run.documents.size();
  const std::size_t begun = run.begun();
  if (run.lost) {
    Error error = *run.lost;
    if (total > 1) {
      error.message += "\n  " + std::to_string(begun - run.cut_off) + " of " + std::to_string(total) +
                       " documents are done, " + std::to_string(run.cut_off) + " were cut off, " +
                       std::to_string(total - begun) + " were not begun; the same command goes on";
    }
    return std::unexpected(std::move(error));
  }
  if (!interrupted || begun == total) return {};
  return fail(ErrorCode::Cancelled, "Interrupted: " + std::to_string(begun) + " of " + std::to_string(total) +
                                        " instances are done; the same command goes on");
}

// `streamed`: each outcome is shown as soon as there is one, instead of a bar.
Status look_or_apply(Session& session, Run& run, const std::string& what, bool streamed) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  run.outcomes.resize(run.documents.size());
  std::vector<Connection::Work> works;
  Progress progress(**connection, what, run.documents.size());
  std::size_t done = 0;
  for (std::size_t i = 0; i < run.documents.size(); ++i) {
    works.emplace_back([&, i]() -> net::Task<void> {
      co_await run_one((*connection)->api(), run, i);
      if (streamed) show(session, run.outcomes[i], run.dry_run);
      progress.show(++done, run.outcomes[i].id);
    });
  }
  const bool interrupted = !(*connection)->run_all(std::move(works), kAtOnce);
  return ending_of(run, interrupted);
}

net::Task<Status> delete_one(Session& session, client::ApiClient& api, std::string id) {
  std::string path = client::instance_path(id);
  Status gone = co_await api.remove(std::move(path), kDeletePatience);
  if (!gone && gone.error().code != ErrorCode::NotFound) co_return std::move(gone);
  show(session, {.id = id, .word = "deleted"}, false);
  co_return Status{};
}

// Those that apply made, that match the selector, and that no document describes.
Status prune(Session& session, const ApplyOptions& options, const std::vector<client::InstanceDocument>& documents) {
  std::vector<std::string> removed;
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
  if (options.dry_run) {
    for (const std::string& id : removed) show(session, {.id = id, .word = "deleted"}, true);
  }
  if (removed.empty() || options.dry_run) return {};
  if (Status sure = confirm(session,
                            "Delete " + std::to_string(removed.size()) + " instances that no file describes (" +
                                some_names(removed, kNamed) + ")?",
                            options.yes, "Nothing is deleted.");
      !sure) {
    return sure;
  }
  Batch batch{.what = "deleting", .ids = removed, .work = {}};
  batch.work = [&](std::size_t i) { return delete_one(session, (*connection)->api(), removed[i]); };
  return summarise(session, run_side_by_side(**connection, std::move(batch)));
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

// Shows what is not shown yet. The one failure is the command's own.
Status conclude(Session& session, const Run& run, const Status& looked, bool streamed, bool prunes) {
  const std::size_t total = run.documents.size();
  std::size_t failed = 0;
  for (const Outcome& outcome : run.outcomes) {
    if (outcome.error) ++failed;
    if (!streamed && !(outcome.error && total == 1)) show(session, outcome, run.dry_run);
  }
  if (!looked || failed == 0) return looked;
  if (total == 1) return std::unexpected(*run.outcomes.front().error);
  return fail(ErrorCode::Unprocessable, std::to_string(failed) + " of " + std::to_string(total) +
                                            " instances could not be applied" +
                                            (prunes ? "; nothing is deleted then" : ""));
}

Status apply(Session& session, const ApplyOptions& options) {
  if (Status good = check_prune(options); !good) return good;
  const auto timeout = read_span(options.timeout, "--timeout");
  if (!timeout) return std::unexpected(timeout.error());
  auto documents = read_valid(session, options.files, options.name);
  if (!documents) return std::unexpected(std::move(documents.error()));
  Run run{.documents = *documents, .outcomes = {}, .dry_run = options.dry_run, .lost = {}};
  const bool streamed = documents->size() > 1 && !is_terminal(STDERR_FILENO);
  const Status looked = look_or_apply(session, run, options.dry_run ? "looking" : "applying", streamed);
  if (Status good = conclude(session, run, looked, streamed, options.prune); !good) return good;
  if (options.prune) {
    if (Status pruned = prune(session, options, *documents); !pruned) return pruned;
  }
  if (!options.wait || options.dry_run) return {};
  StoredRevisions stored;
  for (const Outcome& outcome : run.outcomes) stored[outcome.id] = outcome.revision;
  return wait_until_settled(session, std::move(stored), *timeout);
}

Status diff(Session& session, const ApplyOptions& options) {
  auto documents = read_valid(session, options.files, options.name);
  if (!documents) return std::unexpected(std::move(documents.error()));
  Run run{.documents = *documents, .outcomes = {}, .dry_run = true, .lost = {}};
  const Status looked = look_or_apply(session, run, "comparing", false);
  if (!looked) return looked;
  for (const Outcome& outcome : run.outcomes) {
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
