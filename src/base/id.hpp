#pragma once
// Identifiers and hashes. Thread-safe.

#include <string>
#include <string_view>

namespace draas {

// UUID version 7 (RFC 9562): sorts by creation time, so that key order is creation order.
std::string make_uuid();
// `bytes` random bytes from the kernel, as lower-case hexadecimal.
std::string random_hex(std::size_t bytes);
// SHA-256 as lower-case hexadecimal.
std::string sha256_hex(std::string_view data);

}  // namespace draas
