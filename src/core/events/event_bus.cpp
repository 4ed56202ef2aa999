#include "core/events/event_bus.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include <boost/asio/redirect_error.hpp>

#include "base/log.hpp"

namespace draas::core {

namespace asio = net::asio;

bool EventFilter::matches(const Event& event) const {
  if (event.sequence <= after) return false;
  if (status_changes_only && event.type != EventType::StatusChanged) return false;
  if (!types.empty() && std::ranges::find(types, event.type) == types.end()) return false;
  if (since && event.timestamp < *since) return false;
  if (!instance_id.empty() && event.instance_id != instance_id) return false;
  return statuses.empty() || std::ranges::find(statuses, event.new_status) != statuses.end();
}

namespace {

// Wakes one coroutine on its own loop, from any thread, at most once per wait. The timer is touched on the loop only.
class Wakeup {
 public:
  explicit Wakeup(net::Executor executor) : timer_(executor) {}

  // On the loop. Returns when woken since the last wait, or after `timeout`.
  net::Task<void> wait(std::chrono::steady_clock::time_point deadline) {
    if (!pending_.exchange(false)) {
      timer_.expires_at(deadline);
      waiting_ = true;
      boost::system::error_code ignored;  // cancelled is how a wake-up looks
      co_await timer_.async_wait(asio::redirect_error(net::use_task, ignored));
      waiting_ = false;
      pending_.store(false);
    }
  }

  // Any thread; `self` keeps the object alive until the loop has seen it.
  static void wake(const std::shared_ptr<Wakeup>& self) {
    if (self->pending_.exchange(true)) return;
    asio::post(self->timer_.get_executor(), [self] {
      if (self->waiting_) self->timer_.cancel();
    });
  }

 private:
  net::Timer timer_;
  bool waiting_ = false;
  std::atomic<bool> pending_{false};
};

class Queue final : public EventSubscription {
 public:
  Queue(EventFilter filter, std::size_t limit) : filter_(std::move(filter)), limit_(limit) {}

  net::Task<Delivery> next(std::chrono::milliseconds timeout) override {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    auto executor = co_await asio::this_coro::executor;
    std::shared_ptr<Wakeup> wakeup;
    {
      const std::scoped_lock lock(mutex_);
      if (!wakeup_) wakeup_ = std::make_shared<Wakeup>(executor);
      wakeup = wakeup_;
    }
    while (true) {
      Delivery delivery = take();
      const bool timed_out = std::chrono::steady_clock::now() >= deadline;
      if (!delivery.events.empty() || delivery.missed > 0 || delivery.closed || timed_out) co_return delivery;
      co_await wakeup->wait(deadline);
    }
  }

  void push(const EventPtr& event) {
    std::shared_ptr<Wakeup> wakeup;
    {
      const std::scoped_lock lock(mutex_);
      if (!filter_.matches(*event)) return;
      if (events_.size() == limit_) {
        events_.pop_front();
        ++missed_;
      }
      events_.push_back(event);
      wakeup = wakeup_;
    }
    if (wakeup) Wakeup::wake(wakeup);
  }

  void add_missed(std::uint64_t count) {
    const std::scoped_lock lock(mutex_);
    missed_ += count;
  }

  void close() {
    std::shared_ptr<Wakeup> wakeup;
    {
      const std::scoped_lock lock(mutex_);
      closed_ = true;
      wakeup = wakeup_;
    }
    if (wakeup) Wakeup::wake(wakeup);
  }

 private:
  Delivery take() {
    const std::scoped_lock lock(mutex_);
    Delivery delivery;
    delivery.events.assign(events_.begin(), events_.end());
    events_.clear();
    delivery.missed = std::exchange(missed_, 0);
    delivery.closed = closed_ && delivery.events.empty();
    return delivery;
  }

  const EventFilter filter_;
  const std::size_t limit_;
  std::mutex mutex_;
  std::deque<EventPtr> events_;
  std::uint64_t missed_ = 0;
  bool closed_ = false;
  std::shared_ptr<Wakeup> wakeup_;
};

}  // namespace

struct EventBus::State {
  explicit State(std::size_t buffer_size) : capacity(std::max<std::size_t>(buffer_size, 1)) {}

