#include "support/server_model.hpp"

#include <algorithm>

#include "drasi/defaults.hpp"

namespace draas::tests {
namespace {

using drasi::ComponentKind;
using Verb = drasi::LiveAction::Verb;

constexpr ComponentKind kKinds[] = {ComponentKind::Source, ComponentKind::Query, ComponentKind::Reaction};

const char* list_of(ComponentKind kind) {
  if (kind == ComponentKind::Source) return "sources";
  return kind == ComponentKind::Query ? "queries" : "reactions";
}

Json empty_library(const std::string& id) {
  return Json{{"id", id}, {"sources", Json::array()}, {"queries", Json::array()}, {"reactions", Json::array()}};
}

Json* find(Json& list, const std::string& id) {
  const auto found = std::ranges::find_if(list, [&](const Json& entry) { return entry["id"] == id; });
  return found == list.end() ? nullptr : &*found;
}

bool names(const Json& list, const std::string& id) {
  return std::ranges::any_of(list,
                             [&](const Json& entry) { return (entry.is_object() ? entry["sourceId"] : entry) == id; });
}

// What the server tells of a component that it was given: nothing of providers, values instead of references.
Json reported(ComponentKind kind, Json component) {
  if (kind == ComponentKind::Query) {
    component = drasi::with_query_defaults(component);
    component["queryText"] = component["query"];
    component.erase("query");
    constexpr int kCapacity = 10'000;
    for (const char* name : {"priorityQueueCapacity", "dispatchBufferCapacity"}) {
      if (!component.contains(name)) component[name] = kCapacity;
    }
    return component;
  }
  if (!component.contains("autoStart")) component["autoStart"] = true;
  component.erase("identityProvider");
  component.erase("bootstrapProvider");
  for (auto& [name, value] : component.items()) {
    if (value.is_string() && value.get<std::string>().starts_with("${")) value = "resolved";
  }
  return component;
}

// What makes a query another one for its reactions.
Json definition(const Json& query) {
  Json result = Json::object();
  for (const char* name : {"queryText", "queryLanguage", "middleware", "sources", "joins"}) {
    if (query.contains(name)) result[name] = query[name];
  }
  return result;
}

bool skips_gaps(const Json& reaction) {
  if (reaction.contains("recoveryPolicy")) return reaction["recoveryPolicy"] != "strict";
  const Json& kind = reaction["kind"];
  return kind == "log" || kind == "sse" || kind == "profiler";
}

}  // namespace

ServerModel::ServerModel(const Json& rendered) {
  const Json whole = drasi::with_defaults(rendered);
  const Json blocks = whole["instances"].empty() ? Json::array({whole}) : whole["instances"];
  for (const Json& block : blocks) {
    Json library = empty_library(block["id"].get<std::string>());
    for (const ComponentKind kind : kKinds) {
      for (const Json& component : block[list_of(kind)]) add(library, kind, component);
    }
    libraries_.push_back(std::move(library));
  }
}

std::optional<std::string> ServerModel::add(Json& library, ComponentKind kind, Json component) {
  const auto id = component["id"].get<std::string>();
  for (const ComponentKind other : kKinds) {
    if (find(library[list_of(other)], id) != nullptr) return "'" + id + "' is there already";
  }
  if (kind == ComponentKind::Query) {
    for (const Json& source : component["sources"]) {
      const auto needed = source["sourceId"].get<std::string>();
      const bool there = needed.starts_with("__") || find(library["sources"], needed) != nullptr;
      if (!there) return "query '" + id + "' needs source '" + needed + "'";
    }
  }
  if (kind == ComponentKind::Reaction) {
    for (const Json& entry : component["queries"]) {
      const auto needed = entry.get<std::string>();
      const Json* query = find(library["queries"], needed);
      if (query == nullptr) return "reaction '" + id + "' needs query '" + needed + "'";
      const std::string place = library["id"].get<std::string>() + "/" + id + "/" + needed;
      const auto [known, added] = checkpoints_.try_emplace(place, definition(*query));
      if (!added && known->second != definition(*query)) {
        if (!skips_gaps(component)) return "reaction '" + id + "' has followed another query '" + needed + "'";
        known->second = definition(*query);
      }
    }
  }
  component = reported(kind, std::move(component));
  component["status"] = component["autoStart"] == true ? "Running" : "Added";
  library[list_of(kind)].push_back(std::move(component));
  return std::nullopt;
}

std::optional<std::string> ServerModel::apply(const drasi::LiveAction& action) {
  Json* library = find(libraries_, action.library);
  if (!action.kind) {
    if (action.verb != Verb::Create) return "an instance can only be created";
    if (library != nullptr) return "instance '" + action.id + "' is there already";
    libraries_.push_back(empty_library(action.id));
    return std::nullopt;
  }
  if (library == nullptr) return "there is no instance '" + action.library + "'";
  Json& list = (*library)[list_of(*action.kind)];
  if (action.verb == Verb::Create) {
    if (action.body.value("id", "") != action.id) return "the body is of another component";
    return add(*library, *action.kind, action.body);
  }
  Json* component = find(list, action.id);
  if (component == nullptr) return "there is no '" + action.id + "'";
  const bool runs = (*component)["status"] == "Running";
  switch (action.verb) {
    case Verb::Delete: {
      const bool source = *action.kind == ComponentKind::Source;
      const char* dependents = source ? "queries" : "reactions";
      for (const Json& other : (*library)[dependents]) {
        const bool needed =
            *action.kind != ComponentKind::Reaction && names(other[source ? "sources" : "queries"], action.id);
        if (needed) return "'" + action.id + "' is needed by '" + other["id"].get<std::string>() + "'";
      }
      list.erase(static_cast<std::size_t>(component - &list[0]));
      return std::nullopt;
    }
    case Verb::Update: {
      if (*action.kind == ComponentKind::Query) return "queries cannot be updated";
      const Json status = (*component)["status"];
      *component = reported(*action.kind, action.body);
      (*component)["status"] = status;
      return std::nullopt;
    }
    case Verb::Start:
      if (runs) return "'" + action.id + "' runs already";
      (*component)["status"] = "Running";
      return std::nullopt;
    case Verb::Stop:
      if (!runs) return "'" + action.id + "' does not run";
      (*component)["status"] = "Stopped";
      return std::nullopt;
    case Verb::Create:
      break;
  }
  return "no such call";
}

std::string ServerModel::status(const std::string& library, const std::string& id) const {
  for (const Json& block : libraries_) {
    if (block["id"] != library) continue;
    for (const ComponentKind kind : kKinds) {
      for (const Json& component : block[list_of(kind)]) {
        if (component["id"] == id) return component["status"].get<std::string>();
      }
    }
  }
  return {};
}

}  // namespace draas::tests
