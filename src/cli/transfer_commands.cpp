// export and import: instances as files that another control plane takes.

#include <filesystem>

#include "base/files.hpp"
#include "base/yaml.hpp"
#include "cli/applying.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/document_files.hpp"
#include "cli/masking.hpp"
#include "cli/side_by_side.hpp"
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
  FileOptions from;
  bool start = false;
  bool skip_existing = false;
};

// The text of one file.
net::Task<Result<std::string>> exported(client::ApiClient& api, Json instance, const ExportOptions& options) {
  std::string id = field(instance, "id");
  auto current = co_await read_instance(api, std::move(id));
  if (!current) co_return std::unexpected(std::move(current.error()));
  Json& configuration = current->configuration;
  if (!options.keep_ports) {
    for (const char* key : {"host", "port"}) configuration.erase(key);
    if (member(current->instance, "frontPort").is_number()) current->instance["frontPort"] = "auto";
  }
  if (options.format == "drasi") {
    co_return drasi::export_yaml(options.mask ? Masker().mask(configuration) : std::move(configuration));
  }
  Json document = to_document(*current);
  if (options.mask) document = Masker().mask(document);
  co_return to_yaml(document);
}

net::Task<Status> export_one(client::ApiClient& api, Json instance, const ExportOptions& options, std::string& text) {
  auto written = co_await exported(api, std::move(instance), options);
  if (!written) co_return std::unexpected(std::move(written.error()));
  text = std::move(*written);
  co_return Status{};
}

Status write_or_print(Session& session, const ExportOptions& options, const std::vector<std::string>& ids,
                      const std::vector<std::string>& texts) {
  bool first = true;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (texts[i].empty()) continue;
    if (options.directory.empty()) {
      session.print((first ? "" : "---\n") + texts[i]);
    } else {
      const auto path = std::filesystem::path(options.directory) / (ids[i] + ".yaml");
      if (Status written = write_file(path, texts[i], kPrivate, Durability::Atomic); !written) return written;
      session.note(path.string());
    }
    first = false;
  }
  return {};
}

Status export_instances(Session& session, const ExportOptions& options) {
  if (Status named = require_targets(options.targets); !named) return named;
  auto chosen = choose_instances(session, options.targets);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  if (options.format == "drasi" && options.directory.empty() && chosen->instances.size() > 1) {
    return fail(ErrorCode::InvalidArgument,
                "Several configurations of drasi-server do not fit into one file; give --directory");
  }
  const std::vector<std::string> ids = ids_of(chosen->instances);
  std::vector<std::string> texts(ids.size());
  Batch batch{.what = "exporting", .ids = ids, .work = {}, .only_reads = true};
  batch.work = [&](std::size_t i) {
    return export_one(chosen->connection->api(), chosen->instances[i], options, texts[i]);
  };
  const Outcomes outcomes = run_side_by_side(*chosen->connection, std::move(batch));
  if (Status written = write_or_print(session, options, ids, texts); !written) return written;
  return summarise(session, outcomes);
}

net::Task<Result<std::string>> import_one(client::ApiClient& api, client::InstanceDocument document,
                                          const ImportOptions& options) {
  InstanceChange change;
  change.id = document.id;
  change.create = true;
  change.body = without_nulls(std::move(document.instance));
  if (!change.body.contains("name")) change.body["name"] = document.id;
  // An import is a copy of data; what runs is to be said.
  change.body["desiredState"] = options.start ? "Running" : "Stopped";
  if (document.policy.is_object() && !document.policy.empty()) change.policy = document.policy;
  auto created = co_await carry_out(api, std::move(change));
  if (!created && created.error().code == ErrorCode::AlreadyExists && options.skip_existing) {
    co_return document.id + ": exists";
  }
  if (!created) co_return std::unexpected(std::move(created.error()).with_context(document.place("")));
  co_return document.id + ": created";
}

Status import_instances(Session& session, const ImportOptions& options) {
  auto documents = read_document_files(options.from.files, options.from.name);
  if (!documents) return std::unexpected(std::move(documents.error()));
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  Telling telling{.what = "importing", .ids = {}, .work = {}};
  for (const client::InstanceDocument& document : *documents) telling.ids.push_back(document.id);
  telling.work = [&](std::size_t i) { return import_one((*connection)->api(), (*documents)[i], options); };
  return run_and_tell(session, **connection, std::move(telling));
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
      ->transform(one_of({"draas", "drasi"}))
      ->type_name("FORMAT")
      ->capture_default_str();
  command->add_flag("--keep-ports", options->keep_ports, "With hosts and ports; they may be taken elsewhere");
  command->add_flag("--mask-secrets", options->mask, "*** for passwords and tokens, to show the files to others");

  CLI::App* take =
      add_command(application, {"import", "Create instances from files; those that exist are refused", "Files",
                                "  draas import -f backup/ --skip-existing\n"
                                "  draas import -f server.yaml --name orders --start"});
  auto take_options = when_chosen<ImportOptions>(take, session, import_instances);
  add_file_options(take, take_options->from);
  take->add_flag("--start", take_options->start, "Start them as well");
  take->add_flag("--skip-existing", take_options->skip_existing, "Leave those that exist as they are");
}

}  // namespace draas::cli
