// One library's components: ids and what refers to what.
#include <algorithm>
#include <map>

#include "drasi/aliases.hpp"
#include "drasi/config_value.hpp"
#include "drasi/validation.hpp"

namespace draas::drasi {
namespace {

NameSet ids_of(const Json& library, std::string_view list) {
  NameSet ids;
  const Json* entries = member(library, list);
  if (entries == nullptr || !entries->is_array()) return ids;
  for (const Json& entry : *entries) {
    if (const std::string* id = text_member(entry, "id")) ids.insert(*id);
  }
  return ids;
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void check_id(const std::string& id, const std::string& path, bool component, Findings& findings) {
  if (has_control_character(id)) findings.error(path, "Must not hold control characters");
  if (!component) return;
  if (id.starts_with("__")) findings.error(path, "Ids that begin with '__' are drasi-server's own; choose another");
  if (is_reference(Json(id))) findings.error(path, "Ids are literal: drasi-server expands no references in them");
  if (id.find('/') != std::string::npos) {
    findings.warning(path,
                     "A '/' in an id must be escaped in every address of the component; choose another character");
  }
}

// Sources, queries and reactions share one namespace, in which the library itself is the root.
void check_namespace(const Json& library, const std::string& path, const std::vector<std::string>& library_ids,
                     Findings& findings) {
  std::map<std::string, std::string, std::less<>> taken;
  for (std::string_view list : {"sources", "queries", "reactions"}) {
    const Json* entries = member(library, list);
    if (entries == nullptr || !entries->is_array()) continue;
    for (std::size_t index = 0; index < entries->size(); ++index) {
      const std::string* id = text_member((*entries)[index], "id");
      if (id == nullptr || id->empty()) continue;
      const std::string place = child(child(child(path, list), index), "id");
      check_id(*id, place, true, findings);
      if (std::ranges::find(library_ids, *id) != library_ids.end()) {
        findings.error(
            place, "'" + *id + "' is the id of the instance itself, which shares one namespace with its components");
      }
      const auto [first, added] = taken.emplace(*id, place);
      if (!added) {
        findings.error(place, "'" + *id + "' is already used at " + first->second +
                                  "; sources, queries and reactions share one namespace");
      }
    }
  }
}

void check_providers(const Json& library, std::string_view list, schema::Category category, const std::string& path,
                     Findings& findings) {
  const Json* entries = member(library, list);
  if (entries == nullptr || !entries->is_array()) return;
  NameSet taken;
  for (std::size_t index = 0; index < entries->size(); ++index) {
    const std::string place = child(child(path, list), index);
    check_provider((*entries)[index], category, place, findings);
    const std::string* id = text_member((*entries)[index], "id");
    if (id == nullptr) continue;
    check_id(*id, child(place, "id"), false, findings);
    if (!taken.insert(*id).second)
      findings.error(child(place, "id"), "'" + *id + "' is used twice in '" + std::string(list) + "'");
  }
}

template <class Check>
void check_list(const Json& library, std::string_view list, const std::string& path, std::string_view what, Check check,
                Findings& findings) {
  const Json* entries = member(library, list);
  if (entries == nullptr || !entries->is_array()) return;
  for (std::size_t index = 0; index < entries->size(); ++index) {
    const std::string place = child(child(path, list), index);
    if (check_object((*entries)[index], place, what, findings)) check((*entries)[index], place);
  }
}

}  // namespace

void check_library(const Json& library, const std::string& path, const std::vector<std::string>& library_ids,
                   bool active, Findings& findings) {
  LibraryNames names;
  names.sources = ids_of(library, "sources");
  names.queries = ids_of(library, "queries");
  names.identity_providers = ids_of(library, "identityProviders");
  names.bootstrap_providers = ids_of(library, "bootstrapProviders");
  const Json* persist = member(library, "persistIndex");
  names.persist_index = persist != nullptr && (*persist == Json(true) || *persist == Json("true"));

  if (active) check_namespace(library, path, library_ids, findings);
  check_providers(library, "identityProviders", schema::Category::Identity, path, findings);
  check_providers(library, "bootstrapProviders", schema::Category::Bootstrap, path, findings);
  if (const Json* store = member(library, "stateStore")) check_state_store(*store, child(path, "stateStore"), findings);
  if (const Json* store = member(library, "secretStore"))
    check_secret_store(*store, child(path, "secretStore"), findings);
  check_list(
      library, "sources", path, "a source",
      [&](const Json& entry, const std::string& place) { check_source(entry, place, names, active, findings); },
      findings);
  check_list(
      library, "queries", path, "a query",
      [&](const Json& entry, const std::string& place) { check_query(entry, place, names, active, findings); },
      findings);
  check_list(
      library, "reactions", path, "a reaction",
      [&](const Json& entry, const std::string& place) { check_reaction(entry, place, names, active, findings); },
      findings);
}

}  // namespace draas::drasi
