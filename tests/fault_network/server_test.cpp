// The real control plane against clients that are slow, many, or speak nonsense: they are cut off with an answer where
// one is possible, nobody else is held up, and what they held is given back.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "support/fault_tools.hpp"
#include "support/server_process.hpp"
#include "unit/net/raw_socket.hpp"

namespace draas::tests {
namespace {

using net::testing::RawSocket;

const std::string kGet = "GET /api/server/instances HTTP/1.1\r\nHost: h\r\n\r\n";

int status_of(const std::string& response) {
  return response.starts_with("HTTP/1.1 ") ? std::stoi("0" + response.substr(9, 3)) : 0;
}

milliseconds time_of_one_read(ServerProcess& server) {
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(server.get("/api/server/instances").status, 200);
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
}

// Descriptors of earlier connections are closed by the server on its own time.
void expect_descriptors(ServerProcess& server, std::size_t most) {
  EXPECT_TRUE(eventually([&] { return open_descriptors(server.pid()) <= most; }))
      << open_descriptors(server.pid()) << " descriptors, expected at most " << most;
}

class HostileClients : public ::testing::Test {
 protected:
  HostileClients() : server({"--Server:HeaderTimeout=1s", "--Server:RequestTimeout=1s", "--Server:IdleTimeout=120s"}) {}
  void SetUp() override {
    ASSERT_TRUE(server.start()) << server.log();
    ASSERT_EQ(server.create("one").status, 201);
    before = open_descriptors(server.pid());
  }
  RawSocket connect() { return RawSocket::connect(server.endpoint().port); }

