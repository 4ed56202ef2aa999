#pragma once
// Readers of instance logs, and what wakes those that follow.

#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "core/platform/platform.hpp"
#include "net/task.hpp"
#include "platforms/process/inotify.hpp"
#include "platforms/process/instance_log.hpp"

namespace draas::platforms::process {

// One inotify descriptor for all followed logs: a log that nobody follows costs nothing. On the control loop only.
class LogChanges {
 public:
  // One follower's view of one log directory.
  struct Subscription {
    explicit Subscription(net::Executor executor) : wake(executor) {}
    std::filesystem::path directory;
    int watch = Inotify::kNotWatched;  // then the follower polls
    std::uint64_t changes = 0;         // grows with each change
    bool removed = false;              // the instance is gone
    net::Timer wake;
  };

  explicit LogChanges(net::Executor executor);
  std::shared_ptr<Subscription> subscribe(const std::filesystem::path& directory);
  void unsubscribe(const std::shared_ptr<Subscription>& subscription);
  // Wakes the followers of a directory that is about to go, for the last time.
  void announce_removal(const std::filesystem::path& directory);
  // Wakes everybody; all later waits return at once.
  void close();
  bool closed() const { return closed_; }

  // Returns when the count of changes differs from `seen`, or after `wait`.
  net::Task<void> wait(std::shared_ptr<Subscription> subscription, std::uint64_t seen, std::chrono::milliseconds wait);

 private:
  void watch(Subscription& subscription);
  void tell(const Inotify::Changes& changes);
  static void notify(Subscription& subscription);

  net::Executor executor_;
  std::shared_ptr<Inotify> inotify_;
  bool closed_ = false;
  std::set<std::shared_ptr<Subscription>> subscriptions_;
};

// Opens a reader at the place that `query` names.
net::Task<Result<std::unique_ptr<core::LogReader>>> open_log_reader(std::shared_ptr<InstanceLog> log,
                                                                    std::shared_ptr<LogChanges> changes,
                                                                    net::WorkerPool& workers, core::LogQuery query);

}  // namespace draas::platforms::process
