#include "base/crash_point.hpp"

#include <cstdlib>

#include <gtest/gtest.h>
#include <signal.h>

namespace draas {
namespace {

// The variable is read when the program starts, hence in the second run of this program that a death test makes.
TEST(CrashPointDeathTest, KillsAtTheNamedPoint) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  ::setenv("DRAAS_CRASH_AT", "test.second", 1);
  EXPECT_EXIT(
      {
        crash_point("test.first");
        crash_point("test.second");
        std::exit(0);
      },
      testing::KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(
      {
        crash_point("test.first");
        std::exit(0);
      },
      testing::ExitedWithCode(0), "");
  ::unsetenv("DRAAS_CRASH_AT");
}

TEST(CrashPointDeathTest, CountsVisits) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  ::setenv("DRAAS_CRASH_AT", "test.point:3", 1);
  EXPECT_EXIT(
      {
        crash_point("test.point");
        crash_point("test.point");
        std::exit(0);
      },
      testing::ExitedWithCode(0), "");
  EXPECT_EXIT(
      {
        for (int i = 0; i < 3; ++i) crash_point("test.point");
        std::exit(0);
      },
      testing::KilledBySignal(SIGKILL), "");
  ::unsetenv("DRAAS_CRASH_AT");
}

TEST(CrashPoint, DoesNothingUnasked) {
  if (std::getenv("DRAAS_CRASH_AT") == nullptr) {
    EXPECT_FALSE(detail::kCrashPointsArmed);
  }
  crash_point("test.second");
}

}  // namespace
}  // namespace draas
