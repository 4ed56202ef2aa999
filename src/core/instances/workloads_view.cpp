#include "core/instances/workloads_view.hpp"

namespace draas::core {
namespace {

Json workload_to_json(const WorkloadRecord& workload, const std::string& platform) {
  Json out = Json::object();
  out["slot"] = to_string(workload.slot);
  out["platform"] = platform;
  out["generation"] = workload.generation;
  out["revision"] = workload.applied_revision;
  out["phase"] = to_string(workload.phase);
  out["health"] = to_string(workload.health);
  // A wildcard is where it listens, not where it is reached.
  out["host"] = workload.host == "0.0.0.0" || workload.host == "::" ? "127.0.0.1" : workload.host;
  out["port"] = workload.port;
  out["startedAt"] = workload.started_at ? Json(to_rfc3339(*workload.started_at)) : Json(nullptr);
  return out;
}

Json requests_to_json(const WorkloadTraffic& traffic) {
  return Json{{"total", traffic.requests}, {"errors", traffic.errors}};
}

}  // namespace

Json workloads_to_json(const Instance& instance, const RuntimeRecord& runtime, const WorkloadsTraffic& traffic) {
  Json out = Json::object();
  out["instanceId"] = instance.id;
  out["frontPort"] = instance.front_port == 0 ? Json(nullptr) : Json(instance.front_port);
  const bool rests = runtime.phase == Phase::Idle || runtime.phase == Phase::Stopped;
  out["active"] = rests ? Json(nullptr) : workload_to_json(runtime, instance.platform);
  out["standby"] = nullptr;
  unsigned to_standby = 0;
  if (runtime.standby) {
    Json standby = Json{{"role", to_string(runtime.standby->role)}};
    standby.update(workload_to_json(*runtime.standby, runtime.standby->platform));
    standby["owner"] = runtime.standby->owner.empty() ? Json(nullptr) : Json(runtime.standby->owner);
    standby["errorMessage"] =
        runtime.standby->error_message.empty() ? Json(nullptr) : Json(runtime.standby->error_message);
    out["standby"] = std::move(standby);
    to_standby = runtime.standby->traffic;
  }
  out["traffic"] = Json{{"active", 100 - to_standby}, {"standby", to_standby}};
  out["connections"] = Json{{"active", traffic.active.under_way}, {"standby", traffic.standby.under_way}};
  out["requests"] = Json{{"active", requests_to_json(traffic.active)}, {"standby", requests_to_json(traffic.standby)}};
  return out;
}

}  // namespace draas::core
