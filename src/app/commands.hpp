#pragma once
// The commands that run on this machine rather than through the REST API. Each adds itself to the command line and
// stores its exit code in `exit_code` when it was the one chosen.

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/settings.hpp"

namespace draas::app {

inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

// --config and --Section:Key=value, shared by every command that reads the settings.
struct SettingsArguments {
  std::string file;
  std::vector<SettingFlag> flags;

  Result<ControlPlaneSettings> load() const;
};

void add_settings_arguments(CLI::App& command, SettingsArguments& arguments);

void add_server_command(CLI::App& application, const SettingsArguments& common, int& exit_code);
void add_reconciler_command(CLI::App& application, const SettingsArguments& common, int& exit_code);
void add_monitor_command(CLI::App& application, const SettingsArguments& common, int& exit_code);
void add_config_command(CLI::App& application, const SettingsArguments& common, int& exit_code);
void add_store_command(CLI::App& application, const SettingsArguments& common, int& exit_code);

// Prints the error as people read it: what, every fault on its own line, the system's words last. Returns kExitFailure.
int report(const Error& error);

}  // namespace draas::app
