// Groups: when they form, how large they get, and what is refused at the door.

#include "stores/commit_queue.hpp"

#include <future>

#include <gtest/gtest.h>

namespace draas::stores {
namespace {

using core::Batch;
using core::Write;

Batch batch_of(std::size_t bytes) { return {{Write::put("c", "a", std::string(bytes, 'x'))}}; }

// Holds every group until the test lets it go.
class GatedWriter final : public GroupWriter {
 public:
  void write_group(std::span<QueuedCommit* const> group) override {
    std::unique_lock lock(mutex_);
    groups_.push_back(group.size());
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    for (QueuedCommit* commit : group) commit->outcome = core::Commit{++version_};
  }
  void finish() override { finished_ = true; }

  void wait_for_groups(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return groups_.size() >= count; });
  }
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  std::vector<std::size_t> groups() {
    const std::scoped_lock lock(mutex_);
    return groups_;
  }
  bool finished() const { return finished_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::size_t> groups_;
  bool open_ = false;
  core::Version version_ = 0;
  std::atomic<bool> finished_ = false;
};

// Pushes and counts the answers.
class Pusher {
 public:
  explicit Pusher(CommitQueue& queue) : queue_(queue) {}
  std::future<Result<core::Commit>> push(Batch batch) {
    auto promise = std::make_shared<std::promise<Result<core::Commit>>>();
    queue_.push(std::move(batch), [promise](Result<core::Commit> done) { promise->set_value(std::move(done)); });
    return promise->get_future();
  }

 private:
  CommitQueue& queue_;
};

TEST(CommitQueue, WhatArrivesDuringAWriteBecomesOneGroup) {
  GatedWriter writer;
  CommitQueue queue(writer, {});
  Pusher pusher(queue);
  auto first = pusher.push(batch_of(10));
  writer.wait_for_groups(1);
  std::vector<std::future<Result<core::Commit>>> rest;
  for (int i = 0; i < 50; ++i) rest.push_back(pusher.push(batch_of(10)));
  writer.open();
  EXPECT_EQ(first.get()->version, 1u);
  for (auto& commit : rest) EXPECT_TRUE(commit.get());
  EXPECT_EQ(writer.groups(), (std::vector<std::size_t>{1, 50}));
}

TEST(CommitQueue, GroupsAreCappedByCountAndBytes) {
  GatedWriter writer;
  CommitQueue queue(writer, {.batches = 4, .bytes = 10'000});
  Pusher pusher(queue);
  std::vector<std::future<Result<core::Commit>>> all;
  all.push_back(pusher.push(batch_of(1)));
  writer.wait_for_groups(1);
  for (int i = 0; i < 6; ++i) all.push_back(pusher.push(batch_of(10)));
  all.push_back(pusher.push(batch_of(50'000)));  // larger than a group may be: goes alone
  all.push_back(pusher.push(batch_of(4'000)));
  all.push_back(pusher.push(batch_of(4'000)));
  all.push_back(pusher.push(batch_of(4'000)));
  writer.open();
  for (auto& commit : all) EXPECT_TRUE(commit.get());
  EXPECT_EQ(writer.groups(), (std::vector<std::size_t>{1, 4, 2, 1, 2, 1}));
}

TEST(CommitQueue, RefusesMoreThanMayWait) {
  GatedWriter writer;
  CommitQueue queue(writer, {.waiting_bytes = 10'000});
  Pusher pusher(queue);
  auto writing = pusher.push(batch_of(1));
  writer.wait_for_groups(1);
  auto large = pusher.push(batch_of(50'000));  // alone it may wait, however large
  auto refused = pusher.push(batch_of(10));
  writer.open();
  EXPECT_TRUE(writing.get());
  EXPECT_TRUE(large.get());
  const auto outcome = refused.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::ResourceExhausted);
  EXPECT_TRUE(outcome.error().retryable);
  EXPECT_TRUE(pusher.push(batch_of(10)).get()) << "once the queue has emptied";
}

TEST(CommitQueue, MalformedBatchesDoNotReachTheWriter) {
  GatedWriter writer;
  writer.open();
  CommitQueue queue(writer, {});
  Pusher pusher(queue);
  EXPECT_EQ(pusher.push({{Write::put("", "a", "x")}}).get().error().code, ErrorCode::InvalidArgument);
  EXPECT_TRUE(writer.groups().empty());
}

TEST(CommitQueue, CloseWritesWhatWaitsAndThenFinishes) {
  GatedWriter writer;
  CommitQueue queue(writer, {});
  Pusher pusher(queue);
  auto first = pusher.push(batch_of(1));
  writer.wait_for_groups(1);
  auto second = pusher.push(batch_of(1));
  auto closing = std::async(std::launch::async, [&] { queue.close(); });
  while (!queue.closing()) std::this_thread::yield();
  auto late = pusher.push(batch_of(1));
  EXPECT_FALSE(writer.finished());
  writer.open();
  closing.get();
  EXPECT_TRUE(writer.finished());
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  EXPECT_EQ(late.get().error().code, ErrorCode::Cancelled);
  EXPECT_EQ(pusher.push(batch_of(1)).get().error().code, ErrorCode::Cancelled);
}

TEST(CommitQueue, CloseFromAHandlerReturns) {
  GatedWriter writer;
  writer.open();
  CommitQueue queue(writer, {});
  std::promise<void> closed;
  queue.push(batch_of(1), [&](const Result<core::Commit>&) {
    queue.close();
    closed.set_value();
  });
  closed.get_future().wait();
  queue.close();
  EXPECT_TRUE(writer.finished());
}

// Asks to be called again while unwell, as a store does whose disk fails.
class UnwellWriter final : public GroupWriter {
 public:
  void write_group(std::span<QueuedCommit* const>) override {}
  std::optional<std::chrono::milliseconds> idle() override {
    if (++probes == 5) well.set_value();
    return probes < 5 ? std::optional(std::chrono::milliseconds(1)) : std::nullopt;
  }
  std::atomic<int> probes = 0;
  std::promise<void> well;
};

TEST(CommitQueue, AnIdleWriterIsCalledAsOftenAsItAsks) {
  UnwellWriter writer;
  auto well = writer.well.get_future();
  CommitQueue queue(writer, {});
  well.wait();
  EXPECT_EQ(writer.probes, 5);
}

}  // namespace
}  // namespace draas::stores
