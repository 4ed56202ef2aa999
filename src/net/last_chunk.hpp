#pragma once
// The end of a chunked body, for what reads one with Boost.Beast.

#include <string_view>

namespace draas::net {

// The head of the last chunk and too little behind it for its end: to be kept until there is more. Beast, which has
// seen the head before, asserts that five bytes are there when it looks again. More has to come in any case, also where
// this is the data of another chunk.
inline bool is_short_last_chunk(std::string_view bytes) {
  constexpr std::string_view kShortest = "0\r\n\r\n";
  return bytes.size() < kShortest.size() && bytes.starts_with('0') && bytes.contains("\r\n");
}

}  // namespace draas::net
