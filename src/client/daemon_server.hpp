#pragma once
// The small HTTP server of a program that works beside the control plane: /health (it lives), /ready (it can do its
// work), /metrics.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/metrics.hpp"
#include "net/http_server.hpp"

namespace draas::client {

struct DaemonHealth {
  bool ready = false;
  std::string reason;             // when not ready
  Json details = Json::object();  // shown beside the status
};

class DaemonServer {
 public:
  // `health` is called on the server's thread. `metrics` must outlive this object.
  DaemonServer(net::ListenAddress address, std::function<DaemonHealth()> health, Metrics& metrics);
  ~DaemonServer();
  Status start();
  void stop();  // blocks
  std::vector<net::ListenAddress> addresses() const;

 private:
  class Handler;
  std::unique_ptr<Handler> handler_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace draas::client
