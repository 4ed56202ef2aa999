#pragma once
// The log of a workload: what its containers wrote, the previous one's before the current one's. A follower goes on
// with the next container when the workload is started again, and with the same one when that was restarted by hand or
// its engine was away. All on the control loop.

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/platform/platform.hpp"
#include "docker/engine_client.hpp"
#include "net/task.hpp"

namespace draas::platforms::docker {

struct LogSource {
  std::string container_id;
  bool terminal = false;
};

class ContainerLogs {
 public:
  explicit ContainerLogs(net::Executor executor);
  ~ContainerLogs();
  ContainerLogs(const ContainerLogs&) = delete;
  ContainerLogs& operator=(const ContainerLogs&) = delete;

  // `engine` must live until close() has completed. `sources`: the workload's containers, oldest first.
  net::Task<Result<std::unique_ptr<core::LogReader>>> open(draas::docker::EngineClient* engine, std::string workload,
                                                           std::vector<LogSource> sources, core::LogQuery query);
  // A container of the workload runs, or has run.
  void started(const std::string& workload, LogSource source);
  // The same container runs again, or its engine does.
  void restarted(const std::string& workload, const LogSource& source);
  void resume();
  // The workload is removed: followers come to their end.
  void removed(const std::string& workload);
  // Ends all followers.
  net::Task<void> close();

 private:
  struct Follower;
  class FollowReader;
  class TextReader;
  class StreamReader;

  static net::Task<void> pump(std::shared_ptr<Follower> follower, draas::docker::EngineClient* engine);
  static net::Task<Status> copy(std::shared_ptr<Follower> follower, draas::docker::EngineClient* engine,
                                LogSource source);
  static net::Task<Status> copy_stream(std::shared_ptr<Follower> follower, draas::docker::EngineClient* engine,
                                       LogSource source, draas::docker::LogRequest request);

  net::Executor executor_;
  std::map<std::string, std::vector<std::weak_ptr<Follower>>> followers_;
  std::shared_ptr<std::size_t> pumping_;
  std::shared_ptr<net::Timer> idle_;
};

}  // namespace draas::platforms::docker
