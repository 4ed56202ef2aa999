#include "drasi/live_plan.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "drasi/component_diff.hpp"
#include "drasi/components.hpp"
#include "drasi/config_value.hpp"
#include "drasi/defaults.hpp"
#include "drasi/schema.hpp"
#include "drasi/server_answer.hpp"
#include "drasi/validation.hpp"

namespace draas::drasi {
namespace {

using Verb = LiveAction::Verb;

constexpr ComponentKind kKinds[] = {ComponentKind::Source, ComponentKind::Query, ComponentKind::Reaction};

std::string describe(ComponentKind kind, const std::string& id) {
  return std::string(to_string(kind)) + " '" + id + "'";
}

// What is to happen to one component.
enum class Fate { Keep, Create, Delete, Replace, Update };

struct Component {
  ComponentKind kind;
  std::string id;
  const Json* desired = nullptr;
  const Json* actual = nullptr;
  const Json* last = nullptr;
  std::string path;
  Fate fate = Fate::Keep;
  std::string reason;
  bool start = false;  // at the end

  ComponentStatus status() const {
    const std::string* text = actual != nullptr ? text_member(*actual, "status") : nullptr;
    return text != nullptr ? parse_component_status(*text) : ComponentStatus::Unknown;
  }
  bool running() const { return status() == ComponentStatus::Running || status() == ComponentStatus::Starting; }
  bool goes() const { return fate == Fate::Delete || fate == Fate::Replace; }
  bool comes() const { return fate == Fate::Create || fate == Fate::Replace; }
};

const Json* find_library(const Json& document, const std::string& id) {
  if (!document.is_object()) return nullptr;
  for (const LibraryBlock& library : library_blocks(document)) {
    const std::string* found = text_member(*library.block, "id");
    if (found != nullptr && *found == id) return library.block;
  }
  return nullptr;
}

// Which components a reported one needs: the sources of a query, the queries of a reaction.
bool depends_on(const Component& component, const Component& needed) {
  if (component.actual == nullptr) return false;
  const Json* list = nullptr;
  if (component.kind == ComponentKind::Query && needed.kind == ComponentKind::Source) {
    list = member(*component.actual, "sources");
  } else if (component.kind == ComponentKind::Reaction && needed.kind == ComponentKind::Query) {
    list = member(*component.actual, "queries");
  }
  if (list == nullptr || !list->is_array()) return false;
  return std::ranges::any_of(*list, [&](const Json& entry) {
    const std::string* id = entry.is_object() ? text_member(entry, "sourceId") : as_text(&entry);
    return id != nullptr && *id == needed.id;
  });
}

bool is_empty(const Json* value) {
  return value == nullptr || value->is_null() || (value->is_structured() && value->empty());
}

// Plans one library that the server has.
class LibraryPlan {
 public:
  LibraryPlan(std::string library, const std::string& path, const Json& desired, const Json& actual, const Json* last)
      : library_(std::move(library)), path_(path), desired_(desired), actual_(actual), last_(last) {}

  void run(LivePlan& plan) {
    for (const ComponentKind kind : kKinds) collect(kind);
    for (Component& component : components_) compare(component, plan);
    spread();
    check_recovery(plan);
    for (Component& component : components_) settle_start(component, plan);
    emit(plan);
    report_identities(plan);
  }

 private:
  void collect(ComponentKind kind) {
    const std::string_view list = collection_name(kind);
    std::map<std::string, std::size_t> places;
    const auto each = [&](const Json* block, auto use) {
      const Json* entries = block != nullptr ? member(*block, list) : nullptr;
      if (entries == nullptr || !entries->is_array()) return;
      for (std::size_t index = 0; index < entries->size(); ++index) {
        if (const std::string* id = text_member((*entries)[index], "id")) use(*id, (*entries)[index], index);
      }
    };
    const auto place = [&](const std::string& id, std::size_t index) -> Component& {
      const auto [found, added] = places.emplace(id, components_.size());
      if (added) {
        components_.push_back({kind, id});
        components_.back().path = child(child(path_, list), index);
      }
      return components_[found->second];
    };
    each(&desired_,
         [&](const std::string& id, const Json& entry, std::size_t index) { place(id, index).desired = &entry; });
    each(&actual_,
         [&](const std::string& id, const Json& entry, std::size_t index) { place(id, index).actual = &entry; });
    each(last_, [&](const std::string& id, const Json& entry, std::size_t) {
      if (const auto found = places.find(id); found != places.end()) components_[found->second].last = &entry;
    });
  }

