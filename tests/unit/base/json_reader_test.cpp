#include "base/json_reader.hpp"

#include <gtest/gtest.h>

namespace draas {
namespace {

std::vector<std::string> texts(const JsonReader& reader) {
  std::vector<std::string> all;
  for (const Fault& fault : reader.faults()) all.push_back(fault.path + ": " + fault.message);
  return all;
}

TEST(JsonReader, ReadsEveryKind) {
  const Json body = Json::parse(R"({"name":"x","port":80,"ratio":0.5,"on":true,"tags":["a","b"],
      "env":{"A":"1","B":2,"C":false},"level":"WARN","mode":1,"any":[1],"object":{},"array":[],"gone":null})");
  JsonReader reader(body);
  EXPECT_EQ(reader.required_string("name"), "x");
  EXPECT_EQ(reader.optional_integer("port", 1, 65535), 80);
  EXPECT_EQ(reader.optional_number("ratio", 0, 1), 0.5);
  EXPECT_EQ(reader.optional_boolean("on"), true);
  EXPECT_EQ(reader.optional_strings("tags"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(reader.optional_string_map("env"),
            (std::vector<std::pair<std::string, std::string>>{{"A", "1"}, {"B", "2"}, {"C", "false"}}));
  EXPECT_EQ(reader.optional_enum("level", {"info", "warn"}), 1U);
  EXPECT_EQ(reader.optional_enum("mode", {"off", "on"}), 1U);
  EXPECT_EQ(*reader.optional_any("any"), Json::array({1}));
  EXPECT_NE(reader.optional_object("object"), nullptr);
  EXPECT_NE(reader.optional_array("array"), nullptr);
  EXPECT_EQ(reader.optional_string("gone"), std::nullopt);
  EXPECT_EQ(reader.optional_string("absent"), std::nullopt);
  reader.reject_unknown();
  EXPECT_TRUE(reader.finish());
}

TEST(JsonReader, CollectsEveryFaultWithItsPath) {
  const Json body =
      Json::parse(R"({"name":5,"port":70000,"ratio":"x","on":1,"tags":["a",2],"env":{"a/b":[]},"level":"x",
      "nmae":1,"count":1.5,"big":18446744073709551615})");
  JsonReader reader(body, "/items/3");
  EXPECT_EQ(reader.required_string("name"), "");
  EXPECT_EQ(reader.required_string("other"), "");
  EXPECT_FALSE(reader.optional_integer("port", 1, 65535));
  EXPECT_FALSE(reader.optional_integer("count", 0, 10));
  EXPECT_FALSE(reader.optional_integer("big", 0, 10));
  EXPECT_FALSE(reader.optional_number("ratio", 0, 1));
  EXPECT_FALSE(reader.optional_boolean("on"));
  EXPECT_FALSE(reader.optional_strings("tags"));
  EXPECT_FALSE(reader.optional_string_map("env"));
  EXPECT_FALSE(reader.optional_enum("level", {"info", "warn"}));
  reader.add_faults("list", {Fault{"/0/x", "bad"}});
  reader.reject_unknown();
  EXPECT_EQ(
      texts(reader),
      (std::vector<std::string>{
          "/items/3/name: not a string", "/items/3/other: missing", "/items/3/port: not an integer between 1 and 65535",
          "/items/3/count: not an integer between 0 and 10", "/items/3/big: not an integer between 0 and 10",
          "/items/3/ratio: not a number", "/items/3/on: neither true nor false", "/items/3/tags/1: not a string",
          "/items/3/env/a~1b: not a string", "/items/3/level: not one of info, warn", "/items/3/list/0/x: bad",
          "/items/3/nmae: unknown key; did you mean 'name'?"}));
  const Status finished = reader.finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(finished.error().message, "/items/3/name: not a string (and 11 more)");
  EXPECT_EQ(finished.error().faults.size(), 12U);
}

TEST(JsonReader, TakesAliasesButNotTwoOfThem) {
  const Json one = Json::parse(R"({"query":"x"})");
  JsonReader good(one);
  EXPECT_EQ(good.required_string("queryText", {"query"}), "x");
  good.reject_unknown();
  EXPECT_TRUE(good.finish());

  const Json both = Json::parse(R"({"query":"x","queryText":"y"})");
  JsonReader bad(both);
  bad.required_string("queryText", {"query"});
  EXPECT_EQ(texts(bad), (std::vector<std::string>{"/query: given twice, as 'queryText' and as 'query'"}));
}

TEST(JsonReader, RefusesABodyThatIsNoObject) {
  const Json body = Json::array();
  JsonReader reader(body);
  EXPECT_EQ(reader.optional_string("a"), std::nullopt);
  reader.reject_unknown();
  EXPECT_EQ(texts(reader), (std::vector<std::string>{": not an object"}));
  EXPECT_EQ(reader.finish().error().message, "not an object");
}

TEST(JsonReader, TakesWholeFloatsAsIntegers) {
  const Json body = Json::parse(R"({"a":5.0})");
  JsonReader reader(body);
  EXPECT_EQ(reader.optional_integer("a", 0, 10), 5);
}

TEST(NearestName, FindsSlipsOnly) {
  const std::vector<std::string> names{"ExecutablePath", "WorkingDirectory", "HostAddress", "id"};
  EXPECT_EQ(nearest_name("ExecutabelPath", names), "ExecutablePath");
  EXPECT_EQ(nearest_name("executable_path", names), "ExecutablePath");
  EXPECT_EQ(nearest_name("hostadress", names), "HostAddress");
  EXPECT_EQ(nearest_name("zzz", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("x", names), "");
}

TEST(JsonPointerToken, Escapes) { EXPECT_EQ(json_pointer_token("a/b~c"), "a~1b~0c"); }

}  // namespace
}  // namespace draas
