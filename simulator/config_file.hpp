#pragma once
// Loading and saving the configuration file, and the `.env` file beside it.

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "simulator/configuration.hpp"

namespace draas::simulator {

// What went wrong, and whether it came from the checks after parsing: those are reported with their cause repeated.
struct LoadFault {
  std::string text;
  std::string cause;  // "" when there is none below it
};

// Reads, parses (YAML, of which JSON is a part), checks the reactions' templates and validates.
std::expected<ServerDefinition, LoadFault> load_config_file(const std::filesystem::path& path);
std::expected<ServerDefinition, LoadFault> parse_config_text(std::string_view text, const std::string& path);

// "" or the reason ("No such file or directory (os error 2)").
std::string write_config_file(const ServerDefinition& server, const std::filesystem::path& path);

// "Permission denied (os error 13)"
std::string os_error_text(int error_number);

// Sets the variables of `<directory of config>/.env` that the environment does not have yet. `warning` is the text for
// stderr when the file is there but malformed.
struct DotenvResult {
  bool loaded = false;
  std::string warning;
};
DotenvResult load_dotenv_beside(const std::filesystem::path& config);

}  // namespace draas::simulator
