#include "simulator/http_service.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simulator/clock_text.hpp"

namespace draas::simulator {

namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

std::string host_address(const std::string& name) {
  if (name == "localhost") return "127.0.0.1";
  std::ifstream hosts("/etc/hosts");
  std::string line;
  while (std::getline(hosts, line)) {
    std::istringstream fields(line.substr(0, line.find('#')));
    std::string address;
    std::string alias;
    fields >> address;
    while (fields >> alias) {
      if (alias == name) return address;
    }
  }
  return "";
}

bool numeric_address(const std::string& host, std::uint16_t port, SocketAddress& out) {
  auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
  if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    out.length = sizeof(sockaddr_in);
    return true;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
  if (::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    out.length = sizeof(sockaddr_in6);
    return true;
  }
  return false;
}

bool socket_address(const std::string& host, std::uint16_t port, SocketAddress& out) {
  return numeric_address(host, port, out) || numeric_address(host_address(host), port, out);
}

sockaddr* generic(SocketAddress& address) { return reinterpret_cast<sockaddr*>(&address.storage); }

}  // namespace

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpListener& listener, int fd) : listener_(&listener), reactor_(listener.reactor_), fd_(fd) {}
  ~HttpConnection() { ::close(fd_); }

  void start() {
    // The watch holds a weak pointer: the listener owns the connection.
    std::weak_ptr<HttpConnection> weak = weak_from_this();
    reactor_.watch(fd_, EPOLLIN | EPOLLRDHUP, [weak](std::uint32_t events) {
      if (auto self = weak.lock()) self->on_ready(events);
    });
  }

  void respond(const HttpResponse& response) {
    if (!answering_ || closed_) return;
    answering_ = false;
    output_ += response_bytes(response, head_, keep_alive_, http_date_text(unix_nanoseconds()));
    if (!keep_alive_) closing_ = true;
    flush();
    if (!in_requests_) handle_requests();
  }

  void begin_stream(const HttpResponse& head, std::function<void()> on_closed) {
    if (!answering_ || closed_) return;
    streaming_ = true;
    on_closed_ = std::move(on_closed);
    output_ += stream_head_bytes(head, http_date_text(unix_nanoseconds()));
    flush();
  }

  bool send(std::string_view data) {
    if (closed_ || !streaming_) return false;
    if (output_.size() > kMaximumBacklog) return true;
    output_ += chunk_bytes(data);
    flush();
    return !closed_ && streaming_;
  }

  void end_stream() {
    if (!streaming_ || closed_) return;
    streaming_ = false;
    answering_ = false;
    output_ += "0\r\n\r\n";
    if (!keep_alive_) closing_ = true;
    if (on_closed_) reactor_.post(std::exchange(on_closed_, nullptr));
    flush();
    if (!in_requests_) handle_requests();
  }

  void close() {
    if (closed_) return;
    closed_ = true;
    reactor_.unwatch(fd_);
    ::shutdown(fd_, SHUT_RDWR);
    std::shared_ptr<HttpConnection> self = shared_from_this();
    if (listener_ != nullptr) listener_->connections_.erase(self);
    if (on_closed_) {
      // Not from within a callback of the owner of this stream.
      reactor_.post(std::exchange(on_closed_, nullptr));
    }
  }

  void detach() { listener_ = nullptr; }

 private:
  static constexpr std::size_t kMaximumBacklog = 1U << 20U;

  void on_ready(std::uint32_t events) {
    std::shared_ptr<HttpConnection> self = shared_from_this();
    if ((events & EPOLLOUT) != 0) flush();
    if (closed_) return;
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0) return;
    std::array<char, 16384> buffer{};
    while (!closed_) {
      ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (count > 0) {
        parser_.feed({buffer.data(), static_cast<std::size_t>(count)});
        if (count < static_cast<ssize_t>(buffer.size())) break;
        continue;
      }
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) break;
      return close();
    }
    handle_requests();
  }

  void handle_requests() {
    in_requests_ = true;
    while (!answering_ && !closing_ && !closed_) {
      HttpRequest request;
      RequestParser::State state = parser_.next(request);
      if (state == RequestParser::State::NeedMore) {
        if (parser_.take_expectation()) {
          output_ += "HTTP/1.1 100 Continue\r\n\r\n";
          flush();
        }
        break;
      }
      if (state != RequestParser::State::Complete) {
        HttpResponse response;
        response.status = state == RequestParser::State::Bad ? 400 : 431;
        answering_ = true;
        keep_alive_ = false;
        head_ = false;
        respond(response);
        break;
      }
      answering_ = true;
      keep_alive_ = request.keep_alive;
      head_ = request.method == "HEAD";
      auto exchange = std::make_shared<HttpExchange>(weak_from_this());
      if (listener_ == nullptr) break;
      listener_->handler_(request, exchange);
    }
    in_requests_ = false;
  }

  void flush() {
    while (!output_.empty() && !closed_) {
      ssize_t count = ::send(fd_, output_.data(), output_.size(), MSG_NOSIGNAL);
      if (count > 0) {
        output_.erase(0, static_cast<std::size_t>(count));
      } else if (errno == EAGAIN) {
        break;
      } else if (errno != EINTR) {
        return close();
      }
    }
    if (closed_) return;
    if (output_.empty() && closing_) return close();
    bool wants_write = !output_.empty();
    if (wants_write != watching_write_) {
      watching_write_ = wants_write;
      reactor_.change(fd_, EPOLLIN | EPOLLRDHUP | (wants_write ? static_cast<std::uint32_t>(EPOLLOUT) : 0U));
    }
  }

  HttpListener* listener_;
  Reactor& reactor_;
  int fd_;
  RequestParser parser_;
  std::string output_;
  bool answering_ = false;
  bool streaming_ = false;
  bool keep_alive_ = true;
  bool head_ = false;
  bool closing_ = false;
  bool closed_ = false;
  bool in_requests_ = false;
  bool watching_write_ = false;
  std::function<void()> on_closed_;
};

