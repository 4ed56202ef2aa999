#include "client/instance_document.hpp"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace draas::client {
namespace {

using namespace testing;

std::vector<InstanceDocument> read(const std::string& name, const std::string& text, const std::string& id = {}) {
  auto documents = read_instance_documents(name, text, id);
  EXPECT_TRUE(documents.has_value()) << (documents ? "" : documents.error().message);
  return documents.value_or(std::vector<InstanceDocument>{});
}

std::string refusal(const std::string& name, const std::string& text) {
  const auto documents = read_instance_documents(name, text);
  EXPECT_FALSE(documents.has_value()) << text;
  if (documents) return {};
  EXPECT_EQ(documents.error().code, ErrorCode::InvalidArgument);
  return documents.error().message;
}

constexpr const char* kWhole = R"(apiVersion: draas/v1
kind: Instance
metadata:
  name: Orders
  id: orders
  labels: {team: shop, tier: 1}
spec:
  platformType: Process
  description: All orders
  desiredState: Stopped
  restartPolicy: Always
  limits: {cpuCores: 1.5, memoryBytes: 512Mi}
  frontPort: auto
  reconciliation: {strategy: BlueGreen, maxRetries: 2}
  configuration:
    sources: []
)";

TEST(InstanceDocuments, OfDraasBecomeWhatTheApiTakes) {
  const auto found = read("orders.yaml", kWhole);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].id, "orders");
  EXPECT_EQ(to_text(found[0].instance),
            R"({"id":"orders","name":"Orders","metadata":{"team":"shop","tier":"1"},"platformType":"Process",)"
            R"("description":"All orders","desiredState":"Stopped","restartPolicy":"Always","frontPort":"auto",)"
            R"("limits":{"cpuCores":1.5,"memoryBytes":"512Mi"},"configuration":{"sources":[]}})");
  EXPECT_EQ(to_text(found[0].policy), R"({"strategy":"BlueGreen","maxRetries":2})");
  EXPECT_EQ(found[0].place("/spec/configuration/sources"), "orders.yaml:16");
  EXPECT_EQ(found[0].place("/spec/limits/openFiles"), "orders.yaml:12") << "the nearest that is there";
}

