#include "net/pending_output.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace draas::net {

void PendingOutput::set_body(Response& response, BodyFiles& files) {
  body_at_ = 0;
  body_size_ = response.content().size();
  if (auto* shared = std::get_if<SharedBody>(&response.body)) {
    body_file_ = files.get(*shared);
    if (!body_file_) shared_body_ = std::move(*shared);
  } else {
    own_body_ = std::move(std::get<std::string>(response.body));
  }
}

ssize_t PendingOutput::send_some(int socket) {
  const auto text_left = text_.size() - text_at_;
  const auto sent = send_piece(socket);
  if (sent <= 0) return sent;
  const auto text_sent = std::min(static_cast<std::size_t>(sent), text_left);
  text_at_ += text_sent;
  body_at_ += static_cast<std::size_t>(sent) - text_sent;
  return sent;
}

ssize_t PendingOutput::send_piece(int socket) const {
  const auto text = std::string_view(text_).substr(text_at_);
  if (!text.empty() && (!has_body() || body_file_)) {
    const int more = has_body() ? MSG_MORE : 0;
    return ::send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT | more);
  }
  if (body_file_) {
    // Loops block SIGPIPE, which sendfile cannot be told to withhold.
    auto offset = static_cast<off_t>(body_at_);
    return ::sendfile(socket, body_file_->fd.get(), &offset, body_size_ - body_at_);
  }
  const auto body = body_text().substr(body_at_);
  std::array<iovec, 2> parts{iovec{const_cast<char*>(text.data()), text.size()},
                             iovec{const_cast<char*>(body.data()), body.size()}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

std::string PendingOutput::clear() {
  body_file_.reset();
  shared_body_.reset();
  if (!own_body_.empty()) std::string().swap(own_body_);
  body_size_ = 0;
  body_at_ = 0;
  text_at_ = 0;
  return std::exchange(text_, {});
}

}  // namespace draas::net
