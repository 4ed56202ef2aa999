#pragma once
// Hears when a program is started, whoever starts it.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

#include "sockets.hpp"
#include "statistics.hpp"

namespace draas::bench {

struct Started {
  pid_t pid = 0;
  Clock::time_point at;  // when its first instructions ran
};

class BeaconListener {
 public:
  // Puts a copy of the beacon into `directory`, to be run as executable(). It turns into `program` when one is named.
  // Throws std::system_error.
  explicit BeaconListener(const std::filesystem::path& directory, const std::string& program = "");

  const std::string& executable() const { return executable_; }
  // The next start that was not heard yet; nothing when none comes in time.
  std::optional<Started> next(std::chrono::milliseconds limit = std::chrono::milliseconds(10'000));

 private:
  std::string executable_;
  Descriptor socket_;
};

}  // namespace draas::bench
