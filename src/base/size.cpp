#include "base/size.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace draas {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 13> kUnits{{{"", 1},
                                                                      {"B", 1},
                                                                      {"K", 1e3},
                                                                      {"M", 1e6},
                                                                      {"G", 1e9},
                                                                      {"T", 1e12},
                                                                      {"Ki", 0x1p10},
                                                                      {"Mi", 0x1p20},
                                                                      {"Gi", 0x1p30},
                                                                      {"Ti", 0x1p40},
                                                                      {"KB", 1e3},
                                                                      {"MB", 1e6},
                                                                      {"GB", 1e9}}};
constexpr double kMax = 0x1p62;

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  double number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number, std::chars_format::fixed);
  if (error != std::errc() || !(number >= 0)) return std::nullopt;
  for (const auto& [unit, factor] : kUnits) {
    if (std::string_view(end, static_cast<std::size_t>(last - end)) != unit) continue;
    const double bytes = number * factor;
    if (bytes > kMax) return std::nullopt;
    return static_cast<std::uint64_t>(bytes);
  }
  return std::nullopt;
}

}  // namespace draas
