#include "core/instances/ledger.hpp"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "core/events/event_documents.hpp"
#include "core/instances/instance_view.hpp"

namespace draas::core {

namespace asio = net::asio;

namespace {

constexpr std::uint64_t kTrimEvery = 256;  // events; trimming one by one would double the writes
constexpr std::chrono::hours kIdempotencyLifetime{24};
constexpr std::size_t kExpireAtMost = 100;             // keys in one commit
constexpr std::uint64_t kTrimAtMost = 4 * kTrimEvery;  // in one commit, after trims that could not be stored

}  // namespace

// What change() is about to commit for one entry.
struct Ledger::Prepared {
  Change change;
  std::vector<Write> writes;
  std::vector<Event> events;  // without sequence yet
  bool empty() const { return writes.empty() && events.empty(); }

  // Puts what an earlier change of the same commit wrote before what this one does, which was made on top of it.
  void follow(Prepared earlier) {
    const auto overwritten = [this](const Write& old) {
      return std::ranges::any_of(writes, [&](const Write& write) {
        return write.collection == old.collection && write.id == old.id && !write.expected;
      });
    };
    std::erase_if(earlier.writes, overwritten);
    writes.insert(writes.begin(), std::make_move_iterator(earlier.writes.begin()),
                  std::make_move_iterator(earlier.writes.end()));
    if (!change.revision) change.revision = std::move(earlier.change.revision);
    change.released.merge(earlier.change.released);
  }
};

struct Ledger::Target {
  explicit Target(EntryPtr changed) : entry(std::move(changed)) {}

