#pragma once

#include <cstdint>
#include <string>

namespace draas::platforms {

// Could a server listen on `port` of `host` now? Asked the way drasi-server will: by binding with SO_REUSEADDR, which
// on Linux still fails while anything listens there (on this address or on all), and does not mistake connections that
// linger in TIME_WAIT for a listener. Names other than localhost count as all addresses. Where that
// cannot be asked, for want of a descriptor, the answer is yes. Does not wait. Thread-safe.
bool port_is_free(const std::string& host, std::uint16_t port);

// As port_is_free(), for choosing among many: on a single address only listeners count, where the kernel tells of them,
// and not what holds a port without listening.
bool port_seems_free(const std::string& host, std::uint16_t port);

}  // namespace draas::platforms
