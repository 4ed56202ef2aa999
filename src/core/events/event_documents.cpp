#include "core/events/event_documents.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "base/json.hpp"

namespace draas::core {
namespace {

constexpr std::size_t kInDocument = 64;  // events: some 20 KB
constexpr std::size_t kNamed = 8;        // instances
const IndexEntry kOfMany{"instances", "many"};

std::vector<IndexEntry> indexes_for(std::span<const EventPtr> events) {
  std::set<std::string_view> ids;
  for (const EventPtr& event : events) {
    ids.insert(event->instance_id);
    if (ids.size() > kNamed) return {kOfMany};
  }
  std::vector<IndexEntry> entries;
  for (const std::string_view id : ids) entries.push_back({"instance", std::string(id)});
  return entries;
}

std::string body_of(std::span<const EventPtr> events) {
  if (events.size() == 1) return *events.front()->json;
  std::size_t size = 1;
  for (const EventPtr& event : events) size += event->json->size() + 1;
  std::string body;
  body.reserve(size);
  for (const EventPtr& event : events) {
    body += body.empty() ? '[' : ',';
    body += *event->json;
  }
  body += ']';
  return body;
}

Result<EventPtr> read_event(std::string_view text) {
  Result<Event> event = event_from_document(text);
  if (!event) return std::unexpected(std::move(event.error()));
  return std::make_shared<const Event>(std::move(*event));
}

std::uint64_t last_sequence(const Document& document) {
  std::uint64_t sequence = 0;
  std::from_chars(document.id.data(), document.id.data() + document.id.size(), sequence);
  return sequence;
}

Result<std::vector<EventPtr>> events_of(const Document& document) {
  std::vector<EventPtr> events;
  if (!document.body.starts_with('[')) {
    Result<EventPtr> event = read_event(document.body);
    if (!event) return std::unexpected(std::move(event.error()));
    events.push_back(std::move(*event));
    return events;
  }
  const Result<Json> all = parse_json(document.body);
  if (!all) return fail(ErrorCode::DataLoss, "Events in the store are not readable: " + all.error().message);
  for (const Json& one : *all) {
    Result<EventPtr> event = read_event(to_text(one));
    if (!event) return std::unexpected(std::move(event.error()));
    events.push_back(std::move(*event));
  }
  return events;
}

// The lists in which documents with events of the instance are found.
std::vector<std::optional<IndexEntry>> lists_for(const std::string& instance_id) {
  if (instance_id.empty()) return {std::nullopt};
  return {IndexEntry{"instance", instance_id}, kOfMany};
}

}  // namespace

std::vector<Write> event_writes(std::span<const EventPtr> events) {
  std::vector<Write> writes;
  for (std::size_t at = 0; at < events.size(); at += kInDocument) {
    const auto some = events.subspan(at, std::min(kInDocument, events.size() - at));
    writes.push_back(Write::put(std::string(collections::kEvents), event_document_id(some.back()->sequence),
                                body_of(some), indexes_for(some)));
  }
  return writes;
}

Write erase_event(std::uint64_t sequence) {
  return Write::erase(std::string(collections::kEvents), event_document_id(sequence));
}

Result<EventStretch> read_stretch(Store& store, ListQuery query, const std::string& instance_id) {
  query.collection = collections::kEvents;
  std::vector<Document> documents;
  // Beyond the end of a list that was not read to its end, the other may have documents that this one lacks.
  std::optional<std::uint64_t> known_to;
  for (std::optional<IndexEntry>& index : lists_for(instance_id)) {
    query.index = std::move(index);
    Result<std::vector<Document>> page = store.list(query);
    if (!page) return std::unexpected(std::move(page.error()).with_context("Reading events"));
    if (page->size() == query.limit) {
      const std::uint64_t end = last_sequence(page->back());
      if (!known_to || (query.descending ? end > *known_to : end < *known_to)) known_to = end;
    }
    std::ranges::move(*page, std::back_inserter(documents));
  }
  const auto earlier = [&](const Document& left, const Document& right) {
    return query.descending ? left.id > right.id : left.id < right.id;
  };
  std::ranges::sort(documents, earlier);

  EventStretch stretch{.end = known_to.value_or(0), .complete = !known_to};
  for (const Document& document : documents) {
    const std::uint64_t last = last_sequence(document);
    if (known_to && (query.descending ? last < *known_to : last > *known_to)) break;
    Result<std::vector<EventPtr>> events = events_of(document);
    if (!events) return std::unexpected(std::move(events.error()));
    if (query.descending) std::ranges::reverse(*events);
    for (EventPtr& event : *events) {
      if (instance_id.empty() || event->instance_id == instance_id) stretch.events.push_back(std::move(event));
    }
  }
  return stretch;
}

Result<std::uint64_t> oldest_sequence(Store& store) {
  const ListQuery first{.limit = 1};
  const Result<EventStretch> oldest = read_stretch(store, first, "");
  if (!oldest) return std::unexpected(oldest.error());
  return oldest->events.empty() ? 0 : oldest->events.front()->sequence;
}

}  // namespace draas::core
