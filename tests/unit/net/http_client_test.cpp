// The client against the real server and against peers that misbehave on purpose.

#include "net/http_client.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <sys/un.h>

#include "loop_fixture.hpp"
#include "test_server.hpp"

namespace draas::net::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr milliseconds kTimeout{5'000};

Endpoint endpoint_at(std::uint16_t port) {
  Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = port;
  return endpoint;
}

class ClientTest : public LoopTest {
 protected:
  ~ClientTest() override {
    if (!client) return;
    on_loop<int>([this]() -> Task<int> {
      client.reset();
      co_return 0;
    });
  }

  void make_client(ClientOptions options = {}) { client = std::make_unique<HttpClient>(loop.executor(), options); }

  Result<ClientResponse> send(const Endpoint& endpoint, const ClientRequest& request, milliseconds timeout = kTimeout) {
    if (!client) make_client();
    return on_loop<Result<ClientResponse>>([&]() -> Task<Result<ClientResponse>> {
      auto target = endpoint;
      auto sent = request;
      co_return co_await client->send(std::move(target), std::move(sent), timeout);
    });
  }

  Result<ClientResponse> get(std::uint16_t port, const std::string& target = "/", milliseconds timeout = kTimeout) {
    ClientRequest request;
    request.target = target;
    return send(endpoint_at(port), request, timeout);
  }

  std::unique_ptr<HttpClient> client;
};

// Answers every request of every connection with `response`, then closes if told to.
ScriptedPeer::Script answering(std::string response, bool close_after = false) {
  return [response = std::move(response), close_after](RawSocket& socket, int) {
    for (;;) {
      socket.read_until("\r\n\r\n");
      socket.send(response);
      if (close_after) return;
    }
  };
}

// --- endpoints ---

TEST(Endpoint, IsParsed) {
  const auto plain = Endpoint::parse("http://example.org:8080/base/path/");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "example.org");
  EXPECT_EQ(plain->port, 8080);
  EXPECT_EQ(plain->base_path, "/base/path");
  EXPECT_EQ(plain->to_string(), "http://example.org:8080/base/path");
  const auto tls = Endpoint::parse("HTTPS://[::1]");
  ASSERT_TRUE(tls);
  EXPECT_EQ(tls->kind, Endpoint::Kind::Tls);
  EXPECT_EQ(tls->host, "::1");
  EXPECT_EQ(tls->port, 443);
  EXPECT_EQ(tls->to_string(), "https://[::1]");
  const auto unix = Endpoint::parse("unix:///run/x.sock");
  ASSERT_TRUE(unix);
  EXPECT_EQ(unix->socket_path, "/run/x.sock");
  EXPECT_EQ(unix->to_string(), "unix:///run/x.sock");
}

TEST(Endpoint, RefusesWhatIsMalformedWithoutRepeatingIt) {
  for (const auto* url :
       {"", "example.org", "ftp://x", "http:/x", "http://", "http://:80", "http://h:", "http://h:0", "http://h:65536",
        "http://h:8x", "http://[::1", "http://[::1]x", "unix://relative", "http://h/?q", "http://h/#f", "http://h h"}) {
    EXPECT_FALSE(Endpoint::parse(url)) << url;
  }
  const auto secret = Endpoint::parse("http://user:pa55@host/");
  ASSERT_FALSE(secret);
  EXPECT_EQ(secret.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(secret.error().message, Not(HasSubstr("pa55")));
}

// --- against the real server ---

class ClientServerTest : public ClientTest {
 protected:
  void start(std::size_t threads = 1) {
    ServerOptions options;
    options.listen = {{"127.0.0.1", 0}};
    options.threads = threads;
    options.access_log = false;
    options.metrics = metrics.get();
    server = std::make_unique<HttpServer>(options, handler);
    ASSERT_TRUE(server->start());
    port = server->addresses().at(0).port;
  }

  std::unique_ptr<Metrics> metrics = make_metrics();
  FunctionHandler handler;
  std::unique_ptr<HttpServer> server;
  std::uint16_t port = 0;
};

TEST_F(ClientServerTest, EveryMethodGoesThrough) {
  handler.at_once = [](const Request& request) {
    auto response = Response::text(200, request.method_name + request.target + request.body);
    response.headers.set("X-Seen", request.headers.get("X-Sent"));
    return response;
  };
  start();
  for (const auto method : {Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Options}) {
    ClientRequest request;
    request.method = method;
    request.target = "/a?b=c";
    request.headers.set("X-Sent", "yes");
    if (method != Method::Get) request.body = "body";
    const auto response = send(endpoint_at(port), request);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->headers.get("x-seen"), "yes");
    EXPECT_EQ(response->body, std::string(to_string(method)) + "/a?b=c" + request.body);
  }
  ClientRequest head;
  head.method = Method::Head;
  head.target = "/";
  const auto response = send(endpoint_at(port), head);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(response->headers.get("Content-Length"), "5");
  EXPECT_EQ(server->connection_count(), 1U) << "one connection carried all of it";
}

