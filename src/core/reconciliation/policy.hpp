#pragma once
// By which rules an instance is reconciled. The control plane checks, keeps and merges policies; what they say is the
// workers' business. Pure.

#include "base/error.hpp"
#include "base/json.hpp"

namespace draas::core {

// The policy in its one spelling: known members only, absent ones left out, time spans as "30s", days as "Mon".
// InvalidArgument with every fault.
Result<Json> read_policy(const Json& body);

// `own` over `fleet`, member by member. A strategy's parameters and a pause's reason belong to it: they are not taken
// from the fleet's policy when its strategy or pause is not.
Json effective_policy(const Json& own, const Json& fleet);

}  // namespace draas::core
