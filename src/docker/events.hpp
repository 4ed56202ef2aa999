#pragma once
// The engine's events (GET /events): a decoder and the place to go on from after the stream broke. Sans I/O.
// Thread safety: none.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "docker/json_stream.hpp"

namespace draas::docker {

// One event as the engine tells it: https://docs.docker.com/engine/api/v1.41/#operation/SystemEvents
struct Event {
  std::string type;    // "container", "image", "volume", "network", "daemon" ...
  std::string action;  // "die", "start", "oom", "kill", "pause", "health_status: healthy" ...
  std::string id;      // of the container, image ...
  std::map<std::string, std::string> attributes;  // labels of the container, "exitCode", "signal", "name", "image" ...
  std::int64_t time_nanoseconds = 0;              // since 1970, by the engine's clock

  std::string attribute(const std::string& name) const;  // "" when there is none
  std::optional<int> exit_code() const;                  // of a "die"
  WallTime time() const;
};

// nullopt for an object that is no event (an engine may send kinds that did not exist yet).
std::optional<Event> parse_event(const Json& object);

class EventReader {
 public:
  // Appends the events that `bytes` completes. What is too large or no JSON is left out: the stream goes on behind it,
  // and would bring it again if it were asked for anew.
  void feed(std::string_view bytes, std::vector<Event>& out);
  // Did the stream break in the middle of an event?
  bool in_event() const { return stream_.in_object(); }
  // How many were left out so far.
  std::size_t skipped() const { return stream_.skipped(); }

 private:
  JsonStream stream_{JsonStream::OnFault::Skip};
  std::vector<Json> objects_;
};

// Where to go on after the stream broke. Events may come late, in another order and twice, in particular around a
// reconnect: the engine is asked for everything since a little before the newest event, and what was there is left out.
class EventCursor {
 public:
  static constexpr std::int64_t kOverlapNanoseconds = 2'000'000'000;
  static constexpr std::size_t kRemembered = 4'096;

  // True when it has not been seen yet; it is remembered.
  bool accept(const Event& event);
  // For the `since` parameter ("1700000000.000000123"); "" before the first event: only what happens from then on.
  std::string since() const;
  // The engine is another one, or its clock was set back: begins anew.
  void reset();

 private:
  std::int64_t newest_ = 0;
  std::set<std::string> seen_;
  std::deque<std::string> order_;
};

}  // namespace draas::docker
