#pragma once
// A bar on stderr for what takes longer than a second; only on a terminal.

#include <chrono>
#include <string>

namespace draas::cli {

class Progress {
 public:
  // `total` 0: how much there is to do is not known, and a spinner is shown.
  Progress(std::string what, std::size_t total);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of the total, and what is under way.
  void show(std::size_t done, const std::string& detail = {});
  // Takes the line away, so that something else can be written.
  void clear();

 private:
  std::string what_;
  std::size_t total_;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point drawn_{};
  bool terminal_;
  bool visible_ = false;
  unsigned turn_ = 0;
};

}  // namespace draas::cli
