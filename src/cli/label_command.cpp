// label: sets and removes labels of instances.

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/label_changes.hpp"
#include "cli/side_by_side.hpp"

namespace draas::cli {
namespace {

struct LabelOptions {
  TargetOptions targets;  // its names are instances and labels
};

net::Task<Result<std::string>> label_one(client::ApiClient& api, std::string id, Json metadata) {
  client::Call patch;
  patch.method = net::Method::Patch;
  patch.target = client::instance_path(id);
  patch.body = Json{{"metadata", std::move(metadata)}};
  auto patched = co_await api.send(std::move(patch));
  if (!patched) co_return std::unexpected(std::move(patched.error()));
  co_return id + ": labelled";
}

Status label(Session& session, const LabelOptions& options) {
  auto words = read_label_words(options.targets.names);
  if (!words) return std::unexpected(std::move(words.error()));
  TargetOptions targets = options.targets;
  targets.names = words->instances;
  if (Status named = require_targets(targets); !named) return named;
  auto chosen = choose_instances(session, targets);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  Telling telling{.what = "labelling", .ids = ids_of(chosen->instances), .work = {}};
  telling.work = [&, ids = telling.ids](std::size_t i) {
    return label_one(chosen->connection->api(), ids[i], words->metadata);
  };
  return run_and_tell(session, *chosen->connection, std::move(telling));
}

}  // namespace

void add_label_command(CLI::App& application, Session& session) {
  CLI::App* command =
      add_command(application, {"label", "Set labels of instances with NAME=VALUE, remove them with NAME-", "Instances",
                                "  draas label orders team=shop tier-\n"
                                "  draas label -l team=shop env=prod"});
  auto options = when_chosen<LabelOptions>(command, session, label);
  add_target_options(command, options->targets, Targets::Chosen);
  command->get_option("instances")->description("Instances, by id or name, and labels: NAME=VALUE, NAME-");
}

}  // namespace draas::cli