void HttpExchange::respond(HttpResponse response) {
  if (auto connection = connection_.lock()) connection->respond(response);
}

void HttpExchange::begin_stream(HttpResponse head, std::function<void()> on_closed) {
  if (auto connection = connection_.lock()) connection->begin_stream(head, std::move(on_closed));
}

bool HttpExchange::send(std::string_view data) {
  auto connection = connection_.lock();
  return connection != nullptr && connection->send(data);
}

void HttpExchange::end_stream() {
  if (auto connection = connection_.lock()) connection->end_stream();
}

void HttpExchange::abort() {
  if (auto connection = connection_.lock()) connection->close();
}

HttpListener::HttpListener(Reactor& reactor, HttpHandler handler) : reactor_(reactor), handler_(std::move(handler)) {}

HttpListener::~HttpListener() {
  std::set<std::shared_ptr<HttpConnection>> connections;
  connections.swap(connections_);
  for (const auto& connection : connections) {
    connection->detach();
    connection->close();
  }
  if (fd_ >= 0) {
    reactor_.unwatch(fd_);
    ::close(fd_);
  }
}

int HttpListener::open(const std::string& host, std::uint16_t port) {
  SocketAddress address;
  if (!socket_address(host, port, address)) return EADDRNOTAVAIL;
  int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(fd, generic(address), address.length) != 0 || ::listen(fd, 1024) != 0) {
    int problem = errno;
    ::close(fd);
    return problem;
  }
  fd_ = fd;
  reactor_.watch(fd_, EPOLLIN, [this](std::uint32_t) { accept_all(); });
  return 0;
}

void HttpListener::accept_all() {
  while (true) {
    int fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    auto connection = std::make_shared<HttpConnection>(*this, fd);
    connections_.insert(connection);
    connection->start();
  }
}

namespace {

// One outgoing request; keeps itself alive through the reactor's callbacks.
class HttpCall : public std::enable_shared_from_this<HttpCall> {
 public:
  HttpCall(Reactor& reactor, std::function<void(HttpCallResult)> done) : reactor_(reactor), done_(std::move(done)) {}

