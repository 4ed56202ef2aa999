#pragma once
// Remembers answers by Idempotency-Key, so that a POST that a client repeats is not done twice. In memory, bounded:
// the oldest answers are forgotten first. Thread-safe.

#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "net/http_message.hpp"

namespace draas::api {

class IdempotencyCache {
 public:
  explicit IdempotencyCache(std::size_t max_entries) : max_entries_(max_entries) {}

  enum class Claim {
    Mine,        // do it, then call finish() or abandon()
    Done,        // the kept answer
    InProgress,  // the same request is being answered right now
    Mismatch,    // the key was used for another request
  };
  struct Outcome {
    Claim claim = Claim::Mine;
    std::optional<net::Response> response;  // Done only
  };
  // `request` identifies what is asked: method, path, query, body.
  Outcome claim(const std::string& key, const std::string& request);
  void finish(const std::string& key, const net::Response& response);
  // Forgets the key: the request may be tried again.
  void abandon(const std::string& key);

 private:
  struct Entry {
    std::string key;
    std::string request;
    std::optional<net::Response> response;
  };
  using Entries = std::list<Entry>;

  const std::size_t max_entries_;
  std::mutex mutex_;
  Entries entries_;  // oldest first
  std::unordered_map<std::string, Entries::iterator> by_key_;
};

}  // namespace draas::api
