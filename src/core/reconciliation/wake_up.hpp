#pragma once
// Lets coroutines of one loop wait until something of interest may have happened.

#include <vector>

#include "base/clock.hpp"
#include "net/task.hpp"

namespace draas::core {

class WakeUp {
 public:
  explicit WakeUp(net::Executor executor) : executor_(executor) {}

  // Returns after the next wake_all() or at the deadline: look again then. At once after close().
  net::Task<void> wait_until(SteadyTime deadline);
  void wake_all();
  // Wakes all, now and for good.
  void close();
  bool closed() const { return closed_; }

 private:
  net::Executor executor_;
  std::vector<net::Timer*> waiters_;
  bool closed_ = false;
};

}  // namespace draas::core
