#pragma once
// What a connection has yet to send: text (headers and small bodies), and behind it at most one large body, which is
// not copied. For one thread.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "net/body_file.hpp"
#include "net/http_message.hpp"

namespace draas::net {

class PendingOutput {
 public:
  bool empty() const { return text_at_ == text_.size() && !has_body(); }
  // Nothing may be appended to text() while it has one.
  bool has_body() const { return body_at_ < body_size_; }
  std::string& text() { return text_; }
  // Takes the body of `response`, which is not empty, to be sent after the text; from a file when `files` has one.
  void set_body(Response& response, BodyFiles& files);

  // Makes one system call, on a non-blocking socket. As send(): the bytes sent, or -1 and errno.
  ssize_t send_some(int socket);

  // Lets go of everything; returns the text's memory for use again.
  std::string clear();

 private:
  std::string_view body_text() const { return shared_body_ ? *shared_body_ : own_body_; }
  ssize_t send_piece(int socket) const;

  std::string text_;
  std::size_t text_at_ = 0;
  // One of these three.
  std::shared_ptr<const BodyFile> body_file_;
  SharedBody shared_body_;
  std::string own_body_;
  std::size_t body_size_ = 0;
  std::size_t body_at_ = 0;
};

}  // namespace draas::net
