#include "core/placement/port_pool.hpp"

#include <algorithm>
#include <bit>

namespace draas::core {

namespace {

constexpr std::chrono::seconds kRefusalCounts{1};

}  // namespace

std::size_t PortPool::PortSet::size() const {
  std::size_t count = 0;
  for (const std::uint64_t word : words_) count += static_cast<std::size_t>(std::popcount(word));
  return count;
}

std::optional<std::uint16_t> PortPool::PortSet::lowest_missing(std::uint32_t first, std::uint32_t last) const {
  std::uint64_t below = first % kBits == 0 ? 0 : ~std::uint64_t{0} >> (kBits - first % kBits);  // count as present
  for (std::size_t word = first / kBits; word <= last / kBits; ++word) {
    const std::uint64_t present = words_[word] | std::exchange(below, 0);
    const std::size_t port = word * kBits + static_cast<std::size_t>(std::countr_one(present));
    if (port < (word + 1) * kBits) return port <= last ? std::optional(static_cast<std::uint16_t>(port)) : std::nullopt;
  }
  return std::nullopt;
}

PortPool::LanePtr PortPool::lane_of(std::string_view address) {
  auto lane = lanes_.find(address);
  if (lane == lanes_.end()) {
    lane = lanes_.try_emplace(std::string(address)).first;
    if (address == kAllAddresses) {
      for (const auto& [key, instance] : holders_) lane->second.taken.insert(key.first);
    } else {
      lane->second.taken = lane_of(kAllAddresses)->second.leased;
    }
  }
  return &*lane;
}

const PortPool::Holding* PortPool::find(const std::string& instance_id, std::uint16_t port) const {
  const auto instance = instances_.find(instance_id);
  if (instance == instances_.end()) return nullptr;
  const auto held = std::ranges::find(instance->second, port, &Holding::port);
  return held == instance->second.end() ? nullptr : &*held;
}

bool PortPool::is_taken(std::uint16_t port, std::string_view address) const {
  return std::ranges::any_of(lanes_, [&](const auto& lane) {
    const bool meet = address == kAllAddresses || lane.first == kAllAddresses || lane.first == address;
    return meet && lane.second.leased.contains(port);
  });
}

std::optional<std::uint16_t> PortPool::find_free(Lane& lane, const std::function<bool(std::uint16_t)>& is_free) {
  for (std::uint32_t from = range_.first; from <= range_.last;) {
    const std::optional<std::uint16_t> candidate = lane.taken.lowest_missing(from, range_.last);
    if (!candidate) break;
    if (!lane.refused.contains(*candidate)) {
      if (is_free(*candidate)) return candidate;
      lane.refused.insert(*candidate);
    }
    from = *candidate + 1U;
  }
  return std::nullopt;
}

Result<std::uint16_t> PortPool::allocate(const std::string& instance_id,
                                         const std::function<bool(std::uint16_t)>& is_free, std::string_view address) {
  Lane& lane = lane_of(address)->second;
  const SteadyTime now = std::chrono::steady_clock::now();
  const auto forget = [&] {
    lane.refused = {};
    lane.refused_since = now;
  };
  const bool fresh = now - lane.refused_since >= kRefusalCounts;
  if (fresh) forget();
  std::optional<std::uint16_t> port = find_free(lane, is_free);
  if (!port && !fresh) {
    forget();
    port = find_free(lane, is_free);
  }
  if (port) {
    hold(*port, instance_id, address);
    return *port;
  }
  const std::size_t size = std::size_t{range_.last} - range_.first + 1;
  const std::size_t occupied = lane.refused.size();
  return fail(ErrorCode::ResourceExhausted,
              "No free port in the pool " + std::to_string(range_.first) + "-" + std::to_string(range_.last) + ": " +
                  std::to_string(size - occupied) + " are leased to instances and " + std::to_string(occupied) +
                  " are in use by other programs. Delete instances that are not needed, or widen Ports:First and "
                  "Ports:Last in the settings");
}

void PortPool::hold(std::uint16_t port, const std::string& instance_id, std::string_view address) {
  const auto instance = instances_.try_emplace(instance_id).first;
  const LanePtr lane = lane_of(address);
  holders_.emplace(Key{port, lane}, &instance->first);
  lane->second.leased.insert(port);
  for (auto& [other, its] : lanes_) {
    if (address == kAllAddresses || other == kAllAddresses || other == address) its.taken.insert(port);
  }
  instance->second.push_back({port, lane});
}

Status PortPool::lease(std::uint16_t port, const std::string& instance_id, std::string_view address) {
  const std::optional<std::string> before = address_of(instance_id, port);
  if (before && (*before == kAllAddresses || *before == address)) return {};
  const std::string_view wanted = before ? kAllAddresses : address;
  for (auto lease = holders_.lower_bound(Key{port, nullptr}); lease != holders_.end() && lease->first.first == port;
       ++lease) {
    const std::string& there = lease->first.second->first;
    if (*lease->second == instance_id || (wanted != kAllAddresses && there != kAllAddresses && there != wanted))
      continue;
    return fail(ErrorCode::Conflict, "Port " + std::to_string(port) + " is leased to instance '" + *lease->second +
                                         "'. Choose another port, or \"auto\" to have one allocated");
  }
  release(port, instance_id);
  hold(port, instance_id, wanted);
  return {};
}

void PortPool::release(std::uint16_t port, const std::string& instance_id) {
  const auto instance = instances_.find(instance_id);
  if (instance == instances_.end()) return;
  Holdings& ports = instance->second;
  const auto held = std::ranges::find(ports, port, &Holding::port);
  if (held == ports.end()) return;
  holders_.erase(Key{port, held->lane});
  held->lane->second.leased.erase(port);
  for (auto& [address, lane] : lanes_) {
    if (!is_taken(port, address)) lane.taken.erase(port);
  }
  ports.erase(held);
  if (ports.empty()) instances_.erase(instance);
}

void PortPool::release_all(const std::string& instance_id) {
  for (std::uint16_t port : ports_of(instance_id)) release(port, instance_id);
}

std::optional<std::string> PortPool::holder(std::uint16_t port, std::string_view address) const {
  for (auto lease = holders_.lower_bound(Key{port, nullptr}); lease != holders_.end() && lease->first.first == port;
       ++lease) {
    const std::string& there = lease->first.second->first;
    if (address == kAllAddresses || there == kAllAddresses || there == address) return *lease->second;
  }
  return std::nullopt;
}

bool PortPool::holds(const std::string& instance_id, std::uint16_t port) const {
  return find(instance_id, port) != nullptr;
}

std::optional<std::string> PortPool::address_of(const std::string& instance_id, std::uint16_t port) const {
  const Holding* held = find(instance_id, port);
  return held == nullptr ? std::nullopt : std::optional(held->lane->first);
}

std::set<std::uint16_t> PortPool::ports_of(const std::string& instance_id) const {
  std::set<std::uint16_t> ports;
  if (const auto found = instances_.find(instance_id); found != instances_.end()) {
    for (const Holding& held : found->second) ports.insert(held.port);
  }
  return ports;
}

}  // namespace draas::core
