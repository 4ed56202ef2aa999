#pragma once
// Shared by recent changes and the event stream.

#include <string>

#include "api/context.hpp"

namespace draas::api {

// "ProcessMonitor" is an older name of "ProcessStatusMonitor" (C22).
std::string canonical_source(std::string name);

// GET /api/status/stream
void add_event_stream(RouteTable& table, const Context& context);

}  // namespace draas::api
