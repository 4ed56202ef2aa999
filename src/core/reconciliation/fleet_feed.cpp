#include "core/reconciliation/fleet_feed.hpp"

#include <iterator>
#include <tuple>

#include "base/json.hpp"

namespace draas::core {
namespace {

constexpr std::size_t kKeptRemovals = 10'000;

}  // namespace

const FleetItem::Details& FleetItem::more() const {
  static const Details none;
  return details ? *details : none;
}

void FleetItem::trim() {
  if (details && *details == Details{}) details.reset();
}

bool FleetItem::operator==(const FleetItem& other) const {
  const auto fields = [](const FleetItem& item) {
    return std::tie(item.name, item.revision, item.applied_revision, item.generation, item.desired_state, item.phase,
                    item.status, item.health, item.policy_version, item.more());
  };
  return fields(*this) == fields(other);
}

FleetItem fleet_item(const Instance& instance, const RuntimeRecord& runtime) {
  FleetItem item;
  item.name = instance.name;
  item.revision = instance.revision;
  item.applied_revision = runtime.applied_revision;
  item.generation = runtime.generation;
  item.desired_state = instance.desired_state;
  item.phase = runtime.phase;
  item.status = derive_status(instance, runtime);
  item.health = runtime.health;
  // Of a user's standby a reconciler only needs to know when it has gone.
  if (runtime.standby)
    item.edit_details().standby = runtime.standby->owner.empty() ? "User" : to_string(runtime.standby->role);
  if (runtime.held) {
    item.edit_details().held_revision = runtime.held->revision;
    item.edit_details().held_reason = runtime.held->reason;
  }
  return item;
}

std::string serialise(const std::string& id, const FleetItem& item) {
  const FleetItem::Details& more = item.more();
  Json out = Json::object();
  out["id"] = id;
  out["name"] = item.name;
  out["revision"] = item.revision;
  out["appliedRevision"] = item.applied_revision;
  out["generation"] = item.generation;
  out["desiredState"] = to_string(item.desired_state);
  out["phase"] = to_string(item.phase);
  out["status"] = to_string(item.status);
  out["health"] = to_string(item.health);
  out["observed"] = more.observed;
  out["options"] = more.options;
  out["standby"] = more.standby.empty() ? Json(nullptr) : Json(more.standby);
  out["policyVersion"] = item.policy_version;
  out["held"] =
      more.held_revision == 0 ? Json(nullptr) : Json{{"revision", more.held_revision}, {"reason", more.held_reason}};
  out["shard"] = shard_of(id);
  return to_text(out);
}

bool FleetFeed::put(const std::string& id, FleetItem item) {
  item.trim();
  auto [found, added] = entries_.try_emplace(id);
  Entry& entry = found->second;
  if (!added && entry.item == item) return false;
  if (added) {
    entry.id = &found->first;
    entry.shard = shard_of(id);
  }
  Shard& shard = shards_.at(entry.shard);
  if (added) {
    // It is there again: whoever missed the removal needs not hear of it.
    for (auto removal = shard.removed.begin(); removal != shard.removed.end();) {
      if (removal->second == id) {
        removals_.erase(removal->first);
        removal = shard.removed.erase(removal);
      } else {
        ++removal;
      }
    }
  } else {
    entry.unlink();
  }
  entry.item = std::move(item);
  entry.version = advance();
  shard.changed.push_back(entry);
  if (entry.item.phase == Phase::Running) {
    shard.running.insert(&entry);
  } else {
    shard.running.erase(&entry);
  }
  return true;
}

bool FleetFeed::remove(const std::string& id) {
  auto found = entries_.find(id);
  if (found == entries_.end()) return false;
  Shard& shard = shards_.at(found->second.shard);
  shard.running.erase(&found->second);
  const std::uint64_t version = advance();
  shard.removed.emplace(version, id);
  removals_.emplace(version, found->second.shard);
  entries_.erase(found);
  while (removals_.size() > kKeptRemovals) {
    const auto& [oldest, where] = *removals_.begin();
    forgotten_ = oldest;
    shards_.at(where).removed.erase(oldest);
    removals_.erase(removals_.begin());
  }
  return true;
}

const FleetItem* FleetFeed::find(const std::string& id) const {
  auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second.item;
}

FleetFeed::Changes FleetFeed::since(std::uint64_t since, const ShardSet& shards) const {
  Changes changes;
  for (std::size_t i = 0; i < kShards; ++i) {
    if (!shards.test(i)) continue;
    const Shard& shard = shards_.at(i);
    auto first = shard.changed.end();
    while (first != shard.changed.begin() && std::prev(first)->version > since) --first;
    for (; first != shard.changed.end(); ++first) {
      if (!changes.items.empty()) changes.items += ',';
      changes.items += serialise(*first->id, first->item);
    }
    for (auto at = shard.removed.upper_bound(since); at != shard.removed.end(); ++at) {
      changes.removed.push_back(at->second);
    }
  }
  return changes;
}

std::string FleetFeed::all(const ShardSet& shards) const { return since(0, shards).items; }

}  // namespace draas::core