  static void compare(Component& component, LivePlan& plan) {
    if (component.actual == nullptr) {
      component.fate = Fate::Create;
      component.reason = describe(component.kind, component.id) + " is wanted";
      plan.differences.push_back({component.path, *component.desired, absent(), Liveness::Live});
      return;
    }
    if (component.desired == nullptr) {
      component.fate = Fate::Delete;
      component.reason = describe(component.kind, component.id) + " is not wanted";
      plan.differences.push_back({component.path, absent(), *component.actual, Liveness::Live});
      return;
    }
    std::vector<Difference> differences =
        diff_component(component.kind, *component.desired, *component.actual, component.last, component.path);
    std::vector<Difference> live;
    std::ranges::copy_if(differences, std::back_inserter(live),
                         [](const Difference& difference) { return difference.liveness == Liveness::Live; });
    if (!live.empty()) {
      component.fate = updatable(component.kind, live, component.path) ? Fate::Update : Fate::Replace;
      component.reason = live.front().path + " differs";
      if (live.size() > 1) component.reason += ", and " + std::to_string(live.size() - 1) + " more";
    }
    std::ranges::move(differences, std::back_inserter(plan.differences));
  }

  // drasi-server refuses to remove what others need: dependents go first and come back last.
  void spread() {
    for (const ComponentKind kind : {ComponentKind::Query, ComponentKind::Reaction}) {
      for (Component& component : components_) {
        if (component.kind != kind || component.goes() || component.actual == nullptr) continue;
        for (const Component& needed : components_) {
          if (!needed.goes() || !depends_on(component, needed)) continue;
          component.fate = component.desired != nullptr ? Fate::Replace : Fate::Delete;
          component.reason = "needs " + describe(needed.kind, needed.id) + ", which is " +
                             (needed.fate == Fate::Replace ? "replaced" : "deleted");
          break;
        }
      }
    }
    // A running query gets nothing any more from a source that is swapped under it: it is stopped and started.
    for (const Component& source : components_) {
      if (source.kind != ComponentKind::Source || source.fate != Fate::Update) continue;
      for (Component& query : components_) {
        if (query.fate != Fate::Keep || !query.running() || !depends_on(query, source)) continue;
        query.start = true;
        query.reason = "reads from " + describe(source.kind, source.id) + ", which is updated";
        paused_.push_back(&query);
      }
    }
    std::ranges::sort(paused_);
    paused_.erase(std::ranges::unique(paused_).begin(), paused_.end());
  }

  // A reaction's checkpoint outlives the reaction: under its id, the state store remembers the definition of each
  // query. A strict reaction does not start on another one, and the others only when it runs. The in-memory store
  // forgets at a restart, a file does not.
  void check_recovery(LivePlan& plan) const {
    for (const Component& reaction : components_) {
      if (reaction.kind != ComponentKind::Reaction || reaction.desired == nullptr || reaction.actual == nullptr)
        continue;
      const bool follows = follows_changes(*reaction.desired);
      for (const Component& query : components_) {
        if (query.fate != Fate::Replace || !depends_on(reaction, query)) continue;
        if (follows && starts_by_itself(*query.desired, false)) continue;
        if (!mark_identity(plan, query) || is_empty(member(desired_, "stateStore"))) continue;
        plan.obstacles.push_back(
            describe(reaction.kind, reaction.id) + " will not start on the changed " + describe(query.kind, query.id) +
            ", because the state store remembers the former one; give the reaction another id, or " +
            (follows ? "let the query start by itself"
                     : "recoveryPolicy: auto_skip_gap where its kind has that field"));
      }
    }
  }

  static bool follows_changes(const Json& reaction) {
    const std::string* policy = text_member(reaction, "recoveryPolicy");
    if (policy != nullptr) return *policy != "strict";
    const std::string* kind = text_member(reaction, "kind");
    return kind != nullptr && schema::skips_gaps(*kind);
  }

  // Marks what makes the query another one for its reactions. False when nothing does.
  static bool mark_identity(LivePlan& plan, const Component& query) {
    bool found = false;
    for (std::string_view field : {"queryText", "queryLanguage", "middleware", "sources", "joins"}) {
      const auto difference = std::ranges::find(plan.differences, child(query.path, field), &Difference::path);
      if (difference == plan.differences.end()) continue;
      difference->liveness = Liveness::Restart;
      found = true;
    }
    return found;
  }

  static void settle_start(Component& component, LivePlan& plan) {
    if (component.desired == nullptr || component.actual == nullptr) return;
    const bool wanted = starts_by_itself(*component.desired, component.kind != ComponentKind::Query);
    if (component.fate == Fate::Replace) {
      // Created anew it would stand still, although somebody had started it.
      component.start = !wanted && component.running();
    } else if (wanted && !component.start) {
      const ComponentStatus status = component.status();
      const bool down =
          status == ComponentStatus::Stopped || status == ComponentStatus::Added || status == ComponentStatus::Error;
      if (!down) return;
      component.start = true;
      if (component.fate == Fate::Keep)
        component.reason = "starts by itself, but is in " + std::string(to_string(status));
      plan.differences.push_back(
          {component.path + "/status", "Running", std::string(to_string(status)), Liveness::Live});
    }
  }

  void add(LivePlan& plan, Verb verb, const Component& component) const {
    const bool body = verb == Verb::Create || verb == Verb::Update;
    plan.actions.push_back(
        {verb, component.kind, library_, component.id, body ? *component.desired : absent(), component.reason});
  }

