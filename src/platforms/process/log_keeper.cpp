#include "platforms/process/log_keeper.hpp"

#include <algorithm>
#include <utility>

#include <sys/inotify.h>

#include <boost/asio/redirect_error.hpp>

#include "base/log.hpp"

namespace draas::platforms::process {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kSlack = 200ms;  // what is due that soon is looked at together
constexpr std::uint32_t kNextWrite = IN_MODIFY | IN_MOVE_SELF | IN_DELETE_SELF | IN_ONESHOT;

}  // namespace

LogKeeper::LogKeeper(net::Executor executor, net::WorkerPool& workers, const Paths& paths, LogBounds bounds,
                     LogPauses pauses)
    : workers_(workers),
      paths_(paths),
      bounds_(bounds),
      pauses_(pauses),
      changes_(std::make_shared<LogChanges>(executor)),
      writes_(std::make_shared<Inotify>(executor, pauses.least,
                                        [this](const Inotify::Changes& changes) { wake(changes); })),
      timer_(executor),
      tasks_(executor) {}

std::shared_ptr<InstanceLog> LogKeeper::log(const std::string& instance_id) {
  auto& kept = logs_[instance_id];
  if (!kept.log) kept.log = std::make_shared<InstanceLog>(paths_.log_file(instance_id), bounds_);
  return kept.log;
}

void LogKeeper::begun(const std::string& instance_id) {
  log(instance_id);
  Kept& kept = logs_[instance_id];
  kept.running = true;
  kept.grew = std::chrono::steady_clock::now();
  look_soon(instance_id, kept);
  if (keeping_) return;
  keeping_ = true;
  tasks_.spawn("log rotation", [this] { return keep(); });
}

void LogKeeper::ended(const std::string& instance_id) {
  const auto found = logs_.find(instance_id);
  if (found == logs_.end()) return;
  unwatch(found->second);
  found->second.running = false;
  look_soon(instance_id, found->second);
}

void LogKeeper::forget(const std::string& instance_id) {
  changes_->announce_removal(paths_.log_directory(instance_id));
  const auto found = logs_.find(instance_id);
  if (found == logs_.end()) return;
  unwatch(found->second);
  schedule(instance_id, found->second, std::nullopt);
  logs_.erase(found);
}

net::Task<Result<std::unique_ptr<core::LogReader>>> LogKeeper::open(std::string instance_id, core::LogQuery query) {
  auto instance_log = log(instance_id);
  co_return co_await open_log_reader(instance_log, changes_, workers_, query);
}

net::Task<void> LogKeeper::close() {
  closing_ = true;
  changes_->close();
  writes_->close();
  timer_.cancel();
  co_await tasks_.close();
}

net::Task<void> LogKeeper::keep() {
  while (!closing_) {
    const Time now = std::chrono::steady_clock::now();
    const Time next = schedule_.empty() ? now + pauses_.watched : schedule_.begin()->first;
    if (next <= now) {
      co_await look();
      continue;
    }
    timer_.expires_at(next);
    boost::system::error_code woken;  // something is due sooner
    auto token = net::asio::redirect_error(net::use_task, woken);
    co_await timer_.async_wait(token);
  }
}

// Without `due` it is not looked at until something happens.
void LogKeeper::schedule(const std::string& instance_id, Kept& kept, std::optional<Time> due) {
  if (kept.due) schedule_.erase({*kept.due, instance_id});
  kept.due = due;
  if (!due) return;
  const auto place = schedule_.emplace(*due, instance_id).first;
  if (place == schedule_.begin()) timer_.cancel();
}

