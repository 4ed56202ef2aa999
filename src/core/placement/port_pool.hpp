#pragma once
// The ports of this host that are promised to instances. The store holds the leases (collection "ports"); this is
// their index. Control loop only.
//
// A lease holds a port on one IP address of the host, or on all of them: kAllAddresses. Two leases of one port exclude
// each other unless they name different addresses. An instance holds a port once.

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "core/options.hpp"

namespace draas::core {

class PortPool {
 public:
  static constexpr std::string_view kAllAddresses{};

  explicit PortPool(PortRange range) : range_(range) {}
  PortPool(const PortPool&) = delete;
  PortPool& operator=(const PortPool&) = delete;
  ~PortPool() = default;

  // The lowest port of the range that is neither leased on `address` nor refused by `is_free` (which asks the system).
  // ResourceExhausted with the reason and the way out when there is none. The lease is held at once. What was refused
  // is not asked about again for a moment, unless there is no other.
  Result<std::uint16_t> allocate(const std::string& instance_id, const std::function<bool(std::uint16_t)>& is_free,
                                 std::string_view address = kAllAddresses);

  // Leases exactly this port. Conflict when another instance has it. Leasing one's own again is fine; on another
  // address than before, it is then held on all of them.
  Status lease(std::uint16_t port, const std::string& instance_id, std::string_view address = kAllAddresses);

  void release(std::uint16_t port, const std::string& instance_id);
  void release_all(const std::string& instance_id);

  // The instance whose lease keeps others from this port of this address.
  std::optional<std::string> holder(std::uint16_t port, std::string_view address = kAllAddresses) const;
  bool holds(const std::string& instance_id, std::uint16_t port) const;
  // On which address the instance holds the port; nothing when it does not.
  std::optional<std::string> address_of(const std::string& instance_id, std::uint16_t port) const;
  std::set<std::uint16_t> ports_of(const std::string& instance_id) const;
  PortRange range() const { return range_; }
  std::size_t leased() const { return holders_.size(); }

 private:
  // 65,536 bits.
  class PortSet {
   public:
    bool contains(std::uint16_t port) const { return (words_[port / kBits] >> (port % kBits) & 1U) != 0; }
    void insert(std::uint16_t port) { words_[port / kBits] |= std::uint64_t{1} << (port % kBits); }
    std::size_t size() const;
    void erase(std::uint16_t port) { words_[port / kBits] &= ~(std::uint64_t{1} << (port % kBits)); }
    // The lowest port from `first` to `last` that is not in the set.
    std::optional<std::uint16_t> lowest_missing(std::uint32_t first, std::uint32_t last) const;

   private:
    static constexpr std::size_t kBits = 64;
    std::array<std::uint64_t, 65536 / kBits> words_{};
  };
  // One address. Few, and never removed.
  struct Lane {
    PortSet leased;   // on this address
    PortSet taken;    // not to be leased on this address, because of this one or of another
    PortSet refused;  // by the system, since `refused_since` or later
    SteadyTime refused_since;
  };
  using Lanes = std::map<std::string, Lane, std::less<>>;
  using LanePtr = Lanes::value_type*;
  // There may be 100,000 leases, so they refer to addresses and instances instead of repeating their names.
  struct Holding {
    std::uint16_t port;
    LanePtr lane;
  };
  using Holdings = boost::container::small_vector<Holding, 1>;  // most have one
  using Instances = std::unordered_map<std::string, Holdings>;
  using Key = std::pair<std::uint16_t, const Lanes::value_type*>;

  LanePtr lane_of(std::string_view address);
  std::optional<std::uint16_t> find_free(Lane& lane, const std::function<bool(std::uint16_t)>& is_free);
  bool is_taken(std::uint16_t port, std::string_view address) const;
  void hold(std::uint16_t port, const std::string& instance_id, std::string_view address);
  const Holding* find(const std::string& instance_id, std::uint16_t port) const;

  PortRange range_;
  Lanes lanes_;
  std::map<Key, const std::string*> holders_;  // whose key in instances_
  Instances instances_;
};

}  // namespace draas::core
