#include <charconv>
#include <cstdlib>

#include "simulator/configuration.hpp"

namespace draas::simulator {

namespace {

std::expected<std::string, std::string> environment_text(const ConfigValue& value) {
  if (const char* text = std::getenv(value.name.c_str())) return std::string(text);
  if (value.fallback) return *value.fallback;
  return std::unexpected("Environment variable '" + value.name + "' not found and no default provided");
}

std::string secret_refusal(const ConfigValue& value) {
  return "Not implemented: Secret resolution not yet implemented for '" + value.name + "'";
}

bool fits(const Json& value, std::string_view type) {
  if (type == "a string") return value.is_string();
  if (!value.is_number_integer() || (!value.is_number_unsigned() && value.get<std::int64_t>() < 0)) return false;
  return type != "u16" || value.get<std::uint64_t>() <= 65535;
}

}  // namespace

ConfigValue ConfigValue::literal(Json value) {
  ConfigValue out;
  out.value = std::move(value);
  return out;
}

Json ConfigValue::to_json() const {
  if (kind == Kind::Static) return value;
  Json out = {{"kind", kind == Kind::Secret ? "Secret" : "EnvironmentVariable"}, {"name", name}};
  if (fallback) out["default"] = *fallback;
  return out;
}

std::expected<ConfigValue, std::string> read_config_value(const Json& value, std::string_view type) {
  ConfigValue out;
  if (value.is_object() && value.contains("kind") && value["kind"].is_string()) {
    std::string kind = value["kind"].get<std::string>();
    if (kind != "Secret" && kind != "EnvironmentVariable") return std::unexpected("Unknown kind: " + kind);
    if (!value.contains("name") || !value["name"].is_string()) return std::unexpected("missing field `name`");
    out.kind = kind == "Secret" ? ConfigValue::Kind::Secret : ConfigValue::Kind::Environment;
    out.name = value["name"].get<std::string>();
    if (out.kind == ConfigValue::Kind::Environment && value.contains("default") && value["default"].is_string()) {
      out.fallback = value["default"].get<std::string>();
    }
    return out;
  }
  if (value.is_string()) {
    std::string text = value.get<std::string>();
    if (text.size() >= 3 && text.starts_with("${") && text.ends_with('}')) {
      text = text.substr(2, text.size() - 3);
      out.kind = ConfigValue::Kind::Environment;
      auto separator = text.find(":-");
      out.name = text.substr(0, separator);
      if (separator != std::string::npos) out.fallback = text.substr(separator + 2);
      return out;
    }
  }
  if (fits(value, type)) return ConfigValue::literal(value);
  std::string_view problem = value.is_number_integer() && type != "a string" ? "invalid value: " : "invalid type: ";
  return std::unexpected("Failed to deserialize as static value: " + std::string(problem) + describe_value(value) +
                         ", expected " + std::string(type));
}

std::expected<std::string, std::string> resolve_string(const ConfigValue& value) {
  if (value.kind == ConfigValue::Kind::Secret) return std::unexpected(secret_refusal(value));
  if (value.kind == ConfigValue::Kind::Environment) return environment_text(value);
  return value.value.get<std::string>();
}

std::expected<std::uint64_t, std::string> resolve_unsigned(const ConfigValue& value, std::uint64_t maximum) {
  if (value.kind == ConfigValue::Kind::Secret) return std::unexpected(secret_refusal(value));
  if (value.kind == ConfigValue::Kind::Static) return value.value.get<std::uint64_t>();
  auto text = environment_text(value);
  if (!text) return std::unexpected(text.error());
  std::string start = "Failed to parse value: Failed to parse env var '" + value.name + "': ";
  if (text->empty()) return std::unexpected(start + "cannot parse integer from empty string");
  std::uint64_t number = 0;
  const char* end = text->data() + text->size();
  const char* begin = text->data() + (text->front() == '+' && text->size() > 1 ? 1 : 0);
  auto [stop, problem] = std::from_chars(begin, end, number);
  if (stop != end || problem == std::errc::invalid_argument) {
    return std::unexpected(start + "invalid digit found in string");
  }
  if (problem != std::errc{} || number > maximum) {
    return std::unexpected(start + "number too large to fit in target type");
  }
  return number;
}

}  // namespace draas::simulator