net::Task<void> LogKeeper::look() {
  struct Look {
    std::string id;
    std::shared_ptr<InstanceLog> log;
    std::optional<InstanceLog::Look> found;
  };
  std::vector<Look> looks;
  const Time until = std::chrono::steady_clock::now() + kSlack;
  while (!schedule_.empty() && schedule_.begin()->first <= until) {
    const std::string id = schedule_.begin()->second;
    Kept& kept = logs_.at(id);
    looks.push_back({id, kept.log, std::nullopt});
    schedule(id, kept, std::nullopt);
  }
  auto work = [looks = std::move(looks)]() mutable {
    for (auto& each : looks) {
      auto found = each.log->rotate_if_needed();
      if (found) {
        each.found = *found;
      } else {
        write_log(LogLevel::Warn, "a log cannot be rotated", found.error(), {{"instanceId", each.id}});
      }
    }
    return std::move(looks);
  };
  auto done = co_await workers_.run(std::move(work));
  for (const auto& each : done) {
    const auto kept = logs_.find(each.id);
    if (kept != logs_.end() && kept->second.log == each.log) judge(each.id, kept->second, each.found);
  }
}

// Half the time in which a log that keeps growing like this reaches its bound.
milliseconds LogKeeper::time_to_bound(std::uint64_t size, std::uint64_t grown, milliseconds passed) const {
  if (size >= bounds_.max_bytes) return pauses_.least;
  const double rate = static_cast<double>(grown) / static_cast<double>(std::max<std::int64_t>(passed.count(), 1));
  const double left = static_cast<double>(bounds_.max_bytes - size) / rate / 2;
  const auto most = static_cast<double>(pauses_.most.count());
  return std::max(pauses_.least, milliseconds(static_cast<std::int64_t>(std::min(left, most))));
}

// Decides when to look next. The last look before a log is left to the kernel comes after the watch was set, so that
// nothing is written unseen in between.
void LogKeeper::judge(const std::string& instance_id, Kept& kept, const std::optional<InstanceLog::Look>& found) {
  const Time now = std::chrono::steady_clock::now();
  // What happened meanwhile has had it looked at once more, or ended it.
  const bool is_last = kept.due || !kept.running;
  if (!found) {
    if (!is_last) schedule(instance_id, kept, now + pauses_.most);
    return;
  }
  const auto passed = std::chrono::duration_cast<milliseconds>(now - kept.looked);
  const std::uint64_t written = found->size + found->cut;
  const std::uint64_t grown = written > kept.size ? written - kept.size : 0;
  kept.looked = now;
  kept.size = found->size;
  if (is_last) return;
  milliseconds pause = pauses_.most;
  if (grown > 0) {
    kept.grew = now;
    pause = time_to_bound(found->size, grown, passed);
  } else if (kept.watch != Inotify::kNotWatched) {
    pause = pauses_.watched;
  } else if (now - kept.grew >= pauses_.silent) {
    watch(instance_id, kept);
    if (kept.watch != Inotify::kNotWatched) pause = pauses_.least;
  }
  schedule(instance_id, kept, now + pause);
}

void LogKeeper::watch(const std::string& instance_id, Kept& kept) {
  kept.watch = writes_->watch(paths_.log_file(instance_id), kNextWrite);
  if (kept.watch != Inotify::kNotWatched) watched_[kept.watch] = instance_id;
}

void LogKeeper::unwatch(Kept& kept) {
  if (kept.watch == Inotify::kNotWatched) return;
  watched_.erase(kept.watch);
  writes_->unwatch(std::exchange(kept.watch, Inotify::kNotWatched));
}

// A log that was silent until now: what it has grown by at the next look tells how fast it grows.
void LogKeeper::look_soon(const std::string& instance_id, Kept& kept) {
  kept.looked = std::chrono::steady_clock::now();
  schedule(instance_id, kept, kept.looked + pauses_.least);
}

void LogKeeper::wake(const Inotify::Changes& changes) {
  for (auto at = watched_.begin(); at != watched_.end();) {
    const auto each = at++;
    if (!changes.of(each->first)) continue;
    const std::string id = each->second;
    Kept& kept = logs_.at(id);
    unwatch(kept);
    kept.grew = std::chrono::steady_clock::now();
    look_soon(id, kept);
  }
}

}  // namespace draas::platforms::process
