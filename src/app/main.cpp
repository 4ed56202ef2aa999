// draas: one binary for the control plane and for those who use it.

#include <algorithm>
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "base/json_reader.hpp"
#include "cli/commands.hpp"
#include "cli/session.hpp"

namespace {

constexpr const char* kVersion = "0.1.0";

// The first word that is no option, where the command line was not understood.
std::string first_word(const std::vector<std::string>& reversed_arguments) {
  const auto found = std::find_if(reversed_arguments.rbegin(), reversed_arguments.rend(),
                                  [](const std::string& word) { return !word.starts_with('-'); });
  return found == reversed_arguments.rend() ? std::string() : *found;
}

constexpr const char* kFirstSteps =
    "  draas server --with-reconciler    runs a control plane; its dashboard is at http://127.0.0.1:5000\n"
    "  draas apply -f FILE --wait        runs what a file describes\n"
    "  draas get                         shows what runs\n"
    "  `draas --help` shows all commands.";

// A value without a name of its own is called what the help calls it: INSTANCE.
std::string what_is_wrong(const CLI::App& command, const CLI::ParseError& error) {
  std::string text = error.what();
  for (const CLI::Option* option : command.get_options()) {
    if (option->nonpositional() || text != option->get_name() + " is required") continue;
    return option->get_type_name() + " is missing";
  }
  return text;
}

std::string usage_message(const CLI::App& application, const std::vector<std::string>& reversed_arguments,
                          const CLI::ParseError& error) {
  std::vector<std::string> names;
  for (const CLI::App* command : application.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  const std::string word = first_word(reversed_arguments);
  const bool known = std::find(names.begin(), names.end(), word) != names.end();
  if (application.get_subcommands().empty() && !known && !word.empty()) {
    const std::string near = draas::nearest_name(word, names);
    return "'" + word + "' is not a command" + (near.empty() ? "" : "; did you mean '" + near + "'?") +
           "\n  `draas --help` shows those there are.";
  }
  if (application.get_subcommands().empty()) return std::string("Which command?\n") + kFirstSteps;
  const CLI::App* command = &application;
  std::string chosen = "draas";
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    chosen += " " + command->get_name();
  }
  return what_is_wrong(*command, error) + "\n  `" + chosen + " --help` shows what may be given.";
}

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
  add_monitor_command(application, common, exit_code);
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
  const std::vector<std::string> given = arguments;  // parse() takes them away
  try {
    application.parse(arguments);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return application.exit(error);  // --help and --version
    std::fprintf(stderr, "draas: %s\n", usage_message(application, given, error).c_str());
    return kExitUsage;
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
