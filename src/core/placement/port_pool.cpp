#include "core/placement/port_pool.hpp"

namespace draas::core {

Result<std::uint16_t> PortPool::allocate(const std::string& instance_id,
                                         const std::function<bool(std::uint16_t)>& is_free) {
  std::size_t leased = 0;
  std::size_t occupied = 0;
  for (std::uint32_t port = range_.first; port <= range_.last; ++port) {
    const auto candidate = static_cast<std::uint16_t>(port);
    if (holders_.contains(candidate)) {
      ++leased;
      continue;
    }
    if (!is_free(candidate)) {
      ++occupied;
      continue;
    }
    holders_.emplace(candidate, instance_id);
    by_instance_[instance_id].insert(candidate);
    return candidate;
  }
  return fail(ErrorCode::ResourceExhausted,
              "No free port in the pool " + std::to_string(range_.first) + "-" + std::to_string(range_.last) + ": " +
                  std::to_string(leased) + " are leased to instances and " + std::to_string(occupied) +
                  " are in use by other programs. Delete instances that are not needed, or widen Ports:First and "
                  "Ports:Last in the settings");
}

Status PortPool::lease(std::uint16_t port, const std::string& instance_id) {
  auto [holder, added] = holders_.try_emplace(port, instance_id);
  if (!added && holder->second != instance_id) {
    return fail(ErrorCode::Conflict, "Port " + std::to_string(port) + " is leased to instance '" + holder->second +
                                         "'. Choose another port, or \"auto\" to have one allocated");
  }
  by_instance_[instance_id].insert(port);
  return {};
}

void PortPool::release(std::uint16_t port, const std::string& instance_id) {
  auto holder = holders_.find(port);
  if (holder == holders_.end() || holder->second != instance_id) return;
  holders_.erase(holder);
  auto ports = by_instance_.find(instance_id);
  ports->second.erase(port);
  if (ports->second.empty()) by_instance_.erase(ports);
}

std::vector<std::uint16_t> PortPool::release_all(const std::string& instance_id) {
  std::vector<std::uint16_t> released;
  auto ports = by_instance_.find(instance_id);
  if (ports == by_instance_.end()) return released;
  for (std::uint16_t port : ports->second) {
    holders_.erase(port);
    released.push_back(port);
  }
  by_instance_.erase(ports);
  return released;
}

std::optional<std::string> PortPool::holder(std::uint16_t port) const {
  auto found = holders_.find(port);
  return found == holders_.end() ? std::nullopt : std::optional(found->second);
}

std::set<std::uint16_t> PortPool::ports_of(const std::string& instance_id) const {
  auto found = by_instance_.find(instance_id);
  return found == by_instance_.end() ? std::set<std::uint16_t>{} : found->second;
}

}  // namespace draas::core
