#include "base/clock.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>

namespace draas {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

class SystemClock final : public Clock {
 public:
  WallTime now() const override { return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now()); }
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
};

// Takes text apart from the left; each step says whether it found what it looked for.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool skip(char expected) {
    if (peek() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool skip_any(std::string_view expected) {
    if (rest_.empty() || expected.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool skip_word(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::string_view digits() {
    std::size_t count = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') ++count;
    const std::string_view found = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return found;
  }

  // Exactly `width` digits.
  std::optional<int> fixed(std::size_t width) {
    if (rest_.size() < width) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, width)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(width);
    return value;
  }

 private:
  std::string_view rest_;
};

// "123456789" -> 123456 (microseconds of a second; further digits are cut).
std::int64_t fraction_to_microseconds(std::string_view digits) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < 6; ++i) value = value * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  return value;
}

std::optional<WallTime> scan_rfc3339(std::string_view text) {
  Scanner scanner(text);
  const auto year = scanner.fixed(4);
  if (!year || !scanner.skip('-')) return std::nullopt;
  const auto month = scanner.fixed(2);
  if (!month || !scanner.skip('-')) return std::nullopt;
  const auto day = scanner.fixed(2);
  if (!day || !scanner.skip_any("Tt ")) return std::nullopt;
  const auto hour = scanner.fixed(2);
  if (!hour || !scanner.skip(':')) return std::nullopt;
  const auto minute = scanner.fixed(2);
  if (!minute || !scanner.skip(':')) return std::nullopt;
  const auto second = scanner.fixed(2);
  if (!second) return std::nullopt;

  std::int64_t fraction = 0;
  if (scanner.skip('.')) {
    const std::string_view digits = scanner.digits();
    if (digits.empty()) return std::nullopt;
    fraction = fraction_to_microseconds(digits);
  }

  std::chrono::minutes offset{0};
  if (!scanner.done() && !scanner.skip_any("Zz")) {
    const bool negative = scanner.skip('-');
    if (!negative && !scanner.skip('+')) return std::nullopt;
    const auto offset_hours = scanner.fixed(2);
    if (!offset_hours || !scanner.skip(':')) return std::nullopt;
    const auto offset_minutes = scanner.fixed(2);
    if (!offset_minutes || *offset_hours > 23 || *offset_minutes > 59) return std::nullopt;
    offset = std::chrono::hours(*offset_hours) + std::chrono::minutes(*offset_minutes);
    if (negative) offset = -offset;
  }
  if (!scanner.done()) return std::nullopt;

  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  // 60 is a leap second; it is taken as the first moment of the next minute.
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + microseconds(fraction) - offset;
}

// 100 years: beyond any use, and far from overflow when added to a time.
constexpr double kMaxMilliseconds = 100.0 * 366 * 24 * 3600 * 1000;

std::optional<Duration> from_milliseconds(double value) {
  if (!std::isfinite(value) || value > kMaxMilliseconds) return std::nullopt;
  return Duration(static_cast<std::int64_t>(std::llround(value)));
}

