#include "api/configuration_diff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace draas::api {
namespace {

std::vector<std::string> changes(const std::string& from, const std::string& to) {
  const auto old_document = parse_json(from);
  const auto new_document = parse_json(to);
  return describe_changes(*old_document, diff_json(*old_document, *new_document));
}

TEST(DescribeChanges, SaysOldAndNewValue) {
  EXPECT_THAT(changes(R"({"port":8080})", R"({"port":8081})"),
              ::testing::ElementsAre("changed /port from 8080 to 8081"));
}

TEST(DescribeChanges, NamesComponents) {
  EXPECT_THAT(changes(R"({"queries":[]})", R"({"queries":[{"id":"hot","queryText":"x"}]})"),
              ::testing::ElementsAre("added /queries/0 (id 'hot')"));
  EXPECT_THAT(changes(R"({"queries":[{"id":"hot"}]})", R"({"queries":[]})"),
              ::testing::ElementsAre("removed /queries/0 (id 'hot')"));
}

TEST(DescribeChanges, DoesNotShowSecrets) {
  const auto lines = changes(R"({"sources":[{"id":"s","password":"old-secret"}]})",
                             R"({"sources":[{"id":"s","password":"new-secret"}]})");
  EXPECT_THAT(lines, ::testing::ElementsAre("changed /sources/0/password"));
}

TEST(DescribeChanges, ShortensLongValuesBetweenCharacters) {
  const std::string long_text = [] {
    std::string text;
    for (int i = 0; i < 60; ++i) text += "ü";
    return text;
  }();
  const auto lines = changes(R"({"a":"b"})", R"({"a":")" + long_text + "\"}");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(parse_json(to_text(Json(lines[0])))) << "must stay valid UTF-8";
  EXPECT_LT(lines[0].size(), 130U);
}

TEST(DescribeChanges, EqualDocumentsHaveNone) { EXPECT_TRUE(changes(R"({"a":1})", R"({"a":1})").empty()); }

}  // namespace
}  // namespace draas::api
