#include "simulator/clock_text.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>

#include <sys/random.h>

namespace draas::simulator {

namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

std::tm utc(std::int64_t nanoseconds) {
  std::time_t seconds = nanoseconds / kNanosecondsPerSecond;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return parts;
}

std::string date_and_time(std::int64_t nanoseconds) {
  std::tm parts = utc(nanoseconds);
  char text[32];
  std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return {text, length};
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
  std::tm parts = utc(nanoseconds);
  char text[40];
  std::size_t length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, length};
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
