// The reader of engine events reads the same from any pieces, whatever comes, and the cursor takes no event twice.

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "docker/events.hpp"
#include "pieces.hpp"

namespace {

using draas::docker::Event;

struct Read {
  std::vector<Event> events;
  std::size_t skipped = 0;
};

Read read(std::string_view text, std::size_t piece) {
  draas::docker::EventReader reader;
  Read out;
  for (std::size_t at = 0; at < text.size(); at += piece) reader.feed(text.substr(at, piece), out.events);
  out.skipped = reader.skipped();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [text, piece] = draas::fuzz::cut_input(data, size);
  const Read whole = read(text, piece);
  const Read same = read(text, 1);
  if (whole.skipped != same.skipped || whole.events.size() != same.events.size()) std::abort();
  draas::docker::EventCursor cursor;
  for (std::size_t i = 0; i < whole.events.size(); ++i) {
    const Event& event = whole.events[i];
    if (event.id != same.events[i].id || event.action != same.events[i].action) std::abort();
    if (event.attributes != same.events[i].attributes) std::abort();
    cursor.accept(event);
    if (cursor.accept(event)) std::abort();
  }
  return 0;
}
