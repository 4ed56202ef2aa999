#include "support/command_line.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace draas::tests {
namespace {

// In the child, between fork and exec: these test programs fork with other threads running, so that nothing here may
// take a lock that they hold. Everything is made before the fork.
struct Prepared {
  Prepared(const std::string& executable, const std::vector<std::string>& arguments,
           const std::map<std::string, std::string>& environment) {
    words.push_back(executable);
    words.insert(words.end(), arguments.begin(), arguments.end());
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string variable(*entry);
      if (!environment.contains(variable.substr(0, variable.find('=')))) variables.push_back(variable);
    }
    for (const auto& [name, value] : environment) {
      if (!value.empty()) variables.push_back(name + "=" + value);
    }
    for (std::string& variable : variables) envp.push_back(variable.data());
    envp.push_back(nullptr);
  }

  std::vector<std::string> words;
  std::vector<std::string> variables;
  std::vector<char*> argv;
  std::vector<char*> envp;
};

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

}  // namespace

CommandResult run_command(const std::string& executable, const std::vector<std::string>& arguments,
                          const std::map<std::string, std::string>& environment, const std::string& input) {
  Prepared prepared(executable, arguments, environment);
  std::array<std::array<int, 2>, 3> pipes{};
  for (auto& ends : pipes) {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  }
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(pipes[0][0], 0);
    ::dup2(pipes[1][1], 1);
    ::dup2(pipes[2][1], 2);
    ::execve(prepared.argv[0], prepared.argv.data(), prepared.envp.data());
    ::_exit(127);
  }
  ::close(pipes[0][0]);
  ::close(pipes[1][1]);
  ::close(pipes[2][1]);
  // What tests type fits into a pipe.
  if (::write(pipes[0][1], input.data(), input.size()) < 0) ::perror("write");
  ::close(pipes[0][1]);
  CommandResult result;
  std::array<pollfd, 2> watched{{{pipes[1][0], POLLIN, 0}, {pipes[2][0], POLLIN, 0}}};
  std::array<std::string*, 2> texts{&result.out, &result.err};
  std::array<char, 4096> buffer{};
  for (int open = 2; open > 0;) {
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) break;
    for (std::size_t i = 0; i < watched.size(); ++i) {
      if (watched[i].fd < 0 || watched[i].revents == 0) continue;
      const ssize_t got = ::read(watched[i].fd, buffer.data(), buffer.size());
      if (got > 0) {
        texts[i]->append(buffer.data(), static_cast<std::size_t>(got));
      } else {
        ::close(watched[i].fd);
        watched[i].fd = -1;
        --open;
      }
    }
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  result.code = code_of(status);
  return result;
}

TerminalCommand::TerminalCommand(const std::string& executable, const std::vector<std::string>& arguments,
                                 const std::map<std::string, std::string>& environment) {
  Prepared prepared(executable, arguments, environment);
  constexpr winsize kSize{.ws_row = 30, .ws_col = 100, .ws_xpixel = 0, .ws_ypixel = 0};
  pid_ = ::forkpty(&terminal_, nullptr, nullptr, &kSize);
  if (pid_ == 0) {
    ::execve(prepared.argv[0], prepared.argv.data(), prepared.envp.data());
    ::_exit(127);
  }
  if (terminal_ >= 0) ::fcntl(terminal_, F_SETFD, FD_CLOEXEC);
}

TerminalCommand::~TerminalCommand() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
  }
  if (terminal_ >= 0) ::close(terminal_);
}

bool TerminalCommand::read_some(std::chrono::milliseconds wait) {
  pollfd watched{terminal_, POLLIN, 0};
  if (::poll(&watched, 1, static_cast<int>(wait.count())) <= 0) return true;
  std::array<char, 4096> buffer{};
  const ssize_t got = ::read(terminal_, buffer.data(), buffer.size());
  if (got <= 0) return false;  // EIO: the program has ended
  screen_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

bool TerminalCommand::wait_for(const std::string& text, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (screen_.find(text) == std::string::npos) {
    if (std::chrono::steady_clock::now() > deadline || !read_some(std::chrono::milliseconds(50))) break;
  }
  return screen_.find(text) != std::string::npos;
}

void TerminalCommand::type(const std::string& keys) {
  if (::write(terminal_, keys.data(), keys.size()) < 0) ::perror("write");
}

int TerminalCommand::finish() {
  while (read_some(std::chrono::milliseconds(1'000))) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) continue;
    while (read_some(std::chrono::milliseconds(0))) {
      pollfd watched{terminal_, POLLIN, 0};
      if (::poll(&watched, 1, 0) <= 0) break;
    }
    pid_ = -1;
    return code_of(status);
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return code_of(status);
}

}  // namespace draas::tests
