#pragma once
// All instance logs: keeps those of running instances within their bounds, and opens readers.
//
// A log that grows is looked at every few seconds, and sooner when it is about to outgrow its bound. One that has been
// silent for a while is left to the kernel, which tells of the next write. What is due at about the same time is looked
// at together: no timer and no descriptor per instance. On the control loop only.

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "net/task.hpp"
#include "platforms/process/inotify.hpp"
#include "platforms/process/instance_log.hpp"
#include "platforms/process/log_reading.hpp"
#include "platforms/process/paths.hpp"

namespace draas::platforms::process {

struct LogPauses {
  // Between two looks at a log that grows fast, and slowly.
  std::chrono::milliseconds least{50};
  std::chrono::milliseconds most{8'000};
  std::chrono::milliseconds silent{30'000};   // then it is left to the kernel,
  std::chrono::milliseconds watched{60'000};  // and looked at all the same, should the kernel have missed to tell
};

class LogKeeper {
 public:
  LogKeeper(net::Executor executor, net::WorkerPool& workers, const Paths& paths, LogBounds bounds,
            LogPauses pauses = {});

  std::shared_ptr<InstanceLog> log(const std::string& instance_id);
  // From now on the log is kept within its bound; until `forget`, and once more after `ended`.
  void begun(const std::string& instance_id);
  void ended(const std::string& instance_id);
  // The instance goes: those who follow its log come to its end.
  void forget(const std::string& instance_id);

  net::Task<Result<std::unique_ptr<core::LogReader>>> open(std::string instance_id, core::LogQuery query);
  net::Task<void> close();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Kept {
    std::shared_ptr<InstanceLog> log;
    bool running = false;
    std::uint64_t size = 0;  // at the last look
    Time looked;
    Time grew;
    std::optional<Time> due;           // set: it has a place in schedule_
    int watch = Inotify::kNotWatched;  // set: the kernel will tell of a write
  };

  net::Task<void> keep();
  std::chrono::milliseconds time_to_bound(std::uint64_t size, std::uint64_t grown,
                                          std::chrono::milliseconds passed) const;
  net::Task<void> look();
  void schedule(const std::string& instance_id, Kept& kept, std::optional<Time> due);
  void judge(const std::string& instance_id, Kept& kept, const std::optional<InstanceLog::Look>& found);
  void watch(const std::string& instance_id, Kept& kept);
  void unwatch(Kept& kept);
  void look_soon(const std::string& instance_id, Kept& kept);
  void wake(const Inotify::Changes& changes);

  net::WorkerPool& workers_;
  const Paths& paths_;
  const LogBounds bounds_;
  const LogPauses pauses_;
  std::map<std::string, Kept> logs_;
  std::set<std::pair<Time, std::string>> schedule_;  // of the instances
  std::map<int, std::string> watched_;               // instances by their watch
  std::shared_ptr<LogChanges> changes_;
  std::shared_ptr<Inotify> writes_;
  net::Timer timer_;
  net::TaskGroup tasks_;
  bool keeping_ = false;
  bool closing_ = false;
};

}  // namespace draas::platforms::process
