#include "contract/store/child.hpp"

#include <array>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <stdexcept>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contract/store/back_ends.hpp"
#include "contract/store/crash_workload.hpp"
#include "stores/sqlite/sqlite_store.hpp"

namespace draas::tests {
namespace {

void print_line(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size())) ::_exit(3);
}

// Never returns by itself: the test kills it.
int commit_until_killed(const BackEnd& back_end, const std::string& directory, int first_round) {
  auto store = back_end.open(directory);
  if (!store) {
    print_line("failed: " + store.error().message);
    return 1;
  }
  std::function<void(int, int)> next = [&](int committer, int round) {
    (*store)->commit(crash_batch(committer, round), [&, committer, round](const Result<core::Commit>& done) {
      if (!done) {
        print_line("failed: " + done.error().message);
        ::_exit(1);
      }
      print_line(std::to_string(committer) + " " + std::to_string(round));
      next(committer, round + 1);
    });
  };
  for (int committer = 0; committer < kCrashCommitters; ++committer) next(committer, first_round);
  ::pause();
  return 0;
}

int hold(const std::string& path) {
  const auto store = stores::open_sqlite_store({.path = path});
  print_line(store ? "open" : "failed: " + store.error().message);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) continue;
  return 0;
}

int open_as(const std::string& uid, const std::string& path) {
  if (::setuid(static_cast<uid_t>(std::stoul(uid))) != 0) return 2;
  const auto store = stores::open_sqlite_store({.path = path});
  print_line(store ? "open" : std::string(to_string(store.error().code)) + ": " + store.error().message);
  return 0;
}

}  // namespace

int run_child(const std::vector<std::string>& arguments) {
  if (arguments.at(0) == "commit") {
    return commit_until_killed(back_end_named(arguments.at(1)), arguments.at(2), std::stoi(arguments.at(3)));
  }
  if (arguments.at(0) == "hold") return hold(arguments.at(1));
  if (arguments.at(0) == "open-as") return open_as(arguments.at(1), arguments.at(2));
  return 2;
}

Child::Child(const std::vector<std::string>& arguments) {
  std::array<int, 2> to_child{};
  std::array<int, 2> from_child{};
  if (::pipe2(to_child.data(), O_CLOEXEC) != 0 || ::pipe2(from_child.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("cannot make pipes");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_child[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from_child[1], STDOUT_FILENO);
  std::vector<std::string> words{"store-child", "--store-child"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const int failed = ::posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(to_child[0]);
  ::close(from_child[1]);
  input_ = to_child[1];
  output_ = from_child[0];
  if (failed != 0) throw std::runtime_error("cannot start the child");
}

Child::~Child() {
  kill_hard();
  ::close(output_);
  ::close(input_);
}

std::string Child::read_line() {
  for (;;) {
    if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    std::array<char, 4096> chunk{};
    const ssize_t got = ::read(output_, chunk.data(), chunk.size());
    if (got <= 0) return {};
    buffer_.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

std::string Child::read_all() {
  std::string all;
  for (std::string line = read_line(); !line.empty(); line = read_line()) all += line + "\n";
  return all;
}

void Child::kill_hard() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
}

}  // namespace draas::tests
