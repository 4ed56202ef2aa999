#pragma once
// The drasi-server program: where it is, whether it can run, which version it is. Everything blocks: for a worker.

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "core/platform/platform.hpp"

namespace draas::platforms::process {

// The absolute path of `configured` (a path, or a name in `search_path`, which is like PATH). Unavailable with the
// reason and the way out when it is absent, not a file or not executable.
Result<std::filesystem::path> resolve_executable(const std::string& configured, std::string_view search_path);

// The first thing that looks like a version number in the output of `--version`; "" when there is none.
std::string parse_version(std::string_view output);

// Asks the program once for its version, and again only when its file has changed. Thread-safe.
class ExecutableProbe {
 public:
  ExecutableProbe(std::string configured, std::chrono::milliseconds timeout);
  core::Availability check();

 private:
  struct FileIdentity {
    std::filesystem::path path;
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t modified_nanoseconds = 0;
    bool operator==(const FileIdentity&) const = default;
  };

  core::Availability ask(const std::filesystem::path& path) const;

  const std::string configured_;
  const std::chrono::milliseconds timeout_;
  std::mutex mutex_;
  FileIdentity known_;
  core::Availability answer_;
};

}  // namespace draas::platforms::process
