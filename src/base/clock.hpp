#pragma once
// Time comes in from outside, so that tests advance it instead of sleeping.

#include <chrono>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace draas {

using WallTime = std::chrono::sys_time<std::chrono::microseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;
using Duration = std::chrono::milliseconds;

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime now() const = 0;           // for records and people
  virtual SteadyTime steady_now() const = 0;  // for deadlines; never jumps
};

Clock& system_clock();

// RFC 3339, UTC, microseconds: 2026-01-28T14:35:22.123456Z
std::string to_rfc3339(WallTime time);
// Accepts any RFC 3339 time with offset, and a bare `YYYY-MM-DDTHH:MM:SS[.f]` as UTC.
Result<WallTime> parse_rfc3339(std::string_view text);

// `00:00:30`, `1.02:03:04` (days.hours:minutes:seconds), `30s`, `500ms`, `5m`, `2h`, `1d`, `1h30m`, or a bare number
// of seconds. InvalidArgument otherwise.
Result<Duration> parse_duration(std::string_view text);
// Shortest of the unit forms: "30s", "1h30m", "500ms".
std::string to_text(Duration duration);

}  // namespace draas
