// watch(): every change once, in order, and no call after the token is gone.

#include <atomic>
#include <thread>

#include "contract/store/store_calls.hpp"

namespace draas::tests {
namespace {

using core::ChangeSet;
using core::Write;

class Feed : public StoreContract {};
INSTANTIATE_TEST_SUITE_P(Stores, Feed, testing::ValuesIn(back_ends()), name_of_back_end);

TEST_P(Feed, TellsWritesAsWritten) {
  Recorder recorder;
  const auto token = store().watch(recorder.handler());
  const core::Version first =
      must_commit(store(), {Write::put("c", "a", "one", {{"k", "v"}}), Write::put("d", "b", "two")});
  const core::Version second = must_commit(store(), {Write::erase("c", "a")});

  const std::vector<ChangeSet> changes = recorder.wait_for(2);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].version, first);
  ASSERT_EQ(changes[0].writes.size(), 2u);
  EXPECT_EQ(changes[0].writes[0].kind, Write::Kind::Put);
  EXPECT_EQ(changes[0].writes[0].id, "a");
  EXPECT_EQ(changes[0].writes[0].body, "one");
  EXPECT_EQ(changes[0].writes[0].indexes, (std::vector<core::IndexEntry>{{"k", "v"}}));
  EXPECT_EQ(changes[0].writes[1].collection, "d");
  EXPECT_EQ(changes[1].version, second);
  ASSERT_EQ(changes[1].writes.size(), 1u);
  EXPECT_EQ(changes[1].writes[0].kind, Write::Kind::Delete);
}

TEST_P(Feed, IsSilentAboutWhatWasNotCommitted) {
  Recorder recorder;
  const auto token = store().watch(recorder.handler());
  EXPECT_FALSE(commit(store(), {Write::put("c", "a", "x"), Write::put("c", "b", "x", {}, 55)}));
  EXPECT_FALSE(commit(store(), {Write::put("", "a", "x")}));
  EXPECT_TRUE(commit(store(), {}));
  const core::Version version = must_commit(store(), {Write::put("c", "c", "x")});
  const auto changes = recorder.wait_for(1);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].version, version);
}

TEST_P(Feed, CompleteAndInOrderForEveryWatcher) {
  constexpr std::size_t kThreads = 8;
  constexpr std::size_t kCommits = 200;
  Recorder one;
  Recorder two;
  const auto first = store().watch(one.handler());
  const auto second = store().watch(two.handler());
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      std::vector<std::future<Result<core::Commit>>> pending;
      for (std::size_t i = 0; i < kCommits; ++i) {
        pending.push_back(start_commit(store(), {{Write::put("c", std::to_string(thread), std::to_string(i))}}));
      }
      for (auto& commit : pending) EXPECT_TRUE(commit.get());
    });
  }
  for (std::thread& thread : threads) thread.join();

  for (Recorder* recorder : {&one, &two}) {
    const auto changes = recorder->wait_for(kThreads * kCommits);
    ASSERT_EQ(changes.size(), kThreads * kCommits);
    core::Version last = 0;
    std::vector<std::size_t> next(kThreads, 0);
    for (const ChangeSet& change : changes) {
      ASSERT_GT(change.version, last);
      last = change.version;
      ASSERT_EQ(change.writes.size(), 1u);
      const std::size_t thread = std::stoul(change.writes[0].id);
      ASSERT_EQ(change.writes[0].body, std::to_string(next[thread]++));
    }
  }
}

TEST_P(Feed, TheChangeIsToldBeforeTheCommitIsAcknowledged) {
  std::atomic<core::Version> told = 0;
  const auto token = store().watch([&](const ChangeSet& change) { told = change.version; });
  for (int i = 0; i < 50; ++i) {
    const core::Version version = must_commit(store(), {Write::put("c", "a", "x")});
    ASSERT_GE(told.load(), version);
  }
}

TEST_P(Feed, TheChangeIsReadableWhenTold) {
  std::atomic<int> mismatches = 0;
  const auto token = store().watch([&](const ChangeSet& change) {
    const auto found = store().get("c", change.writes[0].id);
    if (!found || !*found || (*found)->version < change.version) ++mismatches;
  });
  for (int i = 0; i < 20; ++i) must_commit(store(), {Write::put("c", std::to_string(i), "x")});
  EXPECT_EQ(mismatches, 0);
}

TEST_P(Feed, EndsWithItsToken) {
  std::atomic<int> calls = 0;
  auto token = store().watch([&](const ChangeSet&) { ++calls; });
  must_commit(store(), {Write::put("c", "a", "x")});
  EXPECT_EQ(calls, 1);
  token.reset();
  must_commit(store(), {Write::put("c", "a", "y")});
  EXPECT_EQ(calls, 1);
}

TEST_P(Feed, TheTokensDestructorWaitsForACallInProgress) {
  std::promise<void> entered;
  std::promise<void> may_leave;
  std::atomic<bool> left = false;
  auto token = store().watch([&](const ChangeSet&) {
    entered.set_value();
    may_leave.get_future().wait();
    left = true;
  });
  auto pending = start_commit(store(), {{Write::put("c", "a", "x")}});
  entered.get_future().wait();
  std::atomic<bool> ended = false;
  std::thread ender([&] {
    token.reset();
    EXPECT_TRUE(left) << "the destructor returned while the handler ran";
    ended = true;
  });
  EXPECT_FALSE(ended);
  may_leave.set_value();
  ender.join();
  EXPECT_TRUE(pending.get());
}

TEST_P(Feed, AHandlerMayDropItsOwnToken) {
  std::shared_ptr<void> token;
  std::atomic<int> calls = 0;
  token = store().watch([&](const ChangeSet&) {
    ++calls;
    token.reset();
  });
  must_commit(store(), {Write::put("c", "a", "x")});
  must_commit(store(), {Write::put("c", "a", "y")});
  EXPECT_EQ(calls, 1);
}

TEST_P(Feed, LetsGoOfTheHandlerWithTheToken) {
  auto state = std::make_shared<int>(1);
  auto token = store().watch([state](const ChangeSet&) {});
  EXPECT_EQ(state.use_count(), 2);
  token.reset();
  EXPECT_EQ(state.use_count(), 1);
}

TEST_P(Feed, ATokenMayOutliveTheStore) {
  auto token = store().watch([](const ChangeSet&) {});
  must_commit(store(), {Write::put("c", "a", "x")});
  store_.reset();
  token.reset();
}

}  // namespace
}  // namespace draas::tests
