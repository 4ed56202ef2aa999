#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drasi/config_value.hpp"
#include "drasi/validation.hpp"

namespace draas::drasi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(UnsupportedClauses, AreFoundAsClausesOnly) {
  EXPECT_THAT(unsupported_clauses("MATCH (n) RETURN n ORDER\n BY n.a LIMIT 3"), ElementsAre("ORDER BY", "LIMIT"));
  EXPECT_THAT(unsupported_clauses("select top 5 x"), ElementsAre("TOP"));
  EXPECT_THAT(unsupported_clauses("MATCH (o:Order) WHERE o.limit > 3 RETURN o.order AS by"), IsEmpty());
  EXPECT_THAT(unsupported_clauses("MATCH (n) WHERE n.a = 'order by' // limit 3\n RETURN n /* LIMIT 4 */"), IsEmpty());
  EXPECT_THAT(unsupported_clauses("MATCH (a)--(b) RETURN a LIMIT 1"), ElementsAre("LIMIT"));
  EXPECT_THAT(unsupported_clauses("MATCH (`order by`) RETURN 'it''s' , \"\\\" limit 3\""), IsEmpty());
  EXPECT_THAT(unsupported_clauses(""), IsEmpty());
}

TEST(TemplateFault, FindsWhatUsersGetWrong) {
  for (const char* sound :
       {"", "plain", "{{a}}", "{{{a}}}", "${{a.b}}", "{{#if a}}x{{else}}y{{/if}}", "{{~#each l~}}{{this}}{{~/each~}}",
        "{{! note }}", "{{!-- }} --}}", "\\{{raw", "{{{{raw}}}} {{ {{{{/raw}}}}", "{ {a} }", "{{> part}}", "{{^a}}",
        R"({"id": "{{after.id}}", "in": {"x": {{after.x}}}})", "{{#*inline \"p\"}}x{{/inline}}"}) {
    EXPECT_EQ(template_fault(sound), "") << sound;
  }
  for (const char* broken :
       {"{{a", "{{}}", "{{ }}", "{{#if a}}x", "{{/if}}", "{{#if a}}{{/each}}", "{{{a}}", "{{a}} {{"}) {
    EXPECT_NE(template_fault(broken), "") << broken;
  }
}

TEST(ConfigValue, Forms) {
  using Form = ConfigValue::Form;
  const auto read = [](Json value) { return read_config_value(value); };
  EXPECT_EQ(read("plain").form, Form::Plain);
  EXPECT_EQ(read("a ${B} c").form, Form::Plain);
  EXPECT_EQ(read(5).form, Form::Plain);
  EXPECT_EQ(read({{"a", 1}}).form, Form::Plain);
  EXPECT_EQ(read("${A}").form, Form::Environment);
  EXPECT_EQ(read("${A}").fallback, std::nullopt);
  EXPECT_EQ(read("${A:-}").fallback, "");
  EXPECT_EQ(read("${A:-b:-c}").fallback, "b:-c");
  EXPECT_EQ(read("${}").form, Form::Malformed);
  EXPECT_EQ(read("${A}/${B}").form, Form::Malformed);
  EXPECT_EQ(read({{"kind", "Secret"}, {"name", "x"}}).form, Form::Secret);
  EXPECT_EQ(read({{"kind", "EnvironmentVariable"}, {"name", "x"}, {"default", 3}}).fallback, "3");
  EXPECT_EQ(read({{"kind", "EnvironmentVariable"}, {"name", "x"}, {"default", true}}).form, Form::Malformed);
}

TEST(ConfigValue, PlainIntegers) {
  EXPECT_EQ(plain_integer("8080"), 8080);
  EXPECT_EQ(plain_integer("-1"), -1);
  for (const char* text : {"", "08", "+1", "1.0", "1e3", "0x10", " 1", "99999999999999999999"})
    EXPECT_FALSE(plain_integer(text)) << text;
  EXPECT_FALSE(as_integer(Json(1.5)));
  EXPECT_FALSE(as_integer(Json(std::numeric_limits<std::uint64_t>::max())));
}

}  // namespace
}  // namespace draas::drasi
