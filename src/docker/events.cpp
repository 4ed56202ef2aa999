#include "docker/events.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "base/log.hpp"

namespace draas::docker {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t integer_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

}  // namespace

std::string Event::attribute(const std::string& name) const {
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::string() : found->second;
}

std::optional<int> Event::exit_code() const {
  const std::string text = attribute("exitCode");
  int code = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), code);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return code;
}

WallTime Event::time() const { return WallTime(std::chrono::microseconds(time_nanoseconds / 1'000)); }

std::optional<Event> parse_event(const Json& object) {
  if (!object.is_object()) return std::nullopt;
  Event event;
  event.type = text_of(object, "Type");
  event.action = text_of(object, "Action");
  if (event.type.empty() || event.action.empty()) return std::nullopt;
  if (const auto actor = object.find("Actor"); actor != object.end() && actor->is_object()) {
    event.id = text_of(*actor, "ID");
    if (const auto attributes = actor->find("Attributes"); attributes != actor->end() && attributes->is_object()) {
      for (const auto& [name, value] : attributes->items()) {
        if (value.is_string()) event.attributes.emplace(name, value.get<std::string>());
      }
    }
  }
  event.time_nanoseconds = integer_of(object, "timeNano");
  if (event.time_nanoseconds == 0) {
    const std::int64_t seconds = integer_of(object, "time");
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / kNanosecondsPerSecond;
    if (seconds > 0 && seconds < kMost) event.time_nanoseconds = seconds * kNanosecondsPerSecond;
  }
  return event;
}

void EventReader::feed(std::string_view bytes, std::vector<Event>& out) {
  objects_.clear();
  // Skips what is bad, and then has no fault to tell.
  if (Status read = stream_.feed(bytes, objects_); !read) {
    write_log(LogLevel::Error, "the engine's events could not be read", read.error());
  }
  for (const Json& object : objects_) {
    if (auto event = parse_event(object)) out.push_back(std::move(*event));
  }
}

bool EventCursor::accept(const Event& event) {
  std::string key = std::to_string(event.time_nanoseconds) + ' ' + event.type + ' ' + event.action + ' ' + event.id;
  if (seen_.contains(key)) return false;
  order_.push_back(key);
  seen_.insert(std::move(key));
  if (order_.size() > kRemembered) {
    seen_.erase(order_.front());
    order_.pop_front();
  }
  newest_ = std::max(newest_, event.time_nanoseconds);
  return true;
}

std::string EventCursor::since() const {
  if (newest_ <= 0) return {};
  const std::int64_t from = std::max<std::int64_t>(newest_ - kOverlapNanoseconds, 0);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%lld.%09lld", static_cast<long long>(from / kNanosecondsPerSecond),
                static_cast<long long>(from % kNanosecondsPerSecond));
  return text.data();
}

void EventCursor::reset() {
  newest_ = 0;
  seen_.clear();
  order_.clear();
}

}  // namespace draas::docker
