#pragma once
// Server-sent events (WHATWG HTML, 9.2): writing and reading.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace draas::net {

struct ServerSentEvent {
  std::string id;     // "" = none
  std::string event;  // "" = "message"
  std::string data;
};

std::string to_wire(const ServerSentEvent& event);
std::string to_wire_comment(std::string_view text);  // a heartbeat

// Takes the stream in pieces of any size and gives whole events; a pure state machine. An event over `max_event_bytes`
// is dropped and counted.
class ServerSentEventParser {
 public:
  explicit ServerSentEventParser(std::size_t max_event_bytes = 1U << 20U);
  std::vector<ServerSentEvent> feed(std::string_view piece);
  std::size_t dropped() const { return dropped_; }
  const std::string& last_event_id() const { return last_id_; }

 private:
  void end_line(std::string_view line, std::vector<ServerSentEvent>& out);
  std::size_t limit_;
  std::string line_;
  ServerSentEvent current_;
  std::string last_id_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool at_start_ = true;
  bool overflow_ = false;      // the event is too long and will be dropped at its end
  bool line_dropped_ = false;  // the rest of this line belongs to what was dropped
  std::size_t dropped_ = 0;
};

}  // namespace draas::net
