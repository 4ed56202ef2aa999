#include "api/openapi.hpp"

#include <algorithm>
#include <set>

#include "api/schemas.hpp"

namespace draas::api {
namespace {

// What OpenAPI has operations for; used where a route takes any method.
constexpr std::array<net::Method, 5> kMethods{net::Method::Get, net::Method::Post, net::Method::Put, net::Method::Patch,
                                              net::Method::Delete};

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

Json reference(const std::string& kind, const std::string& name) {
  return {{"$ref", "#/components/" + kind + "/" + name}};
}

Json schema_of(const std::string& name) {
  if (name.ends_with("[]")) {
    return {{"type", "array"}, {"items", reference("schemas", name.substr(0, name.size() - 2))}};
  }
  return reference("schemas", name);
}

// "{path...}" is spelled "{path}" there.
std::string openapi_path(std::string path) {
  if (const auto dots = path.find("...}"); dots != std::string::npos) path.erase(dots, 3);
  return path;
}

std::string path_description(const std::string& name) {
  if (name == "instanceId") return "Id of the instance";
  if (name == "revision") return "Number of the revision";
  if (name == "worker") return "Name of the worker";
  if (name == "webhookId") return "Id of the webhook";
  if (name == "rolloutId") return "Id of the rollout";
  if (name == "approvalId") return "Id of the approval";
  if (name == "requestId") return "Id of the request";
  if (name == "path") return "Path of the instance's own API, slashes and all";
  return name;
}

Json path_parameters(const std::string& path) {
  Json out = Json::array();
  for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
    const auto name = path.substr(at + 1, path.find('}', at) - at - 1);
    Json parameter;
    parameter["name"] = name;
    parameter["in"] = "path";
    parameter["required"] = true;
    parameter["description"] = path_description(name);
    parameter["schema"] = Json{{"type", "string"}};
    out.push_back(std::move(parameter));
  }
  return out;
}

Json query_parameter(const ParameterSpec& spec) {
  Json parameter;
  parameter["name"] = spec.name;
  parameter["in"] = "query";
  parameter["description"] = spec.description;
  if (spec.repeatable) {
    parameter["schema"] = Json{{"type", "array"}, {"items", spec.schema}};
    parameter["style"] = "form";
    parameter["explode"] = false;
  } else {
    parameter["schema"] = spec.schema;
  }
  return parameter;
}

Json media(std::string_view type, const std::string& schema) {
  const bool text = type == kText || type == kEventStream;
  if (text || schema.empty()) return {{"schema", {{"type", "string"}}}};
  return {{"schema", schema_of(schema)}};
}

Json response_of(const ResponseSpec& spec) {
  Json response;
  response["description"] = spec.description;
  for (const auto header : spec.headers) {
    response["headers"][std::string(header)] = reference("headers", std::string(header));
  }
  for (const auto type : spec.media_types) response["content"][std::string(type)] = media(type, spec.schema);
  return response;
}

Json responses_of(const RouteSpec& spec) {
  Json out = Json::object();
  for (const auto& response : spec.responses) out[std::to_string(response.status)] = response_of(response);
  std::set<int> errors(spec.errors.begin(), spec.errors.end());
  if (!spec.pass_through) {
    errors.insert({400, 406, 500, 503});
    if (spec.body) errors.insert({413, 415});
    if (spec.permission != Permission::None) errors.insert({401, 403});
  }
  for (const int status : errors)
    out[std::to_string(status)] = reference("responses", "Problem" + std::to_string(status));
  return out;
}

Json operation_of(const RouteTable::Entry& entry, net::Method method) {
  const auto& spec = *entry.spec;
  Json operation;
  operation["operationId"] =
      spec.method ? entry.operation_id : entry.operation_id + capitalised(lower(net::to_string(method)));
  operation["summary"] = spec.summary;
  operation["tags"] = Json::array({spec.tag});
  if (entry.alias) operation["description"] = "The same as `" + openapi_path(spec.path) + "`.";
  operation["x-permission"] = to_string(spec.permission);
  Json parameters = path_parameters(openapi_path(entry.path));
  for (const auto& parameter : spec.query) parameters.push_back(query_parameter(parameter));
  if (spec.conditional) parameters.push_back(reference("parameters", "IfMatch"));
  if (method == net::Method::Post && !spec.pass_through) {
    const bool creates = spec.responses.front().status == 201;
    if (spec.replayable || creates) parameters.push_back(reference("parameters", "IdempotencyKey"));
  }
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (spec.body) {
    Json body;
    if (!spec.body->description.empty()) body["description"] = spec.body->description;
    for (const auto type : spec.body->media_types) body["content"][std::string(type)] = media(type, spec.body->schema);
    body["required"] = spec.body->required;
    operation["requestBody"] = std::move(body);
  }
  operation["responses"] = responses_of(spec);
  return operation;
}

Json header(std::string description, std::string type = "string") {
  return {{"description", std::move(description)}, {"schema", {{"type", std::move(type)}}}};
}

Json shared_headers() {
  Json out;
  out["ETag"] = header("Version of the representation, for If-Match and If-None-Match");
  out["Link"] = header("`rel=\"next\"`: the next page");
  out["Location"] = header("Path of the new instance");
  out["X-Total-Count"] = header("How many match, over all pages", "integer");
  out["X-Revision"] = header("Number of the configuration's revision", "integer");
  out["X-Warning"] = header("What looks doubtful in the configuration; repeated");
  out["X-Last-Sequence"] = header("Newest event's sequence number", "integer");
  out["Idempotency-Replayed"] = header("`true`: this is the answer to an earlier request with the same key");
  return out;
}

Json shared_parameters() {
  Json out;
  out["IfMatch"] = {{"name", "If-Match"},
                    {"in", "header"},
                    {"description", "Only if the resource still has this ETag; else 412"},
                    {"schema", {{"type", "string"}}}};
  out["IdempotencyKey"] = {
      {"name", "Idempotency-Key"},
      {"in", "header"},
      {"description", "A repeated request with the same key is answered as before, not done again"},
      {"schema", {{"type", "string"}, {"maxLength", 255}}}};
  return out;
}

Json shared_responses(const RouteTable& table) {
  std::set<int> statuses{400, 401, 403, 406, 413, 415, 500, 503};
  for (const auto& entry : table.entries()) statuses.insert(entry.spec->errors.begin(), entry.spec->errors.end());
  Json out = Json::object();
  for (const int status : statuses) {
    Json response;
    response["description"] = net::reason_phrase(status);
    response["content"]["application/problem+json"]["schema"] = reference("schemas", "Problem");
    out["Problem" + std::to_string(status)] = std::move(response);
  }
  return out;
}

}  // namespace

