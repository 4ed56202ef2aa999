#pragma once
// Readers of the control plane's event stream, on one thread, and when each of them got what was waited for.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sockets.hpp"
#include "statistics.hpp"

namespace draas::bench {

class Subscribers {
 public:
  // Connects `count` readers, each of which has been answered when this returns. Throws std::system_error.
  Subscribers(std::uint16_t port, std::size_t count);
  ~Subscribers();
  Subscribers(const Subscribers&) = delete;
  Subscribers& operator=(const Subscribers&) = delete;

  // From now on, text with `marker` in it is what is waited for.
  void expect(const std::string& marker);
  // When each reader had it, those who have it within `limit`.
  std::vector<Clock::time_point> arrivals(std::chrono::milliseconds limit = std::chrono::milliseconds(5'000));

 private:
  struct Reader {
    Descriptor socket;
    std::string tail;  // what came last, for a marker that came in pieces
    bool has_it = false;
  };
  void read();
  void take(Reader& reader);

  std::vector<Reader> readers_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::string marker_;
  std::vector<Clock::time_point> arrivals_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace draas::bench
