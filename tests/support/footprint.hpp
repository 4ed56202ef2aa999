#pragma once
// What is there of workloads, looked at from outside: at the processes of a machine, or at a Docker engine.

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "support/docker_engine.hpp"
#include "support/server_process.hpp"

namespace draas::tests {

struct Footprint {
  std::vector<std::string> running;  // names of workloads, as often as they run
  std::set<std::string> instances;   // that have containers, running or not, or volumes
};

Footprint footprint_of(const ServerProcess& server);
Footprint footprint_of(DockerEngine& engine);

using Look = std::function<Footprint()>;

}  // namespace draas::tests
