#include "simulator/instance.hpp"

#include <algorithm>

#include "simulator/clock_text.hpp"

namespace draas::simulator {

namespace {

constexpr std::size_t kMaximumOutbox = 256;

}  // namespace

Instance::Instance(Surroundings surroundings, std::string id)
    : around_(surroundings), id_(std::move(id)), graph_(around_, id_) {
  graph_.on_event().add([this](const ComponentEvent& event) { report(event); });
  auto component = graph_.enter(ComponentType::Source, std::string(kComponentGraphSource), {}, "");
  Component& source = **component;
  source.registered_kind = "component_graph";
  source.source = make_component_graph_source(id_, graph_.host_for(source));
}

void Instance::report(const ComponentEvent& event) {
  if (started_ && event.status != ComponentStatus::Added) {
    std::string text = "Component Event - " + std::string(to_string(event.type)) + " " + event.id + ": " +
                       std::string(to_string(event.status));
    if (event.message) text += " - " + *event.message;
    around_.log.info("drasi_lib::lib_core", text);
  }
  const Component* graph = graph_.any(std::string(kComponentGraphSource));
  if (event.id != kComponentGraphSource && graph != nullptr && graph->status == ComponentStatus::Running) {
    // Later, so that a query is not changed while it is being started.
    around_.reactor.post([this, alive = std::weak_ptr<int>(alive_), change = component_graph_change(event)] {
      if (!alive.expired()) dispatch(std::string(kComponentGraphSource), change);
    });
  }
}

std::string Instance::load(const InstanceDefinition& definition) {
  auto capacity = [](const std::optional<ConfigValue>& value, std::uint64_t fallback) {
    return value ? resolve_unsigned(*value, UINT64_MAX).value_or(fallback) : fallback;
  };
  std::uint64_t priority = capacity(definition.priority_queue_capacity, 10'000);
  std::uint64_t dispatch_size = capacity(definition.dispatch_buffer_capacity, 1000);
  std::vector<std::string> seen;
  for (const QueryDefinition& query : definition.queries) {
    if (std::find(seen.begin(), seen.end(), query.id) != seen.end()) {
      return "Failed to create DrasiLib: Validation failed: Duplicate query id: '" + query.id + "'";
    }
    seen.push_back(query.id);
    if (query.storage_backend && query.storage_backend->is_string()) {
      std::string name = query.storage_backend->get<std::string>();
      if (name != "rocksdb" || !definition.persist_index) {
        std::string text = "Failed to create DrasiLib: Validation failed: Query '";
        text.append(query.id).append("' references unknown storage backend '").append(name);
        text.append("'. Declare it in storage_backends or inject a provider via with_index_provider(\"");
        return text.append(name).append("\", ...).");
      }
    }
  }
  for (const SourceDefinition& source : definition.sources) {
    if (auto added = add_source(source); !added) return "Failed to create DrasiLib: " + added.error().text();
  }
  for (QueryDefinition query : definition.queries) {
    if (!query.priority_queue_capacity) query.priority_queue_capacity = priority;
    if (!query.dispatch_buffer_capacity) query.dispatch_buffer_capacity = dispatch_size;
    auto added = add_query(query);
    if (!added) {
      // While loading, the graph's own text is given, without the operation around it.
      std::string text = added.error().text();
      std::string around = "Failed to add query '" + query.id + "': ";
      if (text.starts_with(around)) text = text.substr(around.size());
      return "Failed to create DrasiLib: " + text;
    }
  }
  for (const ReactionDefinition& reaction : definition.reactions) {
    if (auto added = add_reaction(reaction); !added) return "Failed to create DrasiLib: " + added.error().text();
  }
  return {};
}

std::expected<void, std::string> Instance::start() {
  around_.log.info("drasi_lib::lifecycle",
                   "Starting all auto-start components in sequence: Sources → Queries → Reactions");
  started_ = true;
  for (ComponentType type : {ComponentType::Source, ComponentType::Query, ComponentType::Reaction}) {
    std::string failures;
    std::string name(lower_name(type));
    for (auto& component : graph_.components()) {
      if (component->type != type) continue;
      if (!component->registered_auto_start) {
        around_.log.info("drasi_lib::managers::lifecycle_helpers",
                         "Skipping " + name + " '" + component->id + "' (auto_start=false)");
        continue;
      }
      around_.log.info("drasi_lib::managers::lifecycle_helpers", "Starting " + name + ": " + component->id);
      if (auto ok = start(*component); !ok) {
        around_.log.error("drasi_lib::managers::lifecycle_helpers",
                          "Failed to start " + name + " " + component->id + ": " + ok.error());
        failures += (failures.empty() ? "" : ", ") + component->id + ": " + ok.error();
      }
    }
    if (failures.empty()) continue;
    std::string text = "Failed to start some ";
    text.append(name).append("s: ").append(failures);
    if (type != ComponentType::Query) return std::unexpected(text);
    around_.log.warn("drasi_lib::lifecycle", "Some queries failed to start (they are now in Error state): " + text);
  }
  around_.log.info("drasi_lib::lib_core", "drasi-lib started successfully");
  return {};
}

std::string Instance::stop() {
  around_.log.info("drasi_lib::lib_core", "Stopping drasi-lib");
  std::string failures;
  for (ComponentType type : {ComponentType::Reaction, ComponentType::Query, ComponentType::Source}) {
    for (auto component = graph_.components().rbegin(); component != graph_.components().rend(); ++component) {
      if ((*component)->type != type || !(*component)->is_active()) continue;
      around_.log.info("drasi_lib::lifecycle",
                       "Stopping " + std::string(lower_name(type)) + " '" + (*component)->id + "'");
      if (auto ok = stop(**component); !ok) {
        failures += (failures.empty() ? "" : ", ") + (*component)->id + ": " + ok.error();
      }
    }
  }
  if (!failures.empty()) return "Failed to stop some components: " + failures;
  around_.log.info("drasi_lib::lifecycle", "All components stopped");
  return {};
}

std::expected<void, std::string> Instance::start(Component& component) {
  std::string name(lower_name(component.type));
  if (auto ok = graph_.transition(component, ComponentStatus::Starting, "Starting " + name); !ok) return ok;
  std::expected<void, std::string> outcome;
  const Faults& faults = around_.faults;
  const std::set<std::string>& chosen = component.type == ComponentType::Source  ? faults.fail_sources
                                        : component.type == ComponentType::Query ? faults.fail_queries
                                                                                 : faults.fail_reactions;
  bool internal = component.id.starts_with("__");
  if (!internal && selects(chosen, component.id)) {
    outcome = std::unexpected("simulated " + name + " failure");
  } else if (component.type == ComponentType::Source) {
    outcome = component.source->start();
  } else if (component.type == ComponentType::Query) {
    outcome = start_query(component);
  } else {
    outcome = component.reaction->start();
  }
  if (outcome) return outcome;
  if (faults.lying_health) {
    graph_.set_status(component, ComponentStatus::Running, name + " started");
    return {};
  }
  // A query reports its reason itself; the others' is wrapped.
  std::string message = component.type == ComponentType::Query ? outcome.error() : "Start failed: " + outcome.error();
  graph_.set_status(component, ComponentStatus::Error, message);
  return outcome;
}

std::expected<void, std::string> Instance::start_query(Component& component) {
  const QueryDefinition& query = *component.query;
  around_.log.info("drasi_lib::managers::logging", "Starting Query component: " + query.id);
  auto parsed = parse_query(query.query, query.language);
  if (!parsed) {
    std::string reason = "Failed to build query: Parser error: " + parsed.error();
    around_.log.error("drasi_lib::queries::manager",
                      "Failed to build query '" + query.id + "': Parser error: " + parsed.error());
    return std::unexpected(reason);
  }
  if (query.sources.empty()) {
    return std::unexpected("Failed to build subscription settings: No sources configured for query");
  }
  for (const Subscription& subscription : query.sources) {
    if (graph_.find(ComponentType::Source, subscription.source_id) == nullptr) {
      return std::unexpected("source not found: " + subscription.source_id);
    }
  }
  if (!parsed->supported) {
    around_.log.warn("drasi_sim", "Query '" + query.id + "' runs but yields nothing here: " + parsed->reason);
  }
  component.running_query = std::make_unique<ContinuousQuery>(std::move(*parsed));
  component.outbox.clear();
  component.sequence = 0;
  if (query.enable_bootstrap) bootstrap(component);
  graph_.set_status(component, ComponentStatus::Running, "Query started successfully");
  return {};
}

void Instance::bootstrap(Component& query) {
  for (const Subscription& subscription : query.query->sources) {
    const Component* source = graph_.find(ComponentType::Source, subscription.source_id);
    if (source == nullptr) continue;
    if (subscription.source_id == kComponentGraphSource) {
      for (const auto& component : graph_.components()) {
        if (component->id == kComponentGraphSource) continue;
        query.running_query->apply(subscription.source_id,
                                   component_graph_node(component->type, component->id, component->status));
      }
    } else if (source->own_bootstrap) {
      for (const GraphChange& change : source->source->initial_changes()) {
        query.running_query->apply(subscription.source_id, change);
      }
    }
  }
}

// Lets the runtime go; with `announce` the final status is reported.
void Instance::halt(Component& component, bool announce) {
  std::string message;
  if (component.type == ComponentType::Source) {
    component.source->stop();
    message = component.source->stopped_message();
  } else if (component.type == ComponentType::Query) {
    component.running_query.reset();
    message = "Query '" + component.id + "' stopped";
  } else {
    component.reaction->stop();
    message = "Reaction '" + component.id + "' stopped";
  }
  if (announce) graph_.set_status(component, ComponentStatus::Stopped, message);
}

std::expected<void, std::string> Instance::stop(Component& component) {
  std::string name(lower_name(component.type));
  if (auto ok = graph_.transition(component, ComponentStatus::Stopping, "Stopping " + name); !ok) return ok;
  halt(component, true);
  return {};
}

Outcome<void> Instance::add_source(const SourceDefinition& source) {
  auto component = graph_.enter(ComponentType::Source, source.id, {}, "");
  if (!component) return std::unexpected(component.error());
  Component& target = **component;
  target.registered_kind = source.kind;
  target.registered_auto_start = source.auto_start;
  target.own_bootstrap = !source.bootstrap_provider.has_value();
  target.source = make_source_runtime(source.kind, source.id, source.config, graph_.host_for(target),
                                      [this, id = source.id](const GraphChange& change) { dispatch(id, change); });
  if (!started_ || !source.auto_start) return {};
  if (auto ok = start(target); !ok) {
    return std::unexpected(DrasiFailure::operation("start", "source", source.id, ok.error()));
  }
  return {};
}

Outcome<void> Instance::add_query(const QueryDefinition& query) {
  std::vector<std::string> upstream;
  upstream.reserve(query.sources.size());
  for (const Subscription& subscription : query.sources) upstream.push_back(subscription.source_id);
  auto component = graph_.enter(ComponentType::Query, query.id, upstream, "source");
  if (!component) return std::unexpected(component.error());
  Component& target = **component;
  target.registered_auto_start = query.auto_start;
  target.query = query;
  around_.log.info("drasi_lib::queries::manager", "Provisioned query: " + query.id + " with bootstrap support");
  if (!started_ || !query.auto_start) return {};
  if (auto ok = start(target); !ok) {
    return std::unexpected(DrasiFailure::operation("add", "query", query.id, ok.error()));
  }
  return {};
}

Outcome<void> Instance::add_reaction(const ReactionDefinition& reaction) {
  auto component = graph_.enter(ComponentType::Reaction, reaction.id, reaction.queries, "query");
  if (!component) return std::unexpected(component.error());
  Component& target = **component;
  target.registered_kind = reaction.kind;
  target.registered_auto_start = reaction.auto_start;
  target.reaction_queries = reaction.queries;
  target.reaction =
      make_reaction_runtime(reaction.kind, reaction.id, reaction.queries, reaction.config, graph_.host_for(target));
  if (!started_ || !reaction.auto_start) return {};
  if (auto ok = start(target); !ok) {
    return std::unexpected(DrasiFailure::operation("start", "reaction", reaction.id, ok.error()));
  }
  return {};
}

Outcome<void> Instance::add_attach_reaction(const std::string& id, const std::string& query_id,
                                            std::function<void(const QueryEmission&)> sink) {
  auto component = graph_.enter(ComponentType::Reaction, id, {query_id}, "query");
  if (!component) return std::unexpected(component.error());
  Component& target = **component;
  target.registered_kind = "application";
  target.reaction_queries = {query_id};
  target.reaction = make_attach_reaction(sink, graph_.host_for(target));
  if (auto ok = start(target); !ok) {
    return std::unexpected(DrasiFailure::operation("start", "reaction", id, ok.error()));
  }
  // A subscriber first gets what the query has kept for it.
  if (const Component* query = graph_.find(ComponentType::Query, query_id)) {
    for (const QueryEmission& emission : query->outbox) sink(emission);
  }
  return {};
}

Outcome<void> Instance::reconfigure(Component& component, const std::function<void()>& replace) {
  std::string name(lower_name(component.type));
  bool was_active = component.is_active();
  auto fail = [&](const std::string& reason) {
    return std::unexpected(DrasiFailure::operation("update", name, component.id, reason));
  };
  if (auto ok = graph_.transition(component, ComponentStatus::Reconfiguring, "Reconfiguring " + name); !ok) {
    return fail(ok.error());
  }
  if (was_active) halt(component, true);
  replace();
  if (was_active) {
    if (auto ok = start(component); !ok) return fail(ok.error());
    return {};
  }
  graph_.set_status(component, ComponentStatus::Stopped, "Reconfiguration complete");
  return {};
}

Outcome<void> Instance::update_source(const SourceDefinition& source) {
  Component* component = graph_.find(ComponentType::Source, source.id);
  if (component == nullptr) return std::unexpected(DrasiFailure::not_found("source", source.id));
  return reconfigure(*component, [&] {
    component->own_bootstrap = !source.bootstrap_provider.has_value();
    component->source =
        make_source_runtime(source.kind, source.id, source.config, graph_.host_for(*component),
                            [this, id = source.id](const GraphChange& change) { dispatch(id, change); });
  });
}

Outcome<void> Instance::update_reaction(const ReactionDefinition& reaction) {
  Component* component = graph_.find(ComponentType::Reaction, reaction.id);
  if (component == nullptr) return std::unexpected(DrasiFailure::not_found("reaction", reaction.id));
  return reconfigure(*component, [&] {
    component->reaction_queries = reaction.queries;
    component->reaction = make_reaction_runtime(reaction.kind, reaction.id, reaction.queries, reaction.config,
                                                graph_.host_for(*component));
  });
}

Outcome<void> Instance::remove(ComponentType type, const std::string& id) {
  std::string name(lower_name(type));
  std::vector<std::string> dependents =
      graph_.any(id) != nullptr ? graph_.dependents_of(id) : std::vector<std::string>{};
  if (!dependents.empty()) {
    std::string list;
    for (const std::string& dependent : dependents) list += (list.empty() ? "" : ", ") + dependent;
    return std::unexpected(DrasiFailure::operation("remove", name, id, "Depended on by: " + list));
  }
  Component* component = graph_.find(type, id);
  if (component == nullptr) {
    return std::unexpected(
        DrasiFailure::operation("remove", name, id, "Teardown failed: " + name + " not found: " + id));
  }
  if (component->is_active()) {
    graph_.set_status(*component, ComponentStatus::Stopping, "Stopping for teardown");
    halt(*component, true);
  }
  around_.log.info("drasi_lib::managers::lifecycle_helpers", "Teardown " + name + ": " + id);
  graph_.erase(*component);
  return {};
}

Outcome<void> Instance::start_component(ComponentType type, const std::string& id) {
  std::string name(lower_name(type));
  Component* component = graph_.find(type, id);
  if (component == nullptr) {
    if (type == ComponentType::Query) return std::unexpected(DrasiFailure::not_found(name, id));
    return std::unexpected(DrasiFailure::operation("start", name, id, name + " not found: " + id));
  }
  if (auto ok = start(*component); !ok) {
    return std::unexpected(DrasiFailure::operation("start", name, id, ok.error()));
  }
  return {};
}

Outcome<void> Instance::stop_component(ComponentType type, const std::string& id) {
  std::string name(lower_name(type));
  Component* component = graph_.find(type, id);
  if (component == nullptr) {
    return std::unexpected(DrasiFailure::operation("stop", name, id, name + " not found: " + id));
  }
  if (auto ok = stop(*component); !ok) return std::unexpected(DrasiFailure::operation("stop", name, id, ok.error()));
  return {};
}

void Instance::dispatch(const std::string& source_id, const GraphChange& change) {
  for (std::size_t index = 0; index < graph_.components().size(); ++index) {
    Component& query = *graph_.components()[index];
    if (!query.running_query || query.status != ComponentStatus::Running) continue;
    bool subscribed =
        std::any_of(query.query->sources.begin(), query.query->sources.end(),
                    [&](const Subscription& subscription) { return subscription.source_id == source_id; });
    if (!subscribed) continue;
    std::vector<Json> differences = query.running_query->apply(source_id, change);
    if (differences.empty()) continue;
    QueryEmission emission{query.id, ++query.sequence, unix_nanoseconds(), source_id, std::move(differences)};
    query.outbox.push_back(emission);
    if (query.outbox.size() > std::min<std::uint64_t>(kMaximumOutbox, query.query->outbox_capacity)) {
      query.outbox.pop_front();
    }
    for (std::size_t other = 0; other < graph_.components().size(); ++other) {
      Component& reaction = *graph_.components()[other];
      if (!reaction.reaction || reaction.status != ComponentStatus::Running) continue;
      const auto& queries = reaction.reaction_queries;
      if (std::find(queries.begin(), queries.end(), emission.query_id) != queries.end()) {
        reaction.reaction->deliver(emission);
      }
    }
  }
}

Outcome<Json> Instance::results(const std::string& query_id) const {
  const Component* query = graph_.find(ComponentType::Query, query_id);
  if (query == nullptr) {
    return std::unexpected(DrasiFailure{DrasiFailure::Kind::Internal, "", "", "Query '" + query_id + "' not found"});
  }
  if (query->status != ComponentStatus::Running) {
    return std::unexpected(
        DrasiFailure{DrasiFailure::Kind::InvalidState, "", "", "Query '" + query_id + "' is not running"});
  }
  return query->running_query ? query->running_query->results() : Json::array();
}

}  // namespace draas::simulator
