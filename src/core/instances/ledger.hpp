#pragma once
// Keeps the records of all instances: changes them one durable commit at a time, publishes what readers see, numbers
// and publishes events. Knows nothing of platforms.
//
// Control loop only, unless marked. A change is visible to readers only after it is durable.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "core/events/event_bus.hpp"
#include "core/instances/catalogue.hpp"
#include "core/model/event.hpp"
#include "core/model/instance.hpp"
#include "core/model/revision.hpp"
#include "core/options.hpp"
#include "core/placement/port_pool.hpp"
#include "core/store/store.hpp"
#include "net/task.hpp"

namespace draas::core {

namespace collections {
inline constexpr std::string_view kInstances = "instances";
inline constexpr std::string_view kRuntimes = "runtimes";
inline constexpr std::string_view kRevisions = "revisions";
inline constexpr std::string_view kPorts = "ports";
inline constexpr std::string_view kIdempotency = "idempotency";
inline constexpr std::string_view kSystem = "system";
}  // namespace collections

// The working copy of one instance. Shared by the coroutines that work on it; `removed` once it is deleted.
struct Entry {
  explicit Entry(net::Executor executor) : lifecycle(executor), record(executor) {}

  Instance instance;
  RuntimeRecord runtime;
  std::shared_ptr<const std::string> configuration;  // newest revision, API form
  InstanceViewPtr view;
  bool removed = false;

  // Held for a whole start, stop, restart, delete or reaction to an exit. Taken before `record`.
  net::AsyncMutex lifecycle;
  // Held for one read-change-commit.
  net::AsyncMutex record;
  std::vector<net::Timer*> waiters;
};
using EntryPtr = std::shared_ptr<Entry>;

// By the id of the instance, which never changes.
struct ById {
  using is_transparent = void;
  static std::string_view id_of(const EntryPtr& entry) { return entry->instance.id; }
  static std::string_view id_of(std::string_view id) { return id; }
  bool operator()(const auto& left, const auto& right) const { return id_of(left) < id_of(right); }
};

// An event beside those that a change of the records causes by itself.
struct Report {
  EventType type = EventType::InstanceUpdated;
  std::map<std::string, std::string> metadata;
};

// One change of one instance, filled by the caller of Ledger::change(). The copies start as the current records.
struct Change {
  Instance instance;
  RuntimeRecord runtime;
  bool instance_changed = false;
  bool runtime_changed = false;
  std::optional<Revision> revision;     // a new newest one; instance.revision is set from it
  std::vector<Write> writes;            // more for the same commit: port leases
  std::set<std::uint16_t> released;     // ports that the instance gives back; the pool has them after the commit
  std::string source = "ControlPlane";  // of the events
  std::map<std::string, std::string> event_metadata;
  bool report_status = false;          // a StatusChanged event also when the status stays the same
  bool report_update = false;          // an InstanceUpdated event when nothing else is reported
  std::vector<EventType> more_events;  // reported beside those of status and phase, with the same metadata
  std::vector<Report> reports;         // more events, each with metadata of its own

  Instance& edit_instance() {
    instance_changed = true;
    return instance;
  }
  RuntimeRecord& edit_runtime() {
    runtime_changed = true;
    return runtime;
  }
};

class Ledger {
 public:
  Ledger(net::EventLoop& loop, Store& store, Clock& clock, const ControlPlaneOptions& options);

  // Reads everything from the store. Blocks; before anything else.
  Status load();

  EntryPtr find(std::string_view id) const;
  Result<EntryPtr> require(std::string_view id) const;  // NotFound: "Instance 'x' not found"
  std::vector<EntryPtr> all() const;                    // by id
  // By id, without copies. `visit` must not change the ledger.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const EntryPtr& entry : entries_) visit(entry);
  }
  template <class Predicate>
  bool any_of(Predicate holds) const {
    for (const EntryPtr& entry : entries_) {
      if (holds(*entry)) return true;
    }
    return false;
  }
  std::size_t size() const { return entries_.size(); }

  // Writes a new instance and its first revision. AlreadyExists when the id is taken, also by a create under way.
  net::Task<Result<EntryPtr>> create(Instance instance, Revision revision, std::vector<Write> writes,
                                     std::string source);

  // Calls `edit` on copies under the record lock, commits what it changed, then publishes. An error from `edit`
  // changes nothing and is returned. NotFound when the instance was removed meanwhile.
  net::Task<Status> change(EntryPtr entry, std::function<Status(Change&)> edit);

  // Several instances in one commit, for batches of status reports: one status each, in order.
  net::Task<std::vector<Status>> change_all(std::vector<std::pair<EntryPtr, std::function<Status(Change&)>>> edits);

