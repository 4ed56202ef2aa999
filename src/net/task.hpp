#pragma once
// Coroutines and the threads they run on.
//
// Every executor in the project is a concrete io_context executor (no any_io_executor, no strands): each event loop is
// one thread with one io_context, and what belongs to a loop is touched by that thread alone.
// GCC 12 miscompiles some temporaries in co_await expressions: name what you pass to co_await. Never capture by
// reference in a coroutine lambda that outlives the statement.

#include <chrono>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.hpp"

namespace draas::net {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;

template <class T>
using Task = asio::awaitable<T, Executor>;

inline constexpr asio::use_awaitable_t<Executor> use_task{};

// A steady timer bound to a loop without type erasure.
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

// One thread, one io_context. start() launches the thread; stop() lets it finish what is queued, ends it and joins.
class EventLoop {
 public:
  explicit EventLoop(std::string name);  // the thread's name, at most 15 characters
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  Executor executor() { return context_.get_executor(); }
  asio::io_context& context() { return context_; }
  void start();
  void stop();
  bool on_this_thread() const;

 private:
  std::string name_;
  asio::io_context context_;
  asio::executor_work_guard<Executor> work_;
  std::thread thread_;
};

// Threads for blocking work (files, the store's reads, name look-up). Thread-safe.
class WorkerPool {
 public:
  WorkerPool(std::string name, std::size_t threads);
  ~WorkerPool();  // finishes what is queued
  void post(std::function<void()> work);

  // Runs `work` on the pool and resumes the caller on its own loop with the result.
  template <class Work>
  auto run(Work work) -> Task<std::invoke_result_t<Work>>;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Runs `make_task()` as a coroutine on `target` and resumes the caller on its own executor with the result. A caller
// that is cancelled has the coroutine cancelled, too, and waits for its end.
template <class T>
Task<T> run_on(Executor target, std::function<Task<T>()> make_task);

// Waits. Returns false when cancelled.
Task<bool> sleep_for(std::chrono::steady_clock::duration duration);

// Owns background coroutines of one loop: cancels and joins them. All members on that loop's thread.
class TaskGroup {
 public:
  explicit TaskGroup(Executor executor);
  ~TaskGroup();  // requires that close() completed, or that the loop has stopped

  // Starts `task`; an exception that escapes it is logged with `name` and is a bug.
  void spawn(std::string name, std::function<Task<void>()> task);
  // Cancels every task (asio cancellation, terminal) and waits until all have ended.
  Task<void> close();
  std::size_t size() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Lets one coroutine at a time into a section, in order of arrival; for one loop only.
class AsyncMutex {
 public:
  class Guard {
   public:
    Guard() = default;
    explicit Guard(AsyncMutex* mutex) : mutex_(mutex) {}
    Guard(Guard&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
    Guard& operator=(Guard&& other) noexcept {
      if (this != &other) {
        if (mutex_ != nullptr) mutex_->unlock();
        mutex_ = std::exchange(other.mutex_, nullptr);
      }
      return *this;
    }
    ~Guard() {
      if (mutex_ != nullptr) mutex_->unlock();
    }

   private:
    AsyncMutex* mutex_ = nullptr;
  };

  explicit AsyncMutex(Executor executor);
  ~AsyncMutex();
  Task<Guard> lock();
  bool locked() const { return locked_; }

 private:
  friend class Guard;
  struct Waiter;
  class Turn;
  void unlock();

  Executor executor_;
  bool locked_ = false;
  // There are many mutexes and few of them are waited for; nullptr while this one never was.
  std::unique_ptr<std::list<std::shared_ptr<Waiter>>> waiters_;
};

namespace detail {

// A coroutine on another loop, as seen from there. asio's own co_spawn passes a cancellation on, too, but one that
// arrives when the coroutine has just ended reaches into what is gone.
struct RemoteRun {
  asio::cancellation_signal cancel;
  bool ended = false;
};

}  // namespace detail

template <class T>
Task<T> run_on(Executor target, std::function<Task<T>()> make_task) {
  static_assert(!std::is_void_v<T>, "return a bool or a Status instead of void");
  auto initiate = [target](auto handler, std::function<Task<T>()> make) {
    auto caller = std::make_shared<decltype(handler)>(std::move(handler));
    auto remote = std::make_shared<detail::RemoteRun>();
    if (auto slot = asio::get_associated_cancellation_slot(*caller); slot.is_connected()) {
      slot.assign([target, remote](asio::cancellation_type type) {
        asio::post(target, [remote, type] {
          if (!remote->ended) remote->cancel.emit(type);
        });
      });
    }
    asio::post(target, [target, caller, remote, make = std::move(make)]() mutable {
      auto on_end = [caller, remote](std::exception_ptr error, T result) {
        remote->ended = true;
        asio::post(asio::get_associated_executor(*caller), [caller, error, result = std::move(result)]() mutable {
          asio::get_associated_cancellation_slot(*caller).clear();
          (*caller)(error, std::move(result));
        });
      };
      asio::co_spawn(target, std::move(make), asio::bind_cancellation_slot(remote->cancel.slot(), std::move(on_end)));
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(std::exception_ptr, T)>(
      initiate, use_task, std::move(make_task));
}

template <class Work>
auto WorkerPool::run(Work work) -> Task<std::invoke_result_t<Work>> {
  using T = std::invoke_result_t<Work>;
  static_assert(!std::is_void_v<T>, "return a Status instead of void");
  auto initiate = [this, &work](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    post([shared, work = std::move(work)]() mutable {
      std::exception_ptr error;
      std::optional<T> result;
      try {
        result.emplace(work());
      } catch (...) {
        error = std::current_exception();
      }
      auto executor = asio::get_associated_executor(*shared);
      asio::post(executor, [shared, error, result = std::move(result)]() mutable {
        (*shared)(error, result ? std::move(*result) : T{});
      });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(std::exception_ptr, T)>(initiate,
                                                                                                              use_task);
}

}  // namespace draas::net