TEST(InstanceDocuments, ResetWhatIsNull) {
  const auto found = read("a.yaml",
                          "apiVersion: draas/v1\nkind: Instance\nmetadata: {name: a}\n"
                          "spec: {description: null, limits: null, reconciliation: ~}\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(to_text(found[0].instance), R"({"id":"a","name":"a","description":null,"limits":null})");
  EXPECT_EQ(to_text(found[0].policy), "{}");
  EXPECT_THAT(refusal("a.yaml", "apiVersion: draas/v1\nkind: Instance\nmetadata: {name: a}\nspec: {desiredState: ~}\n"),
              HasSubstr("spec.desiredState: is empty; leave it out"));
}

TEST(InstanceDocuments, HoldOneInstanceOrSeveral) {
  const auto found = read("team/all.yaml", R"(
id: one
name: First
metadata: {team: a, tier: 2}
desiredState: Stopped
configuration: {id: x, sources: []}
---
---
id: two
configuration: {}
)");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].id, "one");
  EXPECT_EQ(found[0].file, "team/all.yaml");
  EXPECT_EQ(to_text(found[0].instance), R"({"id":"one","name":"First","metadata":{"team":"a","tier":"2"},)"
                                        R"("desiredState":"Stopped","configuration":{"id":"x","sources":[]}})");
  EXPECT_EQ(found[1].id, "two");
}

TEST(InstanceDocuments, TakeTheFilesNameAsId) {
  EXPECT_EQ(read("team/orders.yaml", "configuration: {}\n").at(0).id, "orders");
  EXPECT_EQ(read("orders.v2.yml", "configuration: {}\n").at(0).id, "orders.v2");
  EXPECT_EQ(read("orders.yaml", "configuration: {}\n").at(0).instance["id"], "orders");
}

TEST(InstanceDocuments, MayBePlainConfigurationsOfDrasiServer) {
  const auto found = read("orders.yaml", "id: ${SERVER_ID:-x}\nsources:\n  - {kind: mock, id: s}\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].id, "orders") << "a reference is nobody's id";
  EXPECT_EQ(to_text(found[0].instance),
            R"({"configuration":{"id":"${SERVER_ID:-x}","sources":[{"kind":"mock","id":"s"}]},"id":"orders"})");
  EXPECT_EQ(read("orders.yaml", "id: stock\nqueries: []\n").at(0).id, "stock") << "a literal one is";
  EXPECT_EQ(read("orders.yaml", "id: stock\nqueries: []\n", "named").at(0).id, "named") << "a given one comes first";
  EXPECT_EQ(read("a.yaml", "apiVersion: drasi.io/v1\nqueries: []\n").at(0).id, "a") << "drasi-server has an apiVersion";
}

TEST(InstanceDocuments, MayBeJson) {
  EXPECT_EQ(read("a.json", R"({"id":"j","configuration":{"sources":[]}})").at(0).id, "j");
}

TEST(InstanceDocuments, WithoutADocumentNameNobody) {
  EXPECT_THAT(read("a.yaml", ""), IsEmpty());
  EXPECT_THAT(read("a.yaml", "# only a comment\n---\n"), IsEmpty());
}

TEST(InstanceDocuments, FaultsNameTheFile) {
  for (const char* text : {"a: [1", "- 1\n", "just text", "id: a\nconfiguration: {}\n---\n5\n", "a: 1\na: 2\n"}) {
    EXPECT_THAT(refusal("team/bad.yaml", text), HasSubstr("team/bad.yaml"));
  }
  EXPECT_THAT(refusal("-", "sources: []\n"), HasSubstr("--name"));
}

TEST(InstanceDocuments, FaultsNameDocumentLineAndField) {
  const std::string message = refusal("all.yaml", R"(sources: []
---
apiVersion: draas/v1
kind: Instance
metadata:
  name: Orders and more
spec:
  restartPolicy: always
  limits: {memoryBytes: much}
  reconciliation:
    stategy: Update
---
kind: Instanz
)");
  EXPECT_THAT(message, HasSubstr("all.yaml:6 (document 2): metadata.name: cannot be the id as well"));
  EXPECT_THAT(message,
              HasSubstr("all.yaml:8 (document 2): spec.restartPolicy: must be one of Always, OnFailure, Never"));
  EXPECT_THAT(message, HasSubstr("all.yaml:9 (document 2): spec.limits.memoryBytes: must be a number of bytes"));
  EXPECT_THAT(
      message,
      HasSubstr("all.yaml:11 (document 2): spec.reconciliation.stategy: unknown key; did you mean 'strategy'?"));
  EXPECT_THAT(message, HasSubstr("all.yaml:13 (document 3): kind: must be Instance")) << "all faults of all documents";
  EXPECT_THAT(message, HasSubstr("apiVersion: missing"));
}

TEST(InstanceDocuments, AreWhatWasExported) {
  const auto found = read("orders.yaml", kWhole);
  const Json document = to_instance_document(found[0].instance, found[0].instance["configuration"], found[0].policy);
  const auto again = read("again.yaml", to_yaml(document));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_TRUE(json_equal(again[0].instance, found[0].instance)) << to_text(again[0].instance);
  EXPECT_TRUE(json_equal(again[0].policy, found[0].policy));
}

// --- the schema in docs/schemas
// ----------------------------------------------------------------------------------------

bool schema_accepts(const std::string& yaml) {
  std::ifstream stream(std::string(DRAAS_SOURCE_DIR) + "/docs/schemas/instance.json");
  const nlohmann::json text = nlohmann::json::parse(stream);
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(text), schema);
  const auto document = parse_yaml(yaml);
  if (!document) return false;
  const nlohmann::json value = nlohmann::json::parse(to_text(document->value));
  valijson::Validator validator;
  return validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(value), nullptr);
}

