#include "platforms/process/log_keeper.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace draas::platforms::process {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kLeastPause = 50ms;
constexpr std::chrono::milliseconds kGrowingPause = 1s;
constexpr std::chrono::milliseconds kSilentPause = 4s;

// Half the time in which a log that keeps growing like this reaches its bound.
std::chrono::milliseconds time_to_bound(std::uint64_t size, std::uint64_t grown, std::chrono::milliseconds passed,
                                        std::uint64_t bound) {
  if (grown == 0 || passed.count() <= 0) return kSilentPause;
  if (size >= bound) return kLeastPause;
  const double rate = static_cast<double>(grown) / static_cast<double>(passed.count());
  const double left = static_cast<double>(bound - size) / rate / 2;
  const auto most = static_cast<double>(kGrowingPause.count());
  return std::max(kLeastPause, std::chrono::milliseconds(static_cast<std::int64_t>(std::min(left, most))));
}

}  // namespace

LogKeeper::LogKeeper(net::Executor executor, net::WorkerPool& workers, const Paths& paths, LogBounds bounds)
    : workers_(workers),
      paths_(paths),
      bounds_(bounds),
      changes_(std::make_shared<LogChanges>(executor)),
      tasks_(executor),
      pause_(kGrowingPause) {}

std::shared_ptr<InstanceLog> LogKeeper::log(const std::string& instance_id) {
  auto& kept = logs_[instance_id];
  if (!kept.log) kept.log = std::make_shared<InstanceLog>(paths_.log_file(instance_id), bounds_);
  return kept.log;
}

void LogKeeper::begun(const std::string& instance_id) {
  log(instance_id);
  logs_[instance_id].running = true;
  if (keeping_) return;
  keeping_ = true;
  tasks_.spawn("log rotation", [this] { return keep(); });
}

void LogKeeper::ended(const std::string& instance_id) {
  const auto found = logs_.find(instance_id);
  if (found == logs_.end()) return;
  found->second.running = false;
  found->second.look_again = true;
}

void LogKeeper::forget(const std::string& instance_id) {
  changes_->announce_removal(paths_.log_directory(instance_id));
  logs_.erase(instance_id);
}

net::Task<Result<std::unique_ptr<core::LogReader>>> LogKeeper::open(std::string instance_id, core::LogQuery query) {
  auto instance_log = log(instance_id);
  co_return co_await open_log_reader(instance_log, changes_, workers_, query);
}

net::Task<void> LogKeeper::close() {
  changes_->close();
  co_await tasks_.close();
}

net::Task<void> LogKeeper::keep() {
  last_look_ = std::chrono::steady_clock::now();
  for (;;) {
    const bool awake = co_await net::sleep_for(pause_);
    if (!awake) co_return;
    co_await look();
  }
}

net::Task<void> LogKeeper::look() {
  struct Look {
    std::string id;
    std::shared_ptr<InstanceLog> log;
    std::uint64_t size = 0;
  };
  std::vector<Look> looks;
  for (auto& [id, kept] : logs_) {
    if (kept.running || kept.look_again) looks.push_back({id, kept.log, 0});
    kept.look_again = false;
  }
  auto work = [looks = std::move(looks)]() mutable {
    for (auto& each : looks) {
      const auto size = each.log->rotate_if_needed();
      if (size) {
        each.size = *size;
      } else {
        write_log(LogLevel::Warn, "a log cannot be rotated", size.error(), {{"instanceId", each.id}});
      }
    }
    return std::move(looks);
  };
  auto done = co_await workers_.run(std::move(work));

  const auto now = std::chrono::steady_clock::now();
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - last_look_);
  last_look_ = now;
  std::chrono::milliseconds next = std::min(pause_ * 2, kSilentPause);
  for (const auto& each : done) {
    const auto found = logs_.find(each.id);
    if (found == logs_.end() || found->second.log != each.log) continue;
    Kept& kept = found->second;
    // A rotation in between hides growth; then it grew by at least what is there now.
    const std::uint64_t grown = each.size >= kept.size ? each.size - kept.size : std::max<std::uint64_t>(each.size, 1);
    kept.size = each.size;
    next = std::min(next, time_to_bound(each.size, grown, passed, bounds_.max_bytes));
  }
  pause_ = next;
}

}  // namespace draas::platforms::process
