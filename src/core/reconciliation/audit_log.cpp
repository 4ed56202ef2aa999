#include "core/reconciliation/audit_log.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/json_reader.hpp"
#include "core/model/event.hpp"
#include "core/reconciliation/collections.hpp"
#include "core/store/blocking_calls.hpp"

namespace draas::core {
namespace {

constexpr std::array<std::string_view, 5> kTriggers{"Event", "Sweep", "Request", "Rollout", "Recovery"};
constexpr std::array<std::string_view, 6> kOutcomes{"Succeeded", "Failed",          "RolledBack",
                                                    "Deferred",  "PendingApproval", "Skipped"};
constexpr std::array<std::string_view, 5> kEvents{"DriftDetected", "Reconciled", "ReconciliationFailed", "RolledBack",
                                                  "ApprovalRequested"};
constexpr std::int64_t kMaxCount = INT64_MAX;

template <std::size_t N>
std::vector<std::string_view> names(const std::array<std::string_view, N>& list) {
  return {list.begin(), list.end()};
}

void take_text(JsonReader& reader, Json& out, const char* key) {
  if (auto text = reader.optional_string(key)) out[key] = std::move(*text);
}

void take_number(JsonReader& reader, Json& out, const char* key) {
  if (auto number = reader.optional_integer(key, 0, kMaxCount)) out[key] = *number;
}

void take_array(JsonReader& reader, Json& out, const char* key) {
  const Json* array = reader.optional_array(key);
  out[key] = array != nullptr ? *array : Json::array();
}

AuditEffects read_effects(JsonReader& outer, const Json& value) {
  AuditEffects effects;
  JsonReader reader(value, "/effects");
  if (auto revision = reader.optional_integer("healthyRevision", 1, kMaxCount)) {
    effects.healthy_revision = static_cast<std::uint64_t>(*revision);
  }
  if (const Json* hold = reader.optional_object("hold")) {
    JsonReader inner(*hold, "/effects/hold");
    const auto revision = inner.optional_integer("revision", 1, kMaxCount);
    if (!revision && inner.faults().empty()) inner.add_fault("revision", "missing");
    effects.hold_revision = static_cast<std::uint64_t>(revision.value_or(0));
    effects.hold_reason = inner.optional_string("reason").value_or("");
    inner.reject_unknown();
    for (const Fault& fault : inner.faults()) outer.add_faults("", {fault});
  }
  effects.clear_hold = reader.optional_boolean("clearHold").value_or(false);
  if (effects.clear_hold && effects.hold_revision) reader.add_fault("clearHold", "contradicts hold");
  if (auto event = reader.optional_enum("event", names(kEvents))) effects.event = kEvents.at(*event);
  reader.reject_unknown();
  for (const Fault& fault : reader.faults()) outer.add_faults("", {fault});
  return effects;
}

}  // namespace

Result<AuditDraft> read_audit_draft(const Json& body) {
  JsonReader reader(body);
  AuditDraft draft;
  Json& entry = draft.entry = Json::object();
  const auto trigger = reader.optional_enum("trigger", names(kTriggers));
  entry["trigger"] = kTriggers.at(trigger.value_or(0));
  take_text(reader, entry, "strategy");
  const auto faults = reader.faults().size();
  const auto outcome = reader.optional_enum("outcome", names(kOutcomes));
  if (!outcome && reader.faults().size() == faults) reader.add_fault("outcome", "missing");
  entry["outcome"] = kOutcomes.at(outcome.value_or(0));
  take_text(reader, entry, "actor");
  take_text(reader, entry, "reason");
  for (const char* key : {"plan", "differences", "checks"}) take_array(reader, entry, key);
  for (const char* key : {"attempt", "attempts", "durationMs", "revisionBefore", "revisionAfter"}) {
    take_number(reader, entry, key);
  }
  for (const char* key : {"worker", "requestId", "rolloutId", "approvalId", "error"}) take_text(reader, entry, key);
  if (const Json* fallback = reader.optional_any("fallback")) entry["fallback"] = *fallback;
  // What the control plane decides itself; accepted so that an entry may be sent back as it was read.
  for (const char* key : {"id", "instanceId", "at"}) static_cast<void>(reader.optional_any(key));
  if (const Json* effects = reader.optional_object("effects")) draft.effects = read_effects(reader, *effects);
  reader.reject_unknown();
  if (Status ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return draft;
}

std::string audit_document_id(std::uint64_t number) { return event_document_id(number); }

Status AuditLog::load(Store& store) {
  return for_each_document(store, collections::kAudit, [this](const Document& document) -> Status {
    const std::uint64_t number = std::stoull(document.id);
    std::string instance_id;
    for (const IndexEntry& index : document.indexes) {
      if (index.name == "instance") instance_id = index.value;
    }
    by_instance_[instance_id].push_back(number);
    all_.emplace(number, std::move(instance_id));
    next_ = number + 1;
    return {};
  });
}

std::vector<std::uint64_t> AuditLog::add(std::uint64_t number, const std::string& instance_id) {
  auto& own = by_instance_[instance_id];
  own.insert(std::ranges::upper_bound(own, number), number);
  all_.emplace(number, instance_id);
  std::vector<std::uint64_t> displaced;
  while (own.size() > kPerInstance) {
    displaced.push_back(own.front());
    all_.erase(own.front());
    own.pop_front();
  }
  while (all_.size() > kOverall) {
    const auto oldest = all_.begin();
    displaced.push_back(oldest->first);
    auto its_own = by_instance_.find(oldest->second);
    std::erase(its_own->second, oldest->first);
    if (its_own->second.empty()) by_instance_.erase(its_own);
    all_.erase(oldest);
  }
  return displaced;
}

}  // namespace draas::core
