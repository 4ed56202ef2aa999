#include "api/request_body.hpp"

#include "api/media_type.hpp"
#include "base/yaml.hpp"

namespace draas::api {
namespace {

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

Result<Json> read_body(const net::Request& request) {
  if (is_blank(request.body)) return fail(ErrorCode::InvalidArgument, "A body is required");
  if (is_yaml(media_type(request.headers.get("Content-Type")))) {
    auto document = parse_yaml(request.body);
    if (!document) return std::unexpected(std::move(document.error()));
    return std::move(document->value);
  }
  return parse_json(request.body);
}

Result<std::optional<Json>> read_optional_body(const net::Request& request) {
  if (is_blank(request.body)) return std::nullopt;
  auto body = read_body(request);
  if (!body) return std::unexpected(std::move(body.error()));
  if (body->is_null()) return std::nullopt;
  return std::optional<Json>(std::move(*body));
}

Result<Json> read_patch(const net::Request& request) {
  auto body = read_body(request);
  if (!body) return body;
  const auto type = media_type(request.headers.get("Content-Type"));
  if (type == kJsonPatch && !body->is_array()) {
    return fail(ErrorCode::InvalidArgument,
                "A JSON Patch is an array of operations; send an object as " + std::string(kMergePatch));
  }
  if (type == kMergePatch && !body->is_object()) {
    return fail(ErrorCode::InvalidArgument,
                "A merge patch is an object; send an array of operations as " + std::string(kJsonPatch));
  }
  if (!body->is_array() && !body->is_object()) {
    return fail(ErrorCode::InvalidArgument,
                "A patch is an array of operations (JSON Patch) or an object (merge patch)");
  }
  return body;
}

}  // namespace draas::api
