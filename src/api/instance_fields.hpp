#pragma once
// Fields of an instance that several bodies share.

#include <optional>
#include <string>

#include "base/json_reader.hpp"
#include "core/control_plane.hpp"

namespace draas::api {

// Reads the body of a create (R1, R19). Faults are left in `reader`.
core::CreateRequest read_create_request(JsonReader& reader);
// Reads a PATCH of an instance: a key with null removes or resets.
core::InstanceChange read_instance_change(const Json& body, JsonReader& reader);

std::optional<core::InstanceStatus> read_status(JsonReader& reader, std::string_view key);
// `configuration` of a start body: bare, or nested under that name; nullopt for `{}`.
std::optional<Json> unwrap_configuration(Json body);

}  // namespace draas::api
