#include "base/settings.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <unistd.h>

#include "base/files.hpp"
#include "base/json_reader.hpp"
#include "base/settings_file.hpp"
#include "base/settings_value.hpp"

namespace draas {
namespace {

constexpr std::size_t kMaxFileBytes = 1U << 20U;

using Segments = std::vector<std::string>;

Segments split(std::string_view text, std::string_view separator) {
  Segments segments;
  for (;;) {
    const std::size_t at = text.find(separator);
    segments.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return segments;
    text.remove_prefix(at + separator.size());
  }
}

std::string joined(const Segments& segments, std::string_view separator, std::size_t first = 0) {
  std::string text;
  for (std::size_t i = first; i < segments.size(); ++i) {
    if (i > first) text += separator;
    text += segments[i];
  }
  return text;
}

std::string pointer_to(const Segments& segments) {
  std::string pointer;
  for (const std::string& segment : segments) pointer.append("/").append(json_pointer_token(segment));
  return pointer;
}

// The declared keys as a tree: sections inside, keys at the ends.
struct KeyNode {
  std::string name;
  std::vector<KeyNode> children;
  const SettingDeclaration* declaration = nullptr;

  const KeyNode* find(std::string_view wanted) const {
    const auto found = std::find_if(children.begin(), children.end(),
                                    [&](const KeyNode& child) { return equal_ignoring_case(child.name, wanted); });
    return found == children.end() ? nullptr : &*found;
  }

  KeyNode& find_or_add(const std::string& wanted) {
    for (KeyNode& child : children) {
      if (child.name == wanted) return child;
    }
    return children.emplace_back(KeyNode{wanted, {}, nullptr});
  }
};

std::unexpected<Error> error_of(std::vector<Fault> faults) {
  std::string message;
  if (faults.size() == 1) {
    message = faults.front().message;
  } else {
    message = "the settings have " + std::to_string(faults.size()) + " faults:";
    for (const Fault& fault : faults) message += "\n  " + fault.message;
  }
  return fail(ErrorCode::InvalidArgument, std::move(message), std::move(faults));
}

}  // namespace

// Applies one layer after the other to the defaults.
class SettingsLoader {
 public:
  explicit SettingsLoader(std::vector<SettingDeclaration> declarations) {
    settings_.declarations_ = std::move(declarations);
    for (const SettingDeclaration& declaration : settings_.declarations_) {
      KeyNode* node = &root_;
      for (const std::string& segment : split(declaration.key, ".")) node = &node->find_or_add(segment);
      node->declaration = &declaration;
      settings_.values_[declaration.key] = SettingValue{declaration.default_value, "default"};
    }
  }

  Status apply_file(const SettingsSources& sources) {
    std::filesystem::path path;
    if (sources.file) {
      path = *sources.file;
    } else {
      for (const auto& candidate : sources.default_files) {
        std::error_code unreadable;
        if (!std::filesystem::exists(candidate, unreadable)) continue;
        path = candidate;
        break;
      }
      if (path.empty()) return {};
    }
    const auto text = read_file(path, kMaxFileBytes);
    if (!text) return std::unexpected(Error(text.error()).with_context("the settings file cannot be read"));
    settings_.file_ = path;
    file_name_ = path.string();
    auto document = parse_settings_text(*text);
    if (!document) {
      faults_.push_back(Fault{"", file_name_ + ": " + document.error().message});
      return {};
    }
    for (const YamlMark& mark : document->marks) lines_[mark.path] = mark.key_line;
    if (document->value.is_object()) {
      apply_section(root_, document->value, {}, "");
    } else if (!document->value.is_null()) {
      faults_.push_back(Fault{"", file_name_ + ":1: must be a mapping of sections"});
    }
    return {};
  }

  void apply_environment(const SettingsSources& sources) {
    for (const auto& [alias, key] : sources.environment_aliases) {
      for (const auto& [variable, value] : sources.environment) {
        if (variable == alias && !value.empty()) apply_text(split(key, "."), value, "environment " + alias);
      }
    }
    std::vector<std::pair<Segments, const std::pair<std::string, std::string>*>> found;
    for (const auto& entry : sources.environment) {
      Segments segments = split(entry.first, "__");
      const KeyNode* top = root_.find(segments.front());
      // One name alone is ours only when it is a key: a variable SERVER or STORE may mean anything.
      if (top != nullptr && (segments.size() > 1 || top->declaration != nullptr)) {
        found.emplace_back(std::move(segments), &entry);
      }
    }
    // A whole list or map comes before its single entries, whatever the order of the environment.
    std::sort(found.begin(), found.end(), [](const auto& left, const auto& right) {
      return std::pair(left.first.size(), left.first) < std::pair(right.first.size(), right.first);
    });
    for (const auto& [segments, entry] : found) apply_text(segments, entry->second, "environment " + entry->first);
  }

