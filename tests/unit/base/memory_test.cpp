#include "base/memory.hpp"

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace draas {
namespace {

// Pages of files, of this process.
std::size_t file_pages() {
  std::size_t all = 0;
  std::size_t resident = 0;
  std::size_t of_files = 0;
  std::ifstream("/proc/self/statm") >> all >> resident >> of_files;
  return of_files;
}

TEST(Memory, StartUpsPagesGoAndTheProgramGoesOn) {
  std::vector<std::unique_ptr<std::string>> kept;
  for (int i = 0; i < 10'000; ++i) {
    auto text = std::make_unique<std::string>(1000, 'x');
    if (i % 10 == 0) kept.push_back(std::move(text));
  }
  const std::size_t before = file_pages();
  ASSERT_GT(before, 0U);
  release_start_up_memory();
  EXPECT_LT(file_pages(), before);
  for (const auto& text : kept) ASSERT_EQ(*text, std::string(1000, 'x'));
  EXPECT_THROW(throw std::runtime_error("unwound through tables that come back from the file"), std::runtime_error);
  release_free_memory();
}

}  // namespace
}  // namespace draas
