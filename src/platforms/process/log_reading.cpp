#include "platforms/process/log_reading.hpp"

#include <sys/inotify.h>

#include <boost/asio/redirect_error.hpp>

#include "base/log.hpp"

namespace draas::platforms::process {
namespace {

using namespace std::chrono_literals;

// A noisy server changes its log thousands of times a second; followers are woken at most so often.
constexpr auto kBetweenWakes = 20ms;
constexpr auto kPolling = 250ms;  // where inotify cannot help
constexpr std::size_t kReadBytes = 64U << 10U;
constexpr std::size_t kLongestLine = 1U << 20U;  // longer ones are given out in parts
constexpr std::uint32_t kWatched = IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_ONLYDIR;

}  // namespace

LogChanges::LogChanges(net::Executor executor)
    : executor_(executor),
      inotify_(std::make_shared<Inotify>(executor, kBetweenWakes,
                                         [this](const Inotify::Changes& changes) { tell(changes); })) {}

std::shared_ptr<LogChanges::Subscription> LogChanges::subscribe(const std::filesystem::path& directory) {
  auto subscription = std::make_shared<Subscription>(executor_);
  subscription->directory = directory;
  subscriptions_.insert(subscription);
  watch(*subscription);
  return subscription;
}

void LogChanges::unsubscribe(const std::shared_ptr<Subscription>& subscription) {
  if (subscriptions_.erase(subscription) == 0) return;
  for (const auto& other : subscriptions_) {
    if (other->watch == subscription->watch) return;
  }
  inotify_->unwatch(subscription->watch);
}

void LogChanges::announce_removal(const std::filesystem::path& directory) {
  for (const auto& subscription : subscriptions_) {
    if (subscription->directory != directory) continue;
    subscription->removed = true;
    notify(*subscription);
  }
}

void LogChanges::close() {
  closed_ = true;
  inotify_->close();
  for (const auto& subscription : subscriptions_) notify(*subscription);
}

net::Task<void> LogChanges::wait(std::shared_ptr<Subscription> subscription, std::uint64_t seen,
                                 std::chrono::milliseconds wait) {
  if (closed_ || subscription->changes != seen || wait <= 0ms) co_return;
  if (subscription->watch == Inotify::kNotWatched) watch(*subscription);
  const bool polls = subscription->watch == Inotify::kNotWatched;
  subscription->wake.expires_after(polls && wait > kPolling ? kPolling : wait);
  boost::system::error_code woken;
  auto token = net::asio::redirect_error(net::use_task, woken);
  co_await subscription->wake.async_wait(token);
}

void LogChanges::watch(Subscription& subscription) {
  subscription.watch = inotify_->watch(subscription.directory, kWatched);
}

void LogChanges::tell(const Inotify::Changes& changes) {
  for (const auto& subscription : subscriptions_) {
    if (!changes.of(subscription->watch)) continue;
    const bool may_be_gone = changes.overflowed || changes.gone.contains(subscription->watch);
    if (may_be_gone) subscription->watch = Inotify::kNotWatched;  // it is watched anew by the next wait
    notify(*subscription);
  }
}

void LogChanges::notify(Subscription& subscription) {
  ++subscription.changes;
  subscription.wake.cancel();
}

namespace {

class ProcessLogReader final : public core::LogReader {
 public:
  ProcessLogReader(std::shared_ptr<InstanceLog> log, std::shared_ptr<LogChanges> changes, net::WorkerPool& workers,
                   std::int64_t begin, std::optional<std::int64_t> end)
      : log_(std::move(log)), changes_(std::move(changes)), workers_(workers), offset_(begin), end_(end) {}
  ProcessLogReader(const ProcessLogReader&) = delete;
  ProcessLogReader& operator=(const ProcessLogReader&) = delete;
  ~ProcessLogReader() override {
    if (subscription_) changes_->unsubscribe(subscription_);
  }

  void follow(std::shared_ptr<LogChanges::Subscription> subscription) { subscription_ = std::move(subscription); }

