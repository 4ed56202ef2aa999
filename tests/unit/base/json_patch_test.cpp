#include <random>

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace draas {
namespace {

Json json(std::string_view text) {
  auto parsed = parse_json(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Json());
}

struct GoodPatch {
  const char* what;
  const char* document;
  const char* patch;
  const char* expected;
};

class AppliedPatch : public ::testing::TestWithParam<GoodPatch> {};

TEST_P(AppliedPatch, GivesTheDocument) {
  const auto result = apply_json_patch(json(GetParam().document), json(GetParam().patch));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(to_text(*result), to_text(json(GetParam().expected)));
}

INSTANTIATE_TEST_SUITE_P(
    Rfc6902, AppliedPatch,
    ::testing::Values(
        GoodPatch{"no operations", R"({"a":1})", "[]", R"({"a":1})"},
        GoodPatch{"add a member", R"({"foo":"bar"})", R"([{"op":"add","path":"/baz","value":"qux"}])",
                  R"({"foo":"bar","baz":"qux"})"},
        GoodPatch{"add replaces in place", R"({"a":1,"b":2})", R"([{"op":"add","path":"/a","value":[3]}])",
                  R"({"a":[3],"b":2})"},
        GoodPatch{"add null", "{}", R"([{"op":"add","path":"/a","value":null}])", R"({"a":null})"},
        GoodPatch{"add into the middle", R"(["a","c"])", R"([{"op":"add","path":"/1","value":"b"}])",
                  R"(["a","b","c"])"},
        GoodPatch{"add at the size", R"(["a"])", R"([{"op":"add","path":"/1","value":"b"}])", R"(["a","b"])"},
        GoodPatch{"add at the end", R"({"a":[]})", R"([{"op":"add","path":"/a/-","value":{"b":[]}}])",
                  R"({"a":[{"b":[]}]})"},
        GoodPatch{"add an array as one element", "[1]", R"([{"op":"add","path":"/-","value":[2,3]}])", "[1,[2,3]]"},
        GoodPatch{"add the empty key", "{}", R"([{"op":"add","path":"/","value":1}])", R"({"":1})"},
        GoodPatch{"add a numeric key to an object", "{}", R"([{"op":"add","path":"/0","value":1}])", R"({"0":1})"},
        GoodPatch{"add the root", R"({"a":1})", R"([{"op":"add","path":"","value":[1]}])", "[1]"},
        GoodPatch{"unknown members are ignored", "{}", R"([{"op":"add","path":"/a","value":1,"x":2}])", R"({"a":1})"},
        GoodPatch{"a dash is a key of an object", "{}", R"([{"op":"add","path":"/-","value":1}])", R"({"-":1})"},
        GoodPatch{"remove a member", R"({"a":1,"b":2,"c":3})", R"([{"op":"remove","path":"/b"}])", R"({"a":1,"c":3})"},
        GoodPatch{"remove an element", "[1,2,3]", R"([{"op":"remove","path":"/1"}])", "[1,3]"},
        GoodPatch{"remove a null", R"({"a":null})", R"([{"op":"remove","path":"/a"}])", "{}"},
        GoodPatch{"replace a member", R"({"a":1,"b":2})", R"([{"op":"replace","path":"/a","value":{"x":1}}])",
                  R"({"a":{"x":1},"b":2})"},
        GoodPatch{"replace an element", "[1,2]", R"([{"op":"replace","path":"/0","value":9}])", "[9,2]"},
        GoodPatch{"replace the root", R"({"a":1})", R"([{"op":"replace","path":"","value":{"b":2}}])", R"({"b":2})"},
        GoodPatch{"move a member", R"({"a":{"x":1},"b":{}})", R"([{"op":"move","from":"/a/x","path":"/b/y"}])",
                  R"({"a":{},"b":{"y":1}})"},
        GoodPatch{"move within an array", "[1,2,3,4]", R"([{"op":"move","from":"/1","path":"/3"}])", "[1,3,4,2]"},
        GoodPatch{"move onto itself", R"({"a":1,"b":2})", R"([{"op":"move","from":"/a","path":"/a"}])",
                  R"({"a":1,"b":2})"},
        GoodPatch{"move to the root", R"({"a":{"b":1}})", R"([{"op":"move","from":"/a","path":""}])", R"({"b":1})"},
        GoodPatch{"a like-named sibling is no child", R"({"a":1,"ab":{}})",
                  R"([{"op":"move","from":"/a","path":"/ab/x"}])", R"({"ab":{"x":1}})"},
        GoodPatch{"copy", R"({"a":[1]})",
                  R"([{"op":"copy","from":"/a","path":"/b"},{"op":"add","path":"/b/-","value":2}])",
                  R"({"a":[1],"b":[1,2]})"},
        GoodPatch{"copy into its own child", R"({"a":{}})", R"([{"op":"copy","from":"/a","path":"/a/b"}])",
                  R"({"a":{"b":{}}})"},
        GoodPatch{"test ignores key order", R"({"a":{"x":1,"y":[2]}})",
                  R"([{"op":"test","path":"/a","value":{"y":[2],"x":1}}])", R"({"a":{"x":1,"y":[2]}})"},
        GoodPatch{"test compares numbers as numbers", "[1]", R"([{"op":"test","path":"/0","value":1.0}])", "[1]"},
        GoodPatch{"test null", R"({"a":null})", R"([{"op":"test","path":"/a","value":null}])", R"({"a":null})"},
        GoodPatch{"test the root", "[1]", R"([{"op":"test","path":"","value":[1]}])", "[1]"},
        GoodPatch{"escapes", R"({"a/b":1,"m~n":2,"~1":3})",
                  R"([{"op":"test","path":"/a~1b","value":1},{"op":"test","path":"/m~0n","value":2},
                      {"op":"test","path":"/~01","value":3}])",
                  R"({"a/b":1,"m~n":2,"~1":3})"}),
    [](const auto& test) {
      std::string name;
      for (const char c : std::string(test.param.what))
        name.push_back(std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_');
      return name;
    });

struct BadPatch {
  const char* document;
  const char* patch;
  ErrorCode code;
  const char* fault;
};

class RefusedPatch : public ::testing::TestWithParam<BadPatch> {};

TEST_P(RefusedPatch, SaysWhichOperationAndWhy) {
  const auto result = apply_json_patch(json(GetParam().document), json(GetParam().patch));
  ASSERT_FALSE(result) << to_text(*result);
  EXPECT_EQ(result.error().code, GetParam().code) << result.error().message;
  ASSERT_EQ(result.error().faults.size(), 1U);
  EXPECT_EQ(result.error().faults[0].path, GetParam().fault) << result.error().message;
}

constexpr auto kMalformed = ErrorCode::InvalidArgument;
constexpr auto kMissing = ErrorCode::Unprocessable;

INSTANTIATE_TEST_SUITE_P(
    Rfc6902, RefusedPatch,
    ::testing::Values(
        BadPatch{"{}", "{}", kMalformed, ""}, BadPatch{"{}", "[1]", kMalformed, "/0"},
        BadPatch{"{}", R"([{"path":"/a","value":1}])", kMalformed, "/0/op"},
        BadPatch{"{}", R"([{"op":"spam","path":"/a"}])", kMalformed, "/0/op"},
        BadPatch{"{}", R"([{"op":1,"path":"/a"}])", kMalformed, "/0/op"},
        BadPatch{"{}", R"([{"op":"add","value":1}])", kMalformed, "/0/path"},
        BadPatch{"{}", R"([{"op":"add","path":null,"value":1}])", kMalformed, "/0/path"},
        BadPatch{"{}", R"([{"op":"add","path":"a","value":1}])", kMalformed, "/0/path"},
        BadPatch{"{}", R"([{"op":"add","path":"/a~2","value":1}])", kMalformed, "/0/path"},
        BadPatch{"{}", R"([{"op":"add","path":"/a~","value":1}])", kMalformed, "/0/path"},
        BadPatch{"{}", R"([{"op":"add","path":"/a"}])", kMalformed, "/0/value"},
        BadPatch{R"({"a":1})", R"([{"op":"replace","path":"/a"}])", kMalformed, "/0/value"},
        BadPatch{R"({"a":1})", R"([{"op":"test","path":"/a"}])", kMalformed, "/0/value"},
        BadPatch{R"({"a":1})", R"([{"op":"copy","path":"/b"}])", kMalformed, "/0/from"},
        BadPatch{R"({"a":1})", R"([{"op":"move","path":"/b","from":"a"}])", kMalformed, "/0/from"},
        BadPatch{R"({"a":{"b":1}})", R"([{"op":"move","from":"/a","path":"/a/b"}])", kMalformed, "/0/from"},
        BadPatch{R"({"a":1})", R"([{"op":"move","from":"","path":"/b"}])", kMalformed, "/0/from"},
        BadPatch{"{}", R"([{"op":"add","path":"/a/b","value":1}])", kMissing, "/0/path"},
        BadPatch{R"({"a":1})", R"([{"op":"add","path":"/a/b","value":1}])", kMissing, "/0/path"},
        BadPatch{"[]", R"([{"op":"add","path":"/1","value":1}])", kMissing, "/0/path"},
        BadPatch{"[1,2]", R"([{"op":"add","path":"/01","value":1}])", kMissing, "/0/path"},
        BadPatch{"[1,2]", R"([{"op":"add","path":"/1e0","value":1}])", kMissing, "/0/path"},
        BadPatch{"[1,2]", R"([{"op":"add","path":"/-1","value":1}])", kMissing, "/0/path"},
        BadPatch{"[1,2]", R"([{"op":"add","path":"/a","value":1}])", kMissing, "/0/path"},
        BadPatch{"[1,2]", R"([{"op":"add","path":"/99999999999999999999","value":1}])", kMissing, "/0/path"},
        BadPatch{"[1]", R"([{"op":"remove","path":"/-"}])", kMissing, "/0/path"},
        BadPatch{"[1]", R"([{"op":"remove","path":"/1"}])", kMissing, "/0/path"},
        BadPatch{"{}", R"([{"op":"remove","path":"/a"}])", kMissing, "/0/path"},
        BadPatch{"{}", R"([{"op":"remove","path":""}])", kMissing, "/0/path"},
        BadPatch{"{}", R"([{"op":"replace","path":"/a","value":1}])", kMissing, "/0/path"},
        BadPatch{"[1]", R"([{"op":"replace","path":"/00","value":1}])", kMissing, "/0/path"},
        BadPatch{"{}", R"([{"op":"copy","from":"/a","path":"/b"}])", kMissing, "/0/from"},
        BadPatch{"{}", R"([{"op":"move","from":"/a","path":"/a"}])", kMissing, "/0/from"},
        BadPatch{"{}", R"([{"op":"test","path":"/a","value":null}])", kMissing, "/0/path"},
        BadPatch{"[1]", R"([{"op":"test","path":"/01","value":1}])", kMissing, "/0/path"},
        BadPatch{R"({"a":1})", R"([{"op":"test","path":"/a","value":"1"}])", ErrorCode::Conflict, "/0/value"},
        BadPatch{R"({"a":[1,2]})", R"([{"op":"test","path":"/a","value":[2,1]}])", ErrorCode::Conflict, "/0/value"},
        BadPatch{"{}", R"([{"op":"add","path":"/a","value":1},{"op":"remove","path":"/b"}])", kMissing, "/1/path"}));

TEST(JsonPatch, NamesTheOperationButNeverTheValues) {
  const auto result = apply_json_patch(json(R"({"password":"hunter2"})"),
                                       json(R"([{"op":"test","path":"/password","value":"s3cret"}])"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message,
            "JSON Patch operation 0 (test '/password'): the value at '/password' is another than the tested one");
}

TEST(JsonPatch, CannotMultiplyTheDocumentWithoutEnd) {
  Json patch = Json::array();
  for (int i = 0; i < 60; ++i) {
    patch.push_back({{"op", "copy"}, {"from", ""}, {"path", "/k" + std::to_string(i)}});
  }
  const auto result = apply_json_patch(json(R"({"a":[1,2,3]})"), patch);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Unprocessable);
}

TEST(JsonPatch, CannotNestBeyondTheParsersLimit) {
  Json patch = Json::array();
  std::string path;
  for (int i = 0; i < 100; ++i) {
    path += "/a";
    patch.push_back({{"op", "add"}, {"path", path}, {"value", Json::object()}});
  }
  const auto result = apply_json_patch(Json::object(), patch);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().faults[0].path, "/63/path") << result.error().message;
}

