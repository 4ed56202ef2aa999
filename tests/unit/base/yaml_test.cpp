#include "base/yaml.hpp"

#include <filesystem>
#include <random>

#include <gtest/gtest.h>

#include "base/files.hpp"

namespace draas {
namespace {

std::string read(std::string_view text) {
  const auto parsed = parse_yaml(text);
  return parsed ? to_text(parsed->value) : parsed.error().message;
}

std::string error_of(std::string_view text, JsonLimits limits = {}) {
  const auto parsed = parse_yaml(text, limits);
  if (parsed) return "parsed";
  EXPECT_EQ(parsed.error().code, ErrorCode::InvalidArgument);
  return parsed.error().message;
}

TEST(ParseYaml, ResolvesPlainScalarsByTheCoreSchema) {
  const std::vector<std::pair<const char*, const char*>> cases{{"null", "null"},
                                                               {"Null", "null"},
                                                               {"NULL", "null"},
                                                               {"~", "null"},
                                                               {"", "null"},
                                                               {"true", "true"},
                                                               {"True", "true"},
                                                               {"FALSE", "false"},
                                                               {"tRue", "\"tRue\""},
                                                               {"yes", "\"yes\""},
                                                               {"no", "\"no\""},
                                                               {"on", "\"on\""},
                                                               {"off", "\"off\""},
                                                               {"y", "\"y\""},
                                                               {"0", "0"},
                                                               {"-7", "-7"},
                                                               {"+7", "7"},
                                                               {"8080", "8080"},
                                                               {"0x1F", "31"},
                                                               {"0o17", "15"},
                                                               {"0b101", "5"},
                                                               {"-0x10", "-16"},
                                                               {"0123", "\"0123\""},
                                                               {"-012", "\"-012\""},
                                                               {"1_000", "\"1_000\""},
                                                               {"12:30", "\"12:30\""},
                                                               {"18446744073709551615", "18446744073709551615"},
                                                               {"-9223372036854775808", "-9223372036854775808"},
                                                               {"18446744073709551616", "1.8446744073709552e+19"},
                                                               {"-9223372036854775809", "-9.223372036854776e+18"},
                                                               {"1.5", "1.5"},
                                                               {"1.", "1.0"},
                                                               {".5", "0.5"},
                                                               {"-1.5e3", "-1500.0"},
                                                               {"1e3", "1000.0"},
                                                               {"1E-2", "0.01"},
                                                               {"1e999", "\"1e999\""},
                                                               {"1e-999", "0.0"},
                                                               {"e5", "\"e5\""},
                                                               {".", "\".\""},
                                                               {"+", "\"+\""},
                                                               {"1e", "\"1e\""},
                                                               {"inf", "\"inf\""},
                                                               {"nan", "\"nan\""},
                                                               {"2026-01-01", "\"2026-01-01\""},
                                                               {"1.2.3", "\"1.2.3\""},
                                                               {"0x", "\"0x\""},
                                                               {"0xg", "\"0xg\""},
                                                               {"--1", "\"--1\""},
                                                               {"${PORT:-8080}", "\"${PORT:-8080}\""}};
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(read("key: " + std::string(text)), "{\"key\":" + std::string(expected) + "}") << text;
  }
}

TEST(ParseYaml, QuotedAndBlockScalarsAreStrings) {
  EXPECT_EQ(read("a: '5'\nb: \"true\"\nc: |\n  7\nd: >-\n  null\ne: \"\"\n"),
            R"({"a":"5","b":"true","c":"7\n","d":"null","e":""})");
}

TEST(ParseYaml, KeepsOrderAndNesting) {
  EXPECT_EQ(read("z: 1\na:\n  - x: [1, {k: v}]\n  - - nested\n    - list\nempty: {}\nnone:\n"),
            R"({"z":1,"a":[{"x":[1,{"k":"v"}]},["nested","list"]],"empty":{},"none":null})");
  EXPECT_EQ(read(""), "null");
  EXPECT_EQ(read("# only a comment\n"), "null");
  EXPECT_EQ(read("---\nx\n"), "\"x\"");
  EXPECT_EQ(read("1: a\ntrue: b\n\"\": c\n"), R"({"1":"a","true":"b","":"c"})");
}

TEST(ParseYaml, MarksEveryNode) {
  const auto parsed = parse_yaml("a: 1\nlist:\n  - x\n  - k/v: y\n");
  ASSERT_TRUE(parsed);
  std::vector<std::string> marks;
  for (const YamlMark& mark : parsed->marks) {
    marks.push_back(mark.path + "@" + std::to_string(mark.line) + ":" + std::to_string(mark.column));
  }
  EXPECT_EQ(marks, (std::vector<std::string>{"@1:1", "/a@1:4", "/list@3:3", "/list/0@3:5", "/list/1@4:5",
                                             "/list/1/k~1v@4:10"}));
}

TEST(ParseYaml, ExpandsAliases) {
  EXPECT_EQ(read("a: &x {k: [1]}\nb: *x\nc: [*x]\n"), R"({"a":{"k":[1]},"b":{"k":[1]},"c":[{"k":[1]}]})");
  EXPECT_EQ(read("&k key: 1\nb: *k\n"), R"({"key":1,"b":"key"})");
  EXPECT_NE(error_of("a: *none").find("line 1"), std::string::npos);
  EXPECT_EQ(error_of("&a [*a]"), "malformed YAML at line 1, column 5: the alias stands inside what it refers to");
}

TEST(ParseYaml, StopsTheBillionLaughs) {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 20; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += before + ",";
    text += "]\n";
  }
  EXPECT_NE(error_of(text).find("aliases stand for more than 200000 values"), std::string::npos);
  EXPECT_NE(parse_yaml_stream(text + "---\n" + text).error().message.find("more than"), std::string::npos);
}

