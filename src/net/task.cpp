#include "net/task.hpp"

#include <condition_variable>
#include <csignal>
#include <deque>
#include <list>
#include <mutex>

#include <pthread.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "base/exception_text.hpp"
#include "base/log.hpp"
#include "net/cancellation.hpp"

namespace draas::net {
namespace {

constexpr std::size_t kMaxThreadName = 15;

void name_this_thread(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, kMaxThreadName).c_str());
}

// A peer that has gone is an error code of the write, not a reason to end the process.
void block_broken_pipe_signal() {
  sigset_t signals{};
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

// --- EventLoop ---

EventLoop::EventLoop(std::string name) : name_(std::move(name)), context_(1), work_(context_.get_executor()) {}

EventLoop::~EventLoop() { stop(); }

void EventLoop::start() {
  if (thread_.joinable()) return;
  context_.restart();
  thread_ = std::thread([this] {
    name_this_thread(name_);
    block_broken_pipe_signal();
    for (;;) {
      try {
        context_.run();
        return;
      } catch (const std::exception& e) {
        log_error("an exception reached the event loop", {{"loop", name_}, {"error", e.what()}});
      }
    }
  });
}

void EventLoop::stop() {
  if (!thread_.joinable()) return;
  asio::post(context_, [this] { context_.stop(); });
  thread_.join();
}

bool EventLoop::on_this_thread() const { return thread_.get_id() == std::this_thread::get_id(); }

// --- WorkerPool ---

struct WorkerPool::State {
  std::mutex mutex;
  std::condition_variable ready;
  std::deque<std::function<void()>> queue;
  bool closing = false;
  std::vector<std::thread> threads;

  void work_until_closed(const std::string& name) {
    name_this_thread(name);
    std::unique_lock lock(mutex);
    for (;;) {
      ready.wait(lock, [this] { return closing || !queue.empty(); });
      if (queue.empty()) return;
      auto work = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      try {
        work();
      } catch (const std::exception& e) {
        log_error("an exception escaped from a worker", {{"pool", name}, {"error", e.what()}});
      }
      work = nullptr;
      lock.lock();
    }
  }
};

WorkerPool::WorkerPool(std::string name, std::size_t threads) : state_(std::make_unique<State>()) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) {
    state_->threads.emplace_back([state = state_.get(), name] { state->work_until_closed(name); });
  }
}

WorkerPool::~WorkerPool() {
  {
    std::lock_guard lock(state_->mutex);
    state_->closing = true;
  }
  state_->ready.notify_all();
  for (auto& thread : state_->threads) thread.join();
}

void WorkerPool::post(std::function<void()> work) {
  {
    std::lock_guard lock(state_->mutex);
    state_->queue.push_back(std::move(work));
  }
  state_->ready.notify_one();
}

// --- sleep_for ---

Task<bool> sleep_for(std::chrono::steady_clock::duration duration) {
  Executor executor = co_await asio::this_coro::executor;
  Timer timer(executor, duration);
  boost::system::error_code error;
  auto token = asio::redirect_error(use_task, error);
  co_await timer.async_wait(token);
  co_return !error;
}

// --- TaskGroup ---

struct TaskGroup::State {
  struct Entry {
    std::string name;
    std::function<Task<void>()> start;  // kept: a coroutine lambda's captures live in here
    asio::cancellation_signal cancel;
  };

  explicit State(Executor e) : executor(e), ended(e, Timer::time_point::max()) {}

  Executor executor;
  Timer ended;  // never expires; cancelled each time a task ends
  std::vector<std::shared_ptr<Entry>> entries;
  bool closing = false;
};

TaskGroup::TaskGroup(Executor executor) : state_(std::make_shared<State>(executor)) {}

TaskGroup::~TaskGroup() { state_->closing = true; }

void TaskGroup::spawn(std::string name, std::function<Task<void>()> task) {
  if (state_->closing) return;
  auto entry = std::make_shared<State::Entry>();
  entry->name = std::move(name);
  entry->start = std::move(task);
  state_->entries.push_back(entry);
  auto on_end = [state = state_, entry](std::exception_ptr error) {
    if (error && !(state->closing && is_cancellation(error))) {
      log_error("a background task ended with an exception", {{"task", entry->name}, {"error", exception_text(error)}});
    }
    std::erase(state->entries, entry);
    state->ended.cancel();
  };
  asio::co_spawn(state_->executor, entry->start(), asio::bind_cancellation_slot(entry->cancel.slot(), on_end));
}

Task<void> TaskGroup::close() {
  auto state = state_;
  state->closing = true;
  const auto running = state->entries;
  for (const auto& entry : running) entry->cancel.emit(asio::cancellation_type::terminal);
  while (!state->entries.empty()) {
    boost::system::error_code ignored;
    auto token = asio::redirect_error(use_task, ignored);
    co_await state->ended.async_wait(token);
  }
}

std::size_t TaskGroup::size() const { return state_->entries.size(); }

// --- AsyncMutex ---

struct AsyncMutex::Waiter {
  explicit Waiter(Executor executor) : wake(executor, Timer::time_point::max()) {}
  Timer wake;
  bool granted = false;
};

// A place in the queue. Leaves it when the waiter gives up, or hands on the lock that it was just given.
class AsyncMutex::Turn {
 public:
  explicit Turn(AsyncMutex& mutex) : mutex_(mutex), waiter_(std::make_shared<Waiter>(mutex.executor_)) {
    if (!mutex_.waiters_) mutex_.waiters_ = std::make_unique<std::list<std::shared_ptr<Waiter>>>();
    mutex_.waiters_->push_back(waiter_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (taken_) return;
    if (waiter_->granted) {
      mutex_.unlock();
    } else {
      std::erase(*mutex_.waiters_, waiter_);
    }
  }
  Waiter& waiter() { return *waiter_; }
  void taken() { taken_ = true; }

 private:
  AsyncMutex& mutex_;
  std::shared_ptr<Waiter> waiter_;
  bool taken_ = false;
};

AsyncMutex::AsyncMutex(Executor executor) : executor_(executor) {}

AsyncMutex::~AsyncMutex() = default;

Task<AsyncMutex::Guard> AsyncMutex::lock() {
  if (!locked_) {
    locked_ = true;
    co_return Guard(this);
  }
  Turn turn(*this);
  boost::system::error_code woken;
  auto token = asio::redirect_error(use_task, woken);
  co_await turn.waiter().wake.async_wait(token);
  if (!turn.waiter().granted) throw boost::system::system_error(asio::error::operation_aborted);
  turn.taken();
  co_return Guard(this);
}

void AsyncMutex::unlock() {
  if (!waiters_ || waiters_->empty()) {
    locked_ = false;
    return;
  }
  auto next = std::move(waiters_->front());
  waiters_->pop_front();
  next->granted = true;
  next->wake.cancel();
}

}  // namespace draas::net
