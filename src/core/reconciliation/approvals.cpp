// ReconciliationService: approvals.

#include <algorithm>

#include "base/crash_point.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "core/reconciliation/collections.hpp"
#include "core/reconciliation/service_impl.hpp"

namespace draas::core {
namespace {

constexpr Duration kDefaultExpiry = std::chrono::hours(24);
constexpr std::chrono::microseconds kRetry = std::chrono::seconds(1);
constexpr std::chrono::minutes kLongestLook{1};  // wall clocks may be set
constexpr std::size_t kKeptDecided = 1'000;
constexpr std::size_t kKeyBytes = 32;
constexpr std::string_view kKeyDocument = "approval-key";

// Whoever waits for it still waits.
bool is_undone(const Approval& approval) { return approval.open() || approval.state == ApprovalState::Approved; }

std::map<std::string, std::string> event_metadata(const Approval& approval) {
  std::map<std::string, std::string> metadata{{"ApprovalId", approval.id},
                                              {"Revision", std::to_string(approval.revision)},
                                              {"Strategy", approval.strategy},
                                              {"State", std::string(to_string(approval.state))}};
  if (approval.open()) metadata["ExpiresAt"] = to_rfc3339(approval.expires_at);
  if (!approval.reason.empty()) metadata["Reason"] = approval.reason;
  if (!approval.decided_by.empty()) metadata["DecidedBy"] = approval.decided_by;
  if (!approval.comment.empty()) metadata["Comment"] = approval.comment;
  return metadata;
}

}  // namespace

Status ReconciliationService::Impl::load_approvals() {
  Result<std::optional<Document>> stored = ledger.store().get(collections::kSystem, kKeyDocument);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (*stored) {
    Result<Json> body = parse_json((*stored)->body);
    if (!body) return std::unexpected(std::move(body.error()));
    approval_key = body->value("key", std::string());
  }
  if (approval_key.empty()) {
    approval_key = random_hex(kKeyBytes);
    Batch batch;
    batch.writes.push_back(
        Write::put(std::string(collections::kSystem), std::string(kKeyDocument), to_text(Json{{"key", approval_key}})));
    if (Status written = commit_now(ledger.store(), std::move(batch)); !written) return written;
  }
  return for_each_document(ledger.store(), collections::kApprovals, [this](const Document& document) -> Status {
    Result<Approval> approval = approval_from_document(document.body);
    if (!approval) return std::unexpected(std::move(approval.error()));
    const std::string instance_id = approval->instance_id;
    if (!ledger.find(instance_id)) return {};
    approvals_of[instance_id].push_back(document.id);
    std::uint64_t& mark = policy_marks[instance_id];
    mark = std::max(mark, document.version);
    approvals.emplace(document.id, std::move(*approval));
    return {};
  });
}

std::string ReconciliationService::Impl::approval_token(const std::string& id) const {
  return hmac_sha256_hex(approval_key, "approval " + id);
}

bool ReconciliationService::Impl::has_pending_approval(const std::string& instance_id) const {
  auto own = approvals_of.find(instance_id);
  return own != approvals_of.end() &&
         std::ranges::any_of(own->second, [this](const std::string& id) { return approvals.at(id).open(); });
}

bool ReconciliationService::Impl::is_superseded(const std::string& instance_id, std::uint64_t newest_revision) const {
  auto own = approvals_of.find(instance_id);
  return own != approvals_of.end() && std::ranges::any_of(own->second, [&](const std::string& id) {
           return is_undone(approvals.at(id)) && approvals.at(id).revision < newest_revision;
         });
}

// The oldest of those that are decided, as far as there are too many. Ids sort by time.
std::vector<std::string> ReconciliationService::Impl::approvals_to_forget() const {
  std::vector<std::string> decided;
  for (const auto& [id, approval] : approvals) {
    if (!speaks(approval)) decided.push_back(id);
  }
  if (decided.size() <= kKeptDecided) return {};
  decided.resize(decided.size() - kKeptDecided);
  return decided;
}

void ReconciliationService::Impl::forget_approvals(const std::string& instance_id) {
  auto own = approvals_of.find(instance_id);
  if (own == approvals_of.end()) return;
  for (const std::string& id : own->second) approvals.erase(id);
  approvals_of.erase(own);
}

// Requires approval_lock.
net::Task<Status> ReconciliationService::Impl::store_approval(Approval approval, std::optional<EventType> event,
                                                              std::string source) {
  Result<EntryPtr> entry = ledger.require(approval.instance_id);
  if (!entry) co_return std::unexpected(std::move(entry.error()));
  const std::string id = approval.id;
  const std::string instance_id = approval.instance_id;
  Batch batch;
  batch.writes.push_back(Write::put(std::string(collections::kApprovals), id, to_text(core::to_json(approval)),
                                    {{"instance", instance_id}}));
  const std::vector<std::string> forgotten = approvals_to_forget();
  for (const std::string& old : forgotten) {
    batch.writes.push_back(Write::erase(std::string(collections::kApprovals), old));
  }
  Result<Commit> committed;
  crash_point("approval.before_commit");
  if (event) {
    Report report{*event, event_metadata(approval)};
    committed = co_await ledger.commit_with_event(std::move(batch), *entry, std::move(report), std::move(source));
  } else {
    committed = co_await ledger.commit(std::move(batch));
  }
  if (!committed) co_return std::unexpected(std::move(committed.error()));
  crash_point("approval.committed");
  for (const std::string& old : forgotten) {
    auto gone = approvals.find(old);
    if (gone == approvals.end()) continue;
    std::erase(approvals_of[gone->second.instance_id], old);
    approvals.erase(gone);
  }
  if ((*entry)->removed) co_return Status{};
  if (!approvals.contains(id)) approvals_of[instance_id].push_back(id);
  approvals.insert_or_assign(id, std::move(approval));
  policy_marks[instance_id] = committed->version;
  renew_items(instance_id);
  approvals_changed.wake_all();
  co_return Status{};
}

net::Task<Result<RequestedApproval>> ReconciliationService::Impl::request_approval(ApprovalRequest request,
                                                                                   Actor actor) {
  co_await settle_approvals(request.instance_id);
  net::AsyncMutex::Guard guard = co_await approval_lock.lock();
  Result<EntryPtr> entry = ledger.require(request.instance_id);
  if (!entry) co_return std::unexpected(std::move(entry.error()));
  const std::uint64_t newest = (*entry)->instance.revision;
  if (request.revision != newest) {
    co_return fail(ErrorCode::Conflict, "Revision " + std::to_string(request.revision) + " of instance '" +
                                            request.instance_id + "' is not the newest; that is " +
                                            std::to_string(newest));
  }
  if (auto own = approvals_of.find(request.instance_id); own != approvals_of.end()) {
    for (auto id = own->second.rbegin(); id != own->second.rend(); ++id) {
      const Approval& before = approvals.at(*id);
      if (before.revision == request.revision && speaks(before)) {
        co_return RequestedApproval{core::to_json(before), false};
      }
    }
  }
  Approval approval;
  approval.id = make_uuid();
  approval.instance_id = request.instance_id;
  approval.revision = request.revision;
  approval.strategy = request.strategy;
  approval.reason = request.reason;
  approval.plan = request.plan;
  approval.differences = request.differences;
  approval.requested_at = ledger.clock().now();
  Duration expiry = kDefaultExpiry;
  if (const Json policy = policy_for(request.instance_id); policy.contains("approvalExpiry")) {
    expiry = parse_duration(policy["approvalExpiry"].get<std::string>()).value_or(kDefaultExpiry);
  }
  expiry = request.expires_in.value_or(expiry);
  approval.expires_at = request.expires_at.value_or(approval.requested_at + expiry);
  const Json shown = core::to_json(approval);
  std::string source = actor.source;
  std::optional<EventType> event = EventType::ApprovalRequested;
  Status stored = co_await store_approval(std::move(approval), event, std::move(source));
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  co_return RequestedApproval{shown, true};
}

net::Task<Result<Json>> ReconciliationService::Impl::decide_approval(std::string id, ApprovalState next,
                                                                     std::string comment, Actor actor) {
  if (!approvals.contains(id)) co_return fail(ErrorCode::NotFound, "Approval '" + id + "' not found");
  const std::string instance_id = approvals.at(id).instance_id;
  co_await settle_approvals(instance_id);
  net::AsyncMutex::Guard guard = co_await approval_lock.lock();
  auto found = approvals.find(id);
  if (found == approvals.end()) co_return fail(ErrorCode::NotFound, "Approval '" + id + "' not found");
  Approval approval = found->second;
  Status decided = decide(approval, next, actor.name, comment, ledger.clock().now());
  if (!decided) co_return std::unexpected(std::move(decided.error()));
  const Json shown = core::to_json(approval);
  std::optional<EventType> event;
  if (next != ApprovalState::Used) event = EventType::ApprovalDecided;
  std::string source = actor.source;
  Status stored = co_await store_approval(std::move(approval), event, std::move(source));
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  co_return shown;
}

// `instance_id` "" = of all instances. What cannot be stored now is tried again at the next occasion.
net::Task<void> ReconciliationService::Impl::settle_approvals(std::string instance_id) {
  net::AsyncMutex::Guard guard = co_await approval_lock.lock();
  const WallTime now = ledger.clock().now();
  std::vector<std::pair<Approval, ApprovalState>> due;
  for (const auto& [id, approval] : approvals) {
    if (!instance_id.empty() && approval.instance_id != instance_id) continue;
    EntryPtr entry = ledger.find(approval.instance_id);
    if (!entry) continue;
    if (is_undone(approval) && entry->instance.revision > approval.revision) {
      due.emplace_back(approval, ApprovalState::Superseded);
    } else if (approval.open() && approval.expires_at <= now) {
      due.emplace_back(approval, ApprovalState::Expired);
    }
  }
  for (auto& [approval, next] : due) {
    const std::string comment = next == ApprovalState::Superseded ? "a newer revision was stored" : "nobody decided";
    Status decided = decide(approval, next, "DRaaS", comment, now);
    if (!decided) continue;
    std::string source = "ControlPlane";
    std::optional<EventType> event = EventType::ApprovalDecided;
    const std::string id = approval.id;
    Status stored = co_await store_approval(std::move(approval), event, std::move(source));
    if (!stored && stored.error().code != ErrorCode::NotFound) {
      write_log(LogLevel::Warn, "an approval could not be settled yet", stored.error(), {{"approvalId", id}});
    }
  }
}

net::Task<void> ReconciliationService::Impl::watch_approvals() {
  while (!closed) {
    std::string all_instances;
    co_await settle_approvals(std::move(all_instances));
    const WallTime now = ledger.clock().now();
    std::chrono::steady_clock::duration pause = kLongestLook;
    bool waits = false;
    for (const auto& [id, approval] : approvals) {
      if (!approval.open()) continue;
      waits = true;
      // What is due already could not be stored.
      const auto left = approval.expires_at > now ? approval.expires_at - now : kRetry;
      pause = std::min<std::chrono::steady_clock::duration>(pause, left);
    }
    const SteadyTime deadline = waits ? std::chrono::steady_clock::now() + pause : SteadyTime::max();
    co_await approvals_changed.wait_until(deadline);
  }
}

}  // namespace draas::core
