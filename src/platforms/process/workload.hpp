#pragma once
// One running process under watch. On the control loop only.
//
// The exit is an event: the pidfd becomes readable. Nothing else is kept per process, no timer and no thread.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "core/platform/platform.hpp"
#include "net/task.hpp"
#include "platforms/process/exit_status.hpp"
#include "platforms/process/identity.hpp"

namespace draas::platforms::process {

class Workload : public std::enable_shared_from_this<Workload> {
 public:
  using EndHandler = std::function<void(const std::shared_ptr<Workload>&)>;

  // `is_child`: we are its parent, so it is ours to reap. Throws when the loop cannot watch the pidfd.
  Workload(net::Executor executor, core::WorkloadHandle handle, ProcessIdentity identity, UniqueFd pidfd, bool is_child,
           bool has_cgroup);

  const core::WorkloadHandle& handle() const { return handle_; }
  const ProcessIdentity& identity() const { return identity_; }
  bool is_child() const { return is_child_; }
  bool has_cgroup() const { return has_cgroup_; }
  bool has_ended() const { return ended_; }
  WaitStatus status() const { return status_; }

  // The end was asked for: whoever asked learns of it, and the exit handler does not.
  bool end_expected = false;

  // Calls `on_end` once, when the process has ended and its group is killed. Not after release().
  void watch(EndHandler on_end);
  // Lets go without ending it; waiters return.
  void release();
  // False: gone already.
  bool send(int signal);
  // SIGKILL to the process and its group.
  void kill_group();
  // True when it has ended; false after `timeout` or when released.
  net::Task<bool> wait_for_end(std::chrono::milliseconds timeout);

 private:
  void on_readable();

  net::Executor executor_;
  core::WorkloadHandle handle_;
  ProcessIdentity identity_;
  net::asio::posix::basic_stream_descriptor<net::Executor> pidfd_;
  bool is_child_;
  bool has_cgroup_;
  bool ended_ = false;
  bool released_ = false;
  WaitStatus status_;
  EndHandler on_end_;
  std::vector<net::Timer*> waiters_;
};

}  // namespace draas::platforms::process
