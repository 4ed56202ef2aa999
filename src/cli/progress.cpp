#include "cli/progress.hpp"

#include <algorithm>

#include <unistd.h>

#include "cli/status_line.hpp"
#include "cli/terminal.hpp"

namespace draas::cli {
namespace {

constexpr std::chrono::seconds kPatience{1};
constexpr std::chrono::milliseconds kFrame{100};
constexpr std::size_t kBarWidth = 24;
constexpr std::string_view kSpinner = "|/-\\";

}  // namespace

struct Progress::State {
  State(const net::Executor& executor, std::string of, std::size_t all)
      : what(std::move(of)), total(all), timer(executor) {}

  void draw() {
    std::string line = what + " ";
    if (total > 1) {
      const std::size_t filled = std::min(done, total) * kBarWidth / total;
      line += "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] " + std::to_string(done) +
              "/" + std::to_string(total);
    } else {
      line += kSpinner[turn++ % kSpinner.size()];
    }
    if (!detail.empty()) line += " " + printable(detail);
    draw_status_line(std::move(line));
  }

  std::string what;
  std::size_t total;
  std::size_t done = 0;
  std::string detail;
  unsigned turn = 0;
  bool over = false;
  net::Timer timer;
};

Progress::Progress(Connection& connection, std::string what, std::size_t total) {
  if (!is_terminal(STDERR_FILENO)) return;
  state_ = std::make_shared<State>(connection.executor(), std::move(what), total);
  tick(state_, kPatience);
}

void Progress::tick(const std::shared_ptr<State>& state, std::chrono::milliseconds after) {
  state->timer.expires_after(after);
  state->timer.async_wait([state](const boost::system::error_code& error) {
    if (error || state->over) return;
    state->draw();
    tick(state, kFrame);
  });
}

void Progress::show(std::size_t done, const std::string& detail) {
  if (!state_) return;
  state_->done = done;
  state_->detail = detail;
}

void Progress::clear() {
  if (!state_) return;
  state_->over = true;
  state_->timer.cancel();
  state_.reset();
  clear_status_line();
}

}  // namespace draas::cli