Json make_openapi(const RouteTable& table, const OpenApiInfo& info) {
  Json document;
  document["openapi"] = "3.1.0";
  document["info"] = {{"title", "DRaaS"},
                      {"version", info.version},
                      {"description", "Creates, configures, starts, watches and stops fleets of Drasi servers."},
                      {"license", {{"name", "MIT"}, {"identifier", "MIT"}}}};
  document["servers"] = Json::array({Json{{"url", info.path_base.empty() ? "/" : info.path_base}}});
  Json tags = Json::array();
  std::set<std::string> seen;
  for (const auto& entry : table.entries()) {
    if (seen.insert(entry.spec->tag).second) tags.push_back(Json{{"name", entry.spec->tag}});
  }
  document["tags"] = std::move(tags);
  auto& paths = document["paths"] = Json::object();
  for (const auto& entry : table.entries()) {
    auto& item = paths[openapi_path(entry.path)];
    if (entry.spec->method) {
      item[lower(net::to_string(*entry.spec->method))] = operation_of(entry, *entry.spec->method);
      continue;
    }
    for (const auto method : kMethods) item[lower(net::to_string(method))] = operation_of(entry, method);
  }
  auto& components = document["components"];
  components["schemas"] = schemas();
  components["parameters"] = shared_parameters();
  components["headers"] = shared_headers();
  components["responses"] = shared_responses(table);
  return document;
}

}  // namespace draas::api
