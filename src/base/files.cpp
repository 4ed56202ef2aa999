#include "base/files.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.hpp"

namespace draas {
namespace fs = std::filesystem;
namespace {

constexpr mode_t kPrivateDirectory = 0700;

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

Status write_all(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return fail_errno("cannot write " + quoted(path), errno);
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status sync_directory(const fs::path& directory) {
  const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail_errno("cannot open directory " + quoted(directory), errno);
  if (::fsync(fd.get()) != 0) return fail_errno("cannot sync directory " + quoted(directory), errno);
  return {};
}

fs::path directory_of(const fs::path& path) {
  fs::path directory = path.parent_path();
  return directory.empty() ? fs::path(".") : directory;
}

Status write_temporary(const fs::path& temporary, std::string_view content, mode_t mode, Durability durability) {
  const UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd) return fail_errno("cannot create " + quoted(temporary), errno);
  // The umask may have taken bits away; the caller's mode is meant as it is.
  if (::fchmod(fd.get(), mode) != 0) return fail_errno("cannot set the mode of " + quoted(temporary), errno);
  if (Status written = write_all(fd.get(), content, temporary); !written) return written;
  if (durability == Durability::Durable && ::fsync(fd.get()) != 0) {
    return fail_errno("cannot sync " + quoted(temporary), errno);
  }
  return {};
}

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) reset(other.release());
  return *this;
}

void UniqueFd::reset(int fd) {
  if (fd_ >= 0 && fd_ != fd) ::close(fd_);
  fd_ = fd;
}

Status write_file(const fs::path& path, std::string_view content, mode_t mode, Durability durability) {
  const fs::path directory = directory_of(path);
  std::error_code absent;
  const bool existed = fs::is_directory(directory, absent);
  if (!existed) {
    if (Status made = make_directories(directory, kPrivateDirectory); !made) return made;
  }
  // In the same directory, so that the rename stays within one file system; the name is ours alone.
  const fs::path temporary = directory / ("." + path.filename().string() + "." + random_hex(8) + ".tmp");
  Status done = write_temporary(temporary, content, mode, durability);
  if (done && ::rename(temporary.c_str(), path.c_str()) != 0) {
    done = fail_errno("cannot rename onto " + quoted(path), errno);
  }
  if (!done) {
    ::unlink(temporary.c_str());
    return done;
  }
  if (durability == Durability::Durable) {
    if (Status synced = sync_directory(directory); !synced) return synced;
    if (!existed) return sync_directory(directory_of(fs::absolute(directory)));
  }
  return {};
}

Result<std::string> read_file(const fs::path& path, std::size_t max_bytes) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) return fail(ErrorCode::NotFound, "no file " + quoted(path));
    return fail_errno("cannot open " + quoted(path), errno);
  }
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return fail_errno("cannot examine " + quoted(path), errno);
  if (S_ISDIR(info.st_mode)) return fail_errno("cannot read " + quoted(path), EISDIR);

  constexpr std::size_t kChunk = 64U << 10U;
  max_bytes = std::min(max_bytes, std::numeric_limits<std::size_t>::max() / 2);
  std::string content;
  // The size is a hint only: files below /proc say 0, and a file may grow while it is read.
  content.reserve(std::min(static_cast<std::size_t>(std::max<off_t>(info.st_size, 0)), max_bytes) + 1);
  for (;;) {
    const std::size_t filled = content.size();
    const std::size_t room = std::max<std::size_t>(content.capacity() - filled, 1);
    const std::size_t want = std::min(std::max(room, kChunk), max_bytes - filled + 1);
    content.resize(filled + want);
    const ssize_t got = ::read(fd.get(), content.data() + filled, want);
    if (got < 0) {
      const int error = errno;
      content.resize(filled);
      if (error == EINTR) continue;
      return fail_errno("cannot read " + quoted(path), error);
    }
    content.resize(filled + static_cast<std::size_t>(got));
    if (got == 0) return content;
    if (content.size() > max_bytes) {
      return fail(ErrorCode::PayloadTooLarge,
                  "file " + quoted(path) + " is larger than " + std::to_string(max_bytes) + " bytes");
    }
  }
}

Status make_directories(const fs::path& path, mode_t mode) {
  std::error_code error;
  if (path.empty() || fs::is_directory(path, error)) return {};
  const fs::path parent = path.parent_path();
  if (!parent.empty() && parent != path) {
    if (Status made = make_directories(parent, mode); !made) return made;
  }
  if (::mkdir(path.c_str(), mode) == 0) {
    if (::chmod(path.c_str(), mode) != 0) return fail_errno("cannot set the mode of " + quoted(path), errno);
    return {};
  }
  const int mkdir_error = errno;
  // Another thread or process may have been faster; "a/." names a directory that exists by now.
  if (mkdir_error == EEXIST && fs::is_directory(path, error)) return {};
  if (mkdir_error == EEXIST) return fail_errno("cannot create directory " + quoted(path), ENOTDIR);
  return fail_errno("cannot create directory " + quoted(path), mkdir_error);
}

Status remove_all(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error && error != std::errc::no_such_file_or_directory) {
    return fail_errno("cannot remove " + quoted(path), error.value());
  }
  return {};
}

}  // namespace draas
