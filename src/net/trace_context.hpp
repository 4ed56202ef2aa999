#pragma once
// Request ids and W3C trace context (Trace Context Level 1). Called for every request: no system call, and no
// allocation once the strings have their size.

#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace draas::net {

// Replaces `out` by `digits` random lower-case hexadecimal digits. Unpredictable enough to be unique, not to be secret.
void assign_random_hex(std::string& out, std::size_t digits);

// Continues the trace of `traceparent` with a new span of ours, or begins a new trace when it is absent or malformed.
void assign_trace(TraceContext& trace, std::string_view traceparent);

// A client's X-Request-Id is taken over when it is 1 to 128 visible characters of a harmless set.
bool is_request_id(std::string_view text);

}  // namespace draas::net
