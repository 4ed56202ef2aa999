// The server against raw sockets: what a client sees, byte for byte.

#include "net/http_server.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "net/task.hpp"
#include "test_server.hpp"

namespace draas::net::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  start();
  auto socket = RawSocket::connect(port);
  for (int i = 0; i < 3; ++i) {
    socket.send("GET /a?x=1 HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto response = socket.read_response();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(response, EndsWith("\r\n\r\nGET /a "));
    EXPECT_THAT(response, HasSubstr("\r\nDate: "));
    EXPECT_THAT(response, HasSubstr("\r\nX-Request-Id: "));
    EXPECT_THAT(response, Not(HasSubstr("Connection:")));
  }
  EXPECT_EQ(server->connection_count(), 1U);
}

TEST_F(ServerTest, ClosesWhenAsked) {
  start();
  const auto response = exchange("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(response, HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(ServerTest, Http10ClosesUnlessAskedToKeep) {
  start();
  EXPECT_THAT(exchange("GET / HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
  auto socket = RawSocket::connect(port);
  for (int i = 0; i < 2; ++i) {
    socket.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(socket.read_response(), HasSubstr("\r\nConnection: keep-alive\r\n"));
  }
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  // Every other one is answered by a coroutine that waits.
  handler.later = [](const Request& request) -> Task<Response> {
    if (request.path.back() % 2 == 0) co_await sleep_for(std::chrono::milliseconds(1));
    co_return Response::text(200, request.path);
  };
  start();
  auto socket = RawSocket::connect(port);
  std::string all;
  for (int i = 0; i < 200; ++i) all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  socket.send(all);
  for (int i = 0; i < 200; ++i) {
    ASSERT_THAT(socket.read_response(), EndsWith("\r\n\r\n/" + std::to_string(i)));
  }
}

TEST_F(ServerTest, ManyPipelinedRequestsWithLargeAnswersToAClientThatReadsLate) {
  const auto body = std::make_shared<const std::string>(200'000, 'x');
  handler.at_once = [body](const Request&) { return Response::json_shared(200, body); };
  start();
  auto socket = RawSocket::connect(port);
  std::string all;
  for (int i = 0; i < 100; ++i) all += "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  socket.send(all);
  for (int i = 0; i < 100; ++i) {
    const auto response = socket.read_response();
    ASSERT_EQ(response.substr(response.find("\r\n\r\n") + 4), *body) << i;
  }
}

TEST_F(ServerTest, ReadsARequestByteByByte) {
  start();
  auto socket = RawSocket::connect(port);
  const std::string request = "\r\nPOST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
  for (const char c : request) ASSERT_TRUE(socket.send({&c, 1}));
  EXPECT_THAT(socket.read_response(), EndsWith("POST /p hello"));
}

TEST_F(ServerTest, ReadsChunkedBodies) {
  start();
  auto socket = RawSocket::connect(port);
  socket.send(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;ext=1\r\nhello\r\n001\r\n \r\n5\r\nworld\r\n0\r\nTrailer: x\r\nContent-Length: 99\r\n\r\n"
      "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  // A Content-Length in the trailer could be meant to smuggle: the whole request is refused or it is ignored, but the
  // next request is never read from a wrong place.
  const auto first = socket.read_until("\r\n");
  EXPECT_THAT(first, ::testing::AnyOf(StartsWith("HTTP/1.1 400"), StartsWith("HTTP/1.1 200")));
  auto other = RawSocket::connect(port);
  other.send(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;ext=1\r\nhello\r\n001\r\n \r\n5\r\nworld\r\n0\r\nTrailer: x\r\n\r\n"
      "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(other.read_response(), EndsWith("POST / hello world"));
  EXPECT_THAT(other.read_response(), EndsWith("GET /next "));
}

TEST_F(ServerTest, HeadHasTheHeaderOfGetAndNoBody) {
  start();
  auto socket = RawSocket::connect(port);
  socket.send("HEAD /abc HTTP/1.1\r\nHost: h\r\n\r\nGET /abc HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(socket.read_response(true), HasSubstr("Content-Length: 10\r\n"));
  EXPECT_THAT(socket.read_response(), EndsWith("GET /abc "));
}

TEST_F(ServerTest, NoContentHasNeitherBodyNorLength) {
  handler.at_once = [](const Request&) { return Response::empty(204); };
  start();
  const auto response = exchange("DELETE / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 204 No Content\r\n"));
  EXPECT_THAT(response, Not(HasSubstr("Content-Length")));
}

TEST_F(ServerTest, ContinuesWhenExpected) {
  start();
  auto socket = RawSocket::connect(port);
  socket.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(socket.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("abc");
  EXPECT_THAT(socket.read_response(), EndsWith("PUT / abc"));
  // A client that did not wait needs no invitation.
  socket.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");
  EXPECT_THAT(socket.read_response(), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, AnExpectedBodyThatIsTooLargeIsRefusedBeforeItIsSent) {
  options.limits.max_body_bytes = 10;
  start();
  EXPECT_THAT(exchange("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n"),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(exchange("PUT / HTTP/1.1\r\nHost: h\r\nExpect: magic\r\n\r\n"), StartsWith("HTTP/1.1 417"));
}

TEST_F(ServerTest, AHalfClosedClientGetsItsAnswer) {
  std::atomic<bool> half_closed{false};
  handler.later = [&half_closed](const Request&) -> Task<Response> {
    while (!half_closed) co_await sleep_for(std::chrono::milliseconds(1));
    co_return Response::text(200, "late");
  };
  start();
  auto socket = RawSocket::connect(port);
  socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  socket.shut_sending();
  half_closed = true;
  EXPECT_THAT(socket.read_to_end(), EndsWith("late"));
}

TEST_F(ServerTest, GivesTheHandlerWhatWasSent) {
  Request seen;
  handler.at_once = [&seen](const Request& request) {
    seen = request;
    return Response::empty(204);
  };
  start();
  auto socket = RawSocket::connect(port);
  socket.send(
      "REPORT http://other.example/a%20b/%C3%BC?x=1%2B&y=a+b&x=2 HTTP/1.1\r\nHost: h\r\nX-Request-Id: mine-1\r\n"
      "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n");
  socket.read_response();
  EXPECT_EQ(seen.method, Method::Other);
  EXPECT_EQ(seen.method_name, "REPORT");
  EXPECT_EQ(seen.path, "/a b/\xC3\xBC");
  EXPECT_EQ(seen.query, "x=1%2B&y=a+b&x=2");
  EXPECT_EQ(seen.query_parameter("x"), "1+");
  EXPECT_EQ(seen.query_parameter("y"), "a b");
  EXPECT_EQ(seen.query_parameters().size(), 3U);
  EXPECT_EQ(seen.headers.get("host"), "other.example");
  EXPECT_EQ(seen.request_id, "mine-1");
  EXPECT_EQ(seen.trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_NE(seen.trace.parent_id, "b7ad6b7169203331");
  EXPECT_THAT(seen.peer, StartsWith("127.0.0.1:"));
}

TEST_F(ServerTest, MakesIdsWhenTheClientSendsNoneOrBadOnes) {
  std::vector<Request> seen;
  handler.at_once = [&seen](const Request& request) {
    seen.push_back(request);
    return Response::empty(204);
  };
  start();
  auto socket = RawSocket::connect(port);
  socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  socket.read_response();
  socket.send("GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: a b\r\ntraceparent: 00-zz\r\n\r\n");
  socket.read_response();
  ASSERT_EQ(seen.size(), 2U);
  for (const auto& request : seen) {
    EXPECT_EQ(request.trace.trace_id.size(), 32U);
    EXPECT_EQ(request.trace.parent_id.size(), 16U);
    EXPECT_EQ(request.request_id, request.trace.trace_id);
  }
  EXPECT_NE(seen[0].trace.trace_id, seen[1].trace.trace_id);
}

TEST_F(ServerTest, AnExceptionBecomesA500WithoutDetail) {
  handler.at_once = [](const Request& request) -> std::optional<Response> {
    if (request.path == "/later") return std::nullopt;
    throw std::runtime_error("secret detail");
  };
  start();
  const auto response = exchange("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(response, Not(HasSubstr("secret")));
}

TEST_F(ServerTest, AnExceptionOfACoroutineBecomesA500) {
  handler.later = [](const Request&) -> Task<Response> {
    co_await sleep_for(std::chrono::milliseconds(1));
    throw std::runtime_error("secret detail");
  };
  start();
  auto socket = RawSocket::connect(port);
  for (int i = 0; i < 2; ++i) {
    socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(socket.read_response(), StartsWith("HTTP/1.1 500"));
  }
}

TEST_F(ServerTest, AHeaderValueCannotBeginALine) {
  handler.at_once = [](const Request&) {
    auto response = Response::text(200, "x");
    response.headers.set("Location", "/a\r\nSet-Cookie: evil");
    response.headers.set("Content-Length", "77");
    return response;
  };
  start();
  const auto response = exchange("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(response, HasSubstr("Location: /a  Set-Cookie: evil\r\n"));
  EXPECT_THAT(response, HasSubstr("Content-Length: 1\r\n"));
  EXPECT_THAT(response, Not(HasSubstr("Content-Length: 77")));
}

TEST_F(ServerTest, SendsLargeBodiesWholeEachWay) {
  options.limits.max_body_bytes = 8U << 20U;
  handler.at_once = [](const Request& request) { return Response::text(200, request.body); };
  start();
  std::string body(5'000'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
  auto socket = RawSocket::connect(port);
  socket.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
  socket.send(body);
  const auto response = socket.read_response();
  EXPECT_EQ(response.substr(response.find("\r\n\r\n") + 4), body);
}

TEST_F(ServerTest, SendsASharedBodyAgainAndAgain) {
  // From its second time on it is sent from a file: the bytes must be the same, also when it changes.
  auto body = std::make_shared<const std::string>(300'000, 'a');
  handler.at_once = [&body](const Request&) { return Response::json_shared(200, body); };
  start();
  auto socket = RawSocket::connect(port);
  for (int i = 0; i < 6; ++i) {
    if (i == 3) body = std::make_shared<const std::string>(400'000, 'b');
    socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto response = socket.read_response();
    ASSERT_EQ(response.substr(response.find("\r\n\r\n") + 4), *body) << i;
  }
}

TEST_F(ServerTest, RefusesAPortThatIsTaken) {
  start();
  ServerOptions second = options;
  second.listen = {{"127.0.0.1", port}};
  second.threads = 3;
  HttpServer other(second, handler);
  const auto started = other.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(started.error().message, HasSubstr("127.0.0.1:" + std::to_string(port)));
}

TEST_F(ServerTest, RefusesAnAddressThatIsNotOurs) {
  options.listen = {{"192.0.2.1", 0}};
  HttpServer foreign(options, handler);
  EXPECT_EQ(foreign.start().error().code, ErrorCode::Unavailable);
  options.listen = {{"not an address", 0}};
  HttpServer nonsense(options, handler);
  EXPECT_EQ(nonsense.start().error().code, ErrorCode::InvalidArgument);
}

TEST_F(ServerTest, AllThreadsServeOnePort) {
  options.threads = 4;
  std::mutex mutex;
  std::set<std::thread::id> threads;
  handler.at_once = [&](const Request&) {
    std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
    return Response::empty(204);
  };
  start();
  for (int i = 0; i < 400; ++i) exchange("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(threads.size(), 4U);
}

TEST_F(ServerTest, CountsWhatItDid) {
  const auto metrics = make_metrics();
  options.metrics = metrics.get();
  start();
  auto socket = RawSocket::connect(port);
  for (int i = 0; i < 3; ++i) {
    socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    socket.read_response();
  }
  const auto text = metrics->text();
  EXPECT_THAT(text, HasSubstr("draas_http_requests_total{method=\"GET\",status=\"200\"} 3"));
  EXPECT_THAT(text, HasSubstr("draas_http_request_duration_seconds_count 3"));
  EXPECT_THAT(text, HasSubstr("draas_http_connections 1"));
  server.reset();
  EXPECT_THAT(metrics->text(), HasSubstr("draas_http_connections 0"));
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  file >> size >> resident;
  return resident * 4096;
}

TEST_F(ServerTest, CarriesThousandsOfIdleConnectionsLightly) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t count = std::min<std::size_t>(10'000, (limit.rlim_cur - 200) / 2);
  start();
  exchange("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const auto before = resident_bytes();
  std::vector<RawSocket> sockets;
  sockets.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    sockets.push_back(RawSocket::connect(port));
    sockets.back().send("GET /idle HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_THAT(sockets.back().read_response(), EndsWith("GET /idle "));
  }
  EXPECT_EQ(server->connection_count(), count);
  const auto grown = resident_bytes() - std::min(before, resident_bytes());
  RecordProperty("bytes_per_connection", static_cast<int>(grown / count));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // Both ends live in this process: the test's own half is in it.
  EXPECT_LT(grown / count, 2'048U);
#endif
  for (auto& socket : sockets) socket.send("GET /again HTTP/1.1\r\nHost: h\r\n\r\n");
  for (auto& socket : sockets) ASSERT_THAT(socket.read_response(), EndsWith("GET /again "));
}

}  // namespace
}  // namespace draas::net::testing
