#include "platforms/process/executable.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platforms/process/exit_status.hpp"
#include "platforms/process/spawn.hpp"

namespace draas::platforms::process {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kWayOut = "set ProcessInstanceManager:ExecutablePath or put drasi-server on PATH";
// What shells and loaders answer for a program that cannot run.
constexpr int kCannotRun = 126;
constexpr int kNotFound = 127;
constexpr std::size_t kMaxVersionOutput = 64U << 10U;

std::unexpected<Error> unusable(const std::string& what, std::string_view why) {
  return fail(ErrorCode::Unavailable, "'" + what + "' " + std::string(why) + "; " + std::string(kWayOut));
}

// "" when it can be executed.
std::string_view fault_of(const fs::path& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) {
    return errno == EACCES ? "is in a directory that this user may not enter" : "does not exist";
  }
  if (!S_ISREG(info.st_mode)) return "is not a regular file";
  if (::access(path.c_str(), X_OK) != 0) return "is not executable for this user";
  return "";
}

bool wait_until_ended(int pidfd, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd entry{.fd = pidfd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return false;
  }
}

std::vector<std::string> plain_environment() {
  std::vector<std::string> environment{"NO_COLOR=1"};
  for (const char* name : {"PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR"}) {
    if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
  }
  return environment;
}

}  // namespace

Result<fs::path> resolve_executable(const std::string& configured, std::string_view search_path) {
  if (configured.empty()) return unusable("ExecutablePath", "is empty");
  if (configured.find('/') != std::string::npos) {
    fs::path path = fs::absolute(configured).lexically_normal();
    if (const auto fault = fault_of(path); !fault.empty()) return unusable(path.string(), fault);
    return path;
  }
  std::string near_miss;
  while (!search_path.empty()) {
    const auto colon = search_path.find(':');
    const std::string_view directory = search_path.substr(0, colon);
    search_path = colon == std::string_view::npos ? std::string_view{} : search_path.substr(colon + 1);
    fs::path path = fs::absolute(fs::path(directory.empty() ? "." : directory) / configured).lexically_normal();
    const auto fault = fault_of(path);
    if (fault.empty()) return path;
    if (near_miss.empty() && fault != "does not exist") near_miss = path.string() + " " + std::string(fault);
  }
  return unusable(configured, near_miss.empty() ? "is not on PATH" : "is not on PATH (" + near_miss + ")");
}

std::string parse_version(std::string_view output) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  while (!output.empty()) {
    const auto end = output.find_first_of(" \t\r\n");
    std::string_view word = output.substr(0, end);
    output = end == std::string_view::npos ? std::string_view{} : output.substr(end + 1);
    if (word.starts_with('v')) word.remove_prefix(1);
    const auto dot = word.find('.');
    if (dot == 0 || dot == std::string_view::npos || dot + 1 >= word.size()) continue;
    if (std::ranges::all_of(word.substr(0, dot), is_digit) && is_digit(word[dot + 1])) return std::string(word);
  }
  return {};
}

ExecutableProbe::ExecutableProbe(std::string configured, std::chrono::milliseconds timeout)
    : configured_(std::move(configured)), timeout_(timeout) {}

core::Availability ExecutableProbe::check() {
  const char* search_path = std::getenv("PATH");
  const auto path = resolve_executable(configured_, search_path != nullptr ? search_path : "");
  if (!path) return {false, path.error().message, {}};
  struct stat info{};
  if (::stat(path->c_str(), &info) != 0) return {false, "'" + path->string() + "' does not exist", {}};
  FileIdentity now{*path, info.st_dev, info.st_ino, info.st_size,
                   std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec};
  const std::lock_guard lock(mutex_);
  if (now == known_) return answer_;
  answer_ = ask(*path);
  known_ = std::move(now);
  return answer_;
}

core::Availability ExecutableProbe::ask(const fs::path& path) const {
  const UniqueFd output(::memfd_create("version", MFD_CLOEXEC));
  SpawnRequest request;
  request.executable = path;
  request.arguments = {"--version"};
  request.environment = plain_environment();
  request.directory = "/";
  request.output_fd = output.get();
  auto spawned = spawn(request);
  if (!spawned) return {false, spawned.error().message + "; " + std::string(kWayOut), {}};

  const auto unknown = [&path](const std::string& why) {
    return core::Availability{true, path.string() + " (version unknown: " + why + ")", {}};
  };
  const int pidfd = spawned->pidfd.get();
  const bool in_time = wait_until_ended(pidfd, timeout_);
  ::kill(-spawned->pid, SIGKILL);
  if (!in_time) {
    wait_until_ended(pidfd, timeout_);
    reap(pidfd);
    return unknown("--version did not end in time");
  }
  const auto exit = to_workload_exit(reap(pidfd), {});
  std::string text(kMaxVersionOutput, '\0');
  const ssize_t got = ::pread(output.get(), text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  if (exit.signal || exit.exit_code == kCannotRun || exit.exit_code == kNotFound) {
    const std::string first_line = text.substr(0, text.find('\n'));
    return {false,
            "'" + path.string() + " --version' " + exit.reason + (first_line.empty() ? "" : ": " + first_line) + "; " +
                std::string(kWayOut),
            {}};
  }
  const std::string version = parse_version(text);
  if (version.empty()) return unknown(exit.exit_code == 0 ? "--version printed none" : exit.reason);
  return {true, path.string() + " " + version, version};
}

}  // namespace draas::platforms::process
