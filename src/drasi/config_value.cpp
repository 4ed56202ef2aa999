#include "drasi/config_value.hpp"

#include <charconv>
#include <limits>

namespace draas::drasi {
namespace {

bool is_name_start(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool is_name_character(char c) { return is_name_start(c) || (c >= '0' && c <= '9') || c == '.' || c == '-'; }

bool is_variable_name(std::string_view name) {
  if (name.empty() || !is_name_start(name.front())) return false;
  for (char c : name) {
    if (!is_name_character(c)) return false;
  }
  return true;
}

ConfigValue malformed(std::string problem) {
  ConfigValue result;
  result.form = ConfigValue::Form::Malformed;
  result.problem = std::move(problem);
  return result;
}

// drasi-server takes everything between the first two and the last character as one reference.
ConfigValue read_text(const std::string& text) {
  if (!text.starts_with("${") || !text.ends_with('}')) return {};
  const std::string_view inner = std::string_view(text).substr(2, text.size() - 3);
  const std::size_t separator = inner.find(":-");
  const std::string_view name = inner.substr(0, separator);
  if (!is_variable_name(name)) {
    return malformed("'" + text + "' is read as one environment variable named '" + std::string(name) +
                     "'; a value is either plain or exactly one ${NAME} or ${NAME:-default}");
  }
  ConfigValue result;
  result.form = ConfigValue::Form::Environment;
  result.name = name;
  if (separator != std::string_view::npos) {
    result.fallback = std::string(inner.substr(separator + 2));
    if (embedded_reference(*result.fallback)) {
      return malformed(
          "The default of '" + result.name +
          "' holds another reference, which is not expanded; use one ${NAME:-default} with a plain default");
    }
  }
  return result;
}

ConfigValue read_object(const Json& object) {
  const Json* kind = member(object, "kind");
  const std::string* kind_text = as_text(kind);
  if (kind_text == nullptr) return {};
  const bool environment = *kind_text == "EnvironmentVariable";
  if (!environment && *kind_text != "Secret") {
    return malformed("A value's 'kind' is EnvironmentVariable or Secret (exact case), not '" + *kind_text + "'");
  }
  const std::string* name = text_member(object, "name");
  if (name == nullptr || name->empty()) return malformed("A " + *kind_text + " reference needs a 'name'");
  ConfigValue result;
  result.form = environment ? ConfigValue::Form::Environment : ConfigValue::Form::Secret;
  result.name = *name;
  if (const Json* fallback = environment ? member(object, "default") : nullptr;
      fallback != nullptr && !fallback->is_null()) {
    if (const std::string* text = as_text(fallback)) {
      result.fallback = *text;
    } else if (auto integer = as_integer(*fallback)) {
      result.fallback = std::to_string(*integer);
    } else {
      return malformed("The 'default' of an EnvironmentVariable reference is text: put it in quotes");
    }
  }
  return result;
}

}  // namespace

ConfigValue read_config_value(const Json& value) {
  if (value.is_string()) return read_text(value.get_ref<const std::string&>());
  if (value.is_object()) return read_object(value);
  return {};
}

bool is_reference(const Json& value) {
  const ConfigValue::Form form = read_config_value(value).form;
  return form == ConfigValue::Form::Environment || form == ConfigValue::Form::Secret;
}

std::optional<std::string> embedded_reference(std::string_view text) {
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    std::size_t end = at + 2;
    while (end < text.size() && is_name_character(text[end])) ++end;
    const std::string_view name = text.substr(at + 2, end - at - 2);
    const bool closed = end < text.size() && (text[end] == '}' || text.substr(end, 2) == ":-");
    if (closed && is_variable_name(name)) return std::string(name);
  }
  return std::nullopt;
}

std::optional<std::int64_t> plain_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (std::to_string(number) != text) return std::nullopt;
  return number;
}

std::optional<std::int64_t> as_integer(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  return std::nullopt;
}

const std::string* as_text(const Json* value) {
  return value != nullptr && value->is_string() ? &value->get_ref<const std::string&>() : nullptr;
}

const Json* member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

const std::string* text_member(const Json& object, std::string_view key) { return as_text(member(object, key)); }

const Json& absent() {
  static const Json value;
  return value;
}

void append_member(Json& object, std::string key, Json value) {
  object.get_ref<Json::object_t&>().emplace_back(std::move(key), std::move(value));
}

std::optional<std::string> written_or_default(const Json& value) {
  const ConfigValue read = read_config_value(value);
  if (read.form == ConfigValue::Form::Environment) return read.fallback;
  const std::string* text = as_text(&value);
  return text != nullptr ? std::optional(*text) : std::nullopt;
}

}  // namespace draas::drasi
