#include "cli/reconnecting.hpp"

#include <algorithm>

namespace draas::cli {
namespace {

constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{5'000};

}  // namespace

bool may_come_back(const Error& error) { return error.retryable; }

void Reconnecting::lost(const std::string& why) {
  if (lost_) return;
  lost_ = true;
  pause_ = kFirstPause;
  session_.warn("the connection to the control plane is lost (" + why + "); trying again, Ctrl-C ends it");
}

void Reconnecting::back() {
  if (!lost_) return;
  lost_ = false;
  session_.note("Connected again.");
}

std::chrono::milliseconds Reconnecting::next_pause() {
  const auto pause = std::max(pause_, kFirstPause);
  pause_ = std::min(2 * pause, kLongestPause);
  return pause;
}

}  // namespace draas::cli
