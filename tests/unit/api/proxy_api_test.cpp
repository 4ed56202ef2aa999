#include <gmock/gmock.h>

#include "api_fixture.hpp"

namespace draas::api::testing {
namespace {

const std::string kProxy = "/api/server/instances/a/proxy";

class ProxyApi : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    create("a");
    const auto started = ask("POST", "/api/server/instances/a/start");
    ASSERT_EQ(started.json()["instance"]["status"], "Running") << started.body;
  }
};

TEST_F(ProxyApi, PassesMethodPathQueryBodyAndHeadersOn) {
  const auto answer = ask("PATCH", kProxy + "/echo?a=%2F&b", "payload",
                          {{"Content-Type", "text/x-own"},
                           {"X-Own", "1"},
                           {"Connection", "close, X-Hop"},
                           {"X-Hop", "1"},
                           {"Authorization", "Bearer ours"},
                           {"Accept", "image/png"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto seen = answer.json();
  EXPECT_EQ(seen["method"], "PATCH");
  EXPECT_EQ(seen["target"], "/i/a/echo?a=%2F&b");
  EXPECT_EQ(seen["body"], "payload");
  const auto& headers = seen["headers"];
  EXPECT_EQ(headers["Content-Type"], "text/x-own");
  EXPECT_EQ(headers["X-Own"], "1");
  EXPECT_EQ(headers["X-Forwarded-For"], "127.0.0.1");
  EXPECT_EQ(headers["X-Forwarded-Host"], "localhost:5000");
  EXPECT_EQ(headers["X-Forwarded-Proto"], "http");
  EXPECT_EQ(headers["traceparent"], "00-" + std::string(32, 'a') + "-" + std::string(16, 'b') + "-01");
  EXPECT_FALSE(headers.contains("X-Hop"));
  EXPECT_FALSE(headers.contains("Authorization"));
  EXPECT_EQ(answer.header("X-Of-Instance"), "yes");
  EXPECT_FALSE(answer.headers.has("Keep-Alive"));
}

TEST_F(ProxyApi, WorksUnderTheAliasAndForEscapedIds) {
  EXPECT_EQ(ask("GET", "/api/servers/instances/%61/proxy/echo").json()["target"], "/i/a/echo");
  const auto missing = ask("DELETE", kProxy + "/what/is/not?there");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.body, "nothing at /what/is/not");
}

TEST_F(ProxyApi, StreamsEventsUntilTheClientLeaves) {
  const auto stream = ask("GET", kProxy + "/events", "", {},
                          [](const std::string& text) { return text.find("\n\n") != std::string::npos; });
  EXPECT_EQ(stream.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(stream.body, "data: {\"n\":1}\n\n");
  EXPECT_FALSE(stream.broken_off);
}

TEST_F(ProxyApi, ABrokenResponseDoesNotLookWhole) {
  const auto answer = ask("GET", kProxy + "/broken");
  EXPECT_EQ(answer.body, "half of it");
  EXPECT_TRUE(answer.broken_off);
}

TEST_F(ProxyApi, NeedsARunningInstance) {
  ask("POST", "/api/server/instances/a/stop");
  const auto answer = ask("GET", kProxy + "/echo");
  EXPECT_EQ(answer.status, 409);
  EXPECT_THAT(answer.json()["detail"].get<std::string>(), ::testing::HasSubstr("start"));
  EXPECT_EQ(ask("GET", "/api/server/instances/none/proxy/echo").status, 404);
}

}  // namespace
}  // namespace draas::api::testing
