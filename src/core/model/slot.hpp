#pragma once
// The two places in which an instance's workloads run: an active one, and at most one standby beside it. Each slot has
// its own working directory and its own ports. Plain values.

#include <optional>
#include <string>
#include <string_view>

namespace draas::core {

enum class Slot { A, B };

// What a standby is there for.
enum class StandbyRole {
  Candidate,  // started beside the active workload, not yet promoted
  Retired,    // was active before a promotion
};

std::string_view to_string(Slot slot);  // "a", "b"
std::string_view to_string(StandbyRole role);
std::optional<Slot> parse_slot(std::string_view text);
std::optional<StandbyRole> parse_standby_role(std::string_view text);
Slot other(Slot slot);

// The name under which platforms know the workload: "orders" in slot a, "orders~b" in slot b. Instance ids have no '~'.
std::string workload_name(std::string_view instance_id, Slot slot);

struct WorkloadName {
  std::string instance_id;
  Slot slot = Slot::A;
};
WorkloadName parse_workload_name(std::string_view name);

}  // namespace draas::core
