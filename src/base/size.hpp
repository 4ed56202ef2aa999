#pragma once
// Sizes as people write them.

#include <cstdint>
#include <optional>
#include <string_view>

namespace draas {

// A number of bytes, alone or with a unit: "512", "512Mi", "1.5G", "2GB". Mi is 2^20, M is 10^6. nullopt otherwise.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace draas
