#include <algorithm>
#include <ctime>
#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "documents.hpp"

namespace draas::drasi {

namespace {

using testing::changed;
using ::testing::HasSubstr;
using testing::json;
using testing::sample;
using testing::yaml;

constexpr auto kError = Finding::Severity::Error;
constexpr auto kWarning = Finding::Severity::Warning;

TEST(Validate, ASoundDocumentHasNoFindings) { EXPECT_THAT(validate(sample()), ::testing::IsEmpty()); }
TEST(Validate, TheEmptyConfigurationIsSound) { EXPECT_THAT(validate(empty_configuration()), ::testing::IsEmpty()); }

// One fault put into the sample, and the one finding that it must give.
struct Case {
  const char* name;
  const char* pointer;
  const char* value;  // YAML
  Finding::Severity severity;
  const char* path;
  const char* message;
};

std::ostream& operator<<(std::ostream& out, const Case& test) { return out << test.name; }

class ValidateOne : public ::testing::TestWithParam<Case> {};

TEST_P(ValidateOne, IsFoundWithItsPathAndTheWayOut) {
  const Case& test = GetParam();
  const std::vector<Finding> findings = validate(changed(sample(), test.pointer, yaml(test.value)));
  ASSERT_EQ(findings.size(), 1U) << ::testing::PrintToString(findings);
  EXPECT_EQ(findings[0].severity, test.severity);
  EXPECT_EQ(findings[0].path, test.path);
  EXPECT_THAT(findings[0].message, HasSubstr(test.message));
}

constexpr Case kServerCases[] = {
    {"UnknownTopLevel", "/persistconfig", "true", kError, "/persistconfig", "Did you mean 'persistConfig'?"},
    {"SnakeCase", "/log_level", "info", kError, "/log_level", "Did you mean 'logLevel'?"},
    {"PortZero", "/port", "0", kError, "/port", "from 1 to 65535"},
    {"PortTooLarge", "/port", "70000", kError, "/port", "from 1 to 65535"},
    {"PortText", "/port", "'eighty'", kError, "/port", "whole number"},
    {"PortFraction", "/port", "80.5", kError, "/port", "whole number"},
    {"PortQuoted", "/port", "'8080'", kWarning, "/port", "rendered as the number 8080"},
    {"PortReferenceWithBadDefault", "/port", "'${PORT:-abc}'", kError, "/port", "default must be"},
    {"SecretAtServerLevel", "/host", "{kind: Secret, name: x}", kError, "/host", "plugin fields only"},
    {"ReferenceOfUnknownKind", "/host", "{kind: secret, name: x}", kError, "/host", "exact case"},
    {"ReferenceWithoutName", "/host", "{kind: EnvironmentVariable}", kError, "/host", "needs a 'name'"},
    {"TwoReferences", "/host", "'${A}-${B}'", kError, "/host", "read as one environment variable"},
    {"NestedReference", "/host", "'${A:-${B}}'", kError, "/host", "not expanded"},
    {"BadHost", "/host", "'no spaces please'", kError, "/host", "neither a host name"},
    {"LogLevel", "/logLevel", "verbose", kError, "/logLevel", "use trace, debug, info, warn or error"},
    {"LogLevelAlias", "/logLevel", "Warning", kWarning, "/logLevel", "rendered as 'warn'"},
    {"BooleanText", "/persistIndex", "'yes'", kError, "/persistIndex", "true or false"},
    {"BooleanReference", "/persistIndex", "'${X}'", kError, "/persistIndex", "expands no references"},
    {"BooleanQuoted", "/persistIndex", "'true'", kWarning, "/persistIndex", "rendered as true"},
    {"PluginAsText", "/plugins", "[source/mock]", kError, "/plugins/0", "{ref: \"source/mock\"}"},
    {"PluginWithoutRef", "/plugins", "[{}]", kError, "/plugins/0/ref", "missing"},
    {"Origins", "/corsAllowedOrigins", "[1]", kError, "/corsAllowedOrigins/0", "Must be text"},
    {"TrustedIdentity", "/trustedIdentities", "[{issuer: i}]", kError, "/trustedIdentities/0/subjectPattern",
     "missing"},
    {"StateStoreKind", "/stateStore", "{kind: sqlite, path: a}", kError, "/stateStore/kind", "only kind is redb"},
    {"StateStoreSecret", "/stateStore", "{kind: redb, path: {kind: Secret, name: a}}", kError, "/stateStore/path",
     "plugin fields only"},
    {"StateStoreUnknown", "/stateStore", "{kind: redb, path: a, size: 3}", kError, "/stateStore/size", "refuses it"},
    {"SecretStore", "/secretStore", "{path: a}", kError, "/secretStore/kind", "kind"},
    {"SourcesNoList", "/sources/-", "3", kError, "/sources/1", "a source"},
    {"Capacity", "/defaultPriorityQueueCapacity", "0", kError, "/defaultPriorityQueueCapacity", "at least 1"},
};
INSTANTIATE_TEST_SUITE_P(Server, ValidateOne, ::testing::ValuesIn(kServerCases),
                         [](const auto& test) { return test.param.name; });

constexpr Case kQueryCases[] = {
    {"UnknownKey", "/queries/0/autostart", "true", kError, "/queries/0/autostart", "Did you mean 'autoStart'?"},
    {"BothSpellings", "/queries/0/query", "other", kError, "/queries/0/query", "give one of them"},
    {"BlankText", "/queries/0/queryText", "'  '", kError, "/queries/0/queryText", "blank"},
    {"EmptyText", "/queries/0/queryText", "''", kError, "/queries/0/queryText", "empty"},
    {"Language", "/queries/0/queryLanguage", "SQL", kError, "/queries/0/queryLanguage", "Cypher or GQL"},
    {"DanglingSource", "/queries/0/sources/0/sourceId", "sensor", kError, "/queries/0/sources/0/sourceId",
     "Did you mean 'sensors'?"},
    {"SourceAsText", "/queries/0/sources/0", "sensors", kError, "/queries/0/sources/0", "{sourceId: \"sensors\"}"},
    {"SubscriptionKey", "/queries/0/sources/0/source_id", "x", kError, "/queries/0/sources/0/source_id", "'sourceId'"},
    {"NoSource", "/queries/0/sources", "[]", kWarning, "/queries/0/sources", "names no source"},
    {"Pipeline", "/queries/0/sources/0/pipeline", "[clean]", kError, "/queries/0/sources/0/pipeline/0",
     "no middleware named 'clean'"},
    {"MiddlewareKind", "/queries/0/middleware", "[{kind: maps, name: m}]", kError, "/queries/0/middleware/0/kind",
     "Did you mean 'map'?"},
    {"MiddlewareTwice", "/queries/0/middleware", "[{kind: map, name: m}, {kind: jq, name: m}]", kError,
     "/queries/0/middleware/1/name", "Two middlewares"},
    {"MiddlewareKey", "/queries/0/middleware", "[{kind: map, name: m, mappings: 3}]", kError,
     "/queries/0/middleware/0/mappings", "'config'"},
    {"DispatchMode", "/queries/0/dispatchMode", "Broadcast", kError, "/queries/0/dispatchMode", "Channel"},
    {"BufferSize", "/queries/0/bootstrapBufferSize", "-1", kError, "/queries/0/bootstrapBufferSize", "at least 0"},
    {"Rocksdb", "/queries/0/storageBackend", "rocksdb", kError, "/queries/0/storageBackend", "persistIndex"},
    {"UnknownBackend", "/queries/0/storageBackend", "redis", kWarning, "/queries/0/storageBackend",
     "no storage backend"},
    {"BackendShape", "/queries/0/storageBackend", "{enableArchive: true}", kError, "/queries/0/storageBackend/kind",
     "rocksdb"},
    {"JoinShape", "/queries/0/joins", "[{id: SensorReading, keys: [{label: a}]}]", kError,
     "/queries/0/joins/0/keys/0/property", "missing"},
    {"JoinLabel", "/queries/0/joins", "[{id: OWNS, keys: []}]", kWarning, "/queries/0/joins/0/id",
     "no relationship labelled"},
    {"OrderBy", "/queries/0/queryText", "'MATCH (n) RETURN n.a order  by n.a'", kWarning, "/queries/0/queryText",
     "ORDER BY"},
    {"Limit", "/queries/0/queryText", "'MATCH (n) RETURN n LIMIT 10'", kWarning, "/queries/0/queryText", "LIMIT"},
    {"ReferenceInText", "/queries/0/queryText", "'MATCH (n) WHERE n.a > ${MAX} RETURN n'", kWarning,
     "/queries/0/queryText", "not expanded"},
    {"ReservedId", "/sources/-", "{kind: mock, id: __mine}", kError, "/sources/1/id", "drasi-server's own"},
    {"EmptyId", "/sources/-", "{kind: mock, id: ''}", kError, "/sources/1/id", "empty"},
    {"NumericId", "/sources/-", "{kind: mock, id: 7}", kError, "/sources/1/id", "quotes"},
    {"ReferenceAsId", "/sources/-", "{kind: mock, id: 'a/b'}", kWarning, "/sources/1/id", "escaped"},
};
INSTANTIATE_TEST_SUITE_P(Query, ValidateOne, ::testing::ValuesIn(kQueryCases),
                         [](const auto& test) { return test.param.name; });

constexpr Case kComponentCases[] = {
    {"SharedNamespace", "/reactions/0/id", "hot", kError, "/reactions/0/id", "already used at /queries/0/id"},
    {"IdOfTheInstance", "/reactions/0/id", "sample", kError, "/reactions/0/id", "the instance itself"},
    {"DanglingQuery", "/reactions/0/queries/0", "warm", kError, "/reactions/0/queries/0", "no query 'warm'"},
    {"MissingQueries", "/reactions/-", "{kind: log, id: r}", kError, "/reactions/1/queries", "missing"},
    {"NoQueries", "/reactions/-", "{kind: log, id: r, queries: []}", kWarning, "/reactions/1/queries",
     "nothing reaches it"},
    {"AutoStartSpelling", "/sources/0/auto_start", "true", kError, "/sources/0/auto_start", "write 'autoStart'"},
    {"BootstrapSpelling", "/sources/0/bootstrap_provider", "{}", kError, "/sources/0/bootstrap_provider",
     "write 'bootstrapProvider'"},
    {"IdentitySpelling", "/reactions/0/identity_provider", "x", kError, "/reactions/0/identity_provider",
     "write 'identityProvider'"},
    {"DanglingBootstrap", "/sources/0/bootstrapProvider", "seed", kError, "/sources/0/bootstrapProvider",
     "no entry 'seed'"},
    {"BootstrapShape", "/sources/0/bootstrapProvider", "7", kError, "/sources/0/bootstrapProvider",
     "an object with 'kind'"},
    {"BootstrapKind", "/sources/0/bootstrapProvider", "{path: a}", kError, "/sources/0/bootstrapProvider/kind",
     "missing"},
    {"DanglingIdentity", "/sources/0/identityProvider", "me", kError, "/sources/0/identityProvider", "no entry 'me'"},
    {"IdentitySecret", "/identityProviders",
     "[{kind: password, id: p, username: u, password: {kind: Secret, name: s}}]", kError,
     "/identityProviders/0/password", "plugin fields only"},
    {"IdentityTwice", "/bootstrapProviders", "[{kind: noop, id: a}, {kind: noop, id: a}]", kError,
     "/bootstrapProviders/1/id", "twice"},
    {"UnknownKind", "/sources/0/kind", "postgress", kWarning, "/sources/0/kind", "Did you mean 'postgres'?"},
    {"PluginNumber", "/sources/0/intervalMs", "'often'", kError, "/sources/0/intervalMs", "whole number"},
    {"PluginNumberQuoted", "/sources/0/intervalMs", "'500'", kWarning, "/sources/0/intervalMs", "the number 500"},
    {"PluginSpelling", "/sources/0/interval_ms", "5", kWarning, "/sources/0/interval_ms", "did you mean 'intervalMs'?"},
    {"MockDataType", "/sources/0/dataType", "sensor", kWarning, "/sources/0/dataType", "{type: sensorReading}"},
    {"HttpSourceNeedsPort", "/sources/-", "{kind: http, id: h, host: 0.0.0.0}", kError, "/sources/1/port", "needs it"},
    {"PostgresNeedsDatabase", "/sources/-", "{kind: postgres, id: h, user: u}", kError, "/sources/1/database",
     "needs it"},
    {"PostgresAlias", "/sources/-", "{kind: postgresql, id: h, user: u, database: d}", kWarning, "/sources/1/kind",
     "rendered as 'postgres'"},
    {"WebhookAlias", "/reactions/0/kind", "webhook", kWarning, "/reactions/0/kind", "rendered as 'http'"},
    {"PasswordAsNumber", "/sources/-", "{kind: postgres, id: h, user: u, database: d, password: 12345}", kWarning,
     "/sources/1/password", "\"12345\""},
    {"PartialInterpolation", "/reactions/-", "{kind: http, id: h, queries: [hot], baseUrl: 'http://${HOST}/x'}",
     kWarning, "/reactions/1/baseUrl", "only when it is the whole value"},
    {"AutoOnAClientPort", "/sources/-", "{kind: postgres, id: h, user: u, database: d, port: auto}", kError,
     "/sources/1/port", "whole number"},
    {"Template", "/reactions/0/defaultTemplate", "{added: {template: '{{after.id'}}", kError,
     "/reactions/0/defaultTemplate/added/template", "not closed"},
    {"RouteTemplate", "/reactions/-", "{kind: http, id: h, queries: [hot], routes: {hot: {added: {url: '/{{}}'}}}}",
     kError, "/reactions/1/routes/hot/added/url", "empty"},
};

INSTANTIATE_TEST_SUITE_P(Component, ValidateOne, ::testing::ValuesIn(kComponentCases),
                         [](const auto& test) { return test.param.name; });

TEST(Validate, AQueryWithoutAutoStartIsAWarningWithTheWayOut) {
  Json document = sample();
  document["queries"][0].erase("autoStart");
  const auto findings = validate(document);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, kWarning);
  EXPECT_EQ(findings[0].path, "/queries/0/autoStart");
  EXPECT_THAT(findings[0].message, HasSubstr("add autoStart: true"));
}

TEST(Validate, AQueryMayReadTheServersOwnSource) {
  EXPECT_THAT(validate(changed(sample(), "/queries/0/sources/0/sourceId", "__component_graph__")),
              ::testing::IsEmpty());
}

TEST(Validate, InlineBootstrapOfTheSourcesKindInheritsItsFields) {
  const Json source = yaml("{kind: postgresql, id: h, user: u, database: d, bootstrapProvider: {kind: postgres}}");
  const auto findings = validate(changed(sample(), "/sources/-", source));
  ASSERT_EQ(findings.size(), 1U) << ::testing::PrintToString(findings);
  EXPECT_EQ(findings[0].path, "/sources/1/kind");
}

TEST(Validate, FaultsComeAllAtOnceInDocumentOrder) {
  Json document = sample();
  document["reactions"][0]["queries"] = Json::array({"x", "y"});
  document["queries"][0]["queryLanguage"] = "SQL";
  document["sources"][0]["id"] = "";
  document["port"] = 0;
  std::vector<std::string> paths;
  for (const Finding& finding : validate(document)) paths.push_back(finding.path);
  EXPECT_THAT(paths,
              ::testing::ElementsAre("/sources/0/id", "/queries/0/queryLanguage", "/queries/0/sources/0/sourceId",
                                     "/reactions/0/queries/0", "/reactions/0/queries/1", "/port"));
}

TEST(Validate, RequireValidNamesTheFirstAndCountsTheRest) {
  Json document = sample();
  document["port"] = 0;
  document["queries"][0]["queryLanguage"] = "SQL";
  const Status status = require_valid(document);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(status.error().faults.size(), 2U);
  EXPECT_THAT(status.error().message, HasSubstr("/queries/0/queryLanguage"));
  EXPECT_THAT(status.error().message, HasSubstr("and 1 more"));
  EXPECT_TRUE(require_valid(changed(sample(), "/sources/0/kind", "unheard-of")));
}

TEST(Validate, ComponentsShareTheirNamespaceWithTheInstanceThatRunsThem) {
  const auto findings = validate(sample(), "sensors");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].path, "/sources/0/id");
}

