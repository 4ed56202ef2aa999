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

  // What becomes of an object that is too large or not JSON.
  enum class OnFault {
    Fail,  // the stream is out of step: every further call fails in the same way
    Skip,  // it is left out and counted, and what comes after it is read. A line end is where it is over at the latest,
           // because engines write each object as a line
  };

  explicit JsonStream(OnFault on_fault = OnFault::Fail) : on_fault_(on_fault) {}

  // Appends the objects that `bytes` completes to `out`. With OnFault::Fail, InvalidArgument for what is not a stream
  // of JSON objects, PayloadTooLarge for an object beyond the limit; what came before it has been appended.
  Status feed(std::string_view bytes, std::vector<Json>& out);
  // Is an object begun and not ended?
  bool in_object() const { return depth_ > 0; }
  // Objects left out so far.
  std::size_t skipped() const { return skipped_; }

 private:
  Status take(std::vector<Json>& out);
  Status fault(ErrorCode code, std::string message);
  void begin_anew();

  OnFault on_fault_;
  std::string object_;
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool faulty_ = false;  // what is read is left out, up to its end
  std::size_t skipped_ = 0;
  Status failure_;
};

}  // namespace draas::docker
