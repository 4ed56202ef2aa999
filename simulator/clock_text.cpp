#include "simulator/clock_text.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <random>

#include <sys/random.h>

namespace draas::simulator {

namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

// The C library's calendar would read the time zone file first.
struct Moment {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
  unsigned weekday;
};

Moment moment_of(std::int64_t nanoseconds) {
  auto seconds = std::chrono::seconds(nanoseconds / kNanosecondsPerSecond);
  std::chrono::sys_days day(std::chrono::floor<std::chrono::days>(seconds));
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss(seconds - day.time_since_epoch()),
          std::chrono::weekday(day).c_encoding()};
}

std::string date_and_time(std::int64_t nanoseconds) {
  Moment moment = moment_of(nanoseconds);
  char text[48];
  int length =
      std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(moment.date.year()),
                    static_cast<unsigned>(moment.date.month()), static_cast<unsigned>(moment.date.day()),
                    static_cast<int>(moment.time.hours().count()), static_cast<int>(moment.time.minutes().count()),
                    static_cast<int>(moment.time.seconds().count()));
  return {text, static_cast<std::size_t>(length)};
}

std::string fraction(std::int64_t value, int digits) {
  char text[16];
  int length = std::snprintf(text, sizeof text, ".%0*lld", digits, static_cast<long long>(value));
  return {text, static_cast<std::size_t>(length)};
}

std::mt19937_64& generator() {
  static std::mt19937_64 engine = [] {
    std::uint64_t seed = 0;
    if (::getrandom(&seed, sizeof seed, 0) != static_cast<ssize_t>(sizeof seed)) {
      seed = static_cast<std::uint64_t>(unix_nanoseconds());
    }
    return std::mt19937_64(seed);
  }();
  return engine;
}

}  // namespace

std::int64_t unix_nanoseconds() {
  auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

std::string timestamp_text(std::int64_t nanoseconds) {
  return date_and_time(nanoseconds) + fraction(nanoseconds % kNanosecondsPerSecond, 9) + "Z";
}

std::string timestamp_text_with_offset(std::int64_t nanoseconds) {
  return date_and_time(nanoseconds) + fraction(nanoseconds % kNanosecondsPerSecond, 9) + "+00:00";
}

std::string log_timestamp_text(std::int64_t nanoseconds) {
  return date_and_time(nanoseconds) + fraction(nanoseconds % kNanosecondsPerSecond / 1000, 6) + "Z";
}

std::string http_date_text(std::int64_t nanoseconds) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Moment moment = moment_of(nanoseconds);
  char text[64];
  int length = std::snprintf(
      text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT", kDays[moment.weekday % 7],
      static_cast<unsigned>(moment.date.day()), kMonths[(static_cast<unsigned>(moment.date.month()) + 11) % 12],
      static_cast<int>(moment.date.year()), static_cast<int>(moment.time.hours().count()),
      static_cast<int>(moment.time.minutes().count()), static_cast<int>(moment.time.seconds().count()));
  return {text, static_cast<std::size_t>(length)};
}

std::string random_uuid() {
  std::uint64_t high = generator()();
  std::uint64_t low = generator()();
  char text[40];
  int length = std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(high >> 32U),
                             static_cast<unsigned>(high >> 16U & 0xffffU), static_cast<unsigned>(high & 0xfffU),
                             static_cast<unsigned>((low >> 48U & 0x3fffU) | 0x8000U),
                             static_cast<unsigned long long>(low & 0xffffffffffffULL));
  return {text, static_cast<std::size_t>(length)};
}

double random_unit() { return std::uniform_real_distribution<double>(0.0, 1.0)(generator()); }

std::uint32_t random_u32() { return static_cast<std::uint32_t>(generator()()); }

}  // namespace draas::simulator