  ServerProcess server;
  std::size_t before = 0;
};

constexpr std::size_t kSlack = 4;  // descriptors: the test's own connections

// Several hundred clients that never finish their header, and as many that never finish their body.
TEST_F(HostileClients, SlowOnesAreCutOffAndHoldUpNobody) {
  constexpr std::size_t kMany = 400;
  std::vector<RawSocket> headers;
  std::vector<RawSocket> bodies;
  for (std::size_t i = 0; i < kMany; ++i) {
    headers.push_back(connect());
    headers.back().send("GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ");
    bodies.push_back(connect());
    bodies.back().send(
        "POST /api/server/instances HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
        "Content-Length: 100000\r\n\r\n{");
  }
  // They drip on; that buys them no time.
  const auto begun = std::chrono::steady_clock::now();
  std::size_t reads = 0;
  milliseconds slowest{0};
  while (std::chrono::steady_clock::now() - begun < milliseconds(700)) {
    for (std::size_t i = 0; i < kMany; i += 7) {
      headers[i].send("x");
      bodies[i].send(" ");
    }
    slowest = std::max(slowest, time_of_one_read(server));
    ++reads;
  }
  EXPECT_GT(reads, 10U);
  EXPECT_LT(slowest, milliseconds(500));
  for (RawSocket& socket : headers) EXPECT_EQ(status_of(socket.read_to_end()), 408);
  for (RawSocket& socket : bodies) EXPECT_EQ(status_of(socket.read_to_end()), 408);
  headers.clear();
  bodies.clear();
  expect_descriptors(server, before + kSlack);
}

TEST_F(HostileClients, WhatIsTooLargeIsRefusedByItsStatus) {
  const auto answer_to = [this](const std::string& request) {
    RawSocket socket = connect();
    socket.send(request);
    return socket.read_to_end();
  };
  const std::string big(64U << 10U, 'x');
  EXPECT_EQ(status_of(answer_to("GET / HTTP/1.1\r\nHost: h\r\nX-Big: " + big + "\r\n\r\n")), 431);
  const int long_target = status_of(answer_to("GET /" + big + " HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_TRUE(long_target == 414 || long_target == 431) << long_target;
  const std::string body = answer_to(
      "POST /api/server/instances HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: "
      "99999999\r\n\r\n");
  EXPECT_EQ(status_of(body), 413);
  EXPECT_NE(body.find("application/problem+json"), std::string::npos) << body;
  expect_descriptors(server, before + kSlack);
}

TEST_F(HostileClients, NonsenseIsAnsweredOnceAndTheConnectionClosed) {
  for (const std::string& request :
       {std::string("\r\n\r\n\r\n\0\0\0 HTTP", 13), std::string("GET\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), std::string("GET / HTTP/1.1\r\n\r\n"),
        std::string("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost : h\r\n\r\n"), std::string(20'000, 'A') + "\r\n\r\n",
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)}) {
    RawSocket socket = connect();
    socket.send(request);
    socket.shut_sending();
    const std::string answer = socket.read_to_end();
    const int status = status_of(answer);
    EXPECT_TRUE(answer.empty() || (status >= 400 && status <= 505)) << request.substr(0, 60) << "\n" << answer;
    EXPECT_EQ(answer.find("\nDate: "), answer.rfind("\nDate: ")) << "answered twice: " << answer;
  }
  EXPECT_EQ(server.get("/health").status, 200);
  expect_descriptors(server, before + kSlack);
}

TEST_F(HostileClients, PipelinedRequestsAreAnsweredInTheirOrder) {
  constexpr int kRequests = 500;
  RawSocket socket = connect();
  std::string all;
  for (int i = 0; i < kRequests; ++i) {
    all += i % 2 == 0 ? kGet : "GET /api/server/instances/none-" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  socket.send(all);
  for (int i = 0; i < kRequests; ++i) {
    const std::string response = socket.read_response();
    ASSERT_EQ(status_of(response), i % 2 == 0 ? 200 : 404) << i << "\n" << response;
    if (i % 2 != 0) ASSERT_NE(response.find("none-" + std::to_string(i)), std::string::npos) << response;
  }
  socket.close();
  expect_descriptors(server, before + kSlack);
}

TEST_F(HostileClients, ResetsInTheMiddleOfAnythingHarmNobody) {
  constexpr int kMany = 300;
  for (int i = 0; i < kMany; ++i) {
    RawSocket socket = connect();
    const std::string request = i % 3 == 0 ? "GET /api/status/stream HTTP/1.1\r\nHost: h\r\n\r\n"
                                : i % 3 == 1
                                    ? kGet + kGet + kGet
                                    : "POST /api/server/instances HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{";
    socket.send(request.substr(0, request.size() - static_cast<std::size_t>(i % 5)));
    socket.reset_connection();
  }
  EXPECT_LT(time_of_one_read(server), milliseconds(1'000));
  expect_descriptors(server, before + kSlack);
  EXPECT_TRUE(server.running());
}

TEST_F(HostileClients, TenThousandIdleConnectionsCostLittleAndAreGivenBack) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  constexpr std::size_t kRoom = 200;
  const std::size_t room = std::min(limit.rlim_cur, limit_of(server.pid(), RLIMIT_NOFILE)) - kRoom;
  const std::size_t count = std::min<std::size_t>(10'000, room);
  RecordProperty("connections", static_cast<int>(count));
  EXPECT_GE(count, 800U) << "too few descriptors to say anything: raise the limit (ulimit -n)";
  const auto rest = resident_bytes(server.pid());
  std::vector<RawSocket> idle;
  idle.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    idle.push_back(connect());
    idle.back().send("GET /health HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_EQ(status_of(idle.back().read_response()), 200);
  }
  const auto grown = resident_bytes(server.pid()) - std::min(rest, resident_bytes(server.pid()));
  RecordProperty("bytes_per_connection", static_cast<int>(grown / count));
  std::cout << count << " idle connections: " << grown / 1024 << " KiB, " << grown / count << " bytes each\n";
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(grown / count, 4'096U);
#endif
  milliseconds slowest{0};
  constexpr int kReads = 50;
  for (int i = 0; i < kReads; ++i) slowest = std::max(slowest, time_of_one_read(server));
  std::cout << "slowest of " << kReads << " reads beside them: " << slowest.count() << " ms\n";
  EXPECT_LT(slowest, milliseconds(500));
  EXPECT_EQ(server.create("beside", true).status, 201);
  idle.clear();
  // The instance that was started holds some.
  constexpr std::size_t kOfTheInstance = 8;
  expect_descriptors(server, before + kSlack + kOfTheInstance);
}

}  // namespace
}  // namespace draas::tests
