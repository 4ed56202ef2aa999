#pragma once
// One thread's event loop: file descriptors (epoll) and timers. Everything in the simulator runs on it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

namespace draas::simulator {

class Reactor {
 public:
  using Clock = std::chrono::steady_clock;
  using TimerId = std::uint64_t;
  using Action = std::function<void()>;
  using ReadyAction = std::function<void(std::uint32_t events)>;

  Reactor();
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  TimerId after(Clock::duration delay, Action action);
  // An unknown or expired id is ignored.
  void cancel(TimerId id);
  // Runs `action` once, after the current callback has returned.
  void post(Action action) { after(Clock::duration::zero(), std::move(action)); }

  // `events` as for epoll_ctl; the callback may unwatch its own descriptor.
  void watch(int fd, std::uint32_t events, ReadyAction action);
  void change(int fd, std::uint32_t events);
  void unwatch(int fd);

  void run();
  void stop() { stopped_ = true; }
  // Runs what is due, waiting at most `limit`.
  void run_once(Clock::duration limit);

 private:
  struct Watch {
    ReadyAction action;
    std::uint64_t generation = 0;
  };
  using TimerKey = std::pair<Clock::time_point, TimerId>;

  void run_due_timers();

  int epoll_ = -1;
  bool stopped_ = false;
  TimerId next_timer_ = 1;
  std::uint64_t next_generation_ = 1;
  std::map<TimerKey, Action> timers_;
  std::unordered_map<TimerId, Clock::time_point> due_;
  std::unordered_map<int, std::shared_ptr<Watch>> watches_;
};

}  // namespace draas::simulator