  mutable std::mutex mutex;
  const std::size_t capacity;
  std::deque<EventPtr> buffer;
  std::vector<std::weak_ptr<Queue>> queues;
  std::map<std::uint64_t, std::function<void(const Event&)>> handlers;
  std::uint64_t next_handler = 0;
  std::uint64_t last = 0;
  bool closed = false;
};

EventBus::EventBus(std::size_t buffer) : state_(std::make_shared<State>(buffer)) {}
EventBus::~EventBus() { close(); }

void EventBus::publish(EventPtr event) {
  std::vector<std::shared_ptr<Queue>> queues;
  std::vector<std::function<void(const Event&)>> handlers;
  {
    const std::scoped_lock lock(state_->mutex);
    state_->last = event->sequence;
    state_->buffer.push_back(event);
    if (state_->buffer.size() > state_->capacity) state_->buffer.pop_front();
    std::erase_if(state_->queues, [&](const std::weak_ptr<Queue>& weak) {
      auto queue = weak.lock();
      if (!queue) return true;
      queues.push_back(std::move(queue));
      return false;
    });
    for (const auto& [id, handler] : state_->handlers) handlers.push_back(handler);
  }
  for (const auto& queue : queues) queue->push(event);
  for (const auto& handler : handlers) handler(*event);
}

std::shared_ptr<void> EventBus::on_event(std::function<void(const Event&)> handler) {
  const std::scoped_lock lock(state_->mutex);
  const std::uint64_t id = ++state_->next_handler;
  state_->handlers.emplace(id, std::move(handler));
  return {nullptr, [weak = std::weak_ptr(state_), id](void*) {
            if (auto state = weak.lock()) {
              const std::scoped_lock guard(state->mutex);
              state->handlers.erase(id);
            }
          }};
}

std::vector<EventPtr> EventBus::recent(const EventFilter& filter) const {
  const std::scoped_lock lock(state_->mutex);
  std::vector<EventPtr> found;
  for (auto event = state_->buffer.rbegin(); event != state_->buffer.rend(); ++event) {
    if ((*event)->sequence <= filter.after || found.size() == filter.limit) break;
    if (filter.matches(**event)) found.push_back(*event);
  }
  std::ranges::reverse(found);
  return found;
}

net::Task<std::vector<EventPtr>> EventBus::wait_recent(EventFilter filter, std::chrono::milliseconds timeout) {
  // Subscribing before looking closes the gap between the two.
  EventFilter from_now = filter;
  from_now.after = std::max(filter.after, last_sequence());
  auto subscription = subscribe(from_now, filter.limit);
  auto found = recent(filter);
  if (!found.empty()) co_return found;
  EventSubscription::Delivery delivery = co_await subscription->next(timeout);
  co_return std::move(delivery.events);
}

std::shared_ptr<EventSubscription> EventBus::subscribe(EventFilter filter, std::size_t queue_limit) {
  const std::scoped_lock lock(state_->mutex);
  auto queue = std::make_shared<Queue>(filter, std::max(queue_limit, state_->capacity));
  if (filter.after > 0 && !state_->buffer.empty()) {
    const std::uint64_t oldest = state_->buffer.front()->sequence;
    if (filter.after + 1 < oldest) queue->add_missed(oldest - filter.after - 1);
  }
  // Without a starting point a subscription begins now, not at the buffer's oldest.
  if (filter.after > 0 || filter.since) {
    for (const EventPtr& event : state_->buffer) queue->push(event);
  }
  if (state_->closed) queue->close();
  state_->queues.push_back(queue);
  return queue;
}

std::uint64_t EventBus::last_sequence() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->last;
}

std::uint64_t EventBus::first_sequence() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->buffer.empty() ? 0 : state_->buffer.front()->sequence;
}

EventPtr EventBus::first() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->buffer.empty() ? nullptr : state_->buffer.front();
}

void EventBus::close() {
  std::vector<std::shared_ptr<Queue>> queues;
  {
    const std::scoped_lock lock(state_->mutex);
    state_->closed = true;
    for (const auto& weak : state_->queues) {
      if (auto queue = weak.lock()) queues.push_back(std::move(queue));
    }
  }
  for (const auto& queue : queues) queue->close();
}

}  // namespace draas::core
