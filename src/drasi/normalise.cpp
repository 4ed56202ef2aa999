#include <algorithm>
#include <array>

#include "drasi/config_value.hpp"
#include "drasi/configuration.hpp"
#include "drasi/schema.hpp"

namespace draas::drasi {
namespace {

using schema::Fields;
using schema::Shape;

constexpr std::string_view kNested = "serverConfiguration";
constexpr std::array<std::string_view, 3> kComponentLists = {"sources", "queries", "reactions"};

enum class Nulls { Drop, Keep };

bool is_list(Shape shape) { return shape == Shape::List || shape == Shape::Texts; }

// A null list is an empty one; any other null of a known field says the same as its absence.
void settle_nulls(Json& object, Fields fields) {
  if (!object.is_object()) return;
  Json result = Json::object();
  for (auto& [key, value] : object.items()) {
    const schema::Field* field = value.is_null() ? schema::find(fields, key) : nullptr;
    if (field == nullptr) {
      append_member(result, key, std::move(value));
    } else if (is_list(field->shape)) {
      append_member(result, key, Json::array());
    }
  }
  object = std::move(result);
}

template <class Each>
void for_each_entry(Json* list, Each each) {
  if (list == nullptr || !list->is_array()) return;
  for (Json& entry : *list) each(entry);
}

Json* member_of(Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

// `query` becomes `queryText` in its place. Two spellings that disagree are both kept, for validate() to report.
void normalise_query(Json& query) {
  if (!query.is_object()) return;
  if (Json* text = member_of(query, "query")) {
    const Json* other = member(query, "queryText");
    if (other == nullptr || other->is_null() || *other == *text) {
      Json result = Json::object();
      for (auto& [key, value] : query.items()) {
        if (key == "query") {
          append_member(result, "queryText", std::move(value));
        } else if (key != "queryText") {
          append_member(result, key, std::move(value));
        }
      }
      query = std::move(result);
    }
  }
  settle_nulls(query, schema::query());
  for_each_entry(member_of(query, "sources"), [](Json& entry) { settle_nulls(entry, schema::subscription()); });
  for_each_entry(member_of(query, "middleware"), [](Json& entry) { settle_nulls(entry, schema::middleware()); });
}

void normalise_component(Json& component, std::string_view list) {
  if (list == "queries") {
    normalise_query(component);
  } else if (list == "sources") {
    settle_nulls(component, schema::source());
  } else if (list == "reactions") {
    settle_nulls(component, schema::reaction());
  }
}

void normalise_components(Json& library) {
  for (std::string_view list : kComponentLists) {
    for_each_entry(member_of(library, list), [list](Json& entry) { normalise_component(entry, list); });
  }
}

void normalise_library(Json& library) {
  settle_nulls(library, schema::library());
  normalise_components(library);
}

// Lifts the settings of a nested `serverConfiguration` to the top. What is no setting, and what stands at the top
// already with another value, stays nested, for validate() to report.
void flatten(Json& document) {
  const Json* nested = member(document, kNested);
  if (nested == nullptr || !(nested->is_object() || nested->is_null())) return;
  Json lifted = Json::object();
  Json remaining = Json::object();
  for (const auto& [key, value] : nested->is_object() ? nested->get_ref<const Json::object_t&>() : Json::object_t{}) {
    const bool setting = schema::find(schema::server(), key) != nullptr;
    const Json* outer = setting ? member(document, key) : nullptr;
    if (setting && (outer == nullptr || outer->is_null())) {
      append_member(lifted, key, value);
    } else if (!setting || (*outer != value && !value.is_null())) {
      append_member(remaining, key, value);
    }
  }
  Json result = Json::object();
  for (auto& [key, value] : document.items()) {
    if (key == kNested) {
      for (const auto& [inner, setting] : lifted.items()) append_member(result, inner, setting);
      if (!remaining.empty()) append_member(result, key, remaining);
    } else if (!lifted.contains(key)) {
      append_member(result, key, value);
    }
  }
  document = std::move(result);
}

void normalise_block(Json& document, Nulls nulls) {
  if (!document.is_object()) return;
  flatten(document);
  if (nulls == Nulls::Drop) settle_nulls(document, schema::server());
  normalise_components(document);
  for_each_entry(member_of(document, "instances"), normalise_library);
}

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> tokens;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at + 1), path.size());
    tokens.push_back(path.substr(at + 1, end - at - 1));
    at = end;
  }
  return tokens;
}

std::string join(const std::vector<std::string>& tokens) {
  std::string path;
  for (const std::string& token : tokens) path += "/" + token;
  return path;
}

