#pragma once
// What happened to an instance. Events are durable and numbered; clients resume by number.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "core/model/status.hpp"

namespace draas::core {

enum class EventType {
  StatusChanged,  // the status on the wire changed, or was reported anew (ConfigurationChanged: once per change)
  PhaseChanged,   // finer than the status: Starting, Stopping, BackOff ...
  InstanceCreated,
  InstanceUpdated,  // name, description, metadata, policies
  InstanceDeleted,
  StandbyFailed,    // a standby ended by itself, or did not become ready
  TrafficSwitched,  // which workload gets how much of the new connections
  // What reconciliation did or found.
  DriftDetected,
  Reconciled,
  ReconciliationFailed,
  RolledBack,
  ApprovalRequested,
  ApprovalDecided,  // approved, rejected, expired or superseded
  RolloutChanged,   // of no instance
  PolicyChanged,    // of an instance, or of the fleet
};
std::string_view to_string(EventType type);
std::optional<EventType> parse_event_type(std::string_view text);

// Document of collection "events"; its id is the sequence, zero-padded to 20 digits.
struct Event {
  std::uint64_t sequence = 0;  // grows by at least one; gaps are possible
  EventType type = EventType::StatusChanged;
  std::string instance_id;  // "" when it is of no instance; then it has no statuses either
  InstanceStatus old_status = InstanceStatus::Created;
  InstanceStatus new_status = InstanceStatus::Created;
  std::string source;  // "ControlPlane", "ProcessStatusMonitor", "ConfigurationController", or a daemon's own name
  WallTime timestamp;
  std::map<std::string, std::string> metadata;  // ExitCode, ExitTime, Reason, ProcessId, Revision ...

  // The wire form, made once: the prototype's StatusChangeRecord plus `sequence`, `type`.
  std::shared_ptr<const std::string> json;
};
using EventPtr = std::shared_ptr<const Event>;

// Serialises into `event.json`.
void seal(Event& event);
std::string event_document_id(std::uint64_t sequence);
Result<Event> event_from_document(std::string_view body);

}  // namespace draas::core