  net::Task<Result<std::optional<std::string>>> read(std::chrono::milliseconds wait) override {
    const auto deadline = std::chrono::steady_clock::now() + wait;
    for (;;) {
      if (changes_->closed()) co_return fail(ErrorCode::Cancelled, "The control plane is shutting down");
      const std::uint64_t seen = subscription_ ? subscription_->changes : 0;
      auto more = co_await read_more();
      if (!more) co_return std::unexpected(more.error());
      if (*more) {
        if (auto lines = take_lines()) co_return std::optional<std::string>(std::move(*lines));
        continue;
      }
      if (!subscription_ || subscription_->removed) {
        std::string rest = std::exchange(pending_, {});
        co_return std::optional<std::string>(std::move(rest));
      }
      const auto now = std::chrono::steady_clock::now();
      if (now >= deadline) co_return std::optional<std::string>();
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now);
      co_await changes_->wait(subscription_, seen, left);
    }
  }

 private:
  // False at the end of what is written.
  net::Task<Result<bool>> read_more() {
    std::size_t most = kReadBytes;
    if (end_) {
      if (offset_ >= *end_) co_return false;
      most = std::min(most, static_cast<std::size_t>(*end_ - offset_));
    }
    struct Piece {
      std::int64_t offset = 0;
      std::string text;
    };
    auto work = [log = log_, offset = offset_, most]() -> Result<Piece> {
      Piece piece{offset, {}};
      auto text = log->read(piece.offset, most);
      if (!text) return std::unexpected(text.error());
      piece.text = std::move(*text);
      return piece;
    };
    auto piece = co_await workers_.run(std::move(work));
    if (!piece) co_return std::unexpected(piece.error());
    const auto length = static_cast<std::int64_t>(piece->text.size());
    if (const auto skipped = piece->offset - length - offset_; skipped != 0) {
      // What was to be read is rotated away. The half line before the gap has no end any more, that after it no
      // beginning.
      log_debug("a log is rotated faster than it is followed",
                {{"file", log_->file().string()}, {"skippedBytes", skipped}});
      pending_.clear();
      in_gap_ = skipped > 0;
    }
    offset_ = piece->offset;
    pending_ += piece->text;
    if (in_gap_) {
      const auto line_end = pending_.find('\n');
      in_gap_ = line_end == std::string::npos;
      pending_.erase(0, in_gap_ ? std::string::npos : line_end + 1);
    }
    co_return length > 0;
  }

  std::optional<std::string> take_lines() {
    const auto last = pending_.rfind('\n');
    if (last == std::string::npos) {
      if (pending_.size() < kLongestLine) return std::nullopt;
      return std::exchange(pending_, {});
    }
    std::string lines = pending_.substr(0, last + 1);
    pending_.erase(0, last + 1);
    return lines;
  }

  std::shared_ptr<InstanceLog> log_;
  std::shared_ptr<LogChanges> changes_;
  net::WorkerPool& workers_;
  std::int64_t offset_;
  std::optional<std::int64_t> end_;  // of a reader that does not follow
  std::shared_ptr<LogChanges::Subscription> subscription_;
  std::string pending_;  // the beginning of a line
  bool in_gap_ = false;  // inside a line whose beginning is lost
};

}  // namespace

net::Task<Result<std::unique_ptr<core::LogReader>>> open_log_reader(std::shared_ptr<InstanceLog> log,
                                                                    std::shared_ptr<LogChanges> changes,
                                                                    net::WorkerPool& workers, core::LogQuery query) {
  // Before the start is looked up, so that nothing written in between is slept through.
  std::shared_ptr<LogChanges::Subscription> subscription;
  if (query.follow) subscription = changes->subscribe(log->file().parent_path());
  struct Range {
    std::int64_t begin = 0;
    std::int64_t end = 0;
  };
  auto work = [log, query]() -> Result<Range> {
    const auto end = log->find_start(0, std::nullopt);
    if (!end) return std::unexpected(end.error());
    const auto begin = log->find_start(query.tail, query.since);
    if (!begin) return std::unexpected(begin.error());
    return Range{*begin, std::max(*begin, *end)};
  };
  auto range = co_await workers.run(std::move(work));
  if (!range) {
    if (subscription) changes->unsubscribe(subscription);
    co_return std::unexpected(range.error());
  }
  const std::optional<std::int64_t> end = query.follow ? std::nullopt : std::optional(range->end);
  auto reader = std::make_unique<ProcessLogReader>(log, changes, workers, range->begin, end);
  if (subscription) reader->follow(std::move(subscription));
  std::unique_ptr<core::LogReader> result = std::move(reader);
  co_return result;
}

}  // namespace draas::platforms::process
