#include "core/placement/port_pool.hpp"

namespace draas::core {

Result<std::uint16_t> PortPool::allocate(const std::string& instance_id,
                                         const std::function<bool(std::uint16_t)>& is_free) {
  while (lowest_free_ <= range_.last && leased_.test(lowest_free_)) ++lowest_free_;
  std::size_t occupied = 0;
  for (std::uint32_t port = lowest_free_; port <= range_.last; ++port) {
    if (leased_.test(port)) continue;
    const auto candidate = static_cast<std::uint16_t>(port);
    if (is_free(candidate)) {
      hold(candidate, instance_id);
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

void PortPool::hold(std::uint16_t port, const std::string& instance_id) {
  holders_.emplace(port, instance_id);
  leased_.set(port);
  by_instance_[instance_id].insert(port);
}

void PortPool::let_go(std::uint16_t port) {
  holders_.erase(port);
  leased_.reset(port);
  if (port >= range_.first && port < lowest_free_) lowest_free_ = port;
}

Status PortPool::lease(std::uint16_t port, const std::string& instance_id) {
  auto holder = holders_.find(port);
  if (holder == holders_.end()) {
    hold(port, instance_id);
  } else if (holder->second != instance_id) {
    return fail(ErrorCode::Conflict, "Port " + std::to_string(port) + " is leased to instance '" + holder->second +
                                         "'. Choose another port, or \"auto\" to have one allocated");
  }
  return {};
}

void PortPool::release(std::uint16_t port, const std::string& instance_id) {
  auto holder = holders_.find(port);
  if (holder == holders_.end() || holder->second != instance_id) return;
  let_go(port);
  auto ports = by_instance_.find(instance_id);
  ports->second.erase(port);
  if (ports->second.empty()) by_instance_.erase(ports);
}

std::vector<std::uint16_t> PortPool::release_all(const std::string& instance_id) {
  std::vector<std::uint16_t> released;
  auto ports = by_instance_.find(instance_id);
  if (ports == by_instance_.end()) return released;
  for (std::uint16_t port : ports->second) {
    let_go(port);
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
