#pragma once
// A settings file's text: YAML, or JSON as .NET's configuration reads it. Internal to settings.

#include <string>
#include <string_view>

#include "base/yaml.hpp"

namespace draas {

// JSON when the first character that counts is '{' (line and block comments, and commas before a closing bracket, are
// allowed then), else YAML. InvalidArgument with line and column.
Result<YamlDocument> parse_settings_text(std::string_view text);

}  // namespace draas
