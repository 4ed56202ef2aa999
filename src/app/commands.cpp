#include "app/commands.hpp"

#include <cstdio>

namespace draas::app {

Result<ControlPlaneSettings> SettingsArguments::load() const {
  SettingsSources sources = default_settings_sources();
  if (!file.empty()) sources.file = file;
  sources.flags = flags;
  return load_control_plane_settings(sources);
}

void add_settings_arguments(CLI::App& command, SettingsArguments& arguments) {
  command.add_option("-c,--config", arguments.file,
                     "Settings file (default: draas.yaml, appsettings.json or /etc/draas/draas.yaml)");
}

int report(const Error& error) {
  std::fprintf(stderr, "draas: %s\n", error.message.c_str());
  if (!error.internal.empty()) std::fprintf(stderr, "  (%s)\n", error.internal.c_str());
  return kExitFailure;
}

}  // namespace draas::app
