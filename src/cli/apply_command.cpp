// apply and diff: many instances at once from files.

#include <unistd.h>

#include "cli/apply_run.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/document_files.hpp"
#include "cli/pruning.hpp"
#include "cli/text_diff.hpp"
#include "cli/waiting.hpp"

namespace draas::cli {
namespace {

struct ApplyOptions {
  FileOptions from;
  Pruning pruning;
  WaitFlags after;
  bool prune = false;
  bool prune_all = false;
};

struct DiffOptions {
  FileOptions from;
};

Status check_prune(const ApplyOptions& options) {
  const bool selected = !options.pruning.selector.empty();
  if (options.prune && selected == options.prune_all) {
    return fail(ErrorCode::InvalidArgument,
                "--prune deletes what no file describes; say among which: --selector team=shop, or --all");
  }
  if (!options.prune && (selected || options.prune_all)) {
    return fail(ErrorCode::InvalidArgument, "--selector and --all are for --prune");
  }
  return {};
}

Status apply(Session& session, const ApplyOptions& options) {
  if (Status good = check_prune(options); !good) return good;
  auto documents = read_valid_files(session, options.from.files, options.from.name);
  if (!documents) return std::unexpected(std::move(documents.error()));
  const bool dry_run = options.pruning.dry_run;
  ApplyRun run{
      .documents = *documents, .dry_run = dry_run, .streamed = documents->size() > 1 && !is_terminal(STDERR_FILENO)};
  const Status looked = look_or_apply(session, run, dry_run ? "looking" : "applying");
  const std::string nothing_else = options.prune ? "; nothing is deleted then" : "";
  if (Status good = conclude(session, run, looked, nothing_else); !good) return good;
  if (options.prune) {
    if (Status pruned = prune(session, options.pruning, *documents); !pruned) return pruned;
  }
  if (!options.after.wait || dry_run) return {};
  StoredRevisions stored;
  for (const DocumentOutcome& outcome : run.outcomes) stored[outcome.id] = outcome.revision;
  return wait_until_settled(session, std::move(stored), options.after.timeout);
}

Status diff(Session& session, const DiffOptions& options) {
  auto documents = read_valid_files(session, options.from.files, options.from.name);
  if (!documents) return std::unexpected(std::move(documents.error()));
  ApplyRun run{.documents = *documents, .dry_run = true};
  if (Status looked = look_or_apply(session, run, "comparing"); !looked) return looked;
  for (const DocumentOutcome& outcome : run.outcomes) {
    if (outcome.error) return std::unexpected(*outcome.error);
    const std::string text = diff_text(*outcome.change);
    if (text.empty()) continue;
    session.end_with(ExitCode::Differences);
    session.print(coloured_diff(text, session.colour()));
  }
  return {};
}

}  // namespace

void add_apply_commands(CLI::App& application, Session& session) {
  CLI::App* command = add_command(
      application, {"apply", "Bring instances to what files say: create, change, or leave as they are", "Files",
                    "  draas apply -f orders.yaml --wait\n"
                    "  draas apply -f instances/ --prune --selector team=shop\n"
                    "  draas apply --name orders -f - < server.yaml"});
  auto options = when_chosen<ApplyOptions>(command, session, apply);
  Pruning& pruning = options->pruning;
  add_file_options(command, options->from);
  command->add_flag("--dry-run", pruning.dry_run, "Only say what would be done");
  add_wait_flags(command, options->after, "Wait until all run as the files say");
  command->add_flag("--prune", options->prune, "Delete instances that apply made and no file describes any more");
  command->add_option("-l,--selector", pruning.selector, "Prune among those with these labels")->type_name("SELECTOR");
  command->add_flag("--all", options->prune_all, "Prune among all that apply made");
  command->add_flag("-y,--yes", pruning.yes, "Delete without asking");

  CLI::App* compare =
      add_command(application, {"diff", "Show what apply would change; exit code 8 when there is something", "Files",
                                "  draas diff -f instances/"});
  auto compare_options = when_chosen<DiffOptions>(compare, session, diff);
  add_file_options(compare, compare_options->from);
}

}  // namespace draas::cli