  void apply_flags(const SettingsSources& sources) {
    for (const SettingFlag& flag : sources.flags) {
      const bool has_colon = flag.key.find(':') != std::string::npos;
      apply_text(split(flag.key, has_colon ? ":" : "."), flag.value, "flag " + flag.shown);
    }
  }

  Result<Settings> finish() && {
    if (!faults_.empty()) return error_of(std::move(faults_));
    return std::move(settings_);
  }

 private:
  void add_fault(const Segments& segments, const std::string& place, const std::string& reason) {
    faults_.push_back(Fault{pointer_to(segments), place + ": " + joined(segments, ".") + ": " + reason});
  }

  std::string place_in_file(const std::string& pointer) const {
    const auto found = lines_.find(pointer);
    return found == lines_.end() ? file_name_ : file_name_ + ":" + std::to_string(found->second);
  }

  // `node` is the last node that was found; `unknown` the name that is none of its children.
  std::string unknown_reason(const KeyNode& node, const std::string& prefix, const std::string& unknown) const {
    Segments names;
    for (const KeyNode& child : node.children) names.push_back(child.name);
    std::string nearest = nearest_name(unknown, names);
    if (!nearest.empty()) {
      nearest.insert(0, prefix);
    } else {
      for (const SettingDeclaration& declaration : settings_.declarations_) {
        const std::size_t dot = declaration.key.rfind('.');
        if (equal_ignoring_case(std::string_view(declaration.key).substr(dot + 1), unknown)) nearest = declaration.key;
      }
    }
    return nearest.empty() ? "unknown key" : "unknown key; did you mean '" + nearest + "'?";
  }

  // Follows `segments` as far as they are declared. Reports what is not.
  struct Position {
    const KeyNode* node = nullptr;  // nullptr: reported
    std::size_t used = 0;           // segments up to and including `node`
  };
  Position locate(const KeyNode& from, const Segments& all, std::size_t first, const std::string& place) {
    const KeyNode* node = &from;
    std::string prefix;
    for (std::size_t i = 0; i < first; ++i) prefix += all[i] + ".";
    for (std::size_t i = first; i < all.size(); ++i) {
      if (node->declaration != nullptr) {
        const SettingType type = node->declaration->type;
        if (type == SettingType::TextMap || type == SettingType::TextList || type == SettingType::Object) {
          return {node, i};
        }
        add_fault(all, place, "'" + node->declaration->key + "' is a single value, not a section");
        return {};
      }
      const KeyNode* child = node->find(all[i]);
      if (child == nullptr) {
        add_fault(all, place, unknown_reason(*node, prefix, all[i]));
        return {};
      }
      node = child;
      prefix += child->name + ".";
    }
    return {node, all.size()};
  }

  void apply_section(const KeyNode& node, const Json& section, const Segments& above, const std::string& pointer) {
    for (const auto& [key, member] : section.get_ref<const Json::object_t&>()) {
      const std::string member_pointer = pointer + "/" + json_pointer_token(key);
      const std::string place = place_in_file(member_pointer);
      Segments all = above;
      // "Section:Name" is one key of a .NET file.
      for (std::string& segment : split(key, ":")) all.push_back(std::move(segment));
      const auto [found, used] = locate(node, all, above.size(), place);
      if (found == nullptr || member.is_null()) continue;
      if (found->declaration == nullptr) {
        if (member.is_object()) {
          apply_section(*found, member, all, member_pointer);
        } else {
          add_fault(all, place, "is a section; its keys are expected below it");
        }
      } else if (used < all.size()) {
        const Json entry = member.is_string() ? member : Json(to_text(member));
        set_entry(*found->declaration, all, used, entry.get_ref<const std::string&>(), place);
      } else {
        set_value(*found->declaration, all, setting_from_document(*found->declaration, member), place);
      }
    }
  }

  void apply_text(const Segments& segments, const std::string& text, const std::string& place) {
    const auto [found, used] = locate(root_, segments, 0, place);
    if (found == nullptr) return;
    if (found->declaration == nullptr) {
      add_fault(segments, place, "is a section, not a key");
    } else if (used < segments.size()) {
      set_entry(*found->declaration, segments, used, text, place);
    } else {
      set_value(*found->declaration, segments, setting_from_text(*found->declaration, text), place);
    }
  }

  void set_value(const SettingDeclaration& declaration, const Segments& segments, Result<Json> value,
                 const std::string& place) {
    if (!value) {
      add_fault(segments, place, value.error().message);
      return;
    }
    SettingValue& target = settings_.values_[declaration.key];
    // Maps grow layer by layer; everything else is replaced.
    if (declaration.type == SettingType::TextMap && target.value.is_object()) {
      for (auto& [name, entry] : value->get_ref<Json::object_t&>()) target.value[name] = std::move(entry);
      add_source(target, place);
    } else {
      target = SettingValue{std::move(*value), place};
    }
  }

