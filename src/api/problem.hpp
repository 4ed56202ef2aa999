#pragma once
// Problem details (RFC 9457): the one shape of every error, and the one place that maps codes to HTTP.

#include <string_view>

#include "base/error.hpp"
#include "net/http_message.hpp"

namespace draas::api {

int http_status(ErrorCode code);

// Logs the internal text of server-side faults; the client sees message and faults only. `request` may be null.
net::Response problem(const Error& error, const net::Request* request);
inline net::Response problem(const Error& error, const net::Request& request) { return problem(error, &request); }

// For errors that are found by status alone (405, 406, 414, 431 ...).
net::Response problem(int status, std::string_view detail, const net::Request* request);

Error instance_not_found(std::string_view id);

}  // namespace draas::api
