#include "core/model/entity_tag.hpp"

#include "base/id.hpp"

namespace draas::core {

EntityTag EntityTag::of(std::string_view content) { return EntityTag(fnv1a_64(content)); }

std::string EntityTag::text(std::string_view suffix) const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr int kBits = 64;
  constexpr int kBitsPerDigit = 4;
  constexpr std::uint64_t kMask = 0xF;
  std::string out = "\"";
  for (int shift = kBits - kBitsPerDigit; shift >= 0; shift -= kBitsPerDigit) out += kDigits[(hash_ >> shift) & kMask];
  out += suffix;
  out += '"';
  return out;
}

}  // namespace draas::core
