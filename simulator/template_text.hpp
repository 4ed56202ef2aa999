#pragma once
// The part of Handlebars that reactions' templates use: {{path}}, {{{path}}}, {{json path}}, {{#if path}}...{{else}}
// ...{{/if}}, {{#unless}}, {{#each path}} with {{this}} and {{@index}}, and comments.

#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace draas::simulator {

// Why `text` is no valid template, or nothing.
std::optional<std::string> template_fault(std::string_view text);

// Renders a valid template; an absent value renders as "".
std::string render_template(std::string_view text, const Json& context);

}  // namespace draas::simulator
