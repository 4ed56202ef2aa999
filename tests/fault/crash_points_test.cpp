// Every point at which the program can be killed is visited by some test.

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace draas::tests {
namespace {

namespace fs = std::filesystem;

std::string text_below(const fs::path& directory, const fs::path& without = {}) {
  std::ostringstream text;
  for (const auto& file : fs::recursive_directory_iterator(directory)) {
    if (file.path().extension() != ".cpp" || file.path() == without) continue;
    text << std::ifstream(file.path()).rdbuf();
  }
  return text.str();
}

TEST(CrashPoints, EachIsVisitedBySomeTest) {
  const fs::path source = DRAAS_SOURCE_DIR;
  const std::string program = text_below(source / "src");
  const std::string tests = text_below(source / "tests", source / "tests/fault/crash_points_test.cpp");
  std::set<std::string> points;
  const std::regex call("crash_point\\(\"([^\"]+)\"\\)");
  for (std::sregex_iterator at(program.begin(), program.end(), call); at != std::sregex_iterator(); ++at) {
    points.insert((*at)[1]);
  }
  ASSERT_GT(points.size(), 60U);
  for (const std::string& point : points) {
    const bool visited =
        tests.find('"' + point + '"') != std::string::npos || tests.find('"' + point + ':') != std::string::npos;
    EXPECT_TRUE(visited) << point;
  }
}

}  // namespace
}  // namespace draas::tests