TEST_F(ClientServerTest, LargeBodiesBothWays) {
  handler.at_once = [](const Request& request) { return Response::text(200, request.body); };
  start();
  ClientRequest request;
  request.method = Method::Post;
  request.target = "/";
  request.body.assign(1'000'000, 'x');
  for (std::size_t i = 0; i < request.body.size(); i += 7) request.body[i] = 'y';
  const auto response = send(endpoint_at(port), request);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, request.body);
}

TEST_F(ClientServerTest, AnEarlyRefusalOfALargeBodyIsSeen) {
  start();
  ClientRequest request;
  request.method = Method::Post;
  request.target = "/";
  request.body.assign(1'100'000, 'x');
  const auto response = send(endpoint_at(port), request);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 413);
}

TEST_F(ClientServerTest, ManyCallsAtOnce) {
  handler.later = [](const Request& request) -> Task<Response> {
    co_await sleep_for(milliseconds(2));
    co_return Response::text(200, request.path);
  };
  start(2);
  make_client();
  const int right = on_loop<int>([&]() -> Task<int> {
    TaskGroup group(loop.executor());
    int count = 0;
    for (int i = 0; i < 200; ++i) {
      group.spawn("call", [&, i]() -> Task<void> {
        auto endpoint = endpoint_at(port);
        ClientRequest request;
        request.target = '/' + std::to_string(i);
        auto response = co_await client->send(std::move(endpoint), std::move(request), kTimeout);
        if (response && response->body == '/' + std::to_string(i)) ++count;
      });
    }
    while (group.size() > 0) co_await sleep_for(milliseconds(2));
    co_await group.close();
    co_return count;
  });
  EXPECT_EQ(right, 200);
}

TEST_F(ClientServerTest, ReadsAStreamPieceByPiece) {
  handler.at_once = [](const Request&) {
    Response response;
    response.body = StreamBody([](BodyWriter& writer) -> Task<void> {
      for (int i = 0; i < 5; ++i) {
        const std::string piece = "piece " + std::to_string(i) + '\n';
        co_await writer.write(piece);
        co_await sleep_for(milliseconds(2));
      }
    });
    return response;
  };
  start();
  make_client();
  const std::string all = on_loop<std::string>([&]() -> Task<std::string> {
    auto endpoint = endpoint_at(port);
    ClientRequest request;
    request.target = "/";
    auto stream = co_await client->open(std::move(endpoint), std::move(request), kTimeout);
    std::string out;
    if (!stream) co_return "failed: " + stream.error().message;
    out += std::to_string((*stream)->status()) + '\n';
    for (;;) {
      auto piece = co_await (*stream)->read(kTimeout);
      if (!piece) co_return "failed: " + piece.error().message;
      if (piece->empty()) co_return out;
      out += *piece;
    }
  });
  EXPECT_EQ(all, "200\npiece 0\npiece 1\npiece 2\npiece 3\npiece 4\n");
  ASSERT_TRUE(get(port));
  EXPECT_EQ(server->connection_count(), 1U) << "a stream read to its end leaves its connection to the next call";
}

