#include "platforms/listeners.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

namespace draas::platforms {
namespace {

constexpr std::uint32_t kListening = 1U << 10U;  // TCP_LISTEN

struct Question {
  nlmsghdr header;
  inet_diag_req_v2 request;
};

}  // namespace

Listeners::Listeners() : socket_(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG)) {
  // Without its module the kernel says of every port that nobody is there.
  if (!answers()) socket_.reset();
}

std::optional<bool> Listeners::at(in_addr address, std::uint16_t port) {
  return socket_ ? ask(address, port) : std::nullopt;
}

bool Listeners::answers() {
  if (!socket_) return false;
  const UniqueFd own(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!own || ::bind(own.get(), generic, size) != 0 || ::listen(own.get(), 1) != 0 ||
      ::getsockname(own.get(), generic, &size) != 0) {
    return false;
  }
  return ask(address.sin_addr, ntohs(address.sin_port)) == true;
}

std::optional<bool> Listeners::ask(in_addr address, std::uint16_t port) {
  Question question{};
  question.header.nlmsg_len = sizeof(question);
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.header.nlmsg_seq = ++sequence_;
  question.request.sdiag_family = AF_INET;
  question.request.sdiag_protocol = IPPROTO_TCP;
  question.request.idiag_states = kListening;
  question.request.id.idiag_sport = htons(port);
  question.request.id.idiag_src[0] = address.s_addr;
  question.request.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  question.request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  if (::send(socket_.get(), &question, sizeof(question), 0) != static_cast<ssize_t>(sizeof(question))) {
    return std::nullopt;
  }
  // The answer is there when send() returns.
  alignas(nlmsghdr) std::array<char, 4096> buffer;
  while (true) {
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < static_cast<ssize_t>(sizeof(nlmsghdr))) return std::nullopt;
    nlmsghdr header{};
    std::memcpy(&header, buffer.data(), sizeof(header));
    if (header.nlmsg_seq != sequence_) continue;  // of a question that was given up
    if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY) return true;
    if (header.nlmsg_type != NLMSG_ERROR || got < static_cast<ssize_t>(sizeof(nlmsghdr) + sizeof(int))) {
      return std::nullopt;
    }
    int error = 0;
    std::memcpy(&error, buffer.data() + sizeof(nlmsghdr), sizeof(error));
    if (error == -ENOENT) return false;
    return std::nullopt;
  }
}

}  // namespace draas::platforms
