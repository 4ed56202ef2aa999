#include "simulator/plugin_catalog.hpp"

#include <algorithm>
#include <array>

#include "simulator/plugin_schemas.hpp"
#include "simulator/template_text.hpp"

namespace draas::simulator {

namespace {

constexpr std::array<std::pair<PluginCategory, std::string_view>, 3> kBuiltIn = {{
    {PluginCategory::Bootstrap, "noop"},
    {PluginCategory::Bootstrap, "application"},
    {PluginCategory::Reaction, "application"},
}};

constexpr std::array<std::pair<PluginCategory, std::string_view>, 22> kInstallable = {{
    {PluginCategory::Source, "grpc"},
    {PluginCategory::Source, "http"},
    {PluginCategory::Source, "mock"},
    {PluginCategory::Source, "mssql"},
    {PluginCategory::Source, "mysql"},
    {PluginCategory::Source, "platform"},
    {PluginCategory::Source, "postgres"},
    {PluginCategory::Reaction, "grpc"},
    {PluginCategory::Reaction, "grpc-adaptive"},
    {PluginCategory::Reaction, "http"},
    {PluginCategory::Reaction, "http-adaptive"},
    {PluginCategory::Reaction, "log"},
    {PluginCategory::Reaction, "platform"},
    {PluginCategory::Reaction, "profiler"},
    {PluginCategory::Reaction, "sse"},
    {PluginCategory::Reaction, "storedproc-mssql"},
    {PluginCategory::Reaction, "storedproc-mysql"},
    {PluginCategory::Reaction, "storedproc-postgres"},
    {PluginCategory::Bootstrap, "mssql"},
    {PluginCategory::Bootstrap, "platform"},
    {PluginCategory::Bootstrap, "postgres"},
    {PluginCategory::Bootstrap, "scriptfile"},
}};

constexpr std::array kAllCategories = {PluginCategory::Source, PluginCategory::Reaction, PluginCategory::Bootstrap,
                                       PluginCategory::IdentityProvider};

// "source.mock.MockSourceConfig"
std::string schema_name(PluginCategory category, const std::string& kind) {
  static constexpr std::array<std::string_view, 4> kNouns = {"Source", "Reaction", "Bootstrap", "IdentityProvider"};
  std::string name = kind == "noop" ? "NoOp" : "";
  bool begins = true;
  for (char c : kind == "noop" ? std::string() : kind) {
    if (c != '-') name.push_back(static_cast<char>(begins && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
    begins = c == '-';
  }
  name += std::string(kNouns[static_cast<std::size_t>(category)]) + "Config";
  return std::string(to_string(category)) + "." + kind + "." + name;
}

Json schema_of(PluginCategory category, const std::string& kind) {
  if (std::string_view text = known_schema(to_string(category), kind); !text.empty()) {
    if (auto parsed = parse_json(text)) return std::move(*parsed);
  }
  Json schema = {{"type", "object"}};
  if (category == PluginCategory::Source && kind == "postgres") {
    for (const char* name : {"host", "password", "slotName", "publicationName", "sslMode"}) {
      schema["properties"][name] = {{"type", "string"}};
    }
    schema["properties"]["port"] = {{"type", "integer"}};
    for (const char* name : {"database", "user"}) schema["properties"][name] = {{"type", "string"}};
    for (const char* name : {"tables", "tableKeys"}) schema["properties"][name] = {{"type", "array"}};
    schema["required"] = {"database", "user"};
  } else if (category == PluginCategory::Reaction && kind == "http") {
    for (const char* name : {"baseUrl", "token"}) schema["properties"][name] = {{"type", "string"}};
    schema["properties"]["timeoutMs"] = {{"type", "integer"}};
    schema["properties"]["routes"] = {{"type", "object"}};
  }
  return Json{{schema_name(category, kind), std::move(schema)}};
}

// Reads the plugin's fields with a decoder of their own; the first fault's text is the answer.
template <class Read>
std::optional<std::string> checked(const Json& config, Read read) {
  Decoder decoder;
  ObjectReader reader(decoder, config, "", "", "a map");
  read(reader, decoder);
  if (decoder.failed()) return decoder.fault()->message;
  // The plugin resolves what it reads; one variable that is not set is enough to refuse.
  for (const auto& [key, value] : config.items()) {
    auto parsed = read_config_value(value, "a string");
    if (!parsed || parsed->kind != ConfigValue::Kind::Environment) continue;
    if (auto resolved = resolve_string(*parsed); !resolved) return resolved.error();
  }
  return std::nullopt;
}

void check_value(ObjectReader& reader, Decoder& decoder, std::string_view key, std::string_view type, bool required) {
  const Json* value = required ? reader.required(key) : reader.any(key);
  if (value == nullptr || (value->is_null() && !required)) return;
  if (auto parsed = read_config_value(*value, type); !parsed) decoder.fail({"", parsed.error(), ""});
}

std::optional<std::string> mock_fault(const Json& config) {
  return checked(config, [](ObjectReader& reader, Decoder& decoder) {
    for (const auto& [key, ignored] : reader.value().items()) {
      if (key != "dataType" && key != "intervalMs" && key != "sim") {
        reader.fail("unknown field `" + key + "`, expected `dataType` or `intervalMs`");
      }
    }
    if (const Json* type = reader.any("dataType")) {
      ObjectReader data(decoder, *type, "", "", "internally tagged enum DataTypeDto");
      std::string name = data.required_string("type");
      if (decoder.failed()) return;
      if (name != "counter" && name != "sensorReading" && name != "generic") {
        data.fail("unknown variant `" + name + "`, expected one of `counter`, `sensorReading`, `generic`");
      }
      if (name == "sensorReading") {
        data.deny_unknown({"type", "sensorCount"});
        if (data.unsigned_integer("sensorCount", 5, "u32") == 0) {
          data.fail("Validation error: sensor_count cannot be 0. Please specify at least 1 sensor");
        }
      }
    }
    check_value(reader, decoder, "intervalMs", "u64", false);
    if (const Json* interval = reader.any("intervalMs"); interval != nullptr && *interval == 0) {
      reader.fail(
          "Validation error: interval_ms cannot be 0. Please specify a positive interval in milliseconds (minimum 1)");
    }
  });
}

void check_template_block(const Json* block, ObjectReader& reader, const std::string& context) {
  if (block == nullptr || !block->is_object()) return;
  for (const auto& [operation, spec] : block->items()) {
    if (!spec.is_object() || !spec.contains("template") || !spec["template"].is_string()) continue;
    if (auto fault = template_fault(spec["template"].get<std::string>())) {
      reader.fail(context + ": Invalid template: " + *fault);
    }
  }
}

}  // namespace

std::string_view to_string(PluginCategory category) {
  switch (category) {
    case PluginCategory::Source:
      return "source";
    case PluginCategory::Reaction:
      return "reaction";
    case PluginCategory::Bootstrap:
      return "bootstrap";
    case PluginCategory::IdentityProvider:
      return "identity_provider";
  }
  return "";
}

PluginCatalog::PluginCatalog() {
  for (const auto& [category, kind] : kBuiltIn) entries_.push_back({category, std::string(kind), true});
}

void PluginCatalog::install(const std::optional<std::string>& selection) {
  std::string wanted = selection.value_or("all");
  std::vector<std::string> names;
  std::string_view rest = wanted;
  while (!rest.empty()) {
    auto comma = rest.find(',');
    names.emplace_back(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  bool leaving_out = std::all_of(names.begin(), names.end(),
                                 [](const std::string& name) { return name == "all" || name.starts_with('-'); });
  for (const auto& [category, kind] : kInstallable) {
    auto named = [&](const std::string& name) {
      std::string_view bare = name;
      if (bare.starts_with('-')) bare.remove_prefix(1);
      return bare == kind || bare == std::string(to_string(category)) + "/" + std::string(kind);
    };
    bool found = std::any_of(names.begin(), names.end(), named);
    if (leaving_out == found) continue;
    entries_.push_back({category, std::string(kind), false});
    ++installed_;
  }
}

bool PluginCatalog::has(PluginCategory category, const std::string& kind) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return entry.category == category && entry.kind == kind; });
}

std::vector<std::string> PluginCatalog::kinds(PluginCategory category) const {
  std::vector<std::string> out;
  for (const Entry& entry : entries_) {
    if (entry.category == category) out.push_back(entry.kind);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Json PluginCatalog::kinds_document() const {
  auto list = [&](PluginCategory category) {
    Json out = Json::array();
    for (const std::string& kind : kinds(category)) {
      Json item = {{"configSchemaJson", schema_of(category, kind).dump()},
                   {"configSchemaName", schema_name(category, kind)},
                   {"configVersion", "1.0.0"},
                   {"kind", kind}};
      bool built_in = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.category == category && entry.kind == kind && entry.built_in;
      });
      if (!built_in) item["pluginId"] = std::string(to_string(category)) + "/" + kind;
      out.push_back(std::move(item));
    }
    return out;
  };
  return Json{{"bootstrappers", list(PluginCategory::Bootstrap)},
              {"reactions", list(PluginCategory::Reaction)},
              {"sources", list(PluginCategory::Source)}};
}

Json PluginCatalog::plugins_document(const std::string& plugins_dir, const std::string& loaded_at) const {
  static constexpr std::array<std::string_view, 4> kNames = {"Source", "Reaction", "Bootstrap", "IdentityProvider"};
  Json list = Json::array();
  for (const Entry& entry : entries_) {
    if (entry.built_in) continue;
    std::string category(to_string(entry.category));
    Json kind = {{"category", kNames[static_cast<std::size_t>(entry.category)]},
                 {"configSchemaName", schema_name(entry.category, entry.kind)},
                 {"configVersion", "1.0.0"},
                 {"kind", entry.kind}};
    std::string path = plugins_dir;
    path.append("/libdrasi_").append(category).append("_").append(entry.kind).append(".so");
    std::replace(path.begin() + static_cast<std::ptrdiff_t>(plugins_dir.size()), path.end(), '-', '_');
    list.push_back({{"dependentCount", 0},
                    {"fileHash", std::string(64, '0')},
                    {"filePath", path},
                    {"id", category + "/" + entry.kind},
                    {"kinds", Json::array({std::move(kind)})},
                    {"loadedAt", loaded_at},
                    {"pluginVersion", "0.2.0"},
                    {"sdkVersion", "0.11.0"},
                    {"status", "Active"}});
  }
  return list;
}

Json PluginCatalog::kind_schema(std::string_view category, const std::string& kind) const {
  for (PluginCategory candidate : kAllCategories) {
    if (to_string(candidate) == category && has(candidate, kind)) return schema_of(candidate, kind);
  }
  return nullptr;
}

std::vector<PluginRequirement> plugin_requirements(const ServerDefinition& server) {
  std::vector<PluginRequirement> out;
  auto instances = server.all_instances();
  for (const InstanceDefinition* instance : instances) {
    for (const SourceDefinition& source : instance->sources) {
      out.push_back({PluginCategory::Source, source.kind, "source '" + source.id + "'"});
      if (source.bootstrap_provider && source.bootstrap_provider->is_object()) {
        const Json& kind = (*source.bootstrap_provider)["kind"];
        out.push_back({PluginCategory::Bootstrap, kind.is_string() ? kind.get<std::string>() : kind.dump(),
                       "source '" + source.id + "' bootstrapProvider"});
      }
    }
  }
  for (const InstanceDefinition* instance : instances) {
    for (const ProviderDefinition& provider : instance->bootstrap_providers) {
      out.push_back({PluginCategory::Bootstrap, provider.kind, "bootstrapProvider '" + provider.id + "'"});
    }
  }
  for (const InstanceDefinition* instance : instances) {
    for (const ReactionDefinition& reaction : instance->reactions) {
      out.push_back({PluginCategory::Reaction, reaction.kind, "reaction '" + reaction.id + "'"});
    }
  }
  for (const InstanceDefinition* instance : instances) {
    for (const ProviderDefinition& provider : instance->identity_providers) {
      if (provider.kind == "password") continue;
      out.push_back({PluginCategory::IdentityProvider, provider.kind, "identityProvider '" + provider.id + "'"});
    }
  }
  return out;
}

std::string missing_plugins_text(const PluginCatalog& catalog, const std::vector<PluginRequirement>& requirements) {
  std::string text;
  for (const PluginRequirement& requirement : requirements) {
    if (catalog.has(requirement.category, requirement.kind)) continue;
    std::string category(to_string(requirement.category));
    if (text.empty()) text = "Missing plugins required by configuration:\n";
    text += "  - " + category + "/" + requirement.kind + " (referenced by " + requirement.referenced_by + ")\n";
    std::vector<std::string> available = catalog.kinds(requirement.category);
    if (available.empty()) continue;
    text += "    available " + category + " kinds: ";
    for (std::size_t index = 0; index < available.size(); ++index) text += (index > 0 ? ", " : "") + available[index];
    text += "\n";
  }
  if (!text.empty()) text += "Install the missing plugins or correct the 'kind' values in your config.";
  return text;
}

std::optional<std::string> source_config_fault(const std::string& kind, const Json& config) {
  if (kind == "mock") return mock_fault(config);
  if (kind == "http") {
    return checked(config, [](ObjectReader& reader, Decoder& decoder) {
      reader.deny_unknown({"host", "port", "endpoint", "timeoutMs", "adaptiveMaxBatchSize", "adaptiveMinBatchSize",
                           "adaptiveMaxWaitMs", "adaptiveMinWaitMs", "adaptiveWindowSecs", "adaptiveEnabled",
                           "webhooks", "durability"});
      check_value(reader, decoder, "host", "a string", true);
      check_value(reader, decoder, "port", "u16", true);
      check_value(reader, decoder, "endpoint", "a string", false);
      check_value(reader, decoder, "timeoutMs", "u64", false);
    });
  }
  if (kind == "postgres") {
    return checked(config, [](ObjectReader& reader, Decoder& decoder) {
      check_value(reader, decoder, "database", "a string", true);
      check_value(reader, decoder, "user", "a string", true);
      check_value(reader, decoder, "host", "a string", false);
      check_value(reader, decoder, "port", "u16", false);
    });
  }
  if (kind == "platform") {
    return checked(config, [](ObjectReader& reader, Decoder& decoder) {
      check_value(reader, decoder, "redisUrl", "a string", true);
      check_value(reader, decoder, "streamKey", "a string", true);
    });
  }
  return std::nullopt;
}

std::optional<std::string> reaction_config_fault(const std::string& kind, const std::vector<std::string>& queries,
                                                 const Json& config) {
  if (kind == "log") {
    return checked(config, [&](ObjectReader& reader, Decoder&) {
      const Json* routes = reader.any("routes");
      if (routes != nullptr && routes->is_object()) {
        for (const auto& [name, route] : routes->items()) {
          check_template_block(&route, reader, "Invalid template in route '" + name + "'");
          bool subscribed = std::any_of(queries.begin(), queries.end(), [&, &route_name = name](const std::string& id) {
            return id == route_name || id.ends_with("." + route_name);
          });
          if (!subscribed && !queries.empty()) {
            reader.fail("Route '" + name +
                        "' does not match any subscribed query. Subscribed queries: " + Json(queries).dump());
          }
        }
      }
      check_template_block(reader.any("defaultTemplate"), reader, "Invalid default template");
    });
  }
  if (kind == "sse") {
    return checked(config, [](ObjectReader& reader, Decoder& decoder) {
      check_value(reader, decoder, "host", "a string", false);
      check_value(reader, decoder, "port", "u16", false);
      check_value(reader, decoder, "ssePath", "a string", false);
      check_value(reader, decoder, "heartbeatIntervalMs", "u64", false);
    });
  }
  if (kind == "http" || kind == "http-adaptive") {
    return checked(config, [](ObjectReader& reader, Decoder& decoder) {
      check_value(reader, decoder, "baseUrl", "a string", false);
      check_value(reader, decoder, "timeoutMs", "u64", false);
      check_value(reader, decoder, "token", "a string", false);
    });
  }
  return std::nullopt;
}

}  // namespace draas::simulator
