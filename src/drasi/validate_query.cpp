#include <algorithm>

#include "drasi/aliases.hpp"
#include "drasi/config_value.hpp"
#include "drasi/validation.hpp"

namespace draas::drasi {
namespace {

// Every library has this source of its own: the changes of its components.
constexpr std::string_view kOwnSource = "__component_graph__";

void check_text(const Json& query, const std::string& path, Findings& findings) {
  if (query.contains("query") && query.contains("queryText")) {
    findings.error(child(path, "query"), "Says something else than 'queryText'; give one of them");
  }
  const std::string* text = text_member(query, "queryText");
  if (text == nullptr) return;
  const std::string place = child(path, "queryText");
  if (!text->empty() && text->find_first_not_of(" \t\r\n") == std::string::npos) {
    findings.error(place, "Must not be blank");
  }
  if (const auto name = embedded_reference(*text)) {
    findings.warning(place, "References such as ${" + *name + "} are not expanded in query texts");
  }
  for (const std::string& clause : unsupported_clauses(*text)) {
    findings.warning(place, clause + " is not supported in continuous queries; sort or cut where the results are used");
  }
}

void check_subscriptions(const Json& query, const std::string& path, const LibraryNames& names,
                         const NameSet& middleware, bool active, Findings& findings) {
  const Json* sources = member(query, "sources");
  if (sources == nullptr || (sources->is_array() && sources->empty())) {
    findings.warning(child(path, "sources"), "drasi-server does not start a query that names no source");
    return;
  }
  if (!sources->is_array()) return;
  for (std::size_t index = 0; index < sources->size(); ++index) {
    const Json& entry = (*sources)[index];
    const std::string place = child(child(path, "sources"), index);
    if (entry.is_string()) {
      findings.error(place, "Must be an object: write {sourceId: \"" + entry.get<std::string>() + "\"}");
      continue;
    }
    if (!check_object(entry, place, "an object {sourceId}", findings)) continue;
    check_no_unknown(entry, schema::subscription(), place, "a query's source", findings);
    check_fields(entry, schema::subscription(), place, Resolver::Server, findings);
    const std::string* id = text_member(entry, "sourceId");
    if (active && id != nullptr && !id->empty() && *id != kOwnSource && !names.sources.contains(*id)) {
      findings.error(child(place, "sourceId"), "There is no source '" + *id + "'" + suggestion(*id, names.sources));
    }
    const Json* pipeline = member(entry, "pipeline");
    if (pipeline == nullptr || !pipeline->is_array()) continue;
    for (std::size_t step = 0; step < pipeline->size(); ++step) {
      const std::string* name = as_text(&(*pipeline)[step]);
      if (name == nullptr || middleware.contains(*name)) continue;
      findings.error(child(child(place, "pipeline"), step),
                     "This query has no middleware named '" + *name + "'" + suggestion(*name, middleware));
    }
  }
}

NameSet check_middleware(const Json& query, const std::string& path, Findings& findings) {
  NameSet taken;
  const Json* entries = member(query, "middleware");
  if (entries == nullptr || !entries->is_array()) return taken;
  for (std::size_t index = 0; index < entries->size(); ++index) {
    const Json& entry = (*entries)[index];
    const std::string place = child(child(path, "middleware"), index);
    if (!check_object(entry, place, "an object {kind, name, config}", findings)) continue;
    check_no_unknown(entry, schema::middleware(), place, "a middleware (put its settings into 'config')", findings);
    check_fields(entry, schema::middleware(), place, Resolver::Server, findings);
    const std::string* kind = text_member(entry, "kind");
    if (kind != nullptr && std::ranges::find(schema::middleware_kinds(), *kind) == schema::middleware_kinds().end()) {
      findings.error(child(place, "kind"), "'" + *kind +
                                               "' is no middleware of drasi-server (jq, decoder, map, parse_json, "
                                               "promote, relabel, unwind)" +
                                               suggestion(*kind, schema::middleware_kinds()));
    }
    const std::string* name = text_member(entry, "name");
    if (name != nullptr && !taken.insert(*name).second) {
      findings.error(child(place, "name"), "Two middlewares of this query are named '" + *name + "'");
    }
  }
  return taken;
}

void check_joins(const Json& query, const std::string& path, Findings& findings) {
  const Json* joins = member(query, "joins");
  if (joins == nullptr || !joins->is_array()) return;
  constexpr schema::Field kJoin[] = {{"id", schema::Shape::Text, true}, {"keys", schema::Shape::List, true}};
  constexpr schema::Field kKey[] = {{"label", schema::Shape::Text, true}, {"property", schema::Shape::Text, true}};
  const std::string* text = text_member(query, "queryText");
  for (std::size_t index = 0; index < joins->size(); ++index) {
    const Json& join = (*joins)[index];
    const std::string place = child(child(path, "joins"), index);
    if (!check_object(join, place, "an object {id, keys: [{label, property}]}", findings)) continue;
    check_fields(join, kJoin, place, Resolver::Server, findings);
    const std::string* id = text_member(join, "id");
    if (id != nullptr && text != nullptr && !id->empty() && text->find(*id) == std::string::npos) {
      findings.warning(child(place, "id"), "The query has no relationship labelled '" + *id +
                                               "'; a join's id is the label of the relationship that it stands for");
    }
    const Json* keys = member(join, "keys");
    if (keys == nullptr || !keys->is_array()) continue;
    for (std::size_t key = 0; key < keys->size(); ++key) {
      const std::string key_place = child(child(place, "keys"), key);
      if (check_object((*keys)[key], key_place, "an object {label, property}", findings)) {
        check_fields((*keys)[key], kKey, key_place, Resolver::Server, findings);
      }
    }
  }
}

void check_storage(const Json& query, const std::string& path, const LibraryNames& names, Findings& findings) {
  const Json* backend = member(query, "storageBackend");
  if (backend == nullptr || backend->is_null()) return;
  const std::string place = child(path, "storageBackend");
  const bool inline_form = backend->is_object();
  const std::string* kind = inline_form ? text_member(*backend, "kind") : as_text(backend);
  if (kind == nullptr || kind->empty()) {
    findings.error(inline_form ? child(place, "kind") : place,
                   "Must be the name of a storage backend (\"rocksdb\") or an object {kind: memory, enableArchive}");
    return;
  }
  if (*kind == "memory" && inline_form) {
    const Json* archive = member(*backend, "enableArchive");
    if (archive != nullptr && !archive->is_boolean())
      findings.error(child(place, "enableArchive"), "Must be true or false");
  } else if (*kind == "rocksdb") {
    if (!names.persist_index) {
      findings.error(place,
                     "'rocksdb' exists only where 'persistIndex' is true, and the query would not start; "
                     "set persistIndex or leave storageBackend out");
    }
  } else {
    findings.warning(place, "'" + *kind +
                                "' is no storage backend of drasi-server; a query that names an unknown one does not "
                                "start. Known are rocksdb and {kind: memory}");
  }
}

}  // namespace

void check_query(const Json& query, const std::string& path, const LibraryNames& names, bool active,
                 Findings& findings) {
  for (const auto& [key, value] : query.items()) {
    if (schema::find(schema::query(), key) != nullptr || key == "query") continue;
    findings.error(child(path, key), "'" + key + "' is not a field of a query, and drasi-server refuses it" +
                                         suggestion(key, schema::names(schema::query())));
  }
  check_fields(query, schema::query(), path, Resolver::Server, findings);
  check_text(query, path, findings);
  if (const std::string* language = text_member(query, "queryLanguage");
      language != nullptr && !canonical_language(*language)) {
    findings.error(child(path, "queryLanguage"), "'" + *language + "' is no query language; use Cypher or GQL");
  }
  if (const std::string* mode = text_member(query, "dispatchMode");
      mode != nullptr && !canonical_dispatch_mode(*mode)) {
    findings.error(child(path, "dispatchMode"), "'" + *mode + "' is no dispatch mode; the only one is Channel");
  }
  if (active && !query.contains("autoStart")) {
    findings.warning(child(path, "autoStart"),
                     "drasi-server does not start a query by itself unless it says so; "
                     "add autoStart: true, or start it by hand");
  }
  const NameSet middleware = check_middleware(query, path, findings);
  check_subscriptions(query, path, names, middleware, active, findings);
  check_joins(query, path, findings);
  check_storage(query, path, names, findings);
}

}  // namespace draas::drasi
