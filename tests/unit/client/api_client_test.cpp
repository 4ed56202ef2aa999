#include "client/api_client.hpp"

#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http_server.hpp"
#include "support/loop_client.hpp"

namespace draas::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Json json(std::string_view text) { return parse_json(text).value_or(Json("not JSON")); }

net::Response answer(int status, std::string body, const char* type = "application/problem+json") {
  net::Response response = net::Response::text(status, std::move(body));
  response.headers.set("Content-Type", type);
  return response;
}

// A control plane that answers everything in one way, and remembers the last request.
class ControlPlane final : public net::RequestHandler {
 public:
  struct Seen {
    std::string method, target, body;
    net::Headers headers;
  };

  std::optional<net::Response> try_handle(const net::Request& request) override {
    const std::lock_guard lock(mutex_);
    std::string target = request.path;
    if (!request.query.empty()) target += "?" + request.query;
    seen_ = {request.method_name, std::move(target), request.body, request.headers};
    if (hang) return std::nullopt;
    return reply;
  }
  net::Task<net::Response> handle(const net::Request&) override {
    const bool slept = co_await net::sleep_for(std::chrono::seconds(60));
    co_return answer(slept ? 200 : 503, "");
  }
  net::Response error_response(int status, std::string_view detail, const net::Request*) override {
    return answer(status, std::string(detail), "text/plain");
  }

  Seen seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

  net::Response reply = net::Response::json(200, Json::object());  // set while nothing is asked
  bool hang = false;

 private:
  mutable std::mutex mutex_;
  Seen seen_;
};

class ApiClientTest : public ::testing::Test {
 protected:
  ApiClientTest() {
    net::ServerOptions options{.listen = {{"127.0.0.1", 0}}, .threads = 1, .access_log = false};
    options.limits.drain_timeout = std::chrono::milliseconds(0);
    server_ = std::make_unique<net::HttpServer>(options, control_plane);
    EXPECT_TRUE(server_->start().has_value());
    options_.endpoint.host = "127.0.0.1";
    options_.endpoint.port = server_->addresses().at(0).port;
    options_.api_key = "k-1";
  }

  // Makes one call on the client's loop and waits for its end.
  template <class Make>
  auto on_loop(Make make) {
    ApiClient api(client_.http(), options_);
    auto call = [&]() { return make(api); };
    return client_.run(call);
  }
  Result<Reply> send(const Call& call = {.target = "/x"}) {
    return on_loop([call](ApiClient& api) { return api.send(call); });
  }
  Error refusal(net::Response reply) {
    control_plane.reply = std::move(reply);
    const auto sent = send();
    EXPECT_FALSE(sent.has_value());
    return sent ? Error{} : sent.error();
  }

  ControlPlane control_plane;
  ApiOptions options_;

 private:
  std::unique_ptr<net::HttpServer> server_;
  tests::LoopClient client_;  // goes before the server
};

TEST_F(ApiClientTest, SendsWhatTheCallSays) {
  Call call{.method = net::Method::Patch, .target = "/api/things/1?wait=1s", .body = json(R"({"a":1})")};
  call.content_type = "application/merge-patch+json";
  call.if_match = "\"4\"";
  call.if_none_match = "\"5\"";
  call.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  ASSERT_TRUE(send(call).has_value());
  const auto seen = control_plane.seen();
  EXPECT_EQ(seen.method, "PATCH");
  EXPECT_EQ(seen.target, "/api/things/1?wait=1s");
  EXPECT_EQ(seen.body, R"({"a":1})");
  EXPECT_EQ(seen.headers.get("Content-Type"), "application/merge-patch+json");
  EXPECT_EQ(seen.headers.get("If-Match"), "\"4\"");
  EXPECT_EQ(seen.headers.get("If-None-Match"), "\"5\"");
  EXPECT_EQ(seen.headers.get("traceparent"), call.trace);
  EXPECT_EQ(seen.headers.get("X-Api-Key"), "k-1");
  EXPECT_THAT(seen.headers.get("Accept"), HasSubstr("application/json"));
}

TEST_F(ApiClientTest, SendsNothingThatTheCallDoesNotSay) {
  options_.api_key.clear();
  ASSERT_TRUE(send().has_value());
  const auto seen = control_plane.seen();
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.body, "");
  for (const char* name : {"Content-Type", "If-Match", "If-None-Match", "traceparent", "X-Api-Key"}) {
    EXPECT_FALSE(seen.headers.has(name)) << name;
  }
}

