#include "base/error.hpp"

#include <cerrno>

#include <gtest/gtest.h>

namespace draas {
namespace {

TEST(Error, ContextGoesBeforeTheMessageAndKeepsTheRest) {
  Error error{ErrorCode::Conflict, "busy", {Fault{"/a", "b"}}, "inside", true};
  const Error with = std::move(error).with_context("starting 'x'");
  EXPECT_EQ(with.message, "starting 'x': busy");
  EXPECT_EQ(with.code, ErrorCode::Conflict);
  EXPECT_EQ(with.faults, (std::vector{Fault{"/a", "b"}}));
  EXPECT_EQ(with.internal, "inside");
  EXPECT_TRUE(with.retryable);
}

TEST(Error, FailMakesAnErrorOfAnyResult) {
  const Result<int> result = fail(ErrorCode::NotFound, "no x", {Fault{"/x", "absent"}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::NotFound);
  EXPECT_EQ(result.error().message, "no x");
  EXPECT_EQ(result.error().faults.size(), 1U);
  EXPECT_FALSE(result.error().retryable);
}

TEST(Error, SystemErrorsThatMayPassAreUnavailableAndRetryable) {
  const Status full = fail_errno("writing", ENOSPC);
  EXPECT_EQ(full.error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(full.error().retryable);
  EXPECT_EQ(full.error().message, "writing: No space left on device");

  const Status denied = fail_errno("opening", EACCES);
  EXPECT_EQ(denied.error().code, ErrorCode::Internal);
  EXPECT_FALSE(denied.error().retryable);
}

TEST(Error, CodesAreSpelledAsOnTheWire) {
  EXPECT_EQ(to_string(ErrorCode::InvalidArgument), "InvalidArgument");
  EXPECT_EQ(to_string(ErrorCode::DeadlineExceeded), "DeadlineExceeded");
  EXPECT_EQ(to_string(ErrorCode::Internal), "Internal");
}

}  // namespace
}  // namespace draas
