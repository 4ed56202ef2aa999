#pragma once
// Files as a service needs them: whole, atomic, private. All functions block; call them from a worker pool.

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <sys/types.h>

#include "base/error.hpp"

namespace draas {

// Owns a file descriptor. Move-only.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

enum class Durability {
  Atomic,   // readers see the old or the new file, also after a crash of this process
  Durable,  // and after a power cut: the file and its directory are synced
};

// Writes beside `path` and renames over it. Missing directories are created with mode 0700.
Status write_file(const std::filesystem::path& path, std::string_view content, mode_t mode, Durability durability);
// At most `max_bytes`; PayloadTooLarge beyond, NotFound when absent.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes = 64U << 20U);
Status make_directories(const std::filesystem::path& path, mode_t mode);
// Removes a file or a tree; an absent one is success.
Status remove_all(const std::filesystem::path& path);

}  // namespace draas
