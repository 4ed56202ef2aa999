#pragma once
// Follows all events of a control plane over its deaths, as a client does that must not miss one: it comes again with
// the last id that it has. For one test thread, beside a loop of its own.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "net/http_client.hpp"
#include "net/task.hpp"

namespace draas::tests {

class EventWitness {
 public:
  // Begins with the events of a running server. `endpoint` stays the same when the server starts anew.
  explicit EventWitness(net::Endpoint endpoint);
  ~EventWitness();
  EventWitness(const EventWitness&) = delete;
  EventWitness& operator=(const EventWitness&) = delete;

  std::uint64_t last() const;
  // What was seen and should not have been: events twice, out of order, or told as missed.
  std::vector<std::string> faults() const;
  // Of these sequences, which must be known by now, those that it has not seen, from its first one on.
  std::vector<std::uint64_t> unseen(const std::vector<std::uint64_t>& sequences) const;

 private:
  net::Task<void> follow();
  net::Task<void> read_stream(net::HttpClient& client);
  void take(const std::string& id, const std::string& type);

  const net::Endpoint endpoint_;
  std::atomic<bool> ending_{false};
  mutable std::mutex mutex_;
  std::set<std::uint64_t> seen_;  // the newest
  std::vector<std::string> faults_;
  net::EventLoop loop_{"witness"};
};

}  // namespace draas::tests
