#include "core/reconciliation/approval.hpp"

#include <array>

namespace draas::core {
namespace {

constexpr std::array<std::string_view, 6> kStates{"Pending", "Approved", "Rejected", "Expired", "Superseded", "Used"};

bool may_go(ApprovalState from, ApprovalState to) {
  switch (from) {
    case ApprovalState::Pending:
      return to == ApprovalState::Approved || to == ApprovalState::Rejected || to == ApprovalState::Expired ||
             to == ApprovalState::Superseded;
    case ApprovalState::Approved:
      return to == ApprovalState::Used || to == ApprovalState::Superseded;
    case ApprovalState::Rejected:
    case ApprovalState::Expired:
    case ApprovalState::Superseded:
    case ApprovalState::Used:
      return false;
  }
  return false;
}

}  // namespace

std::string_view to_string(ApprovalState state) { return kStates.at(static_cast<std::size_t>(state)); }

std::optional<ApprovalState> parse_approval_state(std::string_view text) {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates.at(i) == text) return static_cast<ApprovalState>(i);
  }
  return std::nullopt;
}

Json to_json(const Approval& approval) {
  Json out = Json::object();
  out["id"] = approval.id;
  out["instanceId"] = approval.instance_id;
  out["revision"] = approval.revision;
  out["strategy"] = approval.strategy;
  out["reason"] = approval.reason;
  out["plan"] = approval.plan;
  out["differences"] = approval.differences;
  out["state"] = to_string(approval.state);
  out["requestedAt"] = to_rfc3339(approval.requested_at);
  out["expiresAt"] = to_rfc3339(approval.expires_at);
  out["decidedBy"] = approval.decided_by.empty() ? Json(nullptr) : Json(approval.decided_by);
  out["decidedAt"] = approval.decided_at ? Json(to_rfc3339(*approval.decided_at)) : Json(nullptr);
  out["comment"] = approval.comment;
  return out;
}

Result<Approval> approval_from_document(std::string_view body) {
  auto parsed = parse_json(body);
  if (!parsed) return fail(ErrorCode::DataLoss, "An approval in the store is not readable: " + parsed.error().message);
  try {
    const Json& in = *parsed;
    auto time = [](const Json& value) {
      auto read = parse_rfc3339(value.get<std::string>());
      if (!read) throw std::runtime_error(read.error().message);
      return *read;
    };
    Approval approval;
    approval.id = in.at("id").get<std::string>();
    approval.instance_id = in.at("instanceId").get<std::string>();
    approval.revision = in.at("revision").get<std::uint64_t>();
    approval.strategy = in.at("strategy").get<std::string>();
    approval.reason = in.at("reason").get<std::string>();
    approval.plan = in.at("plan");
    approval.differences = in.at("differences");
    const auto state = parse_approval_state(in.at("state").get<std::string>());
    if (!state) throw std::runtime_error("unknown state");
    approval.state = *state;
    approval.requested_at = time(in.at("requestedAt"));
    approval.expires_at = time(in.at("expiresAt"));
    if (!in.at("decidedBy").is_null()) approval.decided_by = in.at("decidedBy").get<std::string>();
    if (!in.at("decidedAt").is_null()) approval.decided_at = time(in.at("decidedAt"));
    approval.comment = in.at("comment").get<std::string>();
    return approval;
  } catch (const std::exception& error) {
    return fail(ErrorCode::DataLoss, std::string("An approval in the store is not readable: ") + error.what());
  }
}

Status decide(Approval& approval, ApprovalState next, const std::string& by, const std::string& comment, WallTime now) {
  if (!may_go(approval.state, next)) {
    return fail(ErrorCode::Conflict, "Approval '" + approval.id + "' is " + std::string(to_string(approval.state)) +
                                         " and cannot become " + std::string(to_string(next)) + " any more");
  }
  approval.state = next;
  // Whoever agreed stays named when the approval is used later.
  if (next == ApprovalState::Used) return {};
  approval.decided_by = by;
  approval.decided_at = now;
  approval.comment = comment;
  return {};
}

bool speaks(const Approval& approval) {
  return approval.state == ApprovalState::Pending || approval.state == ApprovalState::Approved ||
         approval.state == ApprovalState::Rejected;
}

}  // namespace draas::core
