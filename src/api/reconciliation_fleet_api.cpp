// What reconciliation workers follow: the feed of the fleet, and all about one instance.

#include "api/context.hpp"
#include "api/query_reader.hpp"
#include "core/reconciliation/reconciliation_service.hpp"

namespace draas::api {
namespace {

std::string quoted(const std::string& version) { return '"' + version + '"'; }

net::Task<Response> get_fleet(const Context& api, const Request& request, const PathParameters&) {
  QueryReader query(request);
  core::FleetQuery fleet;
  fleet.since = query.text("since").value_or("");
  fleet.wait = query.duration("wait", api.options.max_wait).value_or(Duration::zero());
  fleet.observe = query.boolean("observe").value_or(false);
  fleet.worker = query.text("worker").value_or("");
  if (auto ok = query.finish(); !ok) co_return problem(ok.error(), request);
  const std::string since = fleet.since;
  const auto answer = co_await api.core().reconciliation().fleet(std::move(fleet));
  if (!answer) co_return problem(answer.error(), request);
  if (!answer->changed && request.headers.has("If-None-Match")) {
    auto response = Response::empty(304);
    response.headers.add("ETag", quoted(since));
    co_return response;
  }
  auto response = Response::json_text(200, core::serialise(*answer));
  response.headers.add("ETag", quoted(answer->version));
  co_return response;
}

net::Task<Response> get_state(const Context& api, const Request& request, const PathParameters& path) {
  QueryReader query(request);
  const auto target = query.text("target").value_or("active");
  if (target != "active" && target != "standby") query.add_fault("target", "must be active or standby");
  if (auto ok = query.finish(); !ok) co_return problem(ok.error(), request);
  std::string id = path["instanceId"];
  const auto state = co_await api.core().reconciliation().instance_state(std::move(id), target == "standby");
  if (!state) co_return problem(state.error(), request);
  co_return Response::json(200, *state);
}

}  // namespace

void add_reconciliation_fleet_api(RouteTable& table, const Context& context) {
  table.add({.method = net::Method::Get,
             .path = "/api/reconciliation/fleet",
             .permission = Permission::Read,
             .operation_id = "getFleet",
             .summary = "What changed of any instance since a version; 304 when nothing did",
             .tag = "Reconciliation",
             .query = {{"since", "The `version` of an earlier answer (default: everything)", schema_string()},
                       wait_parameter("If nothing is new, wait so long for something"),
                       {"observe", "Look at the configurations of the running servers first", schema_boolean()},
                       {"worker", "Only what this worker looks after (default: all)", schema_string()}},
             .responses = {{.status = 200, .description = "What is new", .schema = "Fleet", .headers = {"ETag"}},
                           {.status = 304, .description = "Nothing is new (with If-None-Match)", .media_types = {}}},
             .handler = waiting(context, get_fleet)});
  table.add({.method = net::Method::Get,
             .path = "/api/reconciliation/instances/{instanceId}/state",
             .permission = Permission::Operate,
             .operation_id = "getReconciliationState",
             .summary = "Wanted, applied and actual configuration of an instance, read now, and all that decides",
             .tag = "Reconciliation",
             .query = {{"target",
                        "Which workload (default: the active one)",
                        {{"type", "string"}, {"enum", {"active", "standby"}}}}},
             .responses = {{.status = 200, .description = "The state", .schema = "ReconciliationState"}},
             .errors = {404, 409},
             .handler = waiting(context, get_state)});
}

}  // namespace draas::api
