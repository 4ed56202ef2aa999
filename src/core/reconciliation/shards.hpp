#pragma once
// How instances are shared out among workers: 64 shards, each held by at most one worker. Pure.

#include <array>
#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace draas::core {

inline constexpr std::size_t kShards = 64;
using ShardSet = std::bitset<kShards>;

// The shard of an instance: FNV-1a (64 bits) of its id, modulo 64.
std::size_t shard_of(std::string_view instance_id);

// For each shard the worker that has it; "" = nobody.
using ShardOwners = std::array<std::string, kShards>;

// Shares that are even over `workers` (they differ by at most one shard) and move as few shards as possible from
// `current`. Owners that are not among the workers have lost theirs. Without workers nobody has any.
ShardOwners assign_shards(const ShardOwners& current, std::vector<std::string> workers);

}  // namespace draas::core
