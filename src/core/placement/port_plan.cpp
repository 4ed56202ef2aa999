#include "core/placement/port_plan.hpp"

#include <arpa/inet.h>

#include "core/configuration/workload.hpp"
#include "core/instances/ledger.hpp"
#include "drasi/configuration.hpp"

namespace draas::core {
namespace {

// The one address that a server with this host listens on, or all: so names count, whatever they stand for.
std::string address_of(const std::string& host) {
  in_addr address{};
  const bool one = ::inet_pton(AF_INET, host.c_str(), &address) == 1 && address.s_addr != htonl(INADDR_ANY);
  return one ? host : std::string(PortPool::kAllAddresses);
}

class Planner {
 public:
  Planner(PortPool& pool, Platform& platform, const std::string& host, const std::string& instance_id,
          std::uint16_t front_port)
      : pool_(pool),
        platform_(platform),
        host_(host),
        instance_id_(instance_id),
        address_(address_of(host)),
        own_(pool.ports_of(instance_id)),
        front_port_(front_port) {}

  // The server's port is held on its host's address alone, those of components on all.
  Status lease_server_port(std::uint16_t port) { return lease(port, "/port", address_); }
  Status lease_component_port(std::uint16_t port, const std::string& path) {
    return lease(port, path, PortPool::kAllAddresses);
  }
  std::optional<std::string> other_holder(std::uint16_t port) const {
    std::optional<std::string> holder = pool_.holder(port, address_);
    if (holder == instance_id_) holder.reset();
    return holder;
  }

  Result<std::uint16_t> allocate_server_port() { return allocate(address_); }
  Result<std::uint16_t> allocate_component_port() { return allocate(PortPool::kAllAddresses); }

  bool occupied(std::uint16_t port) const { return !own_.contains(port) && !platform_.port_is_free(host_, port); }

  PortPlan plan;

 private:
  Status lease(std::uint16_t port, const std::string& path, std::string_view address) {
    if (port == front_port_ && port != 0) {
      const std::string message = "Port " + std::to_string(port) + " is the instance's frontPort; choose another one";
      return fail(ErrorCode::Conflict, path + ": " + message, {{path, message}});
    }
    const bool own = own_.contains(port);
    const std::optional<std::string> before = pool_.address_of(instance_id_, port);
    Status leased = pool_.lease(port, instance_id_, address);
    if (!leased) {
      Error error = std::move(leased.error());
      error.faults = {{path, error.message}};
      error.message = path + ": " + error.message;
      return std::unexpected(std::move(error));
    }
    if (pool_.address_of(instance_id_, port) != before) note(port, own);
    return {};
  }

  Result<std::uint16_t> allocate(std::string_view address) {
    auto is_free = [this](std::uint16_t candidate) { return platform_.port_seems_free(host_, candidate); };
    auto port = pool_.allocate(instance_id_, is_free, address);
    if (port) note(*port, false);
    return port;
  }

  // A lease of one's own that is now held on all addresses stays so, whatever becomes of the plan.
  void note(std::uint16_t port, bool own) {
    if (!own) plan.leased.push_back(port);
    plan.writes.push_back(Ledger::lease_write(port, instance_id_, *pool_.address_of(instance_id_, port)));
  }

  PortPool& pool_;
  Platform& platform_;
  const std::string& host_;
  const std::string& instance_id_;
  const std::string address_;
  const std::set<std::uint16_t> own_;
  const std::uint16_t front_port_;
};

std::unexpected<Error> in_use(std::uint16_t port, const std::string& path) {
  const std::string message = "Port " + std::to_string(port) + " is in use by another program on this host";
  return fail(ErrorCode::Conflict, path + ": " + message, {{path, message}});
}

Status plan_server_port(Planner& planner, const PortWishes& wishes) {
  if (wishes.server_port) {
    const std::uint16_t port = *wishes.server_port;
    const auto holder = planner.other_holder(port);
    const bool taken = holder || planner.occupied(port);
    if (!taken || !wishes.server_port_is_wish) {
      if (!holder && planner.occupied(port)) return in_use(port, "/port");
      planner.plan.server_port = port;
      return planner.lease_server_port(port);
    }
  }
  auto allocated = planner.allocate_server_port();
  if (!allocated) return std::unexpected(std::move(allocated.error()));
  planner.plan.server_port = *allocated;
  if (wishes.server_port) {
    planner.plan.warnings.push_back("port " + std::to_string(*wishes.server_port) + " is taken; port " +
                                    std::to_string(*allocated) + " was allocated instead");
  }
  return {};
}

Status plan_component_ports(Planner& planner, const Json& configuration, const PortWishes& wishes) {
  for (const drasi::ComponentPort& component : drasi::component_ports(configuration)) {
    if (component.port) {
      if (Status leased = planner.lease_component_port(*component.port, component.path); !leased) return leased;
      if (planner.occupied(*component.port)) return in_use(*component.port, component.path);
    } else if (component.automatic) {
      const std::string key = component_port_key(component);
      auto before = wishes.allocated_before.find(key);
      if (before != wishes.allocated_before.end()) {
        planner.plan.component_ports[key] = before->second;
        continue;
      }
      auto allocated = planner.allocate_component_port();
      if (!allocated) return std::unexpected(std::move(allocated.error()));
      planner.plan.component_ports[key] = *allocated;
    }
  }
  return {};
}

}  // namespace

Result<PortPlan> plan_ports(PortPool& pool, Platform& platform, const std::string& host, const std::string& instance_id,
                            const Json& configuration, const PortWishes& wishes) {
  Planner planner(pool, platform, host, instance_id, wishes.front_port);
  // Components first: they name their ports, the server takes what is left.
  Status planned = plan_component_ports(planner, configuration, wishes);
  if (planned) planned = plan_server_port(planner, wishes);
  if (!planned) {
    undo(pool, instance_id, planner.plan);
    return std::unexpected(std::move(planned.error()));
  }
  return std::move(planner.plan);
}

void undo(PortPool& pool, const std::string& instance_id, const PortPlan& plan) {
  for (std::uint16_t port : plan.leased) pool.release(port, instance_id);
}

}  // namespace draas::core
