#pragma once
// Asks the kernel which TCP ports are listened on, through sock_diag(7): a tenth of what trying to bind costs, which
// matters where many ports are allocated one after another.

#include <cstdint>
#include <optional>

#include <netinet/in.h>

#include "base/files.hpp"

namespace draas::platforms {

// Not thread-safe. Does not wait.
class Listeners {
 public:
  // Finds out whether this kernel answers, by a listener of its own.
  Listeners();

  // Would a connection to `port` of `address` find a listener? nullopt where the kernel does not tell.
  std::optional<bool> at(in_addr address, std::uint16_t port);

 private:
  std::optional<bool> ask(in_addr address, std::uint16_t port);
  bool answers();

  UniqueFd socket_;
  std::uint32_t sequence_ = 0;
};

}  // namespace draas::platforms
