#include "reconciliation/policy.hpp"

#include <array>
#include <charconv>

#include "net/text.hpp"
#include "reconciliation/json_fields.hpp"

namespace draas::reconciliation {
namespace {

constexpr int kMinutesPerHour = 60;
constexpr int kMinutesPerDay = 24 * kMinutesPerHour;
constexpr int kDaysPerWeek = 7;

std::unexpected<Error> bad(const std::string& path, const std::string& message) {
  return fail(ErrorCode::InvalidArgument, "policy" + path + " " + message, {{path, message}});
}

Status read(const Json& value, const char* name, std::optional<bool>& out) {
  const Json* found = field(value, name);
  if (found == nullptr) return {};
  if (!found->is_boolean()) return bad(std::string("/") + name, "must be true or false");
  out = found->get<bool>();
  return {};
}

Status read(const Json& value, const char* name, std::optional<std::string>& out) {
  const Json* found = field(value, name);
  if (found == nullptr) return {};
  if (!found->is_string()) return bad(std::string("/") + name, "must be text");
  out = found->get<std::string>();
  return {};
}

Status read(const Json& value, const char* name, std::optional<Duration>& out) {
  const Json* found = field(value, name);
  if (found == nullptr) return {};
  Result<Duration> duration = fail(ErrorCode::InvalidArgument, "");
  if (found->is_string()) duration = parse_duration(found->get<std::string>());
  if (found->is_number()) duration = parse_duration(to_text(*found));
  if (!duration) return bad(std::string("/") + name, "must be a duration such as \"30s\" or \"00:00:30\"");
  out = *duration;
  return {};
}

// "22:00" -> minutes of the day; "24:00" is allowed.
std::optional<int> minute_of_day(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.size() - colon != 3) return std::nullopt;
  int hour = 0;
  int minute = 0;
  const auto first = std::from_chars(text.data(), text.data() + colon, hour);
  const auto second = std::from_chars(text.data() + colon + 1, text.data() + text.size(), minute);
  if (first.ec != std::errc() || first.ptr != text.data() + colon) return std::nullopt;
  if (second.ec != std::errc() || second.ptr != text.data() + text.size()) return std::nullopt;
  const int total = hour * kMinutesPerHour + minute;
  const bool valid = hour >= 0 && minute >= 0 && minute < kMinutesPerHour && total <= kMinutesPerDay;
  return valid ? std::optional(total) : std::nullopt;
}

// "UTC", "Z", "+02:00", "-05:30" -> minutes.
std::optional<int> zone_offset(std::string_view text) {
  if (text.empty() || net::equals_ignoring_case(text, "UTC") || net::equals_ignoring_case(text, "Z")) return 0;
  if (text.front() != '+' && text.front() != '-') return std::nullopt;
  const auto minutes = minute_of_day(text.substr(1));
  if (!minutes) return std::nullopt;
  return text.front() == '-' ? -*minutes : *minutes;
}

constexpr std::array<std::string_view, kDaysPerWeek> kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

std::optional<int> day_of_week(std::string_view name) {
  for (int day = 0; day < kDaysPerWeek; ++day) {
    const auto known = kDays[static_cast<std::size_t>(day)];
    if (name.size() >= known.size() && net::equals_ignoring_case(name.substr(0, known.size()), known)) return day;
  }
  return std::nullopt;
}

Result<Window> parse_window(const Json& value, const std::string& path) {
  Window window;
  if (!value.is_object()) return bad(path, "must be an object with days, from, to and timeZone");
  if (const Json* days = field(value, "days")) {
    if (!days->is_array()) return bad(path + "/days", "must be a list of days such as [\"Mon\", \"Tue\"]");
    if (!days->empty()) window.days = 0;
    for (const Json& day : *days) {
      const auto number = day.is_string() ? day_of_week(day.get<std::string>()) : std::nullopt;
      if (!number) return bad(path + "/days", "knows Mon, Tue, Wed, Thu, Fri, Sat and Sun");
      window.days = static_cast<std::uint8_t>(window.days | (1U << static_cast<unsigned>(*number)));
    }
  }
  const auto minute = [&](const char* name, int& out) -> Status {
    const Json* found = field(value, name);
    if (found == nullptr) return {};
    const auto parsed = found->is_string() ? minute_of_day(found->get<std::string>()) : std::nullopt;
    if (!parsed) return bad(path + "/" + name, "must be a time of day such as \"22:00\"");
    out = *parsed;
    return {};
  };
  if (auto ok = minute("from", window.from_minute); !ok) return std::unexpected(ok.error());
  if (auto ok = minute("to", window.to_minute); !ok) return std::unexpected(ok.error());
  const auto offset = zone_offset(text_field(value, "timeZone"));
  if (!offset) return bad(path + "/timeZone", "must be UTC or an offset such as +02:00");
  window.offset_minutes = *offset;
  return window;
}

struct WeekTime {
  int day;     // 0 = Monday
  int minute;  // of the day
};

WeekTime week_time(WallTime now, int offset_minutes) {
  const auto local = now + std::chrono::minutes(offset_minutes);
  const auto midnight = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::weekday weekday{midnight};
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(local - midnight).count();
  return {static_cast<int>(weekday.iso_encoding()) - 1, static_cast<int>(minute)};
}

bool has_day(const Window& window, int day) {
  return ((window.days >> static_cast<unsigned>((day + kDaysPerWeek) % kDaysPerWeek)) & 1U) != 0;
}

bool inside(const Window& window, WallTime now) {
  const WeekTime at = week_time(now, window.offset_minutes);
  if (window.from_minute < window.to_minute) {
    return has_day(window, at.day) && at.minute >= window.from_minute && at.minute < window.to_minute;
  }
  // Over midnight: the evening of its day, or the morning after it.
  if (at.minute >= window.from_minute) return has_day(window, at.day);
  return at.minute < window.to_minute && has_day(window, at.day - 1);
}

}  // namespace

