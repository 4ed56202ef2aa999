#include "cli/text_diff.hpp"

#include <algorithm>
#include <chrono>
#include <random>

#include <gtest/gtest.h>

namespace draas::cli {
namespace {

TEST(UnifiedDiff, OfEqualTextsIsEmpty) { EXPECT_EQ(unified_diff("a\nb\n", "a\nb\n", "x", "y"), ""); }

TEST(UnifiedDiff, ShowsContext) {
  EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", "old", "new"),
            "--- old\n+++ new\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(UnifiedDiff, OfNewAndOfEmptyTexts) {
  EXPECT_EQ(unified_diff("", "a\n", "x", "y"), "--- x\n+++ y\n@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(unified_diff("a\nb\n", "", "x", "y"), "--- x\n+++ y\n@@ -1,2 +0,0 @@\n-a\n-b\n");
}

TEST(UnifiedDiff, HasAHunkForEachFarPlace) {
  std::string before;
  for (int i = 0; i < 30; ++i) before += std::to_string(i) + "\n";
  std::string after = before;
  after.replace(after.find("2\n"), 2, "two\n");
  after.replace(after.find("27\n"), 3, "");
  const std::string diff = unified_diff(before, after, "x", "y");
  EXPECT_EQ(diff,
            "--- x\n+++ y\n@@ -1,6 +1,6 @@\n 0\n 1\n-2\n+two\n 3\n 4\n 5\n"
            "@@ -25,6 +25,5 @@\n 24\n 25\n 26\n-27\n 28\n 29\n");
}

// Applies a diff the way `patch` does, from its text alone.
std::string applied(const std::string& before, const std::string& diff) {
  const auto lines_of = [](const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      lines.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return lines;
  };
  const auto old_lines = lines_of(before);
  std::string out;
  std::size_t next = 0;
  for (const std::string& line : lines_of(diff)) {
    if (line.starts_with("---") || line.starts_with("+++")) continue;
    if (line.starts_with("@@")) {
      std::size_t first = std::stoul(line.substr(4));
      if (line.find(",0 +") == std::string::npos) --first;
      while (next < first) out += old_lines.at(next++) + "\n";
    } else if (line[0] == '+') {
      out += line.substr(1) + "\n";
    } else {
      EXPECT_EQ(old_lines.at(next), line.substr(1));
      if (line[0] == ' ') out += line.substr(1) + "\n";
      ++next;
    }
  }
  while (next < old_lines.size()) out += old_lines[next++] + "\n";
  return out;
}

TEST(UnifiedDiff, LeadsFromOneTextToTheOther) {
  std::mt19937 engine(7);
  for (int round = 0; round < 300; ++round) {
    std::string before;
    std::string after;
    for (unsigned i = engine() % 40; i > 0; --i) before += "line " + std::to_string(engine() % 6) + "\n";
    for (unsigned i = engine() % 40; i > 0; --i) after += "line " + std::to_string(engine() % 6) + "\n";
    EXPECT_EQ(applied(before, unified_diff(before, after, "a", "b")), after) << before << "----\n" << after;
  }
}

TEST(UnifiedDiff, IsQuickForLargeTexts) {
  constexpr int kLines = 20'000;
  std::string one;
  std::string other;
  for (int i = 0; i < kLines; ++i) {
    one += "line " + std::to_string(i) + "\n";
    other += "other " + std::to_string(i) + "\n";
  }
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(applied("", unified_diff("", one, "a", "b")), one) << "all of it is new";
  EXPECT_EQ(applied(one, unified_diff(one, other, "a", "b")), other) << "nothing of it is the same";
  std::string changed = one;
  changed.replace(changed.find("line 7\n"), 6, "LINE 7");
  changed.replace(changed.find("line 19990\n"), 10, "LINE 19990");
  const std::string diff = unified_diff(one, changed, "a", "b");
  EXPECT_EQ(std::ranges::count(diff, '\n'), 2 + 2 * 9) << "the shortest";
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20)) << "on a busy machine";
}

TEST(UnifiedDiff, IsColouredByLine) {
  EXPECT_EQ(coloured_diff("-a\n+b\n c\n", true), "\033[31m-a\033[0m\n\033[32m+b\033[0m\n c\n");
  EXPECT_EQ(coloured_diff("-a\n", false), "-a\n");
}

}  // namespace
}  // namespace draas::cli
