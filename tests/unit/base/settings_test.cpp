#include "base/settings.hpp"

#include <filesystem>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/id.hpp"
#include "base/yaml.hpp"

namespace draas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::vector<SettingDeclaration> declarations() {
  SettingDeclaration level{"Logging.LogLevel", SettingType::TextMap, Json{{"Default", "Information"}}, "Levels."};
  level.choices = {"Debug", "Information", "Warning"};
  SettingDeclaration kind{"Store.Kind", SettingType::Text, "sqlite", "Kind of store."};
  kind.choices = {"sqlite", "memory"};
  SettingDeclaration key{"Store.Key", SettingType::Text, "", "A secret."};
  key.secret = true;
  SettingDeclaration even{"Store.Even", SettingType::Integer, 2, "An even number."};
  even.check = [](const Json& value) { return value.get<int>() % 2 == 0 ? "" : "must be even"; };
  return {{"DataDirectory", SettingType::Text, "./data", "Where data lies."},
          {"Server.Urls", SettingType::TextList, Json::array({"http://a"}), "Addresses."},
          {"Server.Port", SettingType::Integer, 80, "A port.", 1, 65535},
          {"Server.Timeout", SettingType::Duration, 30'000, "A time.", 1000, 3'600'000},
          {"Server.Limit", SettingType::Bytes, 1024, "A size."},
          {"Server.Open", SettingType::Boolean, false, "Open?"},
          {"Server.Cores", SettingType::Number, 0.5, "Cores.", 0, 64},
          level,
          kind,
          key,
          even,
          {"Process.Environment", SettingType::TextMap, Json::object(), "Variables."},
          {"Process.Options", SettingType::Object, Json::object(), "Anything."}};
}

class SettingsFiles : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path file(const std::string& content, const std::string& name = "draas.yaml") {
    const auto path = directory_ / name;
    EXPECT_TRUE(write_file(path, content, 0600, Durability::Atomic));
    return path;
  }

  Result<Settings> load(const std::string& content) {
    SettingsSources sources;
    sources.file = file(content);
    return load_settings(declarations(), sources);
  }

  // The faults' messages, with the file's directory left out.
  std::vector<std::string> faults(const Result<Settings>& result) {
    EXPECT_FALSE(result);
    std::vector<std::string> messages;
    if (result) return messages;
    EXPECT_EQ(result.error().code, ErrorCode::InvalidArgument);
    for (const Fault& fault : result.error().faults) {
      std::string message = fault.message;
      const std::string prefix = directory_.string() + "/";
      if (message.starts_with(prefix)) message.erase(0, prefix.size());
      messages.push_back(message);
    }
    return messages;
  }

  std::filesystem::path directory_ = std::filesystem::temp_directory_path() / ("draas-settings-" + random_hex(6));
};

TEST_F(SettingsFiles, DefaultsWithoutAnySource) {
  const auto settings = load_settings(declarations(), {});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->text("DataDirectory"), "./data");
  EXPECT_EQ(settings->duration("Server.Timeout"), std::chrono::seconds(30));
  EXPECT_EQ(settings->at("Server.Port").source, "default");
  EXPECT_THROW(static_cast<void>(settings->text("Nothing")), std::out_of_range);
}

TEST_F(SettingsFiles, ReadsYamlInAnyCaseWithThePlaceOfEachKey) {
  const auto settings = load(
      "datadirectory: /var/x\nSERVER:\n  urls: [http://b, http://c]\n  Port: 8080\n  timeout: 00:01:30\n  Limit: "
      "10MiB\n"
      "  open: true\n  cores: 1.5\nlogging:\n  LogLevel:\n    Microsoft.AspNetCore: warning\nstore:\n  kind: MEMORY\n"
      "process:\n  environment:\n    A: 1\n    B: \"x\"\n  options: {any: [1]}\n");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->text("DataDirectory"), "/var/x");
  EXPECT_THAT(settings->text_list("Server.Urls"), ElementsAre("http://b", "http://c"));
  EXPECT_EQ(settings->integer("Server.Port"), 8080);
  EXPECT_EQ(settings->duration("Server.Timeout"), std::chrono::seconds(90));
  EXPECT_EQ(settings->integer("Server.Limit"), 10 << 20);
  EXPECT_TRUE(settings->boolean("Server.Open"));
  EXPECT_EQ(settings->number("Server.Cores"), 1.5);
  EXPECT_THAT(settings->text_map("Logging.LogLevel"),
              ElementsAre(Pair("Default", "Information"), Pair("Microsoft.AspNetCore", "Warning")));
  EXPECT_EQ(settings->text("Store.Kind"), "memory") << "spelled as declared";
  EXPECT_THAT(settings->text_map("Process.Environment"), ElementsAre(Pair("A", "1"), Pair("B", "x")));
  EXPECT_EQ(to_text(settings->object("Process.Options")), R"({"any":[1]})");
  EXPECT_THAT(settings->at("Server.Port").source, ::testing::EndsWith("draas.yaml:4"));
  EXPECT_THAT(settings->at("Process.Environment").source, ::testing::EndsWith("draas.yaml:15"));
}