TEST_F(ClientServerTest, DroppingAStreamClosesIt) {
  std::promise<void> noticed;
  handler.at_once = [&noticed](const Request&) {
    Response response;
    response.body = StreamBody([&noticed](BodyWriter& writer) -> Task<void> {
      const std::string piece = "piece";
      co_await writer.write(piece);
      co_await writer.wait_closed();
      noticed.set_value();
    });
    return response;
  };
  start();
  make_client();
  on_loop<int>([&]() -> Task<int> {
    auto endpoint = endpoint_at(port);
    ClientRequest request;
    request.target = "/";
    auto stream = co_await client->open(std::move(endpoint), std::move(request), kTimeout);
    auto piece = co_await (*stream)->read(kTimeout);
    EXPECT_EQ(*piece, "piece");
    auto nothing = co_await (*stream)->read(milliseconds(20));
    EXPECT_EQ(nothing.error().code, ErrorCode::DeadlineExceeded);
    co_return 0;
  });
  EXPECT_EQ(noticed.get_future().wait_for(kPatience), std::future_status::ready);
}

// --- against peers that misbehave ---

TEST_F(ClientTest, ReadsWhateverBodyThePeerSends) {
  {
    ScriptedPeer peer(answering("HTTP/1.1 200 OK\r\n\r\nuntil the end", true));
    EXPECT_EQ(get(peer.port())->body, "until the end");
  }
  {
    ScriptedPeer peer(
        answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nabc\r\n0\r\n\r\n"));
    EXPECT_EQ(get(peer.port())->body, "abc");
    EXPECT_EQ(get(peer.port())->body, "abc");
  }
  {
    ScriptedPeer peer(answering("HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n"));
    EXPECT_EQ(get(peer.port())->status, 304);
    EXPECT_EQ(get(peer.port())->status, 304);
  }
}

TEST_F(ClientTest, NobodyListens) {
  std::uint16_t port = 0;
  {
    port = ScriptedPeer([](RawSocket&, int) {}).port();
  }
  const auto response = get(port);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(response.error().retryable);
  EXPECT_THAT(response.error().message, HasSubstr("refused"));
}

TEST_F(ClientTest, UnknownHost) {
  auto endpoint = endpoint_at(80);
  endpoint.host = "no-such-host.invalid";
  ClientRequest request;
  request.target = "/";
  const auto response = send(endpoint, request, milliseconds(8'000));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().code, ::testing::AnyOf(ErrorCode::Unavailable, ErrorCode::DeadlineExceeded));
}

TEST_F(ClientTest, LocalhostIsNotLookedUp) {
  ScriptedPeer peer(answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  auto endpoint = endpoint_at(peer.port());
  endpoint.host = "LocalHost";
  ClientRequest request;
  request.target = "/";
  const auto response = send(endpoint, request);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "ok");
}

TEST_F(ClientTest, ASilentPeerMeetsTheDeadline) {
  ScriptedPeer peer([](RawSocket& socket, int) { socket.read_to_end(); });
  const auto begin = std::chrono::steady_clock::now();
  const auto response = get(peer.port(), "/", milliseconds(100));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::DeadlineExceeded);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(2'000));
}

TEST_F(ClientTest, ADrippingPeerMeetsTheDeadlineToo) {
  ScriptedPeer peer([](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    while (socket.send("x")) std::this_thread::sleep_for(milliseconds(10));
  });
  const auto response = get(peer.port(), "/", milliseconds(150));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::DeadlineExceeded);
}

TEST_F(ClientTest, PeersThatBreakOffOrLie) {
  const auto code_for = [this](const std::string& answer) {
    ScriptedPeer peer(answering(answer, true));
    const auto response = get(peer.port(), "/", milliseconds(2'000));
    return response ? "status " + std::to_string(response->status) : std::string(to_string(response.error().code));
  };
  const std::string unavailable(to_string(ErrorCode::Unavailable));
  const std::string internal(to_string(ErrorCode::Internal));
  EXPECT_EQ(code_for(""), unavailable);
  EXPECT_EQ(code_for("HTTP/1.1 20"), unavailable);
  EXPECT_EQ(code_for("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), unavailable);
  EXPECT_EQ(code_for("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"), unavailable);
  EXPECT_EQ(code_for("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n"), internal);
  EXPECT_EQ(code_for("SSH-2.0-OpenSSH_9.2\r\n"), internal);
  EXPECT_EQ(code_for("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), internal);
  EXPECT_EQ(code_for("HTTP/1.1 200 OK\r\nA: " + std::string(100'000, 'x')), internal);
}

TEST_F(ClientTest, AResetInTheMiddleOfTheBody) {
  ScriptedPeer peer([](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    socket.reset_connection();
  });
  const auto response = get(peer.port());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::Unavailable);
}

TEST_F(ClientTest, AnAnswerOverTheLimitIsRefused) {
  ClientOptions options;
  options.max_response_bytes = 100'000;
  make_client(options);
  ScriptedPeer peer([](RawSocket& socket, int) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(10'000, 'x');
    while (socket.send(piece)) {
    }
  });
  const auto response = get(peer.port());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::PayloadTooLarge);
}

TEST_F(ClientTest, AMoreThanCompleteAnswerIsNotReused) {
  std::atomic<int> connections = 0;
  ScriptedPeer peer([&](RawSocket& socket, int) {
    ++connections;
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    socket.read_to_end();
  });
  EXPECT_EQ(get(peer.port())->body, "ok");
  EXPECT_EQ(get(peer.port())->body, "ok");
  EXPECT_EQ(connections, 2);
}

TEST_F(ClientTest, ARestingConnectionThatClosedIsReplacedSilently) {
  ScriptedPeer peer(answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true));
  ClientRequest post;
  post.method = Method::Post;
  post.target = "/";
  post.body = "x";
  for (int i = 0; i < 5; ++i) {
    const auto response = send(endpoint_at(peer.port()), post);
    ASSERT_TRUE(response) << response.error().message;
    peer.wait_closed(i + 1);
  }
}

// Takes one request on its first connection; the second is met with a close instead of an answer.
ScriptedPeer::Script closing_on_the_second_request(std::atomic<int>& requests) {
  return [&requests](RawSocket& socket, int connection) {
    for (int i = 0;; ++i) {
      socket.read_until("\r\n\r\n");
      ++requests;
      if (connection == 0 && i == 1) return;
      socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  };
}

TEST_F(ClientTest, ARequestWithoutAnAnswerIsRepeatedOnlyWhenThatIsHarmless) {
  {
    std::atomic<int> requests = 0;
    ScriptedPeer peer(closing_on_the_second_request(requests));
    ASSERT_TRUE(get(peer.port()));
    ASSERT_TRUE(get(peer.port()));
    EXPECT_EQ(requests, 3);
  }
  {
    std::atomic<int> requests = 0;
    ScriptedPeer peer(closing_on_the_second_request(requests));
    ASSERT_TRUE(get(peer.port()));
    ClientRequest post;
    post.method = Method::Post;
    post.target = "/";
    const auto response = send(endpoint_at(peer.port()), post);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(requests, 2);
  }
}

TEST_F(ClientTest, AFirstConnectionIsNotRetried) {
  std::atomic<int> connections = 0;
  ScriptedPeer peer([&](RawSocket& socket, int) {
    ++connections;
    socket.read_until("\r\n\r\n");
  });
  EXPECT_FALSE(get(peer.port()));
  EXPECT_EQ(connections, 1);
}

TEST_F(ClientTest, RequestsThatCouldBreakOutAreRefused) {
  ScriptedPeer peer(answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  const auto code_of = [&](const ClientRequest& request) {
    const auto response = send(endpoint_at(peer.port()), request);
    return response ? std::string("sent") : std::string(to_string(response.error().code));
  };
  const std::string refused(to_string(ErrorCode::InvalidArgument));
  ClientRequest request;
  for (const auto* target : {"", "relative", "/a b", "/a\r\nX: y", "/a#b"}) {
    request.target = target;
    EXPECT_EQ(code_of(request), refused) << target;
  }
  request.target = "/";
  request.headers.set("X", "a\r\nY: b");
  EXPECT_EQ(code_of(request), refused);
  request.headers.clear();
  request.headers.set("X Y", "a");
  EXPECT_EQ(code_of(request), refused);
  request.headers.clear();
  request.headers.set("Content-Length", "99");
  request.headers.set("Host", "other");
  EXPECT_EQ(code_of(request), "sent");
}

// A peer that never answers, and tells when a request has come.
class SilentPeer {
 public:
  SilentPeer()
      : peer_([this](RawSocket& socket, int) {
          socket.read_until("\r\n\r\n");
          arrived_.set_value();
          socket.read_to_end();
        }) {}
  std::uint16_t port() const { return peer_.port(); }
  void wait_arrived() { arrived_.get_future().wait(); }
  void wait_closed() { peer_.wait_closed(1); }

 private:
  std::promise<void> arrived_;
  ScriptedPeer peer_;
};

TEST_F(ClientTest, DestroyingTheClientEndsItsCalls) {
  SilentPeer peer;
  make_client();
  TaskGroup group(loop.executor());
  std::promise<ErrorCode> ended;
  on_loop<int>([&]() -> Task<int> {
    group.spawn("call", [&]() -> Task<void> {
      auto endpoint = endpoint_at(peer.port());
      ClientRequest request;
      request.target = "/";
      auto response = co_await client->send(std::move(endpoint), std::move(request), kTimeout);
      ended.set_value(response ? ErrorCode::Internal : response.error().code);
    });
    co_return 0;
  });
  peer.wait_arrived();
  on_loop<int>([&]() -> Task<int> {
    client.reset();
    co_return 0;
  });
  auto code = ended.get_future();
  ASSERT_EQ(code.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(code.get(), ErrorCode::Cancelled);
  on_loop<int>([&]() -> Task<int> {
    co_await group.close();
    co_return 0;
  });
}

TEST_F(ClientTest, CancellingTheCallerEndsTheCall) {
  SilentPeer peer;
  make_client();
  TaskGroup group(loop.executor());
  on_loop<int>([&]() -> Task<int> {
    group.spawn("call", [&]() -> Task<void> {
      auto endpoint = endpoint_at(peer.port());
      ClientRequest request;
      request.target = "/";
      co_await client->send(std::move(endpoint), std::move(request), kTimeout);
    });
    co_return 0;
  });
  peer.wait_arrived();
  const auto left = on_loop<std::size_t>([&]() -> Task<std::size_t> {
    co_await group.close();
    co_return group.size();
  });
  EXPECT_EQ(left, 0U);
}

TEST_F(ClientTest, TheLoopMayEndWithCallsPending) {
  SilentPeer peer;
  auto own = std::make_unique<EventLoop>("own");
  own->start();
  auto pending = std::make_unique<HttpClient>(own->executor());
  std::atomic<bool> answered{false};
  asio::co_spawn(
      own->executor(),
      [&pending, port = peer.port()]() -> Task<void> {
        auto endpoint = endpoint_at(port);
        ClientRequest request;
        request.target = "/";
        co_await pending->send(std::move(endpoint), std::move(request), kTimeout);
      },
      [&answered](const std::exception_ptr&) { answered = true; });
  peer.wait_arrived();
  own->stop();
  pending.reset();
  own.reset();
  EXPECT_FALSE(answered);
  peer.wait_closed();  // its connection is gone with it
}

TEST_F(ClientTest, AStreamThatBreaksOff) {
  ScriptedPeer peer(answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", true));
  make_client();
  on_loop<int>([&]() -> Task<int> {
    auto endpoint = endpoint_at(peer.port());
    ClientRequest request;
    request.target = "/";
    auto stream = co_await client->open(std::move(endpoint), std::move(request), kTimeout);
    EXPECT_TRUE(stream);
    auto first = co_await (*stream)->read(kTimeout);
    EXPECT_EQ(*first, "abc");
    for (int i = 0; i < 2; ++i) {
      auto second = co_await (*stream)->read(kTimeout);
      EXPECT_FALSE(second);
      if (!second) {
        EXPECT_EQ(second.error().code, ErrorCode::Unavailable);
      }
    }
    co_return 0;
  });
}

TEST_F(ClientTest, SpeaksOverUnixSockets) {
  const auto path = std::filesystem::temp_directory_path() / ("draas-client-" + std::to_string(getpid()) + ".sock");
  std::filesystem::remove(path);
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener.get(), 4), 0);
  std::string seen;
  std::thread peer([&] {
    RawSocket socket(UniqueFd(::accept(listener.get(), nullptr, nullptr)));
    seen = socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const auto endpoint = Endpoint::parse("unix://" + path.string());
  ASSERT_TRUE(endpoint);
  ClientRequest request;
  request.target = "/version";
  const auto response = send(*endpoint, request);
  peer.join();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "ok");
  EXPECT_THAT(seen, StartsWith("GET /version HTTP/1.1\r\nHost: localhost\r\n"));
  std::filesystem::remove(path);
  const auto gone = send(*endpoint, request);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace draas::net::testing
