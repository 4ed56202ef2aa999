#include "api/idempotency.hpp"

namespace draas::api {

IdempotencyCache::Outcome IdempotencyCache::claim(const std::string& key, const std::string& request) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) {
    const auto& entry = *found->second;
    if (entry.request != request) return {Claim::Mismatch, std::nullopt};
    if (!entry.response) return {Claim::InProgress, std::nullopt};
    return {Claim::Done, entry.response};
  }
  // Requests in progress keep their place; they are as many as there are connections.
  for (auto it = entries_.begin(); it != entries_.end() && entries_.size() >= max_entries_;) {
    if (!it->response) {
      ++it;
      continue;
    }
    by_key_.erase(it->key);
    it = entries_.erase(it);
  }
  entries_.push_back({key, request, std::nullopt});
  by_key_[key] = std::prev(entries_.end());
  return {Claim::Mine, std::nullopt};
}

void IdempotencyCache::finish(const std::string& key, const net::Response& response) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) found->second->response = response;
}

void IdempotencyCache::abandon(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  entries_.erase(found->second);
  by_key_.erase(found);
}

}  // namespace draas::api
