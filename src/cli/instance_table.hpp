#pragma once
// Instances as `draas get` lists them.

#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "cli/table.hpp"

namespace draas::cli {

Table instance_table(const std::vector<Json>& instances, bool wide, WallTime now);

}  // namespace draas::cli
