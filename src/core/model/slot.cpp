#include "core/model/slot.hpp"

namespace draas::core {
namespace {

constexpr std::string_view kSlotBSuffix = "~b";

}  // namespace

std::string_view to_string(Slot slot) { return slot == Slot::A ? "a" : "b"; }

std::string_view to_string(StandbyRole role) { return role == StandbyRole::Candidate ? "Candidate" : "Retired"; }

std::optional<Slot> parse_slot(std::string_view text) {
  if (text == "a") return Slot::A;
  if (text == "b") return Slot::B;
  return std::nullopt;
}

std::optional<StandbyRole> parse_standby_role(std::string_view text) {
  if (text == "Candidate") return StandbyRole::Candidate;
  if (text == "Retired") return StandbyRole::Retired;
  return std::nullopt;
}

Slot other(Slot slot) { return slot == Slot::A ? Slot::B : Slot::A; }

std::string workload_name(std::string_view instance_id, Slot slot) {
  std::string name(instance_id);
  if (slot == Slot::B) name += kSlotBSuffix;
  return name;
}

WorkloadName parse_workload_name(std::string_view name) {
  if (!name.ends_with(kSlotBSuffix)) return {std::string(name), Slot::A};
  name.remove_suffix(kSlotBSuffix.size());
  return {std::string(name), Slot::B};
}

}  // namespace draas::core
