#pragma once
// The ports of this host that are promised to instances. The store holds the leases (collection "ports"); this is
// their index. Control loop only.

#include <bitset>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "core/options.hpp"

namespace draas::core {

class PortPool {
 public:
  explicit PortPool(PortRange range) : range_(range), lowest_free_(range.first) {}

  // The lowest port of the range that is neither leased nor refused by `is_free` (which asks the system).
  // ResourceExhausted with the reason and the way out when there is none. The lease is held at once.
  Result<std::uint16_t> allocate(const std::string& instance_id, const std::function<bool(std::uint16_t)>& is_free);

  // Leases exactly this port. Conflict when another instance has it. Leasing one's own again is fine.
  Status lease(std::uint16_t port, const std::string& instance_id);

  void release(std::uint16_t port, const std::string& instance_id);
  // Returns what was released.
  std::vector<std::uint16_t> release_all(const std::string& instance_id);

  std::optional<std::string> holder(std::uint16_t port) const;
  std::set<std::uint16_t> ports_of(const std::string& instance_id) const;
  PortRange range() const { return range_; }
  std::size_t leased() const { return holders_.size(); }

 private:
  void hold(std::uint16_t port, const std::string& instance_id);
  void let_go(std::uint16_t port);

  PortRange range_;
  std::bitset<65536> leased_;  // the same as the keys of holders_, to skip leased ports quickly
  std::uint32_t lowest_free_;  // every port of the range below this one is leased
  std::map<std::uint16_t, std::string> holders_;
  std::map<std::string, std::set<std::uint16_t>, std::less<>> by_instance_;
};

}  // namespace draas::core
