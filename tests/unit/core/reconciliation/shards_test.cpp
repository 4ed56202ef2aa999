#include "core/reconciliation/shards.hpp"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

namespace draas::core {
namespace {

std::map<std::string, std::size_t> shares(const ShardOwners& owners) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& owner : owners) ++counts[owner];
  return counts;
}

std::size_t moves(const ShardOwners& from, const ShardOwners& to) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < kShards; ++i) count += from.at(i) != to.at(i) ? 1 : 0;
  return count;
}

TEST(Shards, AreTheFnvHashOfTheId) {
  // FNV-1a of "" and "a" (RFC 9923, appendix C), modulo 64.
  EXPECT_EQ(shard_of(""), 0xcbf29ce484222325ULL % 64);
  EXPECT_EQ(shard_of("a"), 0xaf63dc4c8601ec8cULL % 64);
}

TEST(Shards, NobodyHasAnyWithoutWorkers) {
  const ShardOwners owners = assign_shards({}, {});
  EXPECT_TRUE(std::ranges::all_of(owners, [](const std::string& owner) { return owner.empty(); }));
}

TEST(Shards, SharesAreEvenForAnyNumberOfWorkers) {
  for (std::size_t count = 1; count <= 70; ++count) {
    std::vector<std::string> workers;
    for (std::size_t i = 0; i < count; ++i) workers.push_back("w" + std::to_string(i));
    auto counts = shares(assign_shards({}, workers));
    for (const std::string& worker : workers) {
      EXPECT_GE(counts[worker], kShards / count) << worker << " of " << count;
      EXPECT_LE(counts[worker], (kShards + count - 1) / count) << worker << " of " << count;
    }
  }
}

TEST(Shards, OnlyTheNewcomersShareMoves) {
  const ShardOwners one = assign_shards({}, {"a"});
  const ShardOwners two = assign_shards(one, {"a", "b"});
  EXPECT_EQ(moves(one, two), 32U);
  const ShardOwners three = assign_shards(two, {"a", "b", "c"});
  EXPECT_EQ(moves(two, three), 21U);
  EXPECT_EQ(assign_shards(three, {"c", "b", "a", "a"}), three);
}

TEST(Shards, OfWhoeverLeavesTheOthersTakeJustThose) {
  const ShardOwners three = assign_shards(assign_shards(assign_shards({}, {"a"}), {"a", "b"}), {"a", "b", "c"});
  auto before = shares(three);
  const ShardOwners two = assign_shards(three, {"a", "c"});
  EXPECT_EQ(moves(three, two), before["b"]);
  auto counts = shares(two);
  EXPECT_EQ(counts["a"], 32U);
  EXPECT_EQ(counts["c"], 32U);
}

}  // namespace
}  // namespace draas::core
