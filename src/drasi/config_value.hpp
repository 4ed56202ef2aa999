#pragma once
// drasi-server's ConfigValue: a field that is either a plain value or names where the value comes from.
//   plain       5432, "localhost"
//   environment "${NAME}", "${NAME:-default}", {kind: EnvironmentVariable, name, default?}
//   secret      {kind: Secret, name}
// All functions are pure and thread-safe, and defined for every JSON value.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace draas::drasi {

struct ConfigValue {
  enum class Form { Plain, Environment, Secret, Malformed };
  Form form = Form::Plain;
  std::string name;                     // of the variable or secret
  std::optional<std::string> fallback;  // the environment form's default
  std::string problem;                  // Malformed: what is wrong, and what would be right
};

ConfigValue read_config_value(const Json& value);
// What is written plainly, or the default of what the environment may give; nothing where only that or a secret says.
std::optional<std::string> written_or_default(const Json& value);
// Does the value come from elsewhere, so that its text says nothing about what the server uses?
bool is_reference(const Json& value);
// The first `${NAME}` or `${NAME:-` inside a longer text, which drasi-server does not expand.
std::optional<std::string> embedded_reference(std::string_view text);

// The integer that `text` spells in full: digits with at most a leading minus, no leading zeros.
std::optional<std::int64_t> plain_integer(std::string_view text);
// An integral JSON number as a 64-bit integer; nullopt for all else.
std::optional<std::int64_t> as_integer(const Json& value);

// Reading of values whose shape is not known yet.
const std::string* as_text(const Json* value);
const Json* member(const Json& object, std::string_view key);
const std::string* text_member(const Json& object, std::string_view key);

// A null that lives as long as the program, for references to what is not there.
const Json& absent();

// Adds a member without looking for one of the same name, which would make copying an object quadratic in its size. The
// caller knows that there is none.
void append_member(Json& object, std::string key, Json value);

}  // namespace draas::drasi