TEST(MergePatch, FollowsTheRfcsTable) {
  const std::vector<std::array<const char*, 3>> cases{
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", "{}"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", "null", "null"},
      {R"({"a":"foo"})", "\"bar\"", "\"bar\""},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {"[1,2]", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"}};
  for (const auto& [document, patch, expected] : cases) {
    EXPECT_EQ(to_text(apply_merge_patch(json(document), json(patch))), to_text(json(expected))) << document << patch;
  }
}

Json random_value(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 8 : 5)) {
    case 0:
      return nullptr;
    case 1:
      return random() % 2 == 0;
    case 2:
      return static_cast<int>(random() % 4);
    case 3:
      return static_cast<double>(random() % 4);
    case 4:
      return std::string(random() % 3, 'x');
    case 5:
    case 6: {
      Json object = Json::object();
      for (auto n = random() % 5; n > 0; --n)
        object[std::string(1, static_cast<char>("ab/~c"[random() % 5]))] = random_value(random, depth - 1);
      return object;
    }
    default: {
      Json array = Json::array();
      for (auto n = random() % 5; n > 0; --n) array.push_back(random_value(random, depth - 1));
      return array;
    }
  }
}

TEST(JsonDiff, AppliedGivesTheOtherDocument) {
  std::mt19937 random(7);
  for (int i = 0; i < 5000; ++i) {
    const Json from = random_value(random, 4);
    const Json to = random_value(random, 4);
    const Json patch = diff_json(from, to);
    const auto result = apply_json_patch(from, patch);
    ASSERT_TRUE(result) << to_text(from) << to_text(to) << to_text(patch) << result.error().message;
    ASSERT_TRUE(json_equal(*result, to)) << to_text(from) << to_text(to) << to_text(patch);
    ASSERT_EQ(diff_json(*result, to), Json::array());
  }
}

TEST(JsonDiff, IsSmall) {
  EXPECT_EQ(to_text(diff_json(json(R"({"a":1,"b":[1,2,3]})"), json(R"({"b":[1,3],"a":1})"))),
            R"([{"op":"remove","path":"/b/1"}])");
  EXPECT_EQ(to_text(diff_json(json("[1,2]"), json("[0,1,2]"))), R"([{"op":"add","path":"/0","value":0}])");
  EXPECT_EQ(to_text(diff_json(json(R"({"port":1})"), json(R"({"port":1.0})"))),
            R"([{"op":"replace","path":"/port","value":1.0}])");
  EXPECT_EQ(to_text(diff_json(json(R"({"a/b":{"~":1}})"), json(R"({"a/b":{"~":2}})"))),
            R"([{"op":"replace","path":"/a~1b/~0","value":2}])");
}

}  // namespace
}  // namespace draas
