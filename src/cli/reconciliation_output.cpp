#include "cli/reconciliation_output.hpp"

#include "cli/command.hpp"

namespace draas::cli {

void print_differences(Session& session, const Json& differences) {
  for (const Json& difference : differences) {
    std::string text = field(difference, "text");
    if (text.empty()) text = field(difference, "path");
    const std::string liveness = field(difference, "liveness");
    session.print("  " + printable(text) + (liveness == "Restart" ? " (takes a restart)" : "") + "\n");
  }
}

void print_plan(Session& session, const Json& plan) {
  session.print("Strategy: " + field(plan, "strategy") + "\n");
  if (const std::string reason = field(plan, "reason"); !reason.empty())
    session.print("Reason:   " + printable(reason) + "\n");
  const Json& fallback = member(plan, "fallback");
  if (fallback.is_object()) {
    session.print("Fallback: " + field(fallback, "from") + " -> " + field(fallback, "to") + ": " +
                  printable(field(fallback, "reason")) + "\n");
  }
  print_differences(session, member(plan, "differences"));
  const Json& actions = member(plan, "actions").is_array() ? member(plan, "actions") : member(plan, "plan");
  if (!actions.is_array() || actions.empty()) {
    session.print("Nothing is to be done.\n");
    return;
  }
  Table table({"STEP", "ACTION", "TARGET", "REASON"});
  for (const Json& action : actions) {
    table.add({field(action, "step"), field(action, "kind"), field(action, "target"), field(action, "reason")});
  }
  session.print(table);
}

Status print_outcome(Session& session, const std::string& id, const Json& entry) {
  // What the whole request has come to; the entry is that of its last run, as the one that went back.
  std::string outcome = field(entry, "result");
  if (outcome.empty()) outcome = field(entry, "outcome");
  std::string text = id + ": " + coloured(outcome, status_colour(outcome), session.colour());
  if (const std::string strategy = field(entry, "strategy"); !strategy.empty()) text += " by " + strategy;
  if (const std::string reason = field(entry, "reason"); !reason.empty()) text += ", " + printable(reason);
  session.print(text + "\n");
  print_differences(session, member(entry, "differences"));
  for (const Json& check : member(entry, "checks")) {
    if (member(check, "passed") == Json(true)) continue;
    session.print("  check '" + field(check, "name") + "' failed: " + printable(field(check, "detail")) + "\n");
  }
  if (outcome == "Failed" || outcome == "RolledBack") {
    return fail(ErrorCode::Unprocessable,
                "Instance '" + id + "' was not brought to its configuration: " + field(entry, "reason"));
  }
  return {};
}

}  // namespace draas::cli
