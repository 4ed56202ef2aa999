#pragma once
// The workloads of an instance as clients see them. Pure.

#include <cstddef>

#include "base/json.hpp"
#include "core/model/instance.hpp"

namespace draas::core {

struct WorkloadTraffic {
  std::size_t under_way = 0;   // connections and proxied requests
  std::uint64_t requests = 0;  // proxied ones that it was given by weight since it started
  std::uint64_t errors = 0;    // of those: not answered, or with a status of 500 and more
};

struct WorkloadsTraffic {
  WorkloadTraffic active;
  WorkloadTraffic standby;
};

// {instanceId, frontPort, active, standby, traffic, connections, requests}; `active` is null while nothing runs or is
// to run.
Json workloads_to_json(const Instance& instance, const RuntimeRecord& runtime, const WorkloadsTraffic& traffic);

}  // namespace draas::core
