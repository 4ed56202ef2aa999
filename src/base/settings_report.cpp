// What is in force, and the reference of all keys.

#include <algorithm>

#include "base/settings.hpp"
#include "base/settings_value.hpp"
#include "base/yaml.hpp"

namespace draas {
namespace {

std::string one_line(const Json& shown) {
  if (shown.is_string()) {
    const auto& text = shown.get_ref<const std::string&>();
    return text.empty() ? "\"\"" : text;
  }
  return to_text(shown);
}

std::vector<std::string> sections_of(const std::string& key) {
  std::vector<std::string> sections;
  std::size_t start = 0;
  for (std::size_t dot = key.find('.'); dot != std::string::npos; dot = key.find('.', start)) {
    sections.push_back(key.substr(start, dot - start));
    start = dot + 1;
  }
  return sections;
}

std::string name_of(const std::string& key) { return key.substr(key.rfind('.') + 1); }

// `text` with each of its lines behind `indent` blanks.
std::string indented(const std::string& text, std::size_t indent) {
  std::string out;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    if (end > start) out.append(indent, ' ').append(text, start, end - start);
    out.push_back('\n');
    start = end + 1;
  }
  return out;
}

std::string escaped_for_table(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) text.insert(at, "\\");
  return text;
}

}  // namespace

std::string Settings::describe_as_text() const {
  struct Row {
    std::string key;
    std::string value;
    std::string source;
  };
  std::vector<Row> rows;
  std::size_t key_width = 0;
  std::size_t value_width = 0;
  constexpr std::size_t kWidestValue = 48;  // longer ones push their source aside, not everybody's
  for (const SettingDeclaration& declaration : declarations_) {
    const SettingValue& value = at(declaration.key);
    Row row{declaration.key, one_line(shown_setting(declaration, value.value)), value.source};
    key_width = std::max(key_width, row.key.size());
    value_width = std::max(value_width, std::min(row.value.size(), kWidestValue));
    rows.push_back(std::move(row));
  }
  std::string text;
  for (const Row& row : rows) {
    text += row.key + std::string(key_width - row.key.size() + 2, ' ') + row.value;
    text += std::string(row.value.size() < value_width ? value_width - row.value.size() : 0, ' ') + "  " + row.source +
            "\n";
  }
  return text;
}

std::string Settings::describe_as_yaml() const {
  std::string text;
  std::vector<std::string> open;
  for (const SettingDeclaration& declaration : declarations_) {
    const SettingValue& value = at(declaration.key);
    const std::vector<std::string> sections = sections_of(declaration.key);
    std::size_t common = 0;
    while (common < std::min(open.size(), sections.size()) && open[common] == sections[common]) ++common;
    open.resize(common);
    for (; common < sections.size(); ++common) {
      text += std::string(common * 2, ' ') + sections[common] + ":\n";
      open.push_back(sections[common]);
    }
    const Json member{{name_of(declaration.key), shown_setting(declaration, value.value)}};
    std::string lines = indented(to_yaml(member), sections.size() * 2);
    lines.insert(lines.find('\n'), "  # " + value.source);
    text += lines;
  }
  return text;
}

Json Settings::describe_as_json() const {
  Json rows = Json::array();
  for (const SettingDeclaration& declaration : declarations_) {
    const SettingValue& value = at(declaration.key);
    rows.push_back({{"key", declaration.key},
                    {"value", shown_setting(declaration, value.value)},
                    {"source", value.source},
                    {"default", shown_setting(declaration, declaration.default_value)},
                    {"documentation", declaration.documentation}});
  }
  return rows;
}

std::string settings_reference(const std::vector<SettingDeclaration>& declarations) {
  std::string text;
  std::string section;
  bool is_first = true;
  for (const SettingDeclaration& declaration : declarations) {
    const std::size_t dot = declaration.key.find('.');
    const std::string own = dot == std::string::npos ? "" : declaration.key.substr(0, dot);
    if (is_first || own != section) {
      text += is_first ? "" : "\n";
      text += "## " + (own.empty() ? std::string("Top level") : own) +
              "\n\n| key | type | default | meaning |\n|---|---|---|---|\n";
    }
    is_first = false;
    section = own;
    text += "| `" + declaration.key + "` | " + std::string(to_string(declaration.type)) + " | `" +
            escaped_for_table(one_line(shown_setting(declaration, declaration.default_value))) + "` | " +
            escaped_for_table(declaration.documentation) + " |\n";
  }
  return text;
}

}  // namespace draas
