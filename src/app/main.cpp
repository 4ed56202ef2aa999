// draas: one binary for the control plane and for those who use it.

#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "cli/commands.hpp"
#include "cli/session.hpp"

namespace {

constexpr const char* kVersion = "0.1.0";

int run(int argc, char** argv) {
  using namespace draas::app;
  CLI::App application{"DRaaS: Drasi as a Service, a control plane for fleets of drasi-server", "draas"};
  application.set_version_flag("--version", std::string("draas ") + kVersion);
  application.require_subcommand(1);
  application.fallthrough();

  SettingsArguments common;
  int exit_code = 0;
  draas::cli::Session session(kVersion);
  draas::cli::add_commands(application, session);
  add_settings_arguments(application, common);
  add_server_command(application, common, exit_code);
  add_reconciler_command(application, common, exit_code);
  add_config_command(application, common, exit_code);
  add_store_command(application, common, exit_code);

  // Settings flags are not known to the command line parser: there is one for every key.
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    if (auto flag = draas::parse_setting_flag(argv[i])) {
      common.flags.insert(common.flags.begin(), std::move(*flag));
    } else {
      arguments.emplace_back(argv[i]);
    }
  }
  try {
    application.parse(arguments);
  } catch (const CLI::ParseError& error) {
    const int code = application.exit(error);
    return code == 0 ? 0 : kExitUsage;
  }
  return exit_code != 0 ? exit_code : session.exit_code();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "draas: unexpected failure: %s\n", error.what());
    return draas::app::kExitFailure;
  }
}