TEST_F(SettingsFiles, ReadsJsonAsDotnetDoes) {
  const auto settings = load(
      "// comment\n{\n\t\"Server\": { /* one\n more */ \"Port\": \"8081\", \"Urls\": [\"http://x//y\",], },\n"
      "  \"Store:Kind\": \"memory\",\n  \"Logging\": { \"LogLevel\": { \"Default\": \"Debug\" } },\n  "
      "\"DataDirectory\": null,\n}\n");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->integer("Server.Port"), 8081);
  EXPECT_THAT(settings->text_list("Server.Urls"), ElementsAre("http://x//y"));
  EXPECT_EQ(settings->text("Store.Kind"), "memory");
  EXPECT_THAT(settings->text_map("Logging.LogLevel"), ElementsAre(Pair("Default", "Debug")));
  EXPECT_EQ(settings->at("DataDirectory").source, "default") << "null is as if absent";
  EXPECT_THAT(settings->at("Server.Port").source, ::testing::EndsWith(":4"));
}

TEST_F(SettingsFiles, LayersWinInOrder) {
  SettingsSources sources;
  sources.file =
      file("Server: {Port: 1, Timeout: 5s, Urls: [a, b], Limit: 1}\nProcess: {Environment: {A: file, B: file}}\n");
  sources.environment_aliases = {{"OTHER_URLS", "Server.Urls"}};
  sources.environment = {{"server__PORT", "2"},
                         {"Server__Timeout", "6s"},
                         {"OTHER_URLS", "c;d"},
                         {"Server__Urls__1", "e"},
                         {"Process__Environment__B", "env"},
                         {"PATH", "/bin"},
                         {"SERVER", "unrelated"},
                         {"STORE_KIND", "unrelated"},
                         {"DATADIRECTORY", "/env"},
                         {"Logging__LogLevel__Default", "debug"}};
  sources.flags = {{"Server:Port", "3", "--Server:Port"}, {"Server.Open", "true", "--open"}};
  const auto settings = load_settings(declarations(), sources);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->integer("Server.Port"), 3);
  EXPECT_EQ(settings->at("Server.Port").source, "flag --Server:Port");
  EXPECT_EQ(settings->duration("Server.Timeout"), std::chrono::seconds(6));
  EXPECT_EQ(settings->at("Server.Timeout").source, "environment Server__Timeout");
  EXPECT_THAT(settings->text_list("Server.Urls"), ElementsAre("c", "e"));
  EXPECT_EQ(settings->at("Server.Urls").source, "environment OTHER_URLS, environment Server__Urls__1");
  EXPECT_THAT(settings->text_map("Process.Environment"), ElementsAre(Pair("A", "file"), Pair("B", "env")));
  EXPECT_EQ(settings->text("DataDirectory"), "/env");
  EXPECT_EQ(settings->at("Server.Open").source, "flag --open");
  EXPECT_THAT(settings->text_map("Logging.LogLevel"), ElementsAre(Pair("Default", "Debug")));
  EXPECT_EQ(settings->integer("Server.Limit"), 1);
}

TEST_F(SettingsFiles, MembersOfObjectsAreSetOneByOne) {
  SettingsSources sources;
  sources.file = file("Process: {Options: {team: {Git: here, Prune: true}}}\n");
  sources.environment = {{"Process__Options__team__Git", "there"}};
  sources.flags = {{"Process:Options:other:Directory", "/etc", "--Process:Options:other:Directory"}};
  const auto settings = load_settings(declarations(), sources);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->object("Process.Options"),
            *parse_json(R"({"team":{"Git":"there","Prune":true},"other":{"Directory":"/etc"}})"));
}

