// create and clone: one new instance.

#include "cli/applying.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/document_files.hpp"
#include "cli/progress.hpp"
#include "cli/waiting.hpp"

namespace draas::cli {
namespace {

struct CreateOptions {
  std::string id;
  std::string source;  // of clone
  std::string name;
  std::string description;
  std::string platform;
  std::vector<std::string> labels;
  std::string file;
  std::string restart_policy;
  std::string log_level;
  std::string front_port;
  double cpu = 0;
  std::string memory;
  std::string output;
  WaitFlags after;
  int port = 0;
  bool start = false;
};

Status add_labels(const std::vector<std::string>& labels, Json& body) {
  for (const std::string& label : labels) {
    const std::size_t equals = label.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorCode::InvalidArgument, "--label: '" + label + "' is not NAME=VALUE");
    }
    body["metadata"][label.substr(0, equals)] = label.substr(equals + 1);
  }
  return {};
}

Status send(Session& session, const CreateOptions& options, Json body) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  const bool runs = options.start || field(body, "desiredState") == "Running";
  if (options.after.wait && !runs) {
    return fail(ErrorCode::InvalidArgument, "--wait is for an instance that is to run: give --start");
  }
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  const Json asked = body;
  Progress progress(**connection, runs ? "creating and starting" : "creating", 1);
  auto created = (*connection)->post("/api/server/instances", std::move(body), std::chrono::minutes(1));
  progress.clear();
  if (!created) return std::unexpected(std::move(created.error()));
  const Status started = check_started(asked, *created);
  if (started) {
    for (const Json& warning : member(*created, "warnings")) session.warn(warning.get<std::string>());
  }
  const std::string id = field(*created, "id");
  if (format->for_people()) {
    session.print("Instance '" + id + "' created\n");
  } else if (Status printed = session.print(member(*created, "instance"), *format); !printed) {
    return printed;
  }
  if (!started || !options.after.wait) return started;
  return wait_until_settled(session, {{id, 1}}, options.after.timeout);
}

Status create(Session& session, const CreateOptions& options) {
  Json body = Json::object();
  if (!options.file.empty()) {
    auto documents = read_document_files({options.file}, options.id);
    if (!documents) return std::unexpected(std::move(documents.error()));
    if (documents->size() != 1)
      return fail(ErrorCode::InvalidArgument, "create makes one instance; use apply for more");
    body = without_nulls(std::move(documents->front().instance));
    if (documents->front().policy.is_object()) {
      return fail(ErrorCode::InvalidArgument, options.file + ": a document with spec.reconciliation is for apply");
    }
  }
  if (!options.id.empty()) body["id"] = options.id;
  const auto set = [&body](const char* key, const std::string& value) {
    if (!value.empty()) body[key] = value;
  };
  set("name", options.name);
  set("description", options.description);
  set("platformType", options.platform);
  set("restartPolicy", options.restart_policy);
  if (!options.log_level.empty()) body["serverConfiguration"]["logLevel"] = options.log_level;
  if (options.port > 0) body["serverConfiguration"]["port"] = options.port;
  if (options.start) body["start"] = true;
  if (options.cpu > 0) body["limits"]["cpuCores"] = options.cpu;
  if (!options.memory.empty()) body["limits"]["memoryBytes"] = options.memory;
  if (!options.front_port.empty()) {
    body["frontPort"] = options.front_port == "auto" ? Json("auto") : Json(std::stoi(options.front_port));
  }
  if (Status good = add_labels(options.labels, body); !good) return good;
  if (!body.contains("id") && !body.contains("name")) {
    return fail(ErrorCode::InvalidArgument, "Give the new instance an id, or a --name");
  }
  return send(session, options, std::move(body));
}

Status clone(Session& session, const CreateOptions& options) {
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto original = find_instance(**connection, options.source);
  if (!original) return std::unexpected(std::move(original.error()));
  auto configuration = (*connection)->get(configuration_path(field(*original, "id")));
  if (!configuration) return std::unexpected(std::move(configuration.error()));
  // Ports are leased to one instance; the copy gets its own.
  configuration->erase("port");
  if (configuration->contains("id")) configuration->erase("id");
  Json body = Json::object();
  body["id"] = options.id;
  body["name"] = options.name.empty() ? options.id : options.name;
  for (const char* key : {"description", "platformType", "restartPolicy", "limits", "platformOptions"}) {
    const Json& value = member(*original, key);
    if (!value.is_null() && value != Json("")) body[key] = value;
  }
  if (member(*original, "frontPort").is_number()) body["frontPort"] = "auto";
  for (const auto& [label, value] : member(*original, "metadata").items()) {
    // Whose the original is says nothing about the copy.
    if (!label.starts_with("draas.")) body["metadata"][label] = value;
  }
  if (Status good = add_labels(options.labels, body); !good) return good;
  body["configuration"] = std::move(*configuration);
  if (options.start) body["start"] = true;
  return send(session, options, std::move(body));
}

void add_common(CLI::App* command, CreateOptions& options) {
  command->add_option("--name", options.name, "For people (default: the id)")->type_name("NAME");
  command->add_option("--label", options.labels, "NAME=VALUE, as often as needed")
      ->type_name("LABEL")
      ->allow_extra_args(false);
  command->add_flag("--start", options.start, "Start it as well");
  add_wait_flags(command, options.after, "Wait until it runs");
  add_output_option(command, options.output);
}

}  // namespace

void add_create_commands(CLI::App& application, Session& session) {
  CLI::App* command = add_command(application, {"create", "Create an instance", "Instances",
                                                "  draas create orders --label team=shop\n"
                                                "  draas create orders -f server.yaml --start --wait"});
  auto options = when_chosen<CreateOptions>(command, session, create);
  command->add_option("id", options->id, "Its id (default: a new one)")->type_name("ID");
  command->add_option("-f,--file", options->file, "Its configuration, or a document; - is standard input")
      ->type_name("FILE");
  command->add_option("--description", options->description, "For people")->type_name("TEXT");
  command->add_option("--platform", options->platform, "Where it runs (default: as the settings say)")
      ->type_name("PLATFORM");
  command->add_option("--restart-policy", options->restart_policy, "Always, OnFailure or Never")
      ->type_name("POLICY")
      ->transform(one_of({"Always", "OnFailure", "Never"}));
  command->add_option("--cpu", options->cpu, "How many cores it may use at most: 1.5")
      ->type_name("CORES")
      ->check(positive_number());
  command->add_option("--memory", options->memory, "How much memory it may use at most: 512Mi")
      ->type_name("SIZE")
      ->check(memory_size());
  command->add_option("--log-level", options->log_level, "trace, debug, info, warn or error")
      ->type_name("LEVEL")
      ->transform(one_of({"trace", "debug", "info", "warn", "error"}));
  command->add_option("--port", options->port, "Its port (default: a free one)")
      ->type_name("PORT")
      ->check(whole_number(1, kMostPort));
  command
      ->add_option("--front-port", options->front_port,
                   "A port that stays while workloads behind it change: a number, or auto")
      ->type_name("PORT")
      ->check(port_or_auto());
  add_common(command, *options);

  CLI::App* copy = add_command(application, {"clone", "Create an instance with the configuration of another",
                                             "Instances", "  draas clone orders orders-test --label env=test --start"});
  auto copy_options = when_chosen<CreateOptions>(copy, session, clone);
  copy->add_option("source", copy_options->source, "The one to copy")->required()->type_name(kInstanceName);
  copy->add_option("id", copy_options->id, "Id of the new one")->required()->type_name("ID");
  add_common(copy, *copy_options);
}

}  // namespace draas::cli
