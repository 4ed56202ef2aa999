#pragma once
// Wires a reconciliation worker from the settings, for `draas reconciler` and for `draas server --with-reconciler`.

#include <memory>
#include <vector>

#include "app/settings.hpp"
#include "base/error.hpp"
#include "base/metrics.hpp"
#include "net/http_server.hpp"
#include "reconciliation/worker.hpp"

namespace draas::app {

// What the settings say about the worker. InvalidArgument for a strategy that is not there or a faulty source.
Result<reconciliation::WorkerOptions> worker_options(const ControlPlaneSettings& settings);

// A worker with its own loop.
class Reconciler {
 public:
  Reconciler(reconciliation::WorkerOptions options, Metrics& metrics);
  ~Reconciler();
  const reconciliation::Worker& worker() const { return *worker_; }
  void stop();  // blocks; idempotent

 private:
  net::EventLoop loop_{"reconciler"};
  std::unique_ptr<reconciliation::Worker> worker_;
};

// Inside the control plane's own process: talks to the first of its addresses.
std::unique_ptr<Reconciler> start_reconciler(const ControlPlaneSettings& settings,
                                             const std::vector<net::ListenAddress>& addresses, Metrics& metrics);

}  // namespace draas::app
