// The command line's definitions as documents.

#include <algorithm>

#include "cli/command_tree.hpp"
#include "cli/exit_code.hpp"

namespace draas::cli {
namespace {

// Groups in the order of their first command.
std::vector<std::pair<std::string, std::vector<const CLI::App*>>> grouped(const CLI::App& application) {
  std::vector<std::pair<std::string, std::vector<const CLI::App*>>> groups;
  for (const CLI::App* command : shown_commands(application)) {
    const std::string& name = command->get_group();
    auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.first == name; });
    if (found == groups.end()) found = groups.insert(groups.end(), {name, {}});
    found->second.push_back(command);
  }
  return groups;
}

// In a table cell.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

void options_as_markdown(const CLI::App& command, std::string& out) {
  const auto options = option_texts(command);
  if (options.empty()) return;
  out += "| option | |\n|---|---|\n";
  for (const OptionText& option : options) out += "| `" + option.names + "` | " + cell(option.description) + " |\n";
  out += "\n";
}

// Without the margin that the help has.
std::string without_margin(const std::string& lines) {
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool line_start = i == 0 || lines[i - 1] == '\n';
    if (line_start && lines.compare(i, 2, "  ") == 0) i += 2;
    if (i < lines.size()) out += lines[i];
  }
  return out;
}

void command_as_markdown(const CLI::App& command, std::string& out) {
  out += "#### " + full_name(command) + "\n\n" + command.get_description() + ".\n\n";
  out += "```text\n" + usage_of(command) + "\n```\n\n";
  options_as_markdown(command, out);
  if (const std::string examples = examples_of(command); !examples.empty())
    out += "```sh\n" + without_margin(examples) + "\n```\n\n";
  for (const CLI::App* child : shown_commands(command)) command_as_markdown(*child, out);
}

// Text for roff: a backslash, a leading dot and hyphens have meanings there.
std::string roff(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool line_start = i == 0 || text[i - 1] == '\n';
    if (line_start && (text[i] == '.' || text[i] == '\'')) out += "\\&";
    if (text[i] == '\\') {
      out += "\\e";
    } else if (text[i] == '-') {
      out += "\\-";
    } else {
      out += text[i];
    }
  }
  return out;
}

void options_as_roff(const CLI::App& command, std::string& out) {
  for (const OptionText& option : option_texts(command)) {
    out += ".TP\n\\fB" + roff(option.names) + "\\fR\n" + roff(option.description) + "\n";
  }
}

void command_as_roff(const CLI::App& command, std::string& out) {
  out += ".SS \"" + roff(usage_of(command)) + "\"\n" + roff(command.get_description()) + ".\n";
  options_as_roff(command, out);
  if (const std::string examples = examples_of(command); !examples.empty()) {
    out += ".PP\n.nf\n" + roff(examples) + "\n.fi\n";
  }
  for (const CLI::App* child : shown_commands(command)) command_as_roff(*child, out);
}

}  // namespace

std::string markdown_reference(const CLI::App& application) {
  std::string out = "### Options of every command\n\n";
  options_as_markdown(application, out);
  for (const auto& [name, commands] : grouped(application)) {
    out += "### " + name + "\n\n";
    for (const CLI::App* command : commands) command_as_markdown(*command, out);
  }
  out += "### Exit codes\n\n| code | |\n|---|---|\n";
  const auto [first, last] = exit_code_meanings();
  for (const auto* meaning = first; meaning != last; ++meaning) {
    out +=
        "| " + std::to_string(static_cast<int>(meaning->code)) + " | " + cell(std::string(meaning->meaning)) + " |\n";
  }
  return out;
}

std::string manual_page(const CLI::App& application, const std::string& version) {
  std::string out = ".TH DRAAS 1 \"\" \"draas " + version + "\" \"User Commands\"\n";
  out += ".SH NAME\ndraas \\- " + roff(application.get_description()) + "\n";
  out += ".SH SYNOPSIS\n.B draas\n[OPTIONS] COMMAND [ARGUMENTS]\n";
  out += ".SH OPTIONS\n";
  options_as_roff(application, out);
  for (const auto& [name, commands] : grouped(application)) {
    out += ".SH \"" + roff(name) + "\"\n";
    for (const CLI::App* command : commands) command_as_roff(*command, out);
  }
  out += ".SH \"EXIT STATUS\"\n";
  const auto [first, last] = exit_code_meanings();
  for (const auto* meaning = first; meaning != last; ++meaning) {
    out += ".TP\n\\fB" + std::to_string(static_cast<int>(meaning->code)) + "\\fR\n" +
           roff(std::string(meaning->meaning)) + "\n";
  }
  out +=
      ".SH ENVIRONMENT\n"
      ".TP\n\\fBDRAAS_SERVER\\fR\nAddress of the control plane.\n"
      ".TP\n\\fBDRAAS_API_KEY\\fR\nThe key that it asks for.\n"
      ".TP\n\\fBDRAAS_CONFIG\\fR\nThe file of contexts instead of ~/.config/draas/config.yaml.\n"
      ".TP\n\\fBNO_COLOR\\fR\nNo colours.\n"
      ".TP\n\\fBEDITOR\\fR, \\fBVISUAL\\fR\nThe editor of \\fBdraas edit\\fR.\n"
      ".SH FILES\n.TP\n\\fB~/.config/draas/config.yaml\\fR\nContexts: addresses and keys; readable by its owner "
      "alone.\n";
  return out;
}

}  // namespace draas::cli
