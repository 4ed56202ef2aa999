#include <cstdio>
#include <memory>

#include "app/commands.hpp"
#include "stores/sqlite/backup.hpp"
#include "stores/sqlite/connection.hpp"
#include "stores/sqlite/sqlite_store.hpp"

namespace draas::app {
namespace {

Status back_up_store(const SettingsArguments& common, const std::string& target) {
  auto settings = common.load();
  if (!settings) return std::unexpected(std::move(settings.error()));
  if (settings->store.kind != StoreSettings::Kind::Sqlite) {
    return fail(ErrorCode::Unprocessable, "Only the sqlite store can be backed up; Store:Kind is another");
  }
  auto source = stores::Connection::open(settings->store.path, stores::Connection::Access::ReadOnly);
  if (!source) return std::unexpected(std::move(source.error()));
  return stores::back_up(*source, target);
}

Status restore_store(const SettingsArguments& common, const std::string& backup, const std::string& to, bool force) {
  std::filesystem::path target = to;
  if (target.empty()) {
    auto settings = common.load();
    if (!settings) return std::unexpected(std::move(settings.error()));
    target = settings->store.path;
  }
  return stores::restore_sqlite(backup, target, force);
}

}  // namespace

void add_store_command(CLI::App& application, const SettingsArguments& common, int& exit_code) {
  CLI::App* store = application.add_subcommand("store", "Back up and restore the embedded store");
  store->group("Services");
  store->require_subcommand(1);

  CLI::App* backup = store->add_subcommand("backup", "Write a consistent copy; the control plane may be running");
  auto target = std::make_shared<std::string>();
  backup->add_option("target", *target, "File to write")->required();
  backup->callback([&common, &exit_code, target] {
    if (Status done = back_up_store(common, *target); !done) {
      exit_code = report(done.error());
      return;
    }
    std::printf("The store was copied to %s\n", target->c_str());
  });

  CLI::App* restore =
      store->add_subcommand("restore", "Put a backup in the store's place; the control plane must not run");
  auto source = std::make_shared<std::string>();
  auto to = std::make_shared<std::string>();
  auto force = std::make_shared<bool>(false);
  restore->add_option("backup", *source, "A file written by `draas store backup`")->required();
  restore->add_option("--to", *to, "The store file (default: Store:Path of the settings)");
  restore->add_flag("--force", *force, "Replace an existing store; it is kept beside as .replaced-<time>");
  restore->callback([&common, &exit_code, source, to, force] {
    if (Status done = restore_store(common, *source, *to, *force); !done) {
      exit_code = report(done.error());
      return;
    }
    std::printf("The store was restored from %s\n", source->c_str());
  });
}

}  // namespace draas::app
