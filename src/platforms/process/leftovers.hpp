#pragma once
// Processes that carry a workload's marks but are not its main process: what a server has started and left behind.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "net/task.hpp"
#include "platforms/process/identity.hpp"

namespace draas::platforms::process {

// Finds and kills them. A look through /proc serves all who ask for one before it begins, so that stopping a thousand
// workloads at once costs a few looks. On the control loop only; the work is done on a worker.
class Leftovers {
 public:
  Leftovers(net::Executor executor, net::WorkerPool& workers);

  // SIGKILL to every process of the instance whose generation is at most `generation`; returns when they have ended.
  // DeadlineExceeded when one does not within `timeout`.
  net::Task<Status> kill(std::string control_plane_id, std::string instance_id, std::uint64_t generation,
                         std::chrono::milliseconds timeout);

  // As find_marked().
  using Processes = Result<std::shared_ptr<const std::vector<MarkedProcess>>>;
  net::Task<Processes> scan(std::string control_plane_id);

 private:
  net::WorkerPool& workers_;
  net::AsyncMutex mutex_;
  std::string scanned_for_;
  std::uint64_t requested_ = 0;
  std::uint64_t covered_ = 0;  // requests up to this one are answered by `latest_`
  Processes latest_ = nullptr;
};

}  // namespace draas::platforms::process