  void start(const std::string& host, std::uint16_t port, std::string request, std::chrono::milliseconds timeout) {
    output_ = std::move(request);
    SocketAddress address;
    if (!socket_address(host, port, address)) return finish({});
    fd_ = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return finish({});
    if (::connect(fd_, generic(address), address.length) != 0 && errno != EINPROGRESS) return finish({});
    auto self = shared_from_this();
    reactor_.watch(fd_, EPOLLOUT | EPOLLIN, [self](std::uint32_t events) { self->on_ready(events); });
    timer_ = reactor_.after(timeout, [self] { self->finish({}); });
  }

 private:
  void on_ready(std::uint32_t events) {
    auto self = shared_from_this();
    if ((events & EPOLLERR) != 0) return finish({});
    while (!output_.empty()) {
      ssize_t count = ::send(fd_, output_.data(), output_.size(), MSG_NOSIGNAL);
      if (count <= 0) {
        if (errno == EAGAIN || errno == EINTR) return;
        return finish({});
      }
      output_.erase(0, static_cast<std::size_t>(count));
      if (output_.empty()) reactor_.change(fd_, EPOLLIN);
    }
    std::array<char, 8192> buffer{};
    while (true) {
      ssize_t count = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (count > 0) {
        input_.append(buffer.data(), static_cast<std::size_t>(count));
        continue;
      }
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) break;
      ended_ = true;
      break;
    }
    // The request says `connection: close`, so the end of the stream is the end of the body at the latest.
    auto head = input_.find("\r\n\r\n");
    if (head == std::string::npos) {
      if (ended_) finish({});
      return;
    }
    std::string_view length = header_in(std::string_view(input_).substr(0, head), "content-length:");
    std::size_t expected = 0;
    bool known =
        !length.empty() && std::from_chars(length.data(), length.data() + length.size(), expected).ec == std::errc{};
    if (!ended_ && (!known || input_.size() < head + 4 + expected)) return;
    HttpCallResult result;
    if (input_.size() > 12) std::from_chars(input_.data() + 9, input_.data() + 12, result.status);
    result.body = input_.substr(head + 4, known ? expected : std::string::npos);
    finish(std::move(result));
  }

  static std::string_view header_in(std::string_view head, std::string_view name) {
    while (!head.empty()) {
      auto end = head.find("\r\n");
      std::string_view line = head.substr(0, end);
      if (line.size() > name.size()) {
        bool same = true;
        for (std::size_t index = 0; index < name.size() && same; ++index) {
          char c = line[index];
          same = (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) == name[index];
        }
        if (same) {
          line.remove_prefix(name.size());
          while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
          return line;
        }
      }
      head = end == std::string_view::npos ? std::string_view{} : head.substr(end + 2);
    }
    return {};
  }

  void finish(HttpCallResult result) {
    if (!done_) return;
    auto done = std::exchange(done_, nullptr);
    if (timer_ != 0) reactor_.cancel(timer_);
    if (fd_ >= 0) {
      reactor_.unwatch(fd_);
      ::close(fd_);
      fd_ = -1;
    }
    reactor_.post([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
  }

  Reactor& reactor_;
  std::function<void(HttpCallResult)> done_;
  int fd_ = -1;
  Reactor::TimerId timer_ = 0;
  std::string output_;
  std::string input_;
  bool ended_ = false;
};

}  // namespace

void http_call(Reactor& reactor, const std::string& host, std::uint16_t port, const std::string& method,
               const std::string& target, HeaderList headers, std::string body, std::chrono::milliseconds timeout,
               std::function<void(HttpCallResult)> done) {
  std::string request = method + " " + target + " HTTP/1.1\r\nhost: " + host + ":" + std::to_string(port) + "\r\n";
  for (const auto& [name, value] : headers) request.append(name).append(": ").append(value).append("\r\n");
  request += "content-length: " + std::to_string(body.size()) + "\r\nconnection: close\r\n\r\n" + body;
  std::make_shared<HttpCall>(reactor, std::move(done))->start(host, port, std::move(request), timeout);
}

}  // namespace draas::simulator
