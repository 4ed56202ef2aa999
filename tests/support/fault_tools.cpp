#include "support/fault_tools.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

#include <link.h>
#include <unistd.h>

#include "base/id.hpp"
#include "support/server_process.hpp"

namespace draas::tests {
namespace fs = std::filesystem;
namespace {

fs::path of_process(pid_t pid, const char* name) { return fs::path("/proc") / std::to_string(pid) / name; }

// The number at a place of /proc/PID/statm, in bytes.
std::uint64_t statm(pid_t pid, int place) {
  std::ifstream in(of_process(pid, "statm"));
  std::uint64_t pages = 0;
  for (int i = 0; i <= place; ++i) in >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

bool write_line(const fs::path& file, const std::string& line) {
  std::ofstream out(file);
  out << line << std::flush;
  return static_cast<bool>(out);
}

// Where the processes of this machine are counted: the second version of cgroups, or the controller of the first.
std::vector<fs::path> process_counters() {
  std::vector<fs::path> found;
  std::ifstream own("/proc/self/cgroup");
  for (std::string line; std::getline(own, line);) {
    const std::size_t path = line.rfind(':');
    if (path == std::string::npos || line.size() <= path + 2) continue;
    if (line.starts_with("0::")) found.push_back("/sys/fs/cgroup" + line.substr(path + 1));
    if (line.find(":pids:") != std::string::npos) found.push_back("/sys/fs/cgroup/pids" + line.substr(path + 1));
  }
  found.emplace_back("/sys/fs/cgroup/pids");
  found.emplace_back("/sys/fs/cgroup");
  return found;
}

}  // namespace

bool limit_process(pid_t pid, __rlimit_resource resource, rlim_t soft) {
  rlimit limit{};
  if (::prlimit(pid, resource, nullptr, &limit) != 0) return false;
  limit.rlim_cur = soft;
  return ::prlimit(pid, resource, &limit, nullptr) == 0;
}

rlim_t limit_of(pid_t pid, __rlimit_resource resource) {
  rlimit limit{};
  return ::prlimit(pid, resource, nullptr, &limit) == 0 ? limit.rlim_cur : 0;
}

std::size_t open_descriptors(pid_t pid) {
  std::error_code gone;  // it ended meanwhile: none
  std::size_t count = 0;
  for (fs::directory_iterator entry(of_process(pid, "fd"), gone); !gone && entry != fs::directory_iterator();
       entry.increment(gone)) {
    ++count;
  }
  return count;
}

std::uint64_t address_space_bytes(pid_t pid) { return statm(pid, 0); }
std::uint64_t resident_bytes(pid_t pid) { return statm(pid, 1); }

double processor_seconds(pid_t pid) {
  std::ifstream in(of_process(pid, "stat"));
  std::string text;
  std::getline(in, text);
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  constexpr int kBeforeUserTime = 11;
  for (int i = 0; i < kBeforeUserTime; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::uint64_t bytes_below(const fs::path& directory) {
  std::uint64_t bytes = 0;
  std::error_code gone;  // files come and go meanwhile
  for (fs::recursive_directory_iterator entry(directory, gone); !gone && entry != fs::recursive_directory_iterator();
       entry.increment(gone)) {
    std::error_code removed;
    if (!entry->is_regular_file(removed)) continue;
    const std::uint64_t size = entry->file_size(removed);
    if (!removed) bytes += size;
  }
  return bytes;
}

std::string faketime_library() {
  for (const char* directory : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"}) {
    const fs::path library = fs::path(directory) / "faketime/libfaketimeMT.so.1";
    std::error_code unreadable;  // as if it were not there
    if (fs::exists(library, unreadable)) return library.string();
  }
  return {};
}

std::string preload(const std::string& library) {
  std::string runtime;
  ::dl_iterate_phdr(
      [](dl_phdr_info* loaded, std::size_t, void* found) {
        const std::string_view name = loaded->dlpi_name;
        const bool sanitizer = name.find("/libasan.so") != name.npos || name.find("/libtsan.so") != name.npos;
        if (sanitizer) *static_cast<std::string*>(found) = name;
        return sanitizer ? 1 : 0;
      },
      &runtime);
  return runtime.empty() ? library : runtime + ":" + library;
}

std::string slow_sync_library() { return program("DRAAS_TEST_SLOW_SYNC", "/tests/libdraas_slow_sync.so"); }

bool machine_is_required() { return std::getenv("CI") != nullptr && ::getuid() == 0; }

ProcessCountLimit::ProcessCountLimit() {
  const std::string name = "draas-test-" + random_hex(4);
  for (const fs::path& parent : process_counters()) {
    const fs::path directory = parent / name;
    std::error_code refused;  // then the next one is tried
    if (!fs::create_directory(directory, refused)) continue;
    if (fs::exists(directory / "pids.max", refused)) {
      directory_ = directory;
      return;
    }
    fs::remove(directory, refused);
  }
}

ProcessCountLimit::~ProcessCountLimit() {
  if (directory_.empty()) return;
  // A cgroup goes once it is empty; what was in it has been killed.
  std::error_code busy;
  eventually([&] { return fs::remove(directory_, busy) || !fs::exists(directory_, busy); });
}

bool ProcessCountLimit::add(pid_t pid) { return write_line(directory_ / "cgroup.procs", std::to_string(pid)); }

bool ProcessCountLimit::set_most(const std::string& processes) {
  return write_line(directory_ / "pids.max", processes);
}

std::size_t ProcessCountLimit::count() const {
  std::ifstream in(directory_ / "pids.current");
  std::size_t count = 0;
  in >> count;
  return count;
}

}  // namespace draas::tests
