#include "core/instances/selector.hpp"

#include <gtest/gtest.h>

namespace draas::core {
namespace {

bool matches(const char* selector, const Metadata& metadata) {
  auto parsed = Selector::parse(selector);
  EXPECT_TRUE(parsed) << selector << ": " << (parsed ? "" : parsed.error().message);
  return parsed && parsed->matches(metadata);
}

const Metadata kWeb = {{"env", "prod"}, {"tier", "web"}};

TEST(Selector, Equality) {
  EXPECT_TRUE(matches("", kWeb));
  EXPECT_TRUE(matches("env=prod", kWeb));
  EXPECT_TRUE(matches("env==prod,tier=web", kWeb));
  EXPECT_FALSE(matches("env=prod,tier=db", kWeb));
  EXPECT_TRUE(matches("env!=test", kWeb));
  EXPECT_FALSE(matches("env!=prod", kWeb));
}

TEST(Selector, NotEqualsHoldsForAbsentLabels) { EXPECT_TRUE(matches("owner!=me", kWeb)); }

TEST(Selector, Sets) {
  EXPECT_TRUE(matches("env in (prod, test)", kWeb));
  EXPECT_FALSE(matches("env in (test)", kWeb));
  EXPECT_TRUE(matches("env notin (test,dev)", kWeb));
  EXPECT_FALSE(matches("env notin (prod)", kWeb));
}

TEST(Selector, Presence) {
  EXPECT_TRUE(matches("tier", kWeb));
  EXPECT_FALSE(matches("!tier", kWeb));
  EXPECT_TRUE(matches("!owner", kWeb));
}

TEST(Selector, NamesThatBeginLikeOperators) {
  EXPECT_TRUE(matches("internal=yes", {{"internal", "yes"}}));
  EXPECT_TRUE(matches("in in (a)", {{"in", "a"}}));
}

TEST(Selector, MalformedOnesNameThePosition) {
  for (const char* text : {"=a", "a in b", "a in (b", "a b", "a,", ",a", "!", "a=b,,c"}) {
    auto parsed = Selector::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::InvalidArgument);
    EXPECT_NE(parsed.error().message.find("at position"), std::string::npos) << parsed.error().message;
  }
}

}  // namespace
}  // namespace draas::core
