#pragma once
// Log lines on stdout in the form drasi-server gives them: time, level, target, message; coloured unless NO_COLOR is
// set. A write that blocks blocks the process, as it does there.

#include <string>
#include <string_view>

namespace draas::simulator {

enum class TraceLevel { Trace, Debug, Info, Warn, Error, Off };

std::string_view to_string(TraceLevel level);  // "INFO"

class TracingLog {
 public:
  // `filter` is RUST_LOG's text: the first directive without a target sets the level.
  void configure(std::string_view filter);
  bool enabled(TraceLevel level) const { return level >= level_; }
  void write(TraceLevel level, std::string_view target, std::string_view message);
  void info(std::string_view target, std::string_view message) { write(TraceLevel::Info, target, message); }
  void warn(std::string_view target, std::string_view message) { write(TraceLevel::Warn, target, message); }
  void error(std::string_view target, std::string_view message) { write(TraceLevel::Error, target, message); }
  // A bare line on stdout, without time and level.
  static void print(std::string_view line);

 private:
  TraceLevel level_ = TraceLevel::Info;
  bool colour_ = true;
};

// Writes all of `text` to `fd`, waiting as long as it takes; gives up silently when the reader has gone.
void write_all(int fd, std::string_view text);

}  // namespace draas::simulator
