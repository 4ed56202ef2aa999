#include "cli/status_line.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>

#include <unistd.h>

#include "cli/terminal.hpp"

namespace draas::cli {
namespace {

constexpr std::string_view kErase = "\r\033[K";
constexpr int kNarrowest = 20;

volatile std::sig_atomic_t is_drawn = 0;

// Only what may be called in a signal handler; then the signal has its usual effect.
void erase_and_end(int signal) {
  if (is_drawn != 0 && ::write(STDERR_FILENO, kErase.data(), kErase.size()) < 0) is_drawn = 0;
  struct sigaction usual{};
  usual.sa_handler = SIG_DFL;
  ::sigaction(signal, &usual, nullptr);
  ::raise(signal);
}

// Where somebody else handles the signal, it is theirs: they clear the line.
void erase_on(int signal) {
  struct sigaction action{};
  if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) return;
  action.sa_handler = erase_and_end;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

void draw_status_line(std::string line) {
  for (const int signal : {SIGINT, SIGTERM}) erase_on(signal);
  const auto width = static_cast<std::size_t>(std::max(terminal_width(STDERR_FILENO) - 1, kNarrowest));
  line = first_columns(line, width);
  is_drawn = 1;
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
}

void clear_status_line() {
  if (is_drawn == 0) return;
  std::fwrite(kErase.data(), 1, kErase.size(), stderr);
  std::fflush(stderr);
  is_drawn = 0;
}

}  // namespace draas::cli
