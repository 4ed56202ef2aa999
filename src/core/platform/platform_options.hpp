#pragma once
// The settings of an instance for its platform (`platformOptions`). An instance may be moved, so it may have settings
// for several: each platform gets those that it knows, those that two know go to both, and what none knows is refused.
//
// Control loop only. Nothing here waits.

#include <memory>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "core/platform/platform.hpp"

namespace draas::core {

// Those that `platform` knows; null when `options` is null.
Json options_for(const Platform& platform, const Json& options);

// Are they good for an instance that is, or is to be, on `platform`? InvalidArgument with faults below
// /platformOptions. What it does not know is judged by those that do.
Status check_options(const Platform& platform, const std::vector<std::unique_ptr<Platform>>& all, const Json& options);

}  // namespace draas::core
