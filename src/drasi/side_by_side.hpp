#pragma once
// Can two servers run the same configuration on one machine at the same time? Pure and thread-safe.

#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace draas::drasi {

// What stands in the way when a second server is started beside one that runs the same or a similar configuration:
// what only one of them could have. Empty when nothing does. `document`: valid, in API form; paths point into it, each
// message names the way out.
//
// Obstacles are ports of components that are fixed (`auto` gives each server its own), Postgres sources (a replication
// slot has one reader), platform sources (members of one consumer group share the changes among them), and absolute
// paths of state stores and indexes. Components that do not start by themselves are in nobody's way.
std::vector<Fault> side_by_side_obstacles(const Json& document);

}  // namespace draas::drasi
