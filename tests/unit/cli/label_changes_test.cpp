#include "cli/label_changes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace draas::cli {
namespace {

using namespace testing;

TEST(LabelWords, TellInstancesFromLabels) {
  const auto words = read_label_words({"orders", "team=shop", "tier-", "stock", "empty=", "expression=a=b"});
  ASSERT_TRUE(words.has_value()) << words.error().message;
  EXPECT_THAT(words->instances, ElementsAre("orders", "stock"));
  EXPECT_EQ(to_text(words->metadata), R"({"team":"shop","tier":null,"empty":"","expression":"a=b"})");
}

TEST(LabelWords, AreRefusedWhereTheyAreNotClear) {
  EXPECT_THAT(read_label_words({"orders"}).error().message, HasSubstr("Which label?"));
  EXPECT_FALSE(read_label_words({"orders", "=shop"}).has_value());
  EXPECT_THAT(read_label_words({"orders", "a=1", "a-"}).error().message, HasSubstr("'a' is named twice"));
}

}  // namespace
}  // namespace draas::cli
