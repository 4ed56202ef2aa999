#pragma once
// Two configurations compared, for programs and for people. Pure.

#include <string>
#include <vector>

#include "base/json.hpp"

namespace draas::api {

// One line per operation of `patch` (from diff_json): "changed /port from 8080 to 8081",
// "added /queries/1 (id 'hot')". Values of secret fields are not shown.
std::vector<std::string> describe_changes(const Json& from, const Json& patch);

}  // namespace draas::api
