#include "core/placement/port_pool.hpp"

#include <algorithm>

namespace draas::core {

bool PortPool::taken(std::uint16_t port, std::string_view address) const {
  return std::ranges::any_of(lanes_, [&](const auto& lane) {
    const bool meet = address == kAllAddresses || lane.first == kAllAddresses || lane.first == address;
    return meet && lane.second.leased.test(port);
  });
}

Result<std::uint16_t> PortPool::allocate(const std::string& instance_id,
                                         const std::function<bool(std::uint16_t)>& is_free, std::string_view address) {
  Lane& lane = lanes_[std::string(address)];
  lane.lowest_free = std::max<std::uint32_t>(lane.lowest_free, range_.first);
  while (lane.lowest_free <= range_.last && taken(static_cast<std::uint16_t>(lane.lowest_free), address)) {
    ++lane.lowest_free;
  }
  std::size_t occupied = 0;
  for (std::uint32_t port = lane.lowest_free; port <= range_.last; ++port) {
    const auto candidate = static_cast<std::uint16_t>(port);
    if (taken(candidate, address)) continue;
    if (is_free(candidate)) {
      hold(candidate, instance_id, address);
      return candidate;
    }
    ++occupied;
  }
  const std::size_t size = std::size_t{range_.last} - range_.first + 1;
  return fail(ErrorCode::ResourceExhausted,
              "No free port in the pool " + std::to_string(range_.first) + "-" + std::to_string(range_.last) + ": " +
                  std::to_string(size - occupied) + " are leased to instances and " + std::to_string(occupied) +
                  " are in use by other programs. Delete instances that are not needed, or widen Ports:First and "
                  "Ports:Last in the settings");
}

void PortPool::hold(std::uint16_t port, const std::string& instance_id, std::string_view address) {
  const std::string name(address);
  holders_.emplace(Key{port, name}, instance_id);
  lanes_[name].leased.set(port);
  by_instance_[instance_id].emplace(port, name);
}

Status PortPool::lease(std::uint16_t port, const std::string& instance_id, std::string_view address) {
  const std::optional<std::string> before = address_of(instance_id, port);
  if (before && (*before == kAllAddresses || *before == address)) return {};
  const std::string_view wanted = before ? kAllAddresses : address;
  for (auto lease = holders_.lower_bound(Key{port, ""}); lease != holders_.end() && lease->first.first == port;
       ++lease) {
    const std::string& there = lease->first.second;
    if (lease->second == instance_id || (wanted != kAllAddresses && there != kAllAddresses && there != wanted))
      continue;
    return fail(ErrorCode::Conflict, "Port " + std::to_string(port) + " is leased to instance '" + lease->second +
                                         "'. Choose another port, or \"auto\" to have one allocated");
  }
  release(port, instance_id);
  hold(port, instance_id, wanted);
  return {};
}

void PortPool::release(std::uint16_t port, const std::string& instance_id) {
  auto ports = by_instance_.find(instance_id);
  if (ports == by_instance_.end()) return;
  auto held = ports->second.find(port);
  if (held == ports->second.end()) return;
  holders_.erase(Key{port, held->second});
  lanes_[held->second].leased.reset(port);
  // Other addresses may have passed it by because of this lease.
  for (auto& [address, lane] : lanes_) lane.lowest_free = std::min<std::uint32_t>(lane.lowest_free, port);
  ports->second.erase(held);
  if (ports->second.empty()) by_instance_.erase(ports);
}

void PortPool::release_all(const std::string& instance_id) {
  for (std::uint16_t port : ports_of(instance_id)) release(port, instance_id);
}

std::optional<std::string> PortPool::holder(std::uint16_t port, std::string_view address) const {
  for (auto lease = holders_.lower_bound(Key{port, ""}); lease != holders_.end() && lease->first.first == port;
       ++lease) {
    const std::string& there = lease->first.second;
    if (address == kAllAddresses || there == kAllAddresses || there == address) return lease->second;
  }
  return std::nullopt;
}

bool PortPool::holds(const std::string& instance_id, std::uint16_t port) const {
  return address_of(instance_id, port).has_value();
}

std::optional<std::string> PortPool::address_of(const std::string& instance_id, std::uint16_t port) const {
  auto ports = by_instance_.find(instance_id);
  if (ports == by_instance_.end()) return std::nullopt;
  auto held = ports->second.find(port);
  return held == ports->second.end() ? std::nullopt : std::optional(held->second);
}

std::set<std::uint16_t> PortPool::ports_of(const std::string& instance_id) const {
  std::set<std::uint16_t> ports;
  if (auto found = by_instance_.find(instance_id); found != by_instance_.end()) {
    for (const auto& [port, address] : found->second) ports.insert(port);
  }
  return ports;
}

}  // namespace draas::core
