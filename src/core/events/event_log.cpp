#include "core/events/event_log.hpp"

#include <algorithm>

namespace draas::core {
namespace {

constexpr std::string_view kEvents = "events";
constexpr std::size_t kPage = 500;

Result<std::vector<EventPtr>> list_events(Store& store, const ListQuery& query) {
  Result<std::vector<Document>> page = store.list(query);
  if (!page) return std::unexpected(std::move(page.error()).with_context("Reading events"));
  std::vector<EventPtr> events;
  events.reserve(page->size());
  for (const Document& document : *page) {
    Result<Event> event = event_from_document(document.body);
    if (!event) return std::unexpected(std::move(event.error()));
    events.push_back(std::make_shared<const Event>(std::move(*event)));
  }
  return events;
}

ListQuery query_for(const std::string& instance_id) {
  ListQuery query{.collection = std::string(kEvents), .limit = kPage};
  if (!instance_id.empty()) query.index = IndexEntry{"instance", instance_id};
  return query;
}

Result<EventLog::Page> read_page(Store& store, std::uint64_t after, const std::string& instance_id, std::size_t limit) {
  const ListQuery first{.collection = std::string(kEvents), .limit = 1};
  Result<std::vector<EventPtr>> oldest = list_events(store, first);
  if (!oldest) return std::unexpected(std::move(oldest.error()));
  ListQuery query = query_for(instance_id);
  query.after = event_document_id(after);
  query.limit = limit;
  Result<std::vector<EventPtr>> events = list_events(store, query);
  if (!events) return std::unexpected(std::move(events.error()));
  return EventLog::Page{std::move(*events), oldest->empty() ? 0 : oldest->front()->sequence};
}

// The newest that match and are older than `before`, oldest first.
Result<std::vector<EventPtr>> read_older(Store& store, const EventFilter& filter, std::uint64_t before,
                                         std::size_t limit) {
  std::vector<EventPtr> found;
  ListQuery query = query_for(filter.instance_id);
  query.descending = true;
  query.after = event_document_id(filter.after);
  query.before = event_document_id(before);
  bool more = true;
  while (more && found.size() < limit) {
    Result<std::vector<EventPtr>> page = list_events(store, query);
    if (!page) return std::unexpected(std::move(page.error()));
    more = page->size() == kPage;
    for (EventPtr& event : *page) {
      query.before = event_document_id(event->sequence);
      if (filter.since && event->timestamp < *filter.since) more = false;
      if (found.size() < limit && filter.matches(*event)) found.push_back(std::move(event));
    }
  }
  std::ranges::reverse(found);
  return found;
}

}  // namespace

EventLog::EventLog(Store& store, net::WorkerPool& readers, const EventBus& bus)
    : store_(store), readers_(readers), bus_(bus) {}

net::Task<Result<EventLog::Page>> EventLog::read(std::uint64_t after, std::string instance_id,
                                                 std::size_t limit) const {
  std::function<Result<Page>()> work = [&store = store_, after, instance_id = std::move(instance_id), limit] {
    return read_page(store, after, instance_id, limit);
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
  Result<EventLog::Page> page = co_await log_.read(filter_.after, std::move(instance_id), kPage);
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
