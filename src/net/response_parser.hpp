#pragma once
// Reads one HTTP/1.1 response from bytes in pieces of any size. No I/O.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace draas::net {

class ResponseParser {
 public:
  enum class State : std::uint8_t {
    Header,
    Body,
    Complete,
    Failed,  // detail() says why
  };

  // `to_head`: it answers a HEAD request, and so has no body whatever its header says.
  explicit ResponseParser(bool to_head);
  ~ResponseParser();
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  // Takes what it can and returns how many bytes that was; the rest must be given again with more behind it.
  std::size_t feed(std::string_view bytes);
  // The peer closed: the end of a body without a length, or a failure.
  void feed_end();

  State state() const { return state_; }
  std::string_view detail() const { return detail_; }
  // Failed because the peer closed too early.
  bool broke_off() const { return broke_off_; }
  int status() const;
  Headers& headers();
  // What has come of the body since it was last emptied; for the caller to take.
  std::string& body();
  // Another request may follow on the connection. Once Complete.
  bool keep_alive() const;

 private:
  class Beast;

  void fail(std::string_view detail);
  std::size_t feed_message(std::string_view bytes);

  bool to_head_;
  State state_ = State::Header;
  std::string_view detail_;
  bool broke_off_ = false;
  int interim_ = 0;  // responses with a status of 1xx so far
  std::unique_ptr<Beast> beast_;
};

}  // namespace draas::net
