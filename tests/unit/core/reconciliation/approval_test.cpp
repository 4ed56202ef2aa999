#include "core/reconciliation/approval.hpp"

#include <gtest/gtest.h>

namespace draas::core {
namespace {

using State = ApprovalState;

constexpr std::array kStates{State::Pending, State::Approved,   State::Rejected,
                             State::Expired, State::Superseded, State::Used};

bool allowed(State from, State to) {
  if (from == State::Pending) return to != State::Pending && to != State::Used;
  return from == State::Approved && (to == State::Used || to == State::Superseded);
}

TEST(Approval, GoesOnlyWhereItMay) {
  for (const State from : kStates) {
    for (const State to : kStates) {
      Approval approval;
      approval.id = "x";
      approval.state = from;
      const Status decided = decide(approval, to, "someone", "why", WallTime{});
      EXPECT_EQ(decided.has_value(), allowed(from, to)) << to_string(from) << " -> " << to_string(to);
      EXPECT_EQ(approval.state, allowed(from, to) ? to : from);
      if (decided) continue;
      EXPECT_EQ(decided.error().code, ErrorCode::Conflict);
      EXPECT_NE(decided.error().message.find(to_string(from)), std::string::npos);
    }
  }
}

TEST(Approval, WhoeverAgreedStaysNamedWhenItIsUsed) {
  Approval approval;
  ASSERT_TRUE(decide(approval, State::Approved, "alice", "fine", WallTime{}));
  ASSERT_TRUE(decide(approval, State::Used, "worker", "", WallTime{}));
  EXPECT_EQ(approval.decided_by, "alice");
  EXPECT_EQ(approval.comment, "fine");
}

TEST(Approval, DocumentsAreReadBack) {
  Approval approval;
  approval.id = "x";
  approval.instance_id = "a";
  approval.revision = 3;
  approval.strategy = "Manual";
  approval.plan = Json::array({Json{{"step", 1}}});
  approval.requested_at = WallTime(std::chrono::seconds(1'700'000'000));
  approval.expires_at = WallTime(std::chrono::seconds(1'700'086'400));
  for (const bool decided : {false, true}) {
    const Status rejected = decided ? decide(approval, State::Rejected, "bob", "no", approval.requested_at) : Status{};
    ASSERT_TRUE(rejected);
    const auto read = approval_from_document(to_text(to_json(approval)));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(to_json(*read), to_json(approval));
  }
  EXPECT_FALSE(approval_from_document("{}"));
}

TEST(Approval, ANoIsAnAnswer) {
  for (const State state : kStates) {
    Approval approval;
    approval.state = state;
    const bool expected = state == State::Pending || state == State::Approved || state == State::Rejected;
    EXPECT_EQ(speaks(approval), expected) << to_string(state);
    EXPECT_EQ(parse_approval_state(to_string(state)), state);
  }
  EXPECT_FALSE(parse_approval_state("Perhaps"));
}

}  // namespace
}  // namespace draas::core
