#include <gtest/gtest.h>

#include "drasi/configuration.hpp"

namespace draas::drasi {
namespace {

constexpr const char* kBanner = "Starting Drasi Server\n  Version: 0.2.2\n";

TEST(LastError, IsWhatTheServerSaysLast) {
  const std::string log = std::string(kBanner) +
                          "2026-11-27T17:11:52Z  WARN drasi_server::server: API modifications will not persist\n"
                          "Error: Missing plugins required by configuration:\n"
                          "  - source/nosuch (referenced by source 's')\n"
                          "Install the missing plugins or correct the 'kind' values in your config.\n";
  EXPECT_EQ(last_error(log),
            "Missing plugins required by configuration: source/nosuch (referenced by source 's') Install the missing "
            "plugins or correct the 'kind' values in your config.");
}

TEST(LastError, LeavesBacktracesAndCausesOut) {
  EXPECT_EQ(last_error("Error: Validation error: variable 'NOPE' not found\n\nCaused by:\n    the same again\n"),
            "Validation error: variable 'NOPE' not found");
  EXPECT_EQ(last_error("Error: Cannot assign requested address (os error 99)\n\nStack backtrace:\n   0: anyhow\n"),
            "Cannot assign requested address (os error 99)");
  EXPECT_EQ(last_error("Error: one\nStack backtrace:\n   0: anyhow\n"), "one");
}

TEST(LastError, IsOfTheLastRunAlone) {
  const std::string earlier = std::string(kBanner) + "Error: of an earlier run\n";
  EXPECT_EQ(last_error(earlier + kBanner + "INFO all is well\n"), "");
  EXPECT_EQ(last_error(earlier + kBanner + "Error: first\nError: second\n"), "second");
}

TEST(LastError, KnowsPanics) {
  EXPECT_EQ(last_error("thread 'main' panicked at src/main.rs:1:2:\nindex out of bounds\nnote: run with `X`\n"),
            "thread 'main' panicked at src/main.rs:1:2: index out of bounds");
  EXPECT_EQ(last_error("thread 'main' is fine\n"), "");
}

TEST(LastError, OfOtherTextIsNothing) {
  EXPECT_EQ(last_error(""), "");
  EXPECT_EQ(last_error("2026 ERROR drasi_lib: Error: in the middle of a line\n"), "");
  EXPECT_EQ(last_error("Error: "), "");
}

TEST(LastError, IsOfABoundedLength) {
  std::string log = "Error: ";
  for (int i = 0; i < 500; ++i) log += "ä";
  const std::string text = last_error(log);
  EXPECT_LE(text.size(), 403U);
  EXPECT_TRUE(text.ends_with("ä...")) << text;
}

}  // namespace
}  // namespace draas::drasi
