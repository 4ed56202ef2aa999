#include "cli/option_values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands.hpp"

namespace draas::cli {
namespace {

using namespace testing;

// What a command line is refused with; "" when it is taken.
std::string refusal_of(CLI::App& application, std::vector<std::string> words) {
  std::ranges::reverse(words);
  try {
    application.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  return {};
}

std::string verdict(const CLI::Validator& validator, std::string text) { return validator(text); }

TEST(OptionValues, AreWordsOfASet) {
  CLI::App application("test", "test");
  std::string policy;
  application.add_option("--policy", policy)->transform(one_of({"Always", "OnFailure", "Never"}));
  EXPECT_EQ(refusal_of(application, {"--policy", "onfailure"}), "");
  EXPECT_EQ(policy, "OnFailure") << "in any case, and written as here from then on";
  EXPECT_EQ(refusal_of(application, {"--policy", "wrong"}),
            "--policy: 'wrong' is not known; give Always, OnFailure or Never");
  EXPECT_EQ(choice_text({"a"}), "a");
}

TEST(OptionValues, AreNumbersWithinLimits) {
  for (const char* good : {"1", "10000"}) EXPECT_EQ(verdict(whole_number(1, 10'000), good), "");
  for (const std::string bad : {"0", "10001", "-1", "1.5", "x", "", "1 "}) {
    EXPECT_EQ(verdict(whole_number(1, 10'000), bad),
              "'" + bad + "' is not allowed; give a whole number from 1 to 10000");
  }
  EXPECT_THAT(verdict(whole_number(1), "0"), EndsWith("a whole number from 1 on"));
  EXPECT_EQ(verdict(positive_number(), "1.5"), "");
  for (const char* bad : {"0", "-1", "nan", "inf", "much"}) EXPECT_NE(verdict(positive_number(), bad), "") << bad;
  EXPECT_EQ(verdict(memory_size(), "512Mi"), "");
  EXPECT_EQ(verdict(memory_size(), "much"), "'much' is not allowed; give a size such as 512Mi");
  for (const char* good : {"auto", "1", "65535"}) EXPECT_EQ(verdict(port_or_auto(), good), "");
  for (const char* bad : {"0", "65536", "any"}) EXPECT_NE(verdict(port_or_auto(), bad), "") << bad;
}

TEST(OptionValues, AreLinesAndTimes) {
  for (const char* good : {"0", "100", "all", "ALL"}) EXPECT_EQ(verdict(line_count(), good), "");
  EXPECT_EQ(verdict(line_count(), "abc"), "'abc' is not allowed; give a number of lines from 0 to 1000000, or all");
  for (const char* good : {"10m", "0s", "2026-01-28T14:35:22Z"}) EXPECT_EQ(verdict(past_time(), good), "");
  for (const char* bad : {"yesterday", "-1m", ""}) EXPECT_NE(verdict(past_time(), bad), "") << bad;
}

TEST(OptionValues, AreSpansWithADefault) {
  CLI::App application("test", "test");
  Duration timeout = std::chrono::minutes(5);
  std::optional<Duration> since;
  const CLI::Option* option = add_span_option(&application, "--timeout", timeout, "How long");
  add_span_option(&application, "--since", since, "Since when");
  EXPECT_EQ(option->get_default_str(), "5m");
  EXPECT_EQ(refusal_of(application, {"--timeout", "1m30s", "--since", "0"}), "");
  EXPECT_EQ(timeout, std::chrono::seconds(90));
  EXPECT_EQ(since, Duration(0));
  EXPECT_EQ(refusal_of(application, {"--timeout", "soon"}),
            "--timeout: 'soon' is not allowed; give a time span such as 30s or 5m");
  EXPECT_NE(refusal_of(application, {"--timeout", "-1s"}), "");
}

// Every command: none has a check that says what is wrong in words of the parser's.
TEST(OptionValues, AreRefusedBeforeAnythingIsAsked) {
  const std::vector<std::vector<std::string>> wrong{{"get", "--sort", "wrong"},
                                                    {"get", "--status", "Running,wrong"},
                                                    {"top", "--sort", "wrong"},
                                                    {"top", "--interval", "wrong"},
                                                    {"create", "a", "--restart-policy", "wrong"},
                                                    {"create", "a", "--log-level", "wrong"},
                                                    {"create", "a", "--cpu", "wrong"},
                                                    {"create", "a", "--memory", "wrong"},
                                                    {"create", "a", "--port", "wrong"},
                                                    {"create", "a", "--front-port", "wrong"},
                                                    {"create", "a", "--timeout", "wrong"},
                                                    {"start", "a", "--timeout", "wrong"},
                                                    {"logs", "a", "--tail", "wrong"},
                                                    {"logs", "a", "--since", "wrong"},
                                                    {"events", "--since", "wrong"},
                                                    {"events", "--limit", "wrong"},
                                                    {"audit", "--limit", "wrong"},
                                                    {"history", "a", "--limit", "wrong"},
                                                    {"history", "a", "--diff", "wrong"},
                                                    {"history", "a", "--revision", "wrong"},
                                                    {"rollback", "a", "--to", "wrong"},
                                                    {"export", "a", "--format", "wrong"},
                                                    {"proxy", "a", "--port", "wrong"},
                                                    {"support-bundle", "--log-lines", "wrong"},
                                                    {"rollout", "create", "a", "--pause-between", "wrong"},
                                                    {"rollout", "create", "a", "--max-failures", "wrong"},
                                                    {"rollout", "create", "a", "--manual-pauses", "wrong"},
                                                    {"rollout", "status", "a", "--timeout", "wrong"},
                                                    {"open", "wrong"},
                                                    {"completion", "wrong"},
                                                    {"get", "--output", "wrong"},
                                                    {"get", "--request-timeout", "wrong"}};
  for (const std::vector<std::string>& words : wrong) {
    Session session("1.2.3");
    CLI::App application("test", "draas");
    application.fallthrough();
    add_commands(application, session);
    EXPECT_THAT(refusal_of(application, words),
                ContainsRegex("^[a-z-]+: 'wrong' is not (known|allowed); (give|there are) "))
        << testing::PrintToString(words);
    EXPECT_EQ(session.exit_code(), 0) << "the command itself is not run";
  }
}

}  // namespace
}  // namespace draas::cli
