#pragma once
// Shares new connections and proxied requests of instances out among their workloads, by weight, and counts what is
// under way with each, so that a workload can be drained before it ends. Connections come in on an instance's front
// port, which this control plane listens on for as long as it runs.
//
// Control loop only, unless marked. A workload is named by its instance and generation.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "core/placement/port_pool.hpp"
#include "core/store/store.hpp"
#include "net/http_client.hpp"
#include "net/task.hpp"
#include "net/tcp_balancer.hpp"

namespace draas::core {

struct TrafficTarget {
  std::uint64_t generation = 0;
  net::Endpoint endpoint;
  unsigned weight = 0;  // of 100
};

// Proxied requests to one workload. [any thread]
struct RequestCounts {
  std::atomic<std::size_t> under_way{0};
  std::atomic<std::uint64_t> total{0};   // that were shared out by weight
  std::atomic<std::uint64_t> errors{0};  // of those: not answered, or with a status of 500 and more
};

// One proxied request: where it goes. It counts as under way for as long as `in_use` lives. [any thread]
struct ProxyTarget {
  net::Endpoint endpoint;
  std::shared_ptr<const void> in_use;
  std::shared_ptr<RequestCounts> shared_out;  // where its failure is to be counted; null for a request by name

  void count_error() const {
    if (shared_out) shared_out->errors.fetch_add(1);
  }
};

// What an instance wants: a port, any, or none.
struct FrontPortWish {
  std::uint16_t port = 0;
  bool automatic = false;
};

// A front port that is leased and bound, and not yet served. Dropped, it is free again after undo().
struct FrontPort {
  std::uint16_t port = 0;
  UniqueFd socket;
  std::vector<Write> writes;  // its lease document
};

class TrafficDirector {
 public:
  // `host`: the address of front ports.
  explicit TrafficDirector(std::string host) : host_(std::move(host)) {}

  // Conflict, naming frontPort, when the port is leased or in use; ResourceExhausted when none is left.
  Result<FrontPort> open_front(PortPool& pool, const std::string& id, const FrontPortWish& wish);
  // For a port whose lease is held already.
  Result<FrontPort> reopen_front(std::uint16_t port);
  static void undo(PortPool& pool, const std::string& id, const FrontPort& front);
  // From now on its connections are forwarded; those of an earlier front port of the instance stay.
  void serve_front(const std::string& id, FrontPort front);
  void close_front(const std::string& id);
  // Returns when the ports of fronts that were closed or replaced can be bound again.
  net::Task<void> settle() { return balancer_.settle(); }

  // What runs of the instance now; empty when nothing does. A workload that is not named any more keeps its counts
  // until they are zero.
  void set_targets(const std::string& id, std::vector<TrafficTarget> targets);

  // The next request's target by weight; Conflict when nothing runs.
  Result<ProxyTarget> next(const std::string& id);
  // A request that goes to this workload whatever its weight.
  ProxyTarget claim(const std::string& id, std::uint64_t generation, net::Endpoint endpoint);

  struct Totals {
    std::uint64_t total = 0;
    std::uint64_t errors = 0;
  };
  Totals totals(const std::string& id, std::uint64_t generation) const;
  // Connections and requests under way.
  std::size_t under_way(const std::string& id, std::uint64_t generation) const;
  // Returns when nothing is under way with the workload, or at the deadline, or when `wanted` says no. Connections that
  // are silent between two requests are closed. The workload must have no weight any more.
  net::Task<void> drain(std::string id, std::uint64_t generation, SteadyTime deadline, std::function<bool()> wanted);

  // Closes all fronts with their connections. Blocks.
  void close() { balancer_.close(); }

 private:
  struct Share {
    TrafficTarget target;
    std::int64_t credit = 0;  // smooth weighted round robin
  };
  struct Route {
    std::vector<Share> shares;
    std::map<std::uint64_t, std::shared_ptr<RequestCounts>> requests;  // by generation
  };

  const std::string host_;
  net::TcpBalancer balancer_;
  std::map<std::string, Route, std::less<>> routes_;
};

}  // namespace draas::core
