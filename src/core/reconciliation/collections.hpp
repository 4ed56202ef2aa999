#pragma once
// Where reconciliation keeps its documents.

#include <string_view>

namespace draas::core::collections {

inline constexpr std::string_view kAudit = "audit";          // one per entry; id: number, 20 digits
inline constexpr std::string_view kLeases = "leases";        // one per worker; id: its name
inline constexpr std::string_view kRequests = "requests";    // one per unanswered request to reconcile
inline constexpr std::string_view kPolicies = "policies";    // one per instance with a policy, and the fleet's
inline constexpr std::string_view kApprovals = "approvals";  // one per approval
inline constexpr std::string_view kRollouts = "rollouts";    // one per rollout
inline constexpr std::string_view kRolloutTargets =
    "rolloutTargets";  // one per target; id: <rollout>/<place, 6 digits>

}  // namespace draas::core::collections
