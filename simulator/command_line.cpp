#include "simulator/command_line.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace draas::simulator {

namespace {

enum class Scope : unsigned { Global = 1, Validate = 2, Doctor = 4, Init = 8, Plugin = 16 };

struct Option {
  std::string_view name;   // with dashes
  char letter;             // 0: none
  std::string_view value;  // placeholder of its value; "" for a flag
  std::string_view help;
  Scope scope;
};

constexpr std::array kOptions = {
    Option{"--config", 'c', "CONFIG", "Path to the configuration file [default: config/server.yaml]", Scope::Global},
    Option{"--port", 'p', "PORT", "Override the server port", Scope::Global},
    Option{"--plugins-dir", 0, "PLUGINS_DIR", "Directory to scan for plugin shared libraries", Scope::Global},
    Option{"--skip-verification", 0, "", "Disable signature verification of plugins", Scope::Global},
    Option{"--enable-ui", 0, "", "Enable the web UI (overrides config file)", Scope::Global},
    Option{"--disable-ui", 0, "", "Disable the web UI (overrides config file)", Scope::Global},
    Option{"--show-resolved", 0, "", "Show the configuration with environment variables expanded", Scope::Validate},
    Option{"--all", 0, "", "Include everything optional", Scope::Doctor},
    Option{"--output", 'o', "OUTPUT", "Where to write the configuration file", Scope::Init},
    Option{"--force", 0, "", "Overwrite an existing file", Scope::Init},
    Option{"--registry", 0, "REGISTRY", "Registry to use", Scope::Plugin},
    Option{"--platform", 0, "PLATFORM", "Target platform (ignored)", Scope::Plugin},
    Option{"--from-config", 0, "", "Install what the configuration lists", Scope::Plugin},
    Option{"--locked", 0, "", "Install exactly what the lockfile holds", Scope::Plugin},
    Option{"--dry-run", 0, "", "Show what would be done", Scope::Plugin},
};

constexpr std::array<std::pair<std::string_view, Verb>, 5> kVerbs = {{
    {"run", Verb::Run},
    {"validate", Verb::Validate},
    {"doctor", Verb::Doctor},
    {"init", Verb::Init},
    {"plugin", Verb::Plugin},
}};

constexpr std::array<std::string_view, 6> kPluginActions = {"install", "list",        "search",
                                                            "remove",  "install-all", "upgrade"};

constexpr std::string_view kMainHelp =
    "A simulated drasi-server (drasi-sim) for tests and trials\n\n"
    "Usage: drasi-server [OPTIONS] [COMMAND]\n\n"
    "Commands:\n"
    "  run       Run the server (the default)\n"
    "  validate  Validate a configuration file without starting the server\n"
    "  doctor    Check system dependencies and requirements\n"
    "  init      Write a new configuration file\n"
    "  plugin    Manage plugins\n"
    "  help      Print this message\n";

class Parser {
 public:
  explicit Parser(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  ParsedCommandLine parse() {
    for (index_ = 0; index_ < arguments_.size() && !result_.exit; ++index_) take(arguments_[index_]);
    if (!result_.exit) check();
    return std::move(result_);
  }

 private:
  void take(const std::string& argument) {
    if (operands_only_ || argument == "-" || !argument.starts_with('-')) return take_operand(argument);
    if (argument == "--") {
      operands_only_ = true;
      return;
    }
    if (argument == "-h" || argument == "--help") return leave(0, help_text());
    if (!verb_given_ && argument == "-V") return leave(0, "drasi-server " + std::string(kSimulatedVersion) + "\n");
    if (!verb_given_ && argument == "--version") {
      return leave(0, "drasi-server " + std::string(kSimulatedVersion) + "\nrustc: " + std::string(kSimulatedRustc) +
                          "\nplugin-sdk: " + std::string(kSimulatedPluginSdk) + "\n");
    }
    std::string name = argument;
    std::optional<std::string> attached;
    if (argument.starts_with("--")) {
      if (auto equals = argument.find('='); equals != std::string::npos) {
        name = argument.substr(0, equals);
        attached = argument.substr(equals + 1);
      }
    } else if (argument.size() > 2) {
      name = argument.substr(0, 2);
      attached = argument.substr(argument[2] == '=' ? 3 : 2);
    }
    const Option* option = find(name);
    if (option == nullptr) return wrong("unexpected argument '" + name + "' found", usage_text());
    if (!option->value.empty() && !attached) {
      if (index_ + 1 >= arguments_.size()) {
        return wrong("a value is required for '" + spelled(*option) + "' but none was supplied", "");
      }
      attached = arguments_[++index_];
    }
    apply(*option, attached.value_or(""));
  }

  void take_operand(const std::string& argument) {
    if (!verb_given_) {
      if (argument == "help") return leave(0, help_text());
      for (const auto& [name, verb] : kVerbs) {
        if (name != argument) continue;
        result_.command.verb = verb;
        verb_given_ = true;
        seen_.clear();  // the subcommand declares its own copies of the global options
        return;
      }
      return wrong("unrecognized subcommand '" + argument + "'", usage_text());
    }
    if (result_.command.verb == Verb::Plugin) {
      if (!result_.command.plugin_action.empty()) {
        result_.command.operands.push_back(argument);
        return;
      }
      if (argument == "help") return leave(0, help_text());
      if (std::find(kPluginActions.begin(), kPluginActions.end(), argument) != kPluginActions.end()) {
        result_.command.plugin_action = argument;
        return;
      }
      return wrong("unrecognized subcommand '" + argument + "'", usage_text());
    }
    wrong("unexpected argument '" + argument + "' found", usage_text());
  }

  const Option* find(std::string_view name) const {
    for (const Option& option : kOptions) {
      bool named = option.name == name || (option.letter != 0 && name.size() == 2 && name[1] == option.letter);
      if (!named) continue;
      if (option.scope == Scope::Global) return &option;
      if (option.scope == Scope::Validate && result_.command.verb == Verb::Validate) return &option;
      if (option.scope == Scope::Init && result_.command.verb == Verb::Init) return &option;
      if (option.scope == Scope::Plugin && result_.command.verb == Verb::Plugin) return &option;
      if (option.scope == Scope::Doctor &&
          (result_.command.verb == Verb::Doctor || result_.command.verb == Verb::Plugin)) {
        return &option;
      }
    }
    return nullptr;
  }

  void apply(const Option& option, const std::string& value) {
    if (std::find(seen_.begin(), seen_.end(), option.name) != seen_.end()) {
      return wrong("the argument '" + spelled(option) + "' cannot be used multiple times", usage_text());
    }
    seen_.push_back(option.name);
    CommandLine& command = result_.command;
    if (option.name == "--config") command.config = value;
    if (option.name == "--port") return apply_port(option, value);
    if (option.name == "--plugins-dir") command.plugins_dir = value;
    if (option.name == "--skip-verification") command.skip_verification = true;
    if (option.name == "--enable-ui") command.enable_ui = true;
    if (option.name == "--disable-ui") command.disable_ui = true;
    if (option.name == "--show-resolved") command.show_resolved = true;
    if (option.name == "--all") command.all = true;
    if (option.name == "--output") command.output = value;
    if (option.name == "--force") command.force = true;
  }

  void apply_port(const Option& option, const std::string& value) {
    unsigned number = 0;
    auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (problem == std::errc{} && end == value.data() + value.size() && number <= 65535) {
      result_.command.port = static_cast<std::uint16_t>(number);
      return;
    }
    bool digits = !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
    std::string reason = digits ? value + " is not in 0..=65535" : "invalid digit found in string";
    if (value.empty()) reason = "cannot parse integer from empty string";
    wrong("invalid value '" + value + "' for '" + spelled(option) + "': " + reason, "");
  }

  void check() {
    const CommandLine& command = result_.command;
    if (command.enable_ui && command.disable_ui) {
      return wrong("the argument '--enable-ui' cannot be used with '--disable-ui'",
                   "Usage: drasi-server --enable-ui\n");
    }
    if (command.verb == Verb::Plugin && command.plugin_action.empty()) {
      result_.exit = EarlyExit{2, help_text()};
    }
  }

  static std::string spelled(const Option& option) {
    std::string text(option.name);
    if (!option.value.empty()) text += " <" + std::string(option.value) + ">";
    return text;
  }

  std::string usage_text() const {
    for (const auto& [name, verb] : kVerbs) {
      if (!verb_given_ || verb != result_.command.verb) continue;
      if (verb == Verb::Plugin) return "Usage: drasi-server plugin [OPTIONS] <COMMAND>\n";
      return "Usage: drasi-server " + std::string(name) + " [OPTIONS]\n";
    }
    return "Usage: drasi-server [OPTIONS] [COMMAND]\n";
  }

  std::string help_text() const {
    std::string text = verb_given_ ? usage_text() : std::string(kMainHelp);
    if (verb_given_ && result_.command.verb == Verb::Plugin) {
      text += "\nCommands:\n";
      for (std::string_view action : kPluginActions) text += "  " + std::string(action) + "\n";
    }
    text += "\nOptions:\n";
    for (const Option& option : kOptions) {
      if (find(option.name) != &option) continue;
      std::string left = option.letter != 0 ? std::string("  -") + option.letter + ", " : std::string("      ");
      left += spelled(option);
      left.resize(std::max<std::size_t>(left.size() + 2, 35), ' ');
      text += left + std::string(option.help) + "\n";
    }
    text += "  -h, --help                       Print help\n";
    if (!verb_given_) text += "  -V, --version                    Print version\n";
    return text;
  }

  void leave(int status, std::string text) { result_.exit = EarlyExit{status, std::move(text)}; }

  void wrong(const std::string& reason, const std::string& usage) {
    std::string text = "error: " + reason + "\n\n";
    if (!usage.empty()) text += usage + "\n";
    leave(2, text + "For more information, try '--help'.\n");
  }

  const std::vector<std::string>& arguments_;
  std::size_t index_ = 0;
  bool verb_given_ = false;
  bool operands_only_ = false;
  std::vector<std::string_view> seen_;
  ParsedCommandLine result_;
};

}  // namespace

ParsedCommandLine parse_command_line(const std::vector<std::string>& arguments) { return Parser(arguments).parse(); }

}  // namespace draas::simulator
