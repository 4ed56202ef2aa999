#pragma once
// The JSON schemas (2020-12) of all bodies, once for the whole API.

#include "base/json.hpp"

namespace draas::api {

// By name; they refer to each other as `#/components/schemas/<name>`.
const Json& schemas();
// The part of them that belongs to reconciliation, as JSON text.
std::string_view reconciliation_schemas();

}  // namespace draas::api
