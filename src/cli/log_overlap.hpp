#pragma once
// Where a log that is read again goes on: which of its lines were there already. Pure.

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace draas::cli {

class LogOverlap {
 public:
  // Remembers a line that was read; of many, the newest.
  void add(const std::string& line);
  // How many of `again`, the end of the same log as it is now, are already known: those up to the last line that was
  // read. 0 when none of them is.
  std::size_t known_of(const std::vector<std::string>& again) const;

 private:
  std::deque<std::string> lines_;
};

}  // namespace draas::cli
