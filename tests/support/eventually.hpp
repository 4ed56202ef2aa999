#pragma once
// Waiting for what sends no event: the state of another process, or of a part that is not to be changed for a test.
// Where there is an event, wait for that. This is the one place where tests poll.

#include <chrono>
#include <functional>
#include <thread>

namespace draas::tests {

// Asks every few milliseconds until `holds` or the time is over; returns what it said last.
inline bool eventually(const std::function<bool()>& holds,
                       std::chrono::milliseconds limit = std::chrono::milliseconds(10'000)) {
  constexpr std::chrono::milliseconds kPoll{5};
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return holds();
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

}  // namespace draas::tests
