#include "base/base64.hpp"

#include <algorithm>

#include <openssl/evp.h>

namespace draas {

std::string base64_encode(std::string_view data) {
  std::string out((data.size() + 2) / 3 * 4 + 1, '\0');  // and the NUL that OpenSSL adds
  ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(data.data()),
                    static_cast<int>(data.size()));
  out.pop_back();
  return out;
}

std::string base64_url_encode(std::string_view data) {
  std::string out = base64_encode(data);
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  const std::size_t rest = text.size() % 4;
  if (rest == 1 || text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") !=
                       std::string_view::npos) {
    return std::nullopt;
  }
  const std::size_t padding = rest == 0 ? 0 : 4 - rest;
  const std::string padded = std::string(text) + std::string(padding, '=');
  std::string out(padded.size() / 4 * 3, '\0');
  const int size =
      ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size()));
  if (size < 0) return std::nullopt;
  for (std::size_t i = 0; i < padding; ++i) out.pop_back();
  return out;
}

}  // namespace draas
