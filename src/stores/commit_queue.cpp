#include "stores/commit_queue.hpp"

#include <functional>
#include <utility>

#include <pthread.h>
#include <signal.h>

#include "stores/batch_rules.hpp"

namespace draas::stores {
namespace {

std::unexpected<Error> queue_is_full() {
  auto refused =
      fail(ErrorCode::ResourceExhausted, "Too many changes wait for the store's disk; try again when it has caught up");
  refused.error().retryable = true;
  return refused;
}

// Signals are for the threads of the program, not for one that may sit in a disk write.
std::thread start_thread_without_signals(std::function<void()> body) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(body));
  pthread_setname_np(thread.native_handle(), "draas-store");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

std::unexpected<Error> closed() { return fail(ErrorCode::Cancelled, "The store is closed"); }

CommitQueue::CommitQueue(GroupWriter& writer, GroupLimits limits)
    : writer_(writer), limits_(limits), thread_(start_thread_without_signals([this] { run(); })) {}

CommitQueue::~CommitQueue() {
  close();
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void CommitQueue::push(core::Batch batch, core::CommitHandler handler) {
  QueuedCommit commit{std::move(batch), std::move(handler), 0, core::Commit{}};
  if (Status ok = check(commit.batch); !ok) {
    commit.outcome = std::unexpected(std::move(ok).error());
  } else {
    commit.bytes = size_of(commit.batch);
  }
  bool wake = false;
  {
    const std::scoped_lock lock(mutex_);
    if (closing_) {
      commit.outcome = closed();
    } else if (commit.outcome && waiting_bytes_ + commit.bytes > limits_.waiting_bytes && !waiting_.empty()) {
      commit.outcome = queue_is_full();
    }
    if (!commit.outcome) {
      commit.batch = {};
      commit.bytes = 0;
    }
    waiting_bytes_ += commit.bytes;
    waiting_.push_back(std::move(commit));
    wake = std::exchange(idle_, false);
  }
  if (wake) work_.notify_one();
}

void CommitQueue::close() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  idle_ = false;
  work_.notify_one();
  if (std::this_thread::get_id() == thread_.get_id()) return;
  finished_.wait(lock, [this] { return done_; });
}

void CommitQueue::run() {
  while (take_group()) {
    write_taken();
    answer_taken();
  }
}

bool CommitQueue::take_group() {
  std::unique_lock lock(mutex_);
  while (waiting_.empty()) {
    if (closing_ && !done_) {
      lock.unlock();
      writer_.finish();
      lock.lock();
      done_ = true;
      finished_.notify_all();
      continue;
    }
    if (stopping_) return false;
    std::optional<std::chrono::milliseconds> again;
    if (!done_) {
      lock.unlock();
      again = writer_.idle();
      lock.lock();
      if (!waiting_.empty() || closing_) continue;
    }
    idle_ = true;
    if (again) {
      work_.wait_for(lock, *again, [this] { return !idle_ || stopping_; });
    } else {
      work_.wait(lock, [this] { return !idle_ || stopping_; });
    }
    idle_ = false;
  }
  std::size_t bytes = 0;
  while (!waiting_.empty() && group_.size() < limits_.batches) {
    if (!group_.empty() && bytes + waiting_.front().bytes > limits_.bytes) break;
    bytes += waiting_.front().bytes;
    group_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  waiting_bytes_ -= bytes;
  return true;
}

void CommitQueue::write_taken() {
  for (QueuedCommit& commit : group_) {
    if (commit.outcome) accepted_.push_back(&commit);
  }
  if (!accepted_.empty()) writer_.write_group(accepted_);
  accepted_.clear();
}

void CommitQueue::answer_taken() {
  for (QueuedCommit& commit : group_) {
    if (commit.outcome && !commit.batch.writes.empty()) {
      feed_.publish({commit.outcome->version, std::move(commit.batch.writes)});
    }
    commit.handler(std::move(commit.outcome));
    // The caller's state goes with its handler, before the next one runs.
    commit.handler = nullptr;
  }
  group_.clear();
}

}  // namespace draas::stores
