// audit: who did what to which instance.

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/reconciliation_output.hpp"
#include "cli/resource_tables.hpp"

namespace draas::cli {
namespace {

struct AuditOptions {
  std::string instance;
  std::string entry;
  std::string output;
  std::uint64_t limit = 20;
};

Status audit(Session& session, const AuditOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  std::string path = "/api/reconciliation/audit?limit=" + std::to_string(options.limit);
  if (!options.instance.empty()) {
    auto id = find_id_or_take(**connection, options.instance);
    if (!id) return std::unexpected(std::move(id.error()));
    path += "&instanceId=" + net::percent_encode(*id);
  }
  if (!options.entry.empty()) {
    if (options.entry.find_first_not_of("0123456789") != std::string::npos || options.entry.size() > 18) {
      return fail(ErrorCode::InvalidArgument, "--entry: must be the number of an entry, as the table has it");
    }
    path += "&before=" + std::to_string(std::stoull(options.entry) + 1);
  }
  auto entries = (*connection)->get(std::move(path));
  if (!entries) return std::unexpected(std::move(entries.error()));
  if (!options.entry.empty()) {
    if (entries->empty() || std::stoull("0" + field(entries->front(), "id")) != std::stoull(options.entry)) {
      return fail(ErrorCode::NotFound, "There is no entry " + options.entry);
    }
    if (!format->for_people()) return session.print(entries->front(), *format);
    print_plan(session, entries->front());
    const Status told = print_outcome(session, field(entries->front(), "instanceId"), entries->front());
    if (!told) session.print("  " + told.error().message + "\n");
    return {};
  }
  if (!format->for_people()) return session.print(*entries, *format);
  if (entries->empty()) {
    session.note("No entries.");
    return {};
  }
  session.print(audit_table({entries->begin(), entries->end()}, format->kind == OutputFormat::Kind::Wide));
  return {};
}

}  // namespace

void add_audit_command(CLI::App& application, Session& session) {
  CLI::App* command = add_command(application, {"audit", "Show what reconcilers did, when, why and for whom", "Observe",
                                                "  draas audit orders\n  draas audit --entry 17"});
  auto options = when_chosen<AuditOptions>(command, session, audit);
  command->add_option("instance", options->instance, "Only of this one, also a deleted one")->type_name(kInstanceName);
  command->add_option("--entry", options->entry, "All of one entry: plan, differences, checks")->type_name("NUMBER");
  command->add_option("--limit", options->limit, "At most so many")
      ->type_name("NUMBER")
      ->check(whole_number(1, kMostRows))
      ->capture_default_str();
  add_output_option(command, options->output);
}

}  // namespace draas::cli
