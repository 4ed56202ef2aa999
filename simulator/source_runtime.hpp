#pragma once
// The sources that produce changes: mock, http, and the built-in one that tells of the instance's own components.

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "simulator/component.hpp"
#include "simulator/faults.hpp"
#include "simulator/reactor.hpp"

namespace draas::simulator {

// What a source or reaction may do to its surroundings.
struct RuntimeHost {
  Reactor& reactor;
  std::function<void(ComponentStatus, std::optional<std::string>)> set_status;  // plugins give no message but of errors
  std::function<void(TraceLevel, std::string)> log;                             // stdout and the component's own log
  std::function<void(TraceLevel, std::string)> trace;                           // stdout only
};

class SourceRuntime {
 public:
  virtual ~SourceRuntime() = default;
  virtual std::string kind() const = 0;
  virtual Json properties() const = 0;
  // Reports Running through the host, now or later. The error is the reason why the start failed.
  virtual std::expected<void, std::string> start() = 0;
  virtual void stop() = 0;
  virtual std::optional<std::string> stopped_message() const { return std::nullopt; }
  // Whether a query may keep its index over a restart: what it missed can be had again.
  virtual bool replays() const { return true; }
  // What a query that subscribes is filled with, when no bootstrap provider is configured.
  virtual std::vector<GraphChange> initial_changes() const { return {}; }
};

using EmitChange = std::function<void(const GraphChange&)>;

// `config` holds the plugin's fields, already checked.
std::unique_ptr<SourceRuntime> make_source_runtime(const std::string& kind, const std::string& id, const Json& config,
                                                   RuntimeHost host, EmitChange emit);
std::unique_ptr<SourceRuntime> make_component_graph_source(const std::string& instance_id, RuntimeHost host);

// The change that a component's event is to the graph of components.
GraphChange component_graph_change(const ComponentEvent& event);
// The node of a component as a query that starts late finds it.
GraphChange component_graph_node(ComponentType type, const std::string& id, ComponentStatus status);

inline constexpr std::string_view kComponentGraphSource = "__component_graph__";

}  // namespace draas::simulator
