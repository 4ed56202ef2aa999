// ReconciliationService: policies.

#include <algorithm>

#include "base/crash_point.hpp"
#include "core/reconciliation/collections.hpp"
#include "core/reconciliation/policy.hpp"
#include "core/reconciliation/service_impl.hpp"
#include "net/http_server.hpp"

namespace draas::core {
namespace {

constexpr std::string_view kFleetDocument = "~fleet";  // no instance can be called so

std::string document_id(const std::string& instance_id) {
  return instance_id.empty() ? std::string(kFleetDocument) : instance_id;
}

// Names of the members that differ.
std::string changed_members(const Json& before, const Json& after) {
  std::string names;
  auto add = [&names](const std::string& name) {
    if (!names.empty()) names += ", ";
    names += name;
  };
  for (const auto& [name, value] : after.items()) {
    auto old_value = before.find(name);
    if (old_value == before.end() || *old_value != value) add(name);
  }
  for (const auto& [name, value] : before.items()) {
    if (!after.contains(name)) add(name);
  }
  return names;
}

}  // namespace

Status ReconciliationService::Impl::load_policies() {
  return for_each_document(ledger.store(), collections::kPolicies, [this](const Document& document) -> Status {
    const std::string id = document.id == kFleetDocument ? std::string() : document.id;
    if (!id.empty() && !ledger.find(id)) return {};
    Result<Json> own = parse_json(document.body);
    if (!own) return std::unexpected(std::move(own.error()));
    policies[id] = {std::move(*own), document.version};
    policy_marks[id] = document.version;
    return {};
  });
}

const Json& ReconciliationService::Impl::own_policy(const std::string& id) const {
  static const Json none = Json::object();
  auto found = policies.find(id);
  return found == policies.end() ? none : found->second.own;
}

Json ReconciliationService::Impl::policy_for(const std::string& id) const {
  return id.empty() ? own_policy("") : effective_policy(own_policy(id), own_policy(""));
}

Json ReconciliationService::Impl::policy_json(const std::string& id) const {
  return Json{{"own", own_policy(id)}, {"effective", policy_for(id)}, {"version", policy_version(id)}};
}

std::uint64_t ReconciliationService::Impl::policy_version(const std::string& id) const {
  std::uint64_t version = 0;
  for (const std::string& place : {id, std::string()}) {
    if (auto mark = policy_marks.find(place); mark != policy_marks.end()) version = std::max(version, mark->second);
  }
  return version;
}

void ReconciliationService::Impl::renew_items(const std::string& id) {
  if (!id.empty()) {
    if (EntryPtr entry = ledger.find(id)) take_entry(entry);
    return;
  }
  for (const EntryPtr& entry : ledger.all()) take_entry(entry);
}

net::Task<Result<Json>> ReconciliationService::Impl::store_policy(std::string id, std::optional<Json> body,
                                                                  std::optional<std::string> if_match, Actor actor) {
  EntryPtr entry;
  if (!id.empty()) {
    Result<EntryPtr> found = ledger.require(id);
    if (!found) co_return std::unexpected(std::move(found.error()));
    entry = *found;
  }
  Json next = Json::object();
  if (body) {
    Result<Json> read = read_policy(*body);
    if (!read) co_return std::unexpected(std::move(read.error()));
    next = std::move(*read);
  }
  net::AsyncMutex::Guard guard = co_await policy_lock.lock();
  if (if_match && !net::etag_matches(*if_match, '"' + std::to_string(policy_version(id)) + '"')) {
    co_return fail(ErrorCode::PreconditionFailed, "The policy was changed meanwhile. Read it again, then decide");
  }
  const bool there = policies.contains(id);
  if (body ? there && own_policy(id) == next : !there) co_return policy_json(id);

  Batch batch;
  batch.writes.push_back(body ? Write::put(std::string(collections::kPolicies), document_id(id), to_text(next))
                              : Write::erase(std::string(collections::kPolicies), document_id(id)));
  Report report{EventType::PolicyChanged, {{"Members", changed_members(own_policy(id), next)}, {"Actor", actor.name}}};
  std::string source = "ControlPlane";
  Result<Commit> committed =
      co_await ledger.commit_with_event(std::move(batch), entry, std::move(report), std::move(source));
  if (!committed) co_return std::unexpected(std::move(committed.error()));
  crash_point("policy.committed");
  if (body) {
    policies[id] = {std::move(next), committed->version};
  } else {
    policies.erase(id);
  }
  policy_marks[id] = committed->version;
  renew_items(id);
  co_return policy_json(id);
}

}  // namespace draas::core