TEST(ParseYaml, RefusesWhatWouldLoseOrMislead) {
  EXPECT_EQ(error_of("a: 1\na: 2\n"), "malformed YAML at line 2, column 1: the key 'a' is repeated");
  EXPECT_EQ(error_of("<<: {a: 1}"), "malformed YAML at line 1, column 1: merge keys ('<<') are not supported");
  EXPECT_EQ(error_of("\"<<\": 1"), "parsed");
  EXPECT_NE(error_of("a: !!binary aGk=").find("tag"), std::string::npos);
  EXPECT_NE(error_of("a: !custom {}").find("tag"), std::string::npos);
  EXPECT_NE(error_of("? [a]\n: 1").find("key that is not a string"), std::string::npos);
  EXPECT_NE(error_of("~: 1").find("null key"), std::string::npos);
  EXPECT_NE(error_of("a: .inf").find("'.inf' is not a number"), std::string::npos);
  EXPECT_NE(error_of("a: 1\n---\nb: 2").find("second document"), std::string::npos);
  EXPECT_NE(error_of("a: [1, 2").find("malformed YAML at line"), std::string::npos);
  EXPECT_NE(error_of("a: 1\n  b: 2").find("malformed YAML at line 2"), std::string::npos);
  EXPECT_NE(error_of("a: \"x").find("malformed"), std::string::npos);
  EXPECT_EQ(error_of("a: 1\nb: \x04tail: 2"),
            "malformed YAML at line 2, column 4: a control character or invalid UTF-8");
  EXPECT_NE(error_of("a: \xC3\x28").find("line 1, column 4"), std::string::npos);
  EXPECT_NE(error_of(std::string_view("a\0b: 1", 6)).find("control character"), std::string::npos);
}

