#pragma once
// Looks at the command line's own definitions: what reference, manual pages and completion are made from.

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace draas::cli {

struct OptionText {
  std::string names;        // "-o, --output FORMAT", or "INSTANCE..." for a positional one
  std::string description;  // with its default
  bool positional = false;
  bool required = false;
};

// The verbs below `application` that are shown to users, in their order.
std::vector<const CLI::App*> shown_commands(const CLI::App& application);
// Positional ones first; without --help.
std::vector<OptionText> option_texts(const CLI::App& command);
// "draas rollout create [OPTIONS] INSTANCE..."
std::string usage_of(const CLI::App& command);
// "draas rollout create"
std::string full_name(const CLI::App& command);
// The lines of the examples, without the heading.
std::string examples_of(const CLI::App& command);

// All of it as Markdown, for docs/cli.md; as a manual page in roff.
std::string markdown_reference(const CLI::App& application);
std::string manual_page(const CLI::App& application, const std::string& version);

// What may stand in the place of the last of `words` (which follow the program's name): names of verbs and options, or
// a word for what only the control plane knows: "INSTANCE", "RESOURCE", "ROLLOUT", "CONTEXT", "APPROVAL"; nothing for
// files.
struct Completions {
  std::vector<std::string> words;
  std::string kind;
};
Completions complete(const CLI::App& application, const std::vector<std::string>& words);

}  // namespace draas::cli
