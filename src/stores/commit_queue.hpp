#pragma once
// The one thread that writes: takes whatever waits, has it written as one group, then tells the feed and the callers.
//
// The writer starts at once when it is idle; what arrives meanwhile makes the next group. Nothing is ever delayed to
// make a group larger.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "core/store/store.hpp"
#include "stores/change_feed.hpp"

namespace draas::stores {

struct GroupLimits {
  std::size_t batches = 1024;
  std::size_t bytes = 4U << 20U;
  // Beyond this, commits are refused (ResourceExhausted, retryable) instead of filling the memory while a disk stalls.
  std::size_t waiting_bytes = 512U << 20U;
};

struct QueuedCommit {
  core::Batch batch;
  core::CommitHandler handler;
  std::size_t bytes = 0;
  Result<core::Commit> outcome;  // an error before it is written: refused at the door
};

// What a back end does on the writer thread.
class GroupWriter {
 public:
  virtual ~GroupWriter() = default;

  // Sets the outcome of every entry; a value means durable. Called without entries that were refused.
  virtual void write_group(std::span<QueuedCommit* const> group) = 0;

  // Called when nothing waits. Returns when to be called again if still nothing waits; nullopt: never.
  virtual std::optional<std::chrono::milliseconds> idle() { return std::nullopt; }

  // The last call: everything queued before close() has been written.
  virtual void finish() {}
};

class CommitQueue {
 public:
  // `writer` must outlive the queue.
  CommitQueue(GroupWriter& writer, GroupLimits limits);
  // Closes; answers what came after close() with Cancelled; joins the thread. Not from a handler.
  ~CommitQueue();
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;

  void push(core::Batch batch, core::CommitHandler handler);

  // For one batch: first its watchers, then its handler.
  std::shared_ptr<void> watch(core::ChangeHandler handler) { return feed_.watch(std::move(handler)); }

  // Has the queued written and the writer finished, then returns; from a handler it returns at once.
  void close();
  bool closing() const { return closing_.load(std::memory_order_relaxed); }

 private:
  void run();
  // Waits for work. False when the thread is to end.
  bool take_group();
  void write_taken();
  void answer_taken();

  GroupWriter& writer_;
  const GroupLimits limits_;
  ChangeFeed feed_;

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable finished_;
  std::deque<QueuedCommit> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool idle_ = false;
  bool done_ = false;  // the writer has finished
  bool stopping_ = false;
  std::atomic<bool> closing_ = false;

  // Of the writer thread alone.
  std::vector<QueuedCommit> group_;
  std::vector<QueuedCommit*> accepted_;

  std::thread thread_;  // last: everything it uses exists before it starts
};

// The error of every call after close().
std::unexpected<Error> closed();

}  // namespace draas::stores
