#include "cli/command.hpp"

#include <algorithm>

#include <unistd.h>

#include "cli/close_names.hpp"

namespace draas::cli {

CLI::App* add_command(CLI::App& parent, const Description& description) {
  CLI::App* command = parent.add_subcommand(description.name, description.summary);
  if (!description.group.empty()) command->group(description.group);
  command->footer(description.examples.empty() ? "" : "Examples:\n" + description.examples);
  return command;
}

void add_output_option(CLI::App* command, std::string& output) {
  command->add_option("-o,--output", output, "How to print: table, wide, json, yaml, name or jsonpath=EXPRESSION")
      ->type_name("FORMAT")
      ->check([](const std::string& text) {
        const auto parsed = parse_output_format(text);
        return parsed ? std::string() : parsed.error().message;
      });
}

void add_file_options(CLI::App* command, FileOptions& options) {
  command->add_option("-f,--file", options.files, "Files, folders, or - for standard input")
      ->required()
      ->type_name("FILE");
  command->add_option("--name", options.name, "Id of the instance, for a configuration of drasi-server")
      ->type_name("NAME");
}

void add_wait_flags(CLI::App* command, WaitFlags& options, const std::string& meaning) {
  command->add_flag("--wait", options.wait, meaning);
  add_span_option(command, "--timeout", options.timeout, "How long to wait");
}

bool TargetOptions::empty() const {
  return names.empty() && selector.empty() && statuses.empty() && platform.empty() && name_pattern.empty() && !all;
}

void add_target_options(CLI::App* command, TargetOptions& options, Targets kind) {
  command->add_option("instances", options.names, "Ids, or names that only one instance has")->type_name(kInstanceName);
  command->add_option("-l,--selector", options.selector, "Those with these labels: env=prod,tier in (web,api),!draft")
      ->type_name("SELECTOR");
  command->add_option("--status", options.statuses, "Those in one of these statuses")
      ->type_name("STATUS")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->transform(one_of({"Created", "Running", "Stopped", "Error", "ConfigurationChanged"}));
  command->add_option("--platform-type", options.platform, "Those that run on this platform")->type_name("PLATFORM");
  command->add_option("--name", options.name_pattern, "Those with this in their name, or a pattern with *")
      ->type_name("NAME");
  if (kind == Targets::Chosen) command->add_flag("--all", options.all, "All instances");
}

std::string list_query(const TargetOptions& options) {
  std::string query;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) query += (query.empty() ? "?" : "&") + std::string(key) + "=" + net::percent_encode(value);
  };
  add("selector", options.selector);
  std::string statuses;
  for (const std::string& status : options.statuses) statuses += (statuses.empty() ? "" : ",") + status;
  add("status", statuses);
  add("platform", options.platform);
  add("name", options.name_pattern);
  return query;
}

Status refuse_names_with_filter(const TargetOptions& options) {
  if (options.names.empty() || (list_query(options).empty() && !options.all)) return {};
  return fail(ErrorCode::InvalidArgument, "Give either instances by name or a filter, not both");
}

Status require_targets(const TargetOptions& options) {
  if (Status clear = refuse_names_with_filter(options); !clear) return clear;
  const bool filtered = !list_query(options).empty();
  if (filtered && options.all) return fail(ErrorCode::InvalidArgument, "Give either a filter or --all, not both");
  if (options.empty()) {
    return fail(ErrorCode::InvalidArgument, "Which instances? Name them, or give --selector, another filter or --all");
  }
  return {};
}