TEST_F(SettingsFiles, ReportsAllFaultsOfAllLayersAtOnce) {
  SettingsSources sources;
  sources.file = file(
      "Servre:\n  Port: 1\nServer:\n  Prot: 1\n  Port: 99999\n  Timeout: soon\n  Limit: 1TB\n  Open: maybe\n  Cores: "
      "many\n"
      "  Urls: {a: b}\nKind: memory\nStore:\n  Kind: oracle\n  Even: 3\n  Key: [1]\nLogging: yes\n"
      "Process:\n  Environment: {A: [1]}\n  Options: 5\n");
  sources.environment = {{"Server__Port__X", "1"}, {"Store__Knd", "x"}, {"Server__Urls__7", "x"}};
  sources.flags = {
      {"Server:Timeout", "1ms", "--Server:Timeout"}, {"Server", "1", "--Server"}, {"Nothing:AtAll", "1", "--x"}};
  const auto result = load_settings(declarations(), sources);
  EXPECT_THAT(
      faults(result),
      ElementsAre("draas.yaml:1: Servre: unknown key; did you mean 'Server'?",
                  "draas.yaml:4: Server.Prot: unknown key; did you mean 'Server.Port'?",
                  "draas.yaml:5: Server.Port: must be at most 65535",
                  "draas.yaml:6: Server.Timeout: 'soon' is not a duration such as 30s, 500ms, 1h30m or 00:00:30",
                  "draas.yaml:7: Server.Limit: '1TB' is not a number of bytes such as 1048576, 10MiB or 2GiB",
                  "draas.yaml:8: Server.Open: 'maybe' is neither true nor false",
                  "draas.yaml:9: Server.Cores: 'many' is not a number", "draas.yaml:10: Server.Urls: must be a list",
                  "draas.yaml:11: Kind: unknown key; did you mean 'Store.Kind'?",
                  "draas.yaml:13: Store.Kind: 'oracle' is not one of sqlite, memory",
                  "draas.yaml:14: Store.Even: must be even",
                  "draas.yaml:15: Store.Key: must be a single value, not a list",
                  "draas.yaml:16: Logging: is a section; its keys are expected below it",
                  "draas.yaml:18: Process.Environment: must map names to texts; 'A' does not",
                  "draas.yaml:19: Process.Options: must be a mapping",
                  "environment Store__Knd: Store.Knd: unknown key; did you mean 'Store.Kind'?",
                  "environment Server__Port__X: Server.Port.X: 'Server.Port' is a single value, not a section",
                  "environment Server__Urls__7: Server.Urls.7: '7' is not an index of this list, nor the next one",
                  "flag --Server:Timeout: Server.Timeout: must be at least 1s",
                  "flag --Server: Server: is a section, not a key", "flag --x: Nothing.AtAll: unknown key"));
  EXPECT_THAT(result.error().message, HasSubstr("the settings have 21 faults:\n  "));
}

TEST_F(SettingsFiles, OneFaultIsTheWholeMessage) {
  const auto result = load("Server:\n  Prt: 1\n");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message,
            directory_.string() + "/draas.yaml:2: Server.Prt: unknown key; did you mean 'Server.Port'?");
  EXPECT_EQ(result.error().faults[0].path, "/Server/Prt");
}

TEST_F(SettingsFiles, MalformedFilesAreNamed) {
  EXPECT_THAT(faults(load("Server: [")), ElementsAre(HasSubstr("draas.yaml: malformed YAML at line ")));
  EXPECT_THAT(faults(load("{\"Server\": }")),
              ElementsAre(HasSubstr("draas.yaml: malformed JSON at line 1, column 12")));
  EXPECT_THAT(faults(load("- a")), ElementsAre("draas.yaml:1: must be a mapping of sections"));
  EXPECT_TRUE(load(""));
  EXPECT_TRUE(load("# nothing\nServer:\n"));
}

TEST_F(SettingsFiles, FindsTheFirstDefaultFile) {
  SettingsSources sources;
  sources.default_files = {directory_ / "none.yaml", file("Server: {Port: 5}", "second.yaml"),
                           file("x: y", "third.yaml")};
  const auto settings = load_settings(declarations(), sources);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->integer("Server.Port"), 5);
  EXPECT_EQ(settings->file(), directory_ / "second.yaml");

  sources.file = directory_ / "none.yaml";
  EXPECT_EQ(load_settings(declarations(), sources).error().code, ErrorCode::NotFound);
}

