#pragma once
// Plain sockets: the transport over TCP and Unix sockets, and the dialling that TLS shares.

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include <sys/socket.h>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include "net/transport.hpp"

namespace draas::net {

template <class Protocol>
using Socket = asio::basic_stream_socket<Protocol, Executor>;

// Readable although nothing was asked: closed, or out of step.
inline bool has_unasked_input(int fd) {
  char byte = 0;
  return ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

template <class Protocol>
class SocketTransport final : public Transport {
 public:
  explicit SocketTransport(Socket<Protocol> socket) : socket_(std::move(socket)) {}

  Task<std::size_t> read_some(char* data, std::size_t size, boost::system::error_code& error) override {
    auto buffer = asio::buffer(data, size);
    auto token = asio::redirect_error(use_task, error);
    const std::size_t count = co_await socket_.async_read_some(buffer, token);
    if (error == asio::error::eof) error = {};
    co_return count;
  }

  Task<void> write(std::string_view data, boost::system::error_code& error) override {
    auto buffer = asio::buffer(data.data(), data.size());
    auto token = asio::redirect_error(use_task, error);
    co_await asio::async_write(socket_, buffer, token);
  }

  void close() override {
    boost::system::error_code ignored;  // the socket is gone either way
    socket_.close(ignored);
  }

  bool is_stale() override { return has_unasked_input(socket_.native_handle()); }

 private:
  Socket<Protocol> socket_;
};

// Connects a TCP socket: looks the name up if it must, then tries each address. One use.
class TcpDialer {
 public:
  using Tcp = asio::ip::tcp;

  explicit TcpDialer(Executor executor) : executor_(executor), socket_(executor) {}
  // True when socket() is connected.
  Task<bool> dial(const Endpoint& endpoint, ConnectFailure& failure);
  void cancel();
  bool cancelled() const { return cancelled_; }
  Socket<Tcp>& socket() { return socket_; }

 private:
  // Shared with the look-up, which cannot be interrupted and may outlive the dialler.
  struct LookUp;

  Task<std::vector<Tcp::endpoint>> resolve(const Endpoint& endpoint, ConnectFailure& failure);

  Executor executor_;
  Socket<Tcp> socket_;
  std::shared_ptr<LookUp> look_up_;
  bool cancelled_ = false;
};

}  // namespace draas::net
