#include <gmock/gmock.h>

#include "api_fixture.hpp"

namespace draas::api::testing {
namespace {

const std::string kPath = "/api/configuration/instances/a";
const std::string kWithQuery =
    R"({"sources":[{"kind":"mock","id":"s"}],)"
    R"("queries":[{"id":"q","query":"MATCH (n) RETURN n","autoStart":true,"sources":[{"sourceId":"s"}]}],"reactions":[]})";

class ConfigurationApi : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    create("a");
  }
};

TEST_F(ConfigurationApi, IsReplacedAndGivenBackInBothForms) {
  const auto put = ask_json("PUT", kPath, kWithQuery);
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(put.header("X-Revision"), "2");
  const auto get = ask("GET", kPath);
  EXPECT_EQ(get.json()["queries"][0]["queryText"], "MATCH (n) RETURN n");
  EXPECT_EQ(get.header("ETag"), put.header("ETag"));
  EXPECT_EQ(ask("GET", kPath, "", {{"If-None-Match", put.header("ETag")}}).status, 304);
  const auto yaml = ask("GET", kPath, "", {{"Accept", "application/yaml"}});
  EXPECT_EQ(yaml.header("Content-Type"), "application/yaml");
  EXPECT_NE(yaml.body.find("query: MATCH (n) RETURN n"), std::string::npos) << yaml.body;
  EXPECT_EQ(ask("GET", kPath + "?format=yaml").body, yaml.body);
  const auto json = ask("GET", kPath);
  EXPECT_NE(yaml.header("ETag"), json.header("ETag")) << "a cache would take one for the other";
  EXPECT_EQ(ask("GET", kPath, "", {{"If-None-Match", json.header("ETag")}}).status, 304);
  EXPECT_EQ(ask("GET", kPath + "?format=yaml", "", {{"If-None-Match", json.header("ETag")}}).status, 200);
  EXPECT_EQ(ask("GET", kPath + "?format=yaml", "", {{"If-None-Match", yaml.header("ETag")}}).status, 304);
  const auto back = ask("PUT", kPath, yaml.body, {{"Content-Type", "application/yaml"}});
  ASSERT_EQ(back.status, 200) << back.body;
  EXPECT_EQ(ask("GET", kPath).json(), get.json());
}

TEST_F(ConfigurationApi, PatchIsAcceptedInItsThreeForms) {
  ASSERT_EQ(ask_json("PUT", kPath, kWithQuery).status, 200);
  const auto patch = ask("PATCH", kPath, R"([{"op":"replace","path":"/queries/0/query","value":"MATCH (m) RETURN m"}])",
                         {{"Content-Type", "application/json-patch+json"}});
  ASSERT_EQ(patch.status, 202) << patch.body;
  EXPECT_EQ(patch.json()["queries"][0]["queryText"], "MATCH (m) RETURN m");
  EXPECT_EQ(ask_json("PATCH", kPath, R"([{"op":"replace","path":"/serverConfiguration/logLevel","value":"warn"}])")
                .json()["logLevel"],
            "warn");
  EXPECT_EQ(ask("PATCH", kPath, R"({"logLevel":"error"})", {{"Content-Type", "application/merge-patch+json"}})
                .json()["logLevel"],
            "error");
  // Nothing runs, so that it has converged at once.
  EXPECT_EQ(ask_json("PATCH", kPath + "?wait=1s", R"({"logLevel":"info"})").status, 200);
}

TEST_F(ConfigurationApi, PatchErrorsHaveTheirOwnStatuses) {
  const std::vector<std::tuple<std::string, std::string, int>> cases{
      {"application/json", R"([{"op":"replace","path":"/no/where","value":1}])", 422},
      {"application/json", R"([{"op":"test","path":"/logLevel","value":"never"}])", 409},
      {"application/json", R"([{"op":"frobnicate","path":"/logLevel"}])", 400},
      {"application/json", R"([{"op":"add","path":"/queries/-","value":{"id":"q"}}])", 400},
      {"application/json", "7", 400},
      {"application/json-patch+json", "{}", 400},
      {"application/merge-patch+json", "[]", 400},
      {"application/yaml", "logLevel: warn", 415}};
  const auto before = ask("GET", kPath);
  for (const auto& [type, body, status] : cases) {
    EXPECT_EQ(ask("PATCH", kPath, body, {{"Content-Type", type}}).status, status) << type << ' ' << body;
  }
  EXPECT_EQ(ask("GET", kPath).header("ETag"), before.header("ETag")) << "a refused patch must change nothing";
  EXPECT_EQ(ask_json("PATCH", kPath, R"({"logLevel":"warn"})", {{"If-Match", "\"stale\""}}).status, 412);
  EXPECT_EQ(ask_json("PATCH", kPath, R"({"logLevel":"warn"})", {{"If-Match", before.header("ETag")}}).status, 202);
}

