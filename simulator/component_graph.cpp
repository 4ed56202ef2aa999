#include "simulator/component_graph.hpp"

#include <algorithm>

#include "simulator/clock_text.hpp"

namespace draas::simulator {

namespace {

constexpr std::size_t kHistory = 100;

bool allowed(ComponentStatus from, ComponentStatus to) {
  using enum ComponentStatus;
  switch (to) {
    case Starting:
      return from == Added || from == Stopped || from == Error || from == Reconfiguring;
    case Running:
      return from == Starting;
    case Stopping:
      return from == Starting || from == Running;
    case Stopped:
      return from == Added || from == Starting || from == Running || from == Stopping || from == Error ||
             from == Reconfiguring;
    case Error:
      return from == Starting || from == Running || from == Stopping || from == Reconfiguring;
    case Reconfiguring:
      return from == Added || from == Stopped || from == Running || from == Error;
    default:
      return false;
  }
}

std::string refusal(const std::string& id, ComponentStatus from, ComponentStatus to) {
  using enum ComponentStatus;
  std::string quoted = "'" + id + "'";
  if (to == Starting && from == Running) return "Component " + quoted + " is already running";
  if (to == Starting && from == Stopping) return "Cannot start component " + quoted + " while it is stopping";
  if (to == Starting && from == Reconfiguring) return "Cannot start component " + quoted + " while it is reconfiguring";
  if (to == Stopping && from == Stopped) return "Cannot stop component " + quoted + ": it is already stopped";
  if (to == Stopping && from == Error) return "Cannot stop component " + quoted + ": it is in error state";
  if (to == Reconfiguring && from == Starting)
    return "Cannot reconfigure component " + quoted + " while it is starting";
  if (to == Reconfiguring && from == Stopping)
    return "Cannot reconfigure component " + quoted + " while it is stopping";
  return "Invalid state transition for component " + quoted + ": " + std::string(to_string(from)) + " → " +
         std::string(to_string(to));
}

}  // namespace

std::optional<std::string> Component::last_error() const {
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (event->status == ComponentStatus::Error) return event->message;
  }
  return std::nullopt;
}

ComponentGraph::ComponentGraph(Surroundings surroundings, std::string instance_id)
    : around_(surroundings), instance_id_(std::move(instance_id)) {}

// What still runs may report while it ends, to a graph that is whole.
ComponentGraph::~ComponentGraph() {
  for (auto& component : components_) {
    component->source.reset();
    component->reaction.reset();
  }
}

Outcome<Component*> ComponentGraph::enter(ComponentType type, const std::string& id,
                                          const std::vector<std::string>& upstream, std::string_view upstream_name) {
  std::string name(lower_name(type));
  auto refuse = [&](const std::string& reason) {
    std::string text = type == ComponentType::Query ? reason : "Failed to register: " + reason;
    return std::unexpected(DrasiFailure::operation("add", name, id, text));
  };
  for (const std::string& needed : upstream) {
    if (any(needed) == nullptr && needed != instance_id_) {
      std::string text = "Cannot register ";
      text.append(name).append(" '").append(id).append("': referenced ").append(upstream_name).append(" '");
      return refuse(text.append(needed).append("' does not exist in the graph"));
    }
  }
  if (any(id) != nullptr || id == instance_id_) return refuse(name + " '" + id + "' already exists in the graph");
  components_.push_back(std::make_unique<Component>());
  Component& component = *components_.back();
  component.id = id;
  component.type = type;
  component.upstream = upstream;
  record(component, ComponentStatus::Added, name + " added");
  return &component;
}

void ComponentGraph::erase(Component& component) {
  record(component, ComponentStatus::Removed, std::string(lower_name(component.type)) + " removed");
  std::erase_if(components_, [&](const auto& entry) { return entry.get() == &component; });
}

Component* ComponentGraph::any(const std::string& id) {
  for (auto& component : components_) {
    if (component->id == id) return component.get();
  }
  return nullptr;
}

Component* ComponentGraph::find(ComponentType type, const std::string& id) {
  Component* component = any(id);
  return component != nullptr && component->type == type ? component : nullptr;
}

const Component* ComponentGraph::find(ComponentType type, const std::string& id) const {
  return const_cast<ComponentGraph*>(this)->find(type, id);
}

std::vector<const Component*> ComponentGraph::list(ComponentType type) const {
  std::vector<const Component*> out;
  for (const auto& component : components_) {
    if (component->type == type) out.push_back(component.get());
  }
  return out;
}

