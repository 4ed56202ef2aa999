// What was reconciled, when, by whom and with what outcome.

#include "api/context.hpp"
#include "api/query_reader.hpp"
#include "api/request_body.hpp"
#include "core/reconciliation/reconciliation_service.hpp"

namespace draas::api {
namespace {

constexpr std::uint64_t kMaxPage = 1'000;
constexpr std::uint64_t kDefaultPage = 100;

net::Task<Response> list(const Context& api, const Request& request, std::string instance_id, std::uint64_t limit,
                         std::uint64_t before) {
  const auto entries = co_await api.core().reconciliation().audit(std::move(instance_id), limit, before);
  if (!entries) co_return problem(entries.error(), request);
  Json body = Json::array();
  for (const Json& entry : *entries) body.push_back(entry);
  auto response = Response::json(200, body);
  if (entries->size() == limit) {
    response.headers.add("Link", next_link(api, request, "before", entries->back().value("id", std::string())));
  }
  co_return response;
}

net::Task<Response> list_of_instance(const Context& api, const Request& request, const PathParameters& path) {
  QueryReader query(request);
  const auto limit = query.integer("limit", 1, kMaxPage).value_or(kDefaultPage);
  const auto before = query.integer("before", 1, UINT64_MAX).value_or(0);
  if (auto ok = query.finish(); !ok) co_return problem(ok.error(), request);
  if (!api.find(path)) co_return problem(instance_not_found(path["instanceId"]), request);
  co_return co_await list(api, request, path["instanceId"], limit, before);
}

net::Task<Response> list_all(const Context& api, const Request& request, const PathParameters&) {
  QueryReader query(request);
  const auto limit = query.integer("limit", 1, kMaxPage).value_or(kDefaultPage);
  const auto before = query.integer("before", 1, UINT64_MAX).value_or(0);
  std::string instance_id = query.text("instanceId").value_or("");
  if (auto ok = query.finish(); !ok) co_return problem(ok.error(), request);
  co_return co_await list(api, request, std::move(instance_id), limit, before);
}

net::Task<Response> add(const Context& api, const Request& request, const PathParameters& path) {
  auto body = read_body(request);
  if (!body) co_return problem(body.error(), request);
  auto actor = api.actor(request, "Reconciler");
  std::string id = path["instanceId"];
  const auto entry = co_await api.core().reconciliation().add_audit(std::move(id), std::move(*body), std::move(actor));
  if (!entry) co_return problem(entry.error(), request);
  co_return Response::json(201, *entry);
}

}  // namespace

void add_reconciliation_audit_api(RouteTable& table, const Context& context) {
  const std::string path = "/api/reconciliation/instances/{instanceId}/audit";
  const ParameterSpec limit{"limit", "At most so many (default 100)", schema_integer(1, kMaxPage)};
  const ParameterSpec before{"before", "Only entries with a smaller id", schema_integer(1, UINT64_MAX)};
  const ResponseSpec entries{
      .status = 200, .description = "Entries, newest first", .schema = "AuditEntry[]", .headers = {"Link"}};
  table.add({.method = net::Method::Get,
             .path = path,
             .permission = Permission::Read,
             .operation_id = "listInstanceAudit",
             .summary = "What was done to an instance; the last 100 entries are kept",
             .tag = "Reconciliation",
             .query = {limit, before},
             .responses = {entries},
             .errors = {404},
             .handler = waiting(context, list_of_instance)});
  table.add({.method = net::Method::Post,
             .path = path,
             .permission = Permission::Operate,
             .operation_id = "addAuditEntry",
             .summary = "A worker's record of what it did, with what follows from it, in one step",
             .tag = "Reconciliation",
             .body = BodySpec{.schema = "NewAuditEntry"},
             .responses = {{.status = 201,
                            .description = "The entry as stored",
                            .schema = "AuditEntry",
                            .headers = {"Idempotency-Replayed"}}},
             .errors = {404},
             .replayable = true,
             .handler = waiting(context, add)});
  table.add({.method = net::Method::Get,
             .path = "/api/reconciliation/audit",
             .permission = Permission::Read,
             .operation_id = "listAudit",
             .summary = "What was done to any instance; the last 10,000 entries are kept",
             .tag = "Reconciliation",
             .query = {limit, before, {"instanceId", "Only of this instance, also a deleted one", schema_string()}},
             .responses = {entries},
             .handler = waiting(context, list_all)});
}

}  // namespace draas::api
