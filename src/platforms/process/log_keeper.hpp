#pragma once
// All instance logs: keeps those of running instances within their bounds, and opens readers.
//
// One look at all of them every second while any grows, every four seconds while all are silent, and sooner when one
// is about to outgrow its bound: no timer and no descriptor per instance. On the control loop only.

#include <map>
#include <memory>
#include <string>

#include "net/task.hpp"
#include "platforms/process/instance_log.hpp"
#include "platforms/process/log_reading.hpp"
#include "platforms/process/paths.hpp"

namespace draas::platforms::process {

class LogKeeper {
 public:
  LogKeeper(net::Executor executor, net::WorkerPool& workers, const Paths& paths, LogBounds bounds);

  std::shared_ptr<InstanceLog> log(const std::string& instance_id);
  // From now on the log is kept within its bound; until `forget`, and once more after `ended`.
  void begun(const std::string& instance_id);
  void ended(const std::string& instance_id);
  // The instance goes: those who follow its log come to its end.
  void forget(const std::string& instance_id);

  net::Task<Result<std::unique_ptr<core::LogReader>>> open(std::string instance_id, core::LogQuery query);
  net::Task<void> close();

 private:
  struct Kept {
    std::shared_ptr<InstanceLog> log;
    bool running = false;
    bool look_again = false;
    std::uint64_t size = 0;  // at the last look
  };

  net::Task<void> keep();
  net::Task<void> look();

  net::WorkerPool& workers_;
  const Paths& paths_;
  const LogBounds bounds_;
  std::map<std::string, Kept> logs_;
  std::shared_ptr<LogChanges> changes_;
  net::TaskGroup tasks_;
  std::chrono::milliseconds pause_;
  std::chrono::steady_clock::time_point last_look_;
  bool keeping_ = false;
};

}  // namespace draas::platforms::process
