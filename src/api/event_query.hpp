#pragma once
// Shared by recent changes and the event stream.

#include <string>
#include <vector>

#include "api/context.hpp"
#include "api/query_reader.hpp"

namespace draas::api {

// "ProcessMonitor" is an older name of "ProcessStatusMonitor" (C22).
std::string canonical_source(std::string name);

// The query parameter `types`: empty when it is not given; unknown names are faults.
std::vector<core::EventType> read_event_types(QueryReader& query);

// GET /api/status/stream
void add_event_stream(RouteTable& table, const Context& context);

}  // namespace draas::api
