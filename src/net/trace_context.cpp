#include "net/trace_context.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

#include <sys/random.h>

namespace draas::net {
namespace {

// xoshiro256++ (Blackman and Vigna), one per thread, seeded by the kernel.
class RandomSource {
 public:
  RandomSource() {
    if (getrandom(state_.data(), sizeof(state_), 0) != static_cast<ssize_t>(sizeof(state_))) {
      // Only before the kernel's pool is ready, or in a broken sandbox: time and address still differ by process.
      state_[0] = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
      state_[1] = std::bit_cast<std::uintptr_t>(this);
      state_[2] = 0x9E3779B97F4A7C15U;
    }
  }

  std::uint64_t next() {
    const auto result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const auto shifted = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

constexpr std::size_t kTraceDigits = 32;
constexpr std::size_t kParentDigits = 16;
constexpr std::size_t kTraceparentSize = 55;

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_all_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

// version "-" trace-id "-" parent-id "-" flags; a later version may have more behind that.
bool is_traceparent(std::string_view text) {
  if (text.size() < kTraceparentSize || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const auto version = text.substr(0, 2);
  if (!is_lower_hex(version) || version == "ff") return false;
  if (version == "00" ? text.size() != kTraceparentSize : text.size() > kTraceparentSize && text[55] != '-')
    return false;
  const auto trace = text.substr(3, kTraceDigits);
  const auto parent = text.substr(36, kParentDigits);
  return is_lower_hex(trace) && !is_all_zero(trace) && is_lower_hex(parent) && !is_all_zero(parent) &&
         is_lower_hex(text.substr(53, 2));
}

}  // namespace

void assign_random_hex(std::string& out, std::size_t digits) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  thread_local RandomSource source;
  out.resize(digits);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (i % 16 == 0) bits = source.next();
    out[i] = kDigits[bits & 15U];
    bits >>= 4U;
  }
}

void assign_trace(TraceContext& trace, std::string_view traceparent) {
  if (is_traceparent(traceparent)) {
    trace.trace_id.assign(traceparent.substr(3, kTraceDigits));
  } else {
    assign_random_hex(trace.trace_id, kTraceDigits);
  }
  assign_random_hex(trace.parent_id, kParentDigits);
}

bool is_request_id(std::string_view text) {
  constexpr std::size_t kMaxSize = 128;
  if (text.empty() || text.size() > kMaxSize) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.' || c == ':' || c == '+' || c == '/' || c == '=';
  });
}

}  // namespace draas::net