TEST_F(ApiClientTest, GivesTheReplyWithItsMarks) {
  control_plane.reply = net::Response::json(201, json(R"({"id":"a"})"));
  control_plane.reply.headers.set("ETag", "\"7\"");
  control_plane.reply.headers.set("Location", "/api/things/a");
  const auto reply = send();
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->status, 201);
  EXPECT_EQ(reply->etag, "\"7\"");
  EXPECT_EQ(reply->location, "/api/things/a");
  EXPECT_EQ(reply->body["id"], "a");
  EXPECT_FALSE(reply->not_modified());
}

TEST_F(ApiClientTest, NotModifiedAndNoContentAreReplies) {
  control_plane.reply = answer(304, "");
  const auto same = send();
  ASSERT_TRUE(same.has_value());
  EXPECT_TRUE(same->not_modified());
  EXPECT_TRUE(same->body.is_null());
  control_plane.reply = answer(204, "");
  EXPECT_EQ(send()->status, 204);
}

TEST_F(ApiClientTest, ProblemsAreErrorsWithTheirFaults) {
  const Error error = refusal(answer(422, R"({"type":"urn:draas:problem:unprocessable","title":"It cannot be",
      "status":422,"detail":"Two things are wrong","errors":[{"path":"/a","message":"is wrong"},
      {"pointer":"/b","detail":"too"},5]})"));
  EXPECT_EQ(error.code, ErrorCode::Unprocessable);
  EXPECT_EQ(error.message, "Two things are wrong");
  ASSERT_EQ(error.faults.size(), 3U);
  EXPECT_EQ(error.faults[0], (Fault{"/a", "is wrong"}));
  EXPECT_EQ(error.faults[1], (Fault{"/b", "too"}));
  EXPECT_EQ(error.faults[2], (Fault{"", ""}));
  EXPECT_FALSE(error.retryable);
  EXPECT_EQ(refusal(answer(404, R"({"title":"Not found"})")).message, "Not found") << "without a detail";
}

TEST_F(ApiClientTest, EveryStatusHasItsCode) {
  const std::pair<int, ErrorCode> kCodes[] = {
      {400, ErrorCode::InvalidArgument},    {401, ErrorCode::Unauthenticated}, {403, ErrorCode::PermissionDenied},
      {404, ErrorCode::NotFound},           {406, ErrorCode::NotAcceptable},   {409, ErrorCode::Conflict},
      {412, ErrorCode::PreconditionFailed}, {413, ErrorCode::PayloadTooLarge}, {415, ErrorCode::UnsupportedMedia},
      {418, ErrorCode::Internal},           {422, ErrorCode::Unprocessable},   {429, ErrorCode::TooManyRequests},
      {500, ErrorCode::Internal},           {502, ErrorCode::Unavailable},     {503, ErrorCode::Unavailable},
      {504, ErrorCode::DeadlineExceeded}};
  for (const auto& [status, code] : kCodes) {
    EXPECT_EQ(refusal(answer(status, R"({"detail":"x"})")).code, code) << status;
  }
}

TEST_F(ApiClientTest, TheTypeTellsWhatTheStatusDoesNot) {
  const auto code = [&](int status, const std::string& type) {
    return refusal(answer(status, R"({"type":"urn:draas:problem:)" + type + R"("})")).code;
  };
  EXPECT_EQ(code(409, "already-exists"), ErrorCode::AlreadyExists);
  EXPECT_EQ(code(409, "conflict"), ErrorCode::Conflict);
  EXPECT_EQ(code(503, "resource-exhausted"), ErrorCode::ResourceExhausted);
  EXPECT_EQ(code(503, "cancelled"), ErrorCode::Cancelled);
  EXPECT_EQ(code(500, "data-loss"), ErrorCode::DataLoss);
}

TEST_F(ApiClientTest, TellsWhetherTryingAgainMayHelp) {
  for (const int status : {429, 502, 503, 504}) EXPECT_TRUE(refusal(answer(status, "{}")).retryable) << status;
  for (const int status : {400, 404, 409, 412, 422, 500})
    EXPECT_FALSE(refusal(answer(status, "{}")).retryable) << status;
  EXPECT_TRUE(refusal(answer(503, R"({"type":"urn:draas:problem:cancelled"})")).retryable) << "it comes up again";
}

