// ReconciliationService: all that a comparison of one instance needs.

#include "core/configuration/workload.hpp"
#include "core/reconciliation/service_impl.hpp"
#include "drasi/side_by_side.hpp"

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
  if (standby && !entry->runtime.standby) {
    co_return fail(ErrorCode::Conflict, "Instance '" + id + "' has no standby; start one first");
  }

  Json actual;
  std::string actual_error;
  if (standby || entry->runtime.handle) {
    Result<Json> answer;
    if (standby) {
      answer = co_await supervisor.standby_configuration(entry);
    } else {
      answer = co_await supervisor.actual_configuration(entry);
    }
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
  if (standby && !runtime.standby)
    co_return fail(ErrorCode::Conflict, "The standby of instance '" + id + "' has ended");
  // What is compared: the active workload, or the standby.
  const WorkloadRecord& workload = standby ? static_cast<const WorkloadRecord&>(*runtime.standby) : runtime;
  const std::string platform_name = standby ? runtime.standby->platform : instance.platform;
  const std::shared_ptr<const std::string> newest = entry->configuration;
  Json applied_document;
  if (workload.applied_revision == instance.revision) {
    applied_document = Json::parse(*newest);
  } else if (workload.applied_revision > 0) {
    Result<Revision> revision = co_await configurations.revision(entry, workload.applied_revision);
    if (revision) applied_document = Json::parse(*revision->configuration);
  }
  if (entry->removed) co_return std::unexpected(ledger.require(id).error());
  Platform* platform = supervisor.find_platform(platform_name);
  if (platform == nullptr) {
    co_return fail(ErrorCode::Unavailable, "Platform '" + platform_name + "' is not configured");
  }
  const Json newest_document = Json::parse(*newest);
  const PreparedWorkload desired = prepare_workload(instance, workload.slot, newest_document, *platform, options);

  Json out = Json::object();
  out["id"] = instance.id;
  out["name"] = instance.name;
  out["platform"] = instance.platform;
  Json metadata = Json::object();
  for (const auto& [name, value] : instance.metadata) metadata[name] = value;
  out["metadata"] = std::move(metadata);
  out["desiredState"] = to_string(instance.desired_state);
  out["phase"] = to_string(workload.phase);
  out["status"] = to_string(derive_status(instance, runtime));
  out["health"] = to_string(workload.health);
  out["revision"] = instance.revision;
  out["healthyRevision"] = number_or_null(runtime.healthy_revision);
  out["appliedRevision"] = workload.applied_revision;
  out["generation"] = workload.generation;
  out["oneShot"] = workload.one_shot;
  out["host"] = workload.handle ? Json(workload.host) : Json(nullptr);
  out["port"] = workload.handle ? Json(workload.port) : Json(nullptr);
  out["frontPort"] = number_or_null(instance.front_port);
  out["standby"] = nullptr;
  if (runtime.standby) {
    out["standby"] = Json{{"role", to_string(runtime.standby->role)},
                          {"owner", runtime.standby->owner},
                          {"revision", runtime.standby->applied_revision},
                          {"platform", runtime.standby->platform},
                          {"phase", to_string(runtime.standby->phase)}};
  }
  out["specHash"] = workload.spec_hash;
  out["desiredSpecHash"] = desired.spec.spec_hash;
  out["platformOptions"] = workload.platform_options;
  out["desiredPlatformOptions"] = desired.spec.effective_options;
  out["desired"] = desired.rendered;
  out["applied"] = nullptr;
  // Of a one-shot configuration nothing is stored.
  if (!applied_document.is_null() && !workload.one_shot && workload.handle) {
    out["applied"] = prepare_workload(instance, workload.slot, applied_document, *platform, options).rendered;
  }
  out["observed"] = actual.is_null() ? std::string() : observation_mark(actual);
  out["actual"] = std::move(actual);
  out["actualError"] = actual_error.empty() ? Json(nullptr) : Json(actual_error);
  out["policy"] = policy_for(id);
  out["held"] = held_json(runtime);
  out["errorMessage"] = workload.error_message.empty() ? Json(nullptr) : Json(workload.error_message);
  out["obstacles"] = Json::array();
  for (const Fault& obstacle : drasi::side_by_side_obstacles(newest_document)) {
    out["obstacles"].push_back(obstacle.path + ": " + obstacle.message);
  }
  co_return out;
}

}  // namespace draas::core
