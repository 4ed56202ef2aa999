// Many threads at once: nothing lost, nothing doubled, reads see whole batches.

#include <atomic>
#include <thread>

#include "contract/store/store_calls.hpp"

namespace draas::tests {
namespace {

using core::Write;

class Concurrency : public StoreContract {};
INSTANTIATE_TEST_SUITE_P(Stores, Concurrency, testing::ValuesIn(back_ends()), name_of_back_end);

constexpr int kThreads = 8;

TEST_P(Concurrency, CountersByCompareAndSwapAddUp) {
  constexpr int kIncrements = 50;
  must_commit(store(), {Write::put("counters", "shared", "0")});
  std::atomic<int> conflicts = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int done = 0; done < kIncrements;) {
        const auto found = must_get(store(), "counters", "shared");
        ASSERT_TRUE(found);
        const auto result =
            commit(store(),
                   {Write::put("counters", "shared", std::to_string(std::stoi(found->body) + 1), {}, found->version)});
        if (result) {
          ++done;
        } else {
          ASSERT_EQ(result.error().code, ErrorCode::PreconditionFailed) << result.error().message;
          ++conflicts;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(must_get(store(), "counters", "shared")->body, std::to_string(kThreads * kIncrements))
      << "after " << conflicts << " conflicts";
}

TEST_P(Concurrency, ReadersSeeWholeBatches) {
  constexpr int kRounds = 150;
  must_commit(store(), {Write::put("c", "left", "0"), Write::put("c", "right", "0")});
  std::atomic<bool> writing = true;
  std::vector<std::thread> readers;
  for (int thread = 0; thread < 4; ++thread) {
    readers.emplace_back([&] {
      core::Version last = 0;
      while (writing) {
        const auto both = store().list({.collection = "c"});
        ASSERT_TRUE(both) << both.error().message;
        ASSERT_EQ(both->size(), 2u);
        ASSERT_EQ(both->at(0).body, both->at(1).body);
        ASSERT_GE(both->at(0).version, last) << "time does not run backwards";
        last = both->at(0).version;
      }
    });
  }
  for (int round = 1; round <= kRounds; ++round) {
    must_commit(store(),
                {Write::put("c", "left", std::to_string(round)), Write::put("c", "right", std::to_string(round))});
  }
  writing = false;
  for (std::thread& reader : readers) reader.join();
}

TEST_P(Concurrency, EveryCommitOfEveryThreadIsThere) {
  constexpr int kCommits = 200;
  std::vector<std::thread> threads;
  std::atomic<int> answers = 0;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      std::vector<std::future<Result<core::Commit>>> pending;
      for (int i = 0; i < kCommits; ++i) {
        const std::string id = std::to_string(thread) + "-" + std::to_string(i);
        pending.push_back(start_commit(store(), {{Write::put("c", id, id, {{"thread", std::to_string(thread)}})}}));
      }
      core::Version last = 0;
      for (auto& commit : pending) {
        const auto done = commit.get();
        ASSERT_TRUE(done) << done.error().message;
        EXPECT_GT(done->version, last) << "commits of one thread keep their order";
        last = done->version;
        ++answers;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answers, kThreads * kCommits);
  EXPECT_EQ(ids_of(store(), {.collection = "c", .limit = 100'000}).size(), std::size_t{kThreads} * kCommits);
  EXPECT_EQ(ids_of(store(), {.collection = "c", .index = core::IndexEntry{"thread", "3"}}).size(),
            std::size_t{kCommits});
}

TEST_P(Concurrency, AnAcknowledgedCommitIsVisibleToTheNextRead) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 50; ++i) {
        const core::Version version = must_commit(store(), {Write::put("c", std::to_string(thread), "x")});
        const auto found = must_get(store(), "c", std::to_string(thread));
        ASSERT_TRUE(found);
        ASSERT_EQ(found->version, version);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace draas::tests
