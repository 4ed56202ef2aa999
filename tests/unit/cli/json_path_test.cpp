#include "cli/json_path.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/output.hpp"

namespace draas::cli {
namespace {

using namespace testing;

const Json& fleet() {
  static const Json value = Json::parse(R"([
    {"id": "a", "status": "Running", "restarts": 0, "metadata": {"team.name": "shop"}, "ports": [1, 2, 3]},
    {"id": "b", "status": "Error", "restarts": 7, "metadata": {}, "ports": []}])");
  return value;
}

std::string evaluated(const std::string& text) {
  const auto path = JsonPathTemplate::parse(text);
  EXPECT_TRUE(path.has_value()) << text << (path ? "" : ": " + path.error().message);
  return path ? path->evaluate(fleet()) : "";
}

TEST(JsonPath, FollowsMembersAndElements) {
  EXPECT_EQ(evaluated("{[0].id}"), "a");
  EXPECT_EQ(evaluated("[1].status"), "Error");
  EXPECT_EQ(evaluated("{$[-1].id}"), "b");
  EXPECT_EQ(evaluated("{[*].id}"), "a b");
  EXPECT_EQ(evaluated("{.[0].ports[1:]}"), "2 3");
  EXPECT_EQ(evaluated("{[0].ports[:-1]}"), "1 2");
  EXPECT_EQ(evaluated("{[0].metadata['team.name']}"), "shop");
  EXPECT_EQ(evaluated("{[0].metadata}"), R"({"team.name":"shop"})");
  EXPECT_EQ(evaluated("{[0].metadata.*}"), "shop");
  EXPECT_EQ(evaluated("{..restarts}"), "0 7");
  EXPECT_EQ(evaluated("{[5].id}{[0].none}"), "");
}

TEST(JsonPath, Filters) {
  EXPECT_EQ(evaluated(R"({[?(@.status=="Error")].id})"), "b");
  EXPECT_EQ(evaluated(R"({[?(@.status != 'Error')].id})"), "a");
  EXPECT_EQ(evaluated("{[?(@.restarts > 0)].id}"), "b");
  EXPECT_EQ(evaluated("{[?(@.restarts<=0.5)].id}"), "a");
  EXPECT_EQ(evaluated("{[?(@.metadata['team.name'])].id}"), "a");
}

TEST(JsonPath, IsATemplate) { EXPECT_EQ(evaluated(R"(first: {[0].id}{"\t"}{[0].restarts}\n)"), "first: a\t0\n"); }

TEST(JsonPath, RefusesWithThePlace) {
  for (const char* text : {"", "{", "{[}", "{[a]}", "{[1}", "{.a b}", "{[?(@.a==)]}", "{[?(a)]}", "{.}}{", "{['a]}"}) {
    const auto path = JsonPathTemplate::parse(text);
    if (std::string(text) == "{.}}{") {
      EXPECT_FALSE(path.has_value()) << text;
      continue;
    }
    ASSERT_FALSE(path.has_value()) << text;
    EXPECT_EQ(path.error().code, ErrorCode::InvalidArgument);
    EXPECT_THAT(path.error().message, HasSubstr("jsonpath"));
  }
}

TEST(OutputFormats, AreReadAndPrinted) {
  using Kind = OutputFormat::Kind;
  EXPECT_EQ(parse_output_format("")->kind, Kind::Table);
  EXPECT_EQ(parse_output_format("wide")->kind, Kind::Wide);
  EXPECT_EQ(*to_output(fleet(), *parse_output_format("name")), "a\nb\n");
  EXPECT_EQ(*to_output(fleet()[0]["ports"], *parse_output_format("yaml")), "- 1\n- 2\n- 3\n");
  EXPECT_EQ(*to_output(fleet()[1]["metadata"], *parse_output_format("json")), "{}\n");
  EXPECT_EQ(*to_output(fleet(), *parse_output_format("jsonpath={[0].id}")), "a\n");
  EXPECT_THAT(parse_output_format("xml").error().message, HasSubstr("jsonpath=EXPRESSION"));
  EXPECT_FALSE(parse_output_format("jsonpath={").has_value());
}

}  // namespace
}  // namespace draas::cli
