#pragma once
// What a worker remembers of the instances of its shards: which of them have to be looked at. A state machine without
// I/O; small per instance, because there may be many.

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"

namespace draas::reconciliation {

class Fleet {
 public:
  // An item of the feed. True when it has to be looked at now.
  bool update(const Json& item);
  // One that is busy is forgotten when it is done, so that it is never taken twice at a time.
  void remove(const std::string& id);
  // Forgets all others, busy ones as remove() does.
  void keep_only(const std::set<std::string>& ids);

  // The next instance to look at, in order of arrival; it counts as busy until done() is called. nullopt when none is
  // waiting.
  std::optional<std::string> take();
  // As take(), for one that somebody asked for. False when it is busy: it is to be asked for again after done().
  bool take(const std::string& id);

  enum class Verdict { Settled, Retry, Deferred };
  // Settled: not again until its item changes. Retry: again when `at` has come. Deferred: the same, not counted as
  // failure.
  void done(const std::string& id, Verdict verdict, SteadyTime at = {}, bool drifted = false);
  // Puts those whose time has come in line.
  void wake(SteadyTime now);
  // Puts one in line whatever is known of it.
  void enqueue(const std::string& id);

  bool busy(const std::string& id) const;
  std::size_t size() const { return known_.size(); }
  std::size_t waiting() const { return line_.size(); }
  std::size_t drifted() const { return drifted_.size(); }
  std::size_t failures(const std::string& id) const;
  std::optional<SteadyTime> next_wake() const;

 private:
  struct Known {
    std::uint64_t mark = 0;     // of the newest item
    std::uint64_t settled = 0;  // the mark with which there was nothing to do
    std::uint64_t taken = 0;    // the mark with which it was taken
    std::uint32_t failures = 0;
    bool queued = false;
    bool busy = false;
    bool gone = false;         // to be forgotten when it is done
    bool interesting = false;  // the newest item gives reason to look
  };
  void line_up(const std::string& id, Known& known);
  static bool forgotten(Known& known);

  std::unordered_map<std::string, Known> known_;
  std::deque<std::string> line_;
  std::set<std::pair<SteadyTime, std::string>> alarms_;
  std::set<std::string> drifted_;
};

// FNV-1a, 64 bits; also the control plane's way from an instance to its shard.
std::uint64_t fnv1a(std::string_view text);

}  // namespace draas::reconciliation
