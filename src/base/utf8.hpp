#pragma once
// UTF-8, code point by code point.

#include <cstddef>
#include <string_view>

namespace draas {

struct DecodedCodePoint {
  char32_t code_point = 0;
  std::size_t length = 0;  // bytes; 0 when the text does not begin with valid UTF-8 (RFC 3629) or is empty
};

DecodedCodePoint decode_utf8(std::string_view text);

// What may stand unescaped in a YAML text (YAML 1.2, rule c-printable).
bool is_yaml_printable(char32_t code_point);

}  // namespace draas
