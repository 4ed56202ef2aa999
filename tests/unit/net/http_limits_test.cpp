// What the server refuses, and whom it cuts off.

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "test_server.hpp"

namespace draas::net::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class LimitsTest : public ServerTest {
 protected:
  // The status of the one answer, after which the server must have closed.
  std::string refusal(std::string_view request) {
    const auto response = exchange(request);
    return response.size() > 12 ? response.substr(9, 3) : "closed: " + response;
  }
};

TEST_F(LimitsTest, MalformedRequestsAreRefused) {
  start();
  EXPECT_EQ(refusal("nonsense\r\n\r\n"), "400");
  EXPECT_EQ(refusal("GET  / HTTP/1.1\r\nHost: h\r\n\r\n"), "400");
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), "400") << "no Host";
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), "400");
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost : h\r\n\r\n"), "400") << "space before the colon";
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n"), "400") << "obsolete folding";
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\tc\r\n\r\n"), "400") << "obsolete folding";
  EXPECT_EQ(refusal("GET / HTTP/1.1\nHost: h\n\n"), "400") << "bare line feeds";
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\nA: b\r\n\r\n"), "400") << "one bare line feed";
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\nA\r\n\r\n"), "400") << "no colon";
  EXPECT_EQ(refusal(std::string("GET / HTTP/1.1\r\nHost: h\r\nA: b") + '\0' + "c\r\n\r\n"), "400");
  EXPECT_EQ(refusal("GET nopath HTTP/1.1\r\nHost: h\r\n\r\n"), "400");
  EXPECT_EQ(refusal("GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n"), "400");
  EXPECT_EQ(refusal("GET /a%2 HTTP/1.1\r\nHost: h\r\n\r\n"), "400");
  EXPECT_EQ(refusal("GET /a%00b HTTP/1.1\r\nHost: h\r\n\r\n"), "400");
  EXPECT_EQ(refusal("GET /?q=%f HTTP/1.1\r\nHost: h\r\n\r\n"), "400");
  EXPECT_EQ(refusal("GET /#x HTTP/1.1\r\nHost: h\r\n\r\n"), "400");
  EXPECT_EQ(refusal("GET * HTTP/1.1\r\nHost: h\r\n\r\n"), "400");
  EXPECT_EQ(refusal("GET ftp://x/ HTTP/1.1\r\nHost: h\r\n\r\n"), "400");
  EXPECT_EQ(refusal("GET / HTTQ/1.1\r\nHost: h\r\n\r\n"), "400");
}