std::optional<double> scan_decimal(Scanner& scanner) {
  std::string number(scanner.digits());
  if (number.empty()) return std::nullopt;
  if (scanner.peek() == '.') {
    scanner.skip('.');
    const std::string_view fraction = scanner.digits();
    if (fraction.empty()) return std::nullopt;
    number.append(".").append(fraction);
  }
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

// [days.]hours:minutes[:seconds[.fraction]], as .NET writes a TimeSpan.
std::optional<Duration> scan_clock_form(std::string_view text) {
  Scanner scanner(text);
  const std::string_view first = scanner.digits();
  if (first.empty() || first.size() > 8) return std::nullopt;
  double days = 0;
  double hours = std::stod(std::string(first));
  if (scanner.skip('.')) {
    days = hours;
    const std::string_view digits = scanner.digits();
    if (digits.empty() || digits.size() > 2) return std::nullopt;
    hours = std::stod(std::string(digits));
  }
  if (hours > 23 || !scanner.skip(':')) return std::nullopt;
  const auto minutes = scanner.fixed(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  double seconds = 0;
  if (scanner.skip(':')) {
    const auto whole = scanner.fixed(2);
    if (!whole || *whole > 59) return std::nullopt;
    seconds = *whole;
    if (scanner.skip('.')) {
      const std::string_view fraction = scanner.digits();
      if (fraction.empty()) return std::nullopt;
      seconds += static_cast<double>(fraction_to_microseconds(fraction)) / 1e6;
    }
  }
  if (!scanner.done()) return std::nullopt;
  return from_milliseconds((((days * 24 + hours) * 60 + *minutes) * 60 + seconds) * 1000);
}

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
// From large to small; "ms" stands before "m" so that it is tried first.
constexpr std::array<Unit, 5> kUnits{{{"d", 86'400'000}, {"h", 3'600'000}, {"ms", 1}, {"m", 60'000}, {"s", 1000}}};

std::optional<Duration> scan_unit_form(std::string_view text) {
  Scanner scanner(text);
  double total = 0;
  std::int64_t previous = std::numeric_limits<std::int64_t>::max();
  while (!scanner.done()) {
    const auto amount = scan_decimal(scanner);
    if (!amount) return std::nullopt;
    const Unit* unit = nullptr;
    for (const Unit& candidate : kUnits) {
      if (scanner.skip_word(candidate.name)) {
        unit = &candidate;
        break;
      }
    }
    // Each unit once, from large to small: "30s1h" is a slip.
    if (unit == nullptr || unit->milliseconds >= previous) return std::nullopt;
    previous = unit->milliseconds;
    total += *amount * static_cast<double>(unit->milliseconds);
  }
  return from_milliseconds(total);
}

std::optional<Duration> scan_bare_seconds(std::string_view text) {
  Scanner scanner(text);
  const auto seconds = scan_decimal(scanner);
  if (!seconds || !scanner.done()) return std::nullopt;
  return from_milliseconds(*seconds * 1000);
}

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

// By hand: every event and every document has some, and printf's machinery was a tenth of making them.
std::string to_rfc3339(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text = "0000-00-00T00:00:00.000000Z";
  const auto put = [&text](std::size_t at, std::size_t width, std::int64_t value) {
    for (; width > 0; value /= 10) text[at + --width] = static_cast<char>('0' + value % 10);
  };
  put(0, 4, std::clamp(int(date.year()), 0, 9999));
  put(5, 2, unsigned(date.month()));
  put(8, 2, unsigned(date.day()));
  put(11, 2, clock.hours().count());
  put(14, 2, clock.minutes().count());
  put(17, 2, clock.seconds().count());
  put(20, 6, clock.subseconds().count());
  return text;
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  if (const auto time = scan_rfc3339(text)) return *time;
  return fail(ErrorCode::InvalidArgument,
              "'" + std::string(text.substr(0, 64)) + "' is not an RFC 3339 time such as 2026-01-28T14:35:22Z");
}

Result<Duration> parse_duration(std::string_view text) {
  std::optional<Duration> duration;
  if (text.empty()) {
    duration = std::nullopt;
  } else if (text.find(':') != std::string_view::npos) {
    duration = scan_clock_form(text);
  } else if (text.back() >= '0' && text.back() <= '9') {
    duration = scan_bare_seconds(text);
  } else {
    duration = scan_unit_form(text);
  }
  if (duration) return *duration;
  return fail(ErrorCode::InvalidArgument,
              "'" + std::string(text.substr(0, 64)) + "' is not a duration such as 30s, 500ms, 1h30m or 00:00:30");
}

std::string to_text(Duration duration) {
  std::int64_t rest = duration.count();
  if (rest == 0) return "0s";
  std::string text;
  if (rest < 0) {
    text = "-";
    rest = -rest;
  }
  constexpr std::array<Unit, 5> kDescending{
      {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
  for (const Unit& unit : kDescending) {
    const std::int64_t amount = rest / unit.milliseconds;
    rest %= unit.milliseconds;
    if (amount != 0) text.append(std::to_string(amount)).append(unit.name);
  }
  return text;
}

}  // namespace draas
