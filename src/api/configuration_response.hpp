#pragma once
// The answer of everything that changes a configuration.

#include "core/control_plane.hpp"
#include "net/http_message.hpp"

namespace draas::api {

// The configuration as body, with ETag, X-Revision and one X-Warning per warning.
net::Response configuration_response(int status, const core::ConfigurationResult& result);

}  // namespace draas::api
