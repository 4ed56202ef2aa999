#pragma once
// Hands every durable event to subscribers, keeps the newest ones for late readers.
//
// publish(): control loop only, in sequence order. Everything else: any thread.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/model/event.hpp"
#include "net/task.hpp"

namespace draas::core {

struct EventFilter {
  std::uint64_t after = 0;  // sequence
  std::optional<WallTime> since;
  std::vector<InstanceStatus> statuses;  // of new_status; empty = any
  std::string instance_id;               // "" = any
  bool status_changes_only = true;       // what recent-changes gives unless asked; the stream wants all types
  std::vector<EventType> types;          // empty = any that the line above lets through
  std::size_t limit = 1000;
  bool matches(const Event& event) const;
};

// A reader's queue. Bounded: a slow reader loses the oldest and is told how many.
class EventSubscription {
 public:
  virtual ~EventSubscription() = default;
  struct Delivery {
    std::vector<EventPtr> events;
    std::uint64_t missed = 0;  // events dropped before these because the reader was slow
    bool closed = false;       // the bus has closed
  };
  // The events that are waiting, or those that come within `timeout`; empty when none did. One reader at a time, on
  // one loop.
  virtual net::Task<Delivery> next(std::chrono::milliseconds timeout) = 0;
};

class EventBus {
 public:
  // `buffer`: how many of the newest events recent() can see (#61).
  explicit EventBus(std::size_t buffer);
  ~EventBus();

  void publish(EventPtr event);

  // In-library subscription (#64): called on the control loop once per event, after it is durable. The token ends it.
  std::shared_ptr<void> on_event(std::function<void(const Event&)> handler);

  // Oldest first, at most filter.limit: the newest ones when there are more.
  std::vector<EventPtr> recent(const EventFilter& filter) const;
  // As recent(); if there is none, waits until there is, at most `timeout`. On the caller's loop.
  net::Task<std::vector<EventPtr>> wait_recent(EventFilter filter, std::chrono::milliseconds timeout);

  // Events after `filter.after` (as far as the buffer goes) and all later ones. `missed` of the first delivery counts
  // those that had left the buffer.
  std::shared_ptr<EventSubscription> subscribe(EventFilter filter, std::size_t queue_limit = 4096);

  std::uint64_t last_sequence() const;
  // Sequence of the oldest event in the buffer; 0 when empty.
  std::uint64_t first_sequence() const;
  EventPtr first() const;  // that event, or nullptr
  void close();            // ends all waits and subscriptions

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace draas::core
