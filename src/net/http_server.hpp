#pragma once
// An HTTP/1.1 server. One event loop per thread, each with its own listening socket (SO_REUSEPORT) and connections;
// a connection never leaves its loop, no strands, no timer per operation (one coarse sweep per loop cuts slow clients
// off).

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/metrics.hpp"
#include "net/http_message.hpp"
#include "net/task.hpp"

namespace draas::net {

struct ServerLimits {
  std::size_t max_header_bytes = 16U << 10U;         // 431 beyond
  std::size_t max_body_bytes = 1U << 20U;            // 413 beyond
  std::size_t max_connections = 20'000;              // beyond: 503 and close
  std::chrono::milliseconds header_timeout{10'000};  // first byte of a request to end of its header: 408
  std::chrono::milliseconds body_timeout{30'000};    // end of header to end of body: 408
  std::chrono::milliseconds idle_timeout{75'000};    // between requests: close
  std::chrono::milliseconds write_timeout{30'000};   // no progress of a write: close
  std::chrono::milliseconds drain_timeout{10'000};   // shutdown: for requests in progress
};

struct ListenAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0 = any free one; HttpServer::addresses() tells
};

struct ServerOptions {
  std::vector<ListenAddress> listen;
  std::size_t threads = 2;
  ServerLimits limits;
  bool access_log = true;      // one log line per request: method, path, status, bytes, milliseconds, request id, peer
  std::string server_name;     // Server header; "" for none
  Metrics* metrics = nullptr;  // draas_http_*; may be null; outlives the server
};

// Answers requests. Called on the connection's loop.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;

  // The quick path, without a coroutine: answers at once, or returns nullopt to have handle() called.
  // Must not block.
  virtual std::optional<Response> try_handle(const Request& request) = 0;

  // `request` stays valid until the returned task has ended and the response is sent.
  // An exception that escapes becomes a 500 without detail and an error in the log.
  virtual Task<Response> handle(const Request& request) = 0;

  // The body of an error that the server itself finds (400, 408, 413, 431, 500, 503 ...), so that every error of the
  // service has one shape.
  virtual Response error_response(int status, std::string_view detail, const Request* request) = 0;
};

class HttpServer {
 public:
  // The handler must outlive the server.
  HttpServer(ServerOptions options, RequestHandler& handler);
  ~HttpServer();

  // Binds and begins to accept. Unavailable with the address when it is taken or not ours.
  Status start();
  // Where it listens, with the real ports.
  std::vector<ListenAddress> addresses() const;
  // Stops accepting, answers what is in progress (Connection: close), ends streams, closes after drain_timeout, joins
  // the threads. Safe to call twice. Blocks.
  void stop();
  // The loops, for work that should share their threads.
  std::vector<EventLoop*> loops();
  std::size_t connection_count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Finishes a response by the rules of HTTP that do not depend on the route: If-None-Match against ETag (304),
// Accept-Encoding (gzip bodies over 1 KiB of text types, with Vary). HEAD is the server's own business.
void finish_response(const Request& request, Response& response);

// Does `if_match` (the header's value) admit `etag`? "*" admits any existing one; weak tags never match.
bool etag_matches(std::string_view if_match, std::string_view etag);

}  // namespace draas::net
