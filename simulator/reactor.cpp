#include "simulator/reactor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>

#include <sys/epoll.h>
#include <unistd.h>

namespace draas::simulator {

Reactor::Reactor() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::runtime_error("epoll_create1 failed");
}

Reactor::~Reactor() { ::close(epoll_); }

Reactor::TimerId Reactor::after(Clock::duration delay, Action action) {
  TimerId id = next_timer_++;
  Clock::time_point due = Clock::now() + delay;
  timers_.emplace(TimerKey{due, id}, std::move(action));
  due_.emplace(id, due);
  return id;
}

void Reactor::cancel(TimerId id) {
  auto found = due_.find(id);
  if (found == due_.end()) return;
  timers_.erase(TimerKey{found->second, id});
  due_.erase(found);
}

void Reactor::watch(int fd, std::uint32_t events, ReadyAction action) {
  auto entry = std::make_shared<Watch>();
  entry->action = std::move(action);
  entry->generation = next_generation_++;
  watches_[fd] = entry;
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void Reactor::change(int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void Reactor::unwatch(int fd) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  watches_.erase(fd);
}

void Reactor::run() {
  while (!stopped_) run_once(std::chrono::hours(1));
}

void Reactor::run_due_timers() {
  Clock::time_point now = Clock::now();
  while (!timers_.empty() && timers_.begin()->first.first <= now && !stopped_) {
    auto node = timers_.extract(timers_.begin());
    due_.erase(node.key().second);
    node.mapped()();
  }
}

void Reactor::run_once(Clock::duration limit) {
  Clock::duration wait = limit;
  if (!timers_.empty()) wait = std::min(wait, timers_.begin()->first.first - Clock::now());
  auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(std::max(wait, Clock::duration::zero())).count();
  std::array<epoll_event, 64> events{};
  int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(milliseconds));
  if (count < 0 && errno != EINTR) throw std::runtime_error("epoll_wait failed");
  std::array<std::uint64_t, 64> generations{};
  for (int index = 0; index < count; ++index) {
    auto found = watches_.find(events[static_cast<std::size_t>(index)].data.fd);
    generations[static_cast<std::size_t>(index)] = found == watches_.end() ? 0 : found->second->generation;
  }
  for (int index = 0; index < count && !stopped_; ++index) {
    const epoll_event& event = events[static_cast<std::size_t>(index)];
    // A descriptor closed by an earlier callback may already carry another connection.
    auto found = watches_.find(event.data.fd);
    if (found == watches_.end() || found->second->generation != generations[static_cast<std::size_t>(index)]) continue;
    std::shared_ptr<Watch> entry = found->second;
    entry->action(event.events);
  }
  run_due_timers();
}

}  // namespace draas::simulator