TEST_F(ConfigurationApi, HistoryCanBeListedComparedAndRolledBack) {
  ASSERT_EQ(ask_json("PUT", kPath, kWithQuery).status, 200);
  ASSERT_EQ(ask_json("PATCH", kPath, R"({"logLevel":"debug"})").status, 202);
  const auto list = ask("GET", kPath + "/revisions?limit=2");
  EXPECT_EQ(list.json()[0]["revision"], 3);
  EXPECT_EQ(list.json()[0]["author"], "anonymous");
  EXPECT_EQ(list.json()[1]["revision"], 2);
  EXPECT_EQ(list.header("Link"), "<" + kPath + "/revisions?limit=2&before=2>; rel=\"next\"");
  EXPECT_EQ(ask("GET", kPath + "/revisions?limit=2&before=2").json().size(), 1U);
  EXPECT_EQ(ask("GET", kPath + "/revisions/3").json()["configuration"]["logLevel"], "debug");
  EXPECT_EQ(ask("GET", kPath + "/revisions/4").status, 404);
  EXPECT_EQ(ask("GET", kPath + "/revisions/x").status, 404);

  const auto diff = ask("GET", kPath + "/diff").json();
  EXPECT_EQ(diff["from"], 2);
  EXPECT_EQ(diff["to"], 3);
  EXPECT_EQ(diff["patch"][0]["path"], "/logLevel");
  EXPECT_THAT(diff["changes"][0].get<std::string>(), ::testing::HasSubstr("/logLevel"));

  EXPECT_EQ(ask("POST", kPath + "/rollback").status, 400);
  const auto back = ask_json("POST", kPath + "/rollback", R"({"revision":2})");
  ASSERT_EQ(back.status, 200) << back.body;
  EXPECT_EQ(back.header("X-Revision"), "4");
  EXPECT_EQ(ask("GET", kPath + "/diff?from=2&to=4").json()["patch"].size(), 0U);
  EXPECT_EQ(ask("POST", kPath + "/rollback?revision=9").status, 404);
}

TEST_F(ConfigurationApi, PurgeKeepsServerSettings) {
  const auto port = ask("GET", kPath).json()["port"];
  ASSERT_EQ(ask_json("PUT", kPath, kWithQuery).status, 200);
  const auto purged = ask("DELETE", kPath);
  ASSERT_EQ(purged.status, 200) << purged.body;
  EXPECT_EQ(purged.json()["queries"].size(), 0U);
  EXPECT_EQ(purged.json()["port"], port);
}

TEST_F(ConfigurationApi, ValidateFindsAllFaultsAndChangesNothing) {
  const std::string wrong = R"({"sources":[{"kind":"mock"}],"queries":[{"id":"q","queryText":"m","colour":"red"}]})";
  for (const std::string& path : {kPath + "/validate", std::string("/api/configuration/validate")}) {
    const auto answer = ask_json("POST", path, wrong);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto body = answer.json();
    EXPECT_EQ(body["valid"], false);
    std::vector<std::string> paths;
    for (const auto& finding : body["findings"]) paths.push_back(finding["path"].get<std::string>());
    EXPECT_THAT(paths, ::testing::IsSupersetOf({"/sources/0/id", "/queries/0/colour"}));
  }
  EXPECT_EQ(ask_json("POST", kPath + "/validate", kWithQuery).json()["valid"], true);
  EXPECT_EQ(ask("GET", kPath).header("X-Revision"), "1");
}

TEST_F(ConfigurationApi, ServerSettingsHaveOneMeaningUnderAllPaths) {
  int port = 9100;
  for (const std::string base : {"/api/server/instances/a/", "/api/servers/instances/a/"}) {
    for (const std::string name : {"server-configuration", "configuration/server"}) {
      const auto path = base + name;
      EXPECT_EQ(ask_json("PUT", path + "/port", std::to_string(++port)).json()["port"], port);
      EXPECT_EQ(ask_json("PUT", path + "/port", "{\"port\":" + std::to_string(++port) + "}").json()["port"], port);
      EXPECT_EQ(ask_json("PUT", path + "/host", "\"127.0.0.1\"").json()["host"], "127.0.0.1");
      EXPECT_EQ(ask_json("PUT", path + "/loglevel", R"({"loglevel":"warn"})").json()["logLevel"], "warn");
      EXPECT_EQ(ask_json("PATCH", path, R"({"serverConfiguration":{"logLevel":"info"}})").json()["logLevel"], "info");
      EXPECT_EQ(ask_json("PATCH", path, R"([{"op":"replace","path":"/logLevel","value":"debug"}])").json()["logLevel"],
                "debug");
      EXPECT_EQ(ask("GET", path).json()["port"], port);
    }
  }
  EXPECT_EQ(ask("GET", kPath).json()["port"], port);
}

}  // namespace
}  // namespace draas::api::testing
