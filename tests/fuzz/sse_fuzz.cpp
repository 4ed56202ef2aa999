// The event stream parser reads the same from any pieces, and what it gives can be written and read again.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "net/server_sent_events.hpp"
#include "pieces.hpp"

namespace {

using draas::net::ServerSentEvent;
using draas::net::ServerSentEventParser;

constexpr std::size_t kLimit = 256;

std::vector<ServerSentEvent> parse(std::string_view text, std::size_t piece) {
  ServerSentEventParser parser(kLimit);
  std::vector<ServerSentEvent> out;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    for (auto& event : parser.feed(text.substr(at, piece))) out.push_back(std::move(event));
  }
  return out;
}

bool equal(const ServerSentEvent& a, const ServerSentEvent& b) {
  return a.id == b.id && a.event == b.event && a.data == b.data;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [text, piece] = draas::fuzz::cut_input(data, size);
  const auto events = parse(text, piece);
  const auto same = parse(text, 1);
  if (events.size() != same.size()) std::abort();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!equal(events[i], same[i])) std::abort();
    if (events[i].data.size() > kLimit) std::abort();
    const bool plain =
        events[i].data.find('\0') == std::string::npos && events[i].event.find('\0') == std::string::npos;
    ServerSentEventParser again;
    const auto read_back = again.feed(to_wire(events[i]));
    if (plain && (read_back.size() != 1 || !equal(read_back[0], events[i]))) std::abort();
  }
  return 0;
}