Result<Policy> parse_policy(const Json& value) {
  Policy policy;
  if (value.is_null()) return policy;
  if (!value.is_object()) return bad("", "must be an object");
  std::optional<std::string> pause_reason;
  for (const Status& read_one :
       {read(value, "strategy", policy.strategy), read(value, "paused", policy.paused),
        read(value, "pauseReason", pause_reason), read(value, "autoReconcile", policy.auto_reconcile),
        read(value, "reconcileErrorInstances", policy.reconcile_error_instances),
        read(value, "reconcileStoppedInstances", policy.reconcile_stopped_instances),
        read(value, "retryDelay", policy.retry_delay), read(value, "timeout", policy.timeout),
        read(value, "fallback", policy.fallback), read(value, "autoRollback", policy.auto_rollback),
        read(value, "approvalExpiry", policy.approval_expiry)}) {
    if (!read_one) return std::unexpected(read_one.error());
  }
  policy.pause_reason = pause_reason.value_or("");
  if (const Json* retries = field(value, "maxRetries")) {
    if (!retries->is_number_unsigned()) return bad("/maxRetries", "must be a whole number");
    policy.max_retries = retries->get<std::size_t>();
  }
  if (const Json* parameters = field(value, "parameters")) {
    if (!parameters->is_object()) return bad("/parameters", "must be an object");
    policy.parameters = *parameters;
  }
  if (const Json* windows = field(value, "windows")) {
    if (!windows->is_array()) return bad("/windows", "must be a list");
    for (std::size_t index = 0; index < windows->size(); ++index) {
      auto window = parse_window((*windows)[index], "/windows/" + std::to_string(index));
      if (!window) return std::unexpected(window.error());
      policy.windows.push_back(*window);
    }
  }
  return policy;
}

Rules apply_policy(Rules rules, const Policy& policy) {
  const auto take = [](auto& target, const auto& source) {
    if (source) target = *source;
  };
  // Parameters belong to a strategy; another one would refuse them.
  if (policy.strategy && !net::equals_ignoring_case(*policy.strategy, rules.strategy)) {
    rules.parameters = Json::object();
  }
  take(rules.strategy, policy.strategy);
  take(rules.paused, policy.paused);
  take(rules.auto_reconcile, policy.auto_reconcile);
  take(rules.reconcile_error_instances, policy.reconcile_error_instances);
  take(rules.reconcile_stopped_instances, policy.reconcile_stopped_instances);
  take(rules.max_attempts, policy.max_retries);
  take(rules.retry_delay, policy.retry_delay);
  take(rules.timeout, policy.timeout);
  take(rules.fallback, policy.fallback);
  take(rules.auto_rollback, policy.auto_rollback);
  take(rules.approval_expiry, policy.approval_expiry);
  rules.max_attempts = std::max<std::size_t>(rules.max_attempts, 1);
  rules.pause_reason = policy.pause_reason;
  for (const auto& [name, value] : policy.parameters.items()) rules.parameters[name] = value;
  if (!policy.windows.empty()) rules.windows = policy.windows;
  return rules;
}

bool inside_window(const std::vector<Window>& windows, WallTime now) {
  if (windows.empty()) return true;
  for (const Window& window : windows) {
    if (inside(window, now)) return true;
  }
  return false;
}

std::optional<WallTime> next_window(const std::vector<Window>& windows, WallTime now) {
  if (inside_window(windows, now)) return std::nullopt;
  // A window begins at a full minute; within eight days each has begun once.
  const auto minute = std::chrono::floor<std::chrono::minutes>(now);
  for (int ahead = 1; ahead <= (kDaysPerWeek + 1) * kMinutesPerDay; ++ahead) {
    const WallTime at = minute + std::chrono::minutes(ahead);
    if (inside_window(windows, at)) return at;
  }
  return now + std::chrono::days(kDaysPerWeek);
}

}  // namespace draas::reconciliation
