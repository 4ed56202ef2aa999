#pragma once
// A directory of a test's own, removed at its end.

#include <filesystem>

#include "base/id.hpp"

namespace draas::tests {

class Scratch {
 public:
  Scratch() : path_(std::filesystem::temp_directory_path() / ("draas-store-" + random_hex(8))) {
    std::filesystem::create_directories(path_);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace draas::tests
