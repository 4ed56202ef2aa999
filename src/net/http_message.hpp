#pragma once
// HTTP/1.1 messages as the rest of the project sees them; Beast stays inside src/net.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "net/task.hpp"

namespace draas::net {

enum class Method : std::uint8_t { Get, Head, Post, Put, Patch, Delete, Options, Other };
std::string_view to_string(Method method);
Method parse_method(std::string_view name);

// Ordered header fields with case-insensitive names. clear() keeps the memory, for the next message on a connection.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;
  using value_type = Field;
  using const_iterator = std::vector<Field>::const_iterator;

  Headers() = default;
  Headers(const Headers& other) : fields_(other.begin(), other.end()), count_(other.count_) {}
  Headers(Headers&& other) noexcept : fields_(std::move(other.fields_)), count_(std::exchange(other.count_, 0)) {}
  Headers& operator=(const Headers& other) {
    if (this != &other) *this = Headers(other);
    return *this;
  }
  Headers& operator=(Headers&& other) noexcept {
    fields_ = std::move(other.fields_);
    count_ = std::exchange(other.count_, 0);
    return *this;
  }
  ~Headers() = default;

  void set(std::string_view name, std::string_view value);  // replaces all of that name
  void add(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  // "" when absent; the first of several.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  // Does the comma-separated list in this field contain `token` (case-insensitive, parameters ignored)?
  bool contains_token(std::string_view name, std::string_view token) const;
  void clear() { count_ = 0; }
  const_iterator begin() const { return fields_.begin(); }
  const_iterator end() const { return fields_.begin() + static_cast<std::ptrdiff_t>(count_); }
  std::size_t size() const { return count_; }

 private:
  std::vector<Field> fields_;  // the first count_ are in use
  std::size_t count_ = 0;
};

// W3C trace context (traceparent). Continued from the client's header, or made new.
struct TraceContext {
  std::string trace_id;        // 32 hex digits
  std::string parent_id;       // 16 hex digits: our span
  std::string header() const;  // the traceparent to pass on
};

// A request as the server received it. Owned by the connection and valid until the response has been sent.
struct Request {
  Method method = Method::Get;
  std::string method_name;  // as sent; for Method::Other
  std::string target;       // as sent
  std::string path;         // percent-decoded path, without query; "/" at least
  std::string query;        // raw text after '?'
  Headers headers;
  std::string body;
  std::string peer;        // "127.0.0.1:50123"
  std::string request_id;  // the client's X-Request-Id when well-formed, else ours
  TraceContext trace;

  // Decoded query parameters in order. Unknown ones are for the handler to judge.
  std::vector<std::pair<std::string, std::string>> query_parameters() const;
  std::optional<std::string> query_parameter(std::string_view name) const;
};

// Writes a streamed body. On the connection's loop.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  // Sends one chunk now. Unavailable when the client has gone or is too slow (the write deadline passed).
  virtual Task<Status> write(std::string_view data) = 0;
  // True once the client has closed its side; checked without I/O.
  virtual bool closed() const = 0;
  // Completes when the client has gone; to be raced against the next piece of data.
  virtual Task<void> wait_closed() = 0;
};

// Produces a streamed body, chunk by chunk; sent with chunked encoding. When it returns the body has ended.
using StreamBody = std::function<Task<void>(BodyWriter&)>;

// A body that many responses share without copying.
using SharedBody = std::shared_ptr<const std::string>;

struct Response {
  int status = 200;
  Headers headers;  // Content-Length, Date, Server, X-Request-Id and Connection are the server's
  std::variant<std::monostate, std::string, SharedBody, StreamBody> body;

  static Response json(int status, const Json& value);
  static Response json_text(int status, std::string body);  // already serialised
  static Response json_shared(int status, SharedBody body);
  static Response text(int status, std::string body);  // text/plain; charset=utf-8
  static Response empty(int status);
  std::string_view content() const;  // "" for empty and streamed bodies
};

std::string_view reason_phrase(int status);
// Percent-decoding; nullopt for a malformed escape. `plus_is_space` for query strings.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);
std::string percent_encode(std::string_view text);

}  // namespace draas::net
