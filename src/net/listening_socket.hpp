#pragma once
// Listening TCP sockets.

#include <string>
#include <vector>

#include <sys/socket.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "net/http_server.hpp"

namespace draas::net {

// `count` sockets that listen on one address and share its connections. Port 0 becomes the port that was given.
// Fails with Unavailable when any other socket, of ours or not, already listens there; InvalidArgument when the host
// is neither an address nor "localhost", "*", "+" or empty (all addresses).
Result<std::vector<UniqueFd>> listen_on(ListenAddress& address, std::size_t count);

// "127.0.0.1:5000", "[::1]:5000".
std::string to_string(const sockaddr_storage& address);

}  // namespace draas::net
