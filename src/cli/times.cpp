#include "cli/times.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

namespace draas::cli {

std::string short_span(Duration span) {
  const std::int64_t seconds = std::max<std::int64_t>(span.count() / 1000, 0);
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  if (seconds < 2 * kMinute) return std::to_string(seconds) + "s";
  if (seconds < 2 * kHour) return std::to_string(seconds / kMinute) + "m";
  if (seconds < 2 * kDay) return std::to_string(seconds / kHour) + "h";
  return std::to_string(seconds / kDay) + "d";
}

std::string age_of(const Json& timestamp, WallTime now) {
  if (!timestamp.is_string()) return {};
  const auto time = parse_rfc3339(timestamp.get<std::string>());
  if (!time) return {};
  return short_span(std::chrono::duration_cast<Duration>(now - *time));
}

std::string short_size(std::uint64_t bytes) {
  constexpr std::array<std::pair<double, const char*>, 3> kUnits{{{0x1p30, "Gi"}, {0x1p20, "Mi"}, {0x1p10, "Ki"}}};
  for (const auto& [factor, unit] : kUnits) {
    if (static_cast<double>(bytes) < factor) continue;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f%s", static_cast<double>(bytes) / factor, unit);
    return text.data();
  }
  return std::to_string(bytes);
}

std::string local_time(const Json& timestamp) {
  if (!timestamp.is_string()) return {};
  const auto time = parse_rfc3339(timestamp.get<std::string>());
  if (!time) return {};
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(*time));
  std::tm parts{};
  if (::localtime_r(&seconds, &parts) == nullptr) return {};
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts)};
}

}  // namespace draas::cli
