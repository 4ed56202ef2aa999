#include "net/listening_socket.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace draas::net {
namespace {

constexpr int kBacklog = 4096;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  sockaddr_in& v4() { return reinterpret_cast<sockaddr_in&>(storage); }
  sockaddr_in6& v6() { return reinterpret_cast<sockaddr_in6&>(storage); }
  std::uint16_t port() { return ntohs(storage.ss_family == AF_INET ? v4().sin_port : v6().sin6_port); }
};

Result<SocketAddress> parse_address(const ListenAddress& address) {
  SocketAddress out;
  std::string host = address.host;
  if (host == "localhost") host = "127.0.0.1";
  if (host.empty() || host == "*" || host == "+") host = "0.0.0.0";
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (inet_pton(AF_INET, host.c_str(), &out.v4().sin_addr) == 1) {
    out.storage.ss_family = AF_INET;
    out.v4().sin_port = htons(address.port);
    out.size = sizeof(sockaddr_in);
    return out;
  }
  if (inet_pton(AF_INET6, host.c_str(), &out.v6().sin6_addr) == 1) {
    out.storage.ss_family = AF_INET6;
    out.v6().sin6_port = htons(address.port);
    out.size = sizeof(sockaddr_in6);
    return out;
  }
  return fail(ErrorCode::InvalidArgument, "cannot listen on '" + address.host + "': give an IP address");
}

bool set_option(int fd, int level, int option) {
  const int on = 1;
  return ::setsockopt(fd, level, option, &on, sizeof on) == 0;
}

std::unexpected<Error> refuse(const ListenAddress& address, int error) {
  const auto where = address.host + ':' + std::to_string(address.port);
  const char* why = error == EADDRINUSE      ? "another program listens there already"
                    : error == EADDRNOTAVAIL ? "this machine does not have the address"
                    : error == EACCES        ? "not permitted"
                                             : "the system refused";
  auto failure = fail(ErrorCode::Unavailable, "cannot listen on " + where + ": " + why);
  failure.error().internal = std::strerror(error);
  return failure;
}

}  // namespace

Result<std::vector<UniqueFd>> listen_on(ListenAddress& address, std::size_t count) {
  auto where = parse_address(address);
  if (!where) return std::unexpected(where.error());
  std::vector<UniqueFd> sockets;
  for (std::size_t i = 0; i < count; ++i) {
    UniqueFd fd(::socket(where->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) return refuse(address, errno);
    // Options of a listening socket are inherited by what it accepts.
    if (!set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR) || !set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY) ||
        !set_option(fd.get(), SOL_SOCKET, SO_KEEPALIVE)) {
      return refuse(address, errno);
    }
    if (where->storage.ss_family == AF_INET6) set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY);
    // The first is bound without SO_REUSEPORT, so that a port somebody else shares out is still found taken; the
    // option set afterwards lets its siblings in.
    const bool first = i == 0;
    if (!first && !set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT)) return refuse(address, errno);
    if (::bind(fd.get(), where->get(), where->size) != 0) return refuse(address, errno);
    if (first && !set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT)) return refuse(address, errno);
    if (::listen(fd.get(), kBacklog) != 0) return refuse(address, errno);
    if (first) {
      if (::getsockname(fd.get(), where->get(), &where->size) != 0) return refuse(address, errno);
      address.port = where->port();
    }
    sockets.push_back(std::move(fd));
  }
  return sockets;
}

std::string to_string(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    if (::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size()) == nullptr) return {};
    return std::string(text.data()) + ':' + std::to_string(ntohs(v4.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    if (::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size()) == nullptr) return {};
    return '[' + std::string(text.data()) + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  return {};
}

}  // namespace draas::net
