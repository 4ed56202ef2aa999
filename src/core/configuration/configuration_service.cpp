#include "core/configuration/configuration_service.hpp"

#include <algorithm>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "core/configuration/document.hpp"
#include "core/placement/port_plan.hpp"
#include "drasi/configuration.hpp"
#include "net/http_server.hpp"

namespace draas::core {
namespace {

constexpr std::size_t kMaxRevisionsPage = 1000;

std::vector<std::string> warnings_of(const std::vector<drasi::Finding>& findings) {
  std::vector<std::string> warnings;
  for (const drasi::Finding& finding : findings) {
    if (finding.severity == drasi::Finding::Severity::Warning)
      warnings.push_back(finding.path + ": " + finding.message);
  }
  return warnings;
}

}  // namespace

ConfigurationService::ConfigurationService(Ledger& ledger, Supervisor& supervisor, net::WorkerPool& store_readers)
    : ledger_(ledger), supervisor_(supervisor), readers_(store_readers) {}

net::Task<Result<ConfigurationResult>> ConfigurationService::change(EntryPtr entry, Edit edit, std::string change_type,
                                                                    std::string description,
                                                                    std::optional<std::string> if_match, Actor actor,
                                                                    std::optional<HeldRevision> hold) {
  ConfigurationResult result;
  PortPlan ports;
  const std::string id = entry->instance.id;
  Status changed = co_await ledger_.change(entry, [&](Change& change) -> Status {
    if (if_match && !net::etag_matches(*if_match, entry->view->configuration_etag.text())) {
      return fail(ErrorCode::PreconditionFailed, "The configuration was changed by someone else: it is now revision " +
                                                     std::to_string(entry->instance.revision) +
                                                     ". Read it again and repeat the change");
    }
    const Json current = Json::parse(*entry->configuration);
    Result<Json> edited = edit(current);
    if (!edited) return std::unexpected(std::move(edited.error()));
    if (!edited->is_object()) return drasi::require_valid(*edited);
    Json next = with_server_settings_of(std::move(*edited), current);
    const std::vector<drasi::Finding> findings = drasi::validate(next);
    if (Status valid = drasi::require_valid(next); !valid) return valid;
    result.warnings = warnings_of(findings);

    // host and port are the instance's own: a reference to the environment cannot be leased.
    Platform* platform = supervisor_.find_platform(entry->instance.platform);
    if (platform == nullptr) {
      return fail(ErrorCode::Unavailable, "Platform '" + entry->instance.platform + "' is not configured");
    }
    PortWishes wishes{.server_port = current.value("port", std::uint16_t{0}),
                      .allocated_before = entry->instance.component_ports,
                      .front_port = entry->instance.front_port};
    if (auto port = next.find("port"); port->is_number_unsigned()) {
      wishes.server_port = port->get<std::uint16_t>();
    } else {
      result.warnings.push_back("/port: not a number; the instance keeps port " + std::to_string(*wishes.server_port));
    }
    const std::string host = next.value("host", platform->default_host());
    Result<PortPlan> planned = plan_ports(ledger_.ports(), *platform, host, id, next, wishes);
    if (!planned) return std::unexpected(std::move(planned.error()));
    ports = std::move(*planned);
    std::map<std::string, std::uint16_t> slot_b_component_ports;
    if (uses_slot_b(entry->runtime)) {
      const PortWishes slot_b_wishes{.server_port = entry->instance.slot_b_port,
                                     .allocated_before = entry->instance.slot_b_component_ports};
      Result<PortPlan> slot_b = plan_ports(ledger_.ports(), *platform, host, id, next, slot_b_wishes);
      if (!slot_b) return std::unexpected(std::move(slot_b.error()));
      slot_b_component_ports = std::move(slot_b->component_ports);
      std::ranges::move(slot_b->leased, std::back_inserter(ports.leased));
      std::ranges::move(slot_b->writes, std::back_inserter(ports.writes));
    }
    next["port"] = ports.server_port;

    result.configuration = next;
    if (hold) change.edit_runtime().held = *hold;
    if (next.dump() == *entry->configuration) {
      result.revision = entry->instance.revision;
      undo(ledger_.ports(), id, ports);
      ports = {};
      return {};
    }
    result.changed = true;
    Revision revision;
    revision.instance_id = id;
    revision.number = entry->instance.revision + 1;
    revision.created_at = ledger_.clock().now();
    revision.author = actor.name;
    revision.change_type = change_type;
    revision.description = description;
    revision.configuration = std::make_shared<const std::string>(to_text(next));
    result.revision = revision.number;

    Instance& instance = change.edit_instance();
    instance.last_modified_at = revision.created_at;
    instance.component_ports = ports.component_ports;
    instance.slot_b_component_ports = std::move(slot_b_component_ports);
    change.writes = ports.writes;
    change.source = actor.source;
    // Back to what already runs: nothing is left to apply.
    RuntimeRecord& runtime = change.runtime;
    if (runtime.handle && !runtime.one_shot &&
        supervisor_.spec_hash_of(instance, runtime.slot, next) == runtime.spec_hash) {
      change.edit_runtime().applied_revision = revision.number;
    }
    change.revision = std::move(revision);
    crash_point("configuration.before_commit");
    return {};
  });
  if (!changed) {
    undo(ledger_.ports(), id, ports);
    co_return std::unexpected(std::move(changed.error()));
  }
  crash_point("configuration.committed");
  if (result.changed) {
    log_info("configuration changed", {{"instanceId", id},
                                       {"revision", result.revision},
                                       {"changeType", change_type},
                                       {"author", actor.name},
                                       {"requestId", actor.request_id}});
  }
  result.instance = entry->view;
  result.converged = supervisor_.converged(*entry, result.revision);
  co_return result;
}

net::Task<Result<ConfigurationResult>> ConfigurationService::rollback(EntryPtr entry, std::uint64_t revision_number,
                                                                      std::optional<std::string> if_match, Actor actor,
                                                                      RollbackReason why) {
  Result<Revision> target = co_await revision(entry, revision_number);
  if (!target) co_return std::unexpected(std::move(target.error()));
  auto parsed = std::make_shared<const Json>(Json::parse(*target->configuration));
  Edit edit = [parsed](const Json&) -> Result<Json> { return *parsed; };
  std::string description = "rolled back to revision " + std::to_string(revision_number);
  if (!why.text.empty()) description += ": " + why.text;
  std::string change_type = "RolledBack";
  std::optional<HeldRevision> hold;
  if (why.failed_revision > 0) hold = HeldRevision{why.failed_revision, why.text};
  co_return co_await change(entry, std::move(edit), std::move(change_type), std::move(description), std::move(if_match),
                            std::move(actor), std::move(hold));
}

net::Task<Result<std::vector<Revision>>> ConfigurationService::revisions(EntryPtr entry, std::size_t limit,
                                                                         std::uint64_t before) {
  const std::string id = entry->instance.id;
  const std::uint64_t newest = entry->instance.revision;
  const std::uint64_t end = before == 0 ? newest + 1 : std::min(before, newest + 1);
  ListQuery query{.collection = std::string(collections::kRevisions),
                  .index = IndexEntry{"instance", id},
                  .before = revision_document_id(id, end),
                  .limit = std::clamp<std::size_t>(limit, 1, kMaxRevisionsPage),
                  .descending = true};
  std::function<Result<std::vector<Document>>()> read = [&store = ledger_.store(), query] { return store.list(query); };
  Result<std::vector<Document>> page = co_await readers_.run(read);
  if (!page) co_return std::unexpected(std::move(page.error()));
  std::vector<Revision> found;
  for (const Document& document : *page) {
    Result<Revision> revision = revision_from_document(document.body);
    if (!revision) co_return std::unexpected(std::move(revision.error()));
    found.push_back(std::move(*revision));
  }
  co_return found;
}

net::Task<Result<Revision>> ConfigurationService::revision(EntryPtr entry, std::uint64_t number) {
  const std::string id = entry->instance.id;
  if (number == 0 || number > entry->instance.revision) {
    co_return fail(ErrorCode::NotFound, "Instance '" + id + "' has no revision " + std::to_string(number) +
                                            "; the newest is " + std::to_string(entry->instance.revision));
  }
  std::function<Result<std::optional<Document>>()> read = [&store = ledger_.store(), id, number] {
    return store.get(collections::kRevisions, revision_document_id(id, number));
  };
  Result<std::optional<Document>> document = co_await readers_.run(read);
  if (!document) co_return std::unexpected(std::move(document.error()));
  if (!*document)
    co_return fail(ErrorCode::NotFound, "Instance '" + id + "' has no revision " + std::to_string(number));
  co_return revision_from_document((*document)->body);
}

}  // namespace draas::core
