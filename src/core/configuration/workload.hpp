#pragma once
// From an instance and a configuration to what a platform can start. Pure.

#include <cstdint>
#include <map>
#include <string>

#include "base/json.hpp"
#include "core/model/instance.hpp"
#include "core/options.hpp"
#include "core/platform/platform.hpp"
#include "drasi/configuration.hpp"

namespace draas::core {

struct PreparedWorkload {
  WorkloadSpec spec;                   // generation and control plane are the caller's
  drasi::ExpectedComponents expected;  // what must run before it counts as ready
  Json rendered;                       // the document in server form
};

// `configuration` is in API form, valid, with its host and port set. The slot decides on the working directory, the
// server's port and the ports that were allocated.
PreparedWorkload prepare_workload(const Instance& instance, Slot slot, const Json& configuration,
                                  const Platform& platform, const ControlPlaneOptions& options);

// How an allocated port is remembered: by component, so that it stays when the list around it changes.
// "/sources/0/port" of component "orders" -> "/sources/orders/port".
std::string component_port_key(const drasi::ComponentPort& port);

}  // namespace draas::core
