#include "base/log.hpp"

#include <cstdlib>
#include <regex>
#include <sstream>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace draas {
namespace {

// Runs `body` in a process of its own, which leaves by exit(), and matches what it wrote to stderr.
template <class Body>
void expect_lines(Body body, const std::string& pattern) {
  EXPECT_EXIT(
      {
        body();
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), pattern);
}

class Log : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

using LogDeathTest = Log;

TEST_F(LogDeathTest, WritesOneJsonObjectPerLine) {
  expect_lines(
      [] {
        configure_log({});
        log_info("instance started", {{"instanceId", "a\"b"}, {"pid", 42}, {"ok", true}});
      },
      "^\\{\"time\":\"[^\"]+Z\",\"level\":\"info\",\"message\":\"instance "
      "started\",\"instanceId\":\"a..\"?b\",\"pid\":42,"
      "\"ok\":true\\}\n$");
}

TEST_F(LogDeathTest, AddsTheErrorsCodeAndBothTexts) {
  expect_lines(
      [] {
        configure_log({});
        Error error{ErrorCode::Unavailable, "no answer", {}, "ECONNREFUSED", true};
        write_log(LogLevel::Warn, "probe failed", error, {{"port", 1}});
      },
      "\"level\":\"warn\",\"message\":\"probe failed\",\"port\":1,\"code\":\"Unavailable\",\"error\":\"no answer\","
      "\"internal\":\"ECONNREFUSED\"");
}

TEST_F(LogDeathTest, TextFormKeepsEveryEntryOnItsLine) {
  expect_lines(
      [] {
        configure_log({.level = LogLevel::Debug, .format = LogFormat::Text});
        log_debug("hello", {{"a", "x y"}, {"b", "z"}, {"c", "1\n2"}, {"d", 5}});
      },
      "^[^ ]+Z debug hello a=\"x y\" b=z c=\"1.n2\" d=5\n$");
}

TEST_F(LogDeathTest, HoldsTheLevel) {
  expect_lines(
      [] {
        configure_log({.level = LogLevel::Warn});
        log_info("quiet");
        log_debug("quieter");
        log_warn("loud");
        configure_log({.level = LogLevel::Off});
        log_error("off");
      },
      "^[^\n]*loud[^\n]*\n$");
}

TEST_F(LogDeathTest, LosesNothingOnACleanExit) {
  expect_lines(
      [] {
        configure_log({});
        std::vector<std::thread> threads;
        for (int t = 0; t < 2; ++t) {
          threads.emplace_back([] {
            for (int i = 0; i < 500; ++i) log_info("line");
          });
        }
        for (std::thread& thread : threads) thread.join();
        log_info("last");
      },
      "\"last\"\\}\n$");
}

TEST_F(LogDeathTest, WorksBeforeItIsConfigured) {
  expect_lines([] { log_error("early"); }, "\"message\":\"early\"");
}

}  // namespace
}  // namespace draas
