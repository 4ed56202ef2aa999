#pragma once
// The control planes that a user works with, and their keys: ~/.config/draas/config.yaml, readable by its owner alone.
//
//   currentContext: prod
//   contexts:
//     prod: {server: https://draas.example.org, apiKey: ...}

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace draas::cli {

struct Context {
  std::string server;
  std::string api_key;  // "" = none
  std::string ca_file;  // "" = the system's
};

struct ContextFile {
  std::string current;                                    // "" = none
  std::vector<std::pair<std::string, Context>> contexts;  // in the order of the file

  const Context* find(const std::string& name) const;
  void set(const std::string& name, Context context);
  bool remove(const std::string& name);
};

// $DRAAS_CONFIG, else draas/config.yaml in $XDG_CONFIG_HOME or ~/.config.
std::filesystem::path context_file_path();

// An absent file has no contexts. InvalidArgument names file and field.
Result<ContextFile> read_context_file(const std::filesystem::path& path);
// Mode 0600, in a directory of mode 0700.
Status write_context_file(const std::filesystem::path& path, const ContextFile& file);

}  // namespace draas::cli
