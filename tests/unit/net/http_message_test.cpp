#include "net/http_message.hpp"

#include <gmock/gmock.h>

namespace draas::net {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Headers, NamesIgnoreCaseAndKeepTheirOrder) {
  Headers headers;
  headers.add("A", "1");
  headers.add("B", "2");
  headers.add("a", "3");
  EXPECT_EQ(headers.get("A"), "1");
  EXPECT_EQ(headers.get("b"), "2");
  EXPECT_EQ(headers.get("c"), "");
  EXPECT_FALSE(headers.has("c"));
  headers.set("A", "4");
  EXPECT_THAT(headers, ElementsAre(Pair("A", "4"), Pair("B", "2")));
  headers.set("C", headers.get("B"));
  headers.set("B", headers.get("B"));
  EXPECT_THAT(headers, ElementsAre(Pair("A", "4"), Pair("B", "2"), Pair("C", "2")));
  headers.remove("a");
  EXPECT_THAT(headers, ElementsAre(Pair("B", "2"), Pair("C", "2")));
}

TEST(Headers, ClearedOnesAreGoneEvenFromCopies) {
  Headers headers;
  headers.add("Authorization", "secret");
  headers.clear();
  EXPECT_EQ(headers.size(), 0U);
  EXPECT_FALSE(headers.has("Authorization"));
  headers.add("B", "2");
  const Headers copy = headers;
  EXPECT_THAT(copy, ElementsAre(Pair("B", "2")));
  Headers moved = std::move(headers);
  EXPECT_THAT(moved, ElementsAre(Pair("B", "2")));
  headers = moved;
  EXPECT_THAT(headers, ElementsAre(Pair("B", "2")));
}

TEST(Headers, FindsTokensInLists) {
  Headers headers;
  headers.add("Accept", "text/html; q=0.5, \"a,b\" , application/json");
  headers.add("Accept", "text/plain");
  EXPECT_TRUE(headers.contains_token("accept", "Text/HTML"));
  EXPECT_TRUE(headers.contains_token("accept", "application/json"));
  EXPECT_TRUE(headers.contains_token("accept", "text/plain"));
  EXPECT_FALSE(headers.contains_token("accept", "b\""));
  EXPECT_FALSE(headers.contains_token("accept", "text"));
}

TEST(PercentCoding, RoundTripsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  const auto encoded = percent_encode(all);
  EXPECT_EQ(encoded.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%"),
            std::string::npos);
  EXPECT_EQ(percent_decode(encoded), all);
}

TEST(PercentCoding, RefusesMalformedEscapes) {
  for (const auto* text : {"%", "%1", "a%", "%g0", "%0g", "%%20"})
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
}

TEST(Request, ReadsQueryParameters) {
  Request request;
  request.query = "a=1&&b&c=&a=2&%64=%20";
  EXPECT_THAT(request.query_parameters(),
              ElementsAre(Pair("a", "1"), Pair("b", ""), Pair("c", ""), Pair("a", "2"), Pair("d", " ")));
  EXPECT_EQ(request.query_parameter("a"), "1");
  EXPECT_EQ(request.query_parameter("zz"), std::nullopt);
}

TEST(Method, NamesGoBothWays) {
  for (const auto method :
       {Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options}) {
    EXPECT_EQ(parse_method(to_string(method)), method);
  }
  EXPECT_EQ(parse_method("get"), Method::Other);
}

TEST(Response, GivesItsContent) {
  EXPECT_EQ(Response::text(200, "x").content(), "x");
  EXPECT_EQ(Response::json(200, Json{{"a", 1}}).content(), R"({"a":1})");
  EXPECT_EQ(Response::json_shared(200, std::make_shared<const std::string>("[]")).content(), "[]");
  EXPECT_EQ(Response::json_shared(200, nullptr).content(), "");
  EXPECT_EQ(Response::empty(204).content(), "");
}

}  // namespace
}  // namespace draas::net