TEST_F(SettingsFiles, SecretsAreNeverShown) {
  SettingsSources sources;
  sources.file = file("Store: {Key: s3cret}");
  const auto settings = load_settings(declarations(), sources);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->text("Store.Key"), "s3cret");
  for (const std::string& shown :
       {settings->describe_as_text(), settings->describe_as_yaml(), to_text(settings->describe_as_json())}) {
    EXPECT_EQ(shown.find("s3cret"), std::string::npos);
    EXPECT_THAT(shown, HasSubstr("***"));
  }
  auto limited = declarations();
  for (auto& declaration : limited) {
    if (declaration.key == "Store.Key") declaration.choices = {"a"};
  }
  EXPECT_EQ(load_settings(limited, sources).error().message.find("s3cret"), std::string::npos);
}

TEST_F(SettingsFiles, ShownYamlIsASettingsFileOfTheSameMeaning) {
  SettingsSources sources;
  sources.file = file("Server: {Port: 5, Timeout: 90s, Urls: [a]}\nProcess: {Environment: {A: \"line\\nline\"}}");
  const auto settings = load_settings(declarations(), sources);
  ASSERT_TRUE(settings);
  const std::string shown = settings->describe_as_yaml();
  EXPECT_THAT(shown, HasSubstr("  Timeout: 1m30s  # "));
  EXPECT_THAT(shown, HasSubstr("DataDirectory: ./data  # default\n"));
  sources.file = file(shown, "again.yaml");
  const auto again = load_settings(declarations(), sources);
  ASSERT_TRUE(again) << again.error().message << shown;
  for (const auto& declaration : declarations()) {
    EXPECT_EQ(again->at(declaration.key).value, settings->at(declaration.key).value) << declaration.key;
  }
}

TEST_F(SettingsFiles, TextIsAligned) {
  const auto settings = load_settings(declarations(), {});
  const std::string text = settings->describe_as_text();
  EXPECT_THAT(text, HasSubstr("Server.Port          80                         default\n"));
  EXPECT_THAT(text, HasSubstr("Server.Timeout       30s                        default\n"));
}

TEST(SettingFlags, AreRecognised) {
  const auto flag = parse_setting_flag("--Server:Urls=http://x=y");
  ASSERT_TRUE(flag);
  EXPECT_EQ(flag->key, "Server:Urls");
  EXPECT_EQ(flag->value, "http://x=y");
  EXPECT_EQ(flag->shown, "--Server:Urls");
  EXPECT_FALSE(parse_setting_flag("--plain=x"));
  EXPECT_TRUE(parse_setting_flag("--DataDirectory=x"));
  EXPECT_FALSE(parse_setting_flag("--Server:Urls"));
  EXPECT_FALSE(parse_setting_flag("Server:Urls=x"));
}

TEST(SettingsText, ListsAndMapsFromOneLine) {
  SettingsSources sources;
  sources.environment = {
      {"Server__Urls", " a ; b,c;"}, {"Process__Environment", "A=1;B=x=y"}, {"Process__Options", "{\"a\":1}"}};
  auto settings = load_settings(declarations(), sources);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_THAT(settings->text_list("Server.Urls"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(settings->text_map("Process.Environment"), ElementsAre(Pair("A", "1"), Pair("B", "x=y")));
  sources.environment = {{"Server__Urls", "[\"a,b\"]"}, {"Process__Environment", "{\"A\":\"1;2\"}"}};
  settings = load_settings(declarations(), sources);
  ASSERT_TRUE(settings);
  EXPECT_THAT(settings->text_list("Server.Urls"), ElementsAre("a,b"));
  EXPECT_THAT(settings->text_map("Process.Environment"), ElementsAre(Pair("A", "1;2")));
}

TEST(SettingsReference, HasEveryKey) {
  const std::string reference = settings_reference(declarations());
  for (const auto& declaration : declarations()) EXPECT_THAT(reference, HasSubstr("| `" + declaration.key + "` |"));
  EXPECT_THAT(reference, HasSubstr("## Server\n"));
}

}  // namespace
}  // namespace draas
