#pragma once
// What can be wrong between a user and an instance, looked at one by one.

#include <string>
#include <vector>

#include "cli/session.hpp"

namespace draas::cli {

struct Finding {
  enum class Level { Good, Doubtful, Failed };
  Level level = Level::Good;
  std::string what;  // "platform Process"
  std::string text;  // what was found, and the way out
};

// Never fails: what cannot be looked at is a finding. No secrets in it.
std::vector<Finding> diagnose(Session& session);

Json to_json(const std::vector<Finding>& findings);
std::string finding_text(const Finding& finding, bool colour);

}  // namespace draas::cli
