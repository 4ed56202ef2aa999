#pragma once
// Gives a configuration the ports it needs: the server's own and those of its components.
//
// Control loop only. Leases are held in the pool from here on; the caller commits plan.writes, or calls undo().

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "core/placement/port_pool.hpp"
#include "core/platform/platform.hpp"
#include "core/store/store.hpp"

namespace draas::core {

struct PortPlan {
  std::uint16_t server_port = 0;
  std::map<std::string, std::uint16_t> component_ports;  // for `auto`, by component_port_key()
  std::vector<std::uint16_t> leased;                     // new with this plan
  std::vector<Write> writes;                             // their lease documents
  std::vector<std::string> warnings;
};

struct PortWishes {
  std::optional<std::uint16_t> server_port;               // nullopt: allocate one
  bool server_port_is_wish = false;                       // when taken, allocate another and warn; else Conflict
  std::map<std::string, std::uint16_t> allocated_before;  // keep these for `auto`
  std::uint16_t front_port = 0;                           // of the instance: not for its workloads
};

// ResourceExhausted when the pool is full; Conflict, with the path, when a port is taken by another instance.
Result<PortPlan> plan_ports(PortPool& pool, Platform& platform, const std::string& host, const std::string& instance_id,
                            const Json& configuration, const PortWishes& wishes);

// Gives back what the plan leased.
void undo(PortPool& pool, const std::string& instance_id, const PortPlan& plan);

}  // namespace draas::core
