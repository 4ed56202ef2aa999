#pragma once
// Reads request bodies. Which media types a route takes is checked against its declaration before its handler runs.

#include <optional>

#include "base/error.hpp"
#include "base/json.hpp"
#include "net/http_message.hpp"

namespace draas::api {

// JSON, or YAML when the Content-Type says so; without one, JSON. InvalidArgument for an empty body.
Result<Json> read_body(const net::Request& request);
// nullopt for an empty body or a JSON null.
Result<std::optional<Json>> read_optional_body(const net::Request& request);
// A JSON Patch (array) or merge patch (object); the Content-Type must agree with what it is.
Result<Json> read_patch(const net::Request& request);

}  // namespace draas::api
