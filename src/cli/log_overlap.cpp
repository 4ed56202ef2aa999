#include "cli/log_overlap.hpp"

#include <algorithm>

namespace draas::cli {
namespace {

// Lines with times in them are told apart by far fewer.
constexpr std::size_t kRemembered = 500;

}  // namespace

void LogOverlap::add(const std::string& line) {
  lines_.push_back(line);
  if (lines_.size() > kRemembered) lines_.pop_front();
}

std::size_t LogOverlap::known_of(const std::vector<std::string>& again) const {
  // The place where most of what is remembered stands before it; of equal ones the first, as no line is to be lost.
  std::size_t best = 0;
  std::size_t best_length = 0;
  for (std::size_t end = 1; end <= again.size(); ++end) {
    std::size_t length = 0;
    while (length < std::min(end, lines_.size()) && again[end - 1 - length] == lines_[lines_.size() - 1 - length]) {
      ++length;
    }
    if (length > best_length) {
      best = end;
      best_length = length;
    }
  }
  return best;
}

}  // namespace draas::cli
