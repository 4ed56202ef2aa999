#include "base/id.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <span>
#include <system_error>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sys/random.h>

namespace draas {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void fill_random(std::span<unsigned char> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

void append_hex(std::string& out, std::span<const unsigned char> bytes) {
  for (const unsigned char byte : bytes) {
    out.push_back(kHexDigits[byte >> 4U]);
    out.push_back(kHexDigits[byte & 0x0FU]);
  }
}

// Milliseconds and a 12-bit sequence in one number that never repeats nor goes back within this process, also when the
// wall clock does (RFC 9562, 6.2 method 3: the sequence starts at the fraction of the millisecond).
std::uint64_t next_ordered_timestamp() {
  static std::mutex mutex;
  static std::uint64_t last = 0;
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto nanoseconds =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count());
  constexpr std::uint64_t kNanosecondsPerMillisecond = 1'000'000;
  const std::uint64_t milliseconds = nanoseconds / kNanosecondsPerMillisecond;
  const std::uint64_t fraction = ((nanoseconds % kNanosecondsPerMillisecond) << 12U) / kNanosecondsPerMillisecond;
  const std::uint64_t now = (milliseconds << 12U) | fraction;
  const std::lock_guard lock(mutex);
  last = std::max(now, last + 1);
  return last;
}

}  // namespace

std::string make_uuid() {
  const std::uint64_t stamp = next_ordered_timestamp();
  std::array<unsigned char, 16> bytes{};
  fill_random(std::span(bytes).subspan(8));
  const std::uint64_t milliseconds = stamp >> 12U;
  for (unsigned i = 0; i < 6; ++i) {
    bytes[i] = static_cast<unsigned char>(milliseconds >> (40U - 8U * i));
  }
  bytes[6] = static_cast<unsigned char>(0x70U | ((stamp >> 8U) & 0x0FU));
  bytes[7] = static_cast<unsigned char>(stamp & 0xFFU);
  bytes[8] = static_cast<unsigned char>(0x80U | (bytes[8] & 0x3FU));

  std::string out;
  out.reserve(36);
  const std::span all(bytes);
  append_hex(out, all.subspan(0, 4));
  out.push_back('-');
  append_hex(out, all.subspan(4, 2));
  out.push_back('-');
  append_hex(out, all.subspan(6, 2));
  out.push_back('-');
  append_hex(out, all.subspan(8, 2));
  out.push_back('-');
  append_hex(out, all.subspan(10, 6));
  return out;
}

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  const std::span view(reinterpret_cast<unsigned char*>(raw.data()), raw.size());
  fill_random(view);
  std::string out;
  out.reserve(bytes * 2);
  append_hex(out, view);
  return out;
}

std::string sha256_hex(std::string_view data) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  ::SHA256(reinterpret_cast<const unsigned char*>(data.data()), data.size(), digest.data());
  std::string out;
  out.reserve(digest.size() * 2);
  append_hex(out, digest);
  return out;
}

std::string hmac_sha256_hex(std::string_view key, std::string_view data) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  unsigned int size = digest.size();
  ::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(data.data()),
         data.size(), digest.data(), &size);
  std::string out;
  out.reserve(digest.size() * 2);
  append_hex(out, digest);
  return out;
}

std::uint64_t fnv1a_64(std::string_view data) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (unsigned char byte : data) hash = (hash ^ byte) * 0x100000001b3ULL;
  return hash;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace draas
