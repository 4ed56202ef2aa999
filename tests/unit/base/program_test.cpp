#include "base/program.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/id.hpp"
#include "support/eventually.hpp"

namespace draas {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Programs, OutputAndExitCodeAreReturned) {
  const auto done = run_program({.words = {"sh", "-c", "echo out; echo err >&2; exit 3"}});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->status, 3);
  EXPECT_EQ(done->text, "out\nerr\n");
}

TEST(Programs, ErrorOutputCanBeLeftOut) {
  const auto done = run_program({.words = {"sh", "-c", "echo out; echo err >&2"}, .merge_errors = false});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->text, "out\n");
}

TEST(Programs, InputLargerThanAnyBufferIsFedWhileOutputIsRead) {
  const std::string input(1U << 20U, 'x');
  const auto done = run_program({.words = {"cat"}, .input = input, .max_output = 2U << 20U});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->text, input);
}

TEST(Programs, InputThatIsNotReadIsNoFault) {
  const auto done = run_program({.words = {"true"}, .input = std::string(1U << 20U, 'x')});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->status, 0);
}

TEST(Programs, OutputBeyondTheLimitIsDropped) {
  const auto done = run_program({.words = {"sh", "-c", "head -c 100000 /dev/zero"}, .max_output = 1000});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->text.size(), 1000U);
}

TEST(Programs, OwnEnvironmentGoesBeforeTheCallers) {
  const auto done = run_program({.words = {"sh", "-c", "echo $HOME $DRAAS_TEST_WORD"},
                                 .environment = {{"HOME", "/nowhere"}, {"DRAAS_TEST_WORD", "here"}}});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->text, "/nowhere here\n");
}

TEST(Programs, MissingOneIsNamed) {
  const auto done = run_program({.words = {"draas-no-such-program"}});
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::NotFound);
  EXPECT_THAT(done.error().message, HasSubstr("draas-no-such-program"));
}

TEST(Programs, SignalsAreToldApart) {
  const auto done = run_program({.words = {"sh", "-c", "kill -9 $$"}});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->status, 128 + 9);
}

// The limit ends descendants, too.
TEST(Programs, TooLongIsEndedWithItsChildren) {
  const auto marker = std::filesystem::temp_directory_path() / ("draas-program-" + random_hex(8));
  const auto done = run_program(
      {.words = {"sh", "-c", "sleep 600 & echo $! > " + marker.string() + "; wait"}, .limit = Duration(500)});
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::DeadlineExceeded);
  std::ifstream stream(marker);
  int child = 0;
  ASSERT_TRUE(stream >> child);
  EXPECT_TRUE(tests::eventually([&] {
    std::ifstream status("/proc/" + std::to_string(child) + "/stat");
    std::string id, name, state;
    return !(status >> id >> name >> state) || state == "Z";
  }));
  std::filesystem::remove(marker);
}

TEST(Programs, StopIsHeard) {
  std::stop_source stop;
  stop.request_stop();
  const auto done = run_program({.words = {"sleep", "600"}}, stop.get_token());
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::Cancelled);
}

}  // namespace
}  // namespace draas
