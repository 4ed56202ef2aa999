#pragma once
// By which rules instances are reconciled: per instance, over the fleet's, over the worker's own settings. Pure values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"

namespace draas::reconciliation {

// A time span of the week, in UTC or at a fixed offset from it, in which changes may be applied. `to` before `from`
// ends on the next day.
struct Window {
  std::uint8_t days = 0x7F;  // bit 0 = Monday; the day on which it begins
  int from_minute = 0;       // of the day
  int to_minute = 24 * 60;
  int offset_minutes = 0;  // local time minus UTC
};

// What one place says; the absent is for the next place to say.
struct Policy {
  std::optional<std::string> strategy;
  Json parameters = Json::object();
  std::optional<bool> paused;
  std::string pause_reason;
  std::optional<bool> auto_reconcile;
  std::optional<bool> reconcile_error_instances;
  std::optional<bool> reconcile_stopped_instances;
  std::optional<std::size_t> max_retries;  // attempts in all
  std::optional<Duration> retry_delay;
  std::optional<Duration> timeout;
  std::optional<std::string> fallback;  // "Fail", or the strategy for what the chosen one cannot do
  std::optional<bool> auto_rollback;
  std::optional<Duration> approval_expiry;
  std::vector<Window> windows;
};

// From the `policy` of the control plane's answers. InvalidArgument names the member.
Result<Policy> parse_policy(const Json& value);

// Everything decided: a policy over the worker's settings.
struct Rules {
  std::string strategy = "Update";
  Json parameters = Json::object();
  bool paused = false;
  std::string pause_reason;
  bool auto_reconcile = true;
  bool reconcile_error_instances = true;
  bool reconcile_stopped_instances = false;
  std::size_t max_attempts = 3;
  Duration retry_delay{10'000};
  Duration timeout{300'000};
  std::string fallback = "Restart";
  bool auto_rollback = true;
  Duration approval_expiry{std::chrono::hours(24)};
  std::vector<Window> windows;
};

Rules apply_policy(Rules defaults, const Policy& policy);

// May changes be applied at this time? Without windows: always.
bool inside_window(const std::vector<Window>& windows, WallTime now);
// The next time at which they may; nullopt when that is now.
std::optional<WallTime> next_window(const std::vector<Window>& windows, WallTime now);

}  // namespace draas::reconciliation
