#include "cli/log_overlap.hpp"

#include <gtest/gtest.h>

namespace draas::cli {
namespace {

std::size_t known(const std::vector<std::string>& read, const std::vector<std::string>& again) {
  LogOverlap overlap;
  for (const std::string& line : read) overlap.add(line);
  return overlap.known_of(again);
}

TEST(LogOverlap, EndsWithTheLastLineThatWasRead) {
  EXPECT_EQ(known({"a", "b", "c"}, {"a", "b", "c", "d"}), 3U);
  EXPECT_EQ(known({"a", "b", "c"}, {"c", "d", "e"}), 1U) << "older lines are gone";
  EXPECT_EQ(known({"b", "c"}, {"a", "b", "c"}), 3U) << "nothing is new";
}

TEST(LogOverlap, IsNothingInAnotherLog) {
  EXPECT_EQ(known({"a", "b"}, {"x", "y"}), 0U);
  EXPECT_EQ(known({}, {"x"}), 0U);
  EXPECT_EQ(known({"a"}, {}), 0U);
}

TEST(LogOverlap, TellsEqualLinesApartByWhatIsBefore) {
  EXPECT_EQ(known({"a", "tick", "b", "tick"}, {"a", "tick", "b", "tick", "c", "tick"}), 4U);
  EXPECT_EQ(known({"tick", "tick"}, {"tick", "tick", "tick"}), 2U) << "none is lost";
}

TEST(LogOverlap, RemembersEnough) {
  std::vector<std::string> many;
  for (int i = 0; i < 2'000; ++i) many.push_back("line " + std::to_string(i));
  std::vector<std::string> again(many.begin() + 1'000, many.end());
  again.push_back("new");
  EXPECT_EQ(known(many, again), 1'000U);
}

}  // namespace
}  // namespace draas::cli
