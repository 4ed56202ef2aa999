#pragma once
// What reconcilers answer, for people.

#include "cli/session.hpp"

namespace draas::cli {

void print_differences(Session& session, const Json& differences);
void print_plan(Session& session, const Json& plan);
// An audit entry; Unprocessable when it tells of a failure.
Status print_outcome(Session& session, const std::string& id, const Json& entry);

}  // namespace draas::cli
