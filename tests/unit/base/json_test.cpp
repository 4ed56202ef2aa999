#include "base/json.hpp"

#include <gtest/gtest.h>

namespace draas {
namespace {

std::string error_of(std::string_view text, JsonLimits limits = {}) {
  const auto parsed = parse_json(text, limits);
  if (parsed) return "parsed";
  EXPECT_EQ(parsed.error().code, ErrorCode::InvalidArgument);
  return parsed.error().message;
}

TEST(ParseJson, KeepsOrderAndTypes) {
  const auto parsed = parse_json(R"({"z":1,"a":[true,null,-2,1.5,"x"],"m":{"k":{}}})");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(to_text(*parsed), R"({"z":1,"a":[true,null,-2,1.5,"x"],"m":{"k":{}}})");
  EXPECT_TRUE((*parsed)["z"].is_number_unsigned());
  EXPECT_TRUE((*parsed)["a"][3].is_number_float());
}

TEST(ParseJson, KeepsLargeIntegersExactly) {
  EXPECT_EQ(to_text(*parse_json("[18446744073709551615,-9223372036854775808,1.0]")),
            "[18446744073709551615,-9223372036854775808,1.0]");
}

TEST(ParseJson, NamesLineAndColumn) {
  EXPECT_EQ(error_of("{\n  \"a\": tru\n}"),
            "malformed JSON at line 2, column 11: syntax error while parsing value - invalid literal");
  EXPECT_EQ(error_of("").substr(0, 34), "malformed JSON at line 1, column 1");
  EXPECT_EQ(error_of("[1] x").substr(0, 34), "malformed JSON at line 1, column 5");
  EXPECT_EQ(error_of("[1,]").substr(0, 34), "malformed JSON at line 1, column 4");
}

TEST(ParseJson, RefusesRepeatedKeysWithTheirPlace) {
  EXPECT_EQ(error_of("{\"a\":1,\n \"a\":2}"), "malformed JSON at line 2, column 2: the key 'a' is repeated");
  EXPECT_EQ(error_of(R"({"x\\":1,"x\\":2})"), R"(malformed JSON at line 1, column 10: the key 'x\' is repeated)");
  EXPECT_EQ(error_of(R"([{"a":1},{"a":1}])"), "parsed");
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_EQ(error_of(many + "\"last\":0}"), "parsed");
  EXPECT_NE(error_of(many + "\"k50\":0}").find("'k50' is repeated"), std::string::npos);
}

TEST(ParseJson, HoldsItsLimits) {
  const std::string deep = std::string(64, '[') + std::string(64, ']');
  EXPECT_EQ(error_of(deep), "parsed");
  EXPECT_EQ(error_of("[" + deep + "]"), "malformed JSON at line 1, column 65: nested deeper than 64 levels");
  EXPECT_NE(error_of(std::string(1'000'000, '[')), "parsed");
  EXPECT_EQ(error_of("[1,2,3]", {.max_values = 4}), "parsed");
  EXPECT_NE(error_of("[1,2,3,4]", {.max_values = 4}).find("more than 4 values"), std::string::npos);
  EXPECT_NE(error_of(R"({"a":1,"b":2})", {.max_values = 4}).find("more than 4 values"), std::string::npos);
}

TEST(ParseJson, RefusesInvalidUtf8AndOverflow) {
  EXPECT_NE(error_of("\"\xC3\x28\""), "parsed");
  EXPECT_NE(error_of("\"\xED\xA0\x80\""), "parsed");
  EXPECT_NE(error_of("1e999"), "parsed");
  EXPECT_NE(error_of("NaN"), "parsed");
  EXPECT_NE(error_of("\"tab\there\""), "parsed");
}

TEST(ParseJson, DoesNotRepeatWhatItRead) {
  EXPECT_EQ(error_of(R"({"password":"s3cret" "x"})").find("s3cret"), std::string::npos);
  EXPECT_EQ(error_of("{\"password\":\"s3cret\n\"}").find("s3cret"), std::string::npos);
}

TEST(ParseJson, ManyKeysTakeLinearTime) {
  std::string text = "{";
  for (int i = 0; i < 90'000; ++i) text += "\"key" + std::to_string(i) + "\":0,";
  text += "\"end\":0}";
  const auto parsed = parse_json(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->size(), 90'001U);
  EXPECT_TRUE(json_equal(*parsed, *parsed));
}

TEST(JsonText, ReplacesInvalidUtf8AndIndents) {
  EXPECT_EQ(to_text(Json("a\xFF")), "\"a\xEF\xBF\xBD\"");
  EXPECT_EQ(to_text(Json{{"a", 1}}, 2), "{\n  \"a\": 1\n}");
}

TEST(JsonText, AppendsAStringAsTheWriterWould) {
  for (const std::string& text : {std::string("plain"), std::string("q\"\\"), std::string("\n\t\x01\0", 4),
                                  std::string("é😀"), std::string("bad\xC3"), std::string("\x7F"), std::string()}) {
    std::string out = "x=";
    append_json_string(out, text);
    EXPECT_EQ(out, "x=" + to_text(Json(text)));
  }
}

TEST(JsonEqual, IgnoresKeyOrderAndNumberKind) {
  const auto equal = [](const char* left, const char* right) {
    return json_equal(*parse_json(left), *parse_json(right));
  };
  EXPECT_TRUE(equal(R"({"a":1,"b":{"c":2,"d":3}})", R"({"b":{"d":3,"c":2},"a":1.0})"));
  EXPECT_TRUE(equal("1", "1.0"));
  EXPECT_TRUE(equal("-1", "-1.0"));
  EXPECT_FALSE(equal("-1", "18446744073709551615"));
  EXPECT_FALSE(equal("[1,2]", "[2,1]"));
  EXPECT_FALSE(equal("\"1\"", "1"));
  EXPECT_FALSE(equal(R"({"a":1})", R"({"b":1})"));
  EXPECT_FALSE(equal(R"({"a":1})", R"({"a":1,"b":1})"));
  EXPECT_FALSE(equal("null", "false"));
  EXPECT_FALSE(equal("[]", "{}"));
}

}  // namespace
}  // namespace draas
