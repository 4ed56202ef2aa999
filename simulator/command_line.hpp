#pragma once
// drasi-server's command line: what it accepts, and the texts and exit status of a wrong one.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace draas::simulator {

enum class Verb { Run, Validate, Doctor, Init, Plugin };

struct CommandLine {
  Verb verb = Verb::Run;
  std::string config = "config/server.yaml";
  std::optional<std::uint16_t> port;
  std::optional<std::string> plugins_dir;
  bool skip_verification = false;
  bool enable_ui = false;
  bool disable_ui = false;
  bool show_resolved = false;                 // validate
  bool all = false;                           // doctor, plugin upgrade
  bool force = false;                         // init
  std::string output = "config/server.yaml";  // init
  std::string plugin_action;                  // install, list, search, remove, install-all, upgrade
  std::vector<std::string> operands;          // of the plugin action
};

// What to do instead of running: print `text` on stdout (status 0) or stderr, and exit.
struct EarlyExit {
  int status = 0;
  std::string text;
};

struct ParsedCommandLine {
  CommandLine command;
  std::optional<EarlyExit> exit;
};

// `arguments` without the program's name.
ParsedCommandLine parse_command_line(const std::vector<std::string>& arguments);

inline constexpr std::string_view kSimulatedVersion = "0.2.2";
inline constexpr std::string_view kSimulatedRustc = "rustc 1.95.0 (drasi-sim)";
inline constexpr std::string_view kSimulatedPluginSdk = "0.11.0";

}  // namespace draas::simulator
