#include "net/socket_transport.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "net/text.hpp"

namespace draas::net {

using Tcp = asio::ip::tcp;
using Unix = asio::local::stream_protocol;

MakeTlsConnectorFactory make_tls_connector_factory = nullptr;

// --- dialling ---

struct TcpDialer::LookUp {
  explicit LookUp(Executor executor) : resolver(executor), done(executor, Timer::time_point::max()) {}

  asio::ip::basic_resolver<Tcp, Executor> resolver;
  Timer done;  // never expires: cancelled when the answer is in, or when nobody wants it any more
  bool finished = false;
  boost::system::error_code error;
  std::vector<Tcp::endpoint> found;
};

Task<std::vector<TcpDialer::Tcp::endpoint>> TcpDialer::resolve(const Endpoint& endpoint, ConnectFailure& failure) {
  std::vector<Tcp::endpoint> out;
  // Names of this machine and addresses do not need the resolver's thread.
  if (equals_ignoring_case(endpoint.host, "localhost")) {
    out.emplace_back(asio::ip::address_v4::loopback(), endpoint.port);
    out.emplace_back(asio::ip::address_v6::loopback(), endpoint.port);
    co_return out;
  }
  boost::system::error_code not_an_address;
  const auto address = asio::ip::make_address(endpoint.host, not_an_address);
  if (!not_an_address) {
    out.emplace_back(address, endpoint.port);
    co_return out;
  }
  auto look_up = std::make_shared<LookUp>(executor_);
  look_up_ = look_up;
  look_up->resolver.async_resolve(endpoint.host, std::to_string(endpoint.port),
                                  [look_up](const boost::system::error_code& error, const auto& results) {
                                    look_up->finished = true;
                                    look_up->error = error;
                                    for (const auto& result : results) look_up->found.push_back(result.endpoint());
                                    look_up->done.cancel();
                                  });
  while (!look_up->finished && !cancelled_) {
    boost::system::error_code woken;
    auto token = asio::redirect_error(use_task, woken);
    co_await look_up->done.async_wait(token);
  }
  if (!look_up->finished) {
    failure = {asio::error::operation_aborted, "looking up the host name"};
    co_return out;
  }
  if (look_up->error) failure = {look_up->error, "looking up the host name"};
  out = look_up->found;
  co_return out;
}

Task<bool> TcpDialer::dial(const Endpoint& endpoint, ConnectFailure& failure) {
  auto targets = co_await resolve(endpoint, failure);
  for (const auto& target : targets) {
    if (cancelled_) break;
    boost::system::error_code ignored;
    socket_.close(ignored);
    boost::system::error_code error;
    auto token = asio::redirect_error(use_task, error);
    co_await socket_.async_connect(target, token);
    if (!error && !cancelled_) {
      socket_.set_option(Tcp::no_delay(true), ignored);
      co_return true;
    }
    failure = {error ? error : asio::error::operation_aborted, "connecting"};
  }
  co_return false;
}

void TcpDialer::cancel() {
  cancelled_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (look_up_) {
    look_up_->resolver.cancel();
    look_up_->done.cancel();
  }
}

// --- connectors ---

namespace {

class TcpConnector final : public Connector {
 public:
  explicit TcpConnector(Executor executor) : dialer_(executor) {}

  Task<std::shared_ptr<Transport>> connect(const Endpoint& endpoint, ConnectFailure& failure) override {
    const bool connected = co_await dialer_.dial(endpoint, failure);
    if (!connected) co_return nullptr;
    co_return std::make_shared<SocketTransport<Tcp>>(std::move(dialer_.socket()));
  }

  void cancel() override { dialer_.cancel(); }

 private:
  TcpDialer dialer_;
};

class UnixConnector final : public Connector {
 public:
  explicit UnixConnector(Executor executor) : socket_(executor) {}

  Task<std::shared_ptr<Transport>> connect(const Endpoint& endpoint, ConnectFailure& failure) override {
    constexpr std::size_t kMaxPath = 107;
    if (endpoint.socket_path.size() > kMaxPath) {
      failure = {asio::error::name_too_long, "a socket's path has at most 107 characters"};
      co_return nullptr;
    }
    const Unix::endpoint target(endpoint.socket_path);
    boost::system::error_code error;
    auto token = asio::redirect_error(use_task, error);
    co_await socket_.async_connect(target, token);
    if (error) {
      failure = {error, "connecting"};
      co_return nullptr;
    }
    co_return std::make_shared<SocketTransport<Unix>>(std::move(socket_));
  }

  void cancel() override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  Socket<Unix> socket_;
};

}  // namespace

std::unique_ptr<Connector> make_tcp_connector(Executor executor) { return std::make_unique<TcpConnector>(executor); }

std::unique_ptr<Connector> make_unix_connector(Executor executor) { return std::make_unique<UnixConnector>(executor); }

}  // namespace draas::net
