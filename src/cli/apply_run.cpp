#include "cli/apply_run.hpp"

#include <algorithm>

#include "cli/applying.hpp"
#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/wording.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kAtOnce = 8;

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

net::Task<void> apply_one(client::ApiClient& api, const client::InstanceDocument& document, bool dry_run,
                          DocumentOutcome& outcome) {
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

net::Task<void> run_one(client::ApiClient& api, ApplyRun& run, std::size_t place) {
  const client::InstanceDocument& document = run.documents[place];
  DocumentOutcome& outcome = run.outcomes[place];
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
Status ending_of(const ApplyRun& run, bool interrupted) {
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

}  // namespace

std::size_t ApplyRun::begun() const {
  return static_cast<std::size_t>(std::ranges::count_if(outcomes, &DocumentOutcome::begun));
}

void show_outcome(Session& session, const DocumentOutcome& outcome, bool dry_run) {
  if (outcome.error) session.report(*outcome.error);
  if (outcome.word.empty() || outcome.error) return;
  std::string line = outcome.id + ": " + coloured(outcome.word, word_colour(outcome.word), session.colour());
  if (!outcome.detail.empty() && outcome.word == "changed") line += " (" + outcome.detail + ")";
  if (dry_run) line += " (dry run)";
  session.print(line + "\n");
}

Status look_or_apply(Session& session, ApplyRun& run, const std::string& what) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  run.outcomes.resize(run.documents.size());
  std::vector<Connection::Work> works;
  Progress progress(**connection, what, run.documents.size());
  std::size_t done = 0;
  for (std::size_t i = 0; i < run.documents.size(); ++i) {
    works.emplace_back([&, i]() -> net::Task<void> {
      co_await run_one((*connection)->api(), run, i);
      if (run.streamed) show_outcome(session, run.outcomes[i], run.dry_run);
      progress.show(++done, run.outcomes[i].id);
    });
  }
  const bool interrupted = !(*connection)->run_all(std::move(works), kAtOnce);
  return ending_of(run, interrupted);
}

Status conclude(Session& session, const ApplyRun& run, const Status& looked, const std::string& nothing_else) {
  const std::size_t total = run.documents.size();
  std::size_t failed = 0;
  for (const DocumentOutcome& outcome : run.outcomes) {
    if (outcome.error) ++failed;
    if (!run.streamed && !(outcome.error && total == 1)) show_outcome(session, outcome, run.dry_run);
  }
  if (!looked || failed == 0) return looked;
  if (total == 1) return std::unexpected(*run.outcomes.front().error);
  return fail(ErrorCode::Unprocessable,
              std::to_string(failed) + " of " + counted(total, "instance") + " could not be applied" + nothing_else);
}

}  // namespace draas::cli