std::vector<std::string> ComponentGraph::dependents_of(const std::string& id) const {
  std::vector<std::string> out;
  for (auto component = components_.rbegin(); component != components_.rend(); ++component) {
    const auto& upstream = (*component)->upstream;
    if (std::find(upstream.begin(), upstream.end(), id) != upstream.end()) out.push_back((*component)->id);
  }
  return out;
}

void ComponentGraph::record(Component& component, ComponentStatus status, std::optional<std::string> message) {
  ComponentEvent event{component.id, component.type, status, unix_nanoseconds(), std::move(message)};
  component.events.push_back(event);
  if (component.events.size() > kHistory) component.events.pop_front();
  component.on_event.call(event);
  on_event_.call(event);
}

void ComponentGraph::set_status(Component& component, ComponentStatus status, std::optional<std::string> message) {
  if (component.status == status || !allowed(component.status, status)) return;
  if (status == ComponentStatus::Error && around_.faults.lying_health && component.status == ComponentStatus::Running) {
    return;
  }
  component.status = status;
  record(component, status, std::move(message));
}

std::expected<void, std::string> ComponentGraph::transition(Component& component, ComponentStatus target,
                                                            std::optional<std::string> message) {
  if (component.status == target) return {};
  if (!allowed(component.status, target)) return std::unexpected(refusal(component.id, component.status, target));
  component.status = target;
  record(component, target, std::move(message));
  return {};
}

void ComponentGraph::write_log(Component& component, TraceLevel level, const std::string& message) {
  trace(component, level, message);
  ComponentLogLine line{unix_nanoseconds(), level, message, component.id, component.type};
  component.logs.push_back(line);
  if (component.logs.size() > kHistory) component.logs.pop_front();
  component.on_log.call(line);
}

void ComponentGraph::trace(const Component& component, TraceLevel level, const std::string& message) {
  if (component.type == ComponentType::Query) {
    around_.log.write(level, "drasi_lib::queries::manager", message);
  } else {
    around_.log.write(level, "drasi_host_sdk::callbacks", "[plugin:" + component.id + "] " + message);
  }
}

RuntimeHost ComponentGraph::host_for(Component& component) {
  // The component owns the runtime that holds these, so its address stays good.
  Component* target = &component;
  return {around_.reactor,
          [this, target](ComponentStatus status, std::optional<std::string> message) {
            set_status(*target, status, std::move(message));
          },
          [this, target](TraceLevel level, const std::string& message) { write_log(*target, level, message); },
          [this, target](TraceLevel level, const std::string& message) { trace(*target, level, message); }};
}

Json ComponentGraph::snapshot() const {
  Json sources = Json::array();
  Json queries = Json::array();
  Json reactions = Json::array();
  Json edges = Json::array();
  auto edge = [&](const std::string& from, const std::string& to, const char* there, const char* back) {
    edges.push_back({{"from", from}, {"to", to}, {"relationship", there}});
    edges.push_back({{"from", to}, {"to", from}, {"relationship", back}});
  };
  for (const auto& component : components_) {
    edge(instance_id_, component->id, "Owns", "OwnedBy");
    for (const std::string& upstream : component->upstream) edge(upstream, component->id, "Feeds", "SubscribesTo");
    std::string_view status = to_string(component->status);
    if (component->type == ComponentType::Source) {
      sources.push_back({{"id", component->id},
                         {"source_type", component->registered_kind},
                         {"status", status},
                         {"auto_start", component->registered_auto_start},
                         {"properties", component->source->properties()},
                         {"bootstrap_provider", nullptr}});
    } else if (component->type == ComponentType::Query) {
      queries.push_back({{"id", component->id}, {"config", component->query->to_snapshot_form()}, {"status", status}});
    } else {
      reactions.push_back({{"id", component->id},
                           {"reaction_type", component->registered_kind},
                           {"status", status},
                           {"auto_start", component->registered_auto_start},
                           {"queries", component->reaction_queries},
                           {"properties", component->reaction->properties()}});
    }
  }
  return {{"instance_id", instance_id_},       {"timestamp", timestamp_text_with_offset(unix_nanoseconds())},
          {"sources", std::move(sources)},     {"queries", std::move(queries)},
          {"reactions", std::move(reactions)}, {"edges", std::move(edges)}};
}

}  // namespace draas::simulator