  EntryPtr entry;
  std::optional<Prepared> prepared;
};

Ledger::Ledger(net::EventLoop& loop, Store& store, Clock& clock, const ControlPlaneOptions& options)
    : loop_(loop),
      store_(store),
      clock_(clock),
      options_(options),
      events_(options.event_buffer),
      ports_(options.ports) {}

EntryPtr Ledger::find(std::string_view id) const {
  auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : *found;
}

Result<EntryPtr> Ledger::require(std::string_view id) const {
  if (EntryPtr entry = find(id)) return entry;
  return fail(ErrorCode::NotFound, "Instance '" + std::string(id) + "' not found");
}

std::vector<EntryPtr> Ledger::all() const { return {entries_.begin(), entries_.end()}; }

net::Task<Result<Commit>> Ledger::commit(Batch batch) {
  auto executor = loop_.executor();
  auto initiate = [&store = store_, executor](auto handler, Batch writes) {
    // The store calls back from its own thread; the handler may only be touched on this loop.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    store.commit(std::move(writes), [shared, executor](Result<Commit> result) {
      asio::post(executor, [shared, result = std::move(result)]() mutable { (*shared)(std::move(result)); });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<net::Executor>, void(Result<Commit>)>(
      initiate, net::use_task, std::move(batch));
}

net::Task<Result<Commit>> Ledger::commit_with_event(Batch batch, EntryPtr entry, Report report, std::string source) {
  net::AsyncMutex::Guard guard;
  std::string id;
  InstanceStatus status = InstanceStatus::Created;
  if (entry) {
    guard = co_await entry->record.lock();
    id = entry->instance.id;
    if (entry->removed) co_return fail(ErrorCode::NotFound, "Instance '" + id + "' not found");
    status = derive_status(entry->instance, entry->runtime);
  }
  Pending pending{.batch = std::move(batch)};
  add_event(pending, make_event(report.type, id, status, status, std::move(source), std::move(report.metadata)));
  Result<Commit> committed = co_await commit_pending(pending);
  if (!committed) co_return committed;
  publish(pending);
  co_return committed;
}

// An instance holds a port once, so both together name the lease.
static std::string lease_document_id(std::uint16_t port, const std::string& instance_id) {
  return std::to_string(port) + ":" + instance_id;
}

Write Ledger::lease_write(std::uint16_t port, const std::string& instance_id, std::string_view address) {
  Json body{{"instanceId", instance_id}};
  if (address != PortPool::kAllAddresses) body["address"] = address;
  return Write::put(std::string(collections::kPorts), lease_document_id(port, instance_id), to_text(body),
                    {{"instance", instance_id}});
}

Write Ledger::release_write(std::uint16_t port, const std::string& instance_id) {
  return Write::erase(std::string(collections::kPorts), lease_document_id(port, instance_id));
}

Event Ledger::make_event(EventType type, const std::string& id, InstanceStatus before, InstanceStatus after,
                         std::string source, std::map<std::string, std::string> metadata) {
  Event event;
  event.type = type;
  event.instance_id = id;
  event.old_status = before;
  event.new_status = after;
  event.source = std::move(source);
  event.timestamp = clock_.now();
  event.metadata = std::move(metadata);
  return event;
}

// Numbers the event and adds it to the commit, which commit_pending() writes. Numbers are given in the order in which
// commits are queued, which is the order in which the store answers, so that they are published in order.
void Ledger::add_event(Pending& pending, Event event) {
  event.sequence = next_sequence_++;
  seal(event);
  if (event.sequence % kTrimEvery == 0) trim_events(pending);
  pending.events.push_back(std::make_shared<const Event>(std::move(event)));
}

void Ledger::trim_events(Pending& pending) {
  if (next_sequence_ <= options_.event_log) return;
  const std::uint64_t keep_from = std::min(next_sequence_ - options_.event_log, oldest_sequence_ + kTrimAtMost);
  if (oldest_sequence_ >= keep_from) return;
  if (pending.trims_from == 0) pending.trims_from = oldest_sequence_;
  pending.trims_to = oldest_sequence_ = keep_from;
}

net::Task<Result<Commit>> Ledger::commit_pending(Pending& pending) {
  std::vector<Write>& writes = pending.batch.writes;
  std::ranges::move(event_writes(pending.events), std::back_inserter(writes));
  // Behind its own events: of a large batch, some may be too old already.
  for (std::uint64_t old = pending.trims_from; old < pending.trims_to; ++old) writes.push_back(erase_event(old));
  Result<Commit> committed = co_await commit(std::move(pending.batch));
  // What could not be erased is erased by a later trim.
  if (!committed && pending.trims_from != 0) oldest_sequence_ = std::min(oldest_sequence_, pending.trims_from);
  co_return committed;
}

void Ledger::publish(const Pending& pending) {
  for (const EventPtr& event : pending.events) events_.publish(event);
}

void Ledger::publish_views(const std::vector<EntryPtr>& entries) {
  std::vector<InstanceViewPtr> views;
  views.reserve(entries.size());
  for (const EntryPtr& entry : entries) {
    entry->view = make_view(entry->instance, entry->runtime, entry->configuration, entry->view.get());
    views.push_back(entry->view);
  }
  catalogue_.store(catalogue_.load()->with(std::move(views)));
  for (const EntryPtr& entry : entries) {
    for (net::Timer* waiter : entry->waiters) waiter->cancel();
    for (const ChangeListener& listener : change_listeners_) listener(entry);
  }
}

net::Task<Result<EntryPtr>> Ledger::create(Instance instance, Revision revision, std::vector<Write> writes,
                                           std::string source) {
  const std::string id = instance.id;
  if (entries_.contains(id) || !creating_.try_emplace(id, true).second) {
    co_return fail(ErrorCode::AlreadyExists, "Instance '" + id + "' already exists",
                   {{"/id", "is taken; choose another or leave it out"}});
  }
  auto entry = std::make_shared<Entry>(loop_.executor());
  entry->instance = std::move(instance);
  entry->instance.revision = revision.number;
  entry->configuration = revision.configuration;

  Pending pending{.batch = {std::move(writes)}};
  std::vector<Write>& all = pending.batch.writes;
  all.push_back(Write::put(std::string(collections::kInstances), id, to_document(entry->instance), {}, kAbsent));
  all.push_back(Write::put(std::string(collections::kRuntimes), id, to_document(entry->runtime)));
  all.push_back(Write::put(std::string(collections::kRevisions), revision_document_id(id, revision.number),
                           to_document(revision), {{"instance", id}}));
  add_event(pending, make_event(EventType::InstanceCreated, id, InstanceStatus::Created, InstanceStatus::Created,
                                std::move(source), {{"Name", entry->instance.name}}));

  crash_point("create.before_commit");
  Result<Commit> committed = co_await commit_pending(pending);
  creating_.erase(id);
  if (!committed) co_return std::unexpected(std::move(committed.error()));
  crash_point("create.committed");
  entries_.insert(entry);
  const std::vector<EntryPtr> created{entry};
  publish_views(created);
  publish(pending);
  if (configuration_listener_) configuration_listener_(id, entry->configuration);
  co_return entry;
}

Result<Ledger::Prepared> Ledger::prepare(const Instance& instance, const RuntimeRecord& runtime,
                                         const std::function<Status(Change&)>& edit) {
  Prepared prepared;
  Change& change = prepared.change;
  change.instance = instance;
  change.runtime = runtime;
  const InstanceStatus before = derive_status(instance, runtime);
  const Phase phase_before = runtime.phase;
  if (Status edited = edit(change); !edited) return std::unexpected(std::move(edited.error()));

  const std::string& id = instance.id;
  if (change.revision) {
    change.edit_instance().revision = change.revision->number;
    prepared.writes.push_back(Write::put(std::string(collections::kRevisions),
                                         revision_document_id(id, change.revision->number),
                                         to_document(*change.revision), {{"instance", id}}, kAbsent));
  }
  if (change.instance_changed) {
    prepared.writes.push_back(Write::put(std::string(collections::kInstances), id, to_document(change.instance)));
  }
  if (change.runtime_changed) {
    prepared.writes.push_back(Write::put(std::string(collections::kRuntimes), id, to_document(change.runtime)));
  }
  std::ranges::move(change.writes, std::back_inserter(prepared.writes));
  for (const std::uint16_t port : change.released) prepared.writes.push_back(release_write(port, id));

  const InstanceStatus after = derive_status(change.instance, change.runtime);
  if (change.revision) {
    // Each change of configuration is reported once, also when the status stays as it was (C35, #50).
    auto metadata = change.event_metadata;
    metadata["Revision"] = std::to_string(change.revision->number);
    metadata["ChangeType"] = change.revision->change_type;
    prepared.events.push_back(make_event(EventType::StatusChanged, id, before, InstanceStatus::ConfigurationChanged,
                                         change.source, std::move(metadata)));
    if (after != before && after != InstanceStatus::ConfigurationChanged) {
      prepared.events.push_back(make_event(EventType::StatusChanged, id, InstanceStatus::ConfigurationChanged, after,
                                           change.source, change.event_metadata));
    }
  } else if (after != before || change.report_status) {
    auto metadata = change.event_metadata;
    metadata["Phase"] = to_string(change.runtime.phase);
    prepared.events.push_back(
        make_event(EventType::StatusChanged, id, before, after, change.source, std::move(metadata)));
  } else if (change.runtime.phase != phase_before) {
    auto metadata = change.event_metadata;
    metadata["Phase"] = to_string(change.runtime.phase);
    prepared.events.push_back(
        make_event(EventType::PhaseChanged, id, before, after, change.source, std::move(metadata)));
  } else if (change.report_update) {
    prepared.events.push_back(
        make_event(EventType::InstanceUpdated, id, before, after, change.source, change.event_metadata));
  }
  for (EventType type : change.more_events) {
    prepared.events.push_back(make_event(type, id, before, after, change.source, change.event_metadata));
  }
  for (Report& report : change.reports) {
    prepared.events.push_back(make_event(report.type, id, before, after, change.source, std::move(report.metadata)));
  }
  return prepared;
}

// Readers see it with publish_views().
void Ledger::apply(const EntryPtr& entry, Prepared prepared) {
  for (const std::uint16_t port : prepared.change.released) ports_.release(port, entry->instance.id);
  entry->instance = std::move(prepared.change.instance);
  entry->runtime = std::move(prepared.change.runtime);
  if (prepared.change.revision) {
    entry->configuration = prepared.change.revision->configuration;
    if (configuration_listener_) configuration_listener_(entry->instance.id, entry->configuration);
  }
}

net::Task<Status> Ledger::change(EntryPtr entry, std::function<Status(Change&)> edit) {
  net::AsyncMutex::Guard guard = co_await entry->record.lock();
  if (entry->removed) co_return fail(ErrorCode::NotFound, "Instance '" + entry->instance.id + "' not found");
  Result<Prepared> prepared = prepare(entry->instance, entry->runtime, edit);
  if (!prepared) co_return std::unexpected(std::move(prepared.error()));
  if (prepared->empty()) co_return Status{};

  Pending pending{.batch = {std::move(prepared->writes)}};
  for (Event& event : prepared->events) add_event(pending, std::move(event));
  Result<Commit> committed = co_await commit_pending(pending);
  if (!committed) co_return std::unexpected(std::move(committed.error()));
  apply(entry, std::move(*prepared));
  const std::vector<EntryPtr> changed{entry};
  publish_views(changed);
  publish(pending);
  co_return Status{};
}

net::Task<std::vector<Status>> Ledger::change_all(
    std::vector<std::pair<EntryPtr, std::function<Status(Change&)>>> edits) {
  std::vector<Status> statuses(edits.size());
  // Locks in id order, each once, so that two batches cannot wait for each other.
  std::vector<Target> targets;
  targets.reserve(edits.size());
  for (const auto& [entry, edit] : edits) targets.emplace_back(entry);
  std::ranges::sort(targets, ById(), &Target::entry);
  const auto repeated = std::ranges::unique(targets, {}, &Target::entry);
  targets.erase(repeated.begin(), repeated.end());
  std::vector<net::AsyncMutex::Guard> guards;
  guards.reserve(targets.size());
  for (const Target& target : targets) {
    net::AsyncMutex::Guard guard = co_await target.entry->record.lock();
    guards.push_back(std::move(guard));
  }

  Pending pending;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    const auto& [entry, edit] = edits[i];
    Target& target = *std::ranges::lower_bound(targets, entry, ById(), &Target::entry);
    statuses[i] = prepare_next(target, edit, pending);
  }
  std::vector<Write>& writes = pending.batch.writes;
  for (Target& target : targets) {
    if (target.prepared) std::ranges::move(target.prepared->writes, std::back_inserter(writes));
  }
  if (writes.empty() && pending.events.empty()) co_return statuses;

  Result<Commit> committed = co_await commit_pending(pending);
  if (!committed) {
    for (Status& status : statuses) {
      if (status) status = std::unexpected(committed.error());
    }
    co_return statuses;
  }
  std::vector<EntryPtr> changed;
  changed.reserve(targets.size());
  for (Target& target : targets) {
    if (!target.prepared) continue;
    changed.push_back(target.entry);
    apply(target.entry, std::move(*target.prepared));
  }
  publish_views(changed);
  publish(pending);
  co_return statuses;
}

// Later edits of the same instance build on earlier ones.
Status Ledger::prepare_next(Target& target, const std::function<Status(Change&)>& edit, Pending& pending) {
  const Entry& entry = *target.entry;
  if (entry.removed) return fail(ErrorCode::NotFound, "Instance '" + entry.instance.id + "' not found");
  Result<Prepared> prepared = target.prepared
                                  ? prepare(target.prepared->change.instance, target.prepared->change.runtime, edit)
                                  : prepare(entry.instance, entry.runtime, edit);
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  for (Event& event : prepared->events) add_event(pending, std::move(event));
  if (target.prepared) prepared->follow(std::move(*target.prepared));
  target.prepared = std::move(*prepared);
  return {};
}

net::Task<Status> Ledger::erase(EntryPtr entry, std::string source) {
  net::AsyncMutex::Guard guard = co_await entry->record.lock();
  const std::string id = entry->instance.id;
  Pending pending;
  std::vector<Write>& writes = pending.batch.writes;
  writes.push_back(Write::erase(std::string(collections::kInstances), id));
  writes.push_back(Write::erase(std::string(collections::kRuntimes), id));
  for (std::uint64_t number = 1; number <= entry->instance.revision; ++number) {
    writes.push_back(Write::erase(std::string(collections::kRevisions), revision_document_id(id, number)));
  }
  for (std::uint16_t port : ports_.ports_of(id)) writes.push_back(release_write(port, id));
  if (erase_companion_) std::ranges::move(erase_companion_(id), std::back_inserter(writes));
  const InstanceStatus status = derive_status(entry->instance, entry->runtime);
  add_event(pending, make_event(EventType::InstanceDeleted, id, status, status, std::move(source),
                                {{"Name", entry->instance.name}}));

  crash_point("delete.before_commit");
  Result<Commit> committed = co_await commit_pending(pending);
  if (!committed) co_return std::unexpected(std::move(committed.error()));
  crash_point("delete.committed");
  entry->removed = true;
  ports_.release_all(id);
  entries_.erase(entry);
  catalogue_.store(catalogue_.load()->without(id));
  for (net::Timer* waiter : entry->waiters) waiter->cancel();
  publish(pending);
  if (configuration_listener_) configuration_listener_(id, nullptr);
  for (const ChangeListener& listener : change_listeners_) listener(entry);
  co_return Status{};
}

net::Task<void> Ledger::wait_until(EntryPtr entry, std::function<bool(const Entry&)> done, SteadyTime deadline) {
  net::Timer timer(loop_.executor());
  entry->waiters.push_back(&timer);
  // Also when this coroutine is cancelled, no pointer to the timer may stay behind.
  auto forget = [&waiters = entry->waiters](net::Timer* gone) { std::erase(waiters, gone); };
  const std::unique_ptr<net::Timer, decltype(forget)> registered(&timer, forget);
  while (!closed_ && !entry->removed && !done(*entry) && std::chrono::steady_clock::now() < deadline) {
    timer.expires_at(deadline);
    boost::system::error_code ignored;  // cancelled means: look again
    auto token = asio::redirect_error(net::use_task, ignored);
    co_await timer.async_wait(token);
  }
}

std::optional<std::string> Ledger::idempotent_instance(const std::string& key, std::string& fingerprint) const {
  auto found = idempotency_.find(key);
  if (found == idempotency_.end()) return std::nullopt;
  fingerprint = found->second.fingerprint;
  return found->second.instance_id;
}

void Ledger::remember_idempotency(const std::string& key, std::string instance_id, std::string fingerprint,
                                  WallTime at) {
  idempotency_[key] = Idempotency{std::move(instance_id), std::move(fingerprint)};
  idempotency_by_age_.emplace(at, key);
}

std::vector<Write> Ledger::expire_idempotency() {
  std::vector<Write> writes;
  const auto end = idempotency_by_age_.lower_bound(clock_.now() - kIdempotencyLifetime);
  for (auto oldest = idempotency_by_age_.begin(); oldest != end && writes.size() < kExpireAtMost;
       oldest = idempotency_by_age_.erase(oldest)) {
    idempotency_.erase(oldest->second);
    writes.push_back(Write::erase(std::string(collections::kIdempotency), oldest->second));
  }
  return writes;
}

void Ledger::close() {
  closed_ = true;
  for (const EntryPtr& entry : entries_) {
    for (net::Timer* waiter : entry->waiters) waiter->cancel();
  }
  events_.close();
}

}  // namespace draas::core
