#include "base/settings_value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace draas {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string quoted(const SettingDeclaration& declaration, std::string_view text) {
  if (declaration.secret) return "the value";
  return "'" + std::string(text.substr(0, 200)) + "'";
}

std::unexpected<Error> bad(std::string reason) { return fail(ErrorCode::InvalidArgument, std::move(reason)); }

std::string amount_text(const SettingDeclaration& declaration, double amount) {
  if (declaration.type == SettingType::Duration) return to_text(Duration(static_cast<std::int64_t>(amount)));
  if (std::trunc(amount) == amount && std::abs(amount) < 1e15) return std::to_string(static_cast<std::int64_t>(amount));
  return to_text(Json(amount));
}

// The limits and checks that hold for the canonical value.
Result<Json> checked(const SettingDeclaration& declaration, Json value) {
  if (value.is_number()) {
    const double amount = value.get<double>();
    if (declaration.min && amount < *declaration.min) {
      return bad("must be at least " + amount_text(declaration, *declaration.min));
    }
    if (declaration.max && amount > *declaration.max) {
      return bad("must be at most " + amount_text(declaration, *declaration.max));
    }
  }
  if (declaration.check) {
    std::string reason = declaration.check(value);
    if (!reason.empty()) return bad(std::move(reason));
  }
  return value;
}

template <class T>
std::optional<T> parse_whole(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto amount = parse_whole<std::int64_t>(text.substr(0, digits));
  if (!amount) return std::nullopt;
  const std::string_view unit = trimmed(text.substr(digits));
  std::int64_t factor = 0;
  if (unit.empty() || equal_ignoring_case(unit, "b")) {
    factor = 1;
  } else if (equal_ignoring_case(unit, "kib") || equal_ignoring_case(unit, "kb")) {
    factor = std::int64_t{1} << 10U;
  } else if (equal_ignoring_case(unit, "mib") || equal_ignoring_case(unit, "mb")) {
    factor = std::int64_t{1} << 20U;
  } else if (equal_ignoring_case(unit, "gib") || equal_ignoring_case(unit, "gb")) {
    factor = std::int64_t{1} << 30U;
  }
  if (factor == 0 || *amount > std::numeric_limits<std::int64_t>::max() / factor) return std::nullopt;
  return *amount * factor;
}

Result<Json> json_from_text(const SettingDeclaration& declaration, std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed) return bad(parsed.error().message);
  if (declaration.type == SettingType::TextList ? !parsed->is_array() : !parsed->is_object()) {
    return bad(declaration.type == SettingType::TextList ? "must be a list" : "must be a mapping");
  }
  return setting_from_document(declaration, *parsed);
}

Result<Json> list_from_text(const SettingDeclaration& declaration, std::string_view text) {
  Json list = Json::array();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(";,"), text.size());
    const std::string_view element = trimmed(text.substr(0, end));
    if (!element.empty()) {
      auto converted = setting_element(declaration, element);
      if (!converted) return converted;
      list.push_back(std::move(*converted));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return checked(declaration, std::move(list));
}

Result<Json> map_from_text(const SettingDeclaration& declaration, std::string_view text) {
  Json map = Json::object();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view entry = trimmed(text.substr(0, end));
    if (!entry.empty()) {
      const std::size_t equals = entry.find('=');
      if (equals == std::string_view::npos || equals == 0) return bad("must be NAME=value, separated by ';'");
      auto converted = setting_element(declaration, entry.substr(equals + 1));
      if (!converted) return converted;
      map[std::string(entry.substr(0, equals))] = std::move(*converted);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return checked(declaration, std::move(map));
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (equal_ignoring_case(text, "true") || text == "1") return true;
  if (equal_ignoring_case(text, "false") || text == "0") return false;
  return std::nullopt;
}

// A scalar of a document as the text it would have been on a command line.
std::optional<std::string> scalar_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return to_text(value);
  return std::nullopt;
}

Result<Json> list_from_document(const SettingDeclaration& declaration, const Json& value) {
  Json list = Json::array();
  for (const Json& element : value) {
    const auto text = scalar_text(element);
    if (!text) return bad("must be a list of texts");
    auto converted = setting_element(declaration, *text);
    if (!converted) return converted;
    list.push_back(std::move(*converted));
  }
  return checked(declaration, std::move(list));
}

