// The routes of instances, solutions and plugins.

#include <array>
#include <filesystem>

#include "base/yaml.hpp"
#include "simulator/config_file.hpp"
#include "simulator/rest_api.hpp"

namespace draas::simulator {

namespace {

// A definition of a component as it runs, for copying it elsewhere.
SourceDefinition definition_of_source(const Component& component) {
  return {component.registered_kind, component.id, false, std::nullopt, std::nullopt, component.source->properties()};
}

ReactionDefinition definition_of_reaction(const Component& component) {
  return {component.registered_kind,       component.id, component.reaction_queries, false, std::nullopt,
          component.reaction->properties()};
}

// The ids of what was made: sources, queries, reactions.
using Created = std::array<Json, 3>;

Json creation_report(const Created& created, const Json& errors) {
  return {{"success", errors.empty()},
          {"sourcesCreated", created[0]},
          {"queriesCreated", created[1]},
          {"reactionsCreated", created[2]},
          {"errors", errors}};
}

// The one field that matters in a body; `shape` names the body in the fault's text. The error is the answer to send.
std::expected<std::string, HttpResponse> required_field(const HttpRequest& request, std::string_view shape,
                                                        std::string_view key) {
  auto body = read_config_body(request);
  if (!body) return std::unexpected(body.error());
  Decoder decoder;
  ObjectReader reader(decoder, *body, "", "", shape);
  std::string value = reader.required_string(key);
  if (decoder.failed()) return std::unexpected(unfit_body(request, decoder.fault()->message));
  return value;
}

}  // namespace

void RestApi::add_instance_routes() {
  add("GET", "/api/v1/instances", [this](Call&) -> std::optional<HttpResponse> {
    Json items = Json::array();
    for (const auto& instance : state_.instances()) {
      std::string self = "/api/v1/instances/" + instance->id();
      items.push_back({{"id", instance->id()},
                       {"source_count", instance->list(ComponentType::Source).size()},
                       {"query_count", instance->list(ComponentType::Query).size()},
                       {"reaction_count", instance->list(ComponentType::Reaction).size()},
                       {"links",
                        {{"self", self},
                         {"sources", self + "/sources"},
                         {"queries", self + "/queries"},
                         {"reactions", self + "/reactions"}}}});
    }
    return success(std::move(items));
  });
  add("POST", "/api/v1/instances", [this](Call& call) -> std::optional<HttpResponse> { return create_instance(call); });
  add_scoped(
      "GET", "/snapshot", [](Call& call) -> std::optional<HttpResponse> { return success(call.instance->snapshot()); },
      Missing::PlainText, false);
  // The target of a clone is looked up after the source.
  add("POST", "/api/v1/instances/*/clone",
      [this](Call& call) -> std::optional<HttpResponse> { return clone_instance(call); });
  add("GET", "/api/v1/catalog/solutions", [](Call&) -> std::optional<HttpResponse> { return success(Json::array()); });
  add("GET", "/api/v1/catalog/solutions/*", [](Call& call) -> std::optional<HttpResponse> {
    return failure("PLUGIN_NOT_FOUND", "Solution template '" + call.parameters[0] + "' not found");
  });
  add_scoped(
      "POST", "/solutions", [this](Call& call) -> std::optional<HttpResponse> { return deploy_solution(call); },
      Missing::NotFoundError, false);
  add_scoped(
      "POST", "/catalog/solutions",
      [this](Call& call) -> std::optional<HttpResponse> {
        auto body = read_config_body(call.request);
        if (!body) return body.error();
        Decoder decoder;
        ObjectReader reader(decoder, *body, "", "", "struct CreateSolutionTemplateRequest");
        reader.required_string("id");
        if (decoder.failed()) return unfit_body(call.request, decoder.fault()->text());
        if (auto refusal = refuse_read_only("create solution templates")) return refusal;
        return failure("INTERNAL_ERROR", "Saving solution templates is not simulated");
      },
      Missing::NotFoundError, false);
}

HttpResponse RestApi::create_instance(Call& call) {
  auto body = read_config_body(call.request);
  if (!body) return body.error();
  Decoder decoder;
  ObjectReader reader(decoder, *body, "", "", "struct CreateInstanceRequest");
  std::string id = reader.required_string("id");
  InstanceDefinition definition;
  definition.id = ConfigValue::literal(id);
  auto flag = [&](const char* key) {
    const Json* value = reader.any(key);
    return value != nullptr && !value->is_null() && reader.boolean(key, false);
  };
  definition.persist_index = flag("persistIndex");
  definition.enable_archive = flag("enableArchive");
  if (auto capacity = reader.optional_unsigned("defaultPriorityQueueCapacity", "usize")) {
    definition.priority_queue_capacity = ConfigValue::literal(*capacity);
  }
  if (auto capacity = reader.optional_unsigned("defaultDispatchBufferCapacity", "usize")) {
    definition.dispatch_buffer_capacity = ConfigValue::literal(*capacity);
  }
  if (decoder.failed()) return unfit_body(call.request, decoder.fault()->message);
  if (auto refusal = refuse_read_only("create instances")) return *refusal;
  if (state_.find(id) != nullptr) return failure("DUPLICATE_RESOURCE", "Resource already exists");
  if (selects(state_.around().faults.fail_creates, id)) {
    return failure("INSTANCE_CREATE_FAILED", "Failed to create instance: simulated create failure");
  }
  auto instance = std::make_unique<Instance>(state_.around(), id, definition.persist_index);
  if (auto ok = instance->start(); !ok) {
    return failure("INSTANCE_CREATE_FAILED", "Failed to start instance: " + ok.error());
  }
  state_.add_instance(std::move(instance), std::move(definition));
  return saved(success_message("Instance '" + id + "' created successfully"), "creating instance");
}

HttpResponse RestApi::clone_instance(Call& call) {
  auto source_id = required_field(call.request, "struct CloneInstanceRequest", "sourceInstanceId");
  if (!source_id) return source_id.error();
  if (auto refusal = refuse_read_only("clone instances")) return *refusal;
  const Instance* source = state_.find(*source_id);
  if (source == nullptr) return failure("INSTANCE_NOT_FOUND", "Source instance '" + *source_id + "' not found");
  std::string target_id = call.parameters[0];
  Instance* target = state_.find(target_id);
  if (target == nullptr) return failure("INSTANCE_NOT_FOUND", "Target instance '" + target_id + "' not found");

  std::vector<std::pair<ComponentType, std::string>> made;
  Created created{Json::array(), Json::array(), Json::array()};
  auto undo = [&](ComponentType type, const std::string& id, const DrasiFailure& reason) {
    for (auto entry = made.rbegin(); entry != made.rend(); ++entry) {
      if (auto removed = target->remove(entry->first, entry->second); !removed) {
        state_.around().log.error("drasi_sim", "Clone rollback: " + removed.error().text());
      }
    }
    std::string name(lower_name(type));
    std::string code = type == ComponentType::Source  ? "SOURCE_CREATE_FAILED"
                       : type == ComponentType::Query ? "QUERY_CREATE_FAILED"
                                                      : "REACTION_CREATE_FAILED";
    return failure(code, "Failed to add " + name + " '" + id + "': " + reason.text(), ErrorDetails{name, id, {}});
  };
  for (ComponentType type : {ComponentType::Source, ComponentType::Query, ComponentType::Reaction}) {
    for (const Component* component : source->list(type)) {
      if (component->id.starts_with("__")) continue;
      Outcome<void> outcome;
      if (type == ComponentType::Source) outcome = target->add_source(definition_of_source(*component));
      if (type == ComponentType::Reaction) outcome = target->add_reaction(definition_of_reaction(*component));
      if (type == ComponentType::Query) {
        QueryDefinition query = *component->query;
        query.auto_start = false;
        outcome = target->add_query(query);
      }
      if (!outcome) return undo(type, component->id, outcome.error());
      made.emplace_back(type, component->id);
      created[static_cast<std::size_t>(type)].push_back(component->id);
    }
  }
  return saved(success(creation_report(created, Json::array())), "cloning instance");
}

HttpResponse RestApi::deploy_solution(Call& call) {
  auto body = read_config_body(call.request);
  if (!body) return body.error();
  if (auto refusal = refuse_read_only("deploy solutions")) return *refusal;
  auto text_of = [&](const char* key) {
    return body->is_object() && body->contains(key) && (*body)[key].is_string() ? (*body)[key].get<std::string>()
                                                                                : std::string();
  };
  std::string template_id = text_of("templateId");
  std::string text = text_of("yaml");
  if (template_id.empty() && text.empty()) {
    return failure("INVALID_REQUEST", "Must specify either templateId or yaml");
  }
  if (!template_id.empty()) {
    return failure("INVALID_REQUEST", "Template '" + template_id + "' not found in solutions directory");
  }
  auto document = parse_yaml(text);
  if (!document) return failure("INVALID_REQUEST", "Failed to parse template: " + document.error().message);
  Decoder header;
  ObjectReader reader(header, document->value, "", "", "struct SolutionTemplateFile");
  reader.required_string("name");
  if (header.failed()) return failure("INVALID_REQUEST", "Failed to parse template: " + header.fault()->message);
  const Json& parts = document->value;
  Created created{Json::array(), Json::array(), Json::array()};
  Json errors = Json::array();
  auto add_all = [&](const char* key, std::size_t index, auto decode, auto add_one) {
    if (!parts.contains(key) || !parts[key].is_array()) return;
    for (const Json& entry : parts[key]) {
      Decoder decoder;
      auto definition = decode(decoder, entry, "", "");
      definition.auto_start = false;
      if (decoder.failed()) {
        errors.push_back(decoder.fault()->text());
      } else if (auto outcome = add_one(definition); !outcome) {
        errors.push_back(outcome.error().text());
      } else {
        created[index].push_back(definition.id);
      }
    }
  };
  Instance& target = *call.instance;
  add_all("sources", 0, decode_source, [&](const SourceDefinition& source) { return target.add_source(source); });
  add_all("queries", 1, decode_query, [&](const QueryDefinition& query) { return target.add_query(query); });
  add_all("reactions", 2, decode_reaction,
          [&](const ReactionDefinition& reaction) { return target.add_reaction(reaction); });
  Json report = creation_report(created, errors);
  report["componentsStarted"] = Json::array();
  if (errors.empty()) report.erase("errors");
  return saved(success(std::move(report)), "deploying solution");
}

void RestApi::add_plugin_routes() {
  auto plugins = [this] { return state_.around().plugins.plugins_document(state_.plugins_dir, state_.loaded_at); };
  add("GET", "/api/v1/plugins",
      [plugins](Call&) -> std::optional<HttpResponse> { return json_answer(200, Json{{"plugins", plugins()}}); });
  add("GET", "/api/v1/plugins/kinds", [this](Call&) -> std::optional<HttpResponse> {
    return json_answer(200, state_.around().plugins.kinds_document());
  });
  add("GET", "/api/v1/plugins/kinds/*/*/schema", [this](Call& call) -> std::optional<HttpResponse> {
    const std::string& category = call.parameters[0];
    const std::string& kind = call.parameters[1];
    std::string known = category == "sources"         ? "source"
                        : category == "reactions"     ? "reaction"
                        : category == "bootstrappers" ? "bootstrap"
                                                      : category;
    if (known != "source" && known != "reaction" && known != "bootstrap") {
      return failure("PLUGIN_INVALID_CATEGORY",
                     "Unknown category '" + category + "'. Valid categories: source, reaction, bootstrap");
    }
    Json schema = state_.around().plugins.kind_schema(known, kind);
    if (schema.is_null()) {
      return failure("PLUGIN_KIND_NOT_FOUND", "Kind '" + kind + "' not found in category '" + category + "'");
    }
    return json_answer(
        200, Json{{"category", category}, {"configVersion", "1.0.0"}, {"kind", kind}, {"schema", std::move(schema)}});
  });
  add("GET", "/api/v1/plugins/registry/search", [](Call&) -> std::optional<HttpResponse> {
    return failure("PLUGIN_SEARCH_FAILED", "The simulated server has no registry to search");
  });
  add("POST", "/api/v1/plugins/load", [this](Call& call) -> std::optional<HttpResponse> { return load_plugin(call); });
  add("POST", "/api/v1/plugins/install", [this](Call& call) -> std::optional<HttpResponse> {
    auto reference = required_field(call.request, "struct InstallPluginRequest", "ref");
    if (!reference) return reference.error();
    if (auto refusal = refuse_read_only("install plugins")) return refusal;
    return failure("PLUGIN_INSTALL_FAILED", "The simulated server has no registry to install from");
  });
  auto find_plugin = [plugins](const std::string& id) -> std::optional<Json> {
    for (const Json& plugin : plugins()) {
      if (plugin["id"] == Json(id)) return plugin;
    }
    return std::nullopt;
  };
  add("GET", "/api/v1/plugins/*", [find_plugin](Call& call) -> std::optional<HttpResponse> {
    auto plugin = find_plugin(call.parameters[0]);
    if (!plugin) return failure("PLUGIN_NOT_FOUND", "Plugin '" + call.parameters[0] + "' is not loaded");
    return json_answer(200, *plugin);
  });
  add("GET", "/api/v1/plugins/*/dependents", [this, find_plugin](Call& call) -> std::optional<HttpResponse> {
    const std::string& id = call.parameters[0];
    if (!find_plugin(id)) return failure("PLUGIN_NOT_FOUND", "Plugin '" + id + "' is not loaded");
    Json dependents = Json::array();
    for (const auto& instance : state_.instances()) {
      for (ComponentType type : {ComponentType::Source, ComponentType::Reaction}) {
        for (const Component* component : instance->list(type)) {
          std::string name(lower_name(type));
          if (name + "/" + component->registered_kind != id) continue;
          dependents.push_back({{"componentId", component->id},
                                {"componentType", name},
                                {"instanceId", instance->id()},
                                {"kind", component->registered_kind},
                                {"running", component->status == ComponentStatus::Running}});
        }
      }
    }
    std::size_t count = dependents.size();
    return json_answer(200, Json{{"dependentCount", count}, {"dependents", std::move(dependents)}, {"pluginId", id}});
  });
}

HttpResponse RestApi::load_plugin(Call& call) {
  auto file = required_field(call.request, "struct LoadPluginRequest", "filename");
  if (!file) return file.error();
  if (auto refusal = refuse_read_only("load plugins")) return *refusal;
  std::error_code problem;
  auto directory = std::filesystem::canonical(state_.plugins_dir, problem);
  if (problem) {
    return failure("INTERNAL_ERROR", "Cannot resolve plugins directory: " + os_error_text(problem.value()));
  }
  auto path = std::filesystem::canonical(std::filesystem::path(state_.plugins_dir) / *file, problem);
  if (problem) return failure("PLUGIN_FILE_NOT_FOUND", "Plugin file '" + *file + "' not found in plugins directory");
  if (!path.string().starts_with(directory.string() + "/")) {
    return failure("PLUGIN_INVALID_PATH", "Filename must refer to a file within the plugins directory");
  }
  std::string name = path.stem().string();
  for (const Json& plugin : state_.around().plugins.plugins_document(directory.string(), state_.loaded_at)) {
    if (std::filesystem::path(plugin["filePath"].get<std::string>()).stem().string() != name) continue;
    return failure("PLUGIN_LOAD_FAILED", "Plugin '" + plugin["id"].get<std::string>() +
                                             "' is already loaded. Unload the server and restart to replace it.");
  }
  return failure("PLUGIN_LOAD_FAILED", "The simulated server cannot load '" + *file + "'");
}

}  // namespace draas::simulator
