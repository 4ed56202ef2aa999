#include "platforms/ports.hpp"

#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/files.hpp"
#include "platforms/listeners.hpp"

namespace draas::platforms {
namespace {

template <class Address>
bool can_bind(int family, const Address& address) {
  const UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // Without a descriptor nothing can be said: what comes next fails for the same reason, and names it.
  if (!fd) return true;
  const int on = 1;
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) return false;
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    // Not an address of this machine, or one without IPv6: nothing is listening on it here.
    return errno == EADDRNOTAVAIL;
  }
  return true;
}

bool can_bind_v4(in_addr host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr = host;
  return can_bind(AF_INET, address);
}

bool can_bind_v6(in6_addr host, std::uint16_t port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = host;
  return can_bind(AF_INET6, address);
}

}  // namespace

bool port_is_free(const std::string& host, std::uint16_t port) {
  if (port == 0) return false;
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return can_bind_v4(v4, port);
  in6_addr v6{};
  if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) return can_bind_v6(v6, port);
  if (host == "localhost") {
    v4.s_addr = htonl(INADDR_LOOPBACK);
    return can_bind_v4(v4, port) && can_bind_v6(in6addr_loopback, port);
  }
  v4.s_addr = htonl(INADDR_ANY);
  return can_bind_v4(v4, port);
}

bool port_seems_free(const std::string& host, std::uint16_t port) {
  in_addr v4{};
  if (port != 0 && ::inet_pton(AF_INET, host.c_str(), &v4) == 1 && v4.s_addr != htonl(INADDR_ANY)) {
    thread_local Listeners listeners;
    if (const auto taken = listeners.at(v4, port)) return !*taken;
  }
  return port_is_free(host, port);
}

}  // namespace draas::platforms
