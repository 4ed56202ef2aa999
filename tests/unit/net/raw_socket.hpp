#pragma once
// A blocking TCP client and a scripted TCP peer for tests: bytes as they are, with a time limit on every wait.

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/files.hpp"

namespace draas::net::testing {

inline constexpr std::chrono::milliseconds kPatience{10'000};

class RawSocket {
 public:
  explicit RawSocket(UniqueFd fd) : fd_(std::move(fd)) {}

  static RawSocket connect(std::uint16_t port) {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("connect failed");
    }
    return RawSocket(std::move(fd));
  }

  // False when the peer has reset the connection.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Waits until `what` has come, and returns everything up to its end; throws when it does not come.
  std::string read_until(std::string_view what) {
    for (;;) {
      const auto at = received_.find(what);
      if (at != std::string::npos) {
        auto out = received_.substr(0, at + what.size());
        received_.erase(0, at + what.size());
        return out;
      }
      if (!receive()) throw std::runtime_error("closed before '" + std::string(what) + "' came: " + received_);
    }
  }

  std::string read_exactly(std::size_t size) {
    while (received_.size() < size) {
      if (!receive()) throw std::runtime_error("closed early: " + received_);
    }
    auto out = received_.substr(0, size);
    received_.erase(0, size);
    return out;
  }

  // Everything until the peer closes.
  std::string read_to_end() {
    while (receive()) {
    }
    return std::exchange(received_, {});
  }

  // One whole response with Content-Length (or without a body); header and body as they came.
  std::string read_response(bool without_body = false) {
    auto header = read_until("\r\n\r\n");
    const auto at = header.find("Content-Length: ");
    if (without_body || at == std::string::npos) return header;
    return header + read_exactly(std::stoul(header.substr(at + 16)));
  }

  // The peer has reset the connection, rather than closing it in order.
  bool was_reset() const { return reset_; }
  void shut_sending() { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }
  void reset_connection() {
    const linger abort{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    fd_.reset();
  }
  void limit_receive_buffer(int bytes) { ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes); }
  int fd() const { return fd_.get(); }

 private:
  // False at the end.
  bool receive() {
    pollfd waiting{fd_.get(), POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(kPatience.count()));
    if (ready == 0) throw std::runtime_error("nothing came in time; so far: " + received_);
    char buffer[65536];
    const auto size = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (size < 0) reset_ = errno == ECONNRESET;
    if (size <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(size));
    return true;
  }

  UniqueFd fd_;
  std::string received_;
  bool reset_ = false;
};

// Listens on a port of its own and plays `script` once for each connection, one after another, on its own thread.
class ScriptedPeer {
 public:
  using Script = std::function<void(RawSocket&, int connection)>;

  explicit ScriptedPeer(Script script) : script_(std::move(script)) {
    listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_.get(), 16) != 0 ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }

  ~ScriptedPeer() {
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
      ::shutdown(listener_.get(), SHUT_RDWR);
      if (current_ >= 0) ::shutdown(current_, SHUT_RDWR);
    }
    thread_.join();
  }

  std::uint16_t port() const { return port_; }

  // Waits until so many connections have been served and closed.
  void wait_closed(int connections) {
    for (int now = closed_; now < connections; now = closed_) closed_.wait(now);
  }

 private:
  void serve() {
    // A script that writes through a library cannot say MSG_NOSIGNAL.
    sigset_t signals{};
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    for (int connection = 0;; ++connection) {
      UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd) return;
      if (!begin(fd.get())) return;
      {
        RawSocket socket(std::move(fd));
        try {
          script_(socket, connection);
        } catch (const std::exception&) {
          // The other side went away in the middle of the script; what the test asserts is on its own side.
        }
        begin(-1);
      }
      ++closed_;
      closed_.notify_all();
    }
  }

  // The connection that the destructor has to end. False when it has come already.
  bool begin(int fd) {
    std::lock_guard lock(mutex_);
    current_ = fd;
    return !ended_;
  }

  Script script_;
  std::atomic<int> closed_{0};
  UniqueFd listener_;
  std::mutex mutex_;
  int current_ = -1;
  bool ended_ = false;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace draas::net::testing
