#include "simulator/configuration.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <arpa/inet.h>

#include "simulator/clock_text.hpp"

namespace draas::simulator {

namespace {

ConfigValue config_value(ObjectReader& reader, Decoder& decoder, std::string_view key, std::string_view type,
                         ConfigValue fallback) {
  const Json* value = reader.any(key);
  if (value == nullptr) return fallback;
  auto parsed = read_config_value(*value, type);
  if (parsed) return *parsed;
  decoder.fail({"", parsed.error(), "", false});
  return fallback;
}

std::optional<ConfigValue> optional_config_value(ObjectReader& reader, Decoder& decoder, std::string_view key,
                                                 std::string_view type) {
  const Json* value = reader.any(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  auto parsed = read_config_value(*value, type);
  if (parsed) return *parsed;
  decoder.fail({"", parsed.error(), "", false});
  return std::nullopt;
}

ProviderDefinition decode_provider(Decoder& decoder, const Json& value, std::string path, std::string pointer,
                                   std::string_view expectation) {
  ObjectReader reader(decoder, value, std::move(path), std::move(pointer), expectation);
  ProviderDefinition out;
  out.kind = reader.required_string("kind");
  out.id = reader.required_string("id");
  out.config = reader.rest();
  return out;
}

void decode_state_store(ObjectReader& parent, Decoder& decoder, InstanceDefinition& out) {
  const Json* value = parent.any("stateStore");
  if (value == nullptr || value->is_null()) return;
  std::string path = parent.path().empty() ? "stateStore" : parent.path() + ".stateStore";
  ObjectReader reader(decoder, *value, path, parent.pointer() + "/stateStore",
                      "a state store configuration with 'kind' field");
  std::string kind = reader.required_string("kind");
  if (decoder.failed()) return;
  if (kind != "redb") return reader.fail("unknown variant `" + kind + "`, expected `redb`");
  if (!value->contains("path")) return reader.fail("in stateStore (kind=redb): missing field `path`");
  for (const auto& [key, ignored] : value->items()) {
    if (key != "kind" && key != "path") {
      return reader.fail("in stateStore (kind=redb): unknown field `" + key + "`, expected `path`");
    }
  }
  auto location = read_config_value((*value)["path"], "a string");
  if (!location) return reader.fail("in stateStore (kind=redb): " + location.error());
  out.state_store = Json{{"kind", "redb"}, {"path", location->to_json()}};
}

// The fields that the top level and an entry of `instances` share.
void decode_instance_fields(ObjectReader& reader, Decoder& decoder, InstanceDefinition& out) {
  out.id = config_value(reader, decoder, "id", "a string", ConfigValue::literal(random_uuid()));
  out.persist_index = reader.boolean("persistIndex", false);
  out.enable_archive = reader.boolean("enableArchive", false);
  decode_state_store(reader, decoder, out);
  if (const Json* store = reader.any("secretStore"); store != nullptr && !store->is_null()) {
    ObjectReader secret(decoder, *store, "secretStore", reader.pointer() + "/secretStore", "struct SecretStoreConfig");
    secret.required_string("kind");
    out.secret_store = *store;
  }
  out.priority_queue_capacity = optional_config_value(reader, decoder, "defaultPriorityQueueCapacity", "usize");
  out.dispatch_buffer_capacity = optional_config_value(reader, decoder, "defaultDispatchBufferCapacity", "usize");
  reader.list("sources", [&](const Json& value, std::string path, std::string pointer) {
    out.sources.push_back(decode_source(decoder, value, std::move(path), std::move(pointer)));
  });
  reader.list("queries", [&](const Json& value, std::string path, std::string pointer) {
    out.queries.push_back(decode_query(decoder, value, std::move(path), std::move(pointer)));
  });
  reader.list("reactions", [&](const Json& value, std::string path, std::string pointer) {
    out.reactions.push_back(decode_reaction(decoder, value, std::move(path), std::move(pointer)));
  });
  reader.list("identityProviders", [&](const Json& value, std::string path, std::string pointer) {
    out.identity_providers.push_back(decode_provider(decoder, value, std::move(path), std::move(pointer),
                                                     "an identity provider configuration with 'kind' and 'id' fields"));
  });
  reader.list("bootstrapProviders", [&](const Json& value, std::string path, std::string pointer) {
    out.bootstrap_providers.push_back(decode_provider(decoder, value, std::move(path), std::move(pointer),
                                                      "a top-level bootstrap provider with 'kind' and 'id' fields"));
  });
}

template <class T>
Json list_of(const std::vector<T>& items) {
  Json out = Json::array();
  for (const T& item : items) out.push_back(item.to_json());
  return out;
}

void append_instance(Json& out, const InstanceDefinition& instance) {
  out["sources"] = list_of(instance.sources);
  Json queries = Json::array();
  for (const QueryDefinition& query : instance.queries) queries.push_back(query.to_yaml_form());
  out["queries"] = std::move(queries);
  out["reactions"] = list_of(instance.reactions);
  out["identityProviders"] = list_of(instance.identity_providers);
  out["bootstrapProviders"] = list_of(instance.bootstrap_providers);
}

void append_stores(Json& out, const InstanceDefinition& instance) {
  if (instance.state_store) out["stateStore"] = *instance.state_store;
  if (instance.secret_store) out["secretStore"] = *instance.secret_store;
  if (instance.priority_queue_capacity) {
    out["defaultPriorityQueueCapacity"] = instance.priority_queue_capacity->to_json();
  }
  if (instance.dispatch_buffer_capacity) {
    out["defaultDispatchBufferCapacity"] = instance.dispatch_buffer_capacity->to_json();
  }
}

bool alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool valid_hostname(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  while (true) {
    auto dot = name.find('.');
    std::string_view label = name.substr(0, dot);
    if (label.empty() || label.size() > 63 || !alphanumeric(label.front()) || !alphanumeric(label.back())) return false;
    if (!std::all_of(label.begin(), label.end(), [](char c) { return alphanumeric(c) || c == '-'; })) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

bool valid_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, text.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), address.data()) == 1;
}

// An inline bootstrap provider of the source's own kind takes over the source's fields.
Json inherit_fields(const std::string& source_kind, Json provider, const Json& source_config) {
  if (!provider.contains("kind") || provider["kind"] != Json(source_kind)) return provider;
  for (const auto& [key, value] : source_config.items()) {
    if (!provider.contains(key)) provider[key] = value;
  }
  return provider;
}

}  // namespace

Json QueryDefinition::to_yaml_form() const {
  Json subscriptions = Json::array();
  for (const Subscription& source : sources) {
    subscriptions.push_back({{"sourceId", source.source_id},
                             {"nodes", source.nodes},
                             {"relations", source.relations},
                             {"pipeline", source.pipeline}});
  }
  Json out = {{"id", id},
              {"autoStart", auto_start},
              {"query", query},
              {"queryLanguage", language},
              {"middleware", middleware},
              {"sources", std::move(subscriptions)},
              {"enableBootstrap", enable_bootstrap},
              {"bootstrapBufferSize", bootstrap_buffer_size}};
  if (joins) out["joins"] = *joins;
  if (priority_queue_capacity) out["priorityQueueCapacity"] = *priority_queue_capacity;
  if (dispatch_buffer_capacity) out["dispatchBufferCapacity"] = *dispatch_buffer_capacity;
  if (dispatch_mode) out["dispatchMode"] = *dispatch_mode;
  if (storage_backend) out["storageBackend"] = *storage_backend;
  out["outboxCapacity"] = outbox_capacity;
  out["bootstrapTimeoutSecs"] = bootstrap_timeout_seconds;
  return out;
}

Json QueryDefinition::to_snapshot_form() const {
  Json subscriptions = Json::array();
  for (const Subscription& source : sources) {
    subscriptions.push_back({{"source_id", source.source_id},
                             {"nodes", source.nodes},
                             {"relations", source.relations},
                             {"pipeline", source.pipeline}});
  }
  Json out = {{"id", id},
              {"query", query},
              {"queryLanguage", language},
              {"middleware", middleware},
              {"sources", std::move(subscriptions)},
              {"auto_start", auto_start}};
  if (joins) out["joins"] = *joins;
  out["enableBootstrap"] = enable_bootstrap;
  out["bootstrapBufferSize"] = bootstrap_buffer_size;
  if (priority_queue_capacity) out["priority_queue_capacity"] = *priority_queue_capacity;
  if (dispatch_buffer_capacity) out["dispatch_buffer_capacity"] = *dispatch_buffer_capacity;
  if (dispatch_mode) out["dispatch_mode"] = "channel";
  if (storage_backend) out["storage_backend"] = *storage_backend;
  out["outboxCapacity"] = outbox_capacity;
  out["bootstrapTimeoutSecs"] = bootstrap_timeout_seconds;
  return out;
}

Json SourceDefinition::to_json() const {
  Json out = {{"kind", kind}, {"id", id}, {"autoStart", auto_start}};
  if (bootstrap_provider) out["bootstrapProvider"] = *bootstrap_provider;
  if (identity_provider) out["identityProvider"] = *identity_provider;
  for (const auto& [key, value] : config.items()) out[key] = value;
  return out;
}

Json ReactionDefinition::to_json() const {
  Json out = {{"kind", kind}, {"id", id}, {"queries", queries}, {"autoStart", auto_start}};
  if (identity_provider) out["identityProvider"] = *identity_provider;
  for (const auto& [key, value] : config.items()) out[key] = value;
  return out;
}

Json ProviderDefinition::to_json() const {
  Json out = {{"kind", kind}, {"id", id}};
  for (const auto& [key, value] : config.items()) out[key] = value;
  return out;
}

std::vector<InstanceDefinition> ServerDefinition::effective_instances() const {
  return instances.empty() ? std::vector<InstanceDefinition>{root} : instances;
}

std::vector<const InstanceDefinition*> ServerDefinition::all_instances() const {
  std::vector<const InstanceDefinition*> out = {&root};
  for (const InstanceDefinition& instance : instances) out.push_back(&instance);
  return out;
}

Json ServerDefinition::to_json() const {
  Json out = Json::object();
  if (api_version) out["apiVersion"] = *api_version;
  out["id"] = root.id.to_json();
  out["host"] = host.to_json();
  out["port"] = port.to_json();
  out["logLevel"] = log_level.to_json();
  out["persistConfig"] = persist_config;
  out["persistIndex"] = root.persist_index;
  out["enableArchive"] = root.enable_archive;
  out["enableUi"] = enable_ui;
  if (solutions_dir) out["solutionsDir"] = *solutions_dir;
  append_stores(out, root);
  if (plugin_registry) out["pluginRegistry"] = *plugin_registry;
  out["autoInstallPlugins"] = auto_install_plugins;
  if (!plugins.empty()) out["plugins"] = plugins;
  out["verifyPlugins"] = verify_plugins;
  if (!trusted_identities.empty()) out["trustedIdentities"] = trusted_identities;
  out["hotReloadPlugins"] = hot_reload_plugins;
  out["hotReloadDebounceMs"] = hot_reload_debounce_ms;
  if (!cors_allowed_origins.empty()) out["corsAllowedOrigins"] = cors_allowed_origins;
  append_instance(out, root);
  Json list = Json::array();
  for (const InstanceDefinition& instance : instances) {
    Json item = {{"id", instance.id.to_json()},
                 {"persistIndex", instance.persist_index},
                 {"enableArchive", instance.enable_archive}};
    append_stores(item, instance);
    append_instance(item, instance);
    list.push_back(std::move(item));
  }
  out["instances"] = std::move(list);
  return out;
}

ServerDefinition default_server_definition() {
  ServerDefinition out;
  out.root.id = ConfigValue::literal(random_uuid());
  out.host = ConfigValue::literal("0.0.0.0");
  out.port = ConfigValue::literal(8080U);
  out.log_level = ConfigValue::literal("info");
  out.plugin_registry = "ghcr.io/drasi-project";
  return out;
}

ServerDefinition decode_server(Decoder& decoder, const Json& document) {
  ServerDefinition out = default_server_definition();
  static const Json empty = Json::object();
  ObjectReader reader(decoder, document.is_null() ? empty : document, "", "", "struct DrasiServerConfig");
  reader.deny_unknown({"apiVersion",
                       "id",
                       "host",
                       "port",
                       "logLevel",
                       "persistConfig",
                       "persistIndex",
                       "enableArchive",
                       "enableUi",
                       "solutionsDir",
                       "stateStore",
                       "secretStore",
                       "defaultPriorityQueueCapacity",
                       "defaultDispatchBufferCapacity",
                       "pluginRegistry",
                       "autoInstallPlugins",
                       "plugins",
                       "verifyPlugins",
                       "trustedIdentities",
                       "hotReloadPlugins",
                       "hotReloadDebounceMs",
                       "corsAllowedOrigins",
                       "sources",
                       "queries",
                       "reactions",
                       "identityProviders",
                       "bootstrapProviders",
                       "instances"});
  out.api_version = reader.optional_string("apiVersion");
  decode_instance_fields(reader, decoder, out.root);
  out.host = config_value(reader, decoder, "host", "a string", out.host);
  out.port = config_value(reader, decoder, "port", "u16", out.port);
  out.log_level = config_value(reader, decoder, "logLevel", "a string", out.log_level);
  out.persist_config = reader.boolean("persistConfig", true);
  out.enable_ui = reader.boolean("enableUi", true);
  out.solutions_dir = reader.optional_string("solutionsDir");
  if (document.is_object() && document.contains("pluginRegistry")) {
    out.plugin_registry = reader.optional_string("pluginRegistry");
  }
  out.auto_install_plugins = reader.boolean("autoInstallPlugins", false);
  reader.list("plugins", [&](const Json& value, std::string path, std::string pointer) {
    ObjectReader plugin(decoder, value, std::move(path), std::move(pointer), "struct PluginDependency");
    out.plugins.push_back({{"ref", plugin.required_string("ref")}});
  });
  out.verify_plugins = reader.boolean("verifyPlugins", true);
  reader.list("trustedIdentities", [&](const Json& value, std::string path, std::string pointer) {
    ObjectReader identity(decoder, value, std::move(path), std::move(pointer), "struct TrustedIdentity");
    std::string issuer = identity.required_string("issuer");
    out.trusted_identities.push_back(
        {{"issuer", issuer}, {"subjectPattern", identity.required_string("subjectPattern")}});
  });
  out.hot_reload_plugins = reader.boolean("hotReloadPlugins", false);
  out.hot_reload_debounce_ms = reader.unsigned_integer("hotReloadDebounceMs", 2000, "u64");
  out.cors_allowed_origins = reader.strings("corsAllowedOrigins");
  reader.list("instances", [&](const Json& value, std::string path, std::string pointer) {
    ObjectReader entry(decoder, value, std::move(path), std::move(pointer), "struct DrasiLibInstanceConfig");
    entry.deny_unknown({"id", "persistIndex", "enableArchive", "stateStore", "secretStore",
                        "defaultPriorityQueueCapacity", "defaultDispatchBufferCapacity", "sources", "queries",
                        "reactions", "identityProviders", "bootstrapProviders"});
    InstanceDefinition instance;
    decode_instance_fields(entry, decoder, instance);
    out.instances.push_back(std::move(instance));
  });
  return out;
}

QueryDefinition decode_query(Decoder& decoder, const Json& value, std::string path, std::string pointer) {
  ObjectReader reader(decoder, value, std::move(path), std::move(pointer), "struct QueryConfigDto");
  reader.deny_unknown({"id", "autoStart", "query", "queryLanguage", "middleware", "sources", "enableBootstrap",
                       "bootstrapBufferSize", "joins", "priorityQueueCapacity", "dispatchBufferCapacity",
                       "dispatchMode", "storageBackend", "outboxCapacity", "bootstrapTimeoutSecs"});
  QueryDefinition out;
  out.id = reader.required_string("id");
  out.auto_start = reader.boolean("autoStart", false);
  out.query = reader.required_string("query");
  if (auto language = reader.optional_string("queryLanguage")) {
    if (*language != "Cypher" && *language != "GQL") {
      reader.fail_at("queryLanguage", "unknown variant `" + *language + "`, expected `Cypher` or `GQL`");
    }
    out.language = *language;
  }
  reader.list("middleware", [&](const Json& item, std::string item_path, std::string item_pointer) {
    ObjectReader middleware(decoder, item, std::move(item_path), std::move(item_pointer),
                            "struct SourceMiddlewareConfigDto");
    middleware.deny_unknown({"kind", "name", "config"});
    std::string kind = middleware.required_string("kind");
    std::string name = middleware.required_string("name");
    const Json* config = middleware.any("config");
    if (config != nullptr && !config->is_object()) {
      middleware.fail_at("config", "invalid type: " + describe_value(*config) + ", expected a map");
    }
    out.middleware.push_back({{"kind", kind}, {"name", name}, {"config", config ? *config : Json::object()}});
  });
  reader.list("sources", [&](const Json& item, std::string item_path, std::string item_pointer) {
    ObjectReader source(decoder, item, std::move(item_path), std::move(item_pointer),
                        "struct SourceSubscriptionConfigDto");
    source.deny_unknown({"sourceId", "nodes", "relations", "pipeline"});
    Subscription subscription;
    subscription.source_id = source.required_string("sourceId");
    subscription.nodes = source.strings("nodes");
    subscription.relations = source.strings("relations");
    subscription.pipeline = source.strings("pipeline");
    out.sources.push_back(std::move(subscription));
  });
  out.enable_bootstrap = reader.boolean("enableBootstrap", true);
  out.bootstrap_buffer_size = reader.unsigned_integer("bootstrapBufferSize", 10'000, "usize");
  if (const Json* joins = reader.any("joins"); joins != nullptr && !joins->is_null()) out.joins = *joins;
  out.priority_queue_capacity = reader.optional_unsigned("priorityQueueCapacity", "usize");
  out.dispatch_buffer_capacity = reader.optional_unsigned("dispatchBufferCapacity", "usize");
  out.dispatch_mode = reader.optional_string("dispatchMode");
  if (const Json* backend = reader.any("storageBackend"); backend != nullptr && !backend->is_null()) {
    out.storage_backend = *backend;
  }
  out.outbox_capacity = reader.unsigned_integer("outboxCapacity", 1000, "usize");
  out.bootstrap_timeout_seconds = reader.unsigned_integer("bootstrapTimeoutSecs", 300, "u64");
  return out;
}

SourceDefinition decode_source(Decoder& decoder, const Json& value, std::string path, std::string pointer) {
  ObjectReader reader(decoder, value, std::move(path), std::move(pointer),
                      "a source configuration with 'kind' and 'id' fields");
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kMisspelt = {{
      {"auto_start", "autoStart"},
      {"bootstrap_provider", "bootstrapProvider"},
      {"identity_provider", "identityProvider"},
  }};
  for (const auto& [wrong, right] : kMisspelt) {
    if (reader.value().contains(wrong)) {
      reader.fail("unknown field `" + std::string(wrong) + "`, did you mean `" + std::string(right) + "`?");
    }
  }
  SourceDefinition out;
  out.kind = reader.required_string("kind");
  out.id = reader.required_string("id");
  out.auto_start = reader.boolean("autoStart", true);
  const Json* provider = reader.any("bootstrapProvider");
  out.identity_provider = reader.value().contains("identityProvider")
                              ? std::optional(reader.required_string("identityProvider"))
                              : std::nullopt;
  out.config = reader.rest();
  if (provider == nullptr) return out;
  std::string where = "in source '" + out.id + "' bootstrapProvider: ";
  if (provider->is_string()) {
    out.bootstrap_provider = *provider;
  } else if (provider->is_object()) {
    if (!provider->contains("kind")) {
      reader.fail(where + "missing field `kind`");
    } else {
      out.bootstrap_provider = inherit_fields(out.kind, *provider, out.config);
    }
  } else {
    reader.fail(where + "expected a string reference to a top-level bootstrapProviders entry or an inline mapping");
  }
  return out;
}

ReactionDefinition decode_reaction(Decoder& decoder, const Json& value, std::string path, std::string pointer) {
  ObjectReader reader(decoder, value, std::move(path), std::move(pointer),
                      "a reaction configuration with 'kind', 'id', and 'queries' fields");
  if (reader.value().contains("auto_start")) reader.fail("unknown field `auto_start`, did you mean `autoStart`?");
  if (reader.value().contains("identity_provider")) {
    reader.fail("unknown field `identity_provider`, did you mean `identityProvider`?");
  }
  ReactionDefinition out;
  out.kind = reader.required_string("kind");
  out.id = reader.required_string("id");
  if (const Json* queries = reader.required("queries"); queries != nullptr && queries->is_null()) {
    reader.fail_at("queries", "invalid type: unit value, expected a sequence");
  }
  out.queries = reader.strings("queries");
  out.auto_start = reader.boolean("autoStart", true);
  if (reader.value().contains("identityProvider")) out.identity_provider = reader.required_string("identityProvider");
  out.config = reader.rest();
  return out;
}

std::expected<ResolvedSettings, std::string> resolve_settings(const ServerDefinition& server) {
  ResolvedSettings out;
  auto host = resolve_string(server.host);
  if (!host) return std::unexpected(host.error());
  auto port = resolve_unsigned(server.port, 65535);
  if (!port) return std::unexpected(port.error());
  auto level = resolve_string(server.log_level);
  if (!level) return std::unexpected(level.error());
  return ResolvedSettings{*host, static_cast<std::uint16_t>(*port), *level};
}

std::optional<std::string> query_mapping_fault(const QueryDefinition& query) {
  constexpr std::string_view kStart = "Failed to create source: ";
  if (query.dispatch_mode && *query.dispatch_mode != "Channel") {
    return std::string(kStart) + "Invalid dispatch mode: " + *query.dispatch_mode + ". Must be 'Channel'";
  }
  if (query.joins) {
    Decoder decoder;
    Json wrapper = {{"joins", *query.joins}};
    ObjectReader outer(decoder, wrapper, "", "", "a map");
    outer.list("joins", [&](const Json& item, std::string, std::string) {
      ObjectReader join(decoder, item, "", "", "struct QueryJoinConfig");
      join.required_string("id");
      if (join.required("keys") == nullptr) return;
      join.list("keys", [&](const Json& key, std::string, std::string) {
        ObjectReader reader(decoder, key, "", "", "struct QueryJoinKeyConfig");
        reader.required_string("label");
        reader.required_string("property");
      });
    });
    if (decoder.failed()) return std::string(kStart) + "Invalid joins config: " + decoder.fault()->message;
  }
  if (query.storage_backend && !query.storage_backend->is_string() && !query.storage_backend->is_object()) {
    return std::string(kStart) +
           "Invalid storage backend config: data did not match any variant of untagged enum StorageBackendRef";
  }
  return std::nullopt;
}

std::optional<std::string> validate_server(const ServerDefinition& server) {
  auto settings = resolve_settings(server);
  if (!settings) return settings.error();
  std::set<std::string> ids;
  for (const InstanceDefinition& instance : server.effective_instances()) {
    auto id = resolve_string(instance.id);
    if (!id) return id.error();
    if (!ids.insert(*id).second) return "Duplicate DrasiLib instance id detected: '" + *id + "'";
    for (const auto& capacity : {instance.priority_queue_capacity, instance.dispatch_buffer_capacity}) {
      if (!capacity) continue;
      if (auto number = resolve_unsigned(*capacity, UINT64_MAX); !number) return number.error();
    }
    for (const QueryDefinition& query : instance.queries) {
      if (auto fault = query_mapping_fault(query)) return fault;
    }
    std::set<std::string> providers;
    for (const ProviderDefinition& provider : instance.bootstrap_providers) {
      if (!providers.insert(provider.id).second) {
        return "Instance '" + *id + "': duplicate bootstrapProvider id '" + provider.id + "'";
      }
    }
    for (const SourceDefinition& source : instance.sources) {
      if (!source.bootstrap_provider || !source.bootstrap_provider->is_string()) continue;
      std::string reference = source.bootstrap_provider->get<std::string>();
      if (!providers.contains(reference)) {
        return "Instance '" + *id + "': source '" + source.id + "' references unknown bootstrapProvider '" + reference +
               "'";
      }
    }
  }
  const std::string& host = settings->host;
  if (!host.empty() && host != "0.0.0.0" && !valid_hostname(host) && !valid_address(host)) {
    return "Invalid host '" + host + "': must be a valid hostname or IP address";
  }
  if (settings->port == 0) return "Invalid port 0: port must be between 1 and 65535";
  std::string level;
  for (char c : settings->log_level) level.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
  static constexpr std::array<std::string_view, 5> kLevels = {"trace", "debug", "info", "warn", "error"};
  if (std::find(kLevels.begin(), kLevels.end(), level) == kLevels.end()) {
    return "Invalid log level '" + settings->log_level + "': must be one of trace, debug, info, warn, error";
  }
  return std::nullopt;
}

Json sorted_keys(const Json& value) {
  if (value.is_array()) {
    Json out = Json::array();
    for (const Json& item : value) out.push_back(sorted_keys(item));
    return out;
  }
  if (!value.is_object()) return value;
  std::vector<std::string> keys;
  for (const auto& [key, ignored] : value.items()) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  Json out = Json::object();
  for (const std::string& key : keys) out[key] = sorted_keys(value[key]);
  return out;
}

}  // namespace draas::simulator
