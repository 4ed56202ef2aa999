#pragma once
// Identifiers and hashes. Thread-safe.

#include <cstdint>
#include <string>
#include <string_view>

namespace draas {

// UUID version 7 (RFC 9562): sorts by creation time, so that key order is creation order.
std::string make_uuid();
// `bytes` random bytes from the kernel, as lower-case hexadecimal.
std::string random_hex(std::size_t bytes);
// SHA-256 as lower-case hexadecimal.
std::string sha256_hex(std::string_view data);
// HMAC-SHA-256 (RFC 2104) as lower-case hexadecimal.
std::string hmac_sha256_hex(std::string_view key, std::string_view data);
// FNV-1a, 64 bits: tells contents apart and spreads keys; resists no adversary.
std::uint64_t fnv1a_64(std::string_view data);
// Equality in a time that does not tell where two texts of the same length differ.
bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace draas