Json with_http_source(const char* id, Json port, bool auto_start = true) {
  Json source = json(R"({"kind":"http","host":"0.0.0.0"})");
  source["id"] = id;
  source["port"] = std::move(port);
  if (!auto_start) source["autoStart"] = false;
  return source;
}

TEST(ValidatePorts, ClashOfTwoComponents) {
  Json document = changed(sample(), "/sources/-", with_http_source("a", 9000));
  document = changed(document, "/sources/-", with_http_source("b", 9000));
  const auto findings = validate(document);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, kError);
  EXPECT_EQ(findings[0].path, "/sources/2/port");
  EXPECT_THAT(findings[0].message, HasSubstr("'a'"));
}

TEST(ValidatePorts, ClashOfComponentsThatDoNotBothStartIsAWarning) {
  Json document = changed(sample(), "/sources/-", with_http_source("a", 9000));
  document = changed(document, "/sources/-", with_http_source("b", 9000, false));
  const auto findings = validate(document);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].severity, kWarning);
}

TEST(ValidatePorts, ClashWithTheServersOwnPortByAPluginsDefault) {
  Json document = changed(sample(), "/port", 8080);
  document = changed(document, "/reactions/-", yaml("{kind: sse, id: s, queries: [hot]}"));
  const auto findings = validate(document);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].path, "/reactions/1/port");
  EXPECT_THAT(findings[0].message, HasSubstr("drasi-server's own API"));
}

