// Changes that wait until somebody agrees.

#include "api/context.hpp"
#include "api/query_reader.hpp"
#include "api/request_body.hpp"
#include "base/json_reader.hpp"
#include "core/reconciliation/reconciliation_service.hpp"

namespace draas::api {
namespace {

constexpr std::size_t kMaxComment = 1'000;

net::Task<Response> list(const Context& api, const Request& request, const PathParameters&) {
  QueryReader query(request);
  std::optional<core::ApprovalState> state;
  if (const auto name = query.text("state")) {
    state = core::parse_approval_state(*name);
    if (!state) {
      query.add_fault("state", "must be Pending, Approved, Rejected, Expired, Superseded or Used");
    }
  }
  std::string instance_id = query.text("instanceId").value_or("");
  if (auto ok = query.finish(); !ok) co_return problem(ok.error(), request);
  const auto found = co_await api.core().reconciliation().approvals(state, std::move(instance_id));
  if (!found) co_return problem(found.error(), request);
  Json body = Json::array();
  for (const Json& approval : *found) body.push_back(approval);
  co_return Response::json(200, body);
}

net::Task<Response> get_one(const Context& api, const Request& request, const PathParameters& path) {
  std::string id = path["approvalId"];
  const auto found = co_await api.core().reconciliation().approval(std::move(id));
  if (!found) co_return problem(found.error(), request);
  co_return Response::json(200, *found);
}

Result<core::ApprovalRequest> read_request(const Request& request) {
  auto body = read_body(request);
  if (!body) return std::unexpected(std::move(body.error()));
  JsonReader reader(*body);
  core::ApprovalRequest wanted;
  wanted.instance_id = reader.required_string("instanceId");
  const auto faults = reader.faults().size();
  const auto revision = reader.optional_integer("revision", 1, INT64_MAX);
  if (!revision && reader.faults().size() == faults) reader.add_fault("revision", "missing");
  wanted.revision = static_cast<std::uint64_t>(revision.value_or(0));
  wanted.strategy = reader.optional_string("strategy").value_or("");
  wanted.reason = reader.optional_string("reason").value_or("");
  if (const Json* plan = reader.optional_array("plan")) wanted.plan = *plan;
  if (const Json* differences = reader.optional_array("differences")) wanted.differences = *differences;
  if (const auto text = reader.optional_string("expiresAt")) {
    const auto time = parse_rfc3339(*text);
    if (time) wanted.expires_at = *time;
    if (!time) reader.add_fault("expiresAt", "must be a time such as 2026-01-28T14:35:22Z");
  }
  if (const auto text = reader.optional_string("expiresIn")) {
    const auto span = parse_duration(*text);
    if (!span || *span <= Duration::zero()) reader.add_fault("expiresIn", "must be a time span such as 24h");
    if (wanted.expires_at) reader.add_fault("expiresIn", "expiresAt is given, too");
    if (span) wanted.expires_in = *span;
  }
  reader.reject_unknown();
  if (auto ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return wanted;
}

net::Task<Response> create(const Context& api, const Request& request, const PathParameters&) {
  auto wanted = read_request(request);
  if (!wanted) co_return problem(wanted.error(), request);
  auto actor = api.actor(request, "Reconciler");
  const auto requested = co_await api.core().reconciliation().request_approval(std::move(*wanted), std::move(actor));
  if (!requested) co_return problem(requested.error(), request);
  auto response = Response::json(requested->created ? 201 : 200, requested->approval);
  const std::string id = requested->approval.at("id").get<std::string>();
  response.headers.add("Location", api.options.path_base + "/api/reconciliation/approvals/" + id);
  co_return response;
}

// Who may decide: whoever may operate, or has the token that went out with the request for approval.
Result<core::Actor> decider(const Context& api, const Request& request, const std::string& id) {
  const auto token = request.query_parameter("token");
  if (!token) {
    if (auto ok = api.options.authorizer->check(request, Permission::Operate); !ok) {
      return std::unexpected(std::move(ok.error()));
    }
    return api.actor(request);
  }
  if (!api.core().reconciliation().is_approval_token(id, *token)) {
    return fail(ErrorCode::PermissionDenied, "?token: is not the token of this approval", {{"?token", "is wrong"}});
  }
  auto actor = api.actor(request);
  actor.name = "token";
  return actor;
}

Result<std::string> read_comment(const Request& request) {
  auto body = read_optional_body(request);
  if (!body) return std::unexpected(std::move(body.error()));
  if (!*body) return std::string();
  JsonReader reader(**body);
  std::string comment = reader.optional_string("comment").value_or("");
  if (comment.size() > kMaxComment) {
    reader.add_fault("comment", "must have at most " + std::to_string(kMaxComment) + " bytes");
  }
  reader.reject_unknown();
  if (auto ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return comment;
}

net::Task<Response> decide(const Context& api, const Request& request, std::string id, core::ApprovalState next) {
  auto actor = decider(api, request, id);
  if (!actor) co_return problem(actor.error(), request);
  auto comment = read_comment(request);
  if (!comment) co_return problem(comment.error(), request);
  const auto decided =
      co_await api.core().reconciliation().decide_approval(std::move(id), next, std::move(*comment), std::move(*actor));
  if (!decided) co_return problem(decided.error(), request);
  co_return Response::json(200, *decided);
}

net::Task<Response> approve(const Context& api, const Request& request, const PathParameters& path) {
  return decide(api, request, path["approvalId"], core::ApprovalState::Approved);
}

net::Task<Response> reject(const Context& api, const Request& request, const PathParameters& path) {
  return decide(api, request, path["approvalId"], core::ApprovalState::Rejected);
}

net::Task<Response> use(const Context& api, const Request& request, const PathParameters& path) {
  std::string id = path["approvalId"];
  std::string comment;
  auto actor = api.actor(request, "Reconciler");
  const auto used = co_await api.core().reconciliation().decide_approval(std::move(id), core::ApprovalState::Used,
                                                                         std::move(comment), std::move(actor));
  if (!used) co_return problem(used.error(), request);
  co_return Response::json(200, *used);
}

}  // namespace

void add_reconciliation_approvals_api(RouteTable& table, const Context& context) {
  const std::string all = "/api/reconciliation/approvals";
  const std::string one = all + "/{approvalId}";
  const ResponseSpec approval{.status = 200, .description = "As it is now", .schema = "Approval"};
  const ParameterSpec token{"token", "From the webhook of the request for approval; instead of a key", schema_string()};
  table.add({.method = net::Method::Get,
             .path = all,
             .permission = Permission::Read,
             .operation_id = "listApprovals",
             .summary = "Changes that wait, or waited, for approval; newest first",
             .tag = "Reconciliation",
             .query = {{"state", "Only in this state", schema_string()},
                       {"instanceId", "Only of this instance", schema_string()}},
             .responses = {{.status = 200, .description = "Approvals", .schema = "Approval[]"}},
             .handler = waiting(context, list)});
  table.add(
      {.method = net::Method::Post,
       .path = all,
       .permission = Permission::Operate,
       .operation_id = "requestApproval",
       .summary = "A worker asks for approval of a revision; one that speaks for it already is given again",
       .tag = "Reconciliation",
       .body = BodySpec{.schema = "NewApproval"},
       .responses = {{.status = 201,
                      .description = "Asked for",
                      .schema = "Approval",
                      .headers = {"Location", "Idempotency-Replayed"}},
                     {.status = 200, .description = "It was there", .schema = "Approval", .headers = {"Location"}}},
       .errors = {404, 409},
       .replayable = true,
       .handler = waiting(context, create)});
  table.add({.method = net::Method::Get,
             .path = one,
             .permission = Permission::Read,
             .operation_id = "getApproval",
             .summary = "One approval",
             .tag = "Reconciliation",
             .responses = {approval},
             .errors = {404},
             .handler = waiting(context, get_one)});
  table.add({.method = net::Method::Post,
             .path = one + "/approve",
             .permission = Permission::None,
             .operation_id = "approve",
             .summary = "Agree to a change; needs the permission Operate, or the token",
             .tag = "Reconciliation",
             .query = {token},
             .body = BodySpec{.schema = "ApprovalDecision", .required = false},
             .responses = {approval},
             .errors = {401, 403, 404, 409},
             .handler = waiting(context, approve)});
  table.add({.method = net::Method::Post,
             .path = one + "/reject",
             .permission = Permission::None,
             .operation_id = "reject",
             .summary = "Refuse a change; needs the permission Operate, or the token",
             .tag = "Reconciliation",
             .query = {token},
             .body = BodySpec{.schema = "ApprovalDecision", .required = false},
             .responses = {approval},
             .errors = {401, 403, 404, 409},
             .handler = waiting(context, reject)});
  table.add({.method = net::Method::Post,
             .path = one + "/use",
             .permission = Permission::Operate,
             .operation_id = "useApproval",
             .summary = "A worker begins what was approved; it can be done once",
             .tag = "Reconciliation",
             .responses = {approval},
             .errors = {404, 409},
             .handler = waiting(context, use)});
}

}  // namespace draas::api
