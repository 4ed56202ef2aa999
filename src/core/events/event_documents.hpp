#pragma once
// How events lie in the store: those of one commit together in few documents, of which each names the last one's
// sequence. A document of one event holds that event, a longer one an array.
//
// A document names the instances of its events in index "instance"; one with more than a few of them stands in index
// "instances" as "many" instead, and whoever looks for an instance looks through those, too. Thread-safe.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/event.hpp"
#include "core/store/store.hpp"

namespace draas::core {

namespace collections {
inline constexpr std::string_view kEvents = "events";
}  // namespace collections

// In sequence order, sealed.
std::vector<Write> event_writes(std::span<const EventPtr> events);

// The document that ends with this event, if one does.
Write erase_event(std::uint64_t sequence);

// The next documents in the direction of `query`, as far as they are known to be all there are.
struct EventStretch {
  std::vector<EventPtr> events;  // in that direction
  std::uint64_t end = 0;         // go on behind (ascending) or before (descending) this sequence ...
  bool complete = false;         // ... unless there is nothing more
};
// `query`: only after, before, limit and descending count. `instance_id`: "" = of all. Blocks. DataLoss when a document
// is not readable.
Result<EventStretch> read_stretch(Store& store, ListQuery query, const std::string& instance_id);
// Of the oldest event that is kept; 0 when there is none. Blocks.
Result<std::uint64_t> oldest_sequence(Store& store);

}  // namespace draas::core
