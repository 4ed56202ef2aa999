#pragma once
// One instance as the control plane tells of it for a comparison: what was asked for, what runs, and by which rules it
// is brought there. Plain values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "core/model/status.hpp"
#include "reconciliation/policy.hpp"

namespace draas::reconciliation {

struct Hold {
  std::uint64_t revision = 0;
  std::string reason;
};

// Who reconcilers say that they are when they start a standby.
inline constexpr std::string_view kReconcilerOwner = "reconciler";

enum class StandbyRole { Candidate, Retired };

struct Standby {
  StandbyRole role = StandbyRole::Candidate;
  std::string owner;  // kReconcilerOwner, or somebody else's
  std::uint64_t revision = 0;
  std::string platform;
};

struct InstanceState {
  std::string id;
  std::string platform;
  core::DesiredState desired_state = core::DesiredState::Stopped;
  core::Phase phase = core::Phase::Idle;
  std::uint64_t revision = 0;          // wanted
  std::uint64_t applied_revision = 0;  // what the active workload was brought to; 0 = none
  std::uint64_t healthy_revision = 0;  // the newest whose checks passed; 0 = none
  std::uint64_t generation = 0;        // of the active workload
  bool one_shot = false;
  std::string host;
  std::uint16_t port = 0;
  std::string spec_hash;          // of what runs
  std::string desired_spec_hash;  // of the wanted revision
  Json platform_options;          // what the workload was started with on its platform; null when not known
  Json desired_platform_options;  // what it would be started with now
  Json desired;                   // rendered document of the wanted revision
  Json applied;                   // rendered document of the applied revision; null when not known
  Json actual;                    // what the running server reports; null when it does not run or does not answer
  std::string actual_error;
  std::string observed;  // mark of `actual`: changes with it
  std::optional<Standby> standby;
  std::optional<Hold> held;
  std::vector<std::string> side_by_side_obstacles;  // why a second workload could not run beside it
  Policy policy;                                    // the control plane's, without the worker's own settings

  bool runs() const { return phase == core::Phase::Running || phase == core::Phase::Starting; }
};

// From the answer of GET /api/reconciliation/instances/{id}/state. Internal when it is not what this version knows.
Result<InstanceState> parse_instance_state(const Json& answer);

}  // namespace draas::reconciliation
