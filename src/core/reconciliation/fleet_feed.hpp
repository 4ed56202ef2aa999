#pragma once
// What workers need to know of every instance, numbered by when it last changed, so that a worker asks for what is new
// alone. A plain data structure: no clock, no store, no waiting. Finding the changes costs by their number, not by the
// size of the fleet; what is found is serialised then, as most items are asked for once, if ever.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <boost/intrusive/list.hpp>

#include "base/boxed.hpp"
#include "core/model/instance.hpp"
#include "core/reconciliation/shards.hpp"

namespace draas::core {

// Of one instance, without its id: there may be 100,000, and the feed has their ids already.
struct FleetItem {
  std::string name;
  std::uint64_t revision = 0;
  std::uint64_t applied_revision = 0;
  std::uint64_t generation = 0;
  DesiredState desired_state = DesiredState::Stopped;
  Phase phase = Phase::Idle;
  InstanceStatus status = InstanceStatus::Created;
  Health health = Health::Unknown;
  std::uint64_t policy_version = 0;
  // What there is to say of those alone that run, or stand out.
  struct Details {
    std::string observed;             // mark of the running server's own configuration; "" = not looked at
    std::string options;              // mark of the platform options that are wanted, when it runs with others; else ""
    std::string standby;              // role of the second workload, "User" when a user keeps it; "" = none
    std::uint64_t held_revision = 0;  // 0 = none
    std::string held_reason;

    bool operator==(const Details&) const = default;
  };
  Boxed<Details> details;  // none: as one with nothing in it

  const Details& more() const;
  Details& edit_details() { return details ? *details : details.emplace(); }
  // Those with nothing in them are given up.
  void trim();
  bool operator==(const FleetItem& other) const;
};

// From the records; `observed`, `options` and `policy_version` are the caller's.
FleetItem fleet_item(const Instance& instance, const RuntimeRecord& runtime);
std::string serialise(const std::string& id, const FleetItem& item);

class FleetFeed {
 public:
  // Takes the next number, for something else that workers are to notice.
  std::uint64_t advance() { return ++version_; }
  std::uint64_t version() const { return version_; }

  // Adds or replaces; an equal item is no change. Returns whether it was one.
  bool put(const std::string& id, FleetItem item);
  bool remove(const std::string& id);
  // nullptr when there is none. Valid until the next change.
  const FleetItem* find(const std::string& id) const;

  struct Changes {
    std::string items;  // JSON objects with commas between them: one text, as there may be 100,000
    std::vector<std::string> removed;
    bool empty() const { return items.empty() && removed.empty(); }
  };
  // What changed after `since` in these shards. `since` must not be before oldest_removal().
  Changes since(std::uint64_t since, const ShardSet& shards) const;
  // Everything in these shards.
  std::string all(const ShardSet& shards) const;
  // Removals up to here are forgotten: a reader who knows no more than that must begin anew.
  std::uint64_t oldest_removal() const { return forgotten_; }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [id, entry] : entries_) visit(id, entry.item);
  }
  // `visit` takes id and item. Those that run, without looking at the others.
  template <class Visit>
  void for_each_running(const ShardSet& shards, Visit visit) const {
    for (std::size_t i = 0; i < kShards; ++i) {
      if (!shards.test(i)) continue;
      for (const Entry* entry : shards_.at(i).running) visit(*entry->id, entry->item);
    }
  }

 private:
  // Linked into `changed` of its shard for as long as it lives.
  struct Entry : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    const std::string* id = nullptr;  // its key
    FleetItem item;
    std::uint64_t version = 0;
    std::size_t shard = 0;
  };
  struct Shard {
    boost::intrusive::list<Entry, boost::intrusive::constant_time_size<false>> changed;  // the newest at the end
    std::map<std::uint64_t, std::string> removed;
    std::unordered_set<const Entry*> running;
  };

  std::uint64_t version_ = 0;
  std::uint64_t forgotten_ = 0;
  std::array<Shard, kShards> shards_;
  std::unordered_map<std::string, Entry> entries_;
  std::map<std::uint64_t, std::size_t> removals_;  // version -> shard, of all shards
};

}  // namespace draas::core
