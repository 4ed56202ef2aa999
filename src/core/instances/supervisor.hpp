#pragma once
// Runs instances: starts, stops, restarts and deletes their workloads, reacts to exits, waits for readiness, watches
// health, adopts after a restart of the control plane and sweeps orphans. The only user of Platform.
//
// Control loop only. Every step that must survive a crash is one Ledger::change(); crash points lie between them.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "core/configuration/workload.hpp"
#include "core/control_plane.hpp"
#include "core/instances/ledger.hpp"
#include "core/instances/restart_policy.hpp"
#include "core/traffic/traffic_director.hpp"
#include "drasi/client.hpp"
#include "net/http_client.hpp"
#include "net/task.hpp"

namespace draas::core {

// What a request for an operation is told: the instance as it is now, whether anything was done, and a sentence.
OperationResult result_of(const Entry& entry, bool changed, std::string message);

class Supervisor {
 public:
  Supervisor(Ledger& ledger, const ControlPlaneOptions& options, std::vector<std::unique_ptr<Platform>> platforms,
             TrafficDirector& traffic, Metrics* metrics);

  // Takes up what runs, finishes what a crash interrupted, starts what should run. Returns when all that runs is
  // adopted; starts go on in the background.
  net::Task<Status> recover();
  // Ends all background work; workloads go on.
  net::Task<void> close();

  net::Task<Result<OperationResult>> start(EntryPtr entry, StartOptions options, Actor actor);
  net::Task<Result<OperationResult>> stop(EntryPtr entry, std::chrono::milliseconds wait, Actor actor);
  net::Task<Result<OperationResult>> restart(EntryPtr entry, StartOptions options, Actor actor);
  net::Task<Status> remove(EntryPtr entry, bool keep_data, Actor actor);

  // --- the standby: a second workload beside the active one (supervisor_standby.cpp) ---
  struct StandbyStart {
    std::uint64_t revision = 0;  // 0 = the newest
    Json configuration;          // of that revision; null for the newest
    std::string platform;        // "" = the instance's
    std::string owner;           // StandbyRecord::owner
    std::chrono::milliseconds wait{};
  };
  // True: it is Running; false: it is still Starting after `wait`. Unprocessable when the two cannot run side by side
  // (with faults), or when it did not become ready; then nothing of it is left.
  net::Task<Result<bool>> start_standby(EntryPtr entry, StandbyStart start, Actor actor);
  // Waits up to `drain` for its connections and requests to end, then ends it. Success when there is none.
  net::Task<Status> remove_standby(EntryPtr entry, std::chrono::milliseconds drain, Actor actor);
  net::Task<Status> promote_standby(EntryPtr entry, Actor actor);
  net::Task<Status> set_traffic(EntryPtr entry, unsigned standby_percent, Actor actor);
  net::Task<Status> set_applied_revision(EntryPtr entry, std::uint64_t revision, std::uint64_t generation,
                                         Json configuration, Actor actor);

  net::Task<Result<Json>> runtime_status(EntryPtr entry);
  net::Task<Result<Json>> actual_configuration(EntryPtr entry);
  net::Task<Result<Json>> standby_configuration(EntryPtr entry);
  net::Task<Result<std::unique_ptr<LogReader>>> logs(EntryPtr entry, LogQuery query);
  Result<net::Endpoint> endpoint(const Entry& entry) const;
  // Where the standby's API answers. Conflict when none runs.
  Result<net::Endpoint> standby_endpoint(const Entry& entry) const;
  net::Task<std::vector<PlatformInfo>> platforms();

  // By name in any case, "Kubernetes" and "k8s" for AKS (C32); nullptr when there is none.
  Platform* find_platform(std::string_view name) const;
  // InvalidArgument, naming `field` and the platforms that there are.
  Result<Platform*> require_platform(const std::string& name, const std::string& field) const;
  std::vector<std::string> platform_names() const;
  // core::check_options() among the platforms that there are.
  Status check_options(const Platform& platform, const Json& options) const;
  // Is the workload of the instance under its platform's own eyes now? Then what others report of it is not needed.
  bool watches(const Entry& entry) const;
  // Looks at the health of what runs without waiting for its turn.
  void look_soon(const EntryPtr& entry);
  // Is this revision the newest, and is it what runs (or is nothing to run)?
  bool converged(const Entry& entry, std::uint64_t revision) const;
  // The spec hash that the configuration would run with in the slot; "" when the platform is not there.
  std::string spec_hash_of(const Instance& instance, Slot slot, const Json& configuration) const;

 private:
  using Edit = std::function<Status(Change&)>;
  struct Launch {
    bool automatic = false;        // by the restart policy or recovery: failures are retried, not returned
    std::optional<Json> one_shot;  // runs instead of the stored configuration
    std::string source = "ControlPlane";
    Edit exit;  // how the workload before this one ended, to be written in the same commit as the intent; may be empty
  };
  // What the end of a workload is to be followed by, and how both are written down.
  struct Aftermath {
    RestartDecision decision;
    Edit edit;
  };
  struct StopOutcome;
  // What is to become of an instance whose workload is ended.
  struct Ending {
    bool keep_desired = false;          // a restart: it is to run again
    std::chrono::milliseconds delay{};  // of that restart
    std::string platform;               // of that restart; "" = the same
    std::string source = "ControlPlane";
  };

