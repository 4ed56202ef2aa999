#include <gtest/gtest.h>

#include "documents.hpp"

namespace draas::drasi {
namespace {

using testing::json;
using testing::yaml;

TEST(Normalise, WritesQueryAsQueryTextInItsPlace) {
  const Json result = normalise(yaml("queries: [{id: a, query: MATCH (n) RETURN n, autoStart: true}]"));
  EXPECT_EQ(to_text(result["queries"][0]), R"({"id":"a","queryText":"MATCH (n) RETURN n","autoStart":true})");
}

TEST(Normalise, WritesQueryAsQueryTextInsideInstances) {
  const Json result = normalise(yaml("instances: [{id: x, queries: [{id: a, query: q}]}]"));
  EXPECT_EQ(result["instances"][0]["queries"][0]["queryText"], "q");
  EXPECT_FALSE(result["instances"][0]["queries"][0].contains("query"));
}

TEST(Normalise, KeepsBothSpellingsThatDisagree) {
  const Json result = normalise(yaml("queries: [{id: a, query: one, queryText: two}]"));
  EXPECT_TRUE(result["queries"][0].contains("query"));
  EXPECT_EQ(result["queries"][0]["queryText"], "two");
}

TEST(Normalise, DropsTheSecondOfTwoEqualSpellings) {
  const Json result = normalise(yaml("queries: [{id: a, query: one, queryText: one}]"));
  EXPECT_EQ(to_text(result["queries"][0]), R"({"id":"a","queryText":"one"})");
}

TEST(Normalise, FlattensTheNestedServerConfiguration) {
  const Json result =
      normalise(json(R"({"sources":[],"serverConfiguration":{"port":9000,"logLevel":"debug"},"queries":[]})"));
  EXPECT_EQ(to_text(result), R"({"sources":[],"port":9000,"logLevel":"debug","queries":[],"reactions":[]})");
}

TEST(Normalise, NestedValueReplacesANullAtTheTop) {
  for (const char* text :
       {R"({"port":null,"serverConfiguration":{"port":9}})", R"({"serverConfiguration":{"port":9},"port":null})"}) {
    EXPECT_EQ(normalise(json(text))["port"], 9) << text;
  }
}

TEST(Normalise, KeepsANestedValueThatContradictsTheTop) {
  const Json result = normalise(json(R"({"port":1,"serverConfiguration":{"port":2,"host":"h","color":"red"}})"));
  EXPECT_EQ(result["port"], 1);
  EXPECT_EQ(result["host"], "h");
  EXPECT_EQ(to_text(result["serverConfiguration"]), R"({"port":2,"color":"red"})");
}

TEST(Normalise, NullListsBecomeEmptyAndOtherNullsOfKnownFieldsGo) {
  const Json result = normalise(json(
      R"({"host":null,"sources":null,"queries":[{"id":"a","queryText":"q","sources":null,"autoStart":null}],
          "reactions":[{"kind":"log","id":"r","queries":null,"custom":null}],"unknown":null})"));
  EXPECT_FALSE(result.contains("host"));
  EXPECT_EQ(result["sources"], Json::array());
  EXPECT_EQ(to_text(result["queries"][0]), R"({"id":"a","queryText":"q","sources":[]})");
  EXPECT_EQ(to_text(result["reactions"][0]), R"({"kind":"log","id":"r","queries":[],"custom":null})");
  EXPECT_TRUE(result.contains("unknown"));
}

TEST(Normalise, AddsMissingComponentListsUnlessThereAreInstances) {
  EXPECT_EQ(to_text(normalise(Json::object())), R"({"sources":[],"queries":[],"reactions":[]})");
  EXPECT_EQ(to_text(normalise(yaml("instances: [{id: a}]"))), R"({"instances":[{"id":"a"}]})");
}

TEST(Normalise, IsIdempotent) {
  const Json once = normalise(testing::sample());
  EXPECT_EQ(normalise(once), once);
}

TEST(Normalise, AcceptsWhatIsNoObject) {
  for (const Json& value :
       {Json(), Json(3), Json("x"), Json::array({1, 2}), json(R"({"queries":3,"instances":"x","sources":[1,null]})")}) {
    const Json result = normalise(value);
    EXPECT_EQ(result.type(), value.type());
  }
}

TEST(NormalisePatch, RewritesPathsOfBothSpellings) {
  const Json patch = normalise_patch(json(R"([
    {"op":"replace","path":"/queries/0/query","value":"q"},
    {"op":"replace","path":"/instances/1/queries/0/query","value":"q"},
    {"op":"add","path":"/serverConfiguration/port","value":9},
    {"op":"move","from":"/queries/0/query","path":"/queries/1/query"}])"));
  EXPECT_EQ(patch[0]["path"], "/queries/0/queryText");
  EXPECT_EQ(patch[1]["path"], "/instances/1/queries/0/queryText");
  EXPECT_EQ(patch[2]["path"], "/port");
  EXPECT_EQ(patch[3]["from"], "/queries/0/queryText");
  EXPECT_EQ(patch[3]["path"], "/queries/1/queryText");
}

TEST(NormalisePatch, NormalisesValues) {
  const Json patch = normalise_patch(json(R"([
    {"op":"add","path":"/queries/-","value":{"id":"a","query":"q","sources":null}},
    {"op":"replace","path":"/queries","value":[{"id":"a","query":"q"}]},
    {"op":"add","path":"/sources","value":null},
    {"op":"add","path":"/instances/-","value":{"id":"x","queries":[{"id":"a","query":"q"}]}},
    {"op":"replace","path":"","value":{"queries":[{"id":"a","query":"q"}]}}])"));
  EXPECT_EQ(to_text(patch[0]["value"]), R"({"id":"a","queryText":"q","sources":[]})");
  EXPECT_EQ(patch[1]["value"][0]["queryText"], "q");
  EXPECT_EQ(patch[2]["value"], Json::array());
  EXPECT_EQ(patch[3]["value"]["queries"][0]["queryText"], "q");
  EXPECT_EQ(patch[4]["value"]["queries"][0]["queryText"], "q");
}

TEST(NormalisePatch, ReplacingASettingWorksWhetherOrNotItIsWritten) {
  const Json patch = normalise_patch(json(R"([{"op":"replace","path":"/port","value":9000}])"));
  auto patched = apply_json_patch(empty_configuration(), patch);
  ASSERT_TRUE(patched) << patched.error().message;
  EXPECT_EQ((*patched)["port"], 9000);
}

TEST(NormalisePatch, ReplacingAMissingListEntryStillFails) {
  const Json patch = normalise_patch(json(R"([{"op":"replace","path":"/sources/0","value":{}}])"));
  EXPECT_FALSE(apply_json_patch(empty_configuration(), patch));
}

TEST(NormalisePatch, SpreadsAWholeNestedBlock) {
  const Json patch =
      normalise_patch(json(R"([{"op":"replace","path":"/serverConfiguration","value":{"port":1,"host":"h"}}])"));
  ASSERT_EQ(patch.size(), 2U);
  EXPECT_EQ(to_text(patch[0]), R"({"op":"add","path":"/port","value":1})");
  EXPECT_EQ(patch[1]["path"], "/host");
}

TEST(NormalisePatch, MergePatchKeepsItsNulls) {
  const Json patch =
      normalise_patch(json(R"({"serverConfiguration":{"port":null},"queries":[{"id":"a","query":"q"}]})"));
  EXPECT_TRUE(patch.contains("port") && patch["port"].is_null());
  EXPECT_EQ(patch["queries"][0]["queryText"], "q");
}

TEST(NormalisePatch, LeavesMalformedOperationsToThePatch) {
  const Json patch = json(R"([1,{"op":"add"},{"path":3,"op":"x"},{"op":"add","path":"no-slash","value":null}])");
  EXPECT_EQ(normalise_patch(patch), patch);
}

}  // namespace
}  // namespace draas::drasi