  // Deletes the instance with its revisions, leases and runtime record.
  net::Task<Status> erase(EntryPtr entry, std::string source);

  // Waits until `done` holds for the entry (checked after every published change) or the deadline passes or close().
  net::Task<void> wait_until(EntryPtr entry, std::function<bool(const Entry&)> done, SteadyTime deadline);

  net::Task<Result<Commit>> commit(Batch batch);
  // Commits `batch` together with an event, then publishes that. `entry`: of which instance, nullptr = of none.
  // NotFound when it was removed meanwhile.
  net::Task<Result<Commit>> commit_with_event(Batch batch, EntryPtr entry, Report report, std::string source);

  // A lease document, for the address that the pool has it on, and its end.
  static Write lease_write(std::uint16_t port, const std::string& instance_id,
                           std::string_view address = PortPool::kAllAddresses);
  static Write release_write(std::uint16_t port, const std::string& instance_id);

  PortPool& ports() { return ports_; }
  EventBus& events() { return events_; }                        // [any thread]
  CataloguePtr catalogue() const { return catalogue_.load(); }  // [any thread]
  const std::string& control_plane_id() const { return control_plane_id_; }
  Store& store() { return store_; }
  Clock& clock() { return clock_; }
  net::Executor executor() { return loop_.executor(); }
  std::optional<std::string> idempotent_instance(const std::string& key, std::string& fingerprint) const;
  void remember_idempotency(const std::string& key, std::string instance_id, std::string fingerprint, WallTime at);
  // Forgets keys that are too old to be replayed; the writes are for some commit.
  std::vector<Write> expire_idempotency();

  // Called after a change of configuration, or with nullptr text when the instance is deleted.
  using ConfigurationListener = std::function<void(const std::string& id, std::shared_ptr<const std::string> text)>;
  void set_configuration_listener(ConfigurationListener listener) { configuration_listener_ = std::move(listener); }

  // Called after every change that readers see, and after an instance was removed (`entry.removed`).
  using ChangeListener = std::function<void(const EntryPtr& entry)>;
  void add_change_listener(ChangeListener listener) { change_listeners_.push_back(std::move(listener)); }
  // Asked for what else belongs into the commit that deletes an instance.
  using EraseCompanion = std::function<std::vector<Write>(const std::string& id)>;
  void set_erase_companion(EraseCompanion companion) { erase_companion_ = std::move(companion); }

  void close();  // wakes all waiters

 private:
  struct Prepared;
  struct Target;  // of change_all(): an entry, with what its edits so far come to
  struct Pending;
  struct Idempotency {
    std::string instance_id;
    std::string fingerprint;
  };

  Result<Prepared> prepare(const Instance& instance, const RuntimeRecord& runtime,
                           const std::function<Status(Change&)>& edit);
  Status prepare_next(Target& target, const std::function<Status(Change&)>& edit, Pending& pending);
  void apply(const EntryPtr& entry, Prepared prepared);
  Event make_event(EventType type, const std::string& id, InstanceStatus before, InstanceStatus after,
                   std::string source, std::map<std::string, std::string> metadata);
  // A batch with the events that it stores, which are published once it is durable.
  struct Pending {
    Batch batch;
    std::vector<EventPtr> events;
    std::uint64_t trims_from = 0;  // the oldest event that the batch erases; 0 = it erases none
    std::uint64_t trims_to = 0;    // the first one behind those
  };
  void add_event(Pending& pending, Event event);
  net::Task<Result<Commit>> commit_pending(Pending& pending);
  void publish(const Pending& pending);
  void publish_views(const std::vector<EntryPtr>& entries);
  void trim_events(Pending& pending);
  Status load_system();
  Status load_instances();
  Status read_runtimes(std::vector<std::pair<std::string, RuntimeRecord>>& found) const;
  Status complete(const std::vector<EntryPtr>& entries) const;
  Status complete_some(std::span<const EntryPtr> entries) const;
  Status load_events();
  Status load_leases();

  net::EventLoop& loop_;
  Store& store_;
  Clock& clock_;
  const ControlPlaneOptions& options_;
  std::string control_plane_id_;
  std::set<EntryPtr, ById> entries_;
  std::map<std::string, bool> creating_;  // ids of creates under way
  std::map<std::string, Idempotency> idempotency_;
  std::multimap<WallTime, std::string> idempotency_by_age_;
  CatalogueCell catalogue_;
  EventBus events_;
  PortPool ports_;
  std::uint64_t next_sequence_ = 1;
  std::uint64_t oldest_sequence_ = 1;
  ConfigurationListener configuration_listener_;
  std::vector<ChangeListener> change_listeners_;
  EraseCompanion erase_companion_;
  bool closed_ = false;
};

}  // namespace draas::core
