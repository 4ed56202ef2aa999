#include "api/idempotency.hpp"

#include <gtest/gtest.h>

namespace draas::api {
namespace {

using Claim = IdempotencyCache::Claim;

TEST(IdempotencyCache, GivesTheSameAnswerAgain) {
  IdempotencyCache cache(10);
  EXPECT_EQ(cache.claim("k", "r").claim, Claim::Mine);
  EXPECT_EQ(cache.claim("k", "r").claim, Claim::InProgress);
  cache.finish("k", net::Response::text(200, "done"));
  const auto again = cache.claim("k", "r");
  ASSERT_EQ(again.claim, Claim::Done);
  EXPECT_EQ(again.response->content(), "done");
}

TEST(IdempotencyCache, TellsAnotherRequestWithTheSameKey) {
  IdempotencyCache cache(10);
  cache.claim("k", "one");
  EXPECT_EQ(cache.claim("k", "two").claim, Claim::Mismatch);
}

TEST(IdempotencyCache, MayBeTriedAgainAfterAFailure) {
  IdempotencyCache cache(10);
  cache.claim("k", "r");
  cache.abandon("k");
  EXPECT_EQ(cache.claim("k", "r").claim, Claim::Mine);
}

TEST(IdempotencyCache, ForgetsTheOldestAnswersButNoneInProgress) {
  IdempotencyCache cache(2);
  cache.claim("going", "r");
  cache.claim("old", "r");
  cache.finish("old", net::Response::empty(204));
  cache.claim("new", "r");
  EXPECT_EQ(cache.claim("going", "r").claim, Claim::InProgress);
  EXPECT_EQ(cache.claim("new", "r").claim, Claim::InProgress);
  EXPECT_EQ(cache.claim("old", "r").claim, Claim::Mine);
}

}  // namespace
}  // namespace draas::api
