#pragma once
// Counts the calls that are under way, so that whoever closes can wait for them. For one loop.

#include <cstddef>

#include "net/task.hpp"

namespace draas::net {

class CallsUnderWay {
 public:
  explicit CallsUnderWay(Executor executor) : none_(executor, Timer::time_point::max()) {}

  // One call, as long as it lives.
  class Guard {
   public:
    explicit Guard(CallsUnderWay& calls) : calls_(calls) { ++calls_.count_; }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() {
      if (--calls_.count_ == 0) calls_.none_.cancel();
    }

   private:
    CallsUnderWay& calls_;
  };

  // Returns when none is under way. The calls have deadlines of their own.
  Task<void> wait();

 private:
  std::size_t count_ = 0;
  Timer none_;  // never expires; cancelled when the last call ends
};

}  // namespace draas::net
