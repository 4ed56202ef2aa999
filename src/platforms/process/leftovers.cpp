#include "platforms/process/leftovers.hpp"

#include <algorithm>
#include <cerrno>

#include <poll.h>
#include <signal.h>

#include "platforms/process/exit_status.hpp"

namespace draas::platforms::process {
namespace {

// A process that forks while it is hunted is found in the next round.
constexpr int kRounds = 8;

Status kill_and_wait(const std::vector<MarkedProcess>& processes, std::chrono::milliseconds timeout) {
  std::vector<UniqueFd> killed;
  for (const auto& process : processes) {
    Result<Located> located = locate(process.identity, process.marks.instance_id);
    if (!located) return std::unexpected(std::move(located.error()));
    if (located->presence != Presence::Running) continue;
    if (send_signal(located->pidfd.get(), SIGKILL)) killed.push_back(std::move(located->pidfd));
  }
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (const auto& pidfd : killed) {
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd entry{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
      const int ready = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
      if (ready > 0) {
        // A child that nobody watches would stay a zombie.
        reap(pidfd.get());
        break;
      }
      if (ready < 0 && errno == EINTR) continue;
      return fail(ErrorCode::DeadlineExceeded, "A process of the instance does not end although it was killed");
    }
  }
  return {};
}

}  // namespace

Leftovers::Leftovers(net::Executor executor, net::WorkerPool& workers) : workers_(workers), mutex_(executor) {}

net::Task<Leftovers::Processes> Leftovers::scan(std::string control_plane_id) {
  const std::uint64_t request = ++requested_;
  auto guard = co_await mutex_.lock();
  if (covered_ >= request && scanned_for_ == control_plane_id) co_return latest_;
  const std::uint64_t covers = requested_;
  auto work = [control_plane_id]() -> Processes {
    auto marked = find_marked(control_plane_id);
    if (!marked) return std::unexpected(std::move(marked.error()));
    return std::make_shared<const std::vector<MarkedProcess>>(std::move(*marked));
  };
  auto found = co_await workers_.run(std::move(work));
  latest_ = found;
  covered_ = covers;
  scanned_for_ = control_plane_id;
  co_return found;
}

net::Task<Status> Leftovers::kill(std::string control_plane_id, std::string instance_id, std::uint64_t generation,
                                  std::chrono::milliseconds timeout) {
  for (int round = 0; round < kRounds; ++round) {
    auto all = co_await scan(control_plane_id);
    if (!all) co_return std::unexpected(std::move(all.error()));
    std::vector<MarkedProcess> ours;
    for (const auto& process : **all) {
      if (process.marks.instance_id == instance_id && process.marks.generation <= generation) ours.push_back(process);
    }
    if (ours.empty()) co_return Status();
    auto work = [ours, timeout] { return kill_and_wait(ours, timeout); };
    auto killed = co_await workers_.run(std::move(work));
    if (!killed) co_return killed;
  }
  co_return fail(ErrorCode::DeadlineExceeded, "The instance starts processes faster than they can be killed");
}

}  // namespace draas::platforms::process
