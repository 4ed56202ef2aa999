#pragma once
// One setting's value: from what was written to its canonical form, and back to text. Internal to settings.

#include <string>
#include <string_view>

#include "base/settings.hpp"

namespace draas {

// Each returns the canonical value or, as InvalidArgument, the reason in words that follow the key.
Result<Json> setting_from_text(const SettingDeclaration& declaration, std::string_view text);
Result<Json> setting_from_document(const SettingDeclaration& declaration, const Json& value);
// One entry of a TextMap or element of a TextList.
Result<Json> setting_element(const SettingDeclaration& declaration, std::string_view text);

// As it would be written in a file: durations with units; secrets as ***.
Json shown_setting(const SettingDeclaration& declaration, const Json& value);

std::string_view to_string(SettingType type);
bool equal_ignoring_case(std::string_view left, std::string_view right);

}  // namespace draas
