// Leases of reconciliation workers, and what they say of the fleet.

#include <algorithm>

#include "api/context.hpp"
#include "api/request_body.hpp"
#include "base/json_reader.hpp"
#include "core/reconciliation/reconciliation_service.hpp"

namespace draas::api {
namespace {

constexpr Duration kMinTtl{500};
constexpr std::chrono::minutes kMaxTtl{10};
constexpr std::size_t kMaxWorkerName = 128;

Status check_worker_name(const std::string& name) {
  const bool good = !name.empty() && name.size() <= kMaxWorkerName && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("-_.:@").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (good) return {};
  return fail(ErrorCode::InvalidArgument, "The name of a worker has 1 to " + std::to_string(kMaxWorkerName) +
                                              " letters, digits, '-', '_', '.', ':' or '@'");
}

Result<core::Heartbeat> read_heartbeat(const Request& request, const std::string& worker) {
  if (auto ok = check_worker_name(worker); !ok) return std::unexpected(std::move(ok.error()));
  auto body = read_optional_body(request);
  if (!body) return std::unexpected(std::move(body.error()));
  const Json value = *body ? std::move(**body) : Json::object();
  core::Heartbeat heartbeat;
  heartbeat.worker = worker;
  JsonReader reader(value);
  if (const auto text = reader.optional_string("ttl")) {
    const auto ttl = parse_duration(*text);
    if (ttl && *ttl >= kMinTtl && *ttl <= kMaxTtl) {
      heartbeat.ttl = *ttl;
    } else {
      reader.add_fault("ttl", "must be a time span from 500ms to 10m");
    }
  }
  heartbeat.url = reader.optional_string("url").value_or("");
  if (const Json* status = reader.optional_object("status")) heartbeat.status = *status;
  if (const Json* shards = reader.optional_array("busyShards")) {
    core::ShardSet& set = heartbeat.busy.emplace();
    for (const Json& shard : *shards) {
      const bool good = shard.is_number_unsigned() && shard.get<std::uint64_t>() < core::kShards;
      if (good) {
        set.set(shard.get<std::size_t>());
      } else {
        reader.add_fault("busyShards", "must be numbers from 0 to " + std::to_string(core::kShards - 1));
      }
    }
  }
  reader.reject_unknown();
  if (auto ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return heartbeat;
}

net::Task<Response> put_lease(const Context& api, const Request& request, const PathParameters& path) {
  auto heartbeat = read_heartbeat(request, path["worker"]);
  if (!heartbeat) co_return problem(heartbeat.error(), request);
  const auto lease = co_await api.core().reconciliation().renew_lease(std::move(*heartbeat));
  if (!lease) co_return problem(lease.error(), request);
  co_return Response::json(200, *lease);
}

net::Task<Response> delete_lease(const Context& api, const Request& request, const PathParameters& path) {
  std::string worker = path["worker"];
  const auto ended = co_await api.core().reconciliation().end_lease(std::move(worker));
  if (!ended) co_return problem(ended.error(), request);
  co_return Response::empty(204);
}

net::Task<Response> list_leases(const Context& api, const Request& request, const PathParameters&) {
  const auto leases = co_await api.core().reconciliation().leases();
  if (!leases) co_return problem(leases.error(), request);
  co_return Response::json(200, *leases);
}

net::Task<Response> get_status(const Context& api, const Request& request, const PathParameters&) {
  const auto status = co_await api.core().reconciliation().status();
  if (!status) co_return problem(status.error(), request);
  co_return Response::json(200, *status);
}

}  // namespace

void add_reconciliation_workers_api(RouteTable& table, const Context& context) {
  const std::string path = "/api/reconciliation/leases/{worker}";
  table.add({.method = net::Method::Put,
             .path = path,
             .permission = Permission::Operate,
             .operation_id = "renewLease",
             .summary = "A worker's heartbeat: takes or renews its lease and says which shards are its own",
             .tag = "Reconciliation",
             .body = BodySpec{.schema = "Heartbeat", .required = false},
             .responses = {{.status = 200, .description = "The lease", .schema = "Lease"}},
             .handler = waiting(context, put_lease)});
  table.add({.method = net::Method::Delete,
             .path = path,
             .permission = Permission::Operate,
             .operation_id = "endLease",
             .summary = "Give all shards of a worker back; it has stopped",
             .tag = "Reconciliation",
             .responses = {{.status = 204, .description = "It has none, also if it had none", .media_types = {}}},
             .handler = waiting(context, delete_lease)});
  table.add({.method = net::Method::Get,
             .path = "/api/reconciliation/leases",
             .permission = Permission::Read,
             .operation_id = "listLeases",
             .summary = "The workers that live, and their shards",
             .tag = "Reconciliation",
             .responses = {{.status = 200, .description = "Leases", .schema = "WorkerLease[]"}},
             .handler = waiting(context, list_leases)});
  table.add({.method = net::Method::Get,
             .path = "/api/reconciliation/status",
             .permission = Permission::Read,
             .operation_id = "getReconciliationStatus",
             .summary = "Workers, and how many instances are in sync",
             .tag = "Reconciliation",
             .responses = {{.status = 200, .description = "The status", .schema = "ReconciliationStatus"}},
             .handler = waiting(context, get_status)});
}

}  // namespace draas::api
