// close(), health() and what each promises to the handlers.

#include <atomic>
#include <thread>

#include "contract/store/store_calls.hpp"

namespace draas::tests {
namespace {

using core::Write;

class Closing : public StoreContract {};
INSTANTIATE_TEST_SUITE_P(Stores, Closing, testing::ValuesIn(back_ends()), name_of_back_end);

TEST_P(Closing, AnOpenStoreIsReady) {
  EXPECT_TRUE(store().health().ready);
  EXPECT_EQ(store().kind(), GetParam().name);
}

TEST_P(Closing, FinishesWhatIsQueued) {
  std::vector<std::future<Result<core::Commit>>> pending;
  for (int i = 0; i < 500; ++i) pending.push_back(start_commit(store(), {{Write::put("c", std::to_string(i), "x")}}));
  store().close();
  for (auto& commit : pending) {
    ASSERT_EQ(commit.wait_for(std::chrono::seconds(0)), std::future_status::ready);
    EXPECT_TRUE(commit.get());
  }
}

TEST_P(Closing, LaterCallsAreCancelled) {
  must_commit(store(), {Write::put("c", "a", "x")});
  store().close();
  EXPECT_EQ(store().get("c", "a").error().code, ErrorCode::Cancelled);
  EXPECT_EQ(store().list({.collection = "c"}).error().code, ErrorCode::Cancelled);
  EXPECT_EQ(store().get_all("c", std::vector<std::string>{"a"}).error().code, ErrorCode::Cancelled);
  EXPECT_EQ(commit(store(), {Write::put("c", "b", "x")}).error().code, ErrorCode::Cancelled);
  EXPECT_FALSE(store().health().ready);
  EXPECT_FALSE(store().health().reason.empty());
  EXPECT_FALSE(store().backup(scratch_ / "backup.db"));
}

TEST_P(Closing, ClosingTwiceIsFine) {
  store().close();
  store().close();
}

TEST_P(Closing, HandlersAreCalledFromAnotherThreadAndExactlyOnce) {
  constexpr int kThreads = 4;
  constexpr int kCommits = 300;
  std::vector<std::atomic<int>> calls(kThreads * kCommits);
  std::atomic<int> on_caller = 0;
  std::vector<std::thread> threads;
  std::atomic<int> sent = 0;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kCommits; ++i) {
        std::atomic<int>& called = calls[static_cast<std::size_t>(thread * kCommits + i)];
        const auto caller = std::this_thread::get_id();
        // Good ones, stale ones, malformed ones; and late ones, as the store closes in the middle.
        core::Batch batch{{Write::put(i % 5 == 0 ? "" : "c", std::to_string(i), "x", {},
                                      i % 3 == 0 ? std::optional<core::Version>(999'999'999) : std::nullopt)}};
        store().commit(std::move(batch), [&, caller](const Result<core::Commit>&) {
          ++called;
          if (std::this_thread::get_id() == caller) ++on_caller;
        });
        ++sent;
      }
    });
  }
  wait_until([&] { return sent > kThreads * kCommits / 3; });
  store().close();
  for (std::thread& thread : threads) thread.join();
  store_.reset();
  for (const std::atomic<int>& called : calls) ASSERT_EQ(called, 1);
  EXPECT_EQ(on_caller, 0);
}

TEST_P(Closing, LetsGoOfAHandlerOnceItIsCalled) {
  auto state = std::make_shared<int>(1);
  std::promise<void> called;
  store().commit({{Write::put("c", "a", "x")}}, [state, &called](const Result<core::Commit>&) { called.set_value(); });
  called.get_future().wait();
  must_commit(store(), {Write::put("c", "b", "x")});
  EXPECT_EQ(state.use_count(), 1);
}

TEST_P(Closing, AHandlerMayCommit) {
  std::promise<Result<core::Commit>> second;
  store().commit({{Write::put("c", "a", "x")}}, [&](const Result<core::Commit>&) {
    store().commit({{Write::put("c", "b", "x")}},
                   [&](Result<core::Commit> done) { second.set_value(std::move(done)); });
  });
  EXPECT_TRUE(second.get_future().get());
}

class Durable : public StoreContract {};
INSTANTIATE_TEST_SUITE_P(Stores, Durable, testing::ValuesIn(durable_back_ends()), name_of_back_end);

TEST_P(Durable, ReopenedStoreHasWhatItHad) {
  const std::vector<core::IndexEntry> indexes{{"b", "2"}, {"a", "1"}};
  const core::Version version =
      must_commit(store(), {Write::put("c", "a", "body", indexes), Write::put("c", "b", "x")});
  const core::Version last = must_commit(store(), {Write::erase("c", "b")});
  reopen();
  const auto found = must_get(store(), "c", "a");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->body, "body");
  EXPECT_EQ(found->version, version);
  EXPECT_EQ(found->indexes, indexes);
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = core::IndexEntry{"a", "1"}}).size(), 1u);
  EXPECT_EQ(must_get(store(), "c", "b"), std::nullopt);
  EXPECT_GT(must_commit(store(), {Write::put("c", "b", "again")}), last) << "the delete moved the sequence on";
}

TEST_P(Durable, BackupWhileInUseIsOneConsistentState) {
  must_commit(store(), {Write::put("c", "left", "0"), Write::put("c", "right", "0")});
  std::atomic<bool> writing = true;
  std::thread writer([&] {
    for (int i = 0; writing; ++i) {
      must_commit(store(), {Write::put("c", "left", std::to_string(i)), Write::put("c", "right", std::to_string(i)),
                            Write::put("filler", std::to_string(i % 500), std::string(2000, 'f'))});
    }
  });
  Scratch other;
  for (int round = 0; round < 5; ++round) {
    const Status done = store().backup(other / "store.db");
    EXPECT_TRUE(done) << done.error().message;
  }
  writing = false;
  writer.join();
  auto copy = GetParam().open(other.path());
  ASSERT_TRUE(copy) << copy.error().message;
  const auto left = must_get(**copy, "c", "left");
  ASSERT_TRUE(left);
  EXPECT_EQ(left->body, must_get(**copy, "c", "right")->body);
}

}  // namespace
}  // namespace draas::tests
