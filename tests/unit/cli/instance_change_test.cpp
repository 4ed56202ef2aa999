#include "cli/instance_change.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/yaml.hpp"

namespace draas::cli {
namespace {

using namespace testing;

client::InstanceDocument document(const std::string& text) {
  auto documents = client::read_instance_documents("orders.yaml", text);
  EXPECT_TRUE(documents.has_value()) << (documents ? "" : documents.error().message);
  return documents ? documents->at(0) : client::InstanceDocument{};
}

const std::string kFile = R"(apiVersion: draas/v1
kind: Instance
metadata: {name: orders, labels: {team: shop}}
spec:
  restartPolicy: Always
  limits: {memoryBytes: 1Ki}
  frontPort: auto
  reconciliation: {strategy: Restart}
  configuration:
    sources: [{kind: mock, id: s}]
    queries: [{id: q, query: "MATCH (n) RETURN n", sources: [{sourceId: s}]}]
)";

// As the control plane has it after kFile was applied.
CurrentInstance applied() {
  CurrentInstance current;
  current.instance = Json::parse(R"({"id":"orders","name":"orders","platformType":"Process","desiredState":"Running",
    "restartPolicy":"Always","limits":{"memoryBytes":1024},"frontPort":8085,
    "metadata":{"team":"shop","draas.source":"draas/apply","draas.labels":"team"}})");
  current.configuration = Json::parse(R"({"host":"127.0.0.1","port":8080,"logLevel":"info",
    "sources":[{"id":"s","kind":"mock"}],
    "queries":[{"id":"q","queryText":"MATCH (n) RETURN n","sources":[{"sourceId":"s"}]}],"reactions":[]})");
  current.configuration_etag = "\"1\"";
  current.policy = Json{{"strategy", "Restart"}};
  return current;
}

TEST(InstanceChange, IsEmptyWhenAllIsAsTheFileSays) {
  const auto change = compare(document(kFile), applied());
  ASSERT_TRUE(change.has_value());
  EXPECT_TRUE(change->empty()) << Json(change->fields);
  EXPECT_TRUE(change->body.is_null()) << change->body;
  EXPECT_EQ(diff_text(*change), "");
}

TEST(InstanceChange, CreatesWhatIsNotThere) {
  const auto change = compare(document(kFile), {});
  ASSERT_TRUE(change.has_value());
  EXPECT_TRUE(change->create);
  EXPECT_EQ(change->body["desiredState"], "Running");
  EXPECT_EQ(change->body["metadata"]["draas.source"], "draas/apply");
  EXPECT_EQ(change->body["metadata"]["draas.labels"], "team");
  EXPECT_EQ(to_text(*change->policy), R"({"strategy":"Restart"})");
  EXPECT_THAT(diff_text(*change), StartsWith("--- /dev/null\n+++ file/orders\n@@ -0,0 +1,"));
}

TEST(InstanceChange, NamesEachField) {
  CurrentInstance current = applied();
  current.instance["restartPolicy"] = "Never";
  current.instance["metadata"]["team"] = "web";
  current.configuration["queries"][0]["queryText"] = "MATCH (m) RETURN m";
  current.policy = Json::object();
  const auto change = compare(document(kFile), current);
  ASSERT_TRUE(change.has_value());
  EXPECT_THAT(change->fields, ElementsAre("restartPolicy", "labels.team", "configuration", "reconciliation"));
  EXPECT_EQ(to_text(change->body), R"({"restartPolicy":"Always","metadata":{"team":"shop"}})");
  EXPECT_TRUE(change->configuration.has_value());
  EXPECT_EQ(change->configuration_etag, "\"1\"");
  const std::string diff = diff_text(*change);
  EXPECT_THAT(diff, HasSubstr("-  restartPolicy: Never\n+  restartPolicy: Always\n"));
  EXPECT_THAT(diff, HasSubstr("-        queryText: MATCH (m) RETURN m\n+        queryText: MATCH (n) RETURN n\n"));
  EXPECT_THAT(diff, Not(HasSubstr("-        kind"))) << "the order of keys is no difference";
}

TEST(InstanceChange, RemovesLabelsThatTheFileHadAndOnlyThose) {
  CurrentInstance current = applied();
  current.instance["metadata"]["tier"] = "web";
  current.instance["metadata"]["by-hand"] = "yes";
  current.instance["metadata"]["draas.labels"] = "team,tier";
  const auto change = compare(document(kFile), current);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(to_text(change->body), R"({"metadata":{"tier":null,"draas.labels":"team"}})");
}

TEST(InstanceChange, TakesWhatNobodyOwnsAndRefusesWhatOthersDo) {
  CurrentInstance current = applied();
  current.instance["metadata"].erase("draas.source");
  const auto taken = compare(document(kFile), current);
  ASSERT_TRUE(taken.has_value());
  EXPECT_THAT(taken->fields, ElementsAre("owner"));
  EXPECT_NE(diff_text(*taken), "");
  const auto left = compare(document(kFile), current, Ownership::Leave);
  ASSERT_TRUE(left.has_value());
  EXPECT_TRUE(left->empty());

  current.instance["metadata"]["draas.source"] = "team-a";
  const auto refused = compare(document(kFile), current);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("team-a"));
}

