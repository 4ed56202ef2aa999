// Streamed responses and the server's end.

#include <future>

#include <gmock/gmock.h>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "test_server.hpp"

namespace draas::net::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Response streamed(StreamBody body) {
  Response response;
  response.headers.set("Content-Type", "text/event-stream");
  response.body = std::move(body);
  return response;
}

class StreamTest : public ServerTest {
 protected:
  // Every request is answered by `body`.
  void start_with(StreamBody body) {
    handler.at_once = [body = std::move(body)](const Request&) { return streamed(body); };
    start();
  }
};

Task<void> three_pieces(BodyWriter& writer) {
  for (int i = 0; i < 3; ++i) {
    const std::string piece = "piece " + std::to_string(i);
    const auto written = co_await writer.write(piece);
    EXPECT_TRUE(written);
    co_await sleep_for(std::chrono::milliseconds(1));
  }
}

TEST_F(StreamTest, SendsChunksAndKeepsTheConnection) {
  start_with(three_pieces);
  auto socket = RawSocket::connect(port);
  for (int i = 0; i < 2; ++i) {
    socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto response = socket.read_until("\r\n0\r\n\r\n");
    EXPECT_THAT(response, HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
    EXPECT_THAT(response, EndsWith("\r\n\r\n7\r\npiece 0\r\n7\r\npiece 1\r\n7\r\npiece 2\r\n0\r\n\r\n"));
    EXPECT_THAT(response, Not(HasSubstr("Content-Length")));
  }
}

TEST_F(StreamTest, OldClientsGetItUntilTheConnectionCloses) {
  start_with(three_pieces);
  const auto response = exchange("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(response, EndsWith("\r\n\r\npiece 0piece 1piece 2"));
  EXPECT_THAT(response, Not(HasSubstr("chunked")));
}

TEST_F(StreamTest, HeadDoesNotStartTheStream) {
  start_with([](BodyWriter&) -> Task<void> {
    ADD_FAILURE() << "started";
    co_return;
  });
  auto socket = RawSocket::connect(port);
  socket.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(socket.read_until("\r\n\r\n"), HasSubstr("chunked"));
}

TEST_F(StreamTest, AClientThatLeavesIsNoticedWithoutAWrite) {
  std::promise<void> noticed;
  start_with([&noticed](BodyWriter& writer) -> Task<void> {
    const std::string hello = "hello";
    co_await writer.write(hello);
    co_await writer.wait_closed();
    EXPECT_TRUE(writer.closed());
    const auto late = co_await writer.write(hello);
    EXPECT_FALSE(late);
    if (!late) {
      EXPECT_EQ(late.error().code, ErrorCode::Unavailable);
    }
    noticed.set_value();
  });
  auto socket = RawSocket::connect(port);
  socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  socket.read_until("hello\r\n");
  socket.close();
  ASSERT_EQ(noticed.get_future().wait_for(kPatience), std::future_status::ready);
}

TEST_F(StreamTest, AClientThatResetsIsNoticed) {
  std::promise<void> noticed;
  start_with([&noticed](BodyWriter& writer) -> Task<void> {
    const std::string hello = "hello";
    co_await writer.write(hello);
    co_await writer.wait_closed();
    noticed.set_value();
  });
  auto socket = RawSocket::connect(port);
  socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  socket.read_until("hello\r\n");
  socket.reset_connection();
  ASSERT_EQ(noticed.get_future().wait_for(kPatience), std::future_status::ready);
}

TEST_F(StreamTest, TheEndCanBeRacedAgainstTheNextPiece) {
  std::promise<int> result;
  start_with([&result](BodyWriter& writer) -> Task<void> {
    using namespace asio::experimental::awaitable_operators;
    int ticks = 0;
    while (!writer.closed()) {
      const std::string tick = "tick";
      co_await writer.write(tick);
      ++ticks;
      auto next = sleep_for(std::chrono::milliseconds(5)) || writer.wait_closed();
      const auto which = co_await std::move(next);
      if (which.index() == 1) break;
    }
    result.set_value(ticks);
  });
  auto socket = RawSocket::connect(port);
  socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  for (int i = 0; i < 3; ++i) socket.read_until("tick");
  socket.close();
  auto future = result.get_future();
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  EXPECT_GE(future.get(), 3);
}

TEST_F(StreamTest, ASlowReaderHoldsTheWriterBackAndIsCutOff) {
  options.limits.write_timeout = std::chrono::milliseconds(200);
  std::promise<std::size_t> written;
  start_with([&written](BodyWriter& writer) -> Task<void> {
    const std::string piece(100'000, 'x');
    std::size_t total = 0;
    for (;;) {
      const auto status = co_await writer.write(piece);
      if (!status) break;
      total += piece.size();
    }
    written.set_value(total);
  });
  auto socket = RawSocket::connect(port);
  socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  auto future = written.get_future();
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  EXPECT_LT(future.get(), 200'000'000U);
}

TEST_F(StreamTest, ALargeStreamArrivesWhole) {
  start_with([](BodyWriter& writer) -> Task<void> {
    const std::string piece(100'000, 'x');
    for (int i = 0; i < 100; ++i) {
      const auto status = co_await writer.write(piece);
      EXPECT_TRUE(status);
    }
  });
  const auto response = exchange("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(response.size() - response.find("\r\n\r\n") - 4, 10'000'000U);
}

TEST_F(StreamTest, AStreamThatThrowsIsVisiblyCutOff) {
  start_with([](BodyWriter& writer) -> Task<void> {
    const std::string hello = "hello";
    co_await writer.write(hello);
    throw std::runtime_error("broken");
  });
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), EndsWith("5\r\nhello\r\n"));
}

TEST_F(StreamTest, ACoroutineHandlerMayStream) {
  handler.later = [](const Request&) -> Task<Response> {
    co_await sleep_for(std::chrono::milliseconds(1));
    co_return streamed(three_pieces);
  };
  start();
  auto socket = RawSocket::connect(port);
  socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(socket.read_until("\r\n0\r\n\r\n"), HasSubstr("piece 2"));
  EXPECT_THAT(socket.read_until("\r\n0\r\n\r\n"), HasSubstr("piece 2"));
}

// --- the end ---

TEST_F(StreamTest, StoppingEndsStreamsProperly) {
  start_with([](BodyWriter& writer) -> Task<void> {
    const std::string hello = "hello";
    co_await writer.write(hello);
    co_await writer.wait_closed();
  });
  auto socket = RawSocket::connect(port);
  socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  socket.read_until("hello\r\n");
  const auto begin = std::chrono::steady_clock::now();
  server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  EXPECT_EQ(socket.read_to_end(), "0\r\n\r\n");
}

TEST_F(StreamTest, StoppingAnswersWhatIsInProgress) {
  std::promise<void> entered;
  std::atomic<bool> release = false;
  handler.later = [&](const Request&) -> Task<Response> {
    entered.set_value();
    while (!release) co_await sleep_for(std::chrono::milliseconds(1));
    co_return Response::text(200, "done");
  };
  start();
  auto idle = RawSocket::connect(port);
  auto partial = RawSocket::connect(port);
  auto socket = RawSocket::connect(port);
  socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  entered.get_future().wait();
  auto stopping = std::async(std::launch::async, [this] { server->stop(); });
  EXPECT_EQ(idle.read_to_end(), "");
  release = true;
  const auto response = socket.read_to_end();
  EXPECT_THAT(response, EndsWith("done"));
  EXPECT_THAT(response, HasSubstr("\r\nConnection: close\r\n"));
  stopping.get();
  server->stop();
  EXPECT_EQ(server->connection_count(), 0U);
  EXPECT_THROW(RawSocket::connect(port), std::runtime_error);
}

TEST_F(StreamTest, StoppingDoesNotWaitForeverForAHandler) {
  options.limits.drain_timeout = std::chrono::milliseconds(100);
  std::promise<void> entered;
  std::atomic<bool> cancelled = false;
  handler.later = [&](const Request&) -> Task<Response> {
    entered.set_value();
    const bool slept = co_await sleep_for(std::chrono::hours(1));
    cancelled = !slept;
    co_return Response::text(200, "too late");
  };
  start();
  auto socket = RawSocket::connect(port);
  socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  entered.get_future().wait();
  const auto begin = std::chrono::steady_clock::now();
  server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(2'500));
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(socket.read_to_end(), "");
}

TEST_F(StreamTest, AServerCanBeDestroyedUnderLoad) {
  handler.later = [](const Request&) -> Task<Response> {
    co_await sleep_for(std::chrono::milliseconds(1));
    co_return streamed([](BodyWriter& writer) -> Task<void> {
      const std::string piece = "piece";
      for (int i = 0; i < 3 && !writer.closed(); ++i) {
        co_await writer.write(piece);
        co_await sleep_for(std::chrono::milliseconds(1));
      }
    });
  };
  options.threads = 2;
  start();
  std::atomic<bool> ended = false;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([this, &ended] {
      while (!ended) {
        try {
          auto socket = RawSocket::connect(port);
          for (;;) {
            if (!socket.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")) break;
            socket.read_until("\r\n0\r\n\r\n");
          }
        } catch (const std::exception&) {
          // The server has gone, as it should.
        }
      }
    });
  }
  while (server->connection_count() < 4) std::this_thread::yield();
  server->stop();
  ended = true;
  server.reset();
  for (auto& client : clients) client.join();
}

TEST_F(StreamTest, AClientThatLeavesDoesNotDisturbItsHandler) {
  std::promise<void> entered;
  std::promise<std::string> finished;
  std::atomic<bool> left{false};
  handler.later = [&](const Request& request) -> Task<Response> {
    entered.set_value();
    while (!left) co_await sleep_for(std::chrono::milliseconds(1));
    finished.set_value(request.path);
    co_return Response::text(200, "nobody reads this");
  };
  start();
  auto socket = RawSocket::connect(port);
  socket.send("GET /kept HTTP/1.1\r\nHost: h\r\n\r\n");
  entered.get_future().wait();
  socket.reset_connection();
  left = true;
  auto future = finished.get_future();
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(future.get(), "/kept");
}

}  // namespace
}  // namespace draas::net::testing
