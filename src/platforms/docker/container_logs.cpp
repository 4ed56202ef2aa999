#include "platforms/docker/container_logs.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/redirect_error.hpp>

#include "base/exception_text.hpp"
#include "base/log.hpp"
#include "net/cancellation.hpp"

namespace draas::platforms::docker {
namespace engine = draas::docker;
namespace {

constexpr std::chrono::milliseconds kReadTimeout{30'000};
constexpr std::chrono::hours kFollowTimeout{24};
constexpr std::size_t kMaxBuffered = 1U << 20U;
constexpr std::chrono::milliseconds kReopenFirst{100};
constexpr std::chrono::milliseconds kReopenMax{5'000};

engine::LogRequest request_of(const core::LogQuery& query) {
  engine::LogRequest request{.follow = query.follow, .tail = {}, .since = query.since, .after = {}};
  if (query.tail != SIZE_MAX) request.tail = query.tail;
  return request;
}

net::Task<void> wait_for(net::Timer& timer) {
  boost::system::error_code woken;
  auto token = net::asio::redirect_error(net::use_task, woken);
  co_await timer.async_wait(token);
}

// All that a container wrote, as the request says.
net::Task<Result<std::string>> read_all(engine::EngineClient* client, LogSource source, engine::LogRequest request) {
  auto stream = co_await client->container_logs(source.container_id, source.terminal, request);
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  engine::LogLines lines;
  std::string text;
  for (;;) {
    auto pieces = co_await stream->read(kReadTimeout);
    if (!pieces) co_return std::unexpected(std::move(pieces.error()));
    if (pieces->empty()) break;
    for (const engine::LogPiece& piece : *pieces) lines.feed(piece, text);
  }
  lines.finish(text);
  co_return text;
}

std::size_t count_lines(const std::string& text) {
  const auto ends = static_cast<std::size_t>(std::ranges::count(text, '\n'));
  return ends + (text.empty() || text.ends_with('\n') ? 0 : 1);
}

}  // namespace

// --- what is there --------------------------------------------------------------------------------------------------

class ContainerLogs::TextReader final : public core::LogReader {
 public:
  explicit TextReader(std::string text) : text_(std::move(text)) {}
  net::Task<Result<std::optional<std::string>>> read(std::chrono::milliseconds) override {
    std::optional<std::string> piece = std::exchange(text_, {});
    co_return piece;
  }

 private:
  std::string text_;
};

// All of it, container after container, without holding it.
class ContainerLogs::StreamReader final : public core::LogReader {
 public:
  StreamReader(engine::EngineClient* client, std::vector<LogSource> sources, engine::LogRequest request)
      : client_(client), sources_(sources.begin(), sources.end()), request_(request) {}

  net::Task<Result<std::optional<std::string>>> read(std::chrono::milliseconds) override {
    std::optional<std::string> out = std::string();
    while (out->empty() && (stream_ || !sources_.empty())) {
      if (!stream_) {
        auto opened =
            co_await client_->container_logs(sources_.front().container_id, sources_.front().terminal, request_);
        sources_.pop_front();
        if (!opened) {
          if (opened.error().code == ErrorCode::NotFound) continue;  // removed meanwhile
          co_return std::unexpected(std::move(opened.error()));
        }
        stream_ = std::make_unique<engine::LogStream>(std::move(*opened));
      }
      auto pieces = co_await stream_->read(kReadTimeout);
      if (!pieces) co_return std::unexpected(std::move(pieces.error()));
      for (const engine::LogPiece& piece : *pieces) lines_.feed(piece, *out);
      if (pieces->empty()) {
        lines_.finish(*out);
        stream_.reset();
      }
    }
    co_return out;
  }

 private:
  engine::EngineClient* client_;
  std::deque<LogSource> sources_;
  engine::LogRequest request_;
  std::unique_ptr<engine::LogStream> stream_;
  engine::LogLines lines_;
};

// --- what is to come ------------------------------------------------------------------------------------------------

struct ContainerLogs::Follower {
  explicit Follower(net::Executor executor)
      : news(executor, net::Timer::time_point::max()), next(executor, net::Timer::time_point::max()) {}

  std::string buffer;  // whole lines that nobody has read
  bool ended = false;
  bool removed = false;
  bool abandoned = false;
  std::optional<Error> failure;
  std::deque<LogSource> sources;
  engine::LogRequest first;  // for the container that is followed first
  LogSource newest;          // container that was queued last
  std::string copied;        // container that was copied last, and up to where
  std::string copied_to;
  net::Timer news;  // for the reader
  net::Timer next;  // for the pump: a source, the end, or room
  net::asio::cancellation_signal cancel;

  void wake_pump() { next.cancel(); }
  void end() {
    ended = true;
    news.cancel();
  }
};

class ContainerLogs::FollowReader final : public core::LogReader {
 public:
  FollowReader(net::Executor executor, std::shared_ptr<Follower> follower)
      : executor_(executor), follower_(std::move(follower)) {}
  ~FollowReader() override {
    follower_->abandoned = true;
    follower_->cancel.emit(net::asio::cancellation_type::terminal);
  }
  FollowReader(const FollowReader&) = delete;
  FollowReader& operator=(const FollowReader&) = delete;

  net::Task<Result<std::optional<std::string>>> read(std::chrono::milliseconds wait) override {
    const std::shared_ptr<Follower> follower = follower_;
    const auto deadline = std::chrono::steady_clock::now() + wait;
    while (follower->buffer.empty() && !follower->ended && std::chrono::steady_clock::now() < deadline) {
      follower->news.expires_at(deadline);
      co_await wait_for(follower->news);
    }
    std::optional<std::string> piece;
    if (!follower->buffer.empty()) {
      piece = std::exchange(follower->buffer, {});
      follower->wake_pump();
    } else if (follower->failure) {
      co_return std::unexpected(*follower->failure);
    } else if (follower->ended) {
      piece = std::string();
    }
    co_return piece;
  }

 private:
  net::Executor executor_;
  std::shared_ptr<Follower> follower_;
};

// Up to where its stream ends or breaks. An error is that of the stream.
net::Task<Status> ContainerLogs::copy_stream(std::shared_ptr<Follower> follower, engine::EngineClient* client,
                                             LogSource source, engine::LogRequest request) {
  auto stream = co_await client->container_logs(source.container_id, source.terminal, request);
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  engine::LogLines lines;
  while (!follower->abandoned) {
    auto pieces = co_await stream->read(kFollowTimeout);
    if (pieces) {
      for (const engine::LogPiece& piece : *pieces) lines.feed(piece, follower->buffer);
    }
    follower->copied = source.container_id;
    follower->copied_to = stream->newest();
    const bool ended = !pieces || pieces->empty();
    if (ended) lines.finish(follower->buffer);
    if (!follower->buffer.empty()) follower->news.cancel();
    if (!pieces) co_return std::unexpected(std::move(pieces.error()));
    if (ended) break;
    while (follower->buffer.size() > kMaxBuffered && !follower->abandoned) {
      follower->next.expires_at(net::Timer::time_point::max());
      co_await wait_for(follower->next);
    }
  }
  co_return Status();
}

// A stream that breaks is opened again where it was: the engine is away for a while.
net::Task<Status> ContainerLogs::copy(std::shared_ptr<Follower> follower, engine::EngineClient* client,
                                      LogSource source) {
  const engine::LogRequest first = std::exchange(follower->first, engine::LogRequest{.follow = true});
  std::chrono::milliseconds pause = kReopenFirst;
  while (!follower->abandoned) {
    engine::LogRequest request = first;
    const bool goes_on = follower->copied == source.container_id && !follower->copied_to.empty();
    if (goes_on) request.after = follower->copied_to;
    const std::string before = follower->copied_to;
    Status copied = co_await copy_stream(follower, client, source, std::move(request));
    if (copied || copied.error().code == ErrorCode::NotFound) co_return Status();  // ended, or removed meanwhile
    const bool is_away =
        copied.error().code == ErrorCode::Unavailable || copied.error().code == ErrorCode::DeadlineExceeded;
    if (!is_away) co_return copied;
    if (follower->copied_to != before) pause = kReopenFirst;
    const bool slept = co_await net::sleep_for(pause);
    if (!slept) co_return Status();
    pause = std::min(pause * 2, kReopenMax);
  }
  co_return Status();
}

net::Task<void> ContainerLogs::pump(std::shared_ptr<Follower> follower, engine::EngineClient* client) {
  while (!follower->abandoned) {
    if (!follower->sources.empty()) {
      LogSource source = follower->sources.front();
      follower->sources.pop_front();
      Status copied = co_await copy(follower, client, std::move(source));
      if (!copied) {
        follower->failure = std::move(copied.error());
        break;
      }
      continue;
    }
    if (follower->removed) break;
    follower->next.expires_at(net::Timer::time_point::max());
    co_await wait_for(follower->next);
  }
  follower->end();
}

// --- ----------------------------------------------------------------------------------------------------------------

ContainerLogs::ContainerLogs(net::Executor executor)
    : executor_(executor),
      pumping_(std::make_shared<std::size_t>(0)),
      idle_(std::make_shared<net::Timer>(executor, net::Timer::time_point::max())) {}

ContainerLogs::~ContainerLogs() = default;

net::Task<Result<std::unique_ptr<core::LogReader>>> ContainerLogs::open(engine::EngineClient* client,
                                                                        std::string workload,
                                                                        std::vector<LogSource> sources,
                                                                        core::LogQuery query) {
  std::unique_ptr<core::LogReader> reader;
  const engine::LogRequest request = request_of(query);
  if (!query.follow && !request.tail) {
    reader = std::make_unique<StreamReader>(client, std::move(sources), request);
    co_return reader;
  }
  // The last lines: of the newest container first, and of those before it what is still missing.
  std::string text;
  std::optional<std::size_t> missing = request.tail;
  const std::size_t newest = sources.empty() ? 0 : sources.size() - 1;
  for (std::size_t i = sources.size(); i > 0; --i) {
    if (query.follow && i - 1 == newest) {
      if (!missing) continue;  // it comes whole, behind the others
    }
    if (missing && *missing == 0) break;
    engine::LogRequest part{.follow = false, .tail = missing, .since = query.since, .after = {}};
    auto read = co_await read_all(client, sources[i - 1], part);
    if (!read) {
      if (read.error().code == ErrorCode::NotFound) continue;
      co_return std::unexpected(std::move(read.error()));
    }
    if (missing) *missing -= std::min(*missing, count_lines(*read));
    if (query.follow && i - 1 == newest) continue;  // counted; the stream brings it
    text = *read + text;
  }
  if (!query.follow) {
    reader = std::make_unique<TextReader>(std::move(text));
    co_return reader;
  }
  auto follower = std::make_shared<Follower>(executor_);
  follower->buffer = std::move(text);
  follower->first = request;
  if (!sources.empty()) {
    follower->newest = sources.back();
    follower->sources.push_back(sources.back());
  } else {
    follower->first.tail.reset();
  }
  auto& list = followers_[workload];
  std::erase_if(list, [](const std::weak_ptr<Follower>& each) { return each.expired(); });
  list.push_back(follower);
  ++*pumping_;
  auto pumping = pumping_;
  auto idle = idle_;
  net::asio::co_spawn(
      executor_, pump(follower, client),
      net::asio::bind_cancellation_slot(follower->cancel.slot(), [pumping, idle, follower](std::exception_ptr error) {
        // Most readers go while they wait for more.
        if (error && !net::is_cancellation(error)) {
          log_error("following a log failed", {{"error", exception_text(error)}});
        }
        follower->end();
        if (--*pumping == 0) idle->cancel();
      }));
  reader = std::make_unique<FollowReader>(executor_, std::move(follower));
  co_return reader;
}

void ContainerLogs::started(const std::string& workload, LogSource source) {
  const auto found = followers_.find(workload);
  if (found == followers_.end()) return;
  for (const auto& each : found->second) {
    const auto follower = each.lock();
    if (!follower || follower->newest.container_id == source.container_id) continue;
    follower->newest = source;
    follower->sources.push_back(source);
    follower->wake_pump();
  }
}

// Where it is copied still, the second copy finds nothing new.
void ContainerLogs::restarted(const std::string& workload, const LogSource& source) {
  const auto found = followers_.find(workload);
  if (found == followers_.end()) return;
  for (const auto& each : found->second) {
    const auto follower = each.lock();
    if (!follower || follower->newest.container_id != source.container_id) continue;
    follower->sources.push_back(source);
    follower->wake_pump();
  }
}

void ContainerLogs::resume() {
  for (const auto& [workload, list] : followers_) {
    for (const auto& each : list) {
      const auto follower = each.lock();
      if (!follower || follower->newest.container_id.empty() || !follower->sources.empty()) continue;
      follower->sources.push_back(follower->newest);
      follower->wake_pump();
    }
  }
}

void ContainerLogs::removed(const std::string& workload) {
  const auto found = followers_.find(workload);
  if (found == followers_.end()) return;
  for (const auto& each : found->second) {
    if (const auto follower = each.lock()) {
      follower->removed = true;
      follower->wake_pump();
    }
  }
  followers_.erase(found);
}

net::Task<void> ContainerLogs::close() {
  for (auto& [workload, list] : followers_) {
    for (const auto& each : list) {
      if (const auto follower = each.lock()) {
        follower->abandoned = true;
        follower->cancel.emit(net::asio::cancellation_type::terminal);
      }
    }
  }
  followers_.clear();
  while (*pumping_ > 0) co_await wait_for(*idle_);
}

}  // namespace draas::platforms::docker
