// Ledger: what the store holds, read at start-up.

#include <algorithm>
#include <chrono>
#include <ranges>
#include <thread>

#include "base/id.hpp"
#include "base/log.hpp"
#include "core/events/event_documents.hpp"
#include "core/instances/instance_view.hpp"
#include "core/instances/ledger.hpp"
#include "core/store/blocking_calls.hpp"

namespace draas::core {
namespace {

constexpr std::size_t kMaxLoadThreads = 4;  // the store reads for as many at once
constexpr std::size_t kLoadedTogether = 64;

}  // namespace

Status Ledger::load() {
  for (auto step : {&Ledger::load_system, &Ledger::load_instances, &Ledger::load_events, &Ledger::load_leases}) {
    if (Status loaded = (this->*step)(); !loaded) return loaded;
  }
  return {};
}

Status Ledger::load_system() {
  auto identity = store_.get(collections::kSystem, "control-plane");
  if (!identity) return std::unexpected(std::move(identity.error()));
  if (*identity) {
    auto body = parse_json((*identity)->body);
    if (!body) return std::unexpected(std::move(body.error()));
    control_plane_id_ = body->value("id", std::string());
  }
  if (control_plane_id_.empty()) {
    control_plane_id_ = make_uuid();
    Batch batch;
    batch.writes.push_back(
        Write::put(std::string(collections::kSystem), "control-plane", to_text(Json{{"id", control_plane_id_}})));
    if (Status written = commit_now(store_, std::move(batch)); !written) return written;
  }
  return for_each_document(store_, collections::kIdempotency, [&](const Document& document) -> Status {
    auto body = parse_json(document.body);
    if (!body) return std::unexpected(std::move(body.error()));
    auto created = parse_rfc3339(body->value("createdAt", std::string()));
    // Those that are too old, or do not tell, go with the next create that has a key.
    remember_idempotency(document.id, body->value("instanceId", std::string()),
                         body->value("fingerprint", std::string()), created.value_or(WallTime{}));
    return {};
  });
}

// Reads the configurations of some instances and makes what readers see of them. Touches nothing else.
Status Ledger::complete_some(std::span<const EntryPtr> entries) const {
  std::vector<std::string> ids;
  ids.reserve(entries.size());
  for (const EntryPtr& entry : entries) {
    ids.push_back(revision_document_id(entry->instance.id, entry->instance.revision));
  }
  auto documents = store_.get_all(collections::kRevisions, ids);
  if (!documents) return std::unexpected(std::move(documents.error()));
  for (std::size_t at = 0; at < entries.size(); ++at) {
    Entry& entry = *entries[at];
    const std::optional<Document>& document = (*documents)[at];
    if (!document) {
      return fail(ErrorCode::DataLoss, "Instance '" + entry.instance.id + "' has no configuration revision " +
                                           std::to_string(entry.instance.revision) +
                                           " in the store. Restore the store from a backup");
    }
    auto revision = revision_from_document(document->body);
    if (!revision) return std::unexpected(std::move(revision.error()));
    entry.configuration = std::move(revision->configuration);
    entry.view = make_view(entry.instance, entry.runtime, entry.configuration, nullptr);
  }
  return {};
}

// All of them, on as many threads as the machine has cores.
Status Ledger::complete(const std::vector<EntryPtr>& entries) const {
  const std::size_t threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMaxLoadThreads);
  std::vector<Status> results(threads);
  {
    std::vector<std::jthread> workers;
    for (std::size_t worker = 0; worker < threads; ++worker) {
      workers.emplace_back([&, worker] {
        for (std::size_t at = worker * kLoadedTogether; at < entries.size() && results[worker];
             at += threads * kLoadedTogether) {
          const std::size_t count = std::min(kLoadedTogether, entries.size() - at);
          results[worker] = complete_some(std::span(entries).subspan(at, count));
        }
      });
    }
  }
  for (Status& result : results) {
    if (!result) return std::move(result);
  }
  return {};
}

