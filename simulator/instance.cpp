#include "simulator/instance.hpp"

#include <algorithm>
#include <array>

#include "simulator/clock_text.hpp"

namespace draas::simulator {

namespace {

constexpr std::size_t kMaximumOutbox = 256;

// Why the middleware of a query cannot be set up.
std::optional<std::string> middleware_fault(const Json& middleware) {
  static constexpr std::array<std::string_view, 7> kKinds = {"decoder", "jq",      "map",   "parse_json",
                                                             "promote", "relabel", "unwind"};
  for (const Json& item : middleware) {
    std::string kind = item["kind"].get<std::string>();
    if (std::find(kKinds.begin(), kKinds.end(), kind) == kKinds.end()) {
      return "Middleware setup error: Invalid configuration: Unknown middleware kind: " + kind;
    }
  }
  return std::nullopt;
}

}  // namespace

Instance::Instance(Surroundings surroundings, std::string id, bool persist_index)
    : around_(surroundings), id_(std::move(id)), persist_index_(persist_index), graph_(around_, id_) {
  graph_.on_event().add([this](const ComponentEvent& event) { report(event); });
  auto component = graph_.enter(ComponentType::Source, std::string(kComponentGraphSource), {}, "");
  Component& source = **component;
  source.registered_kind = "component_graph";
  source.source = make_component_graph_source(id_, graph_.host_for(source));
}

void Instance::report(const ComponentEvent& event) {
  if (started_ && event.status != ComponentStatus::Added) {
    std::string text = "Component Event - " + std::string(to_string(event.type)) + " " + event.id + ": " +
                       std::string(to_string(event.status)) + " - " + event.message.value_or("");
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
  if (definition.state_store) {
    auto location = read_config_value((*definition.state_store)["path"], "a string");
    if (location) checkpoints_ = Checkpoints(resolve_string(*location).value_or(""));
  }
  std::uint64_t priority = capacity(definition.priority_queue_capacity, 10'000);
  std::uint64_t dispatch_size = capacity(definition.dispatch_buffer_capacity, 1000);
  std::vector<std::string> seen;
  for (const QueryDefinition& query : definition.queries) {
    if (std::find(seen.begin(), seen.end(), query.id) != seen.end()) {
      return "Failed to create DrasiLib: Validation failed: Duplicate query id: '" + query.id + "'";
    }
    seen.push_back(query.id);
    if (storage_fault(query)) {
      std::string text = "Failed to create DrasiLib: Validation failed: Query '" + query.id;
      if (query.storage_backend->is_string()) {
        std::string name = query.storage_backend->get<std::string>();
        text.append("' references unknown storage backend '").append(name);
        text.append("'. Declare it in storage_backends or inject a provider via with_index_provider(\"");
        return text.append(name).append("\", ...).");
      }
      text.append("' uses an inline '").append(query.storage_backend->value("kind", ""));
      text.append("' storage backend, which is not supported in embedded mode. Declare a named storage backend and ");
      return text.append("inject a provider via with_index_provider(name, ...).");
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
  std::optional<std::string> account;
  bool query_failed = false;
  const Faults& faults = around_.faults;
  const std::set<std::string>& chosen = component.type == ComponentType::Source  ? faults.fail_sources
                                        : component.type == ComponentType::Query ? faults.fail_queries
                                                                                 : faults.fail_reactions;
  bool internal = component.id.starts_with("__");
  if (!internal && selects(chosen, component.id)) {
    outcome = std::unexpected("simulated " + name + " failure");
    account = outcome.error();
    query_failed = component.type == ComponentType::Query;
  } else if (component.type == ComponentType::Source) {
    outcome = component.source->start();
  } else if (component.type == ComponentType::Query) {
    if (auto started = start_query(component); !started) {
      outcome = std::unexpected(started.error().reason);
      account = started.error().account;
      query_failed = true;
    }
  } else {
    outcome = start_reaction(component);
  }
  if (outcome) return outcome;
  if (faults.lying_health) {
    graph_.set_status(component, ComponentStatus::Running, name + " started");
    return {};
  }
  graph_.set_status(component, ComponentStatus::Error, "Start failed: " + outcome.error());
  if (query_failed) {
    // What the query itself reports arrives after what was made of its failure.
    graph_.set_status(component, ComponentStatus::Starting, "Starting query");
    if (account) graph_.set_status(component, ComponentStatus::Error, *account);
  }
  return outcome;
}

std::optional<Instance::QueryFailure> Instance::storage_fault(const QueryDefinition& query) const {
  if (!query.storage_backend) return std::nullopt;
  const Json& backend = *query.storage_backend;
  bool known = backend.is_string() ? persist_index_ && backend == "rocksdb"
                                   : backend.is_object() && backend.value("kind", Json()) == "memory";
  return known ? std::nullopt : std::optional(QueryFailure{"Failed to build indexes", std::nullopt});
}

std::expected<void, Instance::QueryFailure> Instance::start_query(Component& component) {
  const QueryDefinition& query = *component.query;
  around_.log.info("drasi_lib::managers::logging", "Starting Query component: " + query.id);
  if (auto fault = storage_fault(query)) return std::unexpected(*fault);
  auto same = [](const std::string& text) { return std::unexpected(QueryFailure{text, text}); };
  auto parsed = parse_query(query.query, query.language);
  std::optional<std::string> unfit;
  if (!parsed) unfit = "Parser error: " + parsed.error();
  if (!unfit) unfit = middleware_fault(query.middleware);
  if (unfit) {
    around_.log.error("drasi_lib::queries::manager", "Failed to build query '" + query.id + "': " + *unfit);
    return same("Failed to build query: " + *unfit);
  }
  if (query.sources.empty()) return same("Failed to build subscription settings: No sources configured for query");
  std::vector<std::string> volatile_sources;
  for (const Subscription& subscription : query.sources) {
    const Component* source = graph_.find(ComponentType::Source, subscription.source_id);
    if (source == nullptr) {
      return std::unexpected(QueryFailure{"source not found: " + subscription.source_id,
                                          "Source '" + subscription.source_id + "' not found"});
    }
    if (!source->source->replays()) volatile_sources.push_back(subscription.source_id);
  }
  bool persistent = persist_index_ && (!query.storage_backend || query.storage_backend->is_string());
  if (persistent && !volatile_sources.empty()) {
    std::string list;
    for (const std::string& id : volatile_sources) list += (list.empty() ? "" : ", ") + id;
    std::string text = "source(s) " + debug_list(volatile_sources) +
                       " do not support replay; checkpoint-based recovery requires durable sources";
    return std::unexpected(
        QueryFailure{"Incompatible source '" + list + "' for persistent query '" + query.id + "': " + text,
                     "Query '" + query.id + "' has a persistent backend but " + text});
  }
  if (!parsed->supported) {
    around_.log.warn("drasi_sim", "Query '" + query.id + "' runs but yields nothing here: " + parsed->reason);
  }
  if (component.running_query != nullptr) {
    component.running_query->restart();
  } else {
    component.running_query = std::make_unique<ContinuousQuery>(std::move(*parsed));
  }
  component.fed_by.clear();
  for (const Subscription& subscription : query.sources) component.fed_by.push_back(subscription.source_id);
  std::string start = "Query '" + query.id + "' ";
  auto filled = query.enable_bootstrap ? bootstrap(component) : decltype(bootstrap(component)){};
  for (const auto& [source, count] : filled) {
    graph_.write_log(component, TraceLevel::Info,
                     "[BOOTSTRAP] " + start + "completed bootstrap from source '" + source + "' (" +
                         std::to_string(count) + " events)");
  }
  graph_.write_log(component, TraceLevel::Info, start + "waiting for bootstrap gate before processing events");
  if (!filled.empty()) {
    graph_.write_log(component, TraceLevel::Info,
                     "[BOOTSTRAP] " + start + "all sources completed bootstrap, 0 recovery checkpoint(s) to persist");
    graph_.write_log(component, TraceLevel::Info, "[BOOTSTRAP] " + start + "bootstrap gate opened");
  }
  graph_.write_log(component, TraceLevel::Info, start + "bootstrap gate opened, starting event processing");
  graph_.write_log(component, TraceLevel::Info, "Starting FutureQueueSource for query '" + query.id + "'");
  graph_.set_status(component, ComponentStatus::Running, "Query started successfully");
  graph_.write_log(component, TraceLevel::Info, start + "starting priority queue event processor");
  return {};
}

// A reaction reports Running before it looks for what it follows.
std::expected<void, std::string> Instance::start_reaction(Component& component) {
  if (auto ok = component.reaction->start(); !ok) return ok;
  for (const std::string& id : component.reaction_queries) {
    std::string reason;
    if (const Component* query = graph_.find(ComponentType::Query, id); query == nullptr) {
      reason = "Query '" + id + "' not found. Available queries can be listed using list_queries().";
    } else if (!component.id.starts_with("__")) {
      reason = checkpoint_fault(component, *query);
      if (reason.empty()) checkpoints_.remember(component.id, *query->query);
    }
    if (reason.empty()) continue;
    component.reaction->stop();
    graph_.set_status(component, ComponentStatus::Error, "Bootstrap failed: " + reason);
    return std::unexpected(reason);
  }
  return {};
}

// Why a reaction cannot go on with a query that has become another one.
std::string Instance::checkpoint_fault(const Component& reaction, const Component& query) const {
  if (!checkpoints_.differs(reaction.id, *query.query)) return {};
  static constexpr std::array<std::string_view, 4> kSkipping = {"eventgrid", "log", "profiler", "sse"};
  Json properties = reaction.reaction->properties();
  std::string kind = reaction.reaction->kind();
  bool skips = std::find(kSkipping.begin(), kSkipping.end(), kind) != kSkipping.end();
  if (auto policy = properties.find("recoveryPolicy"); policy != properties.end()) skips = *policy != Json("strict");
  if (!skips) {
    return "Reaction '" + reaction.id + "': Strict recovery policy — cannot recover from gap/mismatch for query '" +
           query.id + "'. Manual intervention required.";
  }
  if (query.status == ComponentStatus::Running) return {};
  // One that was never started stands, for those that ask.
  auto status = query.status == ComponentStatus::Added ? ComponentStatus::Stopped : query.status;
  return "AutoSkipGap: failed to determine current sequence for query '" + query.id +
         "': Query is not running (status: " + std::string(to_string(status)) + ")";
}

std::vector<std::pair<std::string, std::size_t>> Instance::bootstrap(Component& query) {
  std::vector<std::pair<std::string, std::size_t>> out;
  for (const Subscription& subscription : query.query->sources) {
    const Component* source = graph_.find(ComponentType::Source, subscription.source_id);
    if (source == nullptr) continue;
    std::vector<GraphChange> changes;
    if (subscription.source_id == kComponentGraphSource) {
      for (const auto& component : graph_.components()) {
        if (component->id == kComponentGraphSource) continue;
        changes.push_back(component_graph_node(component->type, component->id, component->status));
      }
    } else if (source->own_bootstrap) {
      changes = source->source->initial_changes();
      if (changes.empty()) continue;
    } else {
      continue;
    }
    for (const GraphChange& change : changes) query.running_query->apply(subscription.source_id, change);
    out.emplace_back(subscription.source_id, changes.size());
  }
  return out;
}

void Instance::cut_off(const std::string& source_id) {
  for (const auto& component : graph_.components()) {
    if (std::erase(component->fed_by, source_id) == 0) continue;
    std::string start = "Query '" + component->id + "' ";
    graph_.write_log(*component, TraceLevel::Error,
                     start + "receiver error for source '" + source_id + "': Channel closed");
    graph_.write_log(*component, TraceLevel::Info, start + "channel closed for source '" + source_id + "'");
  }
}

// Lets the runtime go; with `announce` the final status is reported.
void Instance::halt(Component& component, bool announce) {
  std::optional<std::string> message;
  if (component.type == ComponentType::Source) {
    component.source->stop();
    message = component.source->stopped_message();
  } else if (component.type == ComponentType::Query) {
    component.fed_by.clear();
    if (component.status == ComponentStatus::Stopping && component.running_query != nullptr) {
      std::string start = "Query '" + component.id + "' ";
      graph_.write_log(component, TraceLevel::Info, start + "received shutdown signal, exiting processing loop");
      graph_.write_log(component, TraceLevel::Info, start + "processing task exited");
    }
    message = "Query '" + component.id + "' stopped";
  } else {
    component.reaction->stop();
    message = component.reaction->stopped_message();
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

void Instance::start_twice(const std::string& source_id) {
  Component* component = graph_.find(ComponentType::Source, source_id);
  if (component == nullptr || component->status != ComponentStatus::Running) return;
  if (auto again = component->source->start(); !again) {
    around_.log.warn("drasi_server::api::shared::handlers::source_handlers",
                     "Failed to auto-start source '" + source_id + "': " + again.error());
  }
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
                                            std::function<void(const QueryEmission&)> sink,
                                            std::function<void()> ended) {
  auto component = graph_.enter(ComponentType::Reaction, id, {query_id}, "query");
  if (!component) return std::unexpected(component.error());
  Component& target = **component;
  target.registered_kind = "application";
  target.reaction_queries = {query_id};
  target.reaction = make_attach_reaction(sink, std::move(ended), graph_.host_for(target));
  if (auto ok = start(target); !ok) {
    return std::unexpected(DrasiFailure::operation("start", "reaction", id, ok.error()));
  }
  // A subscriber first gets what the query has kept for it.
  const Component* query = graph_.find(ComponentType::Query, query_id);
  if (query != nullptr && query->status == ComponentStatus::Running) {
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
    cut_off(source.id);
    component->registered_kind = source.kind;
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
    component->registered_kind = reaction.kind;
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
    if (std::find(query.fed_by.begin(), query.fed_by.end(), source_id) == query.fed_by.end()) continue;
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
