// history and rollback: the revisions of a configuration.

#include "base/yaml.hpp"
#include "cli/applying.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/json_order.hpp"
#include "cli/resource_tables.hpp"
#include "cli/text_diff.hpp"
#include "cli/waiting.hpp"
#include "drasi/configuration.hpp"

namespace draas::cli {
namespace {

struct HistoryOptions {
  std::string instance;
  std::string output;
  std::uint64_t revision = 0;
  std::vector<std::uint64_t> diff;
  std::uint64_t limit = 100;
};

struct RollbackOptions {
  std::string instance;
  std::string reason;
  std::uint64_t to = 0;
  WaitFlags after;
  bool yes = false;
};

Result<Json> read_revision(Connection& connection, const std::string& id, std::uint64_t number) {
  return connection.get(configuration_path(id, "/revisions/" + std::to_string(number)));
}

// Secrets masked: a diff is looked at, not applied.
Json shown(const Json& revision) { return drasi::mask_secrets(member(revision, "configuration")); }

Result<std::string> difference(Connection& connection, const std::string& id, std::uint64_t from, std::uint64_t to) {
  auto before = read_revision(connection, id, from);
  if (!before) return std::unexpected(std::move(before.error()));
  auto after = read_revision(connection, id, to);
  if (!after) return std::unexpected(std::move(after.error()));
  return unified_diff(to_yaml(shown(*before)), to_yaml(ordered_as(shown(*after), shown(*before))),
                      "revision " + std::to_string(from), "revision " + std::to_string(to));
}

Status history(Session& session, const HistoryOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto instance = find_instance(**connection, options.instance);
  if (!instance) return std::unexpected(std::move(instance.error()));
  const std::string id = field(*instance, "id");
  if (!options.diff.empty()) {
    const std::uint64_t newest = instance->value("configurationRevision", std::uint64_t{0});
    const std::uint64_t to = options.diff.size() > 1 ? options.diff[1] : newest;
    auto text = difference(**connection, id, options.diff.front(), to);
    if (!text) return std::unexpected(std::move(text.error()));
    session.print(coloured_diff(*text, session.colour()));
    return {};
  }
  if (options.revision > 0) {
    auto revision = read_revision(**connection, id, options.revision);
    if (!revision) return std::unexpected(std::move(revision.error()));
    if (!format->for_people()) return session.print(*revision, *format);
    session.print(to_yaml(member(*revision, "configuration")));
    return {};
  }
  auto revisions = (*connection)->get(configuration_path(id, "/revisions?limit=" + std::to_string(options.limit)));
  if (!revisions) return std::unexpected(std::move(revisions.error()));
  if (!format->for_people()) return session.print(*revisions, *format);
  session.print(revision_table({revisions->begin(), revisions->end()}, *instance));
  return {};
}

Status rollback(Session& session, const RollbackOptions& options) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto instance = find_instance(**connection, options.instance);
  if (!instance) return std::unexpected(std::move(instance.error()));
  const std::string id = field(*instance, "id");
  client::Call look;
  look.target = configuration_path(id);
  auto current = (*connection)->send(std::move(look));
  if (!current) return std::unexpected(std::move(current.error()));
  const std::uint64_t newest = stored_revision(*current);
  std::uint64_t to = options.to;
  if (to == 0) {
    if (newest < 2) return fail(ErrorCode::Conflict, "'" + id + "' has no earlier revision to go back to");
    to = newest - 1;
  }
  auto text = difference(**connection, id, newest, to);
  if (!text) return std::unexpected(std::move(text.error()));
  session.print(coloured_diff(*text, session.colour()));
  if (Status sure = confirm(session, "Bring '" + id + "' back to revision " + std::to_string(to) + "?", options.yes);
      !sure) {
    return sure;
  }
  Json body{{"revision", to}};
  if (!options.reason.empty()) body["reason"] = options.reason;
  client::Call call;
  call.method = net::Method::Post;
  call.target = configuration_path(id, "/rollback");
  call.body = std::move(body);
  // What was shown above is what is gone back from.
  call.if_match = current->etag;
  auto done = (*connection)->send(std::move(call));
  if (!done) return std::unexpected(std::move(done.error()));
  const std::uint64_t revision = stored_revision(*done);
  session.print("'" + id + "' has the configuration of revision " + std::to_string(to) + " again, as revision " +
                std::to_string(revision) + "\n");
  if (!options.after.wait) return {};
  return wait_until_settled(session, {{id, revision}}, options.after.timeout);
}

}  // namespace

void add_history_commands(CLI::App& application, Session& session) {
  CLI::App* command =
      add_command(application, {"history", "Show the revisions of an instance's configuration", "Changes",
                                "  draas history orders\n"
                                "  draas history orders --revision 3\n"
                                "  draas history orders --diff 3 5"});
  auto options = when_chosen<HistoryOptions>(command, session, history);
  command->add_option("instance", options->instance, "Id or name")->required()->type_name(kInstanceName);
  command->add_option("--revision", options->revision, "Show this one whole")
      ->type_name("NUMBER")
      ->check(whole_number(1));
  command->add_option("--diff", options->diff, "What changed from this revision to the newest, or to a second one")
      ->type_name("NUMBER")
      ->check(whole_number(1))
      ->expected(1, 2);
  command->add_option("--limit", options->limit, "At most so many")
      ->type_name("NUMBER")
      ->check(whole_number(1, kMostRows))
      ->capture_default_str();
  add_output_option(command, options->output);

  CLI::App* back = add_command(application, {"rollback", "Make an earlier configuration the newest again", "Changes",
                                             "  draas rollback orders\n  draas rollback orders --to 3 --yes"});
  auto back_options = when_chosen<RollbackOptions>(back, session, rollback);
  back->add_option("instance", back_options->instance, "Id or name")->required()->type_name(kInstanceName);
  back->add_option("--to", back_options->to, "The revision (default: the one before the newest)")
      ->type_name("NUMBER")
      ->check(whole_number(1));
  back->add_option("--reason", back_options->reason, "For the history")->type_name("TEXT");
  back->add_flag("-y,--yes", back_options->yes, "Do it without asking");
  add_wait_flags(back, back_options->after, "Wait until it runs");
}

}  // namespace draas::cli
