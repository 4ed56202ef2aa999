#include "net/router.hpp"

#include <gmock/gmock.h>

#include "test_server.hpp"

namespace draas::net::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Route route(std::optional<Method> method, std::string pattern) {
  return {method, std::move(pattern), SyncHandler([](const Request&, const PathParameters&) { return Response{}; }), 0};
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    router.add(route(Method::Get, "/"));
    router.add(route(Method::Get, "/instances"));
    router.add(route(Method::Post, "/instances"));
    router.add(route(Method::Post, "/instances:stop"));
    router.add(route(Method::Get, "/instances/{id}"));
    router.add(route(Method::Delete, "/instances/{id}"));
    router.add(route(Method::Get, "/instances/special"));
    router.add(route(Method::Get, "/instances/{id}/revisions/{n}"));
    router.add(route(std::nullopt, "/instances/{id}/proxy/{path...}"));
    router.add(route(Method::Get, "/instances/special/only"));
  }

  std::string match(Method method, std::string_view path) {
    const auto found = router.match(method, path, parameters);
    allowed = found.allowed;
    return found.route == nullptr ? "" : found.route->pattern;
  }

  Router router;
  PathParameters parameters;
  std::vector<Method> allowed;
};

TEST_F(RouterTest, FindsLiteralsAndParameters) {
  EXPECT_EQ(match(Method::Get, "/"), "/");
  EXPECT_EQ(match(Method::Get, "/instances"), "/instances");
  EXPECT_EQ(match(Method::Post, "/instances:stop"), "/instances:stop");
  EXPECT_EQ(match(Method::Get, "/instances/a b"), "/instances/{id}");
  EXPECT_EQ(parameters["id"], "a b");
  EXPECT_EQ(match(Method::Get, "/instances/x/revisions/7"), "/instances/{id}/revisions/{n}");
  EXPECT_EQ(parameters["id"], "x");
  EXPECT_EQ(parameters["n"], "7");
  EXPECT_THROW(parameters["other"], std::logic_error);
}

TEST_F(RouterTest, LiteralsWinButDoNotShadow) {
  EXPECT_EQ(match(Method::Get, "/instances/special"), "/instances/special");
  EXPECT_EQ(match(Method::Delete, "/instances/special"), "/instances/{id}");
  EXPECT_EQ(parameters["id"], "special");
  EXPECT_EQ(match(Method::Get, "/instances/special/revisions/1"), "/instances/{id}/revisions/{n}");
}

TEST_F(RouterTest, TheRestTakesSlashes) {
  EXPECT_EQ(match(Method::Patch, "/instances/x/proxy/a/b//c/"), "/instances/{id}/proxy/{path...}");
  EXPECT_EQ(parameters["path"], "a/b//c/");
  EXPECT_EQ(match(Method::Get, "/instances/x/proxy"), "/instances/{id}/proxy/{path...}");
  EXPECT_EQ(parameters["path"], "");
}

TEST_F(RouterTest, ATrailingSlashIsNotSignificant) {
  EXPECT_EQ(match(Method::Get, "/instances/"), "/instances");
  EXPECT_EQ(match(Method::Get, "/instances/x/"), "/instances/{id}");
  EXPECT_EQ(match(Method::Get, "/instances//"), "");
  EXPECT_EQ(match(Method::Get, "//"), "");
}

TEST_F(RouterTest, UnknownPathsAndMethods) {
  EXPECT_EQ(match(Method::Get, "/nothing"), "");
  EXPECT_TRUE(allowed.empty());
  EXPECT_EQ(match(Method::Get, "/instances/x/unknown"), "");
  EXPECT_TRUE(allowed.empty());
  EXPECT_EQ(match(Method::Put, "/instances/x"), "");
  EXPECT_THAT(allowed, ElementsAre(Method::Get, Method::Head, Method::Delete));
  EXPECT_EQ(match(Method::Get, "*"), "");
}

TEST_F(RouterTest, HeadFallsBackToGet) {
  EXPECT_EQ(match(Method::Head, "/instances/x"), "/instances/{id}");
  EXPECT_EQ(match(Method::Head, "/instances:stop"), "");
}

TEST_F(RouterTest, RefusesMalformedAndRepeatedPatterns) {
  EXPECT_THROW(router.add(route(Method::Get, "relative")), std::logic_error);
  EXPECT_THROW(router.add(route(Method::Get, "/a//b")), std::logic_error);
  EXPECT_THROW(router.add(route(Method::Get, "/a{b}")), std::logic_error);
  EXPECT_THROW(router.add(route(Method::Get, "/{rest...}/more")), std::logic_error);
  EXPECT_THROW(router.add(route(Method::Get, "/{a}/{b}/{c}/{d}/{e}")), std::logic_error);
  EXPECT_THROW(router.add(route(Method::Get, "/instances/{other}")), std::logic_error);
}

TEST(RouterHandler, ServesAndRefusesInJson) {
  Router router;
  router.add({Method::Get, "/now/{id}", SyncHandler([](const Request&, const PathParameters& parameters) {
                return Response::text(200, parameters["id"]);
              }),
              0});
  router.add({Method::Post, "/later/{id}",
              AsyncHandler([](const Request& request, const PathParameters& parameters) -> Task<Response> {
                co_await sleep_for(std::chrono::milliseconds(1));
                co_return Response::text(200, parameters["id"] + request.body);
              }),
              0});
  const auto handler = make_router_handler(std::move(router));
  ServerOptions options;
  options.listen = {{"127.0.0.1", 0}};
  options.access_log = false;
  HttpServer server(options, *handler);
  ASSERT_TRUE(server.start());
  auto socket = RawSocket::connect(server.addresses().at(0).port);
  socket.send("GET /now/a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(socket.read_response(), ::testing::EndsWith("\r\n\r\na"));
  socket.send("POST /later/b HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nc");
  EXPECT_THAT(socket.read_response(), ::testing::EndsWith("\r\n\r\nbc"));
  socket.send("GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto missing = socket.read_response();
  EXPECT_THAT(missing, HasSubstr("HTTP/1.1 404"));
  EXPECT_THAT(missing, HasSubstr(R"("status":404)"));
  socket.send("DELETE /now/a HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto refused = socket.read_response();
  EXPECT_THAT(refused, HasSubstr("HTTP/1.1 405"));
  EXPECT_THAT(refused, HasSubstr("Allow: GET, HEAD\r\n"));
}

}  // namespace
}  // namespace draas::net::testing
