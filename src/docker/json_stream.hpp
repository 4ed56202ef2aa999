#pragma once
// Cuts a stream of JSON objects, one behind the other with or without white space between them, into objects. That is
// how the engine sends events, statistics and the progress of a pull. Sans I/O: bytes in, objects out.
// Thread safety: none.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace draas::docker {

class JsonStream {
 public:
  static constexpr std::size_t kMaxObjectBytes = 1U << 20U;

  // Appends the objects that `bytes` completes to `out`. InvalidArgument for what is not a stream of JSON objects,
  // PayloadTooLarge for an object beyond the limit; what came before it has been appended. After an error the stream is
  // out of step: every further call fails in the same way.
  Status feed(std::string_view bytes, std::vector<Json>& out);
  // Is an object begun and not ended?
  bool in_object() const { return depth_ > 0; }

 private:
  Status take(std::vector<Json>& out);

  std::string object_;
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  Status failure_;
};

}  // namespace draas::docker
