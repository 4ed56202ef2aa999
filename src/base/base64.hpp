#pragma once
// Base64 (RFC 4648). Thread-safe.

#include <optional>
#include <string>
#include <string_view>

namespace draas {

std::string base64_encode(std::string_view data);
// The alphabet that is safe in URLs and header fields (section 5), padded.
std::string base64_url_encode(std::string_view data);
// The standard alphabet, padded or not; nullopt when it is malformed.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace draas
