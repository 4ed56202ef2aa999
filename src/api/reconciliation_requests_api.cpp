// Asks the reconciliation workers for something: drift, a plan, to reconcile now. And takes their answers.

#include <algorithm>

#include "api/context.hpp"
#include "api/query_reader.hpp"
#include "api/request_body.hpp"
#include "base/json_reader.hpp"
#include "core/reconciliation/reconciliation_service.hpp"

namespace draas::api {
namespace {

constexpr Duration kLookWait{10'000};
constexpr Duration kReconcileWait{30'000};

// A worker's answer is the answer; its errors get the shape that all errors have.
Response answer_response(const core::WorkerAnswer& answer, const Request& request) {
  if (answer.status < 400) return Response::json(answer.status, answer.body);
  Json body = answer.body.is_object() ? answer.body : Json::object();
  body["status"] = answer.status;
  if (!body.contains("type")) body["type"] = "about:blank";
  if (!body.contains("title")) body["title"] = net::reason_phrase(answer.status);
  body["instance"] = request.path;
  body["requestId"] = request.request_id;
  auto response = Response::json(answer.status, body);
  response.headers.set("Content-Type", "application/problem+json");
  return response;
}

std::string request_url(const Context& api, const std::string& id) {
  return api.options.path_base + "/api/reconciliation/requests/" + net::percent_encode(id);
}

net::Task<Response> ask(const Context& api, const Request& request, core::WorkerAsk wanted) {
  auto actor = api.actor(request);
  const auto asked = co_await api.core().reconciliation().ask(std::move(wanted), std::move(actor));
  if (!asked) co_return problem(asked.error(), request);
  if (asked->answer) co_return answer_response(*asked->answer, request);
  auto response = Response::json(202, Json{{"requestId", asked->request_id}});
  response.headers.add("Location", request_url(api, asked->request_id));
  co_return response;
}

net::Task<Response> get_drift(const Context& api, const Request& request, const PathParameters& path) {
  QueryReader query(request);
  core::WorkerAsk wanted{.kind = core::RequestKind::Drift, .instance_id = path["instanceId"]};
  wanted.wait = query.duration("wait", api.options.max_wait).value_or(std::min(kLookWait, api.options.max_wait));
  if (auto ok = query.finish(); !ok) co_return problem(ok.error(), request);
  co_return co_await ask(api, request, std::move(wanted));
}

net::Task<Response> get_plan(const Context& api, const Request& request, const PathParameters& path) {
  QueryReader query(request);
  core::WorkerAsk wanted{.kind = core::RequestKind::Plan, .instance_id = path["instanceId"]};
  wanted.strategy = query.text("strategy").value_or("");
  wanted.wait = query.duration("wait", api.options.max_wait).value_or(std::min(kLookWait, api.options.max_wait));
  if (auto ok = query.finish(); !ok) co_return problem(ok.error(), request);
  co_return co_await ask(api, request, std::move(wanted));
}

struct Wanted {
  core::WorkerAsk ask;
  bool dry_run = false;
};

// What a rollout adds: the change that belongs to the same run, and where it starts from.
void read_details(JsonReader& reader, Json& details) {
  if (const Json* change = reader.optional_object("change")) details["change"] = *change;
  if (const auto revision = reader.optional_integer("revisionBefore", 0, INT64_MAX)) {
    details["revisionBefore"] = *revision;
  }
  if (const auto rollout = reader.optional_boolean("rollout")) details["rollout"] = *rollout;
}

Result<Wanted> read_wanted(const Context& api, const Request& request, const std::string& id, bool reconcile) {
  QueryReader query(request);
  Wanted wanted;
  wanted.ask.instance_id = id;
  const auto wait = query.duration("wait", api.options.max_wait);
  if (auto ok = query.finish(); !ok) return std::unexpected(std::move(ok.error()));
  auto body = read_optional_body(request);
  if (!body) return std::unexpected(std::move(body.error()));
  const Json value = *body ? std::move(**body) : Json::object();
  JsonReader reader(value);
  wanted.ask.strategy = reader.optional_string("strategy").value_or("");
  if (const Json* parameters = reader.optional_object("parameters")) wanted.ask.parameters = *parameters;
  if (reconcile) {
    wanted.dry_run = reader.optional_boolean("dryRun").value_or(false);
    wanted.ask.force = reader.optional_boolean("force").value_or(false);
    read_details(reader, wanted.ask.details);
  }
  reader.reject_unknown();
  if (auto ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  const bool plans = !reconcile || wanted.dry_run;
  wanted.ask.kind = plans ? core::RequestKind::Plan : core::RequestKind::Reconcile;
  wanted.ask.wait = wait.value_or(std::min(plans ? kLookWait : kReconcileWait, api.options.max_wait));
  return wanted;
}

net::Task<Response> post_plan(const Context& api, const Request& request, const PathParameters& path) {
  auto wanted = read_wanted(api, request, path["instanceId"], false);
  if (!wanted) co_return problem(wanted.error(), request);
  co_return co_await ask(api, request, std::move(wanted->ask));
}

net::Task<Response> post_reconcile(const Context& api, const Request& request, const PathParameters& path) {
  auto wanted = read_wanted(api, request, path["instanceId"], true);
  if (!wanted) co_return problem(wanted.error(), request);
  co_return co_await ask(api, request, std::move(wanted->ask));
}

net::Task<Response> get_request(const Context& api, const Request& request, const PathParameters& path) {
  QueryReader query(request);
  const std::chrono::milliseconds wait = query.duration("wait", api.options.max_wait).value_or(Duration::zero());
  if (auto ok = query.finish(); !ok) co_return problem(ok.error(), request);
  std::string id = path["requestId"];
  const auto asked = co_await api.core().reconciliation().await_request(id, wait);
  if (!asked) co_return problem(asked.error(), request);
  if (asked->answer) co_return answer_response(*asked->answer, request);
  auto document = co_await api.core().reconciliation().request(std::move(id));
  if (!document) co_return problem(document.error(), request);
  (*document)["requestId"] = (*document)["id"];
  co_return Response::json(202, *document);
}

Result<core::WorkerAnswer> read_answer(const Request& request) {
  auto body = read_body(request);
  if (!body) return std::unexpected(std::move(body.error()));
  JsonReader reader(*body);
  core::WorkerAnswer answer;
  answer.status = static_cast<int>(reader.optional_integer("status", 200, 599).value_or(200));
  if (const Json* value = reader.optional_any("body")) answer.body = *value;
  answer.worker = reader.optional_string("worker").value_or("");
  reader.reject_unknown();
  if (auto ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return answer;
}

net::Task<Response> post_result(const Context& api, const Request& request, const PathParameters& path) {
  auto answer = read_answer(request);
  if (!answer) co_return problem(answer.error(), request);
  std::string id = path["requestId"];
  const auto taken = co_await api.core().reconciliation().answer_request(std::move(id), std::move(*answer));
  if (!taken) co_return problem(taken.error(), request);
  co_return Response::json(200, *taken);
}

}  // namespace

void add_reconciliation_requests_api(RouteTable& table, const Context& context) {
  const std::string instance = "/api/reconciliation/instances/{instanceId}";
  const ResponseSpec plan{
      .status = 200, .description = "The plan; nothing was changed", .schema = "ReconciliationPlan"};
  table.add({.method = net::Method::Get,
             .path = instance + "/drift",
             .permission = Permission::Read,
             .operation_id = "getDrift",
             .summary = "What differs between the wanted configuration and the running server, looked at now",
             .tag = "Reconciliation",
             .query = {wait_parameter("How long to wait for a worker's answer (default 10s)")},
             .responses = {{.status = 200, .description = "The differences", .schema = "Drift"}},
             .errors = {404, 503, 504},
             .handler = waiting(context, get_drift)});
  table.add({.method = net::Method::Get,
             .path = instance + "/plan",
             .permission = Permission::Read,
             .operation_id = "getPlan",
             .summary = "What reconciling would do",
             .tag = "Reconciliation",
             .query = {{"strategy", "Default: as the policy says", schema_string()},
                       wait_parameter("How long to wait for a worker's answer (default 10s)")},
             .responses = {plan},
             .errors = {404, 422, 503, 504},
             .handler = waiting(context, get_plan)});
  table.add({.method = net::Method::Post,
             .path = instance + "/plan",
             .permission = Permission::Read,
             .operation_id = "makePlan",
             .summary = "What reconciling with this strategy and these parameters would do",
             .tag = "Reconciliation",
             .query = {wait_parameter("How long to wait for a worker's answer (default 10s)")},
             .body = BodySpec{.schema = "PlanRequest", .required = false},
             .responses = {plan},
             .errors = {404, 422, 503, 504},
             .handler = waiting(context, post_plan)});
  table.add({.method = net::Method::Post,
             .path = instance + "/reconcile",
             .permission = Permission::Operate,
             .operation_id = "reconcile",
             .summary = "Reconcile now; with `dryRun` only plan",
             .tag = "Reconciliation",
             .query = {wait_parameter("How long to wait for the outcome (default 30s); 202 when it takes longer")},
             .body = BodySpec{.schema = "ReconcileRequest", .required = false},
             .responses = {{.status = 200,
                            .description = "Done: the audit entry",
                            .schema = "AuditEntry",
                            .headers = {"Idempotency-Replayed"}},
                           {.status = 202,
                            .description = "Asked for; `Location` tells more",
                            .schema = "ReconcileAccepted",
                            .headers = {"Location", "Idempotency-Replayed"}}},
             .errors = {404, 409, 422, 503, 504},
             .replayable = true,
             .handler = waiting(context, post_reconcile)});
  table.add({.method = net::Method::Get,
             .path = "/api/reconciliation/requests/{requestId}",
             .permission = Permission::Read,
             .operation_id = "getReconciliationRequest",
             .summary = "The answer to a request, as if it had been waited for",
             .tag = "Reconciliation",
             .query = {wait_parameter("How long to wait for the answer (default: not at all)")},
             .responses = {{.status = 200,
                            .description = "The answer: for a request to reconcile, the audit entry",
                            .schema = "AuditEntry"},
                           {.status = 202, .description = "Not answered yet", .schema = "ReconciliationRequest"}},
             .errors = {404},
             .handler = waiting(context, get_request)});
  table.add({.method = net::Method::Post,
             .path = "/api/reconciliation/requests/{requestId}/result",
             .permission = Permission::Operate,
             .operation_id = "answerReconciliationRequest",
             .summary = "A worker's answer; the first one counts",
             .tag = "Reconciliation",
             .body = BodySpec{.schema = "WorkerAnswer"},
             .responses = {{.status = 200, .description = "Taken", .schema = "ReconciliationRequest"}},
             .errors = {404},
             .handler = waiting(context, post_result)});
}

}  // namespace draas::api
