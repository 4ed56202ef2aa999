#pragma once
// An instance: what the user asked for (Instance), what is (RuntimeRecord), and the two together as clients see them
// (InstanceView). Plain values.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/boxed.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "core/model/entity_tag.hpp"
#include "core/model/slot.hpp"
#include "core/model/status.hpp"
#include "core/platform/platform.hpp"

namespace draas::core {

// Ordered name/value pairs of the user; also what selectors match.
using Metadata = std::vector<std::pair<std::string, std::string>>;

// What was asked for. Document of collection "instances".
struct Instance {
  std::string id;
  std::string name;
  std::string description;
  std::string platform;  // Platform::name()
  WallTime created_at;
  WallTime last_modified_at;
  Metadata metadata;
  DesiredState desired_state = DesiredState::Stopped;
  std::optional<RestartPolicy> restart_policy;  // nullopt: the default of the settings
  ResourceLimits limits;
  Json platform_options;                                 // null when none
  std::uint64_t revision = 0;                            // the newest configuration revision
  std::map<std::string, std::uint16_t> component_ports;  // JSON pointer -> allocated port (`auto`), in slot a
  std::uint16_t front_port = 0;   // where the control plane forwards connections to the workloads; 0 = nowhere
  std::uint16_t slot_b_port = 0;  // leased for as long as slot b is in use; 0 = not in use
  std::map<std::string, std::uint16_t> slot_b_component_ports;
};

// One workload of an instance: the active one or the standby.
struct WorkloadRecord {
  Slot slot = Slot::A;
  Phase phase = Phase::Idle;
  Health health = Health::Unknown;
  std::uint64_t generation = 0;        // of its newest start; unique over both slots
  std::uint64_t applied_revision = 0;  // what the workload was started with (or was changed to); 0 = none
  bool one_shot = false;               // started with a configuration that is not stored (`start` with a body)
  std::string spec_hash;
  Json platform_options;  // Platform::effective_options() at its start; null when that is not known
  std::string host;       // where the workload listens; may differ from the configuration until applied
  std::uint16_t port = 0;
  Boxed<WorkloadHandle> handle;  // of what runs
  std::optional<WallTime> started_at;
  std::string error_message;
  std::map<std::string, std::string> metadata;  // from status updates of monitoring daemons, as sent
};

// The second workload of an instance, beside the active one and always in the other slot.
struct StandbyRecord : WorkloadRecord {
  StandbyRole role = StandbyRole::Candidate;
  std::string platform;
  std::string owner;     // who started it and sees to its end, as they named themselves; "" = a user
  unsigned traffic = 0;  // percent of new connections and proxied requests that it gets
};

// A revision that was judged bad and is not to be applied again by itself.
struct HeldRevision {
  std::uint64_t revision = 0;
  std::string reason;
};

// What is. Document of collection "runtimes", under the instance's id. The base is the active workload.
struct RuntimeRecord : WorkloadRecord {
  std::uint64_t last_generation = 0;  // the highest that was ever given to a workload of the instance
  Boxed<StandbyRecord> standby;
  std::set<std::pair<std::string, Slot>> places;  // platform and slot of everything that may have left files behind
  std::optional<WallTime> stopped_at;
  Boxed<WorkloadExit> last_exit;
  std::uint64_t restart_count = 0;                // automatic restarts since the last start by a user
  std::vector<WallTime> recent_restarts;          // inside the crash-loop window
  std::optional<WallTime> next_start_at;          // BackOff only
  std::optional<InstanceStatus> reported_status;  // set by hand or by a daemon; until the next own observation
  bool deleting = false;                          // a delete is under way; recovery finishes it
  bool keep_data = false;                         // of that delete
  // The newest revision whose checks passed; before any reconciler has judged, the last one that was started by a plain
  // start and became healthy. 0 = none.
  std::uint64_t healthy_revision = 0;
  bool judged = false;  // a reconciler has judged, so a plain start judges no more
  Boxed<HeldRevision> held;
};

// What a reconciler found out about the revisions of an instance.
struct Judgement {
  std::optional<std::uint64_t> healthy_revision;  // nullopt: as it was
  std::optional<HeldRevision> hold;
  bool clear_hold = false;  // `hold` wins when both are given
};
void apply(const Judgement& judgement, RuntimeRecord& runtime);

// Slot b is the active workload's, or the standby's.
bool uses_slot_b(const RuntimeRecord& runtime);

// The status on the wire, from both sides.
InstanceStatus derive_status(const Instance& instance, const RuntimeRecord& runtime);

// One instance as readers see it: immutable, shared, with its answers already serialised.
struct InstanceView {
  std::string id;
  std::string name;
  std::string platform;
  Metadata metadata;
  InstanceStatus status = InstanceStatus::Created;
  Phase phase = Phase::Idle;
  DesiredState desired_state = DesiredState::Stopped;
  std::uint64_t revision = 0;
  std::uint64_t applied_revision = 0;
  std::string host;  // where the workload is reached now; "" when none runs
  std::uint16_t port = 0;
  EntityTag etag;                                    // of `body`
  std::string body;                                  // GET one instance
  std::shared_ptr<const std::string> configuration;  // the newest revision, API form
  EntityTag configuration_etag;
};
using InstanceViewPtr = std::shared_ptr<const InstanceView>;

// The body, which keeps its view.
inline std::shared_ptr<const std::string> shared_body(const InstanceViewPtr& view) { return {view, &view->body}; }

std::string instance_text(const Instance& instance, const RuntimeRecord& runtime);  // GET one
Json runtime_to_json(const Instance& instance, const RuntimeRecord& runtime);       // runtime status

// Documents of the store.
std::string to_document(const Instance& instance);
std::string to_document(const RuntimeRecord& runtime);
Result<Instance> instance_from_document(std::string_view body);
Result<RuntimeRecord> runtime_from_document(std::string_view body);

Json to_json(const WorkloadHandle& handle);
Result<WorkloadHandle> handle_from_json(const Json& value);

// Rules for names and ids, shared by server and command line.
Status check_instance_name(std::string_view name);
Status check_instance_id(std::string_view id);

}  // namespace draas::core
