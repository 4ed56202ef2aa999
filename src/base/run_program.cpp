#include "base/run_program.hpp"

#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.hpp"

extern char** environ;

namespace draas {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Actions {
  Actions() { posix_spawn_file_actions_init(&value); }
  ~Actions() { posix_spawn_file_actions_destroy(&value); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  posix_spawn_file_actions_t value{};
};

struct Attributes {
  Attributes() {
    posix_spawnattr_init(&value);
    sigset_t none{};
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&value, &none);
    posix_spawnattr_setpgroup(&value, 0);
    posix_spawnattr_setflags(&value, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  ~Attributes() { posix_spawnattr_destroy(&value); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  posix_spawnattr_t value{};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) out.push_back(text.data());
  return out;
}

// The other end of a socket pair; not a pipe, so that a program that does not read cannot raise SIGPIPE here.
struct Child {
  pid_t pid = -1;
  UniqueFd stream;
};

Result<Child> begin(ProgramRequest& request) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail_errno("cannot run " + request.arguments.front(), errno);
  }
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  Actions actions;
  posix_spawn_file_actions_adddup2(&actions.value, theirs.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions.value, theirs.get(), STDOUT_FILENO);
  if (request.join_errors) {
    posix_spawn_file_actions_adddup2(&actions.value, theirs.get(), STDERR_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&actions.value, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  const Attributes attributes;
  std::vector<char*> argv = pointers(request.arguments);
  argv.push_back(nullptr);
  std::vector<char*> environment = pointers(request.environment);
  for (char** variable = environ; *variable != nullptr; ++variable) environment.push_back(*variable);
  environment.push_back(nullptr);
  Child child;
  const int spawned =
      posix_spawnp(&child.pid, argv.front(), &actions.value, &attributes.value, argv.data(), environment.data());
  if (spawned == ENOENT) {
    return fail(ErrorCode::NotFound, "The program '" + request.arguments.front() + "' is not installed");
  }
  if (spawned != 0) return fail_errno("cannot run " + request.arguments.front(), spawned);
  child.stream = std::move(ours);
  return child;
}

// False when the time was over before the program closed its output.
bool exchange(const ProgramRequest& request, int stream, SteadyClock::time_point deadline, std::string& output) {
  std::string_view input = request.input;
  bool sending = true;
  std::array<char, 4096> buffer{};
  for (;;) {
    if (sending && input.empty()) {
      ::shutdown(stream, SHUT_WR);
      sending = false;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
    if (left.count() <= 0) return false;
    pollfd entry{.fd = stream, .events = static_cast<short>(sending ? POLLIN | POLLOUT : POLLIN), .revents = 0};
    if (::poll(&entry, 1, static_cast<int>(left.count())) < 0 && errno != EINTR) return false;
    if (sending && (entry.revents & POLLOUT) != 0) {
      const ssize_t sent = ::send(stream, input.data(), input.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) input.remove_prefix(static_cast<std::size_t>(sent));
      if (sent < 0 && errno != EAGAIN && errno != EINTR) input = {};  // it does not read; it may still answer
    }
    if ((entry.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    const ssize_t got = ::recv(stream, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) return true;
    const std::size_t room = request.max_output - std::min(request.max_output, output.size());
    output.append(buffer.data(), std::min(room, static_cast<std::size_t>(got)));
  }
}

}  // namespace

Result<ProgramResult> run_program(ProgramRequest request) {
  const auto deadline = SteadyClock::now() + request.timeout;
  auto child = begin(request);
  if (!child) return std::unexpected(std::move(child.error()));
  ProgramResult result;
  const bool in_time = exchange(request, child->stream.get(), deadline, result.output);
  // Whatever it started goes with it.
  if (!in_time) ::kill(-child->pid, SIGKILL);
  int status = 0;
  while (::waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time) {
    auto late = fail(ErrorCode::DeadlineExceeded, "'" + request.arguments.front() + "' did not end in time");
    late.error().retryable = true;
    return late;
  }
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

}  // namespace draas
