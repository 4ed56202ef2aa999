#include "platforms/process/process_usage.hpp"

#include <memory>
#include <string>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

namespace draas::platforms::process {
namespace {

std::uint64_t count_descriptors(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/fd";
  struct stat info{};
  // Linux 6.2 and later tell the number as the directory's size.
  if (::stat(path.c_str(), &info) == 0 && info.st_size > 0) return static_cast<std::uint64_t>(info.st_size);
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (!directory) return 0;
  std::uint64_t count = 0;
  while (const dirent* entry = ::readdir(directory.get())) count += entry->d_name[0] != '.' ? 1 : 0;
  return count;
}

}  // namespace

std::optional<core::Usage> read_usage(const ProcessIdentity& identity) {
  const std::uint64_t open_files = count_descriptors(identity.pid);
  const auto stat = read_stat(identity.pid);
  if (!stat || stat->start_time != identity.start_time || stat->state == 'Z') return std::nullopt;
  static const double ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  static const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  core::Usage usage;
  usage.cpu_seconds = static_cast<double>(stat->user_time + stat->system_time) / ticks_per_second;
  usage.memory_bytes = stat->resident_pages * page_bytes;
  usage.threads = stat->threads;
  usage.open_files = open_files;
  return usage;
}

}  // namespace draas::platforms::process
