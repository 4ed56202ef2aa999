#pragma once
// Parts of a test that need a process of their own: this program started again in another mode (see main.cpp).

#include <string>
#include <vector>

#include <sys/types.h>

namespace draas::tests {

// The modes; each returns the exit code of the process.
//   commit <back end> <directory> <first round>   commits until killed; one "<committer> <round>" line per answer
//   hold <path>                                   opens an SQLite store, prints "open", holds it until stdin ends
//   open-as <uid> <path>                          becomes that user, opens the store, prints the outcome
int run_child(const std::vector<std::string>& arguments);

// Killed at the end of its life if it still runs.
class Child {
 public:
  explicit Child(const std::vector<std::string>& arguments);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The next whole line it prints; "" at the end of its output.
  std::string read_line();
  std::string read_all();
  void kill_hard();
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  int input_ = -1;
  std::string buffer_;
};

}  // namespace draas::tests