  // One entry of a map, or one element of a list by its index; its name is what follows the first `used` segments.
  void set_entry(const SettingDeclaration& declaration, const Segments& segments, std::size_t used,
                 const std::string& text, const std::string& place) {
    if (declaration.type == SettingType::Object) {
      set_member(declaration, segments, used, text, place);
      return;
    }
    auto element = setting_element(declaration, text);
    if (!element) {
      add_fault(segments, place, element.error().message);
      return;
    }
    SettingValue& target = settings_.values_[declaration.key];
    const std::string name = joined(segments, ":", used);
    if (declaration.type == SettingType::TextMap) {
      if (!target.value.is_object()) target.value = Json::object();
      target.value[name] = std::move(*element);
    } else {
      if (!target.value.is_array()) target.value = Json::array();
      std::size_t index = 0;
      const char* const end = name.data() + name.size();
      const auto [stop, error] = std::from_chars(name.data(), end, index);
      if (error != std::errc{} || stop != end || index > target.value.size()) {
        add_fault(segments, place, "'" + name + "' is not an index of this list, nor the next one");
        return;
      }
      if (index == target.value.size()) {
        target.value.push_back(std::move(*element));
      } else {
        target.value[index] = std::move(*element);
      }
    }
    add_source(target, place);
  }

  // A member of an object, however deep; what is between is an object, too.
  void set_member(const SettingDeclaration& declaration, const Segments& segments, std::size_t used,
                  const std::string& text, const std::string& place) {
    SettingValue& target = settings_.values_[declaration.key];
    Json* member = &target.value;
    for (std::size_t i = used; i < segments.size(); ++i) {
      if (!member->is_object()) *member = Json::object();
      member = &(*member)[segments[i]];
    }
    *member = text;
    add_source(target, place);
  }

  static void add_source(SettingValue& target, const std::string& place) {
    target.source = target.source == "default" ? place : target.source + ", " + place;
  }

  KeyNode root_;
  Settings settings_;
  std::string file_name_;
  std::map<std::string, int> lines_;
  std::vector<Fault> faults_;
};

const SettingValue& Settings::at(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) throw std::out_of_range("undeclared setting: " + std::string(key));
  return found->second;
}

std::string Settings::text(std::string_view key) const { return at(key).value.get<std::string>(); }
std::int64_t Settings::integer(std::string_view key) const { return at(key).value.get<std::int64_t>(); }
double Settings::number(std::string_view key) const { return at(key).value.get<double>(); }
bool Settings::boolean(std::string_view key) const { return at(key).value.get<bool>(); }
Duration Settings::duration(std::string_view key) const { return Duration(integer(key)); }

std::vector<std::string> Settings::text_list(std::string_view key) const {
  return at(key).value.get<std::vector<std::string>>();
}

std::map<std::string, std::string> Settings::text_map(std::string_view key) const {
  std::map<std::string, std::string> entries;
  for (const auto& [name, value] : at(key).value.get_ref<const Json::object_t&>()) {
    entries.emplace(name, value.get<std::string>());
  }
  return entries;
}

Result<Settings> load_settings(std::vector<SettingDeclaration> declarations, const SettingsSources& sources) {
  SettingsLoader loader(std::move(declarations));
  if (Status read = loader.apply_file(sources); !read) return std::unexpected(std::move(read).error());
  loader.apply_environment(sources);
  loader.apply_flags(sources);
  return std::move(loader).finish();
}

std::unexpected<Error> settings_error(const Settings& settings,
                                      const std::vector<std::pair<std::string, std::string>>& faults) {
  std::vector<Fault> placed;
  placed.reserve(faults.size());
  for (const auto& [key, reason] : faults) {
    std::string message = settings.at(key).source;
    message.append(": ").append(key).append(": ").append(reason);
    placed.push_back(Fault{pointer_to(split(key, ".")), std::move(message)});
  }
  return error_of(std::move(placed));
}

std::optional<SettingFlag> parse_setting_flag(std::string_view argument) {
  if (!argument.starts_with("--")) return std::nullopt;
  const std::size_t equals = argument.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view key = argument.substr(2, equals - 2);
  // Keys outside of any section (DataDirectory) are told from other options by their capital letter.
  const bool capital = !key.empty() && key.front() >= 'A' && key.front() <= 'Z';
  if (key.find_first_of(":.") == std::string_view::npos && !capital) return std::nullopt;
  return SettingFlag{std::string(key), std::string(argument.substr(equals + 1)),
                     std::string(argument.substr(0, equals))};
}

std::vector<std::pair<std::string, std::string>> current_environment() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace draas
