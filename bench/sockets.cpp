#include "sockets.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace draas::bench {
namespace {

[[noreturn]] void raise(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Descriptor connect_to(std::uint16_t port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) raise("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) raise("connect");
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::fcntl(socket.get(), F_SETFL, O_NONBLOCK) != 0) raise("fcntl");
  return socket;
}

void send_all(int socket, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t now = ::send(socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (now >= 0) {
      sent += static_cast<std::size_t>(now);
    } else if (errno == EAGAIN) {
      pollfd room{socket, POLLOUT, 0};
      if (::poll(&room, 1, -1) < 0 && errno != EINTR) raise("poll");
    } else if (errno != EINTR) {
      raise("send");
    }
  }
}

bool receive_some(int socket, std::string& text) {
  std::array<char, 64 * 1024> buffer;
  while (true) {
    const ssize_t now = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (now == 0) return false;
    if (now > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(now));
      if (static_cast<std::size_t>(now) < buffer.size()) return true;
    } else if (errno == EAGAIN) {
      return true;
    } else if (errno != EINTR) {
      raise("recv");
    }
  }
}

}  // namespace draas::bench
