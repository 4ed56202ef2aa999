#pragma once
// Waits until instances are as somebody wants them. Events tell when to look again.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cli/session.hpp"

namespace draas::cli {

// What an instance is waited for. `instance` is null when it does not exist. An error ends the waiting.
using Condition = std::function<Result<bool>(const std::string& id, const Json& instance)>;

// Running and on its newest configuration, or stopped when that is wanted. Error fails.
Result<bool> is_settled(const std::string& id, const Json& instance);

// DeadlineExceeded names those that are not there yet; the condition's errors are gathered.
Status wait_for(Session& session, std::vector<std::string> ids, const Condition& condition, Duration timeout,
                const std::string& what);

}  // namespace draas::cli
