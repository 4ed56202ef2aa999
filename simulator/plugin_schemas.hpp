#pragma once
// What the plugins say of their fields.

#include <string_view>

namespace draas::simulator {

// The JSON text of a kind's schemas by name, "" when it is not known. `category` is "source", "reaction" or
// "bootstrap".
std::string_view known_schema(std::string_view category, std::string_view kind);

}  // namespace draas::simulator
