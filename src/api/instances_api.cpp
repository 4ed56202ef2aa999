// Instances: create, list, read, change, delete.

#include <algorithm>

#include "api/context.hpp"
#include "api/instance_fields.hpp"
#include "api/list_filter.hpp"
#include "api/query_reader.hpp"
#include "api/request_body.hpp"
#include "base/json_reader.hpp"
#include "base/log.hpp"

namespace draas::api {
namespace {

constexpr std::uint64_t kMaxPage = 10'000;

// --- creating -------------------------------------------------------------------------------------------------------

Json server_configuration_of(const Json& configuration) {
  Json out = Json::object();
  if (!configuration.is_object()) return out;
  for (const std::string key : {"host", "port", "logLevel"}) {
    if (const auto it = configuration.find(key); it != configuration.end()) out[key] = *it;
  }
  return out;
}

Response created_response(const Context& api, const core::Created& created) {
  const auto& view = *created.instance;
  std::string body = view.body;
  append_member(body, "instance", view.body);
  append_member(body, "serverConfiguration", to_text(server_configuration_of(created.configuration)));
  if (!created.warnings.empty()) append_member(body, "warnings", to_text(Json(created.warnings)));
  auto response = Response::json_text(201, std::move(body));
  response.headers.set("Location", api.instance_url(view.id));
  response.headers.set("ETag", view.etag.text());
  if (created.replayed) response.headers.set("Idempotency-Replayed", "true");
  return response;
}

net::Task<Response> create(const Context& api, const Request& request, bool start) {
  auto body = read_body(request);
  if (!body) co_return problem(body.error(), request);
  JsonReader reader(*body);
  auto fields = read_create_request(reader);
  if (auto ok = reader.finish(); !ok) co_return problem(ok.error(), request);
  fields.start = fields.start || start;
  fields.idempotency_key = request.headers.get("Idempotency-Key");
  auto actor = api.actor(request);
  const auto created = co_await api.core().create(std::move(fields), std::move(actor));
  if (!created) co_return problem(created.error(), request);
  co_return created_response(api, *created);
}

net::Task<Response> create_instance(const Context& api, const Request& request, const PathParameters&) {
  return create(api, request, false);
}

net::Task<Response> launch_server(const Context& api, const Request& request, const PathParameters&) {
  return create(api, request, true);
}

// --- reading --------------------------------------------------------------------------------------------------------

std::string catalogue_etag(const Context& api, const core::Catalogue& catalogue) {
  return '"' + api.nonce + '-' + std::to_string(catalogue.version()) + '"';
}

Response list(const Context& api, const Request& request, const PathParameters&) {
  const auto catalogue = api.core().catalogue();
  Response response;
  if (request.query.empty()) {
    response = Response::json_shared(200, catalogue->list_body());
    response.headers.add("X-Total-Count", std::to_string(catalogue->size()));
  } else {
    QueryReader query(request);
    const auto filter = read_list_filter(query);
    const auto limit = query.integer("limit", 1, kMaxPage).value_or(0);
    const auto after = query.text("continue").value_or("");
    if (auto ok = query.finish(); !ok) return problem(ok.error(), request);
    std::string continue_after;
    std::size_t total = catalogue->size();
    if (filter.empty() && limit > 0) {
      const auto page = catalogue->page(limit, after);
      response = Response::json_shared(200, page->body);
      continue_after = page->continue_after;
    } else {
      auto page = core::list_instances(*catalogue, filter, limit, after);
      response = Response::json_text(200, core::join_bodies(page.items));
      continue_after = std::move(page.continue_after);
      total = page.total;
    }
    response.headers.add("X-Total-Count", std::to_string(total));
    if (!continue_after.empty()) response.headers.add("Link", next_link(api, request, "continue", continue_after));
  }
  response.headers.add("ETag", catalogue_etag(api, *catalogue));
  return response;
}

Response get_one(const Context& api, const Request& request, const PathParameters& path) {
  const auto view = api.find(path);
  if (!view) return problem(instance_not_found(path["instanceId"]), request);
  auto response = Response::json_shared(200, core::shared_body(view));
  response.headers.add("ETag", view->etag.text());
  return response;
}

// --- changing -------------------------------------------------------------------------------------------------------

net::Task<Response> update(const Context& api, const Request& request, const PathParameters& path) {
  auto body = read_body(request);
  if (!body) co_return problem(body.error(), request);
  JsonReader reader(*body);
  auto change = read_instance_change(*body, reader);
  if (auto ok = reader.finish(); !ok) co_return problem(ok.error(), request);
  auto condition = if_match(request);
  auto actor = api.actor(request);
  std::string id = path["instanceId"];
  const auto updated =
      co_await api.core().update(std::move(id), std::move(change), std::move(condition), std::move(actor));
  if (!updated) co_return problem(updated.error(), request);
  auto response = Response::json_shared(200, core::shared_body(*updated));
  response.headers.add("ETag", (*updated)->etag.text());
  co_return response;
}

net::Task<Response> remove(const Context& api, const Request& request, const PathParameters& path) {
  QueryReader query(request);
  const bool keep_data = query.boolean("keepData").value_or(false);
  if (auto ok = query.finish(); !ok) co_return problem(ok.error(), request);
  auto condition = if_match(request);
  auto actor = api.actor(request);
  std::string id = path["instanceId"];
  const auto removed = co_await api.core().remove(std::move(id), keep_data, std::move(condition), std::move(actor));
  if (!removed) co_return problem(removed.error(), request);
  co_return Response::empty(204);
}

}  // namespace

void add_instances_api(RouteTable& table, const Context& context) {
  const BodySpec create_body{.schema = "CreateInstance", .media_types = {kJson, kYaml}};
  const ResponseSpec created{.status = 201,
                             .description = "The instance, with `instance` and `serverConfiguration` beside its fields",
                             .schema = "CreatedInstance",
                             .headers = {"Location", "ETag", "Idempotency-Replayed"}};
  // R1
  table.add({.method = net::Method::Post,
             .path = "/api/server/instances",
             .permission = Permission::Administer,
             .operation_id = "createInstance",
             .summary = "Create an instance; `start: true` starts it as well",
             .tag = "Instances",
             .body = create_body,
             .responses = {created},
             .errors = {409, 422},
             .replayable = false,
             .handler = waiting(context, create_instance)});
  // R19
  table.add({.method = net::Method::Post,
             .path = "/api/servers",
             .permission = Permission::Administer,
             .operation_id = "launchServer",
             .summary = "Create an instance and start it",
             .tag = "Instances",
             .body = create_body,
             .responses = {created},
             .errors = {409, 422},
             .handler = waiting(context, launch_server)});
  // R2
  auto list_query = list_filter_parameters();
  list_query.push_back({"limit", "At most so many; `Link` then names the next page", schema_integer(1, kMaxPage)});
  list_query.push_back({"continue", "Where the page before ended, as its `Link` has it", schema_string()});
  table.add({.method = net::Method::Get,
             .path = "/api/server/instances",
             .permission = Permission::Read,
             .operation_id = "listInstances",
             .summary = "List instances in the order of their ids",
             .tag = "Instances",
             .query = std::move(list_query),
             .responses = {{.status = 200,
                            .description = "All instances that match",
                            .schema = "Instance[]",
                            .headers = {"ETag", "Link", "X-Total-Count"}}},
             .quick = quick(context, list)});
  // R3
  table.add({.method = net::Method::Get,
             .path = "/api/server/instances/{instanceId}",
             .permission = Permission::Read,
             .operation_id = "getInstance",
             .summary = "One instance",
             .tag = "Instances",
             .responses = {{.status = 200, .description = "The instance", .schema = "Instance", .headers = {"ETag"}}},
             .errors = {404},
             .quick = quick(context, get_one)});
  table.add({.method = net::Method::Patch,
             .path = "/api/server/instances/{instanceId}",
             .permission = Permission::Administer,
             .operation_id = "updateInstance",
             .summary = "Change name, description, metadata, policies or limits; null removes or resets",
             .tag = "Instances",
             .body = BodySpec{.schema = "UpdateInstance", .media_types = {kMergePatch, kJson}},
             .responses = {{.status = 200, .description = "The instance", .schema = "Instance", .headers = {"ETag"}}},
             .errors = {404, 409, 412},
             .conditional = true,
             .handler = waiting(context, update)});
  // R4
  table.add({.method = net::Method::Delete,
             .path = "/api/server/instances/{instanceId}",
             .permission = Permission::Administer,
             .operation_id = "deleteInstance",
             .summary = "Stop an instance and delete it with its data",
             .tag = "Instances",
             .query = {{"keepData", "Leave its working directory and logs", schema_boolean()}},
             .responses = {{.status = 204, .description = "Deleted", .media_types = {}}},
             .errors = {404, 409, 412},
             .conditional = true,
             .handler = waiting(context, remove)});
}

}  // namespace draas::api
