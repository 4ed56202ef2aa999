#pragma once
// One instance inside the server: its graph of sources, queries and reactions, and their life.

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/component.hpp"
#include "simulator/configuration.hpp"
#include "simulator/faults.hpp"
#include "simulator/plugin_catalog.hpp"
#include "simulator/reaction_runtime.hpp"
#include "simulator/reactor.hpp"
#include "simulator/source_runtime.hpp"
#include "simulator/tracing_log.hpp"

namespace draas::simulator {

// What all parts of one simulated server share. The members outlive every instance.
struct Surroundings {
  Reactor& reactor;
  TracingLog& log;
  const Faults& faults;
  const PluginCatalog& plugins;
};

struct Component {
  std::string id;
  ComponentType type = ComponentType::Source;
  ComponentStatus status = ComponentStatus::Added;
  // As registered; a later PUT does not refresh these.
  std::string registered_kind;
  bool registered_auto_start = true;
  std::vector<std::string> upstream;  // what it subscribes to, as registered

  std::deque<ComponentEvent> events;  // the last 100
  std::deque<ComponentLogLine> logs;  // the last 100
  Subscribers<ComponentEvent> on_event;
  Subscribers<ComponentLogLine> on_log;

  std::unique_ptr<SourceRuntime> source;
  bool own_bootstrap = true;  // no bootstrap provider of the configuration replaces the source's own

  std::optional<QueryDefinition> query;
  std::unique_ptr<ContinuousQuery> running_query;
  std::deque<QueryEmission> outbox;
  std::uint64_t sequence = 0;

  std::unique_ptr<ReactionRuntime> reaction;
  std::vector<std::string> reaction_queries;

  std::optional<std::string> last_error() const;
};

class Instance {
 public:
  Instance(Surroundings surroundings, std::string id);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const std::string& id() const { return id_; }
  // Fills an instance of the configuration before it starts. Returns the text of the failure, or "".
  std::string load(const InstanceDefinition& definition);
  // Starts the auto-start components: sources, queries, reactions. A failing query is only put in Error.
  std::expected<void, std::string> start();
  // Stops what runs, dependents first. Returns the failures' text, or "".
  std::string stop();

  // Adding to a running instance also starts what is to start. `source` has its bootstrap reference resolved.
  Outcome<void> add_source(const SourceDefinition& source);
  Outcome<void> add_query(const QueryDefinition& query);
  Outcome<void> add_reaction(const ReactionDefinition& reaction);
  Outcome<void> add_attach_reaction(const std::string& id, const std::string& query_id,
                                    std::function<void(const QueryEmission&)> sink);
  Outcome<void> update_source(const SourceDefinition& source);
  Outcome<void> update_reaction(const ReactionDefinition& reaction);
  Outcome<void> remove(ComponentType type, const std::string& id);
  Outcome<void> start_component(ComponentType type, const std::string& id);
  Outcome<void> stop_component(ComponentType type, const std::string& id);

  std::vector<const Component*> list(ComponentType type) const;
  Component* find(ComponentType type, const std::string& id);
  const Component* find(ComponentType type, const std::string& id) const;
  Outcome<Json> results(const std::string& query_id) const;
  Json snapshot() const;
  Subscribers<ComponentEvent>& on_event() { return on_event_; }

 private:
  Component* any(const std::string& id);
  RuntimeHost host_for(Component& component);
  Outcome<Component*> enter(ComponentType type, const std::string& id, const std::vector<std::string>& upstream,
                            std::string_view upstream_name);
  std::expected<void, std::string> transition(Component& component, ComponentStatus target,
                                              std::optional<std::string> message);
  void set_status(Component& component, ComponentStatus status, std::optional<std::string> message);
  void record(Component& component, ComponentStatus status, std::optional<std::string> message);
  void write_component_log(Component& component, TraceLevel level, const std::string& message);
  std::expected<void, std::string> start(Component& component);
  std::expected<void, std::string> start_query(Component& component);
  void halt(Component& component, bool announce);
  std::expected<void, std::string> stop(Component& component);
  Outcome<void> reconfigure(Component& component, const std::function<void()>& replace);
  void dispatch(const std::string& source_id, const GraphChange& change);
  void bootstrap(Component& query);
  std::vector<std::string> dependents_of(const std::string& id) const;

  Surroundings around_;
  std::string id_;
  bool started_ = false;
  std::vector<std::unique_ptr<Component>> components_;
  Subscribers<ComponentEvent> on_event_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // what is posted for later looks whether we are still there
};

}  // namespace draas::simulator
