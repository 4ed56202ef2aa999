#pragma once
// The workloads of an instance as clients see them. Pure.

#include <cstddef>

#include "base/json.hpp"
#include "core/model/instance.hpp"

namespace draas::core {

// Connections and proxied requests under way.
struct ConnectionCounts {
  std::size_t active = 0;
  std::size_t standby = 0;
};

// {instanceId, frontPort, active, standby, traffic, connections}; `active` is null while nothing runs or is to run.
Json workloads_to_json(const Instance& instance, const RuntimeRecord& runtime, const ConnectionCounts& counts);

}  // namespace draas::core
