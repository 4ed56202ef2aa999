#pragma once
// The stores that must pass this suite. To add one: write a line in back_ends.cpp.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/store/store.hpp"

namespace draas::tests {

struct BackEnd {
  std::string name;
  bool durable = false;  // opened again on the same directory, it has what it had
  std::function<Result<std::unique_ptr<core::Store>>(const std::filesystem::path& directory)> open;
};

const std::vector<BackEnd>& back_ends();
std::vector<BackEnd> durable_back_ends();
const BackEnd& back_end_named(const std::string& name);

}  // namespace draas::tests