Result<Json> map_from_document(const SettingDeclaration& declaration, const Json& value) {
  Json map = Json::object();
  for (const auto& [name, element] : value.get_ref<const Json::object_t&>()) {
    const auto text = scalar_text(element);
    if (!text) return bad("must map names to texts; '" + name + "' does not");
    auto converted = setting_element(declaration, *text);
    if (!converted) return bad("'" + name + "': " + converted.error().message);
    map[name] = std::move(*converted);
  }
  return checked(declaration, std::move(map));
}

}  // namespace

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

Result<Json> setting_element(const SettingDeclaration& declaration, std::string_view text) {
  if (declaration.choices.empty()) return Json(std::string(text));
  std::string all;
  for (const std::string& choice : declaration.choices) {
    if (equal_ignoring_case(choice, text)) return Json(choice);
    all += (all.empty() ? "" : ", ") + choice;
  }
  return bad(quoted(declaration, text) + " is not one of " + all);
}

Result<Json> setting_from_text(const SettingDeclaration& declaration, std::string_view text) {
  const std::string_view word = trimmed(text);
  switch (declaration.type) {
    case SettingType::Text: {
      auto element = setting_element(declaration, text);
      if (!element) return element;
      return checked(declaration, std::move(*element));
    }
    case SettingType::Integer: {
      const auto value = parse_whole<std::int64_t>(word);
      if (!value) return bad(quoted(declaration, text) + " is not an integer");
      return checked(declaration, Json(*value));
    }
    case SettingType::Number: {
      const auto value = parse_whole<double>(word);
      if (!value || !std::isfinite(*value)) return bad(quoted(declaration, text) + " is not a number");
      return checked(declaration, Json(*value));
    }
    case SettingType::Boolean: {
      const auto value = parse_boolean(word);
      if (!value) return bad(quoted(declaration, text) + " is neither true nor false");
      return checked(declaration, Json(*value));
    }
    case SettingType::Duration: {
      const auto value = parse_duration(word);
      if (!value) return bad(quoted(declaration, text) + " is not a duration such as 30s, 500ms, 1h30m or 00:00:30");
      return checked(declaration, Json(value->count()));
    }
    case SettingType::Bytes: {
      const auto value = parse_bytes(word);
      if (!value) return bad(quoted(declaration, text) + " is not a number of bytes such as 1048576, 10MiB or 2GiB");
      return checked(declaration, Json(*value));
    }
    case SettingType::TextList:
      if (word.starts_with('[')) return json_from_text(declaration, word);
      return list_from_text(declaration, text);
    case SettingType::TextMap:
      if (word.starts_with('{')) return json_from_text(declaration, word);
      return map_from_text(declaration, text);
    case SettingType::Object:
      return json_from_text(declaration, word);
  }
  return bad("has no type");
}

Result<Json> setting_from_document(const SettingDeclaration& declaration, const Json& value) {
  const auto text = scalar_text(value);
  switch (declaration.type) {
    case SettingType::TextList:
      if (value.is_array()) return list_from_document(declaration, value);
      if (!text) return bad("must be a list");
      return setting_from_text(declaration, *text);
    case SettingType::TextMap:
      if (value.is_object()) return map_from_document(declaration, value);
      if (!text || !value.is_string()) return bad("must be a mapping of names to texts");
      return setting_from_text(declaration, *text);
    case SettingType::Object:
      if (!value.is_object()) return bad("must be a mapping");
      return checked(declaration, value);
    default:
      if (!text) return bad("must be a single value, not a " + std::string(value.is_array() ? "list" : "mapping"));
      return setting_from_text(declaration, *text);
  }
}

Json shown_setting(const SettingDeclaration& declaration, const Json& value) {
  const bool is_set = !(value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty()));
  if (declaration.secret && is_set) return Json("***");
  if (declaration.type == SettingType::Duration && value.is_number()) {
    return Json(to_text(Duration(value.get<std::int64_t>())));
  }
  return value;
}

std::string_view to_string(SettingType type) {
  switch (type) {
    case SettingType::Text:
      return "text";
    case SettingType::Integer:
      return "integer";
    case SettingType::Number:
      return "number";
    case SettingType::Boolean:
      return "true/false";
    case SettingType::Duration:
      return "duration";
    case SettingType::Bytes:
      return "bytes";
    case SettingType::TextList:
      return "list";
    case SettingType::TextMap:
    case SettingType::Object:
      break;
  }
  return "mapping";
}

}  // namespace draas
