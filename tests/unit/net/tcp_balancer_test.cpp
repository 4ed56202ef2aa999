// The forwarding of TCP connections: shares, fallback, half-close, back pressure, draining, limits.

#include "net/tcp_balancer.hpp"

#include <future>
#include <map>

#include "loop_fixture.hpp"
#include "net/listening_socket.hpp"
#include "support/eventually.hpp"

namespace draas::net {
namespace {

using testing::RawSocket;
using tests::eventually;

constexpr std::string_view kFront = "front";

// Says who it is, then echoes what it gets until the other side has finished, then says goodbye.
class EchoTarget {
 public:
  explicit EchoTarget(std::string name) : name_(std::move(name)) {
    ListenAddress address{"127.0.0.1", 0};
    auto sockets = listen_on(address, 1);
    listener_ = std::move(sockets->front());
    port_ = address.port;
    thread_ = std::thread([this] { accept_all(); });
  }
  ~EchoTarget() {
    stop_ = true;
    thread_.join();
    for (std::thread& session : sessions_) session.join();
  }
  EchoTarget(const EchoTarget&) = delete;
  EchoTarget& operator=(const EchoTarget&) = delete;

  BalancerTarget target(std::uint64_t id, unsigned weight) const {
    BalancerTarget target{.id = id, .endpoint = {}, .weight = weight};
    target.endpoint.host = "127.0.0.1";
    target.endpoint.port = port_;
    return target;
  }

 private:
  static bool readable(int fd) {
    pollfd entry{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&entry, 1, 20) > 0;
  }
  void accept_all() {
    while (!stop_) {
      if (!readable(listener_.get())) continue;
      const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) sessions_.emplace_back([this, fd] { echo(UniqueFd(fd)); });
    }
  }
  void echo(UniqueFd fd) {
    const std::string hello = name_ + "\n";
    ::send(fd.get(), hello.data(), hello.size(), MSG_NOSIGNAL);
    std::array<char, 4096> buffer{};
    while (!stop_) {
      if (!readable(fd.get())) continue;
      const auto got = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
      if (got < 0) return;
      if (got == 0) break;
      for (ssize_t done = 0; done < got;) {
        const auto sent = ::send(fd.get(), buffer.data() + done, static_cast<std::size_t>(got - done), MSG_NOSIGNAL);
        if (sent <= 0) return;
        done += sent;
      }
    }
    ::send(fd.get(), "bye", 3, MSG_NOSIGNAL);
  }

