#pragma once
// Parsers are fed in pieces. The first byte of an input says how large they are, the rest is what is parsed.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace draas::fuzz {

struct CutInput {
  std::string_view text;  // "" when there is nothing to parse
  std::size_t piece = 1;
};

inline CutInput cut_input(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return {};
  return {{reinterpret_cast<const char*>(data) + 1, size - 1}, std::size_t{data[0]} + 1};
}

}  // namespace draas::fuzz
