// What makes an instance run, stop, or be told what it is.

#include "api/context.hpp"
#include "api/instance_fields.hpp"
#include "api/media_type.hpp"
#include "api/query_reader.hpp"
#include "api/request_body.hpp"
#include "base/json_reader.hpp"

namespace draas::api {
namespace {

// JSON with the sentence, or the sentence alone for `Accept: text/plain` (C16).
Response operation_response(const Request& request, const core::OperationResult& result) {
  if (prefers(request, kText)) return Response::text(200, result.message);
  std::string body = "{}";
  std::string message;
  append_json_string(message, result.message);
  append_member(body, "message", message);
  append_member(body, "changed", result.changed ? "true" : "false");
  append_member(body, "instance", result.instance->body);
  append_member(body, "runtime", to_text(result.runtime));
  return Response::json_text(200, std::move(body));
}

Result<core::StartOptions> read_start(const Context& api, const Request& request, bool restart) {
  QueryReader query(request);
  core::StartOptions options;
  if (restart) {
    options.platform = query.text("platform");
    if (const auto delay = query.duration("delay", api.options.max_wait)) options.delay = *delay;
  }
  if (const auto wait = query.duration("wait", api.options.max_wait)) options.wait = *wait;
  options.persist = query.boolean("persist").value_or(false);
  if (auto ok = query.finish(); !ok) return std::unexpected(std::move(ok.error()));
  auto body = read_optional_body(request);
  if (!body) return std::unexpected(std::move(body.error()));
  if (*body) {
    if (!(*body)->is_object())
      return fail(ErrorCode::InvalidArgument, "A configuration is an object", {{"", "not an object"}});
    options.configuration = unwrap_configuration(std::move(**body));
  }
  if (options.persist && !options.configuration) {
    return fail(ErrorCode::InvalidArgument, "?persist: there is no configuration in the body to store",
                {{"?persist", "needs a configuration in the body"}});
  }
  return options;
}

net::Task<Response> start(const Context& api, const Request& request, const PathParameters& path) {
  auto options = read_start(api, request, false);
  if (!options) co_return problem(options.error(), request);
  auto actor = api.actor(request);
  std::string id = path["instanceId"];
  const auto result = co_await api.core().start(std::move(id), std::move(*options), std::move(actor));
  if (!result) co_return problem(result.error(), request);
  co_return operation_response(request, *result);
}

net::Task<Response> restart(const Context& api, const Request& request, const PathParameters& path) {
  auto options = read_start(api, request, true);
  if (!options) co_return problem(options.error(), request);
  auto actor = api.actor(request);
  std::string id = path["instanceId"];
  const auto result = co_await api.core().restart(std::move(id), std::move(*options), std::move(actor));
  if (!result) co_return problem(result.error(), request);
  co_return operation_response(request, *result);
}

net::Task<Response> stop(const Context& api, const Request& request, const PathParameters& path) {
  QueryReader query(request);
  const auto wait = query.duration("wait", api.options.max_wait).value_or(api.options.default_stop_wait);
  if (auto ok = query.finish(); !ok) co_return problem(ok.error(), request);
  auto actor = api.actor(request);
  std::string id = path["instanceId"];
  const auto result = co_await api.core().stop(std::move(id), wait, std::move(actor));
  if (!result) co_return problem(result.error(), request);
  co_return operation_response(request, *result);
}

// `"Running"`, an integer, or {"status": ...} (C10).
Result<core::StatusReport> read_status_report(const Request& request) {
  auto body = read_body(request);
  if (!body) return std::unexpected(std::move(body.error()));
  Json whole = std::move(*body);
  if (!whole.is_object()) whole = Json{{"status", whole}};
  JsonReader reader(whole);
  core::StatusReport report;
  const auto faults = reader.faults().size();
  const auto status = read_status(reader, "status");
  if (!status && reader.faults().size() == faults) reader.add_fault("status", "missing");
  report.status = status.value_or(core::InstanceStatus::Created);
  report.source = reader.optional_string("source").value_or("ControlPlane");
  if (auto metadata = reader.optional_string_map("metadata")) {
    for (auto& [name, value] : *metadata) report.metadata[name] = std::move(value);
  }
  reader.reject_unknown();
  if (auto ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return report;
}

net::Task<Response> set_status(const Context& api, const Request& request, const PathParameters& path) {
  auto report = read_status_report(request);
  if (!report) co_return problem(report.error(), request);
  report->instance_id = path["instanceId"];
  auto actor = api.actor(request);
  const auto result = co_await api.core().report_status(std::move(*report), std::move(actor));
  if (!result) co_return problem(result.error(), request);
  auto response = Response::json_shared(200, core::shared_body(*result));
  response.headers.add("ETag", (*result)->etag.text());
  co_return response;
}

net::Task<Response> runtime_status(const Context& api, const Request& request, const PathParameters& path) {
  std::string id = path["instanceId"];
  const auto status = co_await api.core().runtime_status(std::move(id));
  if (!status) co_return problem(status.error(), request);
  co_return Response::json(200, *status);
}

}  // namespace

void add_lifecycle_api(RouteTable& table, const Context& context) {
  const ResponseSpec done{.status = 200,
                          .description = "Done, or already so; the sentence alone as text/plain",
                          .schema = "OperationResult",
                          .media_types = {kJson, kText},
                          .headers = {"Idempotency-Replayed"}};
  const BodySpec one_shot{.schema = "Configuration",
                          .media_types = {kJson, kYaml},
                          .required = false,
                          .description =
                              "Runs instead of the stored configuration, which stays as it is; may also be "
                              "nested as `{\"configuration\": ...}`"};
  const ParameterSpec persist{"persist", "Store the configuration of the body first", schema_boolean()};
  // R6
  table.add({.method = net::Method::Post,
             .path = "/api/server/instances/{instanceId}/start",
             .permission = Permission::Operate,
             .operation_id = "startInstance",
             .summary = "Start an instance",
             .tag = "Lifecycle",
             .query = {wait_parameter("How long to wait for Running or a failure (default 10s)"), persist},
             .body = one_shot,
             .responses = {done},
             .errors = {404, 409},
             .replayable = true,
             .handler = waiting(context, start)});
  // R7
  table.add({.method = net::Method::Post,
             .path = "/api/server/instances/{instanceId}/stop",
             .permission = Permission::Operate,
             .operation_id = "stopInstance",
             .summary = "Stop an instance: SIGINT, after a time SIGKILL",
             .tag = "Lifecycle",
             .query = {wait_parameter("How long to wait for the end (default 60s); 0 returns at once")},
             .responses = {done},
             .errors = {404, 409, 504},
             .replayable = true,
             .handler = waiting(context, stop)});
  // R8
  table.add({.method = net::Method::Post,
             .path = "/api/server/instances/{instanceId}/restart",
             .permission = Permission::Operate,
             .operation_id = "restartInstance",
             .summary = "Stop an instance and start it with its newest configuration",
             .tag = "Lifecycle",
             .query = {wait_parameter("How long to wait for Running or a failure (default 10s)"),
                       persist,
                       {"platform", "Where it runs from now on (default: as before)", schema_string()},
                       {"delay", "How long to pause between the stop and the start (default 0)", schema_duration()}},
             .body = one_shot,
             .responses = {done},
             .errors = {404, 409},
             .replayable = true,
             .handler = waiting(context, restart)});
  // R5
  table.add({.method = net::Method::Put,
             .path = "/api/server/instances/{instanceId}/status",
             .permission = Permission::Operate,
             .operation_id = "setInstanceStatus",
             .summary = "Set the status by hand; holds until the next observation",
             .tag = "Lifecycle",
             .body = BodySpec{.schema = "SetStatus"},
             .responses = {{.status = 200, .description = "The instance", .schema = "Instance", .headers = {"ETag"}}},
             .errors = {404},
             .handler = waiting(context, set_status)});
  // R9
  table.add({.method = net::Method::Get,
             .path = "/api/server/instances/{instanceId}/runtime-status",
             .permission = Permission::Read,
             .operation_id = "getRuntimeStatus",
             .summary = "What runs now, asked afresh: process, usage, states of the components",
             .tag = "Lifecycle",
             .responses = {{.status = 200, .description = "The runtime status", .schema = "RuntimeStatus"}},
             .errors = {404},
             .handler = waiting(context, runtime_status)});
}

}  // namespace draas::api
