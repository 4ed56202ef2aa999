// Sources, reactions, providers and stores: what drasi-server reads of them, and what is known of their plugins.
#include <algorithm>
#include <map>

#include "drasi/aliases.hpp"
#include "drasi/components.hpp"
#include "drasi/config_value.hpp"
#include "drasi/validation.hpp"

namespace draas::drasi {
namespace {

using schema::Category;

struct Misspelling {
  std::string_view wrong, right;
};
constexpr Misspelling kMisspellings[] = {{"auto_start", "autoStart"},
                                         {"bootstrap_provider", "bootstrapProvider"},
                                         {"identity_provider", "identityProvider"}};

std::string_view noun(Category category) {
  switch (category) {
    case Category::Source:
      return "source";
    case Category::Bootstrap:
      return "bootstrap provider";
    case Category::Reaction:
      return "reaction";
    case Category::Identity:
      return "identity provider";
    case Category::SecretStore:
      return "secret store";
  }
  return "plugin";
}

void check_misspellings(const Json& component, const std::string& path, bool source, Findings& findings) {
  for (const Misspelling& entry : kMisspellings) {
    if (!source && entry.wrong == "bootstrap_provider") continue;
    if (component.contains(entry.wrong)) {
      findings.error(child(path, entry.wrong),
                     "drasi-server refuses this spelling; write '" + std::string(entry.right) + "'");
    }
  }
}

void check_identity(const Json& component, const std::string& path, const LibraryNames& names, bool active,
                    Findings& findings) {
  const std::string* id = text_member(component, "identityProvider");
  if (!active || id == nullptr || names.identity_providers.contains(*id)) return;
  findings.error(child(path, "identityProvider"),
                 "There is no entry '" + *id + "' in 'identityProviders'" + suggestion(*id, names.identity_providers));
}

void check_bootstrap(const Json& source, const std::string& path, const LibraryNames& names, bool active,
                     Findings& findings) {
  const Json* bootstrap = member(source, "bootstrapProvider");
  if (bootstrap == nullptr) return;
  const std::string place = child(path, "bootstrapProvider");
  if (const std::string* id = as_text(bootstrap)) {
    if (!active || names.bootstrap_providers.contains(*id)) return;
    findings.error(
        place, "There is no entry '" + *id + "' in 'bootstrapProviders'" + suggestion(*id, names.bootstrap_providers));
    return;
  }
  if (!bootstrap->is_object()) {
    findings.error(place, "Must be the id of an entry in 'bootstrapProviders', or an object with 'kind'");
    return;
  }
  const std::string* kind = text_member(source, "kind");
  const std::string* own_kind = text_member(*bootstrap, "kind");
  if (own_kind == nullptr) {
    findings.error(child(place, "kind"), "'kind' is missing");
    return;
  }
  // A provider of the source's own kind takes from the source what it does not say itself.
  const bool inherits =
      kind != nullptr && canonical_kind(Category::Source, *kind) == canonical_kind(Category::Bootstrap, *own_kind);
  check_plugin(*bootstrap, Category::Bootstrap, place, findings, inherits ? &source : nullptr);
}

// A key that differs from a known one only in spelling: drasi-server passes it on, and the plugin refuses or ignores
// it.
void check_near_misses(const Json& block, schema::Fields fields, schema::Fields own, const std::string& path,
                       Findings& findings) {
  const auto plain = [](std::string_view name) {
    std::string result = to_lower(name);
    std::erase_if(result, [](char c) { return c == '_' || c == '-'; });
    return result;
  };
  std::map<std::string, std::string_view> known;
  for (const schema::Field& field : fields) known.emplace(plain(field.name), field.name);
  for (const schema::Field& field : own) known.emplace(plain(field.name), field.name);
  for (const auto& [key, value] : block.items()) {
    if (schema::find(fields, key) != nullptr || schema::find(own, key) != nullptr) continue;
    if (std::ranges::find(kMisspellings, key, &Misspelling::wrong) != std::end(kMisspellings)) continue;
    if (const auto found = known.find(plain(key)); found != known.end()) {
      findings.warning(child(path, key),
                       "Is passed to the plugin as it is; did you mean '" + std::string(found->second) + "'?");
    }
  }
}

schema::Fields own_fields(Category category) {
  if (category == Category::Source) return schema::source();
  if (category == Category::Reaction) return schema::reaction();
  return schema::provider();
}

void check_data_type(const Json& type, const std::string& path, Findings& findings) {
  if (const std::string* text = as_text(&type)) {
    findings.warning(
        path, "Is written as an object nowadays; it is rendered as {type: " + canonical_mock_data_type(*text) + "}");
    return;
  }
  if (!check_object(type, path, "an object {type: generic | counter | sensorReading}", findings)) return;
  const std::string* name = text_member(type, "type");
  if (name == nullptr) {
    findings.error(child(path, "type"), "'type' is missing: generic, counter or sensorReading");
  } else if (const std::string canonical = canonical_mock_data_type(*name); canonical != *name) {
    findings.warning(child(path, "type"), "Is rendered as '" + canonical + "', the mock source's name for it");
  }
}

void check_templates(const Json& reaction, const std::string& kind, const std::string& path, Findings& findings) {
  const bool calls = kind == "http" || kind == "http-adaptive";
  if (!calls && kind != "log" && kind != "sse") return;
  const auto check_block = [&](const Json& block, const std::string& place) {
    for (std::string_view event : {"added", "updated", "deleted"}) {
      const Json* spec = member(block, event);
      if (spec == nullptr) continue;
      for (std::string_view field : {"url", "body", "template"}) {
        const std::string* text = text_member(*spec, field);
        if (text == nullptr || calls == (field == "template")) continue;
        if (const std::string fault = template_fault(*text); !fault.empty()) {
          findings.error(child(child(place, event), field), "Not a valid Handlebars template: " + fault);
        }
      }
    }
  };
  if (const Json* routes = member(reaction, "routes"); routes != nullptr && routes->is_object()) {
    for (const auto& [name, block] : routes->items()) check_block(block, child(child(path, "routes"), name));
  }
  const Json* fallback = member(reaction, "defaultTemplate");
  if (fallback != nullptr && !calls) check_block(*fallback, child(path, "defaultTemplate"));
}

bool is_automatic_port(const Json& block, const schema::Field& field, Category category, std::string_view kind) {
  const std::string* text = field.name == "port" ? text_member(block, "port") : nullptr;
  return text != nullptr && *text == kAutomaticPort && schema::listening_port(category, kind) >= 0;
}

}  // namespace

void check_plugin(const Json& block, Category category, const std::string& path, Findings& findings,
                  const Json* inherited_from) {
  const std::string* written = text_member(block, "kind");
  if (written == nullptr || written->empty()) return;
  const std::string kind = canonical_kind(category, *written);
  if (kind != *written) {
    findings.warning(child(path, "kind"),
                     "'" + *written + "' is rendered as '" + kind + "', drasi-server's name for it");
  }
  const auto known = schema::known_kinds(category);
  if (std::ranges::find(known, kind) == known.end()) {
    findings.warning(child(path, "kind"), "'" + kind + "' is no known kind of " + std::string(noun(category)) +
                                              "; drasi-server starts only if a plugin provides it" +
                                              suggestion(kind, known));
    return;
  }
  const schema::Fields fields = schema::plugin(category, kind);
  // The built-in `password` provider is drasi-server's own code, which resolves no secrets.
  const Resolver resolver = category == Category::Identity && kind == "password" ? Resolver::Server : Resolver::Plugin;
  for (const schema::Field& field : fields) {
    const Json* value = member(block, field.name);
    if (value == nullptr) {
      const bool inherited = inherited_from != nullptr && inherited_from->contains(field.name);
      if (field.required && !inherited) {
        findings.error(child(path, field.name), "'" + std::string(field.name) + "' is missing: a " +
                                                    std::string(noun(category)) + " of kind '" + kind + "' needs it");
      }
    } else if (!value->is_null() && !is_automatic_port(block, field, category, kind)) {
      check_value(field, *value, child(path, field.name), resolver, findings);
    }
  }
  check_near_misses(block, fields, own_fields(category), path, findings);
  if (category == Category::Source && kind == "mock") {
    if (const Json* type = member(block, "dataType")) check_data_type(*type, child(path, "dataType"), findings);
  }
}

void check_source(const Json& source, const std::string& path, const LibraryNames& names, bool active,
                  Findings& findings) {
  check_fields(source, schema::source(), path, Resolver::Server, findings);
  check_misspellings(source, path, true, findings);
  check_identity(source, path, names, active, findings);
  check_bootstrap(source, path, names, active, findings);
  check_plugin(source, Category::Source, path, findings);
}

void check_reaction(const Json& reaction, const std::string& path, const LibraryNames& names, bool active,
                    Findings& findings) {
  check_fields(reaction, schema::reaction(), path, Resolver::Server, findings);
  check_misspellings(reaction, path, false, findings);
  check_identity(reaction, path, names, active, findings);
  check_plugin(reaction, Category::Reaction, path, findings);
  if (const std::string* kind = text_member(reaction, "kind")) {
    check_templates(reaction, canonical_kind(Category::Reaction, *kind), path, findings);
  }
  const Json* queries = member(reaction, "queries");
  if (queries == nullptr || !queries->is_array()) return;
  if (queries->empty())
    findings.warning(child(path, "queries"), "The reaction names no query, so that nothing reaches it");
  std::set<std::string_view> taken;
  for (std::size_t index = 0; index < queries->size(); ++index) {
    const std::string* id = as_text(&(*queries)[index]);
    if (id == nullptr) continue;
    const std::string place = child(child(path, "queries"), index);
    if (active && !names.queries.contains(*id)) {
      findings.error(place, "There is no query '" + *id + "'" + suggestion(*id, names.queries));
    } else if (!taken.insert(*id).second) {
      findings.warning(place, "'" + *id + "' is listed twice");
    }
  }
}

void check_provider(const Json& provider, Category category, const std::string& path, Findings& findings) {
  if (!check_object(provider, path, "an object {kind, id, ...}", findings)) return;
  check_fields(provider, schema::provider(), path, Resolver::Server, findings);
  check_plugin(provider, category, path, findings);
}

void check_secret_store(const Json& store, const std::string& path, Findings& findings) {
  if (!store.is_object()) return;
  const Json* kind = member(store, "kind");
  if (as_text(kind) == nullptr || as_text(kind)->empty()) {
    findings.error(child(path, "kind"),
                   "Must be the secret store's kind, as text: file, keyring, azure-keyvault or a plugin's");
    return;
  }
  check_plugin(store, Category::SecretStore, path, findings);
}

void check_state_store(const Json& store, const std::string& path, Findings& findings) {
  if (!store.is_object()) return;
  check_no_unknown(store, schema::state_store(), path, "a state store", findings);
  check_fields(store, schema::state_store(), path, Resolver::Server, findings);
  const std::string* kind = text_member(store, "kind");
  if (kind != nullptr && *kind != "redb")
    findings.error(child(path, "kind"), "'" + *kind + "' is no state store; the only kind is redb");
}

void check_ports(const Json& document, Findings& findings) {
  struct User {
    std::string name;
    bool starts = true;
  };
  std::map<std::uint16_t, User> taken;
  if (const Json* port = member(document, "port")) {
    auto number = as_integer(*port);
    if (const std::string* text = as_text(port)) number = plain_integer(*text);
    if (number && *number > 0 && *number <= 65535) {
      taken.emplace(static_cast<std::uint16_t>(*number), User{"drasi-server's own API"});
    }
  }
  for (const ListeningPort& entry : listening_ports(document)) {
    if (!entry.port.port) continue;
    const auto [other, added] =
        taken.emplace(*entry.port.port, User{"'" + entry.port.component_id + "'", entry.starts});
    if (added) continue;
    const std::string message = "Port " + std::to_string(*entry.port.port) +
                                (entry.written ? "" : ", this kind's default,") + " is also used by " +
                                other->second.name + "; give another one, or \"auto\"";
    if (entry.starts && other->second.starts) {
      findings.error(entry.port.path, message);
    } else {
      findings.warning(entry.port.path, message + ". They cannot both be started");
    }
  }
}

}  // namespace draas::drasi