// Of all instances that were ever started. Of the others there is nothing to know.
Status Ledger::read_runtimes(std::vector<std::pair<std::string, RuntimeRecord>>& found) const {
  const std::string untouched = to_document(RuntimeRecord{});
  return for_each_document(store_, collections::kRuntimes, [&](const Document& document) -> Status {
    if (document.body == untouched) return {};
    auto runtime = runtime_from_document(document.body);
    if (!runtime) return std::unexpected(std::move(runtime.error()));
    found.emplace_back(document.id, std::move(*runtime));
    return {};
  });
}

Status Ledger::load_instances() {
  std::vector<std::pair<std::string, RuntimeRecord>> runtimes;
  Status runtimes_read;
  Status read;
  {
    const std::jthread reader([&] { runtimes_read = read_runtimes(runtimes); });
    read = for_each_document(store_, collections::kInstances, [&](const Document& document) -> Status {
      auto instance = instance_from_document(document.body);
      if (!instance) return std::unexpected(std::move(instance.error()));
      auto entry = std::make_shared<Entry>(loop_.executor());
      entry->instance = std::move(*instance);
      entries_.insert(entries_.end(), std::move(entry));
      return {};
    });
  }
  if (!read) return read;
  if (!runtimes_read) return runtimes_read;
  for (auto& [id, runtime] : runtimes) {
    if (const EntryPtr entry = find(id)) entry->runtime = std::move(runtime);
  }

  const std::vector<EntryPtr> entries = all();
  if (Status completed = complete(entries); !completed) return completed;
  std::vector<InstanceViewPtr> views;
  views.reserve(entries.size());
  for (const EntryPtr& entry : entries) views.push_back(entry->view);
  catalogue_.store(Catalogue::of(std::move(views)));
  return {};
}

Status Ledger::load_events() {
  std::vector<EventPtr> newest;  // newest first
  ListQuery query{.limit = 100, .descending = true};
  for (bool more = true; more && newest.size() < options_.event_buffer;) {
    Result<EventStretch> stretch = read_stretch(store_, query, "");
    if (!stretch) return std::unexpected(std::move(stretch.error()));
    std::ranges::move(stretch->events, std::back_inserter(newest));
    more = !stretch->complete;
    query.before = event_document_id(stretch->end);
  }
  if (!newest.empty()) next_sequence_ = newest.front()->sequence + 1;
  for (EventPtr& event : newest | std::views::reverse) events_.publish(std::move(event));

  const Result<std::uint64_t> oldest = oldest_sequence(store_);
  if (!oldest) return std::unexpected(oldest.error());
  oldest_sequence_ = *oldest == 0 ? next_sequence_ : *oldest;
  return {};
}

Status Ledger::load_leases() {
  Batch corrections;
  Status read = for_each_document(store_, collections::kPorts, [&](const Document& document) -> Status {
    auto body = parse_json(document.body);
    if (!body) return std::unexpected(std::move(body.error()));
    const std::string holder = body->value("instanceId", std::string());
    const std::string address = body->value("address", std::string(PortPool::kAllAddresses));
    if (entries_.contains(holder)) {
      const auto port = static_cast<std::uint16_t>(std::stoul(document.id));  // "<port>:<instance>"
      // Once the port alone was the id. What is released is looked for under the id of today.
      if (!document.id.contains(':')) {
        corrections.writes.push_back(Write::erase(std::string(collections::kPorts), document.id));
        corrections.writes.push_back(lease_write(port, holder, address));
      }
      // Two leases of one port can only be left by a fault. That is no reason to leave the fleet without its control
      // plane: the first one holds, and who starts second is told that the port is taken.
      if (Status leased = ports_.lease(port, holder, address); !leased) {
        write_log(LogLevel::Error, "a port is leased twice", leased.error(), {{"instanceId", holder}});
      }
      return {};
    }
    corrections.writes.push_back(Write::erase(std::string(collections::kPorts), document.id));
    return {};
  });
  if (!read) return read;
  return corrections.writes.empty() ? Status{} : commit_now(store_, std::move(corrections));
}

}  // namespace draas::core
