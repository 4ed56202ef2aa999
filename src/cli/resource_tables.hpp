#pragma once
// What the API lists besides instances, as tables. Each takes the elements as the API has them.

#include <vector>

#include "base/json.hpp"
#include "cli/table.hpp"

namespace draas::cli {

using Elements = std::vector<Json>;

Table platform_table(const Elements& platforms);
Table rollout_table(const Elements& rollouts);
Table approval_table(const Elements& approvals);
// `instance`: whose revisions they are; says which one runs, and which one is held.
Table revision_table(const Elements& revisions, const Json& instance);
Table audit_table(const Elements& entries, bool wide);
Table event_table(const Elements& events, bool wide);
Table webhook_table(const Elements& webhooks, bool wide);
Table worker_table(const Elements& workers);
// Elements with `id`, `own` and `effective`.
Table policy_table(const Elements& policies, bool wide);

// "Sat,Sun 22:00-04:00 +02:00": when a policy allows changes; "" = always.
std::string windows_of(const Json& policy);
// "2 Succeeded, 1 Waiting"; one rollout has its targets, a list has counts.
std::string rollout_counts(const Json& rollout);

}  // namespace draas::cli
