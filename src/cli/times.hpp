#pragma once
// Times, spans and sizes as tables show them.

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/json.hpp"

namespace draas::cli {

// "45s", "12m", "5h", "3d"; the time since an RFC 3339 time, "" when it is none.
std::string age_of(const Json& timestamp, WallTime now);
std::string short_span(Duration span);
// "12.3Mi"
std::string short_size(std::uint64_t bytes);
// A time in the zone of this machine, to the second: "2026-01-28 14:35:22".
std::string local_time(const Json& timestamp);

}  // namespace draas::cli
