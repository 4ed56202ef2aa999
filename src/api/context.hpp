#pragma once
// What every handler works with, and the small vocabulary of their declarations.

#include <string>
#include <string_view>
#include <utility>

#include "api/api.hpp"
#include "api/problem.hpp"
#include "api/route_table.hpp"
#include "core/control_plane.hpp"

namespace draas::api {

// One per API; outlives every request. Immutable after construction.
struct Context {
  ApiOptions options;
  core::ControlPlane* control_plane = nullptr;
  Metrics* metrics = nullptr;
  std::string nonce;  // of this start, for ETags of what is counted in memory

  core::ControlPlane& core() const { return *control_plane; }
  core::Actor actor(const net::Request& request, std::string_view source = "ControlPlane") const;
  // The current view, or nullptr.
  core::InstanceViewPtr find(const net::PathParameters& path) const;
  std::string instance_url(std::string_view id) const;
};

using net::PathParameters;
using net::Request;
using net::Response;

// Binds a free function to the context.
QuickHandler quick(const Context& context, Response (*handler)(const Context&, const Request&, const PathParameters&));
QuickHandler quick(const Context& context,
                   std::optional<Response> (*handler)(const Context&, const Request&, const PathParameters&));
net::AsyncHandler waiting(const Context& context,
                          net::Task<Response> (*handler)(const Context&, const Request&, const PathParameters&));

// JSON schemas of query parameters.
Json schema_string();
Json schema_boolean();
Json schema_integer(std::uint64_t min, std::uint64_t max);
Json schema_duration();
Json schema_time();
ParameterSpec wait_parameter(std::string description);

// The If-Match header, when there is one.
std::optional<std::string> if_match(const Request& request);
// Appends `,"name":value` before the closing brace of a serialised object.
void append_member(std::string& object, std::string_view name, std::string_view value);
// A Link header's value for the next page: the request's own path and query with `name`=`value` set.
std::string next_link(const Context& context, const Request& request, std::string_view name, std::string_view value);

// One function per resource; each adds its routes.
void add_instances_api(RouteTable& table, const Context& context);
void add_lifecycle_api(RouteTable& table, const Context& context);
void add_workloads_api(RouteTable& table, const Context& context);
void add_bulk_api(RouteTable& table, const Context& context);
void add_server_settings_api(RouteTable& table, const Context& context);
void add_configuration_api(RouteTable& table, const Context& context);
void add_revisions_api(RouteTable& table, const Context& context);
void add_status_api(RouteTable& table, const Context& context);
void add_logs_api(RouteTable& table, const Context& context);
void add_proxy_api(RouteTable& table, const Context& context);
void add_platforms_api(RouteTable& table, const Context& context);
void add_operations_api(RouteTable& table, const Context& context);
void add_reconciliation_fleet_api(RouteTable& table, const Context& context);
void add_reconciliation_workers_api(RouteTable& table, const Context& context);
void add_reconciliation_requests_api(RouteTable& table, const Context& context);
void add_reconciliation_audit_api(RouteTable& table, const Context& context);
void add_reconciliation_policies_api(RouteTable& table, const Context& context);
void add_reconciliation_approvals_api(RouteTable& table, const Context& context);
void add_reconciliation_rollouts_api(RouteTable& table, const Context& context);
void add_webhooks_api(RouteTable& table, const Context& context);
// Last: it describes all the others.
void add_documentation_api(RouteTable& table, const Context& context);

}  // namespace draas::api
