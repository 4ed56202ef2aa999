#include "core/reconciliation/lease_table.hpp"

#include <algorithm>

namespace draas::core {
namespace {

Json to_json(const ShardSet& shards) {
  Json out = Json::array();
  for (std::size_t i = 0; i < kShards; ++i) {
    if (shards.test(i)) out.push_back(i);
  }
  return out;
}

ShardSet shards_from_json(const Json& value) {
  ShardSet shards;
  for (const Json& shard : value) shards.set(shard.get<std::size_t>());
  return shards;
}

}  // namespace

std::string to_document(const Lease& lease) {
  Json out = Json::object();
  out["worker"] = lease.worker;
  out["url"] = lease.url;
  out["ttl"] = to_text(lease.ttl);
  out["expiresAt"] = to_rfc3339(lease.expires_at);
  out["shards"] = to_json(lease.shards);
  out["lettingGo"] = to_json(lease.letting_go);
  return to_text(out);
}

Result<Lease> lease_from_document(std::string_view body) {
  auto parsed = parse_json(body);
  if (!parsed) return fail(ErrorCode::DataLoss, "A lease in the store is not readable: " + parsed.error().message);
  try {
    Lease lease;
    lease.worker = parsed->at("worker").get<std::string>();
    lease.url = parsed->at("url").get<std::string>();
    auto ttl = parse_duration(parsed->at("ttl").get<std::string>());
    if (!ttl) return std::unexpected(std::move(ttl.error()));
    lease.ttl = *ttl;
    auto expires = parse_rfc3339(parsed->at("expiresAt").get<std::string>());
    if (!expires) return std::unexpected(std::move(expires.error()));
    lease.expires_at = *expires;
    lease.shards = shards_from_json(parsed->at("shards"));
    lease.letting_go = shards_from_json(parsed->at("lettingGo"));
    return lease;
  } catch (const std::exception& error) {
    return fail(ErrorCode::DataLoss, std::string("A lease in the store is not readable: ") + error.what());
  }
}

void LeaseTable::restore(Lease lease, WallTime now, SteadyTime steady_now) {
  lease.expires_at = now + lease.ttl;
  lease.deadline = steady_now + lease.ttl;
  std::string worker = lease.worker;
  leases_.insert_or_assign(std::move(worker), std::move(lease));
}

std::vector<std::string> LeaseTable::expire(SteadyTime now) {
  std::vector<std::string> expired;
  for (auto lease = leases_.begin(); lease != leases_.end();) {
    if (lease->second.deadline > now) {
      ++lease;
      continue;
    }
    expired.push_back(lease->first);
    lease = leases_.erase(lease);
  }
  return expired;
}

LeaseTable::Outcome LeaseTable::renew(const Heartbeat& heartbeat, WallTime now, SteadyTime steady_now) {
  auto [found, added] = leases_.try_emplace(heartbeat.worker);
  Lease& lease = found->second;
  const ShardSet shards_before = lease.shards;
  const ShardSet letting_go_before = lease.letting_go;
  Outcome outcome;
  outcome.must_be_stored = added || lease.url != heartbeat.url || lease.ttl != heartbeat.ttl;
  lease.worker = heartbeat.worker;
  lease.url = heartbeat.url;
  lease.ttl = heartbeat.ttl;
  lease.expires_at = now + heartbeat.ttl;
  lease.deadline = steady_now + heartbeat.ttl;
  lease.status = heartbeat.status;
  // It was told, and now it speaks again: what it does not name any more is free.
  lease.letting_go &= heartbeat.busy.value_or(ShardSet());

  ShardOwners owners;
  ShardSet taken;  // by someone, in whatever way
  std::vector<std::string> workers;
  for (const auto& [worker, other] : leases_) {
    workers.push_back(worker);
    taken |= other.shards | other.letting_go;
    for (std::size_t i = 0; i < kShards; ++i) {
      if (other.shards.test(i)) owners.at(i) = worker;
    }
  }
  const ShardOwners wanted = assign_shards(owners, std::move(workers));
  for (std::size_t i = 0; i < kShards; ++i) {
    const bool mine = wanted.at(i) == heartbeat.worker;
    if (lease.shards.test(i) && !mine) {
      lease.shards.reset(i);
      lease.letting_go.set(i);
    } else if (mine && !lease.shards.test(i) && (!taken.test(i) || lease.letting_go.test(i))) {
      lease.shards.set(i);
      lease.letting_go.reset(i);
    }
  }
  outcome.lease = &lease;
  outcome.shards_changed = added || lease.shards != shards_before;
  outcome.must_be_stored = outcome.must_be_stored || outcome.shards_changed || lease.letting_go != letting_go_before;
  return outcome;
}

bool LeaseTable::end(const std::string& worker) { return leases_.erase(worker) > 0; }

const Lease* LeaseTable::find(const std::string& worker) const {
  auto found = leases_.find(worker);
  return found == leases_.end() ? nullptr : &found->second;
}

ShardSet LeaseTable::shards_of(const std::string& worker) const {
  const Lease* lease = find(worker);
  return lease == nullptr ? ShardSet() : lease->shards;
}

const Lease* LeaseTable::holder_of(std::size_t shard) const {
  for (const auto& [worker, lease] : leases_) {
    if (lease.shards.test(shard)) return &lease;
  }
  return nullptr;
}

}  // namespace draas::core
