#pragma once
// The components of one instance: which there are, what each depends on, the states they pass through and what they
// have reported. It starts and stops nothing; the instance does.

#include <deque>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/component.hpp"
#include "simulator/configuration.hpp"
#include "simulator/reaction_runtime.hpp"
#include "simulator/source_runtime.hpp"
#include "simulator/surroundings.hpp"

namespace draas::simulator {

struct Component {
  std::string id;
  ComponentType type = ComponentType::Source;
  ComponentStatus status = ComponentStatus::Added;
  std::string registered_kind;        // a PUT refreshes it
  bool registered_auto_start = true;  // as registered; a PUT does not refresh this and the next
  std::vector<std::string> upstream;  // what it subscribes to, as registered

  std::deque<ComponentEvent> events;  // the last 100
  std::deque<ComponentLogLine> logs;  // the last 100
  Subscribers<ComponentEvent> on_event;
  Subscribers<ComponentLogLine> on_log;

  std::unique_ptr<SourceRuntime> source;
  bool own_bootstrap = true;  // no bootstrap provider of the configuration replaces the source's own

  std::optional<QueryDefinition> query;
  std::unique_ptr<ContinuousQuery> running_query;  // kept while it stands, for its results
  std::vector<std::string> fed_by;                 // the sources whose changes reach it
  std::deque<QueryEmission> outbox;
  std::uint64_t sequence = 0;

  std::unique_ptr<ReactionRuntime> reaction;
  std::vector<std::string> reaction_queries;

  bool is_active() const { return status == ComponentStatus::Running || status == ComponentStatus::Starting; }
  std::optional<std::string> last_error() const;
};

class ComponentGraph {
 public:
  ComponentGraph(Surroundings surroundings, std::string instance_id);
  ~ComponentGraph();
  ComponentGraph(const ComponentGraph&) = delete;
  ComponentGraph& operator=(const ComponentGraph&) = delete;

  // Registers a component. `upstream_name` says what it depends on, for the failure's text: "source" or "query".
  Outcome<Component*> enter(ComponentType type, const std::string& id, const std::vector<std::string>& upstream,
                            std::string_view upstream_name);
  // Announces the end of a component and destroys it.
  void erase(Component& component);

  // In the order in which they were registered.
  const std::vector<std::unique_ptr<Component>>& components() const { return components_; }
  std::vector<const Component*> list(ComponentType type) const;
  Component* find(ComponentType type, const std::string& id);
  const Component* find(ComponentType type, const std::string& id) const;
  Component* any(const std::string& id);
  // Those that subscribe to it, the last registered first.
  std::vector<std::string> dependents_of(const std::string& id) const;

  // Goes to the status `target`, or says why the component cannot.
  std::expected<void, std::string> transition(Component& component, ComponentStatus target,
                                              std::optional<std::string> message);
  // The same for what a runtime reports: an impossible change is ignored.
  void set_status(Component& component, ComponentStatus status, std::optional<std::string> message);
  // To the component's own log and to stdout; `trace` to stdout only.
  void write_log(Component& component, TraceLevel level, const std::string& message);
  void trace(const Component& component, TraceLevel level, const std::string& message);
  // What a runtime of the component reports through.
  RuntimeHost host_for(Component& component);

  // Every event of every component.
  Subscribers<ComponentEvent>& on_event() { return on_event_; }
  Json snapshot() const;

 private:
  void record(Component& component, ComponentStatus status, std::optional<std::string> message);

  Surroundings around_;
  std::string instance_id_;
  std::vector<std::unique_ptr<Component>> components_;
  Subscribers<ComponentEvent> on_event_;
};

}  // namespace draas::simulator
