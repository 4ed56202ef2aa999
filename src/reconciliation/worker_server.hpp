#pragma once
// The worker's own small HTTP server: /health (it lives), /ready (the control plane answers it), /metrics.

#include <memory>

#include "base/error.hpp"
#include "base/metrics.hpp"
#include "net/http_server.hpp"
#include "reconciliation/worker.hpp"

namespace draas::reconciliation {

class WorkerServer {
 public:
  // All must outlive this object.
  WorkerServer(net::ListenAddress address, const Worker& worker, Metrics& metrics);
  ~WorkerServer();
  Status start();
  void stop();  // blocks
  std::vector<net::ListenAddress> addresses() const;

 private:
  class Handler;
  std::unique_ptr<Handler> handler_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace draas::reconciliation
