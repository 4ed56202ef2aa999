#pragma once
// What was reconciled, when, by whom and with what outcome. The entries are in the store; here is which of them are
// kept: the newest 100 of each instance and the newest 10,000 of all.
//
// Control loop only.

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "core/store/store.hpp"

namespace draas::core {

// What an entry does beside being kept; all in the same commit.
struct AuditEffects {
  std::optional<std::uint64_t> healthy_revision;
  std::optional<std::uint64_t> hold_revision;
  std::string hold_reason;
  bool clear_hold = false;
  std::string event;  // name of an event type; "" = none
};

struct AuditDraft {
  Json entry;  // checked, without `id`
  AuditEffects effects;
};
// Checks what a worker sends. InvalidArgument with every fault.
Result<AuditDraft> read_audit_draft(const Json& body);

std::string audit_document_id(std::uint64_t number);

class AuditLog {
 public:
  static constexpr std::size_t kPerInstance = 100;
  static constexpr std::size_t kOverall = 10'000;

  // Blocks; at start-up.
  Status load(Store& store);

  std::uint64_t next_number() { return next_++; }
  // Counts an entry in, and returns which ones it displaces: they are to be erased with the commit that adds it. If
  // that fails they stay a little longer: until the entries are read anew.
  std::vector<std::uint64_t> add(std::uint64_t number, const std::string& instance_id);

 private:
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, std::string> all_;  // number -> instance
  std::map<std::string, std::deque<std::uint64_t>> by_instance_;
};

}  // namespace draas::core
