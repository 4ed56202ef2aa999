#include <algorithm>
#include <array>

#include "drasi/aliases.hpp"
#include "drasi/config_value.hpp"
#include "drasi/configuration.hpp"

namespace draas::drasi {
namespace {

constexpr std::string_view kMask = "***";

constexpr std::array<std::string_view, 13> kEndings = {
    "password",  "passwd",     "passphrase", "pwd",       "secret",           "token",     "apikey",
    "accesskey", "accountkey", "privatekey", "sharedkey", "connectionstring", "credential"};
constexpr std::array<std::string_view, 6> kNames = {"key", "authorization", "credentials", "cookie", "sas", "auth"};

// "scheme://user:password@host" with the password masked.
std::string mask_url(const std::string& text) {
  std::string result;
  std::size_t at = 0;
  for (std::size_t scheme = text.find("://"); scheme != std::string::npos; scheme = text.find("://", at)) {
    const std::size_t begin = scheme + 3;
    const std::size_t end = std::min(text.find_first_of("/?# \t\r\n\"'", begin), text.size());
    const std::size_t at_sign = text.substr(begin, end - begin).rfind('@');
    const std::size_t colon = text.find(':', begin);
    if (at_sign != std::string::npos && colon < begin + at_sign) {
      result.append(text, at, colon + 1 - at).append(kMask);
      at = begin + at_sign;
    } else {
      result.append(text, at, begin - at);
      at = begin;
    }
  }
  return result.append(text, at);
}

// The value of a secret field: a reference says where the secret is, but its default is one.
Json masked_value(const Json& value) {
  if (value.is_null()) return value;
  const ConfigValue read = read_config_value(value);
  if (read.form == ConfigValue::Form::Secret) return value;
  if (read.form == ConfigValue::Form::Environment) {
    if (value.is_string())
      return read.fallback ? "${" + read.name + ":-" + std::string(kMask) + "}" : value.get<std::string>();
    Json result = value;
    if (read.fallback) result["default"] = kMask;
    return result;
  }
  if (value.is_object() && read.form == ConfigValue::Form::Plain) {
    Json result = Json::object();
    for (const auto& [key, inner] : value.items()) append_member(result, key, masked_value(inner));
    return result;
  }
  if (value.is_array()) {
    Json result = Json::array();
    for (const Json& inner : value) result.push_back(masked_value(inner));
    return result;
  }
  return kMask;
}

void collect_secrets(const Json& value, bool secret, std::vector<std::string>& found) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) collect_secrets(inner, secret || is_secret_field(key), found);
  } else if (value.is_array()) {
    for (const Json& inner : value) collect_secrets(inner, secret, found);
  } else if (secret && value.is_string()) {
    const ConfigValue read = read_config_value(value);
    found.push_back(read.fallback ? *read.fallback : value.get<std::string>());
  } else if (secret && value.is_number()) {
    found.push_back(value.dump());
  }
}

}  // namespace

bool is_secret_field(std::string_view name) {
  std::string plain = to_lower(name);
  std::erase_if(plain, [](char c) { return c == '_' || c == '-' || c == '.' || c == ' '; });
  return std::ranges::any_of(kEndings, [&](std::string_view ending) { return plain.ends_with(ending); }) ||
         std::ranges::find(kNames, plain) != kNames.end();
}

Json mask_secrets(const Json& document) {
  if (document.is_object()) {
    Json result = Json::object();
    for (const auto& [key, value] : document.items()) {
      // An object with fields of its own under such a name (`auth: {signature: ...}`) is looked into, not hidden.
      const bool secret = is_secret_field(key) && !(value.is_object() && !value.contains("kind"));
      append_member(result, key, secret ? masked_value(value) : mask_secrets(value));
    }
    return result;
  }
  if (document.is_array()) {
    Json result = Json::array();
    for (const Json& value : document) result.push_back(mask_secrets(value));
    return result;
  }
  if (document.is_string()) return mask_url(document.get_ref<const std::string&>());
  return document;
}

std::string without_secrets(std::string text, const Json& document) {
  std::vector<std::string> secrets;
  collect_secrets(document, false, secrets);
  // The longest first, so that no part of one is left where another is masked.
  std::ranges::sort(secrets, [](const auto& a, const auto& b) { return a.size() > b.size(); });
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kMask.size())) {
      text.replace(at, secret.size(), kMask);
    }
  }
  return mask_url(text);
}

}  // namespace draas::drasi
