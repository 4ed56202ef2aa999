#include <algorithm>

#include "drasi/configuration.hpp"

namespace draas::drasi {
namespace {

constexpr std::string_view kBanner = "Starting Drasi Server";  // what was before it is an earlier run's
constexpr std::string_view kError = "Error: ";
constexpr std::string_view kPanic = "thread '";
constexpr std::size_t kMaxLength = 400;

std::string_view trimmed(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t\r-");
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

// The lines from `log` up to an empty one, joined; a backtrace says nothing to the user.
std::string paragraph(std::string_view log) {
  std::string text;
  while (!log.empty()) {
    const std::string_view line = trimmed(log.substr(0, log.find('\n')));
    if (line.empty() || line.starts_with("Stack backtrace") || line.starts_with("note: run with")) break;
    if (!text.empty()) text += ' ';
    text += line;
    const std::size_t next = log.find('\n');
    log.remove_prefix(next == std::string_view::npos ? log.size() : next + 1);
  }
  if (text.size() > kMaxLength) {
    std::size_t end = kMaxLength;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // whole characters
    text.resize(end);
    text += "...";
  }
  return text;
}

// Where the last line that begins with `start` is; npos where there is none.
std::size_t last_line_with(std::string_view log, std::string_view start) {
  for (std::size_t at = log.rfind(start); at != std::string_view::npos;
       at = at == 0 ? at - 1 : log.rfind(start, at - 1)) {
    if (at == 0 || log[at - 1] == '\n') return at;
  }
  return std::string_view::npos;
}

}  // namespace

std::string last_error(std::string_view log) {
  if (const std::size_t begin = last_line_with(log, kBanner); begin != std::string_view::npos) log.remove_prefix(begin);
  if (const std::size_t at = last_line_with(log, kError); at != std::string_view::npos) {
    return paragraph(log.substr(at + kError.size()));
  }
  // "thread 'main' panicked at src/main.rs:1:2:", and behind it what it has to say.
  const std::size_t at = last_line_with(log, kPanic);
  if (at == std::string_view::npos) return {};
  const std::string_view panic = log.substr(at);
  if (panic.substr(0, panic.find('\n')).find(" panicked at ") == std::string_view::npos) return {};
  return paragraph(panic);
}

}  // namespace draas::drasi
