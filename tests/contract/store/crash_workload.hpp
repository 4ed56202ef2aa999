#pragma once
// What the process that gets killed commits, known to both sides.

#include <string>

#include "core/store/store.hpp"

namespace draas::tests {

inline constexpr int kCrashCommitters = 16;

inline std::string crash_id(int committer, int round) {
  return std::to_string(committer) + "-" + std::to_string(round);
}

// A document in each of three collections, and the committer's own, rewritten every time.
inline core::Batch crash_batch(int committer, int round) {
  using core::Write;
  const std::string id = crash_id(committer, round);
  const std::string owner = std::to_string(committer);
  return {{
      Write::put("first", id, std::string(600, 'a'), {{"owner", owner}}),
      Write::put("second", id, std::string(1500, 'b')),
      Write::put("third", id, std::string(300, 'c'), {{"owner", owner}}),
      Write::put("current", owner, std::to_string(round)),
  }};
}

}  // namespace draas::tests