  template <class Chosen>
  void add_all(LivePlan& plan, Verb verb, ComponentKind kind, Chosen chosen) const {
    for (const Component& component : components_) {
      if (component.kind == kind && chosen(component)) add(plan, verb, component);
    }
  }

  void emit(LivePlan& plan) const {
    const auto goes = [](const Component& component) { return component.goes(); };
    const auto comes = [](const Component& component) { return component.comes(); };
    const auto updated = [](const Component& component) { return component.fate == Fate::Update; };
    add_all(plan, Verb::Delete, ComponentKind::Reaction, goes);
    add_all(plan, Verb::Delete, ComponentKind::Query, goes);
    add_all(plan, Verb::Delete, ComponentKind::Source, goes);
    for (const Component* query : paused_) add(plan, Verb::Stop, *query);
    add_all(plan, Verb::Update, ComponentKind::Source, updated);
    add_all(plan, Verb::Create, ComponentKind::Source, comes);
    add_all(plan, Verb::Create, ComponentKind::Query, comes);
    add_all(plan, Verb::Update, ComponentKind::Reaction, updated);
    add_all(plan, Verb::Create, ComponentKind::Reaction, comes);
    for (const ComponentKind kind : kKinds) {
      add_all(plan, Verb::Start, kind, [](const Component& component) { return component.start; });
    }
  }

  // Identity providers are attached when the server starts and at no other time.
  void report_identities(LivePlan& plan) const {
    for (const Component& component : components_) {
      if (!component.comes() && component.fate != Fate::Update) continue;
      const Json* identity = member(*component.desired, "identityProvider");
      if (identity == nullptr || identity->is_null()) continue;
      const std::string path = component.path + "/identityProvider";
      if (std::ranges::find(plan.differences, path, &Difference::path) != plan.differences.end()) continue;
      plan.differences.push_back({path, *identity, absent(), Liveness::Restart});
    }
  }

  std::string library_;
  const std::string& path_;
  const Json& desired_;
  const Json& actual_;
  const Json* last_;
  std::vector<Component> components_;
  std::vector<const Component*> paused_;
};

// The body with which the API can create a library, or nullopt when it takes more than the API offers.
std::optional<Json> creatable(const Json& library) {
  for (std::string_view key : {"stateStore", "secretStore", "identityProviders", "bootstrapProviders"}) {
    if (!is_empty(member(library, key))) return std::nullopt;
  }
  Json body = Json::object();
  for (std::string_view key :
       {"id", "persistIndex", "enableArchive", "defaultPriorityQueueCapacity", "defaultDispatchBufferCapacity"}) {
    const Json* value = member(library, key);
    if (value == nullptr || value->is_null()) continue;
    if (is_reference(*value)) return std::nullopt;
    body[std::string(key)] = *value;
  }
  return body;
}

void plan_new_library(const std::string& id, const LibraryBlock& library, LivePlan& plan) {
  const std::optional<Json> body = library.path.empty() ? std::nullopt : creatable(*library.block);
  plan.differences.push_back({library.path, *library.block, absent(), body ? Liveness::Live : Liveness::Restart});
  if (!body) return;
  plan.actions.push_back({Verb::Create, std::nullopt, id, id, *body, "instance '" + id + "' is wanted"});
  LibraryPlan inner(id, library.path, *library.block, absent(), nullptr);
  inner.run(plan);
}

}  // namespace

std::string_view to_string(Liveness liveness) { return liveness == Liveness::Live ? "Live" : "Restart"; }

bool LivePlan::restart_required() const {
  return std::ranges::any_of(differences, [](const Difference& entry) { return entry.liveness == Liveness::Restart; });
}

LivePlan plan_live_changes(const Json& desired, const Json& actual, const Json& last_applied) {
  const Json wanted = with_defaults(desired);
  const Json last = last_applied.is_object() ? with_defaults(last_applied) : absent();
  LivePlan plan;
  if (last.is_object()) diff_settings(wanted, last, "", plan.differences);

  std::set<std::string> expected;
  for (const LibraryBlock& library : library_blocks(wanted)) {
    const std::string* id = text_member(*library.block, "id");
    if (id == nullptr) continue;
    expected.insert(*id);
    const Json* last_library = find_library(last, *id);
    if (last_library != nullptr && !library.path.empty()) {
      diff_settings(*library.block, *last_library, library.path, plan.differences);
    }
    if (const Json* found = find_library(actual, *id)) {
      LibraryPlan inner(*id, library.path, *library.block, *found, last_library);
      inner.run(plan);
    } else {
      plan_new_library(*id, library, plan);
    }
  }
  const Json* reported = member(actual, "instances");
  for (std::size_t index = 0; reported != nullptr && reported->is_array() && index < reported->size(); ++index) {
    const std::string* id = text_member((*reported)[index], "id");
    if (id == nullptr || expected.contains(*id)) continue;
    plan.differences.push_back({child("/instances", index), absent(), (*reported)[index], Liveness::Restart});
  }
  return plan;
}

}  // namespace draas::drasi
