#include <gtest/gtest.h>

#include "documents.hpp"
#include "drasi/defaults.hpp"

namespace draas::drasi {
namespace {

using testing::json;
using testing::yaml;

TEST(ComponentPorts, FindsEveryListeningComponent) {
  const auto ports = component_ports(yaml(R"(
sources:
  - {kind: http, id: a, host: h, port: 9000}
  - {kind: grpc, id: b}
  - {kind: postgres, id: c, port: 5432}
  - {kind: http, id: d, host: h, port: auto}
  - {kind: http, id: e, host: h, port: "${P:-1}"}
reactions:
  - {kind: sse, id: f, queries: []}
  - {kind: webhook, id: g, queries: [], port: 3}
  - {kind: sse, id: h, queries: [], port: "8081"}
)"));
  ASSERT_EQ(ports.size(), 6U);
  EXPECT_EQ(ports[0].path, "/sources/0/port");
  EXPECT_EQ(ports[0].component_id, "a");
  EXPECT_EQ(ports[0].port, 9000);
  EXPECT_EQ(ports[1].port, 50051);
  EXPECT_TRUE(ports[2].automatic);
  EXPECT_EQ(ports[2].path, "/sources/3/port");
  EXPECT_FALSE(ports[2].port);
  EXPECT_FALSE(ports[3].automatic);
  EXPECT_FALSE(ports[3].port);
  EXPECT_EQ(ports[4].path, "/reactions/0/port");
  EXPECT_EQ(ports[4].port, 8080);
  EXPECT_EQ(ports[5].port, 8081);
}

TEST(ComponentPorts, OfInstancesOnlyWhenThereAreAny) {
  const auto ports = component_ports(yaml(R"(
sources: [{kind: grpc, id: ignored}]
instances: [{id: x}, {id: y, sources: [{kind: grpc, id: b, port: 7}]}]
)"));
  ASSERT_EQ(ports.size(), 1U);
  EXPECT_EQ(ports[0].path, "/instances/1/sources/0/port");
}

TEST(ExpectedComponents, ThoseThatStartByThemselves) {
  const auto expected = expected_components(yaml(R"(
id: main
sources: [{kind: mock, id: a}, {kind: mock, id: b, autoStart: false}]
queries: [{id: q}, {id: r, autoStart: true}]
reactions: [{kind: log, id: l}, {kind: log, id: m, autoStart: false}]
)"));
  ASSERT_EQ(expected.libraries.size(), 1U);
  EXPECT_EQ(expected.libraries[0].id, "main");
  EXPECT_EQ(expected.libraries[0].sources, std::vector<std::string>{"a"});
  EXPECT_EQ(expected.libraries[0].queries, std::vector<std::string>{"r"});
  EXPECT_EQ(expected.libraries[0].reactions, std::vector<std::string>{"l"});
}

TEST(ExpectedComponents, PerInstance) {
  const auto expected = expected_components(yaml(
      "{id: main, sources: [{kind: mock, id: z}], instances: [{id: x, sources: [{kind: mock, id: a}]}, {id: y}]}"));
  ASSERT_EQ(expected.libraries.size(), 2U);
  EXPECT_EQ(expected.libraries[0].id, "x");
  EXPECT_EQ(expected.libraries[0].sources, std::vector<std::string>{"a"});
  EXPECT_TRUE(expected.libraries[1].sources.empty());
}

TEST(Defaults, FillWhatIsAbsentAndNothingElse) {
  const Json filled = with_defaults(yaml(R"(
id: a
persistConfig: false
sources: [{kind: mock, id: s}]
queries: [{id: q, query: t, sources: [{sourceId: s}], middleware: [{kind: jq, name: m}]}]
instances: [{id: x, reactions: [{kind: log, id: r, queries: [], autoStart: false}]}]
)"));
  EXPECT_EQ(filled["persistConfig"], false);
  EXPECT_EQ(filled["verifyPlugins"], true);
  EXPECT_EQ(filled["sources"][0]["autoStart"], true);
  EXPECT_EQ(filled["queries"][0]["autoStart"], false);
  EXPECT_EQ(filled["queries"][0]["queryLanguage"], "GQL");
  EXPECT_EQ(filled["queries"][0]["bootstrapTimeoutSecs"], 300);
  EXPECT_EQ(filled["queries"][0]["sources"][0]["pipeline"], Json::array());
  EXPECT_EQ(filled["queries"][0]["middleware"][0]["config"], Json::object());
  EXPECT_EQ(filled["instances"][0]["persistIndex"], false);
  EXPECT_EQ(filled["instances"][0]["reactions"][0]["autoStart"], false);
  EXPECT_FALSE(filled.contains("stateStore"));
  EXPECT_EQ(with_defaults(filled), filled);
}

TEST(Secrets, NamesOfSecrets) {
  for (const char* name : {"password", "PASSWORD", "dbPassword", "token", "accessToken", "secret", "client_secret",
                           "apiKey", "x-api-key", "connectionString", "key", "Authorization", "accountKey"}) {
    EXPECT_TRUE(is_secret_field(name)) << name;
  }
  for (const char* name : {"id", "kind", "tableKeys", "keyColumns", "keys", "streamKey", "tokenEnv", "secretEnv",
                           "secretStore", "host", "user"}) {
    EXPECT_FALSE(is_secret_field(name)) << name;
  }
}

TEST(Secrets, AreMaskedWhereverTheyAre) {
  const Json masked = mask_secrets(yaml(R"(
sources:
  - {kind: postgres, id: a, user: u, password: hunter2, port: 5432}
  - {kind: postgres, id: b, password: "${PW:-hunter2}"}
  - {kind: postgres, id: c, password: {kind: EnvironmentVariable, name: PW, default: hunter2}}
  - {kind: postgres, id: d, password: {kind: Secret, name: pw}}
  - {kind: platform, id: e, redisUrl: "redis://me:hunter2@host:6379/0"}
reactions:
  - {kind: http, id: f, queries: [], token: hunter2, routes: {q: {added: {headers: {Authorization: Bearer hunter2}}}}}
  - {kind: x, id: g, password: 12345, auth: {signature: {secretEnv: NAME}}}
)"));
  EXPECT_EQ(to_text(masked).find("hunter2"), std::string::npos) << to_text(masked, 2);
  EXPECT_EQ(to_text(masked).find("12345"), std::string::npos);
  EXPECT_EQ(masked["sources"][0]["user"], "u");
  EXPECT_EQ(masked["sources"][0]["port"], 5432);
  EXPECT_EQ(masked["sources"][1]["password"], "${PW:-***}");
  EXPECT_EQ(masked["sources"][2]["password"]["name"], "PW");
  EXPECT_EQ(masked["sources"][3]["password"]["name"], "pw");
  EXPECT_EQ(masked["sources"][4]["redisUrl"], "redis://me:***@host:6379/0");
  EXPECT_EQ(masked["reactions"][1]["auth"]["signature"]["secretEnv"], "NAME");
}

}  // namespace
}  // namespace draas::drasi
