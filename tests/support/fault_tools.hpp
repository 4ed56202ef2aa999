#pragma once
// What tests of faults do to a program from outside: limits, cgroups, libraries that are loaded before its own, and
// what it holds.

#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/resource.h>
#include <sys/types.h>

namespace draas::tests {

// Sets the soft limit of a running process. False when it may not.
bool limit_process(pid_t pid, __rlimit_resource resource, rlim_t soft);
rlim_t limit_of(pid_t pid, __rlimit_resource resource);

std::size_t open_descriptors(pid_t pid);
std::uint64_t resident_bytes(pid_t pid);
std::uint64_t address_space_bytes(pid_t pid);
// Processor time used so far.
double processor_seconds(pid_t pid);
std::uint64_t bytes_below(const std::filesystem::path& directory);

// LD_PRELOAD of a program under test. The runtime of a sanitizer with which it and this one are built comes first, as
// it must.
std::string preload(const std::string& library);
// A library that Debian's faketime brings, or "" when it is not installed.
std::string faketime_library();
// The library that makes fsync() and fdatasync() slow: see preload/slow_sync.cpp.
std::string slow_sync_library();

// Is something that a test needs from the machine (root, a package) a failure when missing, and no reason to skip?
bool machine_is_required();

// A cgroup that bounds the number of processes and threads. It goes with this object.
class ProcessCountLimit {
 public:
  ProcessCountLimit();
  ~ProcessCountLimit();
  ProcessCountLimit(const ProcessCountLimit&) = delete;
  ProcessCountLimit& operator=(const ProcessCountLimit&) = delete;

  // False: no such controller, or not root.
  bool usable() const { return !directory_.empty(); }
  bool add(pid_t pid);
  bool set_most(const std::string& processes);  // a number or "max"
  std::size_t count() const;

 private:
  std::filesystem::path directory_;
};

}  // namespace draas::tests
