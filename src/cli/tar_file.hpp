#pragma once
// Writes a .tar.gz (POSIX ustar) of texts.

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace draas::cli {

class TarFile {
 public:
  // Made when close() succeeds, readable by its owner alone.
  explicit TarFile(std::string path) : path_(std::move(path)) {}

  // `name` has at most 100 characters.
  void add(const std::string& name, std::string_view content, long unix_time);
  Status close();

 private:
  std::string path_;
  std::string blocks_;
};

}  // namespace draas::cli
