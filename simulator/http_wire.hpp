#pragma once
// HTTP/1.1 messages on the wire: a request parser that takes bytes in pieces, and the writing of responses. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace draas::simulator {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// The first field of that name, "" when absent; names are matched without regard to case.
std::string_view header_value(const HeaderList& headers, std::string_view name);

struct HttpRequest {
  std::string method;
  std::string target;
  std::string path;   // raw path, without the query
  std::string query;  // raw
  HeaderList headers;
  std::string body;
  bool body_too_large = false;  // the body was larger than the server takes, and is not here
  bool keep_alive = true;

  // The decoded query parameter, if given.
  std::optional<std::string> parameter(std::string_view name) const;
};

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

struct HttpResponse {
  int status = 200;
  HeaderList headers;  // without content-length, date, transfer-encoding and connection
  std::string body;
};

// Takes bytes and gives whole requests.
class RequestParser {
 public:
  enum class State { NeedMore, Complete, Bad, HeaderTooLarge };

  // Appends; then ask next().
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  State next(HttpRequest& request);
  // True once when a client waits for `100 Continue`.
  bool take_expectation();
  bool idle() const { return buffer_.empty() && !in_body_; }

 private:
  State parse_head();
  State parse_body(HttpRequest& request);
  State parse_chunks();
  State finish(HttpRequest& request);

  static constexpr std::size_t kMaximumHeader = 256U << 10U;
  static constexpr std::size_t kMaximumBody = 2U << 20U;

  std::string buffer_;
  HttpRequest current_;
  bool in_body_ = false;
  bool chunked_ = false;
  bool expects_continue_ = false;
  std::size_t remaining_ = 0;
};

std::string_view status_phrase(int status);
// Head and body with Content-Length; the body is left out for HEAD.
std::string response_bytes(const HttpResponse& response, bool head_only, bool keep_alive, std::string_view date);
// Head of a response whose body comes in chunks.
std::string stream_head_bytes(const HttpResponse& response, std::string_view date);
std::string chunk_bytes(std::string_view data);

}  // namespace draas::simulator
