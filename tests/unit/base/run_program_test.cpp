#include "base/run_program.hpp"

#include <gtest/gtest.h>

namespace draas {
namespace {

using namespace std::chrono_literals;

TEST(RunProgram, GivesInputAndTakesOutput) {
  const auto run = run_program({.arguments = {"cat"}, .input = "hello"});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->status, 0);
  EXPECT_EQ(run->output, "hello");
}

TEST(RunProgram, MuchInputAndOutputDoNotBlockEachOther) {
  const std::string much(1U << 20U, 'x');
  const auto run = run_program({.arguments = {"cat"}, .input = much, .max_output = much.size()});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->output, much);
}

TEST(RunProgram, TellsTheExitStatusAndJoinsErrorsWhenAsked) {
  const std::vector<std::string> arguments{"sh", "-c", "echo out; echo err >&2; exit 3"};
  const auto apart = run_program({.arguments = arguments});
  ASSERT_TRUE(apart);
  EXPECT_EQ(apart->status, 3);
  EXPECT_EQ(apart->output, "out\n");
  const auto joined = run_program({.arguments = arguments, .join_errors = true});
  ASSERT_TRUE(joined);
  EXPECT_EQ(joined->output, "out\nerr\n");
}

TEST(RunProgram, OutputIsBounded) {
  const auto run = run_program({.arguments = {"seq", "100000"}, .max_output = 10});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->output.size(), 10U);
}

TEST(RunProgram, IsKilledWhenItTakesTooLong) {
  const auto run = run_program({.arguments = {"sleep", "600"}, .timeout = 50ms});
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, ErrorCode::DeadlineExceeded);
}

TEST(RunProgram, SaysWhenThereIsNone) {
  const auto run = run_program({.arguments = {"no-such-program-anywhere"}});
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, ErrorCode::NotFound);
}

TEST(RunProgram, TheEnvironmentIsAddedToOurs) {
  const auto run = run_program({.arguments = {"sh", "-c", "echo $EXTRA"}, .environment = {"EXTRA=1"}});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->output, "1\n");
}

}  // namespace
}  // namespace draas