TEST(InstanceChange, DoesNotMoveAnInstance) {
  const auto change = compare(document("apiVersion: draas/v1\nkind: Instance\nmetadata: {name: orders}\n"
                                       "spec:\n  platformType: Docker\n"),
                              applied());
  ASSERT_FALSE(change.has_value());
  EXPECT_THAT(change.error().message,
              AllOf(HasSubstr("orders.yaml:5"), HasSubstr("draas restart orders --platform Docker")));
}

TEST(InstanceChange, NeverShowsSecrets) {
  const std::string text =
      "id: orders\nsources: [{kind: postgres, id: p, password: PASSWORD, host: h, database: d, user: u}]\n";
  const auto with = [&](const std::string& password) {
    std::string copy = text;
    return copy.replace(copy.find("PASSWORD"), 8, password);
  };
  CurrentInstance current = applied();
  current.configuration["sources"] = Json::parse(R"([{"kind":"postgres","id":"p","password":"hunter1","host":"h",
    "database":"d","user":"u"}])");
  current.configuration["queries"] = Json::array();
  const auto change = compare(document(with("hunter2")), current);
  ASSERT_TRUE(change.has_value());
  EXPECT_TRUE(change->configuration.has_value());
  const std::string diff = diff_text(*change);
  EXPECT_THAT(diff, HasSubstr("secrets differ"));
  EXPECT_THAT(diff, Not(HasSubstr("hunter")));
}

TEST(InstanceChange, ResetsWhatIsNullInTheFile) {
  CurrentInstance current = applied();
  current.instance["description"] = "All orders";
  const std::string file = R"(apiVersion: draas/v1
kind: Instance
metadata: {name: orders, labels: {team: shop}}
spec: {description: null, restartPolicy: null, limits: null, frontPort: null, reconciliation: null}
)";
  const auto change = compare(document(file), current);
  ASSERT_TRUE(change.has_value()) << change.error().message;
  EXPECT_EQ(to_text(change->body), R"({"description":null,"restartPolicy":null,"limits":null,"frontPort":null})");
  EXPECT_EQ(to_text(change->policy.value_or(Json())), "{}");
  EXPECT_THAT(diff_text(*change), AllOf(HasSubstr("-  restartPolicy: Always\n"), HasSubstr("-  frontPort: 8085\n")));
  // As it is then.
  for (const char* key : {"description", "restartPolicy", "limits", "frontPort"}) current.instance[key] = Json();
  current.policy = Json::object();
  const auto again = compare(document(file), current);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->empty()) << Json(again->fields);
  const auto created = compare(document(file), {});
  ASSERT_TRUE(created.has_value());
  EXPECT_FALSE(created->body.contains("frontPort")) << "nothing is there to be reset";
  EXPECT_FALSE(created->policy.has_value());
}

TEST(InstanceChange, OfAWholeDocumentResetsWhatIsGoneFromIt) {
  CurrentInstance current = applied();
  current.instance["description"] = "All orders";
  current.instance["metadata"]["tier"] = "web";
  const client::InstanceDocument before = document(to_yaml(to_document(current)));
  const auto unchanged = compare_whole(before, before, current);
  ASSERT_TRUE(unchanged.has_value()) << unchanged.error().message;
  EXPECT_TRUE(unchanged->empty()) << Json(unchanged->fields);

  client::InstanceDocument edited = before;
  for (const char* key : {"description", "restartPolicy", "limits", "frontPort"}) edited.instance.erase(key);
  edited.instance["metadata"].erase("tier");
  edited.policy = Json();
  const auto change = compare_whole(edited, before, current);
  ASSERT_TRUE(change.has_value()) << change.error().message;
  EXPECT_THAT(change->fields, UnorderedElementsAre("description", "restartPolicy", "limits", "frontPort",
                                                   "reconciliation", "labels.tier"));
  EXPECT_TRUE(change->body["metadata"]["tier"].is_null());
  EXPECT_EQ(to_text(change->policy.value_or(Json())), "{}");
  edited.instance.erase("configuration");
  EXPECT_FALSE(compare_whole(edited, before, current).has_value());
}

TEST(InstanceChange, NeverShowsEnvironments) {
  CurrentInstance current = applied();
  current.instance["platformOptions"] = Json{{"environment", Json{{"LOGIN", "hunter1"}}}};
  client::InstanceDocument wanted = document(kFile);
  wanted.instance["platformOptions"] = Json{{"environment", Json{{"LOGIN", "hunter2"}}}};
  const auto change = compare(wanted, current);
  ASSERT_TRUE(change.has_value());
  EXPECT_THAT(change->fields, ElementsAre("platformOptions"));
  EXPECT_THAT(diff_text(*change), AllOf(HasSubstr("secrets differ"), Not(HasSubstr("hunter"))));
  const auto created = compare(wanted, {});
  ASSERT_TRUE(created.has_value());
  EXPECT_THAT(diff_text(*created), AllOf(HasSubstr("LOGIN: \"***\""), Not(HasSubstr("hunter"))));
}

}  // namespace
}  // namespace draas::cli
