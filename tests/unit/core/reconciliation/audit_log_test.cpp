#include "core/reconciliation/audit_log.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace draas::core {
namespace {

bool names(const Error& error, const std::string& path) {
  return std::ranges::any_of(error.faults, [&](const Fault& fault) { return fault.path == path; });
}

TEST(AuditDraft, IsReadWithItsEffects) {
  const auto draft = read_audit_draft(*parse_json(R"({"trigger":"Sweep","outcome":"Failed","attempt":2,"attempts":3,
    "effects":{"healthyRevision":null,"hold":{"revision":4,"reason":"r"},"clearHold":false,
    "event":"ReconciliationFailed"}})"));
  ASSERT_TRUE(draft) << draft.error().message;
  EXPECT_EQ(draft->entry["trigger"], "Sweep");
  EXPECT_EQ(draft->entry["plan"], Json::array());
  EXPECT_FALSE(draft->effects.healthy_revision);
  EXPECT_EQ(draft->effects.hold_revision, 4U);
  EXPECT_EQ(draft->effects.event, "ReconciliationFailed");
}

TEST(AuditDraft, NamesEveryFault) {
  const auto draft = read_audit_draft(*parse_json(R"({"trigger":"Moon","plan":{},"durationMs":-1,"shape":1,
    "effects":{"hold":{"revision":1,"x":1},"clearHold":true,"event":"StatusChanged"}})"));
  ASSERT_FALSE(draft);
  for (const char* path : {"/trigger", "/outcome", "/plan", "/durationMs", "/shape", "/effects/hold/x",
                           "/effects/clearHold", "/effects/event"}) {
    EXPECT_TRUE(names(draft.error(), path)) << path;
  }
  EXPECT_FALSE(read_audit_draft(Json::array()));
}

TEST(AuditLog, KeepsTheNewestHundredOfEach) {
  AuditLog log;
  for (std::size_t i = 0; i < AuditLog::kPerInstance; ++i) EXPECT_TRUE(log.add(log.next_number(), "a").empty());
  EXPECT_TRUE(log.add(log.next_number(), "b").empty());
  EXPECT_EQ(log.add(log.next_number(), "a"), std::vector<std::uint64_t>{1});
  EXPECT_EQ(log.add(log.next_number(), "a"), std::vector<std::uint64_t>{2});
}

TEST(AuditLog, KeepsTheNewestTenThousandOfAll) {
  AuditLog log;
  for (std::size_t i = 0; i < AuditLog::kOverall; ++i) {
    EXPECT_TRUE(log.add(log.next_number(), "i" + std::to_string(i % 1'000)).empty());
  }
  EXPECT_EQ(log.add(log.next_number(), "another"), std::vector<std::uint64_t>{1});
  EXPECT_EQ(log.add(log.next_number(), "another"), std::vector<std::uint64_t>{2});
}

}  // namespace
}  // namespace draas::core
