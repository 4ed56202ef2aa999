#pragma once
// An HTTP/1.1 server on the reactor, and the one client call that the simulator makes.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "simulator/http_wire.hpp"
#include "simulator/reactor.hpp"

namespace draas::simulator {

class HttpConnection;

// The answer to one request. Outlives the connection harmlessly; answering twice is ignored.
class HttpExchange {
 public:
  explicit HttpExchange(std::weak_ptr<HttpConnection> connection) : connection_(std::move(connection)) {}

  void respond(HttpResponse response);
  // Begins a streamed answer. `on_closed` runs once, when the client has gone or the listener closes.
  void begin_stream(HttpResponse head, std::function<void()> on_closed);
  // Sends a piece of the stream; drops it when the client is too slow to take more. False when it has gone.
  bool send(std::string_view data);
  // Ends the stream; the connection may be used again.
  void end_stream();
  // Cuts the connection without an answer.
  void abort();

 private:
  std::weak_ptr<HttpConnection> connection_;
};

using HttpHandler = std::function<void(const HttpRequest&, const std::shared_ptr<HttpExchange>&)>;

// Listens as long as it lives; its connections end with it.
class HttpListener {
 public:
  HttpListener(Reactor& reactor, HttpHandler handler);
  ~HttpListener();
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

  // 0, or the system's error number. Names are looked up in /etc/hosts only.
  int open(const std::string& host, std::uint16_t port);

 private:
  friend class HttpConnection;
  void accept_all();

  Reactor& reactor_;
  HttpHandler handler_;
  int fd_ = -1;
  std::set<std::shared_ptr<HttpConnection>> connections_;
};

struct HttpCallResult {
  int status = 0;  // 0: no answer
  std::string body;
};

// Sends one request to `http://host:port/target` and calls back with the answer, or with status 0 after `timeout` or a
// broken connection.
void http_call(Reactor& reactor, const std::string& host, std::uint16_t port, const std::string& method,
               const std::string& target, HeaderList headers, std::string body, std::chrono::milliseconds timeout,
               std::function<void(HttpCallResult)> done);

}  // namespace draas::simulator
