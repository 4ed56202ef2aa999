#include "cli/progress.hpp"

#include <algorithm>
#include <cstdio>

#include <unistd.h>

#include "cli/terminal.hpp"

namespace draas::cli {
namespace {

constexpr std::chrono::seconds kPatience{1};
constexpr std::chrono::milliseconds kFrame{100};
constexpr std::size_t kBarWidth = 24;
constexpr std::string_view kSpinner = "|/-\\";

}  // namespace

Progress::Progress(std::string what, std::size_t total)
    : what_(std::move(what)),
      total_(total),
      started_(std::chrono::steady_clock::now()),
      terminal_(is_terminal(STDERR_FILENO)) {}

void Progress::show(std::size_t done, const std::string& detail) {
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - started_ < kPatience || now - drawn_ < kFrame) return;
  drawn_ = now;
  std::string line = what_ + " ";
  if (total_ > 0) {
    const std::size_t filled = std::min(done, total_) * kBarWidth / total_;
    line += "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] " + std::to_string(done) + "/" +
            std::to_string(total_);
  } else {
    line += kSpinner[turn_++ % kSpinner.size()];
  }
  if (!detail.empty()) line += " " + printable(detail);
  const auto width = static_cast<std::size_t>(std::max(terminal_width(STDERR_FILENO) - 1, 20));
  if (line.size() > width) line.resize(width);
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
  visible_ = true;
}

void Progress::clear() {
  if (!visible_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace draas::cli
