#include <cstdio>
#include <memory>

#include "api/api.hpp"
#include "app/commands.hpp"
#include "cli/option_values.hpp"

namespace draas::app {

void add_config_command(CLI::App& application, const SettingsArguments& common, int& exit_code) {
  CLI::App* config = application.add_subcommand("config", "Check and show the settings in force");
  config->group("Services");
  config->require_subcommand(1);

  CLI::App* check = config->add_subcommand("check", "Check the settings; exit 1 and name every fault if there is one");
  check->callback([&common, &exit_code] {
    auto settings = common.load();
    if (!settings) {
      exit_code = report(settings.error());
      return;
    }
    const auto& file = settings->all.file();
    std::printf("%s: all settings are valid\n", file.empty() ? "no settings file" : file.c_str());
  });

  CLI::App* show = config->add_subcommand("show", "Print every setting, its value and where the value comes from");
  auto format = std::make_shared<std::string>("text");
  show->add_option("-o,--output", *format, "text, yaml or json")->transform(cli::one_of({"text", "yaml", "json"}));
  show->callback([&common, &exit_code, format] {
    auto settings = common.load();
    if (!settings) {
      exit_code = report(settings.error());
      return;
    }
    const Settings& all = settings->all;
    const std::string text = *format == "json"   ? to_text(all.describe_as_json(), 2) + "\n"
                             : *format == "yaml" ? all.describe_as_yaml()
                                                 : all.describe_as_text();
    std::fputs(text.c_str(), stdout);
  });

  CLI::App* openapi = config->add_subcommand("openapi", "Print the OpenAPI document of the REST API");
  openapi->callback([] { std::printf("%s\n", to_text(api::openapi_document({}), 2).c_str()); });

  CLI::App* reference = config->add_subcommand("reference", "Print all settings as Markdown tables");
  reference->callback([] { std::fputs(settings_reference(control_plane_declarations()).c_str(), stdout); });
}

}  // namespace draas::app
