#include "cli/obstacles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/waiting.hpp"

namespace draas::cli {
namespace {

using namespace testing;

Json running(std::uint64_t newest, std::uint64_t applied) {
  return Json{{"id", "orders"},     {"desiredState", "Running"},       {"status", "Running"},
              {"phase", "Running"}, {"configurationRevision", newest}, {"appliedRevision", applied}};
}

TEST(Settled, IsWhatRunsOnItsNewestRevision) {
  EXPECT_TRUE(*is_settled("orders", running(2, 2)));
  EXPECT_FALSE(*is_settled("orders", running(2, 1)));
}

TEST(Settled, IsNotWhatRunsAndFails) {
  Json instance = running(1, 1);
  for (const char* health : {"Degraded", "Unhealthy"}) {
    instance["health"] = health;
    EXPECT_FALSE(*is_settled("orders", instance)) << health;
  }
  instance["health"] = "Healthy";
  EXPECT_TRUE(*is_settled("orders", instance));
}

TEST(Settled, FailsAtOnceWhenTheNewestRevisionIsHeld) {
  Json instance = running(3, 2);
  instance["held"] = Json{{"revision", 3}, {"reason", "query q0 failed"}};
  const auto settled = is_settled("orders", instance);
  ASSERT_FALSE(settled.has_value());
  EXPECT_EQ(settled.error().code, ErrorCode::Unprocessable);
  EXPECT_THAT(settled.error().message, AllOf(HasSubstr("revision 3 is held"), HasSubstr("query q0 failed")));
  instance["desiredState"] = "Stopped";
  instance["status"] = "Stopped";
  EXPECT_TRUE(*is_settled("orders", instance)) << "nobody wants it to run";
}

TEST(Settled, FailsWhenTheStoredRevisionWasTakenBack) {
  Json instance = running(4, 4);
  instance["held"] = Json{{"revision", 3}, {"reason", "query q0 failed"}};
  EXPECT_TRUE(*is_settled("orders", instance)) << "what is wanted runs";
  EXPECT_TRUE(settled_with({{"orders", 0}})("orders", instance).value_or(false)) << "nothing was stored";
  EXPECT_FALSE(settled_with({{"orders", 3}})("orders", instance).has_value());
  EXPECT_TRUE(settled_with({{"orders", 4}})("orders", instance).value_or(false)) << "a later one";
}

}  // namespace
}  // namespace draas::cli
