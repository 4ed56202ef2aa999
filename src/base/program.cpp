#include "base/program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string_view>

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

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long a request to stop may go unnoticed.
constexpr milliseconds kStopCheck{100};
constexpr int kSignalBase = 128;

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::vector<std::string> whole_environment(const std::map<std::string, std::string>& own) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : own) variables.push_back(name + "=" + value);
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    if (!own.contains(std::string(text.substr(0, text.find('='))))) variables.emplace_back(text);
  }
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

// The child, or the errno of the failure. Its standard input and output are `end`.
Result<pid_t> spawn(const ProgramCall& call, int end) {
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, end, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, end, STDOUT_FILENO);
  if (call.merge_errors) {
    posix_spawn_file_actions_adddup2(&actions, end, STDERR_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  sigset_t none{};
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);

  std::vector<std::string> words = call.words;
  std::vector<std::string> variables = whole_environment(call.environment);
  pid_t child = -1;
  const int failure = posix_spawnp(&child, words.front().c_str(), &actions, &attributes, pointers(words).data(),
                                   pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failure == ENOENT) return fail(ErrorCode::NotFound, "there is no program '" + words.front() + "' on PATH");
  if (failure != 0) return fail_errno("cannot run " + words.front(), failure);
  return child;
}

// Feeds the input and collects the output until the program closes its end.
Status converse(const ProgramCall& call, int socket, const std::stop_token& stop, std::string& output) {
  const auto deadline = steady_clock::now() + call.limit;
  std::string_view input = call.input;
  if (input.empty()) ::shutdown(socket, SHUT_WR);
  while (true) {
    if (stop.stop_requested()) return fail(ErrorCode::Cancelled, call.words.front() + " was stopped");
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(call.limit).count();
      return fail(ErrorCode::DeadlineExceeded,
                  call.words.front() + " took longer than " + std::to_string(seconds) + " s and was ended");
    }
    pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
    if (!input.empty()) waiting.events |= POLLOUT;
    if (::poll(&waiting, 1, static_cast<int>(std::min(left, kStopCheck).count())) <= 0) continue;
    if (!input.empty() && (waiting.revents & POLLOUT) != 0) {
      const ssize_t sent = ::send(socket, input.data(), input.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) input.remove_prefix(static_cast<std::size_t>(sent));
      // A program that does not read its input is not at fault.
      if (sent < 0 && errno != EAGAIN && errno != EINTR) input = {};
      if (input.empty()) ::shutdown(socket, SHUT_WR);
    }
    if ((waiting.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    std::array<char, 4096> buffer{};
    const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return {};
    const std::size_t room = call.max_output - std::min(call.max_output, output.size());
    output.append(buffer.data(), std::min(room, static_cast<std::size_t>(got)));
  }
}

}  // namespace

Result<ProgramOutput> run_program(const ProgramCall& call, const std::stop_token& stop) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail_errno("cannot run " + call.words.front(), errno);
  }
  const Descriptor ours(ends[0]);
  Descriptor theirs(ends[1]);
  Result<pid_t> child = spawn(call, theirs.get());
  theirs.close();
  if (!child) return std::unexpected(std::move(child.error()));
  ProgramOutput output;
  Status finished = converse(call, ours.get(), stop, output.text);
  if (!finished) ::kill(-*child, SIGKILL);
  int status = 0;
  while (::waitpid(*child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!finished) return std::unexpected(std::move(finished.error()));
  output.status = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status);
  return output;
}

}  // namespace draas
