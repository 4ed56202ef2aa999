#include "statistics.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace draas::bench {
namespace {

constexpr std::size_t kGroup = 3;  // digits between two commas

std::string with_commas(long long value) {
  std::string digits = std::to_string(value);
  for (std::size_t at = digits.size(); at > kGroup; at -= kGroup) digits.insert(at - kGroup, ",");
  return digits;
}

}  // namespace

double percentile(std::vector<double> values, double fraction) {
  if (values.empty()) return 0;
  const auto rank = std::llround(fraction * static_cast<double>(values.size() - 1));
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::ranges::nth_element(values, at);
  return *at;
}

std::string number(double value) {
  if (value >= 1000) return with_commas(std::llround(value));
  if (value >= 100) return fmt::format("{:.0f}", value);
  if (value >= 10) return fmt::format("{:.1f}", value);
  if (value >= 0.1) return fmt::format("{:.2f}", value);
  return fmt::format("{:.3f}", value);
}

std::string latency_text(const std::vector<double>& milliseconds) {
  return number(median(milliseconds)) + " ms, p99 " + number(percentile(milliseconds, 0.99)) + " ms (" +
         std::to_string(milliseconds.size()) + " times)";
}

}  // namespace draas::bench
