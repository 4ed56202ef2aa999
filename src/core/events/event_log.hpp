#pragma once
// The events that the store keeps, which reach back much further than the bus; and a reader that goes on from any of
// them without a gap.
//
// Any thread; tasks resume on the caller's loop. The store is read on a worker pool.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/events/event_bus.hpp"
#include "core/store/store.hpp"
#include "net/task.hpp"

namespace draas::core {

class EventLog {
 public:
  // All must outlive this object and its tasks.
  EventLog(Store& store, net::WorkerPool& readers, const EventBus& bus);

  struct Page {
    std::vector<EventPtr> events;  // in order
    std::uint64_t oldest = 0;      // sequence of the oldest event that is kept; 0 = none
  };
  struct Range {
    std::uint64_t after = 0;
    std::uint64_t up_to = 0;  // at most what the bus has published: what is stored later may come in any order
  };
  // The first `limit` events of the range, of one instance or ("") of all.
  net::Task<Result<Page>> read(Range range, std::string instance_id, std::size_t limit) const;

  // As EventBus::recent(), but as far back as the store goes.
  net::Task<Result<std::vector<EventPtr>>> recent(EventFilter filter) const;
  // Would recent() of the bus leave out events that the store may have?
  bool reaches_further(const EventFilter& filter) const;

 private:
  Store& store_;
  net::WorkerPool& readers_;
  const EventBus& bus_;
};

// Gives every event behind a starting point, first from the store, then as they happen. For one loop.
class EventFollower {
 public:
  // Begins behind filter.after; 0 with `since` set: with the oldest; else with the next.
  EventFollower(EventBus& bus, const EventLog& log, EventFilter filter);

  // As EventSubscription::next(); `missed` counts what not even the store has any more. An error: the store could not
  // be read; the next call tries again.
  net::Task<Result<EventSubscription::Delivery>> next(std::chrono::milliseconds timeout);

 private:
  bool is_behind() const;
  net::Task<Result<EventSubscription::Delivery>> catch_up();

  EventBus& bus_;
  const EventLog& log_;
  EventFilter filter_;
  std::shared_ptr<EventSubscription> subscription_;
};

}  // namespace draas::core
