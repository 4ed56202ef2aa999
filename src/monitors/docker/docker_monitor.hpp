#pragma once
// `draas monitor docker`: watches a Docker engine and tells the control plane what happens to its containers.
//
// The engine's events are followed from where they broke off; a look at all containers at the start, after every
// reconnect to either side, and now and then finds what they missed. Reports wait in a bounded buffer on disk while the
// control plane is away, and go out in batches, in order, at least once.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "base/metrics.hpp"
#include "client/api_client.hpp"
#include "client/daemon_server.hpp"
#include "docker/endpoint.hpp"
#include "docker/engine_client.hpp"
#include "net/task.hpp"

namespace draas::monitors::docker {

struct DockerMonitorOptions {
  draas::docker::EngineEndpoint engine;
  client::ApiOptions api;
  draas::docker::Labels labels;  // a container must have them all, beside the one that makes it ours
  std::chrono::milliseconds flush_interval{100};
  std::chrono::milliseconds resync_interval{30'000};
  std::size_t batch_size = 500;
  std::size_t buffer_capacity = 10'000;
  std::filesystem::path buffer_file;
};

class DockerMonitor {
 public:
  // `loop` must be started, and outlive this object, as must `metrics`.
  DockerMonitor(net::EventLoop& loop, DockerMonitorOptions options, Metrics& metrics);
  ~DockerMonitor();

  Status start();  // fails when the buffer's file cannot be read or written
  void stop();     // blocks; idempotent
  // Any thread. Ready while both the engine and the control plane answer.
  client::DaemonHealth health() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace draas::monitors::docker
