#pragma once
// Runs a program as a user's shell does: to its end with its output apart, or at a terminal.

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace draas::tests {

struct CommandResult {
  int code = -1;  // 128 + the signal, when one ended it
  std::string out;
  std::string err;
};

// To its end. `environment` comes on top of this program's own; an empty value removes a variable.
CommandResult run_command(const std::string& executable, const std::vector<std::string>& arguments,
                          const std::map<std::string, std::string>& environment = {}, const std::string& input = {});

// A program at a terminal of its own, 100 columns wide.
class TerminalCommand {
 public:
  TerminalCommand(const std::string& executable, const std::vector<std::string>& arguments,
                  const std::map<std::string, std::string>& environment = {});
  ~TerminalCommand();
  TerminalCommand(const TerminalCommand&) = delete;
  TerminalCommand& operator=(const TerminalCommand&) = delete;

  // Until the screen's text has `text`, or the program has ended, or the time is over. Says whether it came.
  bool wait_for(const std::string& text, std::chrono::milliseconds limit = std::chrono::milliseconds(20'000));
  void type(const std::string& keys);
  // Reads to the end; the exit code as run_command() gives it.
  int finish();
  const std::string& screen() const { return screen_; }

 private:
  bool read_some(std::chrono::milliseconds wait);
  pid_t pid_ = -1;
  int terminal_ = -1;
  std::string screen_;
};

}  // namespace draas::tests