  const std::string name_;
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::thread thread_;
  std::vector<std::thread> sessions_;
};

class TcpBalancerTest : public testing::LoopTest {
 protected:
  explicit TcpBalancerTest(BalancerOptions options = {.retry_for = std::chrono::milliseconds(2'000),
                                                      .retry_pause = std::chrono::milliseconds(10)})
      : balancer(options) {
    ListenAddress address{"127.0.0.1", 0};
    auto socket = TcpBalancer::bind(address);
    port = address.port;
    balancer.serve(front, std::move(*socket));
  }

  std::string greeting() {
    RawSocket client = RawSocket::connect(port);
    return client.read_until("\n");
  }
  std::size_t open(std::uint64_t target) const { return balancer.connections(front, target); }

  const std::string front{kFront};
  TcpBalancer balancer;
  std::uint16_t port = 0;
};

TEST_F(TcpBalancerTest, SharesOutByWeight) {
  const EchoTarget a("a");
  const EchoTarget b("b");
  balancer.set_targets(front, {a.target(1, 75), b.target(2, 25)});
  std::map<std::string, int> seen;
  for (int i = 0; i < 20; ++i) ++seen[greeting()];
  EXPECT_EQ(seen["a\n"], 15);
  EXPECT_EQ(seen["b\n"], 5);
  balancer.set_targets(front, {a.target(1, 0), b.target(2, 100)});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(greeting(), "b\n");
}

TEST_F(TcpBalancerTest, OpenConnectionsStayWhereTheyAre) {
  const EchoTarget a("a");
  const EchoTarget b("b");
  balancer.set_targets(front, {a.target(1, 100)});
  RawSocket client = RawSocket::connect(port);
  client.read_until("\n");
  balancer.set_targets(front, {b.target(2, 100)});
  EXPECT_EQ(greeting(), "b\n");
  EXPECT_TRUE(client.send("still?"));
  EXPECT_EQ(client.read_until("?"), "still?");
  EXPECT_EQ(open(1), 1U);
}

TEST_F(TcpBalancerTest, AnUnreachableTargetIsReplacedByAnother) {
  const EchoTarget b("b");
  BalancerTarget dead;
  {
    const EchoTarget gone("gone");
    dead = gone.target(1, 99);
  }
  balancer.set_targets(front, {dead, b.target(2, 1)});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(greeting(), "b\n");
}

TEST_F(TcpBalancerTest, AConnectionWaitsForATarget) {
  RawSocket client = RawSocket::connect(port);
  const EchoTarget late("late");
  balancer.set_targets(front, {late.target(1, 100)});
  EXPECT_EQ(client.read_until("\n"), "late\n");
}

TEST_F(TcpBalancerTest, WithoutATargetItIsResetInTheEnd) {
  RawSocket client = RawSocket::connect(port);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(TcpBalancerTest, OneDirectionMayEndBeforeTheOther) {
  const EchoTarget a("a");
  balancer.set_targets(front, {a.target(1, 100)});
  RawSocket client = RawSocket::connect(port);
  client.read_until("\n");
  EXPECT_TRUE(client.send("last words "));
  ::shutdown(client.fd(), SHUT_WR);
  EXPECT_EQ(client.read_to_end(), "last words bye");
  EXPECT_TRUE(eventually([&] { return open(1) == 0; }));
}

TEST_F(TcpBalancerTest, CarriesMuchInBothDirectionsAtOnce) {
  const EchoTarget a("a");
  balancer.set_targets(front, {a.target(1, 100)});
  RawSocket client = RawSocket::connect(port);
  client.read_until("\n");
  constexpr std::size_t kBytes = 8U << 20U;
  std::string sent(kBytes, ' ');
  for (std::size_t i = 0; i < kBytes; ++i) sent[i] = static_cast<char>('a' + i * i % 26);
  std::thread sender([&] { client.send(sent); });
  const std::string back = client.read_exactly(kBytes);
  sender.join();
  EXPECT_TRUE(back == sent);
}

TEST_F(TcpBalancerTest, AReaderThatIsSlowHoldsTheWriterBack) {
  const EchoTarget a("a");
  balancer.set_targets(front, {a.target(1, 100)});
  RawSocket client = RawSocket::connect(port);
  client.read_until("\n");
  // Nobody reads the echo, so what can be written has an end: socket buffers, not memory of ours.
  const std::string piece(1U << 20U, 'x');
  std::size_t written = 0;
  timeval patience{.tv_sec = 0, .tv_usec = 500'000};
  ::setsockopt(client.fd(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  while (written < (64U << 20U)) {
    const auto sent = ::send(client.fd(), piece.data(), piece.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;
    written += static_cast<std::size_t>(sent);
  }
  EXPECT_LT(written, 64U << 20U);
}

TEST_F(TcpBalancerTest, ClosesWhatIsIdleAndKeepsWhatWaitsForAnAnswer) {
  const EchoTarget a("a");
  balancer.set_targets(front, {a.target(1, 100)});
  RawSocket idle = RawSocket::connect(port);
  idle.read_until("\n");
  const auto none = std::chrono::milliseconds(0);
  balancer.close_idle(front, 1, std::chrono::milliseconds(60'000));
  EXPECT_TRUE(idle.send("x"));
  EXPECT_EQ(idle.read_exactly(1), "x");
  balancer.close_idle(front, 2, none);
  EXPECT_EQ(open(1), 1U);
  EXPECT_TRUE(eventually([&] {
    balancer.close_idle(front, 1, none);
    return open(1) == 0;
  }));
  EXPECT_EQ(idle.read_to_end(), "");
}

TEST_F(TcpBalancerTest, CutsWhatIsLeft) {
  const EchoTarget a("a");
  balancer.set_targets(front, {a.target(1, 100)});
  RawSocket client = RawSocket::connect(port);
  client.read_until("\n");
  balancer.cut(front, 1);
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_TRUE(eventually([&] { return open(1) == 0; }));
}

TEST_F(TcpBalancerTest, SettlesBeforeItCounts) {
  const EchoTarget a("a");
  balancer.set_targets(front, {a.target(1, 100)});
  RawSocket client = RawSocket::connect(port);
  std::function<Task<bool>()> settle = [this]() -> Task<bool> {
    co_await balancer.settle();
    co_return true;
  };
  EXPECT_TRUE(on_loop<bool>(settle));
  client.read_until("\n");
  EXPECT_EQ(open(1), 1U);
}

TEST_F(TcpBalancerTest, APortIsTakenAndGivenBack) {
  ListenAddress address{"127.0.0.1", port};
  EXPECT_EQ(TcpBalancer::bind(address).error().code, ErrorCode::Unavailable);
  balancer.stop_serving(front);
  EXPECT_TRUE(eventually([&] {
    ListenAddress again{"127.0.0.1", port};
    return TcpBalancer::bind(again).has_value();
  }));
}

TEST_F(TcpBalancerTest, ClosingEndsEverythingAndMayBeRepeated) {
  const EchoTarget a("a");
  balancer.set_targets(front, {a.target(1, 100)});
  RawSocket client = RawSocket::connect(port);
  client.read_until("\n");
  balancer.close();
  EXPECT_EQ(client.read_to_end(), "");
  balancer.close();
}

class FewConnections : public TcpBalancerTest {
 protected:
  FewConnections() : TcpBalancerTest({.max_connections = 2}) {}
};

TEST_F(FewConnections, MoreAreRefused) {
  const EchoTarget a("a");
  balancer.set_targets(front, {a.target(1, 100)});
  RawSocket first = RawSocket::connect(port);
  first.read_until("\n");
  {
    RawSocket second = RawSocket::connect(port);
    second.read_until("\n");
    RawSocket third = RawSocket::connect(port);
    EXPECT_EQ(third.read_to_end(), "");
    ::shutdown(second.fd(), SHUT_WR);
    second.read_to_end();
  }
  EXPECT_TRUE(eventually([&] { return open(1) == 1; }));
  EXPECT_EQ(greeting(), "a\n");
}

}  // namespace
}  // namespace draas::net
