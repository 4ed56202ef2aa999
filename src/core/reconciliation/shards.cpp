#include "core/reconciliation/shards.hpp"

#include <algorithm>
#include <map>

#include "base/id.hpp"

namespace draas::core {

std::size_t shard_of(std::string_view instance_id) { return fnv1a_64(instance_id) % kShards; }

ShardOwners assign_shards(const ShardOwners& current, std::vector<std::string> workers) {
  ShardOwners next;
  std::ranges::sort(workers);
  workers.erase(std::ranges::unique(workers).begin(), workers.end());
  if (workers.empty()) return next;

  std::map<std::string, std::size_t> held;
  for (const std::string& worker : workers) held[worker] = 0;
  for (const std::string& owner : current) {
    if (auto found = held.find(owner); found != held.end()) ++found->second;
  }
  // Whoever has most keeps most: the larger shares go to those that already have one more.
  std::vector<std::string> by_size = workers;
  std::ranges::stable_sort(by_size, [&](const auto& left, const auto& right) { return held[left] > held[right]; });
  std::map<std::string, std::size_t> room;
  const std::size_t share = kShards / workers.size();
  std::size_t larger_shares = kShards % workers.size();
  for (const std::string& worker : by_size) {
    room[worker] = share + (larger_shares > 0 ? 1 : 0);
    if (larger_shares > 0) --larger_shares;
  }
  for (std::size_t shard = 0; shard < kShards; ++shard) {
    auto owner = room.find(current[shard]);
    if (owner == room.end() || owner->second == 0) continue;
    next[shard] = owner->first;
    --owner->second;
  }
  auto taker = room.begin();
  for (std::string& owner : next) {
    if (!owner.empty()) continue;
    while (taker->second == 0) ++taker;
    owner = taker->first;
    --taker->second;
  }
  return next;
}

}  // namespace draas::core
