// Changes that are brought to many instances, wave by wave.

#include "api/context.hpp"
#include "api/request_body.hpp"
#include "base/json_reader.hpp"
#include "core/reconciliation/reconciliation_service.hpp"

namespace draas::api {
namespace {

Response rollout_response(int status, const Json& rollout) {
  auto response = Response::json(status, rollout);
  response.headers.add("ETag", '"' + std::to_string(rollout.at("version").get<std::uint64_t>()) + '"');
  return response;
}

net::Task<Response> create(const Context& api, const Request& request, const PathParameters&) {
  auto body = read_body(request);
  if (!body) co_return problem(body.error(), request);
  auto actor = api.actor(request);
  const auto created = co_await api.core().reconciliation().create_rollout(std::move(*body), std::move(actor));
  if (!created) co_return problem(created.error(), request);
  auto response = rollout_response(201, *created);
  const std::string id = created->at("id").get<std::string>();
  response.headers.add("Location", api.options.path_base + "/api/reconciliation/rollouts/" + id);
  co_return response;
}

net::Task<Response> list(const Context& api, const Request& request, const PathParameters&) {
  const auto found = co_await api.core().reconciliation().rollouts();
  if (!found) co_return problem(found.error(), request);
  Json body = Json::array();
  for (const Json& rollout : *found) body.push_back(rollout);
  co_return Response::json(200, body);
}

net::Task<Response> get_one(const Context& api, const Request& request, const PathParameters& path) {
  std::string id = path["rolloutId"];
  const auto found = co_await api.core().reconciliation().rollout(std::move(id));
  if (!found) co_return problem(found.error(), request);
  co_return rollout_response(200, *found);
}

Result<std::string> read_reason(const Request& request) {
  auto body = read_optional_body(request);
  if (!body) return std::unexpected(std::move(body.error()));
  if (!*body) return std::string();
  JsonReader reader(**body);
  std::string reason = reader.optional_string("reason").value_or("");
  reader.reject_unknown();
  if (auto ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return reason;
}

net::Task<Response> move(const Context& api, const Request& request, std::string id, core::RolloutState next,
                         std::string default_reason) {
  auto reason = read_reason(request);
  if (!reason) co_return problem(reason.error(), request);
  auto actor = api.actor(request);
  if (reason->empty() && !default_reason.empty()) *reason = default_reason + " by " + actor.name;
  auto condition = if_match(request);
  const auto moved = co_await api.core().reconciliation().move_rollout(std::move(id), next, std::move(*reason),
                                                                       std::move(condition), std::move(actor));
  if (!moved) co_return problem(moved.error(), request);
  co_return rollout_response(200, *moved);
}

net::Task<Response> pause(const Context& api, const Request& request, const PathParameters& path) {
  return move(api, request, path["rolloutId"], core::RolloutState::Paused, "paused");
}

net::Task<Response> resume(const Context& api, const Request& request, const PathParameters& path) {
  return move(api, request, path["rolloutId"], core::RolloutState::Running, "");
}

net::Task<Response> abort(const Context& api, const Request& request, const PathParameters& path) {
  return move(api, request, path["rolloutId"], core::RolloutState::Aborted, "aborted");
}

net::Task<Response> advance(const Context& api, const Request& request, const PathParameters& path) {
  auto body = read_body(request);
  if (!body) co_return problem(body.error(), request);
  std::string id = path["rolloutId"];
  auto condition = if_match(request);
  auto actor = api.actor(request, "Reconciler");
  const auto stored = co_await api.core().reconciliation().advance_rollout(std::move(id), std::move(*body),
                                                                           std::move(condition), std::move(actor));
  if (!stored) co_return problem(stored.error(), request);
  co_return rollout_response(200, *stored);
}

net::Task<Response> remove(const Context& api, const Request& request, const PathParameters& path) {
  std::string id = path["rolloutId"];
  auto condition = if_match(request);
  const auto removed = co_await api.core().reconciliation().remove_rollout(std::move(id), std::move(condition));
  if (!removed) co_return problem(removed.error(), request);
  co_return Response::empty(204);
}

RouteSpec decision(std::string path, std::string operation, std::string summary) {
  RouteSpec spec;
  spec.method = net::Method::Post;
  spec.path = std::move(path);
  spec.permission = Permission::Operate;
  spec.operation_id = std::move(operation);
  spec.summary = std::move(summary);
  spec.tag = "Rollouts";
  spec.body = BodySpec{.schema = "RolloutDecision", .required = false};
  spec.responses = {{.status = 200, .description = "As it is now", .schema = "Rollout", .headers = {"ETag"}}};
  spec.errors = {404, 409, 412};
  spec.conditional = true;
  return spec;
}

}  // namespace

void add_reconciliation_rollouts_api(RouteTable& table, const Context& context) {
  const std::string all = "/api/reconciliation/rollouts";
  const std::string one = all + "/{rolloutId}";
  const ResponseSpec rollout{.status = 200, .description = "As it is now", .schema = "Rollout", .headers = {"ETag"}};
  table.add({.method = net::Method::Post,
             .path = all,
             .permission = Permission::Administer,
             .operation_id = "createRollout",
             .summary = "Bring a change to many instances, wave by wave",
             .tag = "Rollouts",
             .body = BodySpec{.schema = "NewRollout"},
             .responses = {{.status = 201,
                            .description = "It begins as soon as a reconciler takes it",
                            .schema = "Rollout",
                            .headers = {"ETag", "Location", "Idempotency-Replayed"}}},
             .errors = {409, 422},
             .replayable = true,
             .handler = waiting(context, create)});
  table.add({.method = net::Method::Get,
             .path = all,
             .permission = Permission::Read,
             .operation_id = "listRollouts",
             .summary = "Rollouts, newest first; the last 100 finished ones are kept",
             .tag = "Rollouts",
             .responses = {{.status = 200, .description = "Rollouts", .schema = "RolloutSummary[]"}},
             .handler = waiting(context, list)});
  table.add({.method = net::Method::Get,
             .path = one,
             .permission = Permission::Read,
             .operation_id = "getRollout",
             .summary = "One rollout with its targets",
             .tag = "Rollouts",
             .responses = {rollout},
             .errors = {404},
             .handler = waiting(context, get_one)});
  table.add({.method = net::Method::Patch,
             .path = one,
             .permission = Permission::Operate,
             .operation_id = "advanceRollout",
             .summary = "A worker's progress",
             .tag = "Rollouts",
             .body = BodySpec{.schema = "RolloutProgress"},
             .responses = {rollout},
             .errors = {404, 409, 412},
             .conditional = true,
             .handler = waiting(context, advance)});
  table.add({.method = net::Method::Delete,
             .path = one,
             .permission = Permission::Administer,
             .operation_id = "deleteRollout",
             .summary = "Forget a rollout that is finished or has not begun",
             .tag = "Rollouts",
             .responses = {{.status = 204, .description = "It is gone", .media_types = {}}},
             .errors = {404, 409, 412},
             .conditional = true,
             .handler = waiting(context, remove)});
  RouteSpec spec = decision(one + "/pause", "pauseRollout", "Begin no further instance; those under way are finished");
  spec.handler = waiting(context, pause);
  table.add(spec);
  spec = decision(one + "/resume", "resumeRollout", "Go on with a paused rollout");
  spec.handler = waiting(context, resume);
  table.add(spec);
  spec = decision(one + "/abort", "abortRollout", "End a rollout where it is; nothing is reverted");
  spec.handler = waiting(context, abort);
  table.add(spec);
}

}  // namespace draas::api