TEST_F(ApiClientTest, ErrorsThatAreNoProblemsNameTheStatus) {
  for (const char* body : {"", "<html>Bad gateway</html>", "[]", "null", R"({"detail":5,"errors":7})", "{"}) {
    const Error error = refusal(answer(502, body, "text/html"));
    EXPECT_EQ(error.code, ErrorCode::Unavailable) << body;
    EXPECT_THAT(error.message, HasSubstr("status 502")) << body;
    EXPECT_TRUE(error.faults.empty()) << body;
  }
}

TEST_F(ApiClientTest, AnAnswerThatIsNoJsonIsNotTakenForOne) {
  const Error error = refusal(answer(200, "<html>Welcome</html>", "text/html"));
  EXPECT_EQ(error.code, ErrorCode::Internal);
  EXPECT_THAT(error.message, HasSubstr("is ControlPlaneUrl right?"));
  EXPECT_FALSE(error.retryable);
}

TEST_F(ApiClientTest, RedirectsAreNotFollowed) {
  EXPECT_THAT(refusal(answer(302, "")).message, HasSubstr("status 302"));
}

TEST_F(ApiClientTest, NobodyThereIsTold) {
  options_.endpoint.port = 1;
  const auto sent = send();
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(sent.error().retryable);
  EXPECT_THAT(sent.error().message, HasSubstr("The control plane at http://127.0.0.1:1"));
  EXPECT_THAT(sent.error().message, Not(HasSubstr("k-1")));
}

TEST_F(ApiClientTest, AnAnswerThatDoesNotComeInTimeIsTold) {
  control_plane.hang = true;
  options_.timeout = std::chrono::milliseconds(20);
  const auto sent = send({.target = "/x", .wait = std::chrono::milliseconds(20)});
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().code, ErrorCode::DeadlineExceeded);
  EXPECT_TRUE(sent.error().retryable);
}

TEST_F(ApiClientTest, ShortFormsUseTheirVerbs) {
  control_plane.reply = net::Response::json(200, json(R"([1])"));
  const Json body = json(R"({"b":2})");
  EXPECT_EQ(on_loop([](ApiClient& api) { return api.get("/g"); }), json("[1]"));
  EXPECT_EQ(control_plane.seen().method + control_plane.seen().target, "GET/g");
  EXPECT_EQ(on_loop([&](ApiClient& api) { return api.post("/p", body); }), json("[1]"));
  EXPECT_EQ(control_plane.seen().method + control_plane.seen().body, R"(POST{"b":2})");
  EXPECT_EQ(control_plane.seen().headers.get("Content-Type"), "application/json");
  EXPECT_EQ(on_loop([&](ApiClient& api) { return api.put("/p", body); }), json("[1]"));
  EXPECT_EQ(control_plane.seen().method, "PUT");
  EXPECT_TRUE(on_loop([](ApiClient& api) { return api.remove("/d"); }).has_value());
  EXPECT_EQ(control_plane.seen().method, "DELETE");
  control_plane.reply = answer(404, R"({"detail":"gone"})");
  EXPECT_EQ(on_loop([](ApiClient& api) { return api.get("/g"); }).error().code, ErrorCode::NotFound);
  EXPECT_EQ(on_loop([&](ApiClient& api) { return api.post("/p", body); }).error().message, "gone");
  EXPECT_EQ(on_loop([&](ApiClient& api) { return api.put("/p", body); }).error().message, "gone");
  EXPECT_EQ(on_loop([](ApiClient& api) { return api.remove("/d"); }).error().message, "gone");
}

TEST_F(ApiClientTest, ServersBehindTheProxyHaveTheirPrefix) {
  options_.endpoint.base_path = "/draas";
  const std::string base = on_loop(
      [](ApiClient& api) -> net::Task<std::string> { co_return api.below(instance_path("a b", "/proxy")).base_path; });
  EXPECT_EQ(base, "/draas/api/server/instances/a%20b/proxy");
  EXPECT_EQ(instance_path("x/y"), "/api/server/instances/x%2Fy");
}

}  // namespace
}  // namespace draas::client
