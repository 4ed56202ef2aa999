#pragma once
// An HTTP server that answers from a script, each connection on a thread of its own and with one request.

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "unit/docker/fake_engine.hpp"
#include "unit/net/raw_socket.hpp"

namespace draas::docker::testing {

class ScriptedHttp {
 public:
  // Sends the answer itself when it returns ""; may be called by several threads at a time.
  using Handler = std::function<std::string(const EngineRequest&, net::testing::RawSocket&)>;

  explicit ScriptedHttp(Handler handler) : handler_(std::move(handler)) {
    listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_.get(), 64) != 0 ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedHttp() { end(); }
  ScriptedHttp(const ScriptedHttp&) = delete;
  ScriptedHttp& operator=(const ScriptedHttp&) = delete;

  std::uint16_t port() const { return port_; }
  // Handlers that wait must have been told to return.
  void end() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    for (std::thread& each : connections_) each.join();
  }

 private:
  void serve() {
    for (;;) {
      UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd) return;
      const std::lock_guard lock(mutex_);
      if (ended_) return;
      open_.insert(fd.get());
      connections_.emplace_back([this, fd = std::move(fd)]() mutable { answer_one(std::move(fd)); });
    }
  }

  void answer_one(UniqueFd fd) {
    const int number = fd.get();
    net::testing::RawSocket socket(std::move(fd));
    try {
      EngineRequest request;
      request.header = socket.read_until("\r\n\r\n");
      request.line = request.header.substr(0, request.header.find("\r\n"));
      const auto length = request.header.find("Content-Length: ");
      if (length != std::string::npos) {
        request.body = socket.read_exactly(std::stoul(request.header.substr(length + 16)));
      }
      socket.send(handler_(request, socket));
    } catch (const std::exception&) {
      // The other side went away; what the test asserts is on its own side.
    }
    const std::lock_guard lock(mutex_);
    open_.erase(number);
    socket.close();
  }

  Handler handler_;
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::set<int> open_;
  std::list<std::thread> connections_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace draas::docker::testing
