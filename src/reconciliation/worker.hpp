#pragma once
// The reconciler as a worker: holds its share of the fleet by leases, follows the control plane's change feed, sweeps,
// answers requests, and works on a limited number of instances at a time. All state that must outlive it is in the
// control plane.
//
// start() and stop() from any thread but the loop's; everything else happens on `loop`.

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "client/api_client.hpp"
#include "net/task.hpp"
#include "reconciliation/desired_state.hpp"
#include "reconciliation/policy.hpp"
#include "reconciliation/strategy.hpp"

namespace draas::reconciliation {

struct WorkerOptions {
  client::ApiOptions api;
  std::string name;                 // unique among the workers of a fleet
  std::string url;                  // where its own /health answers, for people; "" = nowhere
  Rules defaults;                   // what no policy says
  bool event_driven = true;         // look at what changes at once, not at the next sweep
  Duration sweep_interval{30'000};  // 0 = no sweeps
  std::size_t max_concurrent = 5;   // instances worked on at a time
  Duration lease_time{10'000};
  Duration check_timeout{30'000};
  bool audit = true;
  std::vector<DesiredStateSource> sources;  // instance files to be applied
};

struct WorkerStatus {
  bool connected = false;  // the last heartbeat was answered
  std::string reason;      // why not
  std::size_t instances = 0;
  std::size_t shards = 0;
};

class Worker {
 public:
  // `loop` must be started by the caller and, like `metrics`, outlive this object.
  Worker(net::EventLoop& loop, WorkerOptions options, StrategyRegistry strategies, Metrics& metrics);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start();
  // Lets go of the leases and ends; what is under way is cut off and taken up by whoever is next. Blocks.
  void stop();
  WorkerStatus status() const;  // [any thread]

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace draas::reconciliation
