#pragma once

#include <optional>

#include "core/platform/platform.hpp"
#include "platforms/process/identity.hpp"

namespace draas::platforms::process {

// What the process uses now, from /proc; nullopt when it has ended. Its children are not counted. Blocks for some 50
// µs.
std::optional<core::Usage> read_usage(const ProcessIdentity& identity);

}  // namespace draas::platforms::process