namespace {

// Nothing when there is none of this id or name.
Result<std::optional<Json>> look_for_instance(Connection& connection, const std::string& name) {
  auto instance = connection.get(client::instance_path(name));
  if (instance) return std::optional(std::move(*instance));
  if (instance.error().code != ErrorCode::NotFound) return std::unexpected(std::move(instance.error()));
  auto list = connection.get("/api/server/instances?name=" + net::percent_encode(name));
  if (!list) return std::unexpected(std::move(list.error()));
  std::optional<Json> found;
  std::string ids;
  for (const Json& candidate : *list) {
    if (field(candidate, "name") != name) continue;
    ids += (found ? ", " : "") + field(candidate, "id");
    if (found) {
      return fail(ErrorCode::InvalidArgument,
                  "Several instances have the name '" + name + "': " + ids + " ...; give the id of one");
    }
    found = candidate;
  }
  return found;
}

Error no_such_instance(Connection& connection, const std::string& name) {
  std::vector<std::string> names;
  // Where it cannot be had, there is nothing to suggest.
  if (const auto all = connection.get("/api/server/instances")) {
    for (const char* key : {"id", "name"}) {
      for (const Json& instance : *all) names.push_back(field(instance, key));
    }
  }
  const std::string meant = suggestion(name, std::move(names));
  return {.code = ErrorCode::NotFound,
          .message = "There is no instance '" + name + "'" + (meant.empty() ? ";" : meant) +
                     " `draas get` shows those there are"};
}

}  // namespace

Result<Json> find_instance(Connection& connection, const std::string& name) {
  auto found = look_for_instance(connection, name);
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return std::unexpected(no_such_instance(connection, name));
  return std::move(**found);
}

std::vector<std::string> ids_of(const std::vector<Json>& instances) {
  std::vector<std::string> ids;
  for (const Json& instance : instances) ids.push_back(field(instance, "id"));
  return ids;
}

Result<std::string> find_id(Connection& connection, const std::string& name) {
  auto instance = find_instance(connection, name);
  if (!instance) return std::unexpected(std::move(instance.error()));
  return field(*instance, "id");
}

Result<std::string> find_id_or_take(Connection& connection, const std::string& name) {
  auto found = look_for_instance(connection, name);
  if (!found) return std::unexpected(std::move(found.error()));
  return *found ? field(**found, "id") : name;
}

Result<std::vector<Json>> find_instances(Connection& connection, const TargetOptions& options) {
  if (Status clear = refuse_names_with_filter(options); !clear) return std::unexpected(std::move(clear.error()));
  std::vector<Json> instances;
  for (const std::string& name : options.names) {
    auto instance = find_instance(connection, name);
    if (!instance) return std::unexpected(std::move(instance.error()));
    instances.push_back(std::move(*instance));
  }
  if (!options.names.empty()) return instances;
  auto list = connection.get("/api/server/instances" + list_query(options));
  if (!list) return std::unexpected(std::move(list.error()));
  for (Json& instance : *list) instances.push_back(std::move(instance));
  return instances;
}

void note_no_instances(Session& session, const TargetOptions& options) {
  const bool filtered = !list_query(options).empty();
  session.note(filtered ? "No instances match."
                        : "There are no instances. `draas create` or `draas apply -f` make some.");
}

Result<Chosen> choose_instances(Session& session, const TargetOptions& options) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto instances = find_instances(**connection, options);
  if (!instances) return std::unexpected(std::move(instances.error()));
  if (instances->empty()) note_no_instances(session, options);
  return Chosen{*connection, std::move(*instances)};
}

std::string field(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : to_text(value);
}

const Json& member(const Json& object, const char* key) {
  static const Json absent;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() ? absent : *found;
}

std::string configuration_path(const std::string& id, std::string_view rest) {
  return "/api/configuration/instances/" + net::percent_encode(id) + std::string(rest);
}

std::string reconciliation_path(const std::string& id, std::string_view rest) {
  return "/api/reconciliation/instances/" + net::percent_encode(id) + std::string(rest);
}

std::string some_names(const std::vector<std::string>& names, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
  return text;
}

Status confirm(Session& session, const std::string& question, bool yes, const std::string& what_is_so) {
  if (yes) return {};
  if (!is_terminal(STDIN_FILENO) || !is_terminal(STDERR_FILENO)) {
    return fail(ErrorCode::InvalidArgument, question + " Say so with --yes where nobody can be asked");
  }
  if (ask(question)) return {};
  return session.decline(what_is_so);
}

}  // namespace draas::cli
