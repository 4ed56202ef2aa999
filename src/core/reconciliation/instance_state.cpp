// ReconciliationService: all that a comparison of one instance needs.

#include "core/configuration/workload.hpp"
#include "core/reconciliation/service_impl.hpp"

namespace draas::core {
namespace {

Json number_or_null(std::uint64_t number) { return number == 0 ? Json(nullptr) : Json(number); }

Json held_json(const RuntimeRecord& runtime) {
  if (!runtime.held) return nullptr;
  return Json{{"revision", runtime.held->revision}, {"reason", runtime.held->reason}};
}

}  // namespace

net::Task<Result<Json>> ReconciliationService::Impl::instance_state(std::string id, bool standby) {
  Result<EntryPtr> found = ledger.require(id);
  if (!found) co_return std::unexpected(std::move(found.error()));
  EntryPtr entry = *found;
  if (standby) co_return fail(ErrorCode::Conflict, "Instance '" + id + "' has no standby; start one first");

  Json actual;
  std::string actual_error;
  if (entry->runtime.handle) {
    Result<Json> answer = co_await supervisor.actual_configuration(entry);
    if (answer) {
      actual = std::move(*answer);
    } else {
      actual_error = answer.error().message;
    }
  } else {
    actual_error = "Instance '" + id + "' does not run";
  }

  // The records are copied at one point, so that they agree with each other.
  const Instance instance = entry->instance;
  const RuntimeRecord runtime = entry->runtime;
  const std::shared_ptr<const std::string> newest = entry->configuration;
  Json applied_document;
  if (runtime.applied_revision == instance.revision) {
    applied_document = Json::parse(*newest);
  } else if (runtime.applied_revision > 0) {
    Result<Revision> revision = co_await configurations.revision(entry, runtime.applied_revision);
    if (revision) applied_document = Json::parse(*revision->configuration);
  }
  if (entry->removed) co_return std::unexpected(ledger.require(id).error());
  Platform* platform = supervisor.find_platform(instance.platform);
  if (platform == nullptr) {
    co_return fail(ErrorCode::Unavailable, "Platform '" + instance.platform + "' is not configured");
  }
  const PreparedWorkload desired = prepare_workload(instance, Json::parse(*newest), *platform, options);

  Json out = Json::object();
  out["id"] = instance.id;
  out["name"] = instance.name;
  out["platform"] = instance.platform;
  Json metadata = Json::object();
  for (const auto& [name, value] : instance.metadata) metadata[name] = value;
  out["metadata"] = std::move(metadata);
  out["desiredState"] = to_string(instance.desired_state);
  out["phase"] = to_string(runtime.phase);
  out["status"] = to_string(derive_status(instance, runtime));
  out["health"] = to_string(runtime.health);
  out["revision"] = instance.revision;
  out["healthyRevision"] = number_or_null(runtime.healthy_revision);
  out["appliedRevision"] = runtime.applied_revision;
  out["generation"] = runtime.generation;
  out["oneShot"] = runtime.one_shot;
  out["host"] = runtime.handle ? Json(runtime.host) : Json(nullptr);
  out["port"] = runtime.handle ? Json(runtime.port) : Json(nullptr);
  out["frontPort"] = nullptr;
  out["standby"] = nullptr;
  out["specHash"] = runtime.spec_hash;
  out["desiredSpecHash"] = desired.spec.spec_hash;
  out["desired"] = desired.rendered;
  out["applied"] = nullptr;
  // Of a one-shot configuration nothing is stored.
  if (!applied_document.is_null() && !runtime.one_shot && runtime.handle) {
    out["applied"] = prepare_workload(instance, applied_document, *platform, options).rendered;
  }
  out["observed"] = actual.is_null() ? std::string() : observation_mark(actual);
  out["actual"] = std::move(actual);
  out["actualError"] = actual_error.empty() ? Json(nullptr) : Json(actual_error);
  out["policy"] = policy_for(id);
  out["held"] = held_json(runtime);
  out["errorMessage"] = runtime.error_message.empty() ? Json(nullptr) : Json(runtime.error_message);
  out["obstacles"] = Json::array();
  co_return out;
}

}  // namespace draas::core
