// ReconciliationService: leases of workers.

#include <algorithm>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "core/reconciliation/collections.hpp"
#include "core/reconciliation/service_impl.hpp"

namespace draas::core {
namespace {

Json shard_numbers(const ShardSet& shards) {
  Json out = Json::array();
  for (std::size_t i = 0; i < kShards; ++i) {
    if (shards.test(i)) out.push_back(i);
  }
  return out;
}

Write lease_document(const Lease& lease) {
  return Write::put(std::string(collections::kLeases), lease.worker, to_document(lease));
}

std::uint64_t number_in(const Json& status, const char* name) {
  auto value = status.find(name);
  return value != status.end() && value->is_number_unsigned() ? value->get<std::uint64_t>() : 0;
}

}  // namespace

Status ReconciliationService::Impl::load_leases() {
  return for_each_document(ledger.store(), collections::kLeases, [this](const Document& document) -> Status {
    Result<Lease> lease = lease_from_document(document.body);
    if (!lease) return std::unexpected(std::move(lease.error()));
    lease_table.restore(std::move(*lease), ledger.clock().now(), ledger.clock().steady_now());
    return {};
  });
}

net::Task<Result<Json>> ReconciliationService::Impl::renew(Heartbeat heartbeat) {
  Status expired = co_await expire_leases();
  if (!expired) co_return std::unexpected(std::move(expired.error()));
  net::AsyncMutex::Guard guard = co_await lease_lock.lock();
  const LeaseTable before = lease_table;
  const LeaseTable::Outcome outcome = lease_table.renew(heartbeat, ledger.clock().now(), ledger.clock().steady_now());
  if (outcome.must_be_stored) {
    Batch batch;
    batch.writes.push_back(lease_document(*outcome.lease));
    Result<Commit> committed = co_await ledger.commit(std::move(batch));
    if (!committed) {
      lease_table = before;
      co_return std::unexpected(std::move(committed.error()));
    }
    crash_point("lease.committed");
  }
  const Lease& lease = *lease_table.find(heartbeat.worker);
  if (outcome.shards_changed) {
    shards_changed[heartbeat.worker] = feed.advance();
    notice();
    log_info("worker holds other shards", {{"worker", heartbeat.worker}, {"shards", lease.shards.count()}});
  }
  co_return Json{{"worker", lease.worker},
                 {"expiresAt", to_rfc3339(lease.expires_at)},
                 {"shards", shard_numbers(lease.shards)},
                 {"shardCount", kShards},
                 {"workers", lease_table.all().size()}};
}

net::Task<Status> ReconciliationService::Impl::end_lease(std::string worker) {
  net::AsyncMutex::Guard guard = co_await lease_lock.lock();
  if (lease_table.find(worker) == nullptr) co_return Status{};
  Batch batch;
  batch.writes.push_back(Write::erase(std::string(collections::kLeases), worker));
  Result<Commit> committed = co_await ledger.commit(std::move(batch));
  if (!committed) co_return std::unexpected(std::move(committed.error()));
  lease_table.end(worker);
  shards_changed[worker] = feed.advance();
  notice();
  co_return Status{};
}

net::Task<Status> ReconciliationService::Impl::expire_leases() {
  net::AsyncMutex::Guard guard = co_await lease_lock.lock();
  LeaseTable next = lease_table;
  const std::vector<std::string> expired = next.expire(ledger.clock().steady_now());
  if (expired.empty()) co_return Status{};
  Batch batch;
  for (const std::string& worker : expired) {
    batch.writes.push_back(Write::erase(std::string(collections::kLeases), worker));
  }
  Result<Commit> committed = co_await ledger.commit(std::move(batch));
  if (!committed) co_return std::unexpected(std::move(committed.error()));
  for (const std::string& worker : expired) {
    lease_table.end(worker);
    shards_changed[worker] = feed.advance();
    log_warn("a worker's lease ran out", {{"worker", worker}});
  }
  notice();
  co_return Status{};
}

Json ReconciliationService::Impl::leases_json() const {
  Json out = Json::array();
  for (const auto& [worker, lease] : lease_table.all()) {
    Json item = Json::object();
    item["worker"] = worker;
    item["url"] = lease.url.empty() ? Json(nullptr) : Json(lease.url);
    item["expiresAt"] = to_rfc3339(lease.expires_at);
    item["shards"] = shard_numbers(lease.shards);
    item["status"] = lease.status;
    out.push_back(std::move(item));
  }
  return out;
}

Json ReconciliationService::Impl::status_json() const {
  Json workers = Json::array();
  Json last_sweep;
  std::uint64_t watched = 0;
  std::uint64_t drifted = 0;
  for (const auto& [worker, lease] : lease_table.all()) {
    Json item = Json::object();
    item["worker"] = worker;
    item["url"] = lease.url.empty() ? Json(nullptr) : Json(lease.url);
    item["expiresAt"] = to_rfc3339(lease.expires_at);
    item["shards"] = lease.shards.count();
    item["status"] = lease.status;
    workers.push_back(std::move(item));
    watched += number_in(lease.status, "instances");
    drifted += number_in(lease.status, "drifted");
    if (auto sweep = lease.status.find("lastSweep"); sweep != lease.status.end() && !sweep->is_null()) {
      if (last_sweep.is_null() || last_sweep.dump() < sweep->dump()) last_sweep = *sweep;
    }
  }
  std::size_t held = 0;
  feed.for_each([&held](const std::string&, const FleetItem& item) { held += item.more().held_revision > 0 ? 1 : 0; });
  Json instances = Json::object();
  instances["total"] = ledger.size();
  instances["inSync"] = watched - std::min(drifted, watched);
  instances["drifted"] = drifted;
  instances["held"] = held;
  std::size_t paused = 0;
  const bool fleet_paused = own_policy("").value("paused", false);
  for (const auto& [id, policy] : policies) {
    if (!id.empty() && policy.own.contains("paused") && policy.own["paused"] != fleet_paused) ++paused;
  }
  instances["paused"] = fleet_paused ? ledger.size() - paused : paused;
  instances["pendingApproval"] =
      std::ranges::count_if(approvals, [](const auto& approval) { return approval.second.open(); });
  Json out = Json::object();
  out["workers"] = std::move(workers);
  out["instances"] = std::move(instances);
  out["lastSweep"] = std::move(last_sweep);
  Json& by_state = out["rollouts"] = Json::object();
  for (const auto& [id, rollout] : rollouts) {
    Json& count = by_state[std::string(to_string(rollout.state))];
    count = count.is_null() ? 1 : count.get<int>() + 1;
  }
  return out;
}

}  // namespace draas::core
