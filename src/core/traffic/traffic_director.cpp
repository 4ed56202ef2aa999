#include "core/traffic/traffic_director.hpp"

#include <algorithm>

#include "core/instances/ledger.hpp"

namespace draas::core {
namespace {

constexpr std::chrono::milliseconds kDrainLook{25};
// A connection whose last bytes were an answer, this long ago, waits for its client's next request.
constexpr std::chrono::milliseconds kSilent{500};

std::unexpected<Error> refuse(const std::string& why) {
  const std::string message = why + ". Choose another port, or \"auto\" to have one allocated";
  return fail(ErrorCode::Conflict, "/frontPort: " + message, {{"/frontPort", message}});
}

}  // namespace

// --- front ports ----------------------------------------------------------------------------------------------------

Result<FrontPort> TrafficDirector::open_front(PortPool& pool, const std::string& id, const FrontPortWish& wish) {
  FrontPort front;
  if (wish.automatic) {
    // The look is the act: a port that can be bound is bound.
    auto port = pool.allocate(id, [&](std::uint16_t candidate) {
      auto opened = reopen_front(candidate);
      if (opened) front.socket = std::move(opened->socket);
      return opened.has_value();
    });
    if (!port) return std::unexpected(std::move(port.error()));
    front.port = *port;
  } else {
    if (pool.holds(id, wish.port)) {
      return refuse("port " + std::to_string(wish.port) + " is used by the instance's own server or components");
    }
    if (auto holder = pool.holder(wish.port)) {
      return refuse("port " + std::to_string(wish.port) + " is leased to instance '" + *holder + "'");
    }
    auto opened = reopen_front(wish.port);
    if (!opened) return refuse(opened.error().message);
    if (Status leased = pool.lease(wish.port, id); !leased) return refuse(leased.error().message);
    front = std::move(*opened);
  }
  front.writes.push_back(Ledger::lease_write(front.port, id));
  return front;
}

Result<FrontPort> TrafficDirector::reopen_front(std::uint16_t port) {
  net::ListenAddress address{host_, port};
  auto socket = net::TcpBalancer::bind(address);
  if (!socket) return std::unexpected(std::move(socket.error()));
  return FrontPort{port, std::move(*socket), {}};
}

void TrafficDirector::undo(PortPool& pool, const std::string& id, const FrontPort& front) {
  if (front.port != 0) pool.release(front.port, id);
}

void TrafficDirector::serve_front(const std::string& id, FrontPort front) {
  balancer_.serve(id, std::move(front.socket));
}

void TrafficDirector::close_front(const std::string& id) { balancer_.stop_serving(id); }

// --- targets --------------------------------------------------------------------------------------------------------

void TrafficDirector::set_targets(const std::string& id, std::vector<TrafficTarget> targets) {
  auto route = routes_.find(id);
  if (route == routes_.end()) {
    if (targets.empty()) return;
    route = routes_.emplace(id, Route{}).first;
  }
  auto same = [](const Share& share, const TrafficTarget& target) {
    return share.target.generation == target.generation && share.target.weight == target.weight &&
           share.target.endpoint.to_string() == target.endpoint.to_string();
  };
  // Most changes of an instance are none of where it runs.
  if (std::ranges::equal(route->second.shares, targets, same)) return;
  std::vector<net::BalancerTarget> forwarded;
  for (const TrafficTarget& target : targets) {
    // What is behind TLS, a Unix socket or a path of another server is reached by the proxy alone.
    if (target.endpoint.kind != net::Endpoint::Kind::Tcp || !target.endpoint.base_path.empty()) continue;
    forwarded.push_back({target.generation, target.endpoint, target.weight});
  }
  balancer_.set_targets(id, std::move(forwarded));
  Route& changed = route->second;
  std::vector<Share> shares;
  for (TrafficTarget& target : targets) {
    auto before = std::ranges::find(changed.shares, target.generation,
                                    [](const Share& share) { return share.target.generation; });
    const bool kept = before != changed.shares.end() && before->target.weight == target.weight;
    const std::int64_t credit = kept ? before->credit : 0;
    shares.push_back({std::move(target), credit});
  }
  changed.shares = std::move(shares);
  std::erase_if(changed.requests, [&](const auto& entry) {
    const bool runs =
        std::ranges::any_of(changed.shares, [&](const Share& share) { return share.target.generation == entry.first; });
    return !runs && entry.second->under_way.load() == 0;
  });
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
  ProxyTarget target = claim(id, chosen->target.generation, chosen->target.endpoint);
  target.shared_out = route->second.requests.at(chosen->target.generation);
  target.shared_out->total.fetch_add(1);
  return target;
}

ProxyTarget TrafficDirector::claim(const std::string& id, std::uint64_t generation, net::Endpoint endpoint) {
  std::shared_ptr<RequestCounts>& counts = routes_[id].requests[generation];
  if (!counts) counts = std::make_shared<RequestCounts>();
  counts->under_way.fetch_add(1);
  // May be dropped on any thread.
  std::shared_ptr<const void> in_use(counts.get(), [counts](const void*) { counts->under_way.fetch_sub(1); });
  return {std::move(endpoint), std::move(in_use), nullptr};
}

std::size_t TrafficDirector::under_way(const std::string& id, std::uint64_t generation) const {
  const std::size_t connections = balancer_.connections(id, generation);
  auto route = routes_.find(id);
  if (route == routes_.end()) return connections;
  auto counter = route->second.requests.find(generation);
  return connections + (counter == route->second.requests.end() ? 0 : counter->second->under_way.load());
}

TrafficDirector::Totals TrafficDirector::totals(const std::string& id, std::uint64_t generation) const {
  auto route = routes_.find(id);
  if (route == routes_.end()) return {};
  auto counts = route->second.requests.find(generation);
  if (counts == route->second.requests.end()) return {};
  return {counts->second->total.load(), counts->second->errors.load()};
}

net::Task<void> TrafficDirector::drain(std::string id, std::uint64_t generation, SteadyTime deadline,
                                       std::function<bool()> wanted) {
  // A connection that was given to the workload before its weight went is counted from here on.
  co_await balancer_.settle();
  // The counts are changed by other threads, so they are looked at from time to time.
  while (wanted() && under_way(id, generation) > 0 && std::chrono::steady_clock::now() < deadline) {
    balancer_.close_idle(id, generation, kSilent);
    const bool slept = co_await net::sleep_for(kDrainLook);
    if (!slept) break;
  }
  // A server that is told to end would wait for those that are left.
  balancer_.cut(id, generation);
}

}  // namespace draas::core
