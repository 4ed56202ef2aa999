// An instance's configuration: read, replace, patch, purge, validate (R14, R15 and what belongs to them).

#include "api/configuration_response.hpp"
#include "api/context.hpp"
#include "api/instance_fields.hpp"
#include "api/query_reader.hpp"
#include "api/request_body.hpp"
#include "drasi/configuration.hpp"
#include "net/text.hpp"

namespace draas::api {
namespace {

constexpr std::string_view kSource = "ConfigurationController";

// `?format=` before `Accept`.
Result<bool> wants_yaml(const Request& request) {
  QueryReader query(request);
  if (const auto format = query.text("format")) {
    if (net::equals_ignoring_case(*format, "yaml")) return true;
    if (net::equals_ignoring_case(*format, "json")) return false;
    query.add_fault("format", "must be json or yaml");
  }
  if (auto ok = query.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return prefers(request, kYaml);
}

Response get_configuration(const Context& api, const Request& request, const PathParameters& path) {
  const auto view = api.find(path);
  if (!view) return problem(instance_not_found(path["instanceId"]), request);
  const auto yaml = wants_yaml(request);
  if (!yaml) return problem(yaml.error(), request);
  Response response;
  if (*yaml) {
    const auto document = parse_json(*view->configuration);
    if (!document) return problem(document.error(), request);
    response = Response::text(200, drasi::export_yaml(*document));
    response.headers.set("Content-Type", kYaml);
    // Two representations, two tags; net::etag_matches() takes both for the version.
    response.headers.add("ETag", view->configuration_etag.text("+yaml"));
  } else {
    response = Response::json_shared(200, view->configuration);
    response.headers.add("ETag", view->configuration_etag.text());
  }
  response.headers.add("X-Revision", std::to_string(view->revision));
  response.headers.add("Vary", "Accept");
  return response;
}

net::Task<Response> replace_configuration(const Context& api, const Request& request, const PathParameters& path) {
  auto body = read_body(request);
  if (!body) co_return problem(body.error(), request);
  auto condition = if_match(request);
  auto actor = api.actor(request, kSource);
  std::string id = path["instanceId"];
  const auto result = co_await api.core().replace_configuration(std::move(id), std::move(*body), std::move(condition),
                                                                std::move(actor));
  if (!result) co_return problem(result.error(), request);
  co_return configuration_response(200, *result);
}

net::Task<Response> patch_configuration(const Context& api, const Request& request, const PathParameters& path) {
  QueryReader query(request);
  const auto asked_wait = query.duration("wait", api.options.max_wait);
  if (auto ok = query.finish(); !ok) co_return problem(ok.error(), request);
  auto patch = read_patch(request);
  if (!patch) co_return problem(patch.error(), request);
  auto condition = if_match(request);
  auto actor = api.actor(request, kSource);
  std::string id = path["instanceId"];
  const std::chrono::milliseconds wait = asked_wait.value_or(Duration::zero());
  const auto result = co_await api.core().patch_configuration(std::move(id), std::move(*patch), std::move(condition),
                                                              wait, std::move(actor));
  if (!result) co_return problem(result.error(), request);
  const bool converged = asked_wait.has_value() && wait > Duration::zero() && result->converged;
  co_return configuration_response(converged ? 200 : 202, *result);
}

net::Task<Response> purge_configuration(const Context& api, const Request& request, const PathParameters& path) {
  auto condition = if_match(request);
  auto actor = api.actor(request, kSource);
  std::string id = path["instanceId"];
  const auto result = co_await api.core().purge_configuration(std::move(id), std::move(condition), std::move(actor));
  if (!result) co_return problem(result.error(), request);
  co_return configuration_response(200, *result);
}

Response findings_response(const std::vector<drasi::Finding>& findings) {
  Json list = Json::array();
  bool valid = true;
  for (const auto& finding : findings) {
    const bool error = finding.severity == drasi::Finding::Severity::Error;
    if (error) valid = false;
    Json entry;
    entry["severity"] = error ? "error" : "warning";
    entry["path"] = finding.path;
    entry["message"] = finding.message;
    list.push_back(std::move(entry));
  }
  Json body;
  body["valid"] = valid;
  body["findings"] = std::move(list);
  return Response::json(200, body);
}

net::Task<Response> validate(const Context& api, const Request& request, std::string id) {
  auto body = read_body(request);
  if (!body) co_return problem(body.error(), request);
  const auto findings = co_await api.core().validate(std::move(id), std::move(*body));
  if (!findings) co_return problem(findings.error(), request);
  co_return findings_response(*findings);
}

net::Task<Response> validate_for_instance(const Context& api, const Request& request, const PathParameters& path) {
  return validate(api, request, path["instanceId"]);
}

net::Task<Response> validate_alone(const Context& api, const Request& request, const PathParameters&) {
  return validate(api, request, "");
}

net::Task<Response> actual_configuration(const Context& api, const Request& request, const PathParameters& path) {
  std::string id = path["instanceId"];
  const auto actual = co_await api.core().actual_configuration(std::move(id));
  if (!actual) co_return problem(actual.error(), request);
  co_return Response::json(200, *actual);
}

}  // namespace

void add_configuration_api(RouteTable& table, const Context& context) {
  const std::string path = "/api/configuration/instances/{instanceId}";
  const BodySpec document{.schema = "Configuration", .media_types = {kJson, kYaml}};
  const ResponseSpec stored{.status = 200,
                            .description = "The stored configuration; `X-Warning` names what looks doubtful",
                            .schema = "Configuration",
                            .headers = {"ETag", "X-Revision", "X-Warning"}};
  // R14
  table.add({.method = net::Method::Get,
             .path = path,
             .permission = Permission::Read,
             .operation_id = "getConfiguration",
             .summary = "The newest configuration, as JSON or as drasi-server's YAML",
             .tag = "Configuration",
             .query = {{"format",
                        "`json` or `yaml`, whatever Accept says",
                        {{"type", "string"}, {"enum", {"json", "yaml"}}}}},
             .responses = {{.status = 200,
                            .description = "The configuration",
                            .schema = "Configuration",
                            .media_types = {kJson, kYaml},
                            .headers = {"ETag", "X-Revision"}}},
             .errors = {404},
             .quick = quick(context, get_configuration)});
  table.add({.method = net::Method::Put,
             .path = path,
             .permission = Permission::Administer,
             .operation_id = "replaceConfiguration",
             .summary = "Replace the configuration",
             .tag = "Configuration",
             .body = document,
             .responses = {stored},
             .errors = {404, 409, 412},
             .conditional = true,
             .handler = waiting(context, replace_configuration)});
  // R15
  table.add({.method = net::Method::Patch,
             .path = path,
             .permission = Permission::Administer,
             .operation_id = "patchConfiguration",
             .summary = "Change the configuration by JSON Patch or merge patch",
             .tag = "Configuration",
             .query = {wait_parameter("How long to wait for the running server to have it; 200 when it has")},
             .body = BodySpec{.schema = "Patch", .media_types = {kJsonPatch, kMergePatch, kJson}},
             .responses = {{.status = 202,
                            .description = "Stored; the running server will get it",
                            .schema = "Configuration",
                            .headers = {"ETag", "X-Revision", "X-Warning"}},
                           {.status = 200,
                            .description = "Stored, and within `wait` the running server has it",
                            .schema = "Configuration",
                            .headers = {"ETag", "X-Revision", "X-Warning"}}},
             .errors = {404, 409, 412, 422},
             .conditional = true,
             .handler = waiting(context, patch_configuration)});
  table.add({.method = net::Method::Delete,
             .path = path,
             .permission = Permission::Administer,
             .operation_id = "purgeConfiguration",
             .summary = "Reset the configuration to an empty one; host, port and log level stay",
             .tag = "Configuration",
             .responses = {stored},
             .errors = {404, 412},
             .conditional = true,
             .handler = waiting(context, purge_configuration)});
  const ResponseSpec findings{.status = 200, .description = "All findings", .schema = "Validation"};
  table.add({.method = net::Method::Post,
             .path = path + "/validate",
             .permission = Permission::Read,
             .operation_id = "validateConfiguration",
             .summary = "What storing this configuration would say; changes nothing",
             .tag = "Configuration",
             .body = document,
             .responses = {findings},
             .errors = {404},
             .handler = waiting(context, validate_for_instance)});
  table.add({.method = net::Method::Post,
             .path = "/api/configuration/validate",
             .permission = Permission::Read,
             .operation_id = "validateNewConfiguration",
             .summary = "What creating an instance with this configuration would say; changes nothing",
             .tag = "Configuration",
             .body = document,
             .responses = {findings},
             .handler = waiting(context, validate_alone)});
  table.add(
      {.method = net::Method::Get,
       .path = "/api/server/instances/{instanceId}/actual-configuration",
       .permission = Permission::Read,
       .operation_id = "getActualConfiguration",
       .summary = "What the running server itself reports",
       .tag = "Configuration",
       .responses = {{.status = 200, .description = "Per library of the server", .schema = "ActualConfiguration"}},
       .errors = {404, 409, 504},
       .handler = waiting(context, actual_configuration)});
}

}  // namespace draas::api
