#include "core/events/event_log.hpp"

#include <algorithm>

#include "core/events/event_documents.hpp"

namespace draas::core {
namespace {

constexpr std::size_t kPage = 500;    // events
constexpr std::size_t kAtOnce = 100;  // documents

Result<EventLog::Page> read_page(Store& store, EventLog::Range range, const std::string& instance_id,
                                 std::size_t limit) {
  const Result<std::uint64_t> oldest = oldest_sequence(store);
  if (!oldest) return std::unexpected(oldest.error());
  EventLog::Page page{.events = {}, .oldest = *oldest};
  ListQuery query{.after = event_document_id(range.after), .limit = kAtOnce};
  for (bool more = true; more && page.events.size() < limit;) {
    Result<EventStretch> stretch = read_stretch(store, query, instance_id);
    if (!stretch) return std::unexpected(std::move(stretch.error()));
    for (EventPtr& event : stretch->events) {
      const bool wanted = event->sequence > range.after && event->sequence <= range.up_to;
      if (wanted && page.events.size() < limit) page.events.push_back(std::move(event));
    }
    more = !stretch->complete && stretch->end < range.up_to;
    query.after = event_document_id(stretch->end);
  }
  return page;
}

// The newest that match and are older than `before`, oldest first.
Result<std::vector<EventPtr>> read_older(Store& store, const EventFilter& filter, std::uint64_t before,
                                         std::size_t limit) {
  std::vector<EventPtr> found;
  bool more = true;
  const auto take = [&](std::vector<EventPtr>& events) {
    for (EventPtr& event : events) {
      if (event->sequence >= before) continue;
      if (filter.since && event->timestamp < *filter.since) more = false;
      if (found.size() < limit && filter.matches(*event)) found.push_back(std::move(event));
    }
  };
  // The document that `before` lies in, or that begins with it.
  const ListQuery around{.after = event_document_id(before - 1), .limit = 1};
  Result<EventStretch> stretch = read_stretch(store, around, "");
  if (!stretch) return std::unexpected(std::move(stretch.error()));
  std::ranges::reverse(stretch->events);
  take(stretch->events);

  ListQuery query{.after = event_document_id(filter.after),
                  .before = event_document_id(before),
                  .limit = kAtOnce,
                  .descending = true};
  while (more && found.size() < limit) {
    stretch = read_stretch(store, query, filter.instance_id);
    if (!stretch) return std::unexpected(std::move(stretch.error()));
    more = !stretch->complete;
    query.before = event_document_id(stretch->end);
    take(stretch->events);
  }
  std::ranges::reverse(found);
  return found;
}

}  // namespace

EventLog::EventLog(Store& store, net::WorkerPool& readers, const EventBus& bus)
    : store_(store), readers_(readers), bus_(bus) {}

net::Task<Result<EventLog::Page>> EventLog::read(Range range, std::string instance_id, std::size_t limit) const {
  std::function<Result<Page>()> work = [&store = store_, range, instance_id = std::move(instance_id), limit] {
    return read_page(store, range, instance_id, limit);
  };
  co_return co_await readers_.run(std::move(work));
}

bool EventLog::reaches_further(const EventFilter& filter) const {
  const EventPtr first = bus_.first();
  if (!first || first->sequence <= 1 || filter.after + 1 >= first->sequence) return false;
  return !filter.since || *filter.since <= first->timestamp;
}

net::Task<Result<std::vector<EventPtr>>> EventLog::recent(EventFilter filter) const {
  std::vector<EventPtr> newest = bus_.recent(filter);
  if (!reaches_further(filter) || newest.size() >= filter.limit) co_return newest;
  const EventPtr first = bus_.first();
  const std::size_t room = filter.limit - newest.size();
  std::function<Result<std::vector<EventPtr>>()> work = [&store = store_, filter, before = first->sequence, room] {
    return read_older(store, filter, before, room);
  };
  Result<std::vector<EventPtr>> events = co_await readers_.run(std::move(work));
  if (!events) co_return events;
  // What has left the bus meanwhile was read from it before.
  for (EventPtr& event : newest) {
    if (events->empty() || event->sequence > events->back()->sequence) events->push_back(std::move(event));
  }
  co_return events;
}

EventFollower::EventFollower(EventBus& bus, const EventLog& log, EventFilter filter)
    : bus_(bus), log_(log), filter_(std::move(filter)) {
  if (filter_.after == 0 && !filter_.since) filter_.after = bus_.last_sequence();
  if (!is_behind()) subscription_ = bus_.subscribe(filter_);
}

bool EventFollower::is_behind() const {
  const std::uint64_t first = bus_.first_sequence();
  return first > 0 && filter_.after + 1 < first;
}

net::Task<Result<EventSubscription::Delivery>> EventFollower::catch_up() {
  // Everything up to here is in the store already.
  const std::uint64_t known = bus_.last_sequence();
  std::string instance_id = filter_.instance_id;
  Result<EventLog::Page> page = co_await log_.read({filter_.after, known}, std::move(instance_id), kPage);
  if (!page) co_return std::unexpected(std::move(page.error()));
  EventSubscription::Delivery delivery;
  if (filter_.after > 0 && page->oldest > filter_.after + 1) delivery.missed = page->oldest - filter_.after - 1;
  const bool at_end = page->events.size() < kPage;
  if (!page->events.empty()) filter_.after = page->events.back()->sequence;
  if (at_end) filter_.after = std::max(filter_.after, known);
  EventFilter any_place = filter_;
  any_place.after = 0;
  for (EventPtr& event : page->events) {
    if (any_place.matches(*event)) delivery.events.push_back(std::move(event));
  }
  co_return delivery;
}

net::Task<Result<EventSubscription::Delivery>> EventFollower::next(std::chrono::milliseconds timeout) {
  while (true) {
    if (!subscription_) {
      while (is_behind()) {
        Result<EventSubscription::Delivery> delivery = co_await catch_up();
        if (!delivery || !delivery->events.empty() || delivery->missed > 0) co_return delivery;
      }
      subscription_ = bus_.subscribe(filter_);
    }
    EventSubscription::Delivery delivery = co_await subscription_->next(timeout);
    // Too slow for the queue: the store has what fell out of it.
    if (delivery.missed > 0) {
      subscription_.reset();
      continue;
    }
    if (!delivery.events.empty()) filter_.after = delivery.events.back()->sequence;
    co_return delivery;
  }
}

}  // namespace draas::core
