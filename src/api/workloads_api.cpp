// The workloads of an instance: the active one, the standby beside it, and who gets how much of the traffic.

#include <algorithm>

#include "api/context.hpp"
#include "api/query_reader.hpp"
#include "api/request_body.hpp"
#include "base/json_reader.hpp"

namespace draas::api {
namespace {

constexpr std::chrono::milliseconds kDefaultDrain{10'000};
constexpr std::int64_t kMaxRevision = std::int64_t{1} << 53;

Response workloads_response(const Request& request, const Result<Json>& workloads) {
  if (!workloads) return problem(workloads.error(), request);
  return Response::json(200, *workloads);
}

net::Task<Response> get_workloads(const Context& api, const Request& request, const PathParameters& path) {
  std::string id = path["instanceId"];
  const auto workloads = co_await api.core().workloads(std::move(id));
  co_return workloads_response(request, workloads);
}

Result<core::StandbyOptions> read_standby(const Context& api, const Request& request) {
  QueryReader query(request);
  core::StandbyOptions options;
  if (const auto wait = query.duration("wait", api.options.max_wait)) options.wait = *wait;
  if (auto ok = query.finish(); !ok) return std::unexpected(std::move(ok.error()));
  auto body = read_optional_body(request);
  if (!body) return std::unexpected(std::move(body.error()));
  if (!*body) return options;
  JsonReader reader(**body);
  if (const auto revision = reader.optional_integer("revision", 1, kMaxRevision)) {
    options.revision = static_cast<std::uint64_t>(*revision);
  }
  options.platform = reader.optional_string("platform", {"platformType"});
  options.owner = reader.optional_string("owner").value_or("");
  reader.reject_unknown();
  if (auto ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return options;
}

net::Task<Response> start_standby(const Context& api, const Request& request, const PathParameters& path) {
  auto options = read_standby(api, request);
  if (!options) co_return problem(options.error(), request);
  auto actor = api.actor(request);
  std::string id = path["instanceId"];
  const std::string location = api.instance_url(id) + "/workloads";
  const auto result = co_await api.core().start_standby(std::move(id), std::move(*options), std::move(actor));
  if (!result) co_return problem(result.error(), request);
  auto response = Response::json(result->running ? 201 : 202, result->workloads);
  response.headers.set("Location", location);
  co_return response;
}

net::Task<Response> remove_standby(const Context& api, const Request& request, const PathParameters& path) {
  QueryReader query(request);
  const auto drain =
      query.duration("drain", api.options.max_wait).value_or(std::min(kDefaultDrain, api.options.max_wait));
  if (auto ok = query.finish(); !ok) co_return problem(ok.error(), request);
  auto actor = api.actor(request);
  std::string id = path["instanceId"];
  const auto removed = co_await api.core().remove_standby(std::move(id), drain, std::move(actor));
  if (!removed) co_return problem(removed.error(), request);
  co_return Response::empty(204);
}

net::Task<Response> promote_standby(const Context& api, const Request& request, const PathParameters& path) {
  auto actor = api.actor(request);
  std::string id = path["instanceId"];
  const auto workloads = co_await api.core().promote_standby(std::move(id), std::move(actor));
  co_return workloads_response(request, workloads);
}

net::Task<Response> set_traffic(const Context& api, const Request& request, const PathParameters& path) {
  auto body = read_body(request);
  if (!body) co_return problem(body.error(), request);
  JsonReader reader(*body);
  const auto faults = reader.faults().size();
  const auto percent = reader.optional_integer("standby", 0, 100);
  if (!percent && reader.faults().size() == faults) reader.add_fault("standby", "missing; a percentage, 0 to 100");
  reader.reject_unknown();
  if (auto ok = reader.finish(); !ok) co_return problem(ok.error(), request);
  auto actor = api.actor(request);
  std::string id = path["instanceId"];
  const auto workloads =
      co_await api.core().set_traffic(std::move(id), static_cast<unsigned>(*percent), std::move(actor));
  co_return workloads_response(request, workloads);
}

net::Task<Response> standby_configuration(const Context& api, const Request& request, const PathParameters& path) {
  std::string id = path["instanceId"];
  const auto configuration = co_await api.core().standby_configuration(std::move(id));
  co_return workloads_response(request, configuration);
}

net::Task<Response> set_applied_revision(const Context& api, const Request& request, const PathParameters& path) {
  auto body = read_body(request);
  if (!body) co_return problem(body.error(), request);
  JsonReader reader(*body);
  std::array<std::uint64_t, 2> numbers{};
  constexpr std::array<std::string_view, 2> kKeys{"revision", "generation"};
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    const auto faults = reader.faults().size();
    const auto number = reader.optional_integer(kKeys[i], 1, kMaxRevision);
    if (!number && reader.faults().size() == faults) reader.add_fault(kKeys[i], "missing");
    numbers[i] = static_cast<std::uint64_t>(number.value_or(0));
  }
  reader.reject_unknown();
  if (auto ok = reader.finish(); !ok) co_return problem(ok.error(), request);
  auto actor = api.actor(request);
  std::string id = path["instanceId"];
  const auto view = co_await api.core().set_applied_revision(std::move(id), numbers[0], numbers[1], std::move(actor));
  if (!view) co_return problem(view.error(), request);
  auto response = Response::json_shared(200, core::shared_body(*view));
  response.headers.add("ETag", (*view)->etag.text());
  co_return response;
}

}  // namespace

void add_workloads_api(RouteTable& table, const Context& context) {
  const ResponseSpec workloads{.status = 200, .description = "The workloads", .schema = "Workloads"};
  table.add({.method = net::Method::Get,
             .path = "/api/server/instances/{instanceId}/workloads",
             .permission = Permission::Read,
             .operation_id = "getWorkloads",
             .summary = "The active workload and the standby beside it, with their traffic and connections",
             .tag = "Workloads",
             .responses = {workloads},
             .errors = {404},
             .handler = waiting(context, get_workloads)});
  table.add({.method = net::Method::Post,
             .path = "/api/server/instances/{instanceId}/standby",
             .permission = Permission::Operate,
             .operation_id = "startStandby",
             .summary = "Start a second workload beside the active one, with a revision of the configuration",
             .tag = "Workloads",
             .query = {wait_parameter("How long to wait for Running or a failure (default 10s)")},
             .body = BodySpec{.schema = "StartStandby", .required = false},
             .responses = {{.status = 201,
                            .description = "It is Running",
                            .schema = "Workloads",
                            .headers = {"Location", "Idempotency-Replayed"}},
                           {.status = 202,
                            .description = "It is still Starting",
                            .schema = "Workloads",
                            .headers = {"Location", "Idempotency-Replayed"}}},
             .errors = {404, 409, 422},
             .replayable = true,
             .handler = waiting(context, start_standby)});
  table.add({.method = net::Method::Delete,
             .path = "/api/server/instances/{instanceId}/standby",
             .permission = Permission::Operate,
             .operation_id = "removeStandby",
             .summary = "Take the standby's traffic away, wait for what it is busy with, and end it",
             .tag = "Workloads",
             .query = {{"drain", "How long to wait for its connections and requests (default 10s)", schema_duration()}},
             .responses = {{.status = 204, .description = "There is no standby any more", .media_types = {}}},
             .errors = {404, 504},
             .handler = waiting(context, remove_standby)});
  table.add({.method = net::Method::Post,
             .path = "/api/server/instances/{instanceId}/standby/promote",
             .permission = Permission::Operate,
             .operation_id = "promoteStandby",
             .summary = "Active and standby change places: all new traffic goes to the other one; again to switch back",
             .tag = "Workloads",
             .responses = {workloads},
             .errors = {404, 409},
             .replayable = true,
             .handler = waiting(context, promote_standby)});
  table.add({.method = net::Method::Put,
             .path = "/api/server/instances/{instanceId}/traffic",
             .permission = Permission::Operate,
             .operation_id = "setTraffic",
             .summary = "Give the standby a share of new connections and proxied requests",
             .tag = "Workloads",
             .body = BodySpec{.schema = "Traffic"},
             .responses = {workloads},
             .errors = {404, 409},
             .handler = waiting(context, set_traffic)});
  table.add({.method = net::Method::Get,
             .path = "/api/server/instances/{instanceId}/standby/actual-configuration",
             .permission = Permission::Read,
             .operation_id = "getStandbyConfiguration",
             .summary = "What the standby reports to run",
             .tag = "Workloads",
             .responses = {{.status = 200, .description = "Per library", .schema = "ActualConfiguration"}},
             .errors = {404, 409, 503},
             .handler = waiting(context, standby_configuration)});
  table.add({.method = net::Method::Put,
             .path = "/api/server/instances/{instanceId}/applied-revision",
             .permission = Permission::Operate,
             .operation_id = "setAppliedRevision",
             .summary = "Tell that the running server was brought to a revision by live changes",
             .tag = "Workloads",
             .body = BodySpec{.schema = "AppliedRevision"},
             .responses = {{.status = 200, .description = "The instance", .schema = "Instance", .headers = {"ETag"}}},
             .errors = {404, 409},
             .handler = waiting(context, set_applied_revision)});
}

}  // namespace draas::api
