#include "platforms/process/exit_status.hpp"

#include <cerrno>
#include <string>

#include <linux/ioctl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace draas::platforms::process {
namespace {

// linux/pidfd.h of Linux 6.15; the distribution's headers may be older than the kernel.
struct PidfdInfo {
  std::uint64_t mask = 0;
  std::uint64_t cgroup_id = 0;
  std::uint32_t pid = 0;
  std::uint32_t tgid = 0;
  std::uint32_t ppid = 0;
  std::uint32_t credentials[8] = {};
  std::int32_t exit_code = 0;
};
static_assert(sizeof(PidfdInfo) == 64 && offsetof(PidfdInfo, exit_code) == 60);

constexpr std::uint64_t kPidfdInfoExit = 1U << 3U;
constexpr unsigned long kPidfdGetInfo = _IOC(_IOC_READ | _IOC_WRITE, 0xFF, 11, sizeof(PidfdInfo));

// The kernel shows 0 instead of the exit code to those who may not trace the process.
bool may_read_exit_code(pid_t pid) {
  if (::geteuid() == 0) return true;
  struct stat info{};
  const std::string directory = "/proc/" + std::to_string(pid);
  return ::stat(directory.c_str(), &info) == 0 && info.st_uid == ::geteuid();
}

WaitStatus status_from_pidfd(int pidfd) {
  PidfdInfo info;
  info.mask = kPidfdInfoExit;
  if (::ioctl(pidfd, kPidfdGetInfo, &info) != 0) return std::nullopt;
  if ((info.mask & kPidfdInfoExit) == 0) return std::nullopt;
  return info.exit_code;
}

WaitStatus status_from_zombie(int pidfd, const ProcessIdentity& identity) {
  const auto stat = read_stat(identity.pid);
  if (!stat || stat->state != 'Z' || stat->start_time != identity.start_time) return std::nullopt;
  const bool readable = stat->exit_code != 0 || may_read_exit_code(identity.pid);
  if (!readable || is_reaped(pidfd)) return std::nullopt;
  return stat->exit_code;
}

}  // namespace

WaitStatus reap(int pidfd) {
  siginfo_t info{};
  int result = 0;
  do {
    result = ::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG);
  } while (result != 0 && errno == EINTR);
  if (result != 0 || info.si_pid == 0) return std::nullopt;
  constexpr int kCoreDumped = 0x80;
  if (info.si_code == CLD_EXITED) return (info.si_status & 0xff) << 8;
  return info.si_status | (info.si_code == CLD_DUMPED ? kCoreDumped : 0);
}

WaitStatus status_of_stranger(int pidfd, const ProcessIdentity& identity) {
  // A zombie may be reaped between the looks, so the pidfd is asked again.
  if (auto status = status_from_pidfd(pidfd)) return status;
  if (auto status = status_from_zombie(pidfd, identity)) return status;
  return status_from_pidfd(pidfd);
}

Result<Sighting> look_for(const ProcessIdentity& identity, std::string_view instance_id) {
  Result<Located> located = locate(identity, instance_id);
  if (!located) return std::unexpected(std::move(located.error()));
  Sighting seen{std::move(*located), false, std::nullopt};
  if (seen.presence == Presence::Absent) return seen;
  const auto stat = read_stat(identity.pid);
  seen.is_child = stat && stat->parent == ::getpid();
  if (seen.presence == Presence::Ended) {
    if (seen.is_child) seen.status = reap(seen.pidfd.get());
    if (!seen.status) seen.status = status_of_stranger(seen.pidfd.get(), identity);
  }
  return seen;
}

}  // namespace draas::platforms::process
