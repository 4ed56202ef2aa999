// Places that are told of events.

#include "api/context.hpp"
#include "api/request_body.hpp"
#include "core/webhooks/webhook_service.hpp"

namespace draas::api {
namespace {

Response list_response(const std::vector<Json>& items) {
  Json body = Json::array();
  for (const Json& item : items) body.push_back(item);
  return Response::json(200, body);
}

net::Task<Response> list(const Context& api, const Request& request, const PathParameters&) {
  const auto webhooks = co_await api.core().webhooks().list();
  if (!webhooks) co_return problem(webhooks.error(), request);
  co_return list_response(*webhooks);
}

net::Task<Response> create(const Context& api, const Request& request, const PathParameters&) {
  auto body = read_body(request);
  if (!body) co_return problem(body.error(), request);
  auto actor = api.actor(request);
  const auto created = co_await api.core().webhooks().create(std::move(*body), std::move(actor));
  if (!created) co_return problem(created.error(), request);
  auto response = Response::json(201, *created);
  const std::string id = created->at("id").get<std::string>();
  response.headers.add("Location", api.options.path_base + "/api/webhooks/" + id);
  co_return response;
}

net::Task<Response> get_one(const Context& api, const Request& request, const PathParameters& path) {
  std::string id = path["webhookId"];
  const auto webhook = co_await api.core().webhooks().get(std::move(id));
  if (!webhook) co_return problem(webhook.error(), request);
  co_return Response::json(200, *webhook);
}

net::Task<Response> replace(const Context& api, const Request& request, const PathParameters& path) {
  auto body = read_body(request);
  if (!body) co_return problem(body.error(), request);
  std::string id = path["webhookId"];
  auto actor = api.actor(request);
  const auto replaced = co_await api.core().webhooks().replace(std::move(id), std::move(*body), std::move(actor));
  if (!replaced) co_return problem(replaced.error(), request);
  co_return Response::json(200, *replaced);
}

net::Task<Response> remove(const Context& api, const Request& request, const PathParameters& path) {
  std::string id = path["webhookId"];
  auto actor = api.actor(request);
  const auto removed = co_await api.core().webhooks().remove(std::move(id), std::move(actor));
  if (!removed) co_return problem(removed.error(), request);
  co_return Response::empty(204);
}

net::Task<Response> test(const Context& api, const Request& request, const PathParameters& path) {
  std::string id = path["webhookId"];
  const auto delivery = co_await api.core().webhooks().test(std::move(id));
  if (!delivery) co_return problem(delivery.error(), request);
  co_return Response::json(200, *delivery);
}

net::Task<Response> deliveries(const Context& api, const Request& request, const PathParameters& path) {
  std::string id = path["webhookId"];
  const auto attempts = co_await api.core().webhooks().deliveries(std::move(id));
  if (!attempts) co_return problem(attempts.error(), request);
  co_return list_response(*attempts);
}

}  // namespace

void add_webhooks_api(RouteTable& table, const Context& context) {
  const std::string all = "/api/webhooks";
  const std::string one = all + "/{webhookId}";
  const ResponseSpec webhook{.status = 200, .description = "Without its secret", .schema = "Webhook"};
  table.add({.method = net::Method::Get,
             .path = all,
             .permission = Permission::Administer,
             .operation_id = "listWebhooks",
             .summary = "Places that are told of events",
             .tag = "Webhooks",
             .responses = {{.status = 200, .description = "Webhooks", .schema = "Webhook[]"}},
             .handler = waiting(context, list)});
  table.add({.method = net::Method::Post,
             .path = all,
             .permission = Permission::Administer,
             .operation_id = "createWebhook",
             .summary = "Tell a place of events, beginning with the next one",
             .tag = "Webhooks",
             .body = BodySpec{.schema = "NewWebhook"},
             .responses = {{.status = 201,
                            .description = "It will be told",
                            .schema = "Webhook",
                            .headers = {"Location", "Idempotency-Replayed"}}},
             .replayable = true,
             .handler = waiting(context, create)});
  table.add({.method = net::Method::Get,
             .path = one,
             .permission = Permission::Administer,
             .operation_id = "getWebhook",
             .summary = "One webhook",
             .tag = "Webhooks",
             .responses = {webhook},
             .errors = {404},
             .handler = waiting(context, get_one)});
  table.add({.method = net::Method::Put,
             .path = one,
             .permission = Permission::Administer,
             .operation_id = "replaceWebhook",
             .summary = "Change a webhook; one that is enabled again begins with the next event",
             .tag = "Webhooks",
             .body = BodySpec{.schema = "NewWebhook"},
             .responses = {webhook},
             .errors = {404},
             .handler = waiting(context, replace)});
  table.add({.method = net::Method::Delete,
             .path = one,
             .permission = Permission::Administer,
             .operation_id = "deleteWebhook",
             .summary = "Tell a place no more",
             .tag = "Webhooks",
             .responses = {{.status = 204, .description = "It is gone", .media_types = {}}},
             .errors = {404},
             .handler = waiting(context, remove)});
  table.add({.method = net::Method::Post,
             .path = one + "/test",
             .permission = Permission::Administer,
             .operation_id = "testWebhook",
             .summary = "Send an event of the type Test now, once; says what came back",
             .tag = "Webhooks",
             .responses = {{.status = 200, .description = "The attempt", .schema = "WebhookDelivery"}},
             .errors = {404},
             .handler = waiting(context, test)});
  table.add({.method = net::Method::Get,
             .path = one + "/deliveries",
             .permission = Permission::Administer,
             .operation_id = "listWebhookDeliveries",
             .summary = "The last 100 attempts since the start, newest first",
             .tag = "Webhooks",
             .responses = {{.status = 200, .description = "Attempts", .schema = "WebhookDelivery[]"}},
             .errors = {404},
             .handler = waiting(context, deliveries)});
}

}  // namespace draas::api
