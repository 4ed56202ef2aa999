// approve and reject: changes that wait for somebody's word.

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/reconciliation_output.hpp"
#include "cli/resource_tables.hpp"

namespace draas::cli {
namespace {

struct DecisionOptions {
  std::string approval;
  std::string comment;
  std::string output;
  bool list = false;
  bool all = false;
  bool yes = false;
};

Status list(Session& session, Connection& connection, const DecisionOptions& options, const OutputFormat& format) {
  auto approvals = connection.get(std::string("/api/reconciliation/approvals") + (options.all ? "" : "?state=Pending"));
  if (!approvals) return std::unexpected(std::move(approvals.error()));
  if (!format.for_people()) return session.print(*approvals, format);
  if (approvals->empty()) {
    session.note("Nothing waits for approval.");
    return {};
  }
  session.print(approval_table({approvals->begin(), approvals->end()}));
  return {};
}

// By its own id, or the one that waits for this instance.
Result<Json> find_approval(Connection& connection, const std::string& name) {
  auto approval = connection.get("/api/reconciliation/approvals/" + net::percent_encode(name));
  if (approval || approval.error().code != ErrorCode::NotFound) return approval;
  auto waiting = connection.get("/api/reconciliation/approvals?state=Pending&instanceId=" + net::percent_encode(name));
  if (!waiting) return std::unexpected(std::move(waiting.error()));
  if (waiting->size() == 1) return std::move(waiting->front());
  return fail(ErrorCode::NotFound, "There is no approval '" + name +
                                       "', and no instance of that id that waits for one; "
                                       "`draas approve --list` shows what waits");
}

Status decide(Session& session, const DecisionOptions& options, const std::string& word) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  if (options.list || options.approval.empty()) return list(session, **connection, options, *format);
  auto approval = find_approval(**connection, options.approval);
  if (!approval) return std::unexpected(std::move(approval.error()));
  const std::string id = field(*approval, "id");
  const std::string what = "revision " + field(*approval, "revision") + " of '" + field(*approval, "instanceId") + "'";
  if (format->for_people()) print_plan(session, *approval);
  if (is_terminal(0) && !options.yes && !ask((word == "approve" ? "Approve " : "Reject ") + what + "?")) {
    return session.decline();
  }
  Json body = Json::object();
  if (!options.comment.empty()) body["comment"] = options.comment;
  auto decided =
      (*connection)->post("/api/reconciliation/approvals/" + net::percent_encode(id) + "/" + word, std::move(body));
  if (!decided) return std::unexpected(std::move(decided.error()));
  if (!format->for_people()) return session.print(*decided, *format);
  session.print(what + (word == "approve" ? " approved\n" : " rejected\n"));
  return {};
}

Status approve(Session& session, const DecisionOptions& options) { return decide(session, options, "approve"); }
Status reject(Session& session, const DecisionOptions& options) { return decide(session, options, "reject"); }

void add_options(CLI::App* command, DecisionOptions& options) {
  command
      ->add_option("approval", options.approval,
                   "Id of an approval, or of the instance that waits (default: list them)")
      ->type_name("APPROVAL");
  command->add_option("--comment", options.comment, "For the others")->type_name("TEXT");
  command->add_flag("--list", options.list, "Show what waits");
  command->add_flag("--all", options.all, "With --list: also what was decided");
  command->add_flag("-y,--yes", options.yes, "Without asking");
  add_output_option(command, options.output);
}

}  // namespace

void add_approve_commands(CLI::App& application, Session& session) {
  CLI::App* agree =
      add_command(application, {"approve", "Agree to a change that waits; without a name, list them", "Changes",
                                "  draas approve\n  draas approve orders --comment 'looks right'"});
  auto agree_options = when_chosen<DecisionOptions>(agree, session, approve);
  add_options(agree, *agree_options);

  CLI::App* refuse =
      add_command(application, {"reject", "Refuse a change that waits", "Changes", "  draas reject orders"});
  auto refuse_options = when_chosen<DecisionOptions>(refuse, session, reject);
  add_options(refuse, *refuse_options);
}

}  // namespace draas::cli
