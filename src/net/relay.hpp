#pragma once
// What every HTTP proxy does: passes on what belongs to the message, and not what belongs to one connection.

#include <chrono>
#include <memory>
#include <string_view>

#include "net/http_client.hpp"
#include "net/http_message.hpp"
#include "net/task.hpp"

namespace draas::net {

// Is this field for one connection alone (RFC 9110, 7.6.1), or set by our own client and server anew?
bool belongs_to_connection(const Headers& headers, std::string_view name);

// Writes what comes from `upstream` until it ends or the client has gone; an event stream may be silent for hours, so
// that the client's leaving ends the wait for it. Throws std::runtime_error when the upstream broke off: a client that
// has its header already can only be told by a body without an end.
Task<void> relay_while_wanted(std::shared_ptr<ResponseStream> upstream, std::chrono::milliseconds idle_timeout,
                              BodyWriter& writer);

}  // namespace draas::net
