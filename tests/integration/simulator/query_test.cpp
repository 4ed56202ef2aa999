#include <gtest/gtest.h>

#include "simulator/continuous_query.hpp"
#include "simulator/query_text.hpp"
#include "simulator/template_text.hpp"

namespace draas::simulator {
namespace {

ContinuousQuery make(const std::string& text) {
  auto parsed = parse_query(text, "Cypher");
  EXPECT_TRUE(parsed) << text << ": " << parsed.error();
  EXPECT_TRUE(parsed->supported) << text << ": " << parsed->reason;
  return ContinuousQuery(*parsed);
}

GraphChange change(GraphChange::Operation operation, const std::string& id, const std::string& label, Json properties) {
  GraphChange out;
  out.operation = operation;
  out.element_id = id;
  out.labels = {label};
  out.properties = std::move(properties);
  return out;
}

GraphChange insert(const std::string& id, const std::string& label, Json properties) {
  return change(GraphChange::Operation::Insert, id, label, std::move(properties));
}

// Does a node with these properties pass the filter?
bool passes(const std::string& where, const Json& properties) {
  ContinuousQuery query = make("MATCH (n:A) WHERE " + where + " RETURN n.x AS x");
  query.apply("s", insert("1", "A", properties));
  return query.results().size() == 1;
}

TEST(QueryText, SyntaxErrorsNameThePlace) {
  EXPECT_EQ(parse_query("FROB", "GQL").error(),
            "parser error: error at 1:1: expected one of \"FILTER\", \"LET\", \"MATCH\", \"OPTIONAL\", \"RETURN\", "
            "\"YIELD\", "
            "\"filter\", \"let\", \"match\", \"optional\", \"return\", \"yield\"");
  EXPECT_TRUE(parse_query("\n  Match (n) RETURN n", "Cypher").error().starts_with("parser error: error at 2:3: "));
  EXPECT_TRUE(parse_query("", "Cypher").error().starts_with("parser error: error at 1:1: "));
  EXPECT_EQ(parse_query("MATCH (n RETURN n", "Cypher").error(),
            R"~(parser error: error at 1:10: expected one of ")", "WHERE", "where", "{")~");
  EXPECT_TRUE(parse_query("MATCH (n) RETURN 'x", "Cypher")
                  .error()
                  .starts_with("parser error: error at 1:18: expected one of "));
  EXPECT_FALSE(parse_query("MATCH (n)", "Cypher"));
}

// What the server's own parsers said of these.
TEST(QueryText, RefusesWhatTheGrammarsDoNotHave) {
  EXPECT_EQ(parse_query("MATCH (o:Order) RETURN o.id AS Id ORDER BY Id", "GQL").error(),
            R"(parser error: error at 1:35: expected one of ",", "GROUP", "NEXT", "group", "next", EOF)");
  EXPECT_EQ(parse_query("MATCH (o:X)\nRETURN\no.a AS c\n  LIMIT 3", "GQL").error(),
            R"(parser error: error at 4:3: expected one of ",", "GROUP", "NEXT", "group", "next", EOF)");
  EXPECT_EQ(parse_query("MATCH (o:__X) RETURN o.id AS Id", "Cypher").error(),
            R"~(parser error: error at 1:10: expected one of ")", "WHERE", "`", "where", "{", an identifier)~");
  EXPECT_EQ(parse_query("MATCH (o:A:B) RETURN o.id", "Cypher").error(),
            R"~(parser error: error at 1:11: expected one of ")", "WHERE", "where", "{", "|")~");
  EXPECT_EQ(parse_query("MATCH (o:X) RETURN o.__id", "GQL").error(), R"~(parser error: error at 1:26: expected "(")~");
  for (const char* language : {"Cypher", "GQL"}) {
    for (const char* text :
         {"MATCH (o:X) RETURN o.id LIMIT 5", "MATCH (o:X) RETURN o.id SKIP 5", "MATCH (o:X) RETURN DISTINCT o.id",
          "MATCH (o:X) RETURN TOP 5 o.id", "MATCH (o:X) RETURN count(*)", "MATCH (o:X) RETURN count(DISTINCT o.a)",
          "MATCH (o:X) WHERE o.a XOR o.b RETURN o.id", "MATCH (o:X) RETURN o.id;", "MATCH (o:X) RETURN \"a\"",
          "MATCH (__o:X) RETURN __o.id", "CREATE (o:X) RETURN o", "MATCH (o)\r\nRETURN o.a"}) {
      EXPECT_FALSE(parse_query(text, language)) << language << ": " << text;
    }
    for (const char* text :
         {"MATCH (o:`__X`) RETURN o.id", "match (o:X) where o.a = 1 return o.id as b", "MATCH (o:X) // why\nRETURN o.a",
          "MATCH (a:X)-[r:KNOWS*1..3]->(b), (c) RETURN a.x", "MATCH (o:X) RETURN CASE WHEN o.a = 1 THEN 2 END AS c",
          "MATCH (o:X) RETURN [x IN o.l WHERE x > 1 | x + 1] AS y",
          "MATCH (o:X) RETURN o.l[0], {a: 1}, -1.5, f(), $p"}) {
      EXPECT_TRUE(parse_query(text, language)) << language << ": " << text;
    }
  }
  EXPECT_TRUE(parse_query("MATCH (a) LET y = a.x FILTER y > 1 RETURN y NEXT RETURN y", "GQL"));
  EXPECT_FALSE(parse_query("MATCH (a) LET y = a.x RETURN y", "Cypher"));
  EXPECT_TRUE(parse_query("MATCH (a) WITH a.x AS x RETURN x", "Cypher"));
  EXPECT_FALSE(parse_query("MATCH (a) WITH a.x AS x RETURN x", "GQL"));
}

TEST(QueryText, DeepNestingIsRefusedAndNotDiedOf) {
  std::string deep = "MATCH (n) RETURN " + std::string(100'000, '(') + "1";
  EXPECT_FALSE(parse_query(deep, "Cypher"));
}

TEST(QueryText, OutsideOfTheSubsetIsAcceptedButMarked) {
  for (const char* text :
       {"MATCH (a)-[:R]->(b) RETURN a.x", "MATCH (a:X), (b:Y) RETURN a.x", "MATCH (a) RETURN foo(a.x)",
        "MATCH (a:X) WITH a RETURN a.x", "MATCH (a:X) RETURN b.x", "OPTIONAL MATCH (a) RETURN a.x"}) {
    auto parsed = parse_query(text, "Cypher");
    ASSERT_TRUE(parsed) << text;
    EXPECT_FALSE(parsed->supported) << text;
    EXPECT_FALSE(parsed->reason.empty()) << text;
  }
}

TEST(QueryText, ColumnsHaveNamesAndComeInTheirOrder) {
  auto parsed = parse_query("MATCH (n:A|B) RETURN n.in.first, n.a + 1 AS more, n.a + 2, count(n)", "Cypher");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->labels, (std::vector<std::string>{"A", "B"}));
  std::vector<std::string> names;
  for (const ReturnItem& item : parsed->items) names.push_back(item.name);
  EXPECT_EQ(names, (std::vector<std::string>{"count", "expression", "first", "more"}));
}

TEST(ContinuousQuery, Filters) {
  Json node = {{"x", 5}, {"name", "ada"}, {"ratio", 2.5}, {"on", true}, {"in", {{"deep", 7}}}};
  EXPECT_TRUE(passes("n.x = 5", node));
  EXPECT_TRUE(passes("n.x >= 5 AND n.name <> 'bob'", node));
  EXPECT_TRUE(passes("n.x < 5 OR n.ratio > 2", node));
  EXPECT_FALSE(passes("n.x < 5 OR n.ratio > 3", node));
  EXPECT_TRUE(passes("n.name IN ['ada', 'bob']", node));
  EXPECT_FALSE(passes("NOT n.name IN ['ada']", node));
  EXPECT_TRUE(passes("n.none IS NULL AND n.name IS NOT NULL", node));
  EXPECT_FALSE(passes("n.none = 5", node)) << "null compares to nothing";
  EXPECT_FALSE(passes("n.name > 5", node)) << "different types do not compare";
  EXPECT_TRUE(passes("n.on = true", node));
  EXPECT_TRUE(passes("(n.x + 1) * 2 = 12", node));
  EXPECT_TRUE(passes("n.name STARTS WITH 'a' AND n.name CONTAINS 'd' AND n.name ENDS WITH 'a'", node));
  EXPECT_TRUE(passes("n.in.deep = 7", node));
  EXPECT_TRUE(passes("n.x > -1", node));
}

TEST(ContinuousQuery, RowsAppearChangeAndGo) {
  ContinuousQuery query = make("MATCH (n:A) WHERE n.x > 10 RETURN n.x AS X, n.y AS Y");
  EXPECT_TRUE(query.apply("s", insert("1", "B", {{"x", 20}})).empty()) << "another label";
  EXPECT_TRUE(query.apply("s", insert("2", "A", {{"x", 5}, {"y", "k"}})).empty());
  auto added = query.apply("s", change(GraphChange::Operation::Update, "2", "A", {{"x", 11}}));
  ASSERT_EQ(added.size(), 1U);
  EXPECT_EQ(added[0]["type"], "ADD");
  EXPECT_EQ(added[0]["data"], (Json{{"X", 11}, {"Y", "k"}})) << "what an update does not name is kept";
  EXPECT_TRUE(query.apply("s", change(GraphChange::Operation::Update, "2", "A", {{"z", 1}})).empty());
  auto updated = query.apply("s", change(GraphChange::Operation::Update, "2", "A", {{"x", 12}}));
  ASSERT_EQ(updated.size(), 1U);
  EXPECT_EQ(updated[0]["before"]["X"], 11);
  EXPECT_EQ(updated[0]["after"]["X"], 12);
  EXPECT_EQ(updated[0]["row_signature"], added[0]["row_signature"]);
  auto gone = query.apply("s", change(GraphChange::Operation::Delete, "2", "A", Json::object()));
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone[0]["type"], "DELETE");
  EXPECT_EQ(query.results(), Json::array());
}

TEST(ContinuousQuery, AggregatesByGroup) {
  ContinuousQuery query =
      make("MATCH (n:A) RETURN n.k AS K, count(n) AS C, sum(n.v) AS S, avg(n.v) AS M, min(n.v) AS Lo, max(n.v) AS Hi");
  query.apply("s", insert("1", "A", {{"k", "a"}, {"v", 1}}));
  query.apply("s", insert("2", "A", {{"k", "a"}, {"v", 4}}));
  query.apply("s", insert("3", "A", {{"k", "b"}, {"v", 4}}));
  auto moved = query.apply("s", change(GraphChange::Operation::Update, "2", "A", {{"k", "b"}}));
  ASSERT_EQ(moved.size(), 2U);
  EXPECT_EQ(moved[0]["type"], "aggregation");
  EXPECT_EQ(moved[0]["after"].dump(), R"({"C":1,"Hi":1.0,"K":"a","Lo":1.0,"M":1.0,"S":1.0})");
  EXPECT_EQ(moved[1]["after"].dump(), R"({"C":2,"Hi":4.0,"K":"b","Lo":4.0,"M":4.0,"S":8.0})");
  EXPECT_EQ(query.results().size(), 2U);
}

TEST(ContinuousQuery, ARestartKeepsTheResultsAndForgetsTheElements) {
  ContinuousQuery query = make("MATCH (n:A) RETURN n.x AS X");
  query.apply("s", insert("1", "A", {{"x", 1}}));
  query.apply("s", insert("2", "A", {{"x", 2}}));
  query.restart();
  EXPECT_EQ(query.results().size(), 2U);
  EXPECT_TRUE(query.apply("s", change(GraphChange::Operation::Delete, "1", "A", Json::object())).empty());
  auto again = query.apply("s", change(GraphChange::Operation::Update, "2", "A", {{"x", 3}}));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0]["type"], "ADD");
  EXPECT_EQ(query.results(), (Json::array({{{"X", 1}}, {{"X", 3}}})));
  ContinuousQuery counted = make("MATCH (n:A) RETURN count(n) AS C");
  counted.apply("s", insert("1", "A", Json::object()));
  counted.restart();
  EXPECT_EQ(counted.results()[0]["C"], 1);
  counted.apply("s", insert("2", "A", Json::object()));
  EXPECT_EQ(counted.results()[0]["C"], 1) << "counted anew";
}

TEST(ContinuousQuery, ElementsOfDifferentSourcesAreDifferent) {
  ContinuousQuery query = make("MATCH (n) RETURN count(n) AS C");
  query.apply("s", insert("1", "A", Json::object()));
  query.apply("t", insert("1", "A", Json::object()));
  EXPECT_EQ(query.results()[0]["C"], 2);
}

TEST(TemplateText, RendersWhatReactionsUse) {
  Json context = {{"after", {{"Name", "<b>"}, {"N", 2.5}, {"List", {1, 2}}, {"No", nullptr}}}, {"query_name", "q"}};
  EXPECT_EQ(render_template("{{query_name}}: {{after.Name}} {{{after.Name}}} {{after.N}}", context),
            "q: &lt;b&gt; <b> 2.5");
  EXPECT_EQ(render_template("{{json after.List}}{{after.Missing}}{{after.No}}", context), "[1,2]");
  EXPECT_EQ(render_template("{{#if after.N}}yes{{else}}no{{/if}}{{#unless after.No}}!{{/unless}}", context), "yes!");
  EXPECT_EQ(render_template("{{#each after.List}}{{@index}}={{this}};{{/each}}", context), "0=1;1=2;");
  EXPECT_EQ(render_template("{{! nothing }}a", context), "a");
}

TEST(TemplateText, FaultsAreFound) {
  EXPECT_FALSE(template_fault("plain {{a.b}} {{#if x}}{{/if}}"));
  for (const char* text : {"{{a", "{{}}", "{{#if x}}open", "{{#if x}}{{/each}}", "{{/if}}"}) {
    EXPECT_TRUE(template_fault(text)) << text;
  }
}

}  // namespace
}  // namespace draas::simulator
