#include "platforms/process/workload.hpp"

#include <algorithm>

#include <signal.h>

#include <boost/asio/redirect_error.hpp>

namespace draas::platforms::process {

Workload::Workload(net::Executor executor, core::WorkloadHandle handle, ProcessIdentity identity, UniqueFd pidfd,
                   bool is_child, bool has_cgroup)
    : executor_(executor),
      handle_(std::move(handle)),
      identity_(std::move(identity)),
      pidfd_(executor),
      is_child_(is_child),
      has_cgroup_(has_cgroup) {
  pidfd_.assign(pidfd.get());
  pidfd.release();
}

void Workload::watch(EndHandler on_end) {
  on_end_ = std::move(on_end);
  pidfd_.async_wait(net::asio::posix::descriptor_base::wait_read,
                    [self = shared_from_this()](boost::system::error_code error) {
                      if (!error && !self->released_) self->on_readable();
                    });
}

void Workload::on_readable() {
  const int pidfd = pidfd_.native_handle();
  if (is_child_) {
    // What it leaves behind in its group goes with it. Before the reap, while the PID is certainly its own.
    ::kill(-identity_.pid, SIGKILL);
    status_ = reap(pidfd);
  }
  // Not our child, or another part of this process has reaped it.
  if (!status_) status_ = status_of_stranger(pidfd, identity_);
  ended_ = true;
  boost::system::error_code ignored;
  pidfd_.close(ignored);
  for (auto* waiter : waiters_) waiter->cancel();
  if (on_end_) std::exchange(on_end_, nullptr)(shared_from_this());
}

void Workload::release() {
  released_ = true;
  on_end_ = nullptr;
  boost::system::error_code ignored;
  pidfd_.close(ignored);
  for (auto* waiter : waiters_) waiter->cancel();
}

bool Workload::send(int signal) {
  return !ended_ && !released_ && process::send_signal(pidfd_.native_handle(), signal);
}

void Workload::kill_group() {
  if (ended_ || released_) return;
  // The leader is not reaped as long as this signal finds it, and holds the group's number.
  if (process::send_signal(pidfd_.native_handle(), SIGKILL)) ::kill(-identity_.pid, SIGKILL);
}

net::Task<bool> Workload::wait_for_end(std::chrono::milliseconds timeout) {
  const auto self = shared_from_this();
  if (!ended_ && !released_ && timeout.count() > 0) {
    net::Timer timer(executor_, timeout);
    waiters_.push_back(&timer);
    boost::system::error_code woken;
    auto token = net::asio::redirect_error(net::use_task, woken);
    co_await timer.async_wait(token);
    std::erase(waiters_, &timer);
  }
  co_return ended_;
}

}  // namespace draas::platforms::process
