#pragma once
// Which workers live, and which of them holds which shard. Pure: time comes in, documents go out.
//
// A shard that is to move from one living worker to another is handed over in three steps: the holder's next heartbeat
// is answered without it; the heartbeat after that shows that the holder has heard so, and frees the shard; the other's
// next heartbeat is answered with it. So no shard is ever worked on by two.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "core/reconciliation/shards.hpp"

namespace draas::core {

struct Lease {
  std::string worker;
  std::string url;  // where the worker's own API is; "" = none
  Duration ttl{10'000};
  WallTime expires_at;           // for people
  SteadyTime deadline;           // what counts
  ShardSet shards;               // works on these
  ShardSet letting_go;           // was told to stop working on these
  Json status = Json::object();  // what it says of itself
};

std::string to_document(const Lease& lease);
Result<Lease> lease_from_document(std::string_view body);

struct Heartbeat {
  std::string worker;
  std::string url;
  Duration ttl{10'000};
  Json status = Json::object();
  // What it still works on, if it says so: such shards are not freed yet.
  std::optional<ShardSet> busy;
};

class LeaseTable {
 public:
  // As stored; it gets its time to live anew, because nobody could renew while nobody listened.
  void restore(Lease lease, WallTime now, SteadyTime steady_now);

  struct Outcome {
    const Lease* lease = nullptr;
    bool shards_changed = false;  // of this worker
    bool must_be_stored = false;  // more changed than the time
  };
  Outcome renew(const Heartbeat& heartbeat, WallTime now, SteadyTime steady_now);
  // False when there was none.
  bool end(const std::string& worker);
  // Ends those that ran out; returns who they were.
  std::vector<std::string> expire(SteadyTime now);

  const Lease* find(const std::string& worker) const;
  const std::map<std::string, Lease>& all() const { return leases_; }
  // The shards that `worker` may work on; none without a lease.
  ShardSet shards_of(const std::string& worker) const;
  // Who works on it; nullptr: nobody.
  const Lease* holder_of(std::size_t shard) const;

 private:
  std::map<std::string, Lease> leases_;
};

}  // namespace draas::core
