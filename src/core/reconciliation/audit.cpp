// ReconciliationService: what was done, and what follows from it.

#include <algorithm>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "core/reconciliation/collections.hpp"
#include "core/reconciliation/service_impl.hpp"

namespace draas::core {
namespace {

constexpr std::size_t kMaxPage = 1'000;

Judgement judgement_of(const AuditEffects& effects) {
  Judgement judgement;
  judgement.healthy_revision = effects.healthy_revision;
  if (effects.hold_revision) judgement.hold = HeldRevision{*effects.hold_revision, effects.hold_reason};
  judgement.clear_hold = effects.clear_hold;
  return judgement;
}

std::map<std::string, std::string> event_metadata(const Json& entry, std::uint64_t number) {
  std::map<std::string, std::string> metadata{{"AuditId", std::to_string(number)}};
  constexpr std::array<std::pair<const char*, const char*>, 8> kFields{{{"trigger", "Trigger"},
                                                                        {"strategy", "Strategy"},
                                                                        {"outcome", "Outcome"},
                                                                        {"reason", "Reason"},
                                                                        {"error", "Error"},
                                                                        {"worker", "Worker"},
                                                                        {"revisionBefore", "RevisionBefore"},
                                                                        {"revisionAfter", "RevisionAfter"}}};
  for (const auto& [field, name] : kFields) {
    auto value = entry.find(field);
    if (value == entry.end()) continue;
    metadata[name] = value->is_string() ? value->get<std::string>() : to_text(*value);
  }
  std::string differences;
  for (const Json& difference : entry.at("differences")) {
    auto text = difference.is_object() ? difference.find("text") : difference.end();
    if (!difference.is_object() || text == difference.end() || !text->is_string()) continue;
    if (!differences.empty()) differences += "; ";
    differences += text->get<std::string>();
  }
  if (!differences.empty()) metadata["Differences"] = differences;
  return metadata;
}

}  // namespace

net::Task<Result<Json>> ReconciliationService::Impl::add_audit(std::string instance_id, Json body, Actor actor) {
  Result<EntryPtr> found = ledger.require(instance_id);
  if (!found) co_return std::unexpected(std::move(found.error()));
  Result<AuditDraft> draft = read_audit_draft(body);
  if (!draft) co_return std::unexpected(std::move(draft.error()));
  const AuditEffects& effects = draft->effects;
  const std::uint64_t number = audit_log.next_number();
  Json entry = Json::object();
  entry["id"] = std::to_string(number);
  entry["instanceId"] = instance_id;
  entry["at"] = to_rfc3339(ledger.clock().now());
  entry["actor"] = draft->entry.value("actor", actor.name);
  for (const auto& [name, value] : draft->entry.items()) entry[name] = value;

  crash_point("audit.before_commit");
  Status stored = co_await ledger.change(*found, [&](Change& change) -> Status {
    for (const auto& revision : {effects.healthy_revision, effects.hold_revision}) {
      if (!revision || *revision <= change.instance.revision) continue;
      const std::string path =
          revision == effects.hold_revision ? "/effects/hold/revision" : "/effects/healthyRevision";
      return fail(ErrorCode::InvalidArgument, path + ": there is no such revision",
                  {{path, "there is no such revision"}});
    }
    change.writes.push_back(Write::put(std::string(collections::kAudit), audit_document_id(number), to_text(entry),
                                       {{"instance", instance_id}}));
    for (std::uint64_t gone : audit_log.add(number, instance_id)) {
      change.writes.push_back(Write::erase(std::string(collections::kAudit), audit_document_id(gone)));
    }
    const Judgement judgement = judgement_of(effects);
    const bool judges = judgement.healthy_revision || judgement.hold || judgement.clear_hold;
    if (judges) apply(judgement, change.edit_runtime());
    change.source = "Reconciler";
    // A pending approval was reported when it was asked for.
    const bool reported = effects.event == "ApprovalRequested" && has_pending_approval(instance_id);
    if (const auto type = parse_event_type(effects.event); type && !reported) {
      change.reports.push_back({*type, event_metadata(entry, number)});
    }
    return {};
  });
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  crash_point("audit.committed");
  // What was done may have mended, or broken, what runs.
  supervisor.look_soon(*found);
  // Not in the same commit: an approval that stays Approved lets the same revision be applied once more, no other.
  if (const std::string approval = entry.value("approvalId", std::string()); !approval.empty()) {
    std::string comment;
    Result<Json> used = co_await decide_approval(approval, ApprovalState::Used, std::move(comment), actor);
    if (!used && used.error().code != ErrorCode::Conflict && used.error().code != ErrorCode::NotFound) {
      write_log(LogLevel::Warn, "an approval could not be marked as used", used.error(), {{"approvalId", approval}});
    }
  }
  co_return entry;
}

net::Task<Result<std::vector<Json>>> ReconciliationService::Impl::audit(std::string instance_id, std::size_t limit,
                                                                        std::uint64_t before) {
  ListQuery query{.collection = std::string(collections::kAudit),
                  .limit = std::clamp<std::size_t>(limit, 1, kMaxPage),
                  .descending = true};
  if (!instance_id.empty()) query.index = IndexEntry{"instance", instance_id};
  if (before > 0) query.before = audit_document_id(before);
  std::function<Result<std::vector<Document>>()> read = [&store = ledger.store(), query] { return store.list(query); };
  Result<std::vector<Document>> page = co_await readers.run(read);
  if (!page) co_return std::unexpected(std::move(page.error()));
  std::vector<Json> entries;
  entries.reserve(page->size());
  for (const Document& document : *page) {
    Result<Json> entry = parse_json(document.body);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    entries.push_back(std::move(*entry));
  }
  co_return entries;
}

}  // namespace draas::core
