// Where instances can run.

#include "api/context.hpp"

namespace draas::api {
namespace {

net::Task<Response> list_platforms(const Context& api, const Request&, const PathParameters&) {
  const auto platforms = co_await api.core().platforms();
  Json body = Json::array();
  for (const auto& platform : platforms) {
    Json entry;
    entry["platformType"] = platform.name;
    entry["available"] = platform.availability.available;
    entry["reason"] = platform.availability.reason;
    entry["isDefault"] = platform.is_default;
    entry["monitoring"] = platform.monitoring;
    entry["instanceCount"] = platform.instances;
    if (!platform.availability.version.empty()) entry["version"] = platform.availability.version;
    body.push_back(std::move(entry));
  }
  co_return Response::json(200, body);
}

}  // namespace

void add_platforms_api(RouteTable& table, const Context& context) {
  // R10
  table.add({.method = net::Method::Get,
             .path = "/api/server/platforms",
             .permission = Permission::Read,
             .operation_id = "listPlatforms",
             .summary = "Platforms, and whether instances can be started there now",
             .tag = "Platforms",
             .responses = {{.status = 200, .description = "All platforms", .schema = "Platform[]"}},
             .handler = waiting(context, list_platforms)});
}

}  // namespace draas::api
