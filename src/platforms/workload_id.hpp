#pragma once
// Names of workloads, as far as they name directories and containers. Thread-safe.

#include <string_view>

#include "base/error.hpp"

namespace draas::platforms {

// True when `id` can be one component of a path and nothing else: letters, digits, '.', '_', '-', '~' (in the names of
// workloads in slot b), at most 128 characters, starting with a letter, a digit or '_'.
bool is_safe_id(std::string_view id);
// InvalidArgument when it is not.
Status check_id(std::string_view id);

}  // namespace draas::platforms
