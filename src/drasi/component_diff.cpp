#include "drasi/component_diff.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "drasi/config_value.hpp"
#include "drasi/validation.hpp"

namespace draas::drasi {
namespace {

// What drasi-server reports of a query although nobody wrote it: the library's defaults, made concrete.
constexpr std::array<std::string_view, 4> kMaterialised = {"priorityQueueCapacity", "dispatchBufferCapacity",
                                                           "dispatchMode", "storageBackend"};
constexpr std::array<std::string_view, 3> kComponentLists = {"sources", "queries", "reactions"};
constexpr std::array<std::string_view, 3> kReported = {"status", "errorMessage", "id"};

template <class Names>
bool is_one_of(std::string_view name, const Names& names) {
  return std::ranges::find(names, name) != names.end();
}

const Json& value_or_null(const Json* object, std::string_view key) {
  const Json* value = object != nullptr ? member(*object, key) : nullptr;
  return value != nullptr ? *value : absent();
}

bool same_ids(const Json& left, const Json& right) {
  const auto ids = [](const Json& list) {
    std::set<std::string> result;
    if (!list.is_array()) return result;
    for (const Json& entry : list) {
      if (const std::string* text = as_text(&entry)) result.insert(*text);
    }
    return result;
  };
  return ids(left) == ids(right);
}

class ComponentDiff {
 public:
  ComponentDiff(const Json& desired, const Json& actual, const Json* last, const std::string& path)
      : desired_(desired), actual_(actual), last_(last), path_(path) {}

  std::vector<Difference> query() {
    std::vector<std::string> keys;
    for (const auto& [key, value] : desired_.items()) keys.push_back(key == "query" ? "queryText" : key);
    for (const auto& [key, value] : actual_.items()) {
      if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
    }
    for (const std::string& key : keys) {
      if (is_one_of(key, kReported)) continue;
      const Json& wanted = value_or_null(&desired_, key == "queryText" ? "query" : key);
      const Json& reported = value_or_null(&actual_, key);
      if (wanted.is_null() && is_one_of(key, kMaterialised) && value_or_null(last_, key).is_null()) continue;
      const bool equal =
          key == "storageBackend" ? fulfils(reported, wanted) : fulfils(reported, wanted) && fulfils(wanted, reported);
      if (!equal) add(key, wanted, reported);
    }
    return std::move(found_);
  }

  std::vector<Difference> source_or_reaction(bool reaction) {
    for (const auto& [key, wanted] : desired_.items()) {
      if (is_one_of(key, kReported)) continue;
      const Json* reported = member(actual_, key);
      if (key == "queries" && reaction) {
        if (reported != nullptr && !same_ids(wanted, *reported)) add(key, wanted, *reported);
      } else if (key == "identityProvider") {
        if (last_ != nullptr && value_or_null(last_, key) != wanted)
          add(key, wanted, value_or_null(last_, key), Liveness::Restart);
      } else if (key == "bootstrapProvider" || reported == nullptr || is_reference(wanted)) {
        if (last_ != nullptr && value_or_null(last_, key) != wanted) add(key, wanted, value_or_null(last_, key));
      } else if (!fulfils(*reported, wanted)) {
        add(key, wanted, *reported);
      }
    }
    if (last_ == nullptr) return std::move(found_);
    for (const auto& [key, applied] : last_->items()) {
      if (desired_.contains(key) || applied.is_null()) continue;
      add(key, absent(), applied, key == "identityProvider" ? Liveness::Restart : Liveness::Live);
    }
    return std::move(found_);
  }

 private:
  void add(const std::string& key, const Json& wanted, const Json& reported, Liveness liveness = Liveness::Live) {
    found_.push_back({child(path_, key), wanted, reported, liveness});
  }

  const Json& desired_;
  const Json& actual_;
  const Json* last_;
  const std::string& path_;
  std::vector<Difference> found_;
};

}  // namespace

bool fulfils(const Json& actual, const Json& desired) {
  if (is_reference(desired)) return true;
  if (desired.is_object() && actual.is_object()) {
    return std::ranges::all_of(desired.items(), [&](const auto& entry) {
      const Json* value = member(actual, entry.key());
      return value != nullptr ? fulfils(*value, entry.value()) : entry.value().is_null();
    });
  }
  if (desired.is_array() && actual.is_array()) {
    return std::ranges::equal(actual, desired,
                              [](const Json& left, const Json& right) { return fulfils(left, right); });
  }
  return actual == desired;  // nlohmann compares numbers of all types by value
}

std::vector<Difference> diff_component(ComponentKind kind, const Json& desired, const Json& actual, const Json* last,
                                       const std::string& path) {
  ComponentDiff diff(desired, actual, last, path);
  return kind == ComponentKind::Query ? diff.query() : diff.source_or_reaction(kind == ComponentKind::Reaction);
}

bool updatable(ComponentKind kind, const std::vector<Difference>& differences, const std::string& path) {
  if (kind == ComponentKind::Query) return false;
  return std::ranges::none_of(differences, [&](const Difference& difference) {
    return difference.path == path + "/kind" || difference.path == path + "/autoStart" ||
           (kind == ComponentKind::Reaction && difference.path == path + "/queries");
  });
}

void diff_settings(const Json& desired, const Json& last, const std::string& path,
                   std::vector<Difference>& differences) {
  const auto compared = [](const std::string& key) {
    return key != "instances" && key != "apiVersion" && !is_one_of(key, kComponentLists);
  };
  for (const auto& [key, wanted] : desired.items()) {
    const Json& applied = value_or_null(&last, key);
    if (compared(key) && applied != wanted)
      differences.push_back({child(path, key), wanted, applied, Liveness::Restart});
  }
  for (const auto& [key, applied] : last.items()) {
    if (!compared(key) || desired.contains(key) || applied.is_null()) continue;
    differences.push_back({child(path, key), nullptr, applied, Liveness::Restart});
  }
}

}  // namespace draas::drasi
