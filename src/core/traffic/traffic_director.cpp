#include "core/traffic/traffic_director.hpp"

#include <algorithm>

namespace draas::core {
namespace {

constexpr std::chrono::milliseconds kDrainLook{25};

}  // namespace

void TrafficDirector::set_targets(const std::string& id, std::vector<TrafficTarget> targets) {
  auto route = routes_.find(id);
  if (route == routes_.end()) {
    if (targets.empty()) return;
    route = routes_.emplace(id, Route{}).first;
  }
  Route& changed = route->second;
  std::vector<Share> shares;
  for (TrafficTarget& target : targets) {
    auto before = std::ranges::find(changed.shares, target.generation,
                                    [](const Share& share) { return share.target.generation; });
    const bool same = before != changed.shares.end() && before->target.weight == target.weight;
    shares.push_back({std::move(target), same ? before->credit : 0});
  }
  changed.shares = std::move(shares);
  std::erase_if(changed.requests, [](const auto& entry) { return entry.second->load() == 0; });
  if (changed.shares.empty() && changed.requests.empty()) routes_.erase(route);
}

Result<ProxyTarget> TrafficDirector::next(const std::string& id) {
  auto route = routes_.find(id);
  Share* chosen = nullptr;
  if (route != routes_.end()) {
    std::int64_t total = 0;
    for (Share& share : route->second.shares) {
      total += share.target.weight;
      share.credit += share.target.weight;
      if (share.target.weight > 0 && (chosen == nullptr || share.credit > chosen->credit)) chosen = &share;
    }
    if (chosen != nullptr) chosen->credit -= total;
  }
  if (chosen == nullptr) return fail(ErrorCode::Conflict, "Instance '" + id + "' is not running; start it first");
  return claim(id, chosen->target.generation, chosen->target.endpoint);
}

ProxyTarget TrafficDirector::claim(const std::string& id, std::uint64_t generation, net::Endpoint endpoint) {
  std::shared_ptr<Counter>& counter = routes_[id].requests[generation];
  if (!counter) counter = std::make_shared<Counter>(0);
  counter->fetch_add(1);
  // May be dropped on any thread.
  std::shared_ptr<const void> in_use(counter.get(), [counter](const void*) { counter->fetch_sub(1); });
  return {std::move(endpoint), std::move(in_use)};
}

std::size_t TrafficDirector::under_way(const std::string& id, std::uint64_t generation) const {
  auto route = routes_.find(id);
  if (route == routes_.end()) return 0;
  auto counter = route->second.requests.find(generation);
  return counter == route->second.requests.end() ? 0 : counter->second->load();
}

net::Task<void> TrafficDirector::drain(std::string id, std::uint64_t generation, SteadyTime deadline,
                                       std::function<bool()> wanted) {
  // The counts are changed by other threads, so they are looked at from time to time.
  while (wanted() && under_way(id, generation) > 0 && std::chrono::steady_clock::now() < deadline) {
    const bool slept = co_await net::sleep_for(kDrainLook);
    if (!slept) break;
  }
}

}  // namespace draas::core
