#pragma once
// Waits until instances are as somebody wants them. Events tell when to look again.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cli/session.hpp"

namespace draas::cli {

// What an instance is waited for. `instance` is null when it does not exist. An error ends the waiting for it.
using Condition = std::function<Result<bool>(const std::string& id, const Json& instance)>;

// Running and on its newest configuration, or stopped when that is wanted. Error fails, and so does a newest revision
// that is held.
Result<bool> is_settled(const std::string& id, const Json& instance);

// Revisions that a command stored, by instance.
using StoredRevisions = std::map<std::string, std::uint64_t>;
// The same; also fails when a revision from the stored one on is held, though an older one may run well.
Condition settled_with(StoredRevisions stored);

struct Waiting {
  std::vector<std::string> ids;
  Condition condition;
  Duration timeout;
  std::string what;       // for people
  bool settling = false;  // what keeps an instance from its newest revision is told, and ends the waiting if it lasts
};

// DeadlineExceeded names those that are not there yet; the condition's errors are gathered. The control plane may be
// away meanwhile.
Status wait_for(Session& session, Waiting waiting);
// Until they are settled.
Status wait_until_settled(Session& session, StoredRevisions stored, Duration timeout);

}  // namespace draas::cli
