#pragma once
// The grammars of query texts, Cypher and GQL, as the server's parsers have them: what they accept, and what they say
// of the rest. A port of their PEG rules, rule by rule, that builds nothing.

#include <optional>
#include <string>
#include <string_view>

namespace draas::simulator {

// Why the text is refused: `parser error: error at 1:35: expected one of ",", "GROUP", EOF`. Nothing when it is
// accepted.
std::optional<std::string> grammar_fault(std::string_view text, std::string_view language);

}  // namespace draas::simulator
