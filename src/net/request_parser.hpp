#pragma once
// Reads one HTTP/1.1 request after another from bytes, in pieces of any size, into a Request whose memory is reused.
// No I/O. Stricter than it must be where leniency lets two parsers disagree about where a request ends.

#include <cstdint>
#include <memory>
#include <string_view>

#include "net/http_message.hpp"

namespace draas::net {

struct ParserLimits {
  std::size_t max_header_bytes = 16U << 10U;
  std::size_t max_target_bytes = 8U << 10U;
  std::size_t max_body_bytes = 1U << 20U;
};

class RequestParser {
 public:
  enum class State : std::uint8_t {
    Start,   // no byte of the request has been taken
    Header,  // in the request line or the fields
    Body,    // the header is whole, the body is not
    Complete,
    Failed,  // status() and detail() say why; nothing after this can be trusted
  };

  explicit RequestParser(ParserLimits limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Begins the next request, which will be read into `request`. That must stay until the next reset().
  void reset(Request& request);
  // Takes what it can and returns how many bytes that was. What was not taken must be given again, with more behind it;
  // it never exceeds the header limit.
  std::size_t feed(std::string_view bytes);
  State state() const { return state_; }

  int status() const { return status_; }  // of the error response, when Failed
  std::string_view detail() const { return detail_; }
  // The request line was read, so that the Request can be used for the error.
  bool has_request_line() const;
  // Both once the header is whole.
  bool keep_alive() const;
  bool expects_continue() const;
  bool is_http_10() const;

 private:
  class Beast;

  std::size_t fail(int status, std::string_view detail, std::size_t consumed);

  ParserLimits limits_;
  State state_ = State::Start;
  int status_ = 0;
  std::string_view detail_;
  std::size_t header_bytes_ = 0;
  std::unique_ptr<Beast> beast_;
};

}  // namespace draas::net
