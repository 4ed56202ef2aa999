#include "api/context.hpp"

namespace draas::api {

core::Actor Context::actor(const Request& request, std::string_view source) const {
  core::Actor actor;
  actor.name = options.authorizer->actor_name(request);
  actor.source = source;
  actor.request_id = request.request_id;
  return actor;
}

core::InstanceViewPtr Context::find(const PathParameters& path) const {
  return control_plane->catalogue()->find(path["instanceId"]);
}

std::string Context::instance_url(std::string_view id) const {
  return options.path_base + "/api/server/instances/" + net::percent_encode(id);
}

QuickHandler quick(const Context& context, Response (*handler)(const Context&, const Request&, const PathParameters&)) {
  return [&context, handler](const Request& request, const PathParameters& path) -> std::optional<Response> {
    return handler(context, request, path);
  };
}

QuickHandler quick(const Context& context,
                   std::optional<Response> (*handler)(const Context&, const Request&, const PathParameters&)) {
  return [&context, handler](const Request& request, const PathParameters& path) {
    return handler(context, request, path);
  };
}

net::AsyncHandler waiting(const Context& context,
                          net::Task<Response> (*handler)(const Context&, const Request&, const PathParameters&)) {
  return [&context, handler](const Request& request, const PathParameters& path) {
    return handler(context, request, path);
  };
}

Json schema_string() { return {{"type", "string"}}; }
Json schema_boolean() { return {{"type", "boolean"}}; }

Json schema_integer(std::uint64_t min, std::uint64_t max) {
  Json schema{{"type", "integer"}, {"minimum", min}};
  if (max != UINT64_MAX) schema["maximum"] = max;
  return schema;
}

Json schema_duration() {
  return {{"type", "string"}, {"description", "A time span: `5` (seconds), `5s`, `500ms`, `00:00:05`."}};
}

Json schema_time() { return {{"type", "string"}, {"format", "date-time"}}; }

ParameterSpec wait_parameter(std::string description) {
  return {.name = "wait", .description = std::move(description), .schema = schema_duration()};
}

std::optional<std::string> if_match(const Request& request) {
  if (!request.headers.has("If-Match")) return std::nullopt;
  return std::string(request.headers.get("If-Match"));
}

void append_member(std::string& object, std::string_view name, std::string_view value) {
  if (object.ends_with('}')) object.pop_back();
  if (!object.ends_with('{')) object += ',';
  append_json_string(object, name);
  object += ':';
  object += value;
  object += '}';
}

std::string next_link(const Context& context, const Request& request, std::string_view name, std::string_view value) {
  std::string link =
      "<" + (request.path.starts_with(context.options.path_base) ? std::string() : context.options.path_base);
  link += std::string_view(request.target).substr(0, request.target.find('?'));
  link += '?';
  for (const auto& [key, text] : request.query_parameters()) {
    if (key == name) continue;
    link += net::percent_encode(key) + '=' + net::percent_encode(text) + '&';
  }
  link += std::string(name) + '=' + net::percent_encode(value) + ">; rel=\"next\"";
  return link;
}

}  // namespace draas::api
