#include "simulator/tracing_log.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>

#include <poll.h>
#include <unistd.h>

#include "simulator/clock_text.hpp"

namespace draas::simulator {

namespace {

struct LevelLook {
  std::string_view name;
  std::string_view padded;
  std::string_view colour;
};

constexpr std::array<LevelLook, 5> kLooks = {{
    {"TRACE", "TRACE", "\x1b[35m"},
    {"DEBUG", "DEBUG", "\x1b[34m"},
    {"INFO", " INFO", "\x1b[32m"},
    {"WARN", " WARN", "\x1b[33m"},
    {"ERROR", "ERROR", "\x1b[31m"},
}};

TraceLevel level_named(std::string_view text, TraceLevel fallback) {
  std::string lower;
  for (char c : text) lower.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
  if (lower == "trace") return TraceLevel::Trace;
  if (lower == "debug") return TraceLevel::Debug;
  if (lower == "info") return TraceLevel::Info;
  if (lower == "warn") return TraceLevel::Warn;
  if (lower == "error") return TraceLevel::Error;
  if (lower == "off") return TraceLevel::Off;
  return fallback;
}

}  // namespace

std::string_view to_string(TraceLevel level) {
  return level == TraceLevel::Off ? "OFF" : kLooks[static_cast<std::size_t>(level)].name;
}

void TracingLog::configure(std::string_view filter) {
  level_ = TraceLevel::Error;
  while (!filter.empty()) {
    auto comma = filter.find(',');
    std::string_view directive = filter.substr(0, comma);
    if (directive.find('=') == std::string_view::npos) level_ = level_named(directive, level_);
    filter = comma == std::string_view::npos ? std::string_view{} : filter.substr(comma + 1);
  }
  const char* no_colour = std::getenv("NO_COLOR");
  colour_ = no_colour == nullptr || *no_colour == '\0';
}

void TracingLog::write(TraceLevel level, std::string_view target, std::string_view message) {
  if (!enabled(level)) return;
  const LevelLook& look = kLooks[static_cast<std::size_t>(level)];
  std::string line;
  line.reserve(64 + target.size() + message.size());
  if (colour_) {
    line.append("\x1b[2m").append(log_timestamp_text(unix_nanoseconds())).append("\x1b[0m ");
    line.append(look.colour).append(look.padded).append("\x1b[0m \x1b[2m");
    line.append(target).append("\x1b[0m\x1b[2m:\x1b[0m ");
  } else {
    line.append(log_timestamp_text(unix_nanoseconds())).append(" ").append(look.padded).append(" ");
    line.append(target).append(": ");
  }
  line.append(message).append("\n");
  write_all(STDOUT_FILENO, line);
}

void TracingLog::print(std::string_view line) {
  std::string text(line);
  text.push_back('\n');
  write_all(STDOUT_FILENO, text);
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t written = ::write(fd, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready{fd, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return;
    }
  }
}

}  // namespace draas::simulator
