#include "stores/sqlite/file_lock.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

namespace draas::stores {
namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::milliseconds kLook{5};

// "" when the holder has not written it yet.
std::string holder_of(int fd) {
  std::array<char, 32> text{};
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  if (got <= 0) return {};
  const std::string written(text.data(), static_cast<std::size_t>(got));
  return written.substr(0, written.find_first_not_of("0123456789"));
}

// A process that is killed while it starts another leaves its locks to that one until it has executed its program,
// which takes a moment: nobody holds the lock then.
bool is_dead(const std::string& holder) {
  return !holder.empty() && ::kill(static_cast<pid_t>(std::stol(holder)), 0) != 0 && errno == ESRCH;
}

}  // namespace

Result<FileLock> FileLock::acquire(const std::filesystem::path& path) {
  const std::string lock_path = path.string() + ".lock";
  UniqueFd fd(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("Cannot open the lock file '" + lock_path + "'", errno);
  const auto patience = std::chrono::steady_clock::now() + kPatience;
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return fail_errno("Cannot lock '" + lock_path + "'", errno);
    const std::string holder = holder_of(fd.get());
    if (is_dead(holder) && std::chrono::steady_clock::now() < patience) {
      std::this_thread::sleep_for(kLook);
      continue;
    }
    return fail(ErrorCode::Conflict, "The store '" + path.string() + "' is in use by " +
                                         (holder.empty() ? "another process" : "process " + holder) +
                                         ". Stop that control plane first, or give this one a store of its own");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd.get(), 0) != 0 ||
      ::pwrite(fd.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return fail_errno("Cannot write the lock file '" + lock_path + "'", errno);
  }
  return FileLock(std::move(fd));
}

void FileLock::release() {
  if (!fd_) return;
  // The PID is for people only: a file that keeps it is no harm, the lock itself is what counts.
  [[maybe_unused]] const int ignored = ::ftruncate(fd_.get(), 0);
  fd_.reset();
}

}  // namespace draas::stores
