// export and import: instances as files that another control plane takes.

#include <filesystem>

#include "base/files.hpp"
#include "base/yaml.hpp"
#include "cli/applying.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/document_files.hpp"
#include "drasi/configuration.hpp"

namespace draas::cli {
namespace {

constexpr mode_t kPrivate = 0600;

struct ExportOptions {
  TargetOptions targets;
  std::string directory;
  std::string format = "draas";
  bool keep_ports = false;
  bool mask = false;
};

struct ImportOptions {
  std::vector<std::string> files;
  std::string name;
  bool start = false;
  bool skip_existing = false;
};

Result<std::string> exported(Connection& connection, const Json& instance, const ExportOptions& options) {
  const std::string id = field(instance, "id");
  auto configuration = connection.get(configuration_path(id));
  if (!configuration) return std::unexpected(std::move(configuration.error()));
  if (!options.keep_ports) {
    for (const char* key : {"host", "port"}) configuration->erase(key);
  }
  if (options.mask) *configuration = drasi::mask_secrets(*configuration);
  if (options.format == "drasi") return drasi::export_yaml(*configuration);
  auto policy = connection.get(reconciliation_path(id, "/policy"));
  if (!policy) return std::unexpected(std::move(policy.error()));
  Json copy = instance;
  if (!options.keep_ports && member(copy, "frontPort").is_number()) copy["frontPort"] = "auto";
  return to_yaml(client::to_instance_document(copy, *configuration, member(*policy, "own")));
}

Status export_instances(Session& session, const ExportOptions& options) {
  if (Status named = require_targets(options.targets); !named) return named;
  auto chosen = choose_instances(session, options.targets);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  if (options.format == "drasi" && options.directory.empty() && chosen->instances.size() > 1) {
    return fail(ErrorCode::InvalidArgument,
                "Several configurations of drasi-server do not fit into one file; give --directory");
  }
  bool first = true;
  for (const Json& instance : chosen->instances) {
    auto text = exported(*chosen->connection, instance, options);
    if (!text) return std::unexpected(std::move(text.error()));
    if (options.directory.empty()) {
      session.print((first ? "" : "---\n") + *text);
    } else {
      const auto path = std::filesystem::path(options.directory) / (field(instance, "id") + ".yaml");
      if (Status written = write_file(path, *text, kPrivate, Durability::Atomic); !written) return written;
      session.note(path.string());
    }
    first = false;
  }
  return {};
}

Status import_instances(Session& session, const ImportOptions& options) {
  auto documents = read_document_files(options.files, options.name);
  if (!documents) return std::unexpected(std::move(documents.error()));
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  for (client::InstanceDocument& document : *documents) {
    Json body = std::move(document.instance);
    if (!body.contains("name")) body["name"] = document.id;
    // An import is a copy of data; what runs is to be said.
    body["desiredState"] = options.start ? "Running" : "Stopped";
    const Json asked = body;
    auto created = (*connection)->post("/api/server/instances", std::move(body), std::chrono::minutes(1));
    if (!created && created.error().code == ErrorCode::AlreadyExists && options.skip_existing) {
      session.print(document.id + ": exists\n");
      continue;
    }
    if (!created) return std::unexpected(std::move(created.error()).with_context(document.place("")));
    if (document.policy.is_object()) {
      auto set = (*connection)->put(reconciliation_path(document.id, "/policy"), document.policy);
      if (!set) return std::unexpected(std::move(set.error()).with_context(document.place("/spec/reconciliation")));
    }
    if (Status started = check_started(asked, *created); !started) return started;
    session.print(document.id + ": created\n");
  }
  return {};
}

}  // namespace

void add_transfer_commands(CLI::App& application, Session& session) {
  CLI::App* command =
      add_command(application, {"export", "Write instances as documents that apply and import take", "Files",
                                "  draas export orders > orders.yaml\n"
                                "  draas export --all --directory backup"});
  auto options = when_chosen<ExportOptions>(command, session, export_instances);
  add_target_options(command, options->targets, Targets::Chosen);
  command->add_option("-d,--directory", options->directory, "One file for each instance in this folder")
      ->type_name("FOLDER");
  command->add_option("--format", options->format, "draas, or drasi: the configuration alone, as drasi-server reads it")
      ->check(CLI::IsMember({"draas", "drasi"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  command->add_flag("--keep-ports", options->keep_ports, "With hosts and ports; they may be taken elsewhere");
  command->add_flag("--mask-secrets", options->mask, "*** for passwords and tokens, to show the files to others");

  CLI::App* take =
      add_command(application, {"import", "Create instances from files; those that exist are refused", "Files",
                                "  draas import -f backup/ --skip-existing\n"
                                "  draas import -f server.yaml --name orders --start"});
  auto take_options = when_chosen<ImportOptions>(take, session, import_instances);
  take->add_option("-f,--file", take_options->files, "Files, folders, or - for standard input")
      ->required()
      ->type_name("FILE");
  take->add_option("--name", take_options->name, "Id of the instance, for a configuration of drasi-server")
      ->type_name("NAME");
  take->add_flag("--start", take_options->start, "Start them as well");
  take->add_flag("--skip-existing", take_options->skip_existing, "Leave those that exist as they are");
}

}  // namespace draas::cli
