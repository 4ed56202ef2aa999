#pragma once
// The configuration document of drasi-server 0.2.2 as this simulator reads it. An independent reading of the contract:
// nothing of src/drasi is used here.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "simulator/decoder.hpp"

namespace draas::simulator {

// A value that may be given as `${VAR}`, `${VAR:-default}`, `{kind: EnvironmentVariable, ...}` or `{kind: Secret,
// ...}`.
struct ConfigValue {
  enum class Kind { Static, Environment, Secret };
  Kind kind = Kind::Static;
  Json value;        // Static
  std::string name;  // of the variable or secret
  std::optional<std::string> fallback;

  static ConfigValue literal(Json value);
  Json to_json() const;
};

// Type names as the deserialiser's messages give them: "a string", "u16", "usize", "u64".
std::expected<ConfigValue, std::string> read_config_value(const Json& value, std::string_view type);
std::expected<std::string, std::string> resolve_string(const ConfigValue& value);
std::expected<std::uint64_t, std::string> resolve_unsigned(const ConfigValue& value, std::uint64_t maximum);

struct Subscription {
  std::string source_id;
  std::vector<std::string> nodes;
  std::vector<std::string> relations;
  std::vector<std::string> pipeline;
};

struct QueryDefinition {
  std::string id;
  bool auto_start = false;
  std::string query;
  std::string language = "GQL";
  Json middleware = Json::array();
  std::vector<Subscription> sources;
  bool enable_bootstrap = true;
  std::uint64_t bootstrap_buffer_size = 10'000;
  std::optional<Json> joins;
  std::optional<std::uint64_t> priority_queue_capacity;
  std::optional<std::uint64_t> dispatch_buffer_capacity;
  std::optional<std::string> dispatch_mode;
  std::optional<Json> storage_backend;
  std::uint64_t outbox_capacity = 1000;
  std::uint64_t bootstrap_timeout_seconds = 300;

  Json to_yaml_form() const;      // as written in the file, and with view=full
  Json to_snapshot_form() const;  // the library's mixed-case form
};

struct SourceDefinition {
  std::string kind;
  std::string id;
  bool auto_start = true;
  std::optional<Json> bootstrap_provider;  // a string (reference) or an object with `kind`
  std::optional<std::string> identity_provider;
  Json config = Json::object();

  Json to_json() const;
};

struct ReactionDefinition {
  std::string kind;
  std::string id;
  std::vector<std::string> queries;
  bool auto_start = true;
  std::optional<std::string> identity_provider;
  Json config = Json::object();

  Json to_json() const;
};

struct ProviderDefinition {
  std::string kind;
  std::string id;
  Json config = Json::object();

  Json to_json() const;
};

struct InstanceDefinition {
  ConfigValue id;
  bool persist_index = false;
  bool enable_archive = false;
  std::optional<Json> state_store;
  std::optional<Json> secret_store;
  std::optional<ConfigValue> priority_queue_capacity;
  std::optional<ConfigValue> dispatch_buffer_capacity;
  std::vector<SourceDefinition> sources;
  std::vector<QueryDefinition> queries;
  std::vector<ReactionDefinition> reactions;
  std::vector<ProviderDefinition> identity_providers;
  std::vector<ProviderDefinition> bootstrap_providers;
};

struct ServerDefinition {
  std::optional<std::string> api_version;
  InstanceDefinition root;  // what stands at the top level
  ConfigValue host;
  ConfigValue port;
  ConfigValue log_level;
  bool persist_config = true;
  bool enable_ui = true;
  std::optional<std::string> solutions_dir;
  std::optional<std::string> plugin_registry;
  bool auto_install_plugins = false;
  Json plugins = Json::array();
  bool verify_plugins = true;
  Json trusted_identities = Json::array();
  bool hot_reload_plugins = false;
  std::uint64_t hot_reload_debounce_ms = 2000;
  std::vector<std::string> cors_allowed_origins;
  std::vector<InstanceDefinition> instances;

  // The instances that run: `instances`, or the one made of the top level.
  std::vector<InstanceDefinition> effective_instances() const;
  // Everything declared anywhere, for checks that look at the whole document.
  std::vector<const InstanceDefinition*> all_instances() const;
  Json to_json() const;
};

// A fresh document as written when the file is missing.
ServerDefinition default_server_definition();

ServerDefinition decode_server(Decoder& decoder, const Json& document);
QueryDefinition decode_query(Decoder& decoder, const Json& value, std::string path, std::string pointer);
SourceDefinition decode_source(Decoder& decoder, const Json& value, std::string path, std::string pointer);
ReactionDefinition decode_reaction(Decoder& decoder, const Json& value, std::string path, std::string pointer);

struct ResolvedSettings {
  std::string host;
  std::uint16_t port = 0;
  std::string log_level;
};
std::expected<ResolvedSettings, std::string> resolve_settings(const ServerDefinition& server);

// The reason a query definition cannot be mapped (dispatch mode, joins), or nothing.
std::optional<std::string> query_mapping_fault(const QueryDefinition& query);

// Everything that is checked after decoding: settings, instance ids, query mapping, bootstrap references, host, port,
// log level. Returns the fault's text.
std::optional<std::string> validate_server(const ServerDefinition& server);

// Recursively sorts object keys: documents that passed through the server's JSON values come out sorted.
Json sorted_keys(const Json& value);

}  // namespace draas::simulator
