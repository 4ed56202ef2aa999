#pragma once
// One instance inside the server: it fills a graph of sources, queries and reactions, starts and stops them, and passes
// changes from sources to queries and from queries to reactions.

#include <memory>
#include <string>
#include <vector>

#include "simulator/checkpoints.hpp"
#include "simulator/component_graph.hpp"
#include "simulator/configuration.hpp"
#include "simulator/surroundings.hpp"

namespace draas::simulator {

class Instance {
 public:
  // `persist_index`: the queries keep their indexes, for which their sources must be able to repeat.
  Instance(Surroundings surroundings, std::string id, bool persist_index = false);
  ~Instance() = default;
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
  // Starts a source that runs once more: one that listens finds its own port taken, and is lost.
  void start_twice(const std::string& source_id);
  Outcome<void> add_query(const QueryDefinition& query);
  Outcome<void> add_reaction(const ReactionDefinition& reaction);
  Outcome<void> add_attach_reaction(const std::string& id, const std::string& query_id,
                                    std::function<void(const QueryEmission&)> sink, std::function<void()> ended);
  Outcome<void> update_source(const SourceDefinition& source);
  Outcome<void> update_reaction(const ReactionDefinition& reaction);
  Outcome<void> remove(ComponentType type, const std::string& id);
  Outcome<void> start_component(ComponentType type, const std::string& id);
  Outcome<void> stop_component(ComponentType type, const std::string& id);

  std::vector<const Component*> list(ComponentType type) const { return graph_.list(type); }
  Component* find(ComponentType type, const std::string& id) { return graph_.find(type, id); }
  const Component* find(ComponentType type, const std::string& id) const { return graph_.find(type, id); }
  Outcome<Json> results(const std::string& query_id) const;
  Json snapshot() const { return graph_.snapshot(); }
  Subscribers<ComponentEvent>& on_event() { return graph_.on_event(); }

 private:
  // Logs an event of the graph, and gives it to the queries that watch the graph itself.
  void report(const ComponentEvent& event);
  std::expected<void, std::string> start(Component& component);
  // Why a query does not start: what the caller is told, and what the query says of it. Without the latter it stays as
  // it was, Starting.
  struct QueryFailure {
    std::string reason;
    std::optional<std::string> account;
  };
  std::expected<void, QueryFailure> start_query(Component& component);
  std::expected<void, std::string> start_reaction(Component& component);
  std::string checkpoint_fault(const Component& reaction, const Component& query) const;
  std::optional<QueryFailure> storage_fault(const QueryDefinition& query) const;
  void halt(Component& component, bool announce);
  std::expected<void, std::string> stop(Component& component);
  Outcome<void> reconfigure(Component& component, const std::function<void()>& replace);
  void dispatch(const std::string& source_id, const GraphChange& change);
  // Fills a query from the sources that can. The number of elements of each, by source.
  std::vector<std::pair<std::string, std::size_t>> bootstrap(Component& query);
  // The running queries get nothing any more from a source whose runtime was replaced.
  void cut_off(const std::string& source_id);

  Surroundings around_;
  std::string id_;
  bool persist_index_;
  Checkpoints checkpoints_;
  bool started_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // what is posted for later looks whether we are still there
  ComponentGraph graph_;                                   // last: what ends with it reports to the rest
};

}  // namespace draas::simulator
