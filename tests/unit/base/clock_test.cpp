#include "base/clock.hpp"

#include <random>

#include <gtest/gtest.h>

namespace draas {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

constexpr auto kDay = sys_days(std::chrono::year(2026) / 1 / 28);

TEST(Rfc3339, WritesUtcWithMicroseconds) {
  EXPECT_EQ(to_rfc3339(WallTime(kDay) + 14h + 35min + 22s + 123456us), "2026-01-28T14:35:22.123456Z");
  EXPECT_EQ(to_rfc3339(WallTime{}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(to_rfc3339(WallTime{} - 1us), "1969-12-31T23:59:59.999999Z");
}

TEST(Rfc3339, ReadsEveryForm) {
  const WallTime expected = WallTime(kDay) + 14h + 35min + 22s;
  for (const char* text :
       {"2026-01-28T14:35:22Z", "2026-01-28t14:35:22z", "2026-01-28 14:35:22Z", "2026-01-28T14:35:22",
        "2026-01-28T16:35:22+02:00", "2026-01-28T09:05:22-05:30", "2026-01-28T14:35:22.000Z"}) {
    const auto parsed = parse_rfc3339(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, expected) << text;
  }
  EXPECT_EQ(parse_rfc3339("2026-01-28T14:35:22.5Z").value(), expected + 500ms);
  EXPECT_EQ(parse_rfc3339("2026-01-28T14:35:22.123456789Z").value(), expected + 123456us);
  EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00Z").value(), WallTime(sys_days(std::chrono::year(2024) / 2 / 29)));
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026", "2026-01-28", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-28T24:00:00Z",
        "2026-01-28T14:60:22Z", "2026-01-28T14:35:22.Z", "2026-01-28T14:35:22+2:00", "2026-01-28T14:35:22Zx",
        "2026-01-28T14:35:22 +02:00", "+026-01-28T14:35:22Z"}) {
    const auto parsed = parse_rfc3339(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::InvalidArgument);
  }
}

TEST(Rfc3339, RoundTripsAnyTime) {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::int64_t> microseconds(0, 4'000'000'000'000'000);
  for (int i = 0; i < 1000; ++i) {
    const WallTime time{std::chrono::microseconds(microseconds(random))};
    ASSERT_EQ(parse_rfc3339(to_rfc3339(time)).value(), time);
  }
}

TEST(DurationText, ReadsEveryForm) {
  const std::vector<std::pair<const char*, Duration>> cases{{"00:00:30", 30s},
                                                            {"01:30", 90min},
                                                            {"1.02:03:04", 24h + 2h + 3min + 4s},
                                                            {"00:00:00.5", 500ms},
                                                            {"30s", 30s},
                                                            {"500ms", 500ms},
                                                            {"5m", 5min},
                                                            {"2h", 2h},
                                                            {"1d", 24h},
                                                            {"1h30m", 90min},
                                                            {"30", 30s},
                                                            {"1.5", 1500ms},
                                                            {"0.25s", 250ms},
                                                            {"1d2h3m4s5ms", 24h + 2h + 3min + 4s + 5ms},
                                                            {"0", 0s},
                                                            {"0s", 0s}};
  for (const auto& [text, expected] : cases) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, expected) << text;
  }
}

TEST(DurationText, RefusesTheRest) {
  for (const char* text : {"",
                           " ",
                           "s",
                           "30x",
                           "-5s",
                           "-5",
                           "1h 30m",
                           "30s1h",
                           "5s5s",
                           "1:2:3",
                           "00:60:00",
                           "00:00:60",
                           "24:00:00",
                           "1e3s",
                           "00:00:30s",
                           ".5s",
                           "5.",
                           "inf",
                           "99999999999999d",
                           "1.1.1"}) {
    const auto parsed = parse_duration(text);
    EXPECT_FALSE(parsed) << text;
    if (!parsed) {
      EXPECT_EQ(parsed.error().code, ErrorCode::InvalidArgument);
    }
  }
}

TEST(DurationText, WritesTheShortestUnits) {
  EXPECT_EQ(to_text(Duration(30s)), "30s");
  EXPECT_EQ(to_text(Duration(90min)), "1h30m");
  EXPECT_EQ(to_text(Duration(500ms)), "500ms");
  EXPECT_EQ(to_text(Duration(0)), "0s");
  EXPECT_EQ(to_text(Duration(24h)), "1d");
  std::mt19937_64 random(2);
  std::uniform_int_distribution<std::int64_t> milliseconds(0, 10'000'000'000);
  for (int i = 0; i < 1000; ++i) {
    const Duration duration(milliseconds(random));
    ASSERT_EQ(parse_duration(to_text(duration)).value(), duration) << to_text(duration);
  }
}

TEST(SystemClock, GoesForward) {
  const SteadyTime before = system_clock().steady_now();
  EXPECT_GE(system_clock().steady_now(), before);
  EXPECT_GT(system_clock().now(), WallTime(sys_days(std::chrono::year(2025) / 1 / 1)));
}

}  // namespace
}  // namespace draas
