#pragma once
// What apply and diff do with all documents of one command, some at a time; and what became of each.

#include <optional>
#include <string>
#include <vector>

#include "cli/instance_change.hpp"
#include "cli/session.hpp"

namespace draas::cli {

// What became of one document.
struct DocumentOutcome {
  std::string id;
  std::string word;  // created, changed, unchanged, deleted, failed
  std::string detail;
  std::optional<Error> error;
  std::optional<InstanceChange> change;
  std::uint64_t revision = 0;  // that was stored
  bool begun = false;
  bool of_content = false;  // the error is about what the document says, and has places in it
};

// What all documents have in common while they are looked at or applied.
struct ApplyRun {
  const std::vector<client::InstanceDocument>& documents;
  bool dry_run;           // only looked at
  bool streamed = false;  // each outcome is shown as soon as there is one, instead of a bar
  std::vector<DocumentOutcome> outcomes = {};
  std::optional<Error> lost = {};  // nobody answers any more; nothing is begun then
  std::size_t cut_off = 0;         // under way when that happened

  std::size_t begun() const;
};

// "orders: created", or its error.
void show_outcome(Session& session, const DocumentOutcome& outcome, bool dry_run);

// Looks at the instances, or brings them to their documents; `what` is for the bar. Unavailable when nobody answers any
// more, Cancelled when it was interrupted; the failures of single documents are in their outcomes.
Status look_or_apply(Session& session, ApplyRun& run, const std::string& what);

// Shows what is not shown yet. `looked` is what look_or_apply() said; the one failure is the command's own.
// `nothing_else` ends the sentence about several failures: what is not done because of them.
Status conclude(Session& session, const ApplyRun& run, const Status& looked, const std::string& nothing_else);

}  // namespace draas::cli
