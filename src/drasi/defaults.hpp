#pragma once
// drasi-server's documented defaults, filled into a rendered document, so that two documents that mean the same compare
// equal. Pure and thread-safe.

#include "base/json.hpp"

namespace draas::drasi {

// Adds what is absent: server settings, library settings, query fields, `autoStart` of sources and reactions.
// Capacities and `id` have no default of their own and stay absent. Plugin fields are left alone: their defaults are
// the plugins'.
Json with_defaults(const Json& rendered);
// The same for one query in server form.
Json with_query_defaults(const Json& query);

}  // namespace draas::drasi
