#pragma once
// An HTTP/1.1 client: TCP, TLS and Unix sockets, keep-alive reuse, streaming, deadlines. The one client of everything
// above src/net.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/http_message.hpp"
#include "net/task.hpp"

namespace draas::net {

// Where to connect.
struct Endpoint {
  enum class Kind { Tcp, Tls, Unix };
  Kind kind = Kind::Tcp;
  std::string host;  // name or address; for Unix the Host header ("localhost")
  std::uint16_t port = 80;
  std::string socket_path;  // Unix only
  std::string base_path;    // prefix of every target, without trailing slash

  // "http://host:port/base", "https://...", "unix:///run/x.sock". InvalidArgument otherwise.
  static Result<Endpoint> parse(std::string_view url);
  std::string to_string() const;  // never with credentials
};

struct TlsOptions {
  std::string ca_file;           // "" = the system's
  std::string certificate_file;  // client certificate, with key_file
  std::string key_file;
  bool verify_peer = true;
};

struct ClientOptions {
  TlsOptions tls;
  std::chrono::milliseconds connect_timeout{5'000};
  std::size_t max_idle_per_endpoint = 8;
  std::chrono::seconds idle_timeout{30};
  std::size_t max_response_bytes = 64U << 20U;
};

struct ClientRequest {
  Method method = Method::Get;
  std::string target;  // path and query
  Headers headers;     // Host, Content-Length, Connection are the client's
  std::string body;
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

// A response whose body is read piece by piece. Dropping it closes the connection.
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;
  virtual int status() const = 0;
  virtual const Headers& headers() const = 0;
  // The next piece, "" at the end. DeadlineExceeded when nothing came within `idle_timeout`; Unavailable when the peer
  // broke off before the body's end.
  virtual Task<Result<std::string>> read(std::chrono::milliseconds idle_timeout) = 0;
};

// Bound to one loop; all calls on its thread. An idle connection that the peer closed is replaced silently; a request
// is sent again only when nothing of it can have been processed.
class HttpClient {
 public:
  HttpClient(Executor executor, ClientOptions options = {});
  ~HttpClient();  // pending calls end with Cancelled

  // The whole exchange within `timeout`. Any HTTP status is a success here. Unavailable (refused, reset, unknown host),
  // DeadlineExceeded, PayloadTooLarge, Internal (malformed response).
  Task<Result<ClientResponse>> send(Endpoint endpoint, ClientRequest request, std::chrono::milliseconds timeout);
  // Returns when the response's header is in.
  Task<Result<std::unique_ptr<ResponseStream>>> open(Endpoint endpoint, ClientRequest request,
                                                     std::chrono::milliseconds header_timeout);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace draas::net