TEST(ValidatePorts, AutoAndReferencesClashWithNothing) {
  Json document = changed(sample(), "/sources/-", with_http_source("a", "auto"));
  document = changed(document, "/sources/-", with_http_source("b", "auto"));
  document = changed(document, "/sources/-", with_http_source("c", "${P:-9000}"));
  document = changed(document, "/sources/-", with_http_source("d", "${P:-9000}"));
  EXPECT_THAT(validate(document), ::testing::IsEmpty());
}

TEST(ValidateInstances, TopLevelComponentsAreIgnoredThen) {
  Json document = sample();
  document["sources"][0]["id"] = "renamed";
  document["instances"] = yaml("[{id: one, sources: [{kind: mock, id: m}]}]");
  std::vector<std::string> paths;
  for (const Finding& finding : validate(document)) {
    EXPECT_EQ(finding.severity, kWarning);
    paths.push_back(finding.path);
  }
  EXPECT_THAT(paths, ::testing::ElementsAre("/sources", "/queries", "/reactions"));
}

TEST(ValidateInstances, IdsAndUnknownKeys) {
  const Json document = yaml(R"(
instances:
  - {id: one, host: here}
  - {id: one}
  - {id: "${ID}"}
  - {id: __two}
)");
  std::vector<std::string> paths;
  for (const Finding& finding : validate(document)) paths.push_back(finding.path);
  EXPECT_THAT(paths,
              ::testing::ElementsAre("/instances/0/host", "/instances/1/id", "/instances/2/id", "/instances/3/id"));
}

