#pragma once
// JSON as the project uses it: insertion order is kept, because users' documents are given back as they came.

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace draas {

using Json = nlohmann::ordered_json;

struct JsonLimits {
  std::size_t max_depth = 64;        // nesting of arrays and objects
  std::size_t max_values = 200'000;  // scalars, arrays, objects and keys in all
};

// Parses one JSON text (RFC 8259). InvalidArgument with line and column for malformed text, a repeated key, invalid
// UTF-8 or a broken limit.
Result<Json> parse_json(std::string_view text, JsonLimits limits = {});

// Serialises without whitespace; `indent` > 0 for people. Never throws: invalid UTF-8 is replaced by U+FFFD.
std::string to_text(const Json& value, int indent = 0);

// Appends `text` to `out` as a JSON string with its quotes. For bodies that are assembled without a document.
void append_json_string(std::string& out, std::string_view text);

// Equality as RFC 6902 (4.6) has it: the order of an object's keys is without meaning, and 1 equals 1.0.
bool json_equal(const Json& left, const Json& right);

// RFC 6902. All or nothing: on failure nothing is changed and the error names the failing operation:
// InvalidArgument (malformed patch), Conflict (`test` failed), Unprocessable (a path that does not exist).
Result<Json> apply_json_patch(const Json& document, const Json& patch);

// RFC 7386.
Json apply_merge_patch(const Json& document, const Json& patch);

// RFC 6902 operations that turn `from` into `to`.
Json diff_json(const Json& from, const Json& to);

}  // namespace draas