TEST(InstanceSchema, AgreesWithTheReader) {
  const std::string head = "apiVersion: draas/v1\nkind: Instance\n";
  const std::string named = head + "metadata: {name: a}\n";
  const std::vector<std::pair<bool, std::string>> cases{
      {true, kWhole},
      {true, named + "spec: {}\n"},
      {true, named + "spec: {frontPort: 8080}\n"},
      {true, named + "spec: {limits: {memoryBytes: 1.5G, openFiles: 10}}\n"},
      {true, head + "metadata: {name: A name, id: a-1.b_c, labels: {a: b, c: 1, d: true}}\nspec: {}\n"},
      {true, named + "spec: {reconciliation: {paused: true, pauseReason: x, windows: [], timeout: 5m}}\n"},
      {false, named},
      {false, head + "spec: {}\n"},
      {false, "kind: Instance\nmetadata: {name: a}\nspec: {}\n"},
      {false, "apiVersion: draas/v2\nkind: Instance\nmetadata: {name: a}\nspec: {}\n"},
      {false, "apiVersion: draas/v1\nkind: Server\nmetadata: {name: a}\nspec: {}\n"},
      {false, named + "spec: {}\nstatus: {}\n"},
      {false, named + "spec: {unknown: 1}\n"},
      {false, named + "spec: []\n"},
      {false, named + "spec:\n"},
      {true, named + "spec: {description: ~, restartPolicy: ~, limits: ~, frontPort: ~, platformOptions: ~}\n"},
      {true, named + "spec: {reconciliation: ~}\n"},
      {false, named + "spec: {platformType: ~}\n"},
      {false, named + "spec: {desiredState: ~}\n"},
      {false, named + "spec: {configuration: ~}\n"},
      {false, named + "spec: {limits: {cpuCores: ~}}\n"},
      {false, named + "spec: {description: 5}\n"},
      {false, named + "spec: {platformType: ''}\n"},
      {false, named + "spec: {desiredState: running}\n"},
      {false, named + "spec: {restartPolicy: 1}\n"},
      {false, named + "spec: {frontPort: 0}\n"},
      {false, named + "spec: {frontPort: 65536}\n"},
      {false, named + "spec: {frontPort: some}\n"},
      {false, named + "spec: {limits: {cpuCores: -1}}\n"},
      {false, named + "spec: {limits: {cpuCores: many}}\n"},
      {false, named + "spec: {limits: {memoryBytes: -1}}\n"},
      {false, named + "spec: {limits: {memoryBytes: 5 Mi}}\n"},
      {false, named + "spec: {limits: {memory: 5}}\n"},
      {false, named + "spec: {reconciliation: {maxRetries: 101}}\n"},
      {false, named + "spec: {reconciliation: {paused: 'yes'}}\n"},
      {false, named + "spec: {reconciliation: {strategy: 5}}\n"},
      {false, named + "spec: {configuration: []}\n"},
      {false, named + "spec: {platformOptions: 5}\n"},
      {false, head + "metadata: {name: ''}\nspec: {}\n"},
      {false, head + "metadata: {name: 5}\nspec: {}\n"},
      {false, head + "metadata: {name: a, id: -a}\nspec: {}\n"},
      {false, head + "metadata: {name: a, id: a b}\nspec: {}\n"},
      {false, head + "metadata: {name: a, labels: {a: {b: c}}}\nspec: {}\n"},
      {false, head + "metadata: {name: a, labels: [a]}\nspec: {}\n"},
      {false, head + "metadata: {name: a, tags: {}}\nspec: {}\n"}};
  for (const auto& [good, text] : cases) {
    EXPECT_EQ(read_instance_documents("a.yaml", text).has_value(), good) << "the reader: " << text;
    EXPECT_EQ(schema_accepts(text), good) << "the schema: " << text;
  }
}

}  // namespace
}  // namespace draas::client
