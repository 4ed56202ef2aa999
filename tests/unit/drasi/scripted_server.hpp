#pragma once
// An HTTP server on a thread that answers from a script: enough of drasi-server's wire to test its client against.

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/files.hpp"

namespace draas::drasi::testing {

struct ScriptedRequest {
  std::string method;
  std::string target;
  std::string body;
};

struct ScriptedAnswer {
  int status = 200;
  std::string body;
  bool drop = false;  // close the connection without a word
  bool hang = false;  // never answer
};

class ScriptedServer {
 public:
  using Script = std::function<ScriptedAnswer(const ScriptedRequest&)>;

  explicit ScriptedServer(Script script)
      : script_(std::move(script)),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
        stop_(::eventfd(0, EFD_CLOEXEC)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_.get(), 8) != 0 ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    const std::uint64_t one = 1;
    if (::write(stop_.get(), &one, sizeof one) != sizeof one) std::abort();
    thread_.join();
  }

  std::uint16_t port() const { return port_; }
  // "GET /target", in order of arrival.
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    while (readable(listener_.get())) {
      UniqueFd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (connection) answer(std::move(connection));
    }
  }

  // False once the server is to stop.
  bool readable(int fd) const {
    pollfd waiting[] = {{fd, POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    ::poll(waiting, 2, -1);
    return (waiting[1].revents & POLLIN) == 0;
  }

  void answer(UniqueFd connection) {
    std::string text;
    std::size_t header_end = std::string::npos;
    std::size_t length = 0;
    while (header_end == std::string::npos || text.size() < header_end + 4 + length) {
      char buffer[4096];
      if (!readable(connection.get())) return;
      const ssize_t count = ::read(connection.get(), buffer, sizeof buffer);
      if (count <= 0) return;
      text.append(buffer, static_cast<std::size_t>(count));
      if (header_end != std::string::npos) continue;
      header_end = text.find("\r\n\r\n");
      const std::size_t field = text.find("Content-Length: ");
      if (field < header_end) length = std::stoul(text.substr(field + 16));
    }
    ScriptedRequest request;
    request.method = text.substr(0, text.find(' '));
    request.target =
        text.substr(request.method.size() + 1, text.find(' ', request.method.size() + 1) - request.method.size() - 1);
    request.body = text.substr(header_end + 4);
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request.method + " " + request.target);
    }
    const ScriptedAnswer answer = script_(request);
    if (answer.drop) return;
    if (answer.hang) {
      hanging_.push_back(std::move(connection));
      return;
    }
    const std::string reply = "HTTP/1.1 " + std::to_string(answer.status) +
                              " X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
                              std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body;
    for (std::size_t sent = 0; sent < reply.size();) {
      const ssize_t count = ::send(connection.get(), reply.data() + sent, reply.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return;
      sent += static_cast<std::size_t>(count);
    }
  }

  Script script_;
  UniqueFd listener_;
  UniqueFd stop_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<UniqueFd> hanging_;
  std::thread thread_;
};

}  // namespace draas::drasi::testing
