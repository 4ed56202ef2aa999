#pragma once
// Changes of a configuration as pure functions: document in, document out.

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/json.hpp"

namespace draas::core {

// A JSON Patch (array) or a merge patch (object), in any accepted spelling, applied to a document in API form.
Result<Json> patched_configuration(const Json& document, const Json& patch);

// What a patch does, for the revision's description: "replace /queries/0/queryText, add /sources/-". Never values.
std::string describe_patch(const Json& patch);

// Takes host, port and logLevel over from `current` where `next` does not say them: they belong to the instance.
Json with_server_settings_of(Json next, const Json& current);

// {host, port, logLevel}
Json server_settings_of(const Json& document);

// Only /host, /port and /logLevel may be touched by this patch.
Status check_server_settings_patch(const Json& patch);

// Replaces {InstanceId}, {Port} and {Host} in a configuration template (#19).
std::string fill_template(std::string text, std::string_view instance_id, std::uint16_t port, std::string_view host);

}  // namespace draas::core
