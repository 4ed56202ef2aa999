#include "simulator/server_state.hpp"

#include <cerrno>
#include <cstdio>

#include <unistd.h>

#include "simulator/config_file.hpp"

namespace draas::simulator {

ServerState::ServerState(Surroundings surroundings, ServerDefinition definition, std::string config_path)
    : around_(surroundings), definition_(std::move(definition)), config_path_(std::move(config_path)) {}

std::string ServerState::load_instances(const std::vector<InstanceDefinition>& definitions) {
  for (const InstanceDefinition& definition : definitions) {
    std::string id = resolve_string(definition.id).value_or("");
    around_.log.info("drasi_server::server", "Loading " + std::to_string(definition.sources.size()) +
                                                 " source(s) from configuration for instance '" + id + "'");
    declared_[id] = definition;
    InstanceDefinition resolved = definition;
    for (SourceDefinition& source : resolved.sources) {
      if (auto with = with_bootstrap(id, source)) source = *with;
    }
    auto instance = std::make_unique<Instance>(around_, id, definition.persist_index);
    if (std::string fault = instance->load(resolved); !fault.empty()) return fault;
    for (const SourceDefinition& source : definition.sources) remember_source(id, source);
    for (const ReactionDefinition& reaction : definition.reactions) remember_reaction(id, reaction);
    instances_.push_back(std::move(instance));
  }
  return {};
}

void ServerState::add_instance(std::unique_ptr<Instance> instance, InstanceDefinition definition) {
  declared_[instance->id()] = std::move(definition);
  instances_.push_back(std::move(instance));
}

Instance* ServerState::find(const std::string& id) const {
  for (const auto& instance : instances_) {
    if (instance->id() == id) return instance.get();
  }
  return nullptr;
}

std::optional<SourceDefinition> ServerState::with_bootstrap(const std::string& instance_id,
                                                            SourceDefinition source) const {
  if (!source.bootstrap_provider || !source.bootstrap_provider->is_string()) return source;
  auto declared = declared_.find(instance_id);
  if (declared == declared_.end()) return std::nullopt;
  auto wanted = source.bootstrap_provider->get<std::string>();
  for (const ProviderDefinition& provider : declared->second.bootstrap_providers) {
    if (provider.id != wanted) continue;
    Json inline_form = {{"kind", provider.kind}};
    for (const auto& [key, value] : provider.config.items()) inline_form[key] = value;
    source.bootstrap_provider = std::move(inline_form);
    return source;
  }
  return std::nullopt;
}

void ServerState::remember_source(const std::string& instance_id, const SourceDefinition& source) {
  remembered_[{instance_id, source.id}] = {source.bootstrap_provider, source.identity_provider};
}

void ServerState::remember_reaction(const std::string& instance_id, const ReactionDefinition& reaction) {
  remembered_[{instance_id, reaction.id}] = {std::nullopt, reaction.identity_provider};
}

void ServerState::forget(const std::string& instance_id, const std::string& component_id) {
  remembered_.erase({instance_id, component_id});
}

InstanceDefinition ServerState::describe(const Instance& instance) const {
  InstanceDefinition out;
  if (auto declared = declared_.find(instance.id()); declared != declared_.end()) {
    const InstanceDefinition& known = declared->second;
    out.persist_index = known.persist_index;
    out.enable_archive = known.enable_archive;
    out.state_store = known.state_store;
    out.secret_store = known.secret_store;
    out.priority_queue_capacity = known.priority_queue_capacity;
    out.dispatch_buffer_capacity = known.dispatch_buffer_capacity;
    out.identity_providers = known.identity_providers;
    out.bootstrap_providers = known.bootstrap_providers;
  }
  out.id = ConfigValue::literal(instance.id());
  auto remembered = [&](const std::string& id) {
    auto found = remembered_.find({instance.id(), id});
    return found == remembered_.end() ? Remembered{} : found->second;
  };
  for (const Component* component : instance.list(ComponentType::Source)) {
    if (component->id.starts_with("__")) continue;
    Remembered extra = remembered(component->id);
    out.sources.push_back({component->registered_kind, component->id, component->registered_auto_start,
                           extra.bootstrap_provider, extra.identity_provider, component->source->properties()});
  }
  for (const Component* component : instance.list(ComponentType::Query)) out.queries.push_back(*component->query);
  // The reactions of open /attach streams are written too; the server does the same.
  for (const Component* component : instance.list(ComponentType::Reaction)) {
    out.reactions.push_back({component->registered_kind, component->id, component->reaction_queries,
                             component->registered_auto_start, remembered(component->id).identity_provider,
                             component->reaction->properties()});
  }
  return out;
}

std::string ServerState::save() {
  if (!definition_.persist_config || read_only) return {};
  around_.log.info("drasi_server::persistence", "Saving configuration to " + config_path_);
  if (around_.faults.fail_persist) return "Failed to write temp config file: simulated failure";
  std::vector<InstanceDefinition> described;
  for (const auto& instance : instances_) described.push_back(describe(*instance));
  ServerDefinition out = definition_;
  out.api_version.reset();
  out.instances.clear();
  out.host = ConfigValue::literal(host);
  out.port = ConfigValue::literal(port);
  out.log_level = ConfigValue::literal(log_level);
  if (described.size() == 1) {
    out.root = std::move(described.front());
  } else {
    out.root = InstanceDefinition{};
    out.root.id = ConfigValue::literal(instances_.empty() ? std::string() : instances_.front()->id());
    out.instances = std::move(described);
  }
  if (auto fault = validate_server(out)) return *fault;
  std::filesystem::path temporary = std::filesystem::path(config_path_).replace_extension("tmp");
  if (std::string reason = write_config_file(out, temporary); !reason.empty()) {
    return "Failed to write temp config file: " + reason;
  }
  if (std::rename(temporary.c_str(), config_path_.c_str()) != 0) {
    std::string reason = os_error_text(errno);
    ::unlink(temporary.c_str());
    return "Failed to rename config file: " + reason;
  }
  around_.log.info("drasi_server::persistence", "Configuration saved successfully to " + config_path_);
  return {};
}

}  // namespace draas::simulator
