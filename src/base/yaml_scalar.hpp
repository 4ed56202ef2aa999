#pragma once
// How a plain (unquoted) YAML scalar is read. Internal to the YAML reader and writer.

#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace draas {

// The null, boolean, integer or float that `text` stands for under the YAML 1.2 core schema as serde_yaml reads it;
// a string when it is nothing of that kind. nullopt for the floats that JSON cannot hold (.inf, .nan).
std::optional<Json> resolve_plain_scalar(std::string_view text);

}  // namespace draas