TEST(ParseYaml, HoldsItsLimits) {
  EXPECT_EQ(error_of(std::string(64, '[') + std::string(64, ']')), "parsed");
  EXPECT_NE(error_of(std::string(65, '[') + std::string(65, ']')).find("nested deeper than 64"), std::string::npos);
  EXPECT_NE(error_of(std::string(100'000, '[')), "parsed");
  EXPECT_NE(error_of(std::string(100'000, '{')), "parsed");
  std::string dashes;
  for (int i = 0; i < 10'000; ++i) dashes += "- ";
  EXPECT_NE(error_of(dashes).find("nested deeper than 64"), std::string::npos);
  EXPECT_NE(error_of("[1,2,3,4]", {.max_values = 4}).find("more than 4 values"), std::string::npos);
  std::string anchors;
  for (int i = 0; i < 60; ++i) anchors += "&a" + std::to_string(i) + " [";
  EXPECT_EQ(error_of(anchors + std::string(60, ']')), "parsed");
  EXPECT_NE(error_of("a: &x [[[1]]]\nb: [[[*x]]]", {.max_depth = 6}).find("deeper than 6"), std::string::npos);
}

TEST(ParseYaml, ReadsStreams) {
  const auto documents = parse_yaml_stream("a: 1\n---\nb: 2\n---\n- 3\n");
  ASSERT_TRUE(documents);
  ASSERT_EQ(documents->size(), 3U);
  EXPECT_EQ(to_text((*documents)[1].value), R"({"b":2})");
  EXPECT_EQ((*documents)[2].marks[1].line, 5);
  EXPECT_TRUE(parse_yaml_stream("")->empty());
  EXPECT_FALSE(parse_yaml_stream("a: 1\n]\n"));
}

TEST(ParseYaml, ReadsTheServersOwnConfigurations) {
  const char* named = std::getenv("DRAAS_CONFIG_CORPUS");
  const std::filesystem::path corpus = named != nullptr ? named : DRAAS_DEFAULT_CONFIG_CORPUS;
  if (!std::filesystem::is_directory(corpus)) GTEST_SKIP() << "no configurations at " << corpus;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
    if (entry.path().extension() != ".yaml") continue;
    const auto parsed = parse_yaml(read_file(entry.path()).value());
    ASSERT_TRUE(parsed) << entry.path() << parsed.error().message;
    const auto again = parse_yaml(to_yaml(parsed->value));
    ASSERT_TRUE(again) << entry.path() << again.error().message;
    EXPECT_EQ(again->value, parsed->value) << entry.path();
    ++files;
  }
  EXPECT_GT(files, 5);
}

void expect_round_trip(const Json& value) {
  const std::string text = to_yaml(value);
  const auto parsed = parse_yaml(text);
  ASSERT_TRUE(parsed) << parsed.error().message << "\n" << text << "\n" << to_text(value);
  // As text, since Json compares 1 and 1.0 as equal.
  ASSERT_EQ(to_text(parsed->value), to_text(value)) << text;
}

TEST(ToYaml, LooksAsAPersonWouldWriteIt) {
  const Json value = Json::parse(R"({"id":"demo","port":8080,"ratio":1.0,"on":"yes","query":"MATCH (n)\nRETURN n\n",
      "sources":[{"kind":"mock","id":"s1"},[1,2],"a: b"],"empty":{},"none":null,"list":[],"text":"http://x/?a#b"})");
  EXPECT_EQ(to_yaml(value),
            "id: demo\nport: 8080\nratio: 1.0\n\"on\": \"yes\"\nquery: |\n  MATCH (n)\n  RETURN n\nsources:\n"
            "  - kind: mock\n    id: s1\n  - - 1\n    - 2\n  - \"a: b\"\nempty: {}\nnone: null\nlist: []\n"
            "text: http://x/?a#b\n");
}

TEST(ToYaml, GivesEveryStringBack) {
  const std::vector<std::string> strings{"",
                                         " ",
                                         "yes",
                                         "no",
                                         "Yes",
                                         "on",
                                         "1.0",
                                         "0x1f",
                                         "0b1",
                                         "null",
                                         "~",
                                         "Null",
                                         "true",
                                         "2026-01-01",
                                         "12:30:00",
                                         "- a",
                                         "-",
                                         "--",
                                         "---",
                                         "...",
                                         "--- x",
                                         "... x",
                                         "#x",
                                         "a #b",
                                         "a#b",
                                         "a: b",
                                         "a:",
                                         ":",
                                         ": x",
                                         "?",
                                         "? x",
                                         "[x",
                                         "{x",
                                         "]",
                                         "}",
                                         ",",
                                         "&a",
                                         "*a",
                                         "!tag",
                                         "|",
                                         ">",
                                         "'",
                                         "\"",
                                         "%x",
                                         "@x",
                                         "`x",
                                         "<<",
                                         "=",
                                         " lead",
                                         "trail ",
                                         "\ttab",
                                         "tab\t",
                                         "in\tside",
                                         "\n",
                                         "\n\n",
                                         "a\n",
                                         "a\n\n",
                                         "a\nb",
                                         "a\n\nb\n",
                                         " a\nb",
                                         "\na",
                                         "a\n b\n  c",
                                         "a \nb",
                                         "a\n\tb",
                                         "a\n \nb",
                                         "a\n  ",
                                         "a\r\nb",
                                         "\r",
                                         "a\rb",
                                         "# a\n# b\n",
                                         "---\na\n---\n",
                                         "...\n",
                                         "\x01\x02",
                                         "\x7F",
                                         std::string("\0", 1),
                                         std::string("a\0b", 3),
                                         "\x1B[0m",
                                         "\x04",
                                         "é",
                                         "日本語",
                                         "😀 smile",
                                         "\xC2\x85",
                                         "a\xE2\x80\xA8"
                                         "b",
                                         "\xEF\xBB\xBF",
                                         "\xEF\xBF\xBE",
                                         "\xC2\xA0",
                                         "\\",
                                         "a\\nb",
                                         "C:\\dir",
                                         "${VAR:-x}",
                                         "MATCH (n {a: 'b'})",
                                         "1_000",
                                         "+1",
                                         ".5",
                                         "1.",
                                         "1e3",
                                         "0o7",
                                         "0123",
                                         ".inf",
                                         ".nan",
                                         "-.inf",
                                         "99999999999999999999",
                                         "1e999",
                                         std::string(2000, 'k'),
                                         std::string(2000, 'k') + ": x",
                                         std::string(1500, '"'),
                                         "a\n" + std::string(3000, 'b')};
  for (const std::string& text : strings) {
    expect_round_trip(Json(text));
    expect_round_trip(Json::array({text, text}));
    expect_round_trip(Json{{"key", text}, {"after", 1}});
    expect_round_trip(Json{{text, text}});
    expect_round_trip(Json{{"a", Json::array({Json{{text, Json::array({text})}, {"b", text}}, text})}});
  }
}

TEST(ToYaml, GivesEveryNumberBack) {
  for (const Json& value :
       {Json(0), Json(-1), Json(1.0), Json(-0.0), Json(1e300), Json(5e-324), Json(0.1), Json(1e21),
        Json(std::numeric_limits<std::uint64_t>::max()), Json(std::numeric_limits<std::int64_t>::min())}) {
    expect_round_trip(value);
    expect_round_trip(Json::array({value}));
  }
}

std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> pieces{
      "a",    "b",  "0", "1", ".",  "-",  ":", " ",  "\n",   "#",           "'",   "\"",
      "\\",   "[",  "]", "{", "}",  ",",  "&", "*",  "!",    "|",           ">",   "%",
      "@",    "`",  "?", "~", "\t", "\r", "é", "😀", "\x01", "\xC2\x85",    "yes", "null",
      "true", "0x", "e", "+", "_",  "<<", "=", "  ", "\n\n", "\xE2\x80\xA9"};
  std::string text;
  for (auto n = random() % 7; n > 0; --n) text += pieces[random() % pieces.size()];
  return text;
}

Json random_value(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 11 : 8)) {
    case 0:
      return nullptr;
    case 1:
      return random() % 2 == 0;
    case 2:
      return static_cast<std::int64_t>(random()) - static_cast<std::int64_t>(random());
    case 3:
      return (static_cast<double>(random()) - 2e9) / static_cast<double>(1 + random() % 1000);
    case 4:
    case 5:
    case 6:
    case 7:
      return random_text(random);
    case 8:
    case 9: {
      Json object = Json::object();
      for (auto n = random() % 4; n > 0; --n) object[random_text(random)] = random_value(random, depth - 1);
      return object;
    }
    default: {
      Json array = Json::array();
      for (auto n = random() % 4; n > 0; --n) array.push_back(random_value(random, depth - 1));
      return array;
    }
  }
}

TEST(ToYaml, GivesRandomDocumentsBack) {
  std::mt19937 random(11);
  for (int i = 0; i < 20'000 && !HasFatalFailure(); ++i) expect_round_trip(random_value(random, 5));
}

TEST(ParseYaml, SurvivesRandomText) {
  std::mt19937 random(13);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (int j = 0; j < 8; ++j) text += random_text(random);
    const auto parsed = parse_yaml_stream(text);
    if (!parsed) {
      ASSERT_EQ(parsed.error().code, ErrorCode::InvalidArgument);
      continue;
    }
    for (const YamlDocument& document : *parsed) expect_round_trip(document.value);
  }
}

}  // namespace
}  // namespace draas
