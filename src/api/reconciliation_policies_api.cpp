// By which rules instances are reconciled: each instance's policy, and the fleet's.

#include "api/context.hpp"
#include "api/request_body.hpp"
#include "core/reconciliation/reconciliation_service.hpp"

namespace draas::api {
namespace {

Response policy_response(const Json& policy) {
  auto response = Response::json(200, policy);
  response.headers.add("ETag", '"' + std::to_string(policy.at("version").get<std::uint64_t>()) + '"');
  return response;
}

net::Task<Response> read(const Context& api, const Request& request, std::string id) {
  const auto policy = co_await api.core().reconciliation().policy(std::move(id));
  if (!policy) co_return problem(policy.error(), request);
  co_return policy_response(*policy);
}

net::Task<Response> replace(const Context& api, const Request& request, std::string id) {
  auto body = read_body(request);
  if (!body) co_return problem(body.error(), request);
  std::optional<Json> policy(std::move(*body));
  auto condition = if_match(request);
  auto actor = api.actor(request);
  const auto stored = co_await api.core().reconciliation().set_policy(std::move(id), std::move(policy),
                                                                      std::move(condition), std::move(actor));
  if (!stored) co_return problem(stored.error(), request);
  co_return policy_response(*stored);
}

net::Task<Response> get_own(const Context& api, const Request& request, const PathParameters& path) {
  return read(api, request, path["instanceId"]);
}

net::Task<Response> put_own(const Context& api, const Request& request, const PathParameters& path) {
  return replace(api, request, path["instanceId"]);
}

net::Task<Response> delete_own(const Context& api, const Request& request, const PathParameters& path) {
  std::optional<Json> none;
  auto condition = if_match(request);
  auto actor = api.actor(request);
  std::string id = path["instanceId"];
  const auto removed = co_await api.core().reconciliation().set_policy(std::move(id), std::move(none),
                                                                       std::move(condition), std::move(actor));
  if (!removed) co_return problem(removed.error(), request);
  co_return Response::empty(204);
}

net::Task<Response> get_fleet(const Context& api, const Request& request, const PathParameters&) {
  return read(api, request, "");
}

net::Task<Response> put_fleet(const Context& api, const Request& request, const PathParameters&) {
  return replace(api, request, "");
}

}  // namespace

void add_reconciliation_policies_api(RouteTable& table, const Context& context) {
  const std::string own = "/api/reconciliation/instances/{instanceId}/policy";
  const std::string fleet = "/api/reconciliation/policy";
  const ResponseSpec policy{
      .status = 200, .description = "As it is now, and what holds", .schema = "PolicyView", .headers = {"ETag"}};
  table.add({.method = net::Method::Get,
             .path = own,
             .permission = Permission::Read,
             .operation_id = "getPolicy",
             .summary = "By which rules an instance is reconciled: its own, and what holds with the fleet's",
             .tag = "Reconciliation",
             .responses = {policy},
             .errors = {404},
             .handler = waiting(context, get_own)});
  table.add({.method = net::Method::Put,
             .path = own,
             .permission = Permission::Administer,
             .operation_id = "replacePolicy",
             .summary = "Set an instance's own policy",
             .tag = "Reconciliation",
             .body = BodySpec{.schema = "Policy"},
             .responses = {policy},
             .errors = {404, 412},
             .conditional = true,
             .handler = waiting(context, put_own)});
  table.add({.method = net::Method::Delete,
             .path = own,
             .permission = Permission::Administer,
             .operation_id = "deletePolicy",
             .summary = "Remove an instance's own policy; the fleet's holds then",
             .tag = "Reconciliation",
             .responses = {{.status = 204, .description = "It has none, also if it had none", .media_types = {}}},
             .errors = {404, 412},
             .conditional = true,
             .handler = waiting(context, delete_own)});
  table.add({.method = net::Method::Get,
             .path = fleet,
             .permission = Permission::Read,
             .operation_id = "getFleetPolicy",
             .summary = "The policy that holds where instances have none of their own",
             .tag = "Reconciliation",
             .responses = {policy},
             .handler = waiting(context, get_fleet)});
  table.add({.method = net::Method::Put,
             .path = fleet,
             .permission = Permission::Administer,
             .operation_id = "replaceFleetPolicy",
             .summary = "Set the fleet's policy; `{}` leaves all to the workers' settings",
             .tag = "Reconciliation",
             .body = BodySpec{.schema = "Policy"},
             .responses = {policy},
             .errors = {412},
             .conditional = true,
             .handler = waiting(context, put_fleet)});
}

}  // namespace draas::api
