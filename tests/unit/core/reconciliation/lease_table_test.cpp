#include "core/reconciliation/lease_table.hpp"

#include <gtest/gtest.h>

namespace draas::core {
namespace {

using std::chrono::seconds;

class LeaseTableTest : public ::testing::Test {
 protected:
  LeaseTable::Outcome beat(const std::string& worker, std::optional<ShardSet> busy = std::nullopt) {
    Heartbeat heartbeat;
    heartbeat.worker = worker;
    heartbeat.busy = busy;
    return table_.renew(heartbeat, WallTime{}, now_);
  }
  std::size_t count(const std::string& worker) const { return table_.shards_of(worker).count(); }

  LeaseTable table_;
  SteadyTime now_{seconds(1'000)};
};

TEST_F(LeaseTableTest, TheFirstWorkerHasAllAtOnce) {
  const auto outcome = beat("a");
  EXPECT_TRUE(outcome.shards_changed);
  EXPECT_TRUE(outcome.must_be_stored);
  EXPECT_EQ(count("a"), kShards);
  const auto again = beat("a");
  EXPECT_FALSE(again.shards_changed);
  EXPECT_FALSE(again.must_be_stored);
}

TEST_F(LeaseTableTest, NoShardIsEverWorkedOnByTwo) {
  const std::vector<std::string> order{"a", "b", "a", "c", "b", "a", "c", "a", "b", "c", "b", "a", "c", "b", "a"};
  for (const std::string& worker : order) {
    beat(worker);
    ShardSet all;
    for (const auto& [name, lease] : table_.all()) {
      EXPECT_TRUE((all & (lease.shards | lease.letting_go)).none()) << "after " << worker;
      all |= lease.shards | lease.letting_go;
    }
  }
  for (const char* worker : {"a", "b", "c"}) EXPECT_GE(count(worker), kShards / 3) << worker;
}

TEST_F(LeaseTableTest, AShardThatIsStillBusyStaysUntilItIsNot) {
  beat("a");
  beat("b");
  beat("a");
  const ShardSet leaving = table_.find("a")->letting_go;
  ASSERT_EQ(leaving.count(), 32U);
  ShardSet busy;
  for (std::size_t i = 0; i < kShards && busy.none(); ++i) busy.set(i, leaving.test(i));
  beat("a", busy);
  beat("b");
  EXPECT_EQ(count("b"), 31U);
  beat("a", ShardSet());
  beat("b");
  EXPECT_EQ(count("b"), 32U);
}

TEST_F(LeaseTableTest, WhatADeadWorkerHeldIsFreeAfterItsTime) {
  beat("a");
  beat("b");
  now_ += seconds(9);
  EXPECT_TRUE(table_.expire(now_).empty());
  beat("b");
  now_ += seconds(2);
  EXPECT_EQ(table_.expire(now_), std::vector<std::string>{"a"});
  EXPECT_EQ(count("a"), 0U);
  beat("b");
  EXPECT_EQ(count("b"), kShards);
}

TEST_F(LeaseTableTest, WhoComesBackGetsAFairShareAndNoMore) {
  beat("a");
  table_.end("a");
  beat("b");
  beat("a");
  EXPECT_EQ(count("a"), 0U);
  beat("b");
  beat("b");
  beat("a");
  EXPECT_EQ(count("a"), 32U);
}

TEST_F(LeaseTableTest, StoredLeasesAreAsBeforeWithTheirTimeAnew) {
  beat("a");
  beat("b");
  beat("a");
  LeaseTable restored;
  for (const auto& [worker, lease] : table_.all()) {
    auto read = lease_from_document(to_document(lease));
    ASSERT_TRUE(read) << read.error().message;
    restored.restore(std::move(*read), WallTime{}, now_ + seconds(60));
  }
  EXPECT_EQ(restored.shards_of("a"), table_.shards_of("a"));
  EXPECT_EQ(restored.find("a")->letting_go, table_.find("a")->letting_go);
  EXPECT_TRUE(restored.expire(now_ + seconds(69)).empty());
  EXPECT_EQ(restored.expire(now_ + seconds(71)).size(), 2U);
  EXPECT_FALSE(lease_from_document("{}"));
  EXPECT_FALSE(lease_from_document("["));
}

}  // namespace
}  // namespace draas::core
