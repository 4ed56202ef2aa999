// The public test suite of JSON Patch (the npm package json-patch-test-suite, by the authors of RFC 6902). It comes
// with the packages of the dashboard, which are fetched when that is built.

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace draas {
namespace {

std::filesystem::path suite() {
  const char* dashboard = std::getenv("DRAAS_TEST_DASHBOARD");
  const std::filesystem::path built =
      dashboard != nullptr ? std::filesystem::path(dashboard) : std::filesystem::path(DRAAS_BINARY_DIR) / "dashboard";
  return built / "node_modules/json-patch-test-suite";
}

class JsonPatchSuite : public ::testing::TestWithParam<const char*> {};

TEST_P(JsonPatchSuite, EveryEnabledCasePasses) {
  const std::filesystem::path file = suite() / GetParam();
  std::ifstream in(file);
  if (!in) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << file << " is missing: the dashboard's packages were not fetched";
    GTEST_SKIP() << file << " is missing: build the target draas_dashboard first";
  }
  // Not by our own parser, which refuses the suite's cases with a repeated key: all of them are disabled.
  const Json cases = Json::parse(in);
  ASSERT_GT(cases.size(), 10U);
  int run = 0;
  for (const Json& one : cases) {
    if (one.value("disabled", false) || !one.contains("patch")) continue;
    SCOPED_TRACE(one.dump());
    ++run;
    const auto result = apply_json_patch(one["doc"], one["patch"]);
    if (one.contains("error")) {
      EXPECT_FALSE(result) << "it should be refused: " << one["error"];
      continue;
    }
    ASSERT_TRUE(result) << result.error().message;
    if (one.contains("expected")) {
      EXPECT_TRUE(json_equal(*result, one["expected"])) << result->dump();
    }
  }
  EXPECT_GT(run, 10);
  RecordProperty("cases", run);
}

INSTANTIATE_TEST_SUITE_P(Files, JsonPatchSuite, ::testing::Values("tests.json", "spec_tests.json"),
                         [](const auto& info) { return info.index == 0 ? "General" : "OfTheRfc"; });

}  // namespace
}  // namespace draas
