#include "cli/terminal.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/utf8.hpp"
#include "cli/status_line.hpp"

namespace draas::cli {
namespace {

constexpr int kDefaultWidth = 80;
constexpr std::array<std::string_view, 9> kCodes{"", "31", "32", "33", "34", "35", "36", "90", "1"};

volatile std::sig_atomic_t interrupted = 0;

// No echo for as long as it lives; Ctrl-C ends wait_for_key() instead of the program, so that the echo comes back. It
// is let in there alone: one that comes just before is not lost.
class QuietTyping {
 public:
  QuietTyping() {
    interrupted = 0;
    sigset_t interrupt{};
    ::sigemptyset(&interrupt);
    ::sigaddset(&interrupt, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &interrupt, &mask_before_);
    struct sigaction action{};
    action.sa_handler = [](int) { interrupted = 1; };
    ::sigaction(SIGINT, &action, &before_);
    quiet_ = ::tcgetattr(STDIN_FILENO, &echoing_) == 0;
    termios silent = echoing_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (quiet_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~QuietTyping() {
    if (quiet_) ::tcsetattr(STDIN_FILENO, TCSANOW, &echoing_);
    ::sigaction(SIGINT, &before_, nullptr);
    std::fputc('\n', stderr);  // the one that was typed was not shown
    ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  }
  QuietTyping(const QuietTyping&) = delete;
  QuietTyping& operator=(const QuietTyping&) = delete;

  // Until there is something to read. False when Ctrl-C came.
  bool wait_for_key() const {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    while (::ppoll(&input, 1, nullptr, &mask_before_) < 0 && errno == EINTR) {
      if (interrupted != 0) return false;
    }
    return true;
  }

 private:
  sigset_t mask_before_{};
  termios echoing_{};
  struct sigaction before_{};
  bool quiet_ = false;
};

// To the line's end; what follows stays for the next reader. `quiet` is null where no terminal is read.
Result<std::string> read_line(const QuietTyping* quiet) {
  std::string line;
  for (char c = 0;;) {
    if (quiet != nullptr && !quiet->wait_for_key()) return fail(ErrorCode::Cancelled, "interrupted");
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || c == '\n') break;
    line += c;
  }
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) return fail(ErrorCode::InvalidArgument, "standard input is empty");
  return line;
}

}  // namespace

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

int terminal_width(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kDefaultWidth;
}

bool may_colour(int descriptor) {
  const char* refused = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return (refused == nullptr || *refused == '\0') && (term == nullptr || std::string_view(term) != "dumb") &&
         is_terminal(descriptor);
}

std::string coloured(std::string_view text, Colour colour, bool on) {
  if (!on || colour == Colour::None || text.empty()) return std::string(text);
  return "\033[" + std::string(kCodes[static_cast<std::size_t>(colour)]) + "m" + std::string(text) + "\033[0m";
}

Colour status_colour(std::string_view status) {
  if (status == "Running" || status == "Healthy" || status == "Succeeded" || status == "Approved") return Colour::Green;
  if (status == "Error" || status == "Failed" || status == "Unhealthy" || status == "Rejected") return Colour::Red;
  if (status == "ConfigurationChanged" || status == "Degraded" || status == "Starting" || status == "Stopping" ||
      status == "BackOff" || status == "Pending" || status == "Paused" || status == "RolledBack") {
    return Colour::Yellow;
  }
  if (status == "Stopped" || status == "Created" || status == "Idle") return Colour::Grey;
  return Colour::None;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const DecodedCodePoint next = decode_utf8(text);
    const std::size_t length = next.length == 0 ? 1 : next.length;
    const bool control = next.code_point < 0x20 || (next.code_point >= 0x7F && next.code_point < 0xA0);
    if (next.length == 0) {
      out += "?";
    } else if (control) {
      out += ' ';
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const DecodedCodePoint next = decode_utf8(text);
    text.remove_prefix(next.length == 0 ? 1 : next.length);
    ++width;
  }
  return width;
}

std::string first_columns(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  for (std::size_t column = 0; column < columns && end < text.size(); ++column) {
    const DecodedCodePoint next = decode_utf8(text.substr(end));
    end += next.length == 0 ? 1 : next.length;
  }
  return std::string(text.substr(0, end));
}

Result<std::string> read_secret(const std::string& prompt) {
  if (!is_terminal(STDIN_FILENO)) return read_line(nullptr);
  // Before the question: who sees it may type.
  const QuietTyping quiet;
  std::fprintf(stderr, "%s", prompt.c_str());
  std::fflush(stderr);
  return read_line(&quiet);
}

bool ask(const std::string& question) {
  clear_status_line();
  std::fprintf(stderr, "%s [y/N] ", question.c_str());
  std::fflush(stderr);
  std::string answer;
  for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar()) answer += static_cast<char>(c);
  return answer == "y" || answer == "Y" || answer == "yes" || answer == "Yes";
}

}  // namespace draas::cli