TEST_F(LimitsTest, OtherVersionsAreRefused) {
  start();
  EXPECT_EQ(refusal("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), "505");
  EXPECT_EQ(refusal("GET / HTTP/1.2\r\nHost: h\r\n\r\n"), "505");
  EXPECT_EQ(refusal("GET / HTTP/0.9\r\nHost: h\r\n\r\n"), "505");
  EXPECT_EQ(refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "505");
}

TEST_F(LimitsTest, RequestsThatTwoParsersCouldReadDifferentlyAreRefused) {
  start();
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(refusal(post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "400");
  EXPECT_EQ(refusal(post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"), "400");
  EXPECT_EQ(refusal(post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"), "400");
  EXPECT_EQ(refusal(post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), "400");
  EXPECT_EQ(refusal(post + "Content-Length: 5, 5\r\n\r\nhello"), "400");
  EXPECT_EQ(refusal(post + "Content-Length: +5\r\n\r\nhello"), "400");
  EXPECT_EQ(refusal(post + "Content-Length: -1\r\n\r\n"), "400");
  EXPECT_EQ(refusal(post + "Content-Length: 0x5\r\n\r\nhello"), "400");
  EXPECT_EQ(refusal(post + "Content-Length: \r\n\r\n"), "400");
  EXPECT_EQ(refusal(post + "Content-Length: 99999999999999999999\r\n\r\n"), "400");
  EXPECT_EQ(refusal(post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "400");
  EXPECT_EQ(refusal(post + "Transfer-Encoding: gzip\r\n\r\n"), "501");
  EXPECT_EQ(refusal(post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "501");
  EXPECT_EQ(refusal(post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), "501");
  EXPECT_EQ(refusal(post + "Transfer-Encoding:\x0b"
                           "chunked\r\n\r\n0\r\n\r\n"),
            "400");
  EXPECT_EQ(refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "400");
}

TEST_F(LimitsTest, MalformedChunksAreRefused) {
  start();
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(refusal(post + "x\r\n"), "400");
  EXPECT_EQ(refusal(post + "5\r\nhelloX\r\n0\r\n\r\n"), "400");
  EXPECT_EQ(refusal(post + "-1\r\n"), "400");
  EXPECT_EQ(refusal(post + "10000000000000000\r\n"), "400");
  EXPECT_EQ(refusal(post + "5\nhello\r\n0\r\n\r\n"), "400");
  EXPECT_EQ(refusal(post + "1;" + std::string(40'000, 'a')), "400") << "an endless chunk extension";
  EXPECT_EQ(refusal(post + "0\r\n" + std::string(40'000, 'a')), "400") << "an endless trailer";
}

TEST_F(LimitsTest, SizesAreLimited) {
  options.limits.max_body_bytes = 1'000;
  start();
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(refusal("GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), "414");
  EXPECT_EQ(refusal("GET /" + std::string(40'000, 'a')), "414") << "without an end";
  EXPECT_EQ(refusal(get + "A: " + std::string(17'000, 'b') + "\r\n\r\n"), "431");
  EXPECT_EQ(refusal(get + "A: " + std::string(40'000, 'b')), "431") << "without an end";
  std::string many = get;
  for (int i = 0; i < 2'000; ++i) many += "Field-" + std::to_string(i) + ": value\r\n";
  EXPECT_EQ(refusal(many + "\r\n"), "431");
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n"), "413");
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" +
                    std::string(1'000, 'a') + "\r\n1\r\n"),
            "413");
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n" +
                    std::string(1'000, 'a')),
            "200");
}

TEST_F(LimitsTest, AHeaderThatComesLineByLineIsCountedWhole) {
  start();
  auto socket = RawSocket::connect(port);
  socket.send("GET / HTTP/1.1\r\nHost: h\r\n");
  const std::string line = "A: " + std::string(1'000, 'b') + "\r\n";
  for (int i = 0; i < 40; ++i) {
    if (!socket.send(line)) break;
  }
  EXPECT_THAT(socket.read_until("\r\n"), StartsWith("HTTP/1.1 431"));
}

TEST_F(LimitsTest, ARefusalReachesAClientThatIsStillSending) {
  options.limits.max_body_bytes = 1'000;
  start();
  auto socket = RawSocket::connect(port);
  socket.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000\r\n\r\n");
  const std::string piece(100'000, 'x');
  for (int i = 0; i < 10; ++i) socket.send(piece);
  EXPECT_THAT(socket.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 413"));
  EXPECT_FALSE(socket.was_reset());
}

TEST_F(LimitsTest, SlowHeadersAndBodiesAreCutOffWithAnAnswer) {
  options.limits.header_timeout = std::chrono::milliseconds(100);
  options.limits.body_timeout = std::chrono::milliseconds(100);
  start();
  EXPECT_EQ(refusal("GET / HT"), "408");
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: h\r\nA: "), "408");
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345"), "408");
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"), "408");
}

TEST_F(LimitsTest, DripFeedingDoesNotExtendTheTime) {
  options.limits.header_timeout = std::chrono::milliseconds(200);
  start();
  auto socket = RawSocket::connect(port);
  const auto begin = std::chrono::steady_clock::now();
  socket.send("GET / HTTP/1.1\r\nHost: h\r\n");
  int lines = 0;
  for (; lines < 1'000 && socket.send("A: b\r\n"); ++lines) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_LT(lines, 1'000);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(8));
}

TEST_F(LimitsTest, IdleConnectionsAreClosedSilently) {
  options.limits.idle_timeout = std::chrono::milliseconds(100);
  start();
  auto fresh = RawSocket::connect(port);
  EXPECT_EQ(fresh.read_to_end(), "");
  auto used = RawSocket::connect(port);
  used.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  used.read_response();
  EXPECT_EQ(used.read_to_end(), "");
  EXPECT_FALSE(used.was_reset());
}

TEST_F(LimitsTest, AClientThatDoesNotReadIsCutOff) {
  options.limits.write_timeout = std::chrono::milliseconds(200);
  const auto body = std::make_shared<const std::string>(50'000'000, 'x');
  handler.at_once = [body](const Request&) { return Response::json_shared(200, body); };
  start();
  auto socket = RawSocket::connect(port);
  socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (server->connection_count() == 0) std::this_thread::yield();
  while (server->connection_count() > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(server->connection_count(), 0U);
  EXPECT_LT(socket.read_to_end().size(), body->size());
}

TEST_F(LimitsTest, ASlowReaderThatMakesProgressIsNotCutOff) {
  options.limits.write_timeout = std::chrono::milliseconds(400);
  const auto body = std::make_shared<const std::string>(12'000'000, 'x');
  handler.at_once = [body](const Request&) { return Response::json_shared(200, body); };
  start();
  auto socket = RawSocket::connect(port);
  socket.limit_receive_buffer(64 << 10);
  socket.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  auto header = socket.read_until("\r\n\r\n");
  std::size_t total = 0;
  while (total < body->size()) {
    const auto piece = std::min<std::size_t>(1'000'000, body->size() - total);
    socket.read_exactly(piece);
    total += piece;
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
  }
  EXPECT_EQ(total, body->size());
}

TEST_F(LimitsTest, ConnectionsOverTheLimitAreTurnedAwayPolitely) {
  options.limits.max_connections = 2;
  start();
  auto first = RawSocket::connect(port);
  auto second = RawSocket::connect(port);
  first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  second.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  first.read_response();
  second.read_response();
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 503"));
  second.close();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (server->connection_count() > 1 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

// How much processor time this process has used.
double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

TEST_F(LimitsTest, SurvivesRunningOutOfDescriptors) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "UndefinedBehaviorSanitizer's own checks need a descriptor";
#endif
  start();
  auto before = RawSocket::connect(port);
  before.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  before.read_response();
  // The kernel completes the connection by itself; the server has no descriptor left to accept it with.
  UniqueFd spare(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit original{};
  getrlimit(RLIMIT_NOFILE, &original);
  rlimit tight = original;
  tight.rlim_cur = static_cast<rlim_t>(spare.get()) + 1;
  std::vector<UniqueFd> fillers;
  for (int fd = ::dup(0); fd >= 0 && fd <= spare.get(); fd = ::dup(0)) fillers.emplace_back(fd);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  RawSocket waiting(std::move(spare));
  ASSERT_EQ(::connect(waiting.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  waiting.send("GET /waited HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto cpu_before = cpu_seconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // time in which it could spin
  const auto used = cpu_seconds() - cpu_before;
  before.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(before.read_response(), StartsWith("HTTP/1.1 200")) << "those already in are served";
  setrlimit(RLIMIT_NOFILE, &original);
  EXPECT_THAT(waiting.read_response(), HasSubstr("GET /waited"));
  EXPECT_LT(used, 0.15);
}

}  // namespace
}  // namespace draas::net::testing
