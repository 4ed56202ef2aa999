#pragma once
// What all parts of one simulated server share.

#include "simulator/faults.hpp"
#include "simulator/plugin_catalog.hpp"
#include "simulator/reactor.hpp"
#include "simulator/tracing_log.hpp"

namespace draas::simulator {

// The members outlive every instance.
struct Surroundings {
  Reactor& reactor;
  TracingLog& log;
  const Faults& faults;
  const PluginCatalog& plugins;
};

}  // namespace draas::simulator