TEST(ValidateInstances, ReferencesStayWithinOneInstance) {
  const Json document = yaml(R"(
instances:
  - id: one
    sources: [{kind: mock, id: a}]
  - id: two
    queries: [{id: q, autoStart: true, queryText: MATCH (n) RETURN n, sources: [{sourceId: a}]}]
)");
  const auto findings = validate(document);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].path, "/instances/1/queries/0/sources/0/sourceId");
}

TEST(ValidateInstances, OneSecretStoreForAll) {
  const auto findings =
      validate(yaml("instances: [{id: a, secretStore: {kind: file, path: x}}, {id: b, secretStore: {kind: keyring}}]"));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].path, "/instances/1/secretStore");
}

TEST(Validate, NestedSettingsThatContradict) {
  const auto findings = validate(normalise(json(R"({"port":1,"serverConfiguration":{"port":2,"colour":1}})")));
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].path, "/serverConfiguration/port");
  EXPECT_EQ(findings[1].path, "/serverConfiguration/colour");
}

TEST(Validate, IsDefinedForEveryShape) {
  const Json shapes[] = {Json(),
                         Json(1),
                         Json(-1.5),
                         Json("x"),
                         Json(true),
                         Json::array(),
                         Json::object(),
                         Json::array({Json(), 1, "x", Json::array(), Json::object()}),
                         json(R"({"kind":1,"id":[],"ref":{},"sources":{},"keys":1,"config":[],"queries":[{}]})")};
  for (const char* pointer : {"",
                              "/sources",
                              "/queries",
                              "/reactions",
                              "/instances",
                              "/plugins",
                              "/stateStore",
                              "/secretStore",
                              "/id",
                              "/port",
                              "/identityProviders",
                              "/bootstrapProviders",
                              "/trustedIdentities",
                              "/sources/0",
                              "/queries/0",
                              "/reactions/0",
                              "/queries/0/sources",
                              "/queries/0/middleware",
                              "/queries/0/joins",
                              "/queries/0/storageBackend",
                              "/sources/0/bootstrapProvider",
                              "/sources/0/port",
                              "/sources/0/dataType",
                              "/reactions/0/routes"}) {
    for (const Json& shape : shapes) {
      const Json document = normalise(changed(sample(), pointer, shape));
      const auto findings = validate(document);
      const Json rendered = render(document, testing::options());
      EXPECT_TRUE(rendered.is_object());
      component_ports(document);
      expected_components(rendered);
      mask_secrets(document);
      EXPECT_LE(findings.size(), 1000U);
    }
  }
}

TEST(Validate, ManyFaultsAreCutOffAndStayCheap) {
  Json document = empty_configuration();
  for (int index = 0; index < 20'000; ++index) {
    document["queries"].push_back(
        {{"id", "q" + std::to_string(index)}, {"sources", Json::array({{{"sourceId", "missing"}}})}});
  }
  // The processor's time, which says the same on a busy machine.
  const std::clock_t start = std::clock();
  EXPECT_EQ(validate(document).size(), 1000U);
  EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 5);
}

}  // namespace
}  // namespace draas::drasi