bool is_component_list(std::string_view name) {
  return std::ranges::find(kComponentLists, name) != kComponentLists.end();
}

// The tokens of a path below the library that it points into: /instances/0/queries/1 -> queries, 1.
std::span<const std::string> below_library(const std::vector<std::string>& tokens) {
  const std::span<const std::string> all = tokens;
  return tokens.size() >= 2 && tokens[0] == "instances" ? all.subspan(2) : all;
}

std::string normalise_path(const std::string& path) {
  if (!path.starts_with('/')) return path;
  std::vector<std::string> tokens = split(path);
  if (tokens.size() > 1 && tokens[0] == kNested) tokens.erase(tokens.begin());
  const std::size_t offset = tokens.size() >= 2 && tokens[0] == "instances" ? 2 : 0;
  if (tokens.size() == offset + 3 && tokens[offset] == "queries" && tokens[offset + 2] == "query") {
    tokens[offset + 2] = "queryText";
  }
  return join(tokens);
}

// Brings what an operation puts at `path` into API form.
void normalise_value(Json& value, const std::string& path) {
  if (path.empty()) {
    value = normalise(std::move(value));
    return;
  }
  if (!path.starts_with('/')) return;
  const std::vector<std::string> tokens = split(path);
  if (tokens[0] == "instances" && tokens.size() <= 2) {
    if (tokens.size() == 2) {
      normalise_library(value);
    } else if (value.is_null()) {
      value = Json::array();
    } else {
      for_each_entry(&value, normalise_library);
    }
    return;
  }
  const std::span<const std::string> rest = below_library(tokens);
  if (rest.empty() || !is_component_list(rest[0])) return;
  if (rest.size() == 1) {
    if (value.is_null()) value = Json::array();
    for_each_entry(&value, [&](Json& entry) { normalise_component(entry, rest[0]); });
  } else if (rest.size() == 2) {
    normalise_component(value, rest[0]);
  } else if (rest.size() == 3 && value.is_null()) {
    const schema::Field* field = schema::find(rest[0] == "queries" ? schema::query() : schema::reaction(), rest[2]);
    if (field != nullptr && is_list(field->shape)) value = Json::array();
  }
}

bool is_setting(const std::string& path) {
  const std::vector<std::string> tokens = split(path);
  if (tokens.size() != 1) return false;
  const schema::Field* field = schema::find(schema::server(), tokens[0]);
  return field != nullptr && field->shape != Shape::List;
}

void normalise_operation(Json operation, Json& result) {
  Json* path = member_of(operation, "path");
  const std::string* name = text_member(operation, "op");
  if (path == nullptr || !path->is_string() || name == nullptr) {
    result.push_back(std::move(operation));
    return;
  }
  const std::string verb = *name;
  Json* value = member_of(operation, "value");
  // A whole nested block is as many operations as it has fields.
  if (*path == "/" + std::string(kNested) && value != nullptr && value->is_object() && verb != "remove") {
    for (const auto& [key, inner] : value->items()) {
      Json single = Json::object();
      single["op"] = verb;
      single["path"] = "/" + key;
      single["value"] = inner;
      normalise_operation(std::move(single), result);
    }
    return;
  }
  std::string target = normalise_path(path->get<std::string>());
  if (value != nullptr) normalise_value(*value, target);
  if (verb == "replace" && is_setting(target)) operation["op"] = "add";
  operation["path"] = std::move(target);
  if (Json* from = member_of(operation, "from"); from != nullptr && from->is_string()) {
    *from = normalise_path(from->get<std::string>());
  }
  result.push_back(std::move(operation));
}

}  // namespace

Json empty_configuration() {
  Json document = Json::object();
  for (std::string_view list : kComponentLists) append_member(document, std::string(list), Json::array());
  return document;
}

Json normalise(Json document) {
  if (!document.is_object()) return document;
  normalise_block(document, Nulls::Drop);
  const Json* instances = member(document, "instances");
  if (instances == nullptr || !instances->is_array() || instances->empty()) {
    for (std::string_view list : kComponentLists) {
      if (!document.contains(list)) append_member(document, std::string(list), Json::array());
    }
  }
  return document;
}

Json normalise_patch(Json patch) {
  if (patch.is_object()) {
    normalise_block(patch, Nulls::Keep);
    return patch;
  }
  if (!patch.is_array()) return patch;
  Json result = Json::array();
  for (Json& operation : patch) normalise_operation(std::move(operation), result);
  return result;
}

}  // namespace draas::drasi