  // The steps below require entry->lifecycle.
  net::Task<Status> launch(EntryPtr entry, Launch launch);
  net::Task<Status> write_intent(EntryPtr entry, Edit intent, const Launch& launch);
  net::Task<Status> put_off(EntryPtr entry, Error error, Launch launch);
  net::Task<Status> launch_failed(EntryPtr entry, Error error, Launch launch);
  net::Task<Status> end_workload(EntryPtr entry, Ending ending);
  net::Task<Status> remove_marked(EntryPtr entry, bool keep_data, std::string source);
  Aftermath aftermath_of(const Entry& entry, WorkloadExit exit, std::string source) const;
  net::Task<void> record_exit(EntryPtr entry, WorkloadExit exit, std::string source);
  net::Task<void> record_exit(EntryPtr entry, Aftermath aftermath);
  net::Task<void> record_failed_restart(EntryPtr entry, Error error, std::string source);
  net::Task<Result<std::uint64_t>> launch_standby(EntryPtr entry, StandbyStart start, Actor actor);
  net::Task<Status> end_standby(EntryPtr entry, std::string source);
  net::Task<void> record_standby_failure(EntryPtr entry, std::string reason, std::string source);
  net::Task<void> record_standby_gone(EntryPtr entry, std::string source);

  // Background tasks; they take entry->lifecycle themselves.
  net::Task<void> on_exit(EntryPtr entry, WorkloadHandle handle, WorkloadExit exit);
  net::Task<std::string> last_words(EntryPtr entry);
  net::Task<void> restart_later(EntryPtr entry, std::uint64_t generation, Duration delay);
  net::Task<void> watch_readiness(EntryPtr entry, std::uint64_t generation, drasi::ExpectedComponents expected);
  net::Task<void> record_ready(EntryPtr entry, std::uint64_t generation, drasi::ReadinessReport report);
  net::Task<void> watch_standby_readiness(EntryPtr entry, std::uint64_t generation, drasi::ExpectedComponents expected);
  net::Task<void> finish_standby_end(EntryPtr entry);
  net::Task<void> stop_in_background(EntryPtr entry, std::string source, std::shared_ptr<StopOutcome> outcome);
  net::Task<void> finish_stop(EntryPtr entry);
  net::Task<void> finish_restart(EntryPtr entry);
  net::Task<void> finish_remove(EntryPtr entry);
  net::Task<void> launch_pending();
  net::Task<void> watch_health();
  net::Task<void> check_health(EntryPtr entry, std::uint64_t generation);
  void take_condition(const WorkloadHandle& handle, const WorkloadCondition& condition);
  // What its platform says against a workload; "" when it says nothing.
  std::string complaint_about(const std::string& workload, std::uint64_t generation) const;
  net::Task<void> sweep_orphans();
  net::Task<void> sweep_remains(Platform* platform);
  net::Task<void> poll_platforms();

  struct Recovery;
  net::Task<void> list_found(Platform* platform, std::shared_ptr<Recovery> recovery);
  net::Task<void> recover_some(std::shared_ptr<Recovery> recovery, std::string platform);
  net::Task<void> recover_entry(EntryPtr entry, std::optional<std::vector<FoundWorkload>> known);
  net::Task<void> list_later(EntryPtr entry, std::uint64_t generation);
  net::Task<void> examine_later(EntryPtr entry, std::uint64_t generation);
  net::Task<void> recover_standby(EntryPtr entry);
  net::Task<void> adopt(EntryPtr entry);
  // Asks until the server is ready, has failed, or the time is over, for as long as `wanted` says so.
  net::Task<drasi::ReadinessReport> probe(drasi::Client client, drasi::ExpectedComponents expected,
                                          std::function<bool()> wanted);

  // As Ledger::change(), for facts that were observed and must be written: goes on trying while the store cannot.
  net::Task<void> record(EntryPtr entry, std::function<Status(Change&)> edit);
  net::Task<void> record_progress(EntryPtr entry, std::string progress);
  net::Task<Result<OperationResult>> settled(EntryPtr entry, std::chrono::milliseconds wait, bool changed,
                                             std::string verb);
  void trim_ports(const EntryPtr& entry, Change& change);
  void release_slot_b(const EntryPtr& entry, Change& change);
  std::string monitor_source(const Entry& entry) const;
  // Is it the default, or does an instance run there or has files there? What it lacks is then worth a warning.
  bool is_wanted(const Platform& platform) const;
  // The platform on which a workload of the instance runs; nullptr when it is not configured.
  Platform* platform_of(const Entry& entry, const WorkloadRecord& workload) const;
  // Requires that its platform is configured.
  drasi::Client client_for(const Entry& entry, const WorkloadRecord& workload);
  WorkloadSpec spec_of(const Entry& entry, const WorkloadRecord& workload) const;  // address only
  Json configuration_of(const Entry& entry) const;
  // Tells the traffic director where the instance's workloads are.
  void route(const EntryPtr& entry);
  // Background task: listens on the instance's front port, as soon as it can.
  net::Task<void> serve_front(EntryPtr entry);

  struct FailedLooks {
    std::uint64_t generation = 0;
    int count = 0;
  };

  Ledger& ledger_;
  const ControlPlaneOptions& options_;
  std::vector<std::unique_ptr<Platform>> platforms_;
  TrafficDirector& traffic_;
  net::HttpClient http_;
  net::TaskGroup tasks_;
  std::vector<EntryPtr> to_launch_;                     // after recovery
  std::map<std::string, SteadyTime> orphans_seen_;      // "<platform>/<instance>/<generation>"
  std::map<std::string, SteadyTime> remains_seen_;      // "<platform>/<workload>"
  std::map<std::string, FailedLooks> health_failures_;  // by the workload's name; those alone that have failed
  // What platforms say against workloads: generation and reason, by the workload's name.
  std::map<std::string, std::pair<std::uint64_t, std::string>> complaints_;
  std::map<std::string, Availability> availability_;  // last poll, by platform
  Counter* restarts_ = nullptr;
  bool closing_ = false;
};

}  // namespace draas::core
