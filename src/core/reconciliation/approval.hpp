#pragma once
// A change that waits until somebody agrees to it. Plain values and the rules of their states:
//
//   Pending -> Approved | Rejected | Expired | Superseded      Approved -> Used | Superseded
//
// Everything else is final.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"

namespace draas::core {

enum class ApprovalState { Pending, Approved, Rejected, Expired, Superseded, Used };
std::string_view to_string(ApprovalState state);
std::optional<ApprovalState> parse_approval_state(std::string_view text);

// Document of collection "approvals".
struct Approval {
  std::string id;
  std::string instance_id;
  std::uint64_t revision = 0;
  std::string strategy;
  std::string reason;
  Json plan = Json::array();
  Json differences = Json::array();
  ApprovalState state = ApprovalState::Pending;
  WallTime requested_at;
  WallTime expires_at;
  std::string decided_by;  // "" while Pending
  std::optional<WallTime> decided_at;
  std::string comment;

  bool open() const { return state == ApprovalState::Pending; }
};

Json to_json(const Approval& approval);
Result<Approval> approval_from_document(std::string_view body);

// Conflict, naming the state, when it cannot go there from where it is.
Status decide(Approval& approval, ApprovalState next, const std::string& by, const std::string& comment, WallTime now);

// Does it still speak for its revision, so that no other is needed? Rejected ones do: a no is an answer.
bool speaks(const Approval& approval);

}  // namespace draas::core
