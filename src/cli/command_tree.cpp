#include "cli/command_tree.hpp"

#include <algorithm>

namespace draas::cli {
namespace {

constexpr std::string_view kExamples = "Examples:\n";

// "FORMAT:{table,json}" -> "FORMAT"; validators describe themselves behind the colon.
std::string type_of(const CLI::Option& option) {
  const std::string whole = option.get_type_name();
  return whole.substr(0, whole.find_first_of(":{"));
}

// The words that a validator of a closed set admits.
std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string whole = option.get_type_name();
  const std::size_t begin = whole.find('{');
  const std::size_t end = whole.find('}');
  std::vector<std::string> words;
  if (begin == std::string::npos || end == std::string::npos) return words;
  std::string word;
  for (const char c : whole.substr(begin + 1, end - begin - 1) + ",") {
    if (c == ',') {
      words.push_back(std::move(word));
      word.clear();
    } else {
      word += c;
    }
  }
  return words;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

bool is_shown(const CLI::Option& option) {
  return !option.get_group().empty() && option.get_name(false, true).find("--help") == std::string::npos;
}

const CLI::Option* option_named(const CLI::App& command, const std::string& word) {
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      const bool longer = word.starts_with("--") && option->check_lname(word.substr(2));
      const bool shorter =
          word.size() == 2 && word.front() == '-' && word[1] != '-' && option->check_sname(word.substr(1));
      if (longer || shorter) return option;
    }
  }
  return nullptr;
}

const CLI::App* child_named(const CLI::App& command, const std::string& word) {
  const auto found = command.get_subcommands([&](const CLI::App* child) { return child->check_name(word); });
  return found.empty() ? nullptr : found.front();
}

void offer(const CLI::Option& option, Completions& out) {
  out.words = choices_of(option);
  if (out.words.empty()) out.kind = type_of(option);
  if (out.kind == "FORMAT") out.words = {"table", "wide", "json", "yaml", "name", "jsonpath="};
}

}  // namespace

std::vector<const CLI::App*> shown_commands(const CLI::App& application) {
  std::vector<const CLI::App*> commands;
  for (const CLI::App* command : application.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty() && !command->get_name().empty()) commands.push_back(command);
  }
  return commands;
}

std::vector<OptionText> option_texts(const CLI::App& command) {
  std::vector<OptionText> texts;
  for (const bool positional : {true, false}) {
    for (const CLI::Option* option : command.get_options()) {
      if (!is_shown(*option) || option->nonpositional() == positional) continue;
      OptionText text;
      text.positional = positional;
      text.required = option->get_required();
      const std::string type = type_of(*option);
      if (positional) {
        text.names = type.empty() ? option->get_name(true) : type;
        if (option->get_expected_max() > 1) text.names += "...";
      } else {
        for (const std::string& name : option->get_snames()) text.names += "-" + name + ", ";
        for (const std::string& name : option->get_lnames()) text.names += "--" + name + ", ";
        text.names.resize(text.names.size() - 2);
        if (takes_value(*option) && !type.empty()) text.names += " " + type;
      }
      text.description = option->get_description();
      if (!option->get_default_str().empty()) text.description += " (default: " + option->get_default_str() + ")";
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

std::string full_name(const CLI::App& command) {
  if (command.get_parent() == nullptr) return command.get_name();
  return full_name(*command.get_parent()) + " " + command.get_name();
}

std::string usage_of(const CLI::App& command) {
  std::string usage = full_name(command);
  bool optional = false;
  std::string positional;
  for (const OptionText& option : option_texts(command)) {
    if (!option.positional && option.required) {
      const std::size_t name = option.names.find("--");
      usage += " " + option.names.substr(name == std::string::npos ? 0 : name);
    } else if (!option.positional) {
      optional = true;
    } else {
      positional += option.required ? " " + option.names : " [" + option.names + "]";
    }
  }
  if (optional) usage += " [OPTIONS]";
  usage += positional;
  if (!shown_commands(command).empty()) usage += " COMMAND";
  return usage;
}

std::string examples_of(const CLI::App& command) {
  const std::string footer = command.get_footer();
  if (!footer.starts_with(kExamples)) return {};
  return footer.substr(kExamples.size());
}

Completions complete(const CLI::App& application, const std::vector<std::string>& words) {
  Completions out;
  if (words.empty()) return out;
  const CLI::App* command = &application;
  const CLI::Option* awaiting = nullptr;
  std::size_t positionals = 0;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (awaiting != nullptr) {
      awaiting = nullptr;
    } else if (word.starts_with('-') && word.size() > 1) {
      const CLI::Option* option = option_named(*command, word);
      if (option != nullptr && takes_value(*option)) awaiting = option;
    } else if (const CLI::App* chosen = child_named(*command, word); chosen != nullptr) {
      command = chosen;
    } else {
      ++positionals;
    }
  }
  if (awaiting != nullptr) {
    offer(*awaiting, out);
    return out;
  }
  const std::string& current = words.back();
  if (current.starts_with('-')) {
    for (const CLI::App* app = command; app != nullptr; app = app->get_parent()) {
      for (const CLI::Option* option : app->get_options()) {
        if (option->get_group().empty()) continue;
        for (const std::string& name : option->get_lnames()) out.words.push_back("--" + name);
      }
    }
    return out;
  }
  for (const CLI::App* child : shown_commands(*command)) out.words.push_back(child->get_name());
  if (!out.words.empty()) return out;
  // The place among the positional values; the last one may take several.
  std::size_t place = 0;
  for (const CLI::Option* option : command->get_options()) {
    if (option->nonpositional()) continue;
    if (place++ == positionals || option->get_expected_max() > 1) {
      offer(*option, out);
      return out;
    }
  }
  return out;
}

}  // namespace draas::cli
