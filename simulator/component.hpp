#pragma once
// What every component of an instance has: identity, status, events, logs; and the failures that operations on it give.

#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "simulator/continuous_query.hpp"
#include "simulator/tracing_log.hpp"

namespace draas::simulator {

enum class ComponentType { Source, Query, Reaction };
enum class ComponentStatus { Added, Starting, Running, Stopping, Stopped, Removed, Reconfiguring, Error };

std::string_view to_string(ComponentType type);      // "Source"
std::string_view lower_name(ComponentType type);     // "source"
std::string_view plural_name(ComponentType type);    // "sources"
std::string_view to_string(ComponentStatus status);  // "Running"

std::string debug_list(const std::vector<std::string>& items);  // ["a", "b"]

struct ComponentEvent {
  std::string id;
  ComponentType type = ComponentType::Source;
  ComponentStatus status = ComponentStatus::Added;
  std::int64_t time = 0;
  std::optional<std::string> message;

  Json to_json() const;
};

struct ComponentLogLine {
  std::int64_t time = 0;
  TraceLevel level = TraceLevel::Info;
  std::string message;
  std::string id;
  ComponentType type = ComponentType::Source;

  Json to_json() const;
};

// One emission of a query: what its subscribers get.
struct QueryEmission {
  std::string query_id;
  std::uint64_t sequence = 0;
  std::int64_t time = 0;
  std::string source_id;
  std::vector<Json> results;

  Json metadata() const;
  Json to_json() const;
};

struct DrasiFailure {
  enum class Kind { NotFound, InvalidState, Validation, OperationFailed, Internal };
  Kind kind = Kind::Internal;
  std::string component_type;
  std::string component_id;
  std::string message;  // OperationFailed: the whole text

  static DrasiFailure not_found(std::string_view type, const std::string& id);
  static DrasiFailure operation(std::string_view operation, std::string_view type, const std::string& id,
                                const std::string& reason);
  std::string text() const;
};

template <class T>
using Outcome = std::expected<T, DrasiFailure>;

// Calls every subscriber; one may unsubscribe itself while being called.
template <class T>
class Subscribers {
 public:
  using Token = std::uint64_t;

  Token add(std::function<void(const T&)> subscriber) {
    entries_.push_back({next_, std::move(subscriber)});
    return next_++;
  }
  void remove(Token token) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.token == token; });
  }
  void call(const T& value) const {
    std::vector<Entry> copy = entries_;
    for (const Entry& entry : copy) entry.subscriber(value);
  }
  bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    Token token;
    std::function<void(const T&)> subscriber;
  };
  std::vector<Entry> entries_;
  Token next_ = 1;
};

}  // namespace draas::simulator
