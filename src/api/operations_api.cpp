// Health, readiness and metrics (R21, R22).

#include <set>

#include "api/context.hpp"
#include "core/instances/catalogue.hpp"

namespace draas::api {
namespace {

constexpr std::array<core::InstanceStatus, 5> kStatuses{core::InstanceStatus::Created, core::InstanceStatus::Running,
                                                        core::InstanceStatus::Stopped, core::InstanceStatus::Error,
                                                        core::InstanceStatus::ConfigurationChanged};

using Counts = std::map<std::pair<std::string, core::InstanceStatus>, std::size_t>;  // by platform and status

Counts count_instances(const core::Catalogue& catalogue) {
  Counts counts;
  catalogue.for_each("", [&](const core::InstanceViewPtr& view) {
    ++counts[{view->platform, view->status}];
    return true;
  });
  return counts;
}

Response api_health(const Context& api, const Request&, const PathParameters&) {
  const auto catalogue = api.core().catalogue();
  const auto health = api.core().health();
  Json by_status = Json::object();
  for (const auto status : kStatuses) by_status[std::string(core::to_string(status))] = 0;
  Json by_platform = Json::object();
  for (const auto& [key, count] : count_instances(*catalogue)) {
    auto& of_status = by_status[std::string(core::to_string(key.second))];
    of_status = of_status.get<std::size_t>() + count;
    auto& of_platform = by_platform[key.first];
    of_platform = (of_platform.is_null() ? 0 : of_platform.get<std::size_t>()) + count;
  }
  Json body;
  body["status"] = health.ready ? "healthy" : "degraded";
  if (!health.ready) body["reason"] = health.reason;
  body["totalInstances"] = catalogue->size();
  body["byStatus"] = std::move(by_status);
  body["byPlatform"] = std::move(by_platform);
  body["controlPlaneId"] = api.core().id();
  body["version"] = api.options.version;
  return Response::json(200, body);
}

Response health(const Context& api, const Request&, const PathParameters&) {
  const auto health = api.core().health();
  Json body;
  body["status"] = health.ready ? "healthy" : "degraded";
  if (!health.ready) body["reason"] = health.reason;
  return Response::json(200, body);
}

Response ready(const Context& api, const Request& request, const PathParameters&) {
  const auto health = api.core().health();
  if (health.ready) return Response::json(200, Json{{"status", "ready"}});
  const Error error{.code = ErrorCode::Unavailable,
                    .message = health.reason.empty() ? "The control plane is not open yet" : health.reason,
                    .retryable = true};
  return problem(error, request);
}

// The gauges that are read from the catalogue. A pair that has been seen stays, at 0 when no instance has it.
void watch_instances(core::ControlPlane& control_plane, Metrics& metrics) {
  auto seen = std::make_shared<std::set<std::pair<std::string, core::InstanceStatus>>>();
  metrics.on_collect([&control_plane, &metrics, seen] {
    const auto counts = count_instances(*control_plane.catalogue());
    for (const auto& [key, count] : counts) seen->insert(key);
    for (const auto& key : *seen) {
      const auto it = counts.find(key);
      metrics
          .gauge("draas_instances", "Instances by platform and status",
                 {{"platform", key.first}, {"status", std::string(core::to_string(key.second))}})
          .set(it == counts.end() ? 0 : static_cast<double>(it->second));
    }
    metrics.gauge("draas_events_last_sequence", "Sequence number of the newest event")
        .set(static_cast<double>(control_plane.events().last_sequence()));
    metrics.gauge("draas_store_ready", "1 when the store takes writes").set(control_plane.health().ready ? 1 : 0);
  });
}

Response metrics_text(const Context& api, const Request& request, const PathParameters&) {
  if (api.metrics == nullptr) return problem(404, "Metrics are switched off", &request);
  auto response = Response::text(200, api.metrics->text());
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  return response;
}

}  // namespace

void add_operations_api(RouteTable& table, const Context& context) {
  // R21
  table.add({.method = net::Method::Get,
             .path = "/api/health",
             .permission = Permission::None,
             .operation_id = "getApiHealth",
             .summary = "Health, with the number of instances by status and platform",
             .tag = "Operations",
             .responses = {{.status = 200, .description = "It answers", .schema = "ApiHealth"}},
             .quick = quick(context, api_health)});
  // R22
  table.add({.method = net::Method::Get,
             .path = "/health",
             .permission = Permission::None,
             .operation_id = "getHealth",
             .summary = "Is the process alive? 200 as long as it answers",
             .tag = "Operations",
             .responses = {{.status = 200, .description = "It answers", .schema = "Health"}},
             .quick = quick(context, health)});
  table.add({.method = net::Method::Get,
             .path = "/ready",
             .permission = Permission::None,
             .operation_id = "getReadiness",
             .summary = "Can it take work? 503 with the reason when the store cannot",
             .tag = "Operations",
             .responses = {{.status = 200, .description = "Ready", .schema = "Health"}},
             .errors = {503},
             .quick = quick(context, ready)});
  table.add({.method = net::Method::Get,
             .path = "/metrics",
             .permission = Permission::None,
             .operation_id = "getMetrics",
             .summary = "Metrics in the Prometheus text format",
             .tag = "Operations",
             .responses = {{.status = 200, .description = "Metrics", .media_types = {kText}}},
             .quick = quick(context, metrics_text)});
  if (context.metrics != nullptr) watch_instances(context.core(), *context.metrics);
}

}  // namespace draas::api
