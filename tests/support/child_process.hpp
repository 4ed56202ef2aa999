#pragma once
// One program that a test runs beside itself. It is killed when this object goes.

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace draas::tests {

class ChildProcess {
 public:
  ChildProcess() = default;
  ~ChildProcess() { kill(); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Its output is appended to `log_file`. False when it could not be started.
  bool start(const std::string& executable, const std::vector<std::string>& arguments,
             const std::map<std::string, std::string>& environment, const std::filesystem::path& log_file);
  void signal(int number) const;
  // The wait status as waitpid() gives it, or nothing when it still runs after `limit`.
  std::optional<int> wait_exit(std::chrono::milliseconds limit = std::chrono::milliseconds(15'000));
  // SIGKILL, and waits for the end.
  void kill();
  bool running();
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

}  // namespace draas::tests
