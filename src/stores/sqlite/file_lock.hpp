#pragma once
// Keeps two programs from using the same store. The kernel lets go of the lock when its holder dies, however it dies.

#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"

namespace draas::stores {

// Move-only; releases in the destructor. The lock file stays: removing it would race with the next holder.
class FileLock {
 public:
  FileLock() = default;

  // Locks `<path>.lock`, creating it with mode 0600, and writes our PID into it. Conflict, naming the holder, when
  // another holds it, also within this process.
  static Result<FileLock> acquire(const std::filesystem::path& path);

  void release();

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace draas::stores
