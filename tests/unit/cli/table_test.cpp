#include "cli/table.hpp"

#include <gtest/gtest.h>

#include "cli/times.hpp"

namespace draas::cli {
namespace {

TEST(Table, AlignsColumns) {
  Table table({"ID", "STATUS", "RESTARTS"});
  table.add({"orders", {"Running", Colour::Green}, "0"});
  table.add({"x", "Error", "12"});
  EXPECT_EQ(table.to_text(true, false),
            "ID      STATUS   RESTARTS\n"
            "orders  Running         0\n"
            "x       Error          12\n");
  EXPECT_EQ(table.to_text(false, false),
            "orders  Running   0\n"
            "x       Error    12\n");
}

TEST(Table, KeepsTheWidestColumnsOfThoseBefore) {
  ColumnLayout layout;
  Table first({"ID", "N"});
  first.add({"long-name", "x"});
  EXPECT_EQ(first.to_text(true, false, layout), "ID         N\nlong-name  x\n");
  Table second({"ID", "N"});
  second.add({"a", "1"});
  EXPECT_EQ(second.to_text(false, false, layout), "a          1\n");
}

TEST(Table, ColoursTextsAndNotTheirPadding) {
  Table table({"A", "B"});
  table.add({{"x", Colour::Red}, "y"});
  EXPECT_EQ(table.to_text(false, true), "\033[31mx\033[0m  y\n");
}

TEST(Table, CountsCodePoints) {
  Table table({"A", "B"});
  table.add({"gr\xC3\xBC\xC3\x9F", "1"});
  table.add({"abcd", "2"});
  EXPECT_EQ(table.to_text(false, false), "gr\xC3\xBC\xC3\x9F  1\nabcd  2\n");
}

TEST(Table, TakesControlCharactersOut) {
  Table table({"A", "B"});
  table.add({"\033[31mred\nline", ""});
  EXPECT_EQ(table.to_text(false, false), " [31mred line  -\n");
  EXPECT_EQ(printable("a\xFFz\xC2\x9B"), "a?z ");
}

TEST(Times, AreShort) {
  EXPECT_EQ(short_span(std::chrono::seconds(119)), "119s");
  EXPECT_EQ(short_span(std::chrono::seconds(120)), "2m");
  EXPECT_EQ(short_span(std::chrono::hours(3)), "3h");
  EXPECT_EQ(short_span(std::chrono::hours(72)), "3d");
  const auto now = *parse_rfc3339("2026-01-01T00:01:00Z");
  EXPECT_EQ(age_of("2026-01-01T00:00:00.000000Z", now), "60s");
  EXPECT_EQ(age_of(Json(), now), "");
  EXPECT_EQ(short_size(1536), "1.5Ki");
  EXPECT_EQ(short_size(3U << 20U), "3.0Mi");
  EXPECT_EQ(short_size(12), "12");
}

}  // namespace
}  // namespace draas::cli
