#include "net/task.hpp"

#include <gmock/gmock.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "loop_fixture.hpp"

namespace draas::net::testing {
namespace {

class TaskTest : public LoopTest {};

TEST_F(TaskTest, ALoopRunsItsWorkOnItsThread) {
  EXPECT_FALSE(loop.on_this_thread());
  EXPECT_TRUE(on_loop<bool>([this]() -> Task<bool> { co_return loop.on_this_thread(); }));
}

TEST_F(TaskTest, StoppingFinishesWhatIsQueued) {
  int done = 0;
  for (int i = 0; i < 100; ++i) asio::post(loop.context(), [&done] { ++done; });
  loop.stop();
  EXPECT_EQ(done, 100);
  loop.stop();
}

TEST_F(TaskTest, StoppingDoesNotWaitForTimers) {
  auto timer = std::make_shared<Timer>(loop.executor(), std::chrono::hours(1));
  timer->async_wait([timer](const boost::system::error_code&) {});
  loop.stop();
  SUCCEED();
}

TEST_F(TaskTest, AnExceptionInAHandlerDoesNotEndTheLoop) {
  asio::post(loop.context(), [] { throw std::runtime_error("escaped"); });
  EXPECT_EQ(on_loop<int>([]() -> Task<int> { co_return 7; }), 7);
}

TEST_F(TaskTest, RunOnGoesThereAndComesBack) {
  EventLoop other("other");
  other.start();
  const bool right = on_loop<bool>([&]() -> Task<bool> {
    std::function<Task<bool>()> there = [&other]() -> Task<bool> { co_return other.on_this_thread(); };
    const bool was_there = co_await run_on<bool>(other.executor(), there);
    co_return was_there&& loop.on_this_thread();
  });
  EXPECT_TRUE(right);
}

TEST_F(TaskTest, RunOnPassesExceptionsOn) {
  EventLoop other("other");
  other.start();
  EXPECT_THROW(on_loop<int>([&]() -> Task<int> {
                 std::function<Task<int>()> there = []() -> Task<int> {
                   throw std::invalid_argument("from there");
                   co_return 0;
                 };
                 co_return co_await run_on<int>(other.executor(), there);
               }),
               std::invalid_argument);
}

TEST_F(TaskTest, RunOnMayBeCancelledAtAnyMoment) {
  EventLoop other("other");
  other.start();
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  on_loop<int>([&]() -> Task<int> {
    // What runs there lasts about as long as it takes until the cancellation arrives.
    for (int round = 0; round < 3'000; ++round) {
      TaskGroup group(loop.executor());
      group.spawn("caller", [&]() -> Task<void> {
        std::function<Task<bool>()> there = [&]() -> Task<bool> {
          ++begun;
          struct AtEnd {
            std::atomic<int>& count;
            ~AtEnd() { ++count; }
          };
          const AtEnd at_end{ended};
          co_await sleep_for(std::chrono::nanoseconds(1));
          co_return true;
        };
        co_await run_on<bool>(other.executor(), there);
      });
      if (round % 3 == 0) co_await sleep_for(std::chrono::microseconds(round % 50));
      co_await group.close();
    }
    co_return 0;
  });
  other.stop();
  EXPECT_EQ(begun, ended) << "the caller waits for the end";
}

TEST_F(TaskTest, RunOnCancelsWhatRunsThere) {
  EventLoop other("other");
  other.start();
  const auto start = std::chrono::steady_clock::now();
  const bool slept = on_loop<bool>([&]() -> Task<bool> {
    bool through = true;
    TaskGroup group(loop.executor());
    group.spawn("caller", [&]() -> Task<void> {
      std::function<Task<bool>()> there = []() -> Task<bool> {
        const bool whole = co_await sleep_for(std::chrono::hours(1));
        co_return whole;
      };
      through = co_await run_on<bool>(other.executor(), there);
    });
    co_await sleep_for(std::chrono::milliseconds(5));
    co_await group.close();
    co_return through;
  });
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::minutes(1));
  EXPECT_FALSE(slept) << "the sleep there was cut short, and its result came back";
}

TEST_F(TaskTest, WorkersGiveTheirResultToTheLoop) {
  WorkerPool pool("pool", 3);
  const int sum = on_loop<int>([&]() -> Task<int> {
    int total = 0;
    for (int i = 1; i <= 100; ++i) {
      auto work = [i, &loop = loop] { return loop.on_this_thread() ? -1'000 : i; };
      total += co_await pool.run(work);
      if (!loop.on_this_thread()) co_return -1;
    }
    co_return total;
  });
  EXPECT_EQ(sum, 5050);
}

TEST_F(TaskTest, AWorkersExceptionReachesTheCaller) {
  WorkerPool pool("pool", 1);
  EXPECT_THROW(on_loop<int>([&]() -> Task<int> {
                 auto work = []() -> int { throw std::out_of_range("work"); };
                 co_return co_await pool.run(work);
               }),
               std::out_of_range);
}

TEST(WorkerPool, FinishesWhatIsQueuedBeforeItEnds) {
  std::atomic<int> done = 0;
  {
    WorkerPool pool("pool", 2);
    for (int i = 0; i < 500; ++i) pool.post([&done] { ++done; });
    pool.post([] { throw std::runtime_error("escaped"); });
    for (int i = 0; i < 500; ++i) pool.post([&done] { ++done; });
  }
  EXPECT_EQ(done, 1000);
}

TEST_F(TaskTest, SleepIsCutShortByCancellation) {
  const bool slept = on_loop<bool>([]() -> Task<bool> { co_return co_await sleep_for(std::chrono::milliseconds(1)); });
  EXPECT_TRUE(slept);
  asio::cancellation_signal signal;
  std::promise<bool> result;
  asio::co_spawn(
      loop.executor(), [&result]() -> Task<void> { result.set_value(co_await sleep_for(std::chrono::hours(1))); },
      asio::bind_cancellation_slot(signal.slot(), [](const std::exception_ptr&) {}));
  asio::post(loop.context(), [&signal] { signal.emit(asio::cancellation_type::terminal); });
  auto future = result.get_future();
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  EXPECT_FALSE(future.get());
}

TEST_F(TaskTest, AGroupCancelsAndJoinsItsTasks) {
  int ended = 0;
  const bool all = on_loop<bool>([&]() -> Task<bool> {
    TaskGroup group(loop.executor());
    for (int i = 0; i < 10; ++i) {
      group.spawn("sleeper", [&ended]() -> Task<void> {
        while (co_await sleep_for(std::chrono::hours(1))) {
        }
        ++ended;
      });
    }
    group.spawn("short", []() -> Task<void> { co_return; });
    co_await sleep_for(std::chrono::milliseconds(5));
    const bool ten = group.size() == 10;
    co_await group.close();
    group.spawn("too late", [&ended]() -> Task<void> {
      ended += 1'000;
      co_return;
    });
    co_return ten&& group.size() == 0;
  });
  EXPECT_TRUE(all);
  EXPECT_EQ(ended, 10);
}

TEST_F(TaskTest, AGroupSurvivesAThrowingTask) {
  const std::size_t left = on_loop<std::size_t>([&]() -> Task<std::size_t> {
    TaskGroup group(loop.executor());
    group.spawn("thrower", []() -> Task<void> {
      co_await sleep_for(std::chrono::milliseconds(1));
      throw std::runtime_error("a bug");
    });
    while (group.size() > 0) co_await sleep_for(std::chrono::milliseconds(1));
    co_await group.close();
    co_return group.size();
  });
  EXPECT_EQ(left, 0U);
}

TEST_F(TaskTest, AMutexLetsOneInAtATimeInOrder) {
  std::vector<int> order;
  int inside = 0;
  bool overlapped = false;
  on_loop<int>([&]() -> Task<int> {
    AsyncMutex mutex(loop.executor());
    TaskGroup group(loop.executor());
    for (int i = 0; i < 20; ++i) {
      group.spawn("user", [&, i]() -> Task<void> {
        auto guard = co_await mutex.lock();
        overlapped = overlapped || ++inside > 1;
        order.push_back(i);
        co_await sleep_for(std::chrono::microseconds(100));
        --inside;
      });
    }
    while (group.size() > 0) co_await sleep_for(std::chrono::milliseconds(1));
    if (mutex.locked()) overlapped = true;
    co_await group.close();
    co_return 0;
  });
  EXPECT_FALSE(overlapped);
  ASSERT_EQ(order.size(), 20U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(TaskTest, ACancelledWaiterLeavesTheMutexUsable) {
  const bool usable = on_loop<bool>([&]() -> Task<bool> {
    AsyncMutex mutex(loop.executor());
    TaskGroup group(loop.executor());
    bool entered = false;
    {
      auto held = co_await mutex.lock();
      for (int i = 0; i < 3; ++i) {
        group.spawn("waiter", [&]() -> Task<void> {
          auto guard = co_await mutex.lock();
          entered = true;
        });
      }
      co_await sleep_for(std::chrono::milliseconds(1));
      co_await group.close();
    }
    const bool free = !mutex.locked();
    auto again = co_await mutex.lock();
    co_return free && !entered && mutex.locked();
  });
  EXPECT_TRUE(usable);
}

}  // namespace
}  // namespace draas::net::testing
