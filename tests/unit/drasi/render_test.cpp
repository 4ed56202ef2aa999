#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "documents.hpp"

namespace draas::drasi {
namespace {

using testing::changed;
using testing::json;
using testing::options;
using testing::sample;
using testing::yaml;

TEST(Render, WritesWhatTheServerReads) {
  const auto written = parse_yaml(render_yaml(yaml("queries: [{id: a, queryText: q}]"), options()));
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(to_text(written->value),
            R"({"id":"i-1","host":"127.0.0.1","port":8123,"logLevel":"info","persistConfig":false,)"
            R"("queries":[{"id":"a","query":"q"}]})");
}

TEST(Render, KeepsOrderAndReplacesSettingsInTheirPlace) {
  const Json rendered =
      render(json(R"({"apiVersion":"drasi.io/v1","port":1,"sources":[],"id":"mine","host":"h"})"), options());
  EXPECT_EQ(
      to_text(rendered),
      R"({"logLevel":"info","persistConfig":false,"apiVersion":"drasi.io/v1","port":8123,"sources":[],"id":"i-1","host":"127.0.0.1"})");
}

TEST(Render, PersistConfigOnlyWhenAskedFor) {
  EXPECT_EQ(render(json("{}"), options())["persistConfig"], false);
  EXPECT_EQ(render(json(R"({"persistConfig":true})"), options())["persistConfig"], true);
  EXPECT_EQ(render(json(R"({"persistConfig":"true"})"), options())["persistConfig"], true);
}

TEST(Render, LogLevelOfTheDocumentOrTheDefault) {
  RenderOptions with_default = options();
  with_default.default_log_level = "debug";
  EXPECT_EQ(render(json("{}"), with_default)["logLevel"], "debug");
  EXPECT_EQ(render(json(R"({"logLevel":"WARNING"})"), with_default)["logLevel"], "warn");
  EXPECT_EQ(render(json(R"({"logLevel":"${LEVEL:-info}"})"), with_default)["logLevel"], "${LEVEL:-info}");
}

TEST(Render, TranslatesAliases) {
  const Json rendered = render(yaml(R"(
sources:
  - {kind: PostgreSQL, id: a, bootstrapProvider: {kind: postgresql}}
  - {kind: mock, id: b, dataType: sensor}
bootstrapProviders: [{kind: postgresql, id: c}]
queries: [{id: q, queryText: t, queryLanguage: cypher, dispatchMode: channel}]
reactions: [{kind: webhook, id: d, queries: []}]
)"),
                               options());
  EXPECT_EQ(rendered["sources"][0]["kind"], "postgres");
  EXPECT_EQ(rendered["sources"][0]["bootstrapProvider"]["kind"], "postgres");
  EXPECT_EQ(to_text(rendered["sources"][1]["dataType"]), R"({"type":"sensorReading"})");
  EXPECT_EQ(rendered["bootstrapProviders"][0]["kind"], "postgres");
  EXPECT_EQ(rendered["queries"][0]["queryLanguage"], "Cypher");
  EXPECT_EQ(rendered["queries"][0]["dispatchMode"], "Channel");
  EXPECT_EQ(rendered["reactions"][0]["kind"], "http");
}

TEST(Render, WritesExactTypesWhereTheSchemaIsCertain) {
  const Json rendered = render(yaml(R"(
defaultPriorityQueueCapacity: "500"
hotReloadDebounceMs: "100"
sources:
  - {kind: postgres, id: a, port: "5432", password: 12345, custom: "77"}
  - {kind: unheard-of, id: b, port: "5432"}
queries: [{id: q, queryText: t, bootstrapBufferSize: "10", enableBootstrap: "false"}]
reactions: [{kind: sse, id: r, queries: [], port: {kind: EnvironmentVariable, name: P, default: 9}}]
)"),
                               options());
  EXPECT_EQ(to_text(rendered["defaultPriorityQueueCapacity"]), "500");
  EXPECT_EQ(to_text(rendered["hotReloadDebounceMs"]), "100");
  EXPECT_EQ(to_text(rendered["sources"][0]),
            R"({"kind":"postgres","id":"a","port":5432,"password":"12345","custom":"77"})");
  EXPECT_EQ(rendered["sources"][1]["port"], "5432");
  EXPECT_EQ(to_text(rendered["queries"][0]["bootstrapBufferSize"]), "10");
  EXPECT_EQ(rendered["queries"][0]["enableBootstrap"], false);
  EXPECT_EQ(rendered["reactions"][0]["port"]["default"], "9");
}

TEST(Render, MakesPathsAbsolute) {
  const Json rendered = render(yaml(R"(
solutionsDir: ./templates
pluginRegistry: ./registry
plugins: [{ref: "file://plugins/a.so"}, {ref: "file:///opt/b.so"}, {ref: source/mock}]
stateStore: {kind: redb, path: data/../state.redb}
sources:
  - {kind: mock, id: a, bootstrapProvider: {kind: scriptfile, filePaths: [seed.jsonl, /abs.jsonl]}}
)"),
                               options());
  EXPECT_EQ(rendered["solutionsDir"], "/srv/i-1/templates");
  EXPECT_EQ(rendered["pluginRegistry"], "/srv/i-1/registry");
  EXPECT_EQ(rendered["plugins"][0]["ref"], "file:///srv/i-1/plugins/a.so");
  EXPECT_EQ(rendered["plugins"][1]["ref"], "file:///opt/b.so");
  EXPECT_EQ(rendered["plugins"][2]["ref"], "source/mock");
  EXPECT_EQ(rendered["stateStore"]["path"], "/srv/i-1/state.redb");
  EXPECT_EQ(to_text(rendered["sources"][0]["bootstrapProvider"]["filePaths"]),
            R"(["/srv/i-1/seed.jsonl","/abs.jsonl"])");
}

TEST(Render, AReferenceKeepsItsNameAndGetsAnAbsoluteDefault) {
  const auto path = [](const char* text) {
    return render(changed(json("{}"), "/stateStore", yaml(text)), options())["stateStore"]["path"];
  };
  EXPECT_EQ(path("{kind: redb, path: '${P:-./data/s}'}"), "${P:-/srv/i-1/data/s}");
  EXPECT_EQ(path("{kind: redb, path: '${P}'}"), "${P}");
  EXPECT_EQ(path("{kind: redb, path: {kind: EnvironmentVariable, name: P, default: s}}")["default"], "/srv/i-1/s");
}

TEST(Render, InstancesWithoutIdGetOne) {
  const Json rendered =
      render(yaml("instances: [{queries: [{id: q, queryText: t}]}, {id: named}, {persistIndex: 'true'}]"), options());
  EXPECT_EQ(to_text(rendered["instances"][0]), R"({"id":"i-1-0","queries":[{"id":"q","query":"t"}]})");
  EXPECT_EQ(rendered["instances"][1]["id"], "named");
  EXPECT_EQ(to_text(rendered["instances"][2]), R"({"id":"i-1-2","persistIndex":true})");
}

TEST(Render, AllocatedPortsGoToTheirPlaces) {
  const Json document = yaml(R"(
sources: [{kind: http, id: a, host: h, port: auto}]
reactions: [{kind: sse, id: b, queries: []}]
)");
  RenderOptions with_ports = options();
  with_ports.allocated_ports = {{"/sources/0/port", 9001}, {"/reactions/0/port", 9002}};
  const Json rendered = render(document, with_ports);
  EXPECT_EQ(to_text(rendered["sources"][0]["port"]), "9001");
  EXPECT_EQ(to_text(rendered["reactions"][0]["port"]), "9002");
}

TEST(SpecHash, DependsOnContentAlone) {
  const std::string hash = spec_hash(json(R"({"a":1,"b":{"c":[1,2],"d":"x"}})"));
  EXPECT_EQ(hash.size(), 64U);
  EXPECT_EQ(hash, spec_hash(json(R"({"b":{"d":"x","c":[1,2]},"a":1})")));
  EXPECT_NE(hash, spec_hash(json(R"({"a":1,"b":{"c":[2,1],"d":"x"}})")));
  EXPECT_NE(hash, spec_hash(json(R"({"a":"1","b":{"c":[1,2],"d":"x"}})")));
}

TEST(SpecHash, TellsRenderedInstancesApart) {
  RenderOptions other = options();
  other.port = 8124;
  EXPECT_NE(spec_hash(render(sample(), options())), spec_hash(render(sample(), other)));
  EXPECT_EQ(spec_hash(render(sample(), options())), spec_hash(render(sample(), options())));
}

TEST(Export, IsServerFormWithoutAnInstancesSettings) {
  const std::string text = export_yaml(yaml("port: auto\nqueries: [{id: a, queryText: q}]"));
  EXPECT_EQ(text, "port: auto\nqueries:\n  - id: a\n    query: q\n");
}

TEST(Export, ComesBackUnchanged) {
  const Json document = normalise(sample());
  const auto again = import_text(export_yaml(document));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, document);
}

TEST(Import, ReadsYamlAndJson) {
  const auto from_yaml = import_text("queries:\n  - id: a\n    query: MATCH (n) RETURN n\n");
  const auto from_json = import_text(R"(  {"queries": [{"id": "a", "query": "MATCH (n) RETURN n"}]})");
  ASSERT_TRUE(from_yaml && from_json);
  EXPECT_EQ(*from_yaml, *from_json);
  EXPECT_EQ((*from_yaml)["queries"][0]["queryText"], "MATCH (n) RETURN n");
}

TEST(Import, ReadsAFlowMappingThatIsNoJson) {
  const auto document = import_text("{id: a, port: 1}");
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ((*document)["port"], 1);
}

TEST(Import, RefusesWhatIsNoConfiguration) {
  for (const char* text : {"", "   \n", "- a\n- b\n", "just text", "a: [", "{\"a\":"}) {
    const auto document = import_text(text);
    ASSERT_FALSE(document) << text;
    EXPECT_EQ(document.error().code, ErrorCode::InvalidArgument) << text;
  }
}

}  // namespace
}  // namespace draas::drasi
