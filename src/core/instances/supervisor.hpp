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
#include "drasi/client.hpp"
#include "net/http_client.hpp"
#include "net/task.hpp"

namespace draas::core {

class Supervisor {
 public:
  Supervisor(Ledger& ledger, const ControlPlaneOptions& options, std::vector<std::unique_ptr<Platform>> platforms,
             Metrics* metrics);

  // Takes up what runs, finishes what a crash interrupted, starts what should run. Returns when all that runs is
  // adopted; starts go on in the background.
  net::Task<Status> recover();
  // Ends all background work; workloads go on.
  net::Task<void> close();

  net::Task<Result<OperationResult>> start(EntryPtr entry, StartOptions options, Actor actor);
  net::Task<Result<OperationResult>> stop(EntryPtr entry, std::chrono::milliseconds wait, Actor actor);
  net::Task<Result<OperationResult>> restart(EntryPtr entry, StartOptions options, Actor actor);
  net::Task<Status> remove(EntryPtr entry, bool keep_data, Actor actor);

  net::Task<Result<Json>> runtime_status(EntryPtr entry);
  net::Task<Result<Json>> actual_configuration(EntryPtr entry);
  net::Task<Result<std::unique_ptr<LogReader>>> logs(EntryPtr entry, LogQuery query);
  Result<net::Endpoint> endpoint(const Entry& entry) const;
  net::Task<std::vector<PlatformInfo>> platforms();

  // By name in any case, "Kubernetes" and "k8s" for AKS (C32); nullptr when there is none.
  Platform* find_platform(std::string_view name) const;
  std::vector<std::string> platform_names() const;
  // Is the newest configuration what runs (or does nothing run)?
  bool converged(const Entry& entry) const;
  // The spec hash that the configuration would run with; "" when the platform is not there.
  std::string spec_hash_of(const Instance& instance, const Json& configuration) const;

 private:
  struct Launch {
    bool automatic = false;        // by the restart policy or recovery: failures are retried, not returned
    std::optional<Json> one_shot;  // runs instead of the stored configuration
    std::string source = "ControlPlane";
  };
  struct StopOutcome;

  // The steps below require entry->lifecycle.
  net::Task<Status> launch(EntryPtr entry, Launch launch);
  net::Task<Status> launch_failed(EntryPtr entry, Error error, Launch launch);
  net::Task<Status> end_workload(EntryPtr entry, bool keep_desired, std::string source);
  net::Task<Status> remove_marked(EntryPtr entry, bool keep_data, std::string source);
  net::Task<void> record_exit(EntryPtr entry, WorkloadExit exit, std::string source);

  // Background tasks; they take entry->lifecycle themselves.
  net::Task<void> on_exit(EntryPtr entry, WorkloadHandle handle, WorkloadExit exit);
  net::Task<void> restart_later(EntryPtr entry, std::uint64_t generation, Duration delay);
  net::Task<void> watch_readiness(EntryPtr entry, std::uint64_t generation, drasi::ExpectedComponents expected);
  net::Task<void> stop_in_background(EntryPtr entry, std::string source, std::shared_ptr<StopOutcome> outcome);
  net::Task<void> finish_stop(EntryPtr entry);
  net::Task<void> finish_restart(EntryPtr entry);
  net::Task<void> finish_remove(EntryPtr entry);
  net::Task<void> launch_pending();
  net::Task<void> watch_health();
  net::Task<void> check_health(EntryPtr entry);
  net::Task<void> sweep_orphans();
  net::Task<void> poll_platforms();

  net::Task<void> recover_entry(EntryPtr entry, std::vector<FoundWorkload> found);
  net::Task<void> adopt(EntryPtr entry);

  // As Ledger::change(), for facts that were observed and must be written: goes on trying while the store cannot.
  net::Task<void> record(EntryPtr entry, std::function<Status(Change&)> edit);
  net::Task<Result<OperationResult>> settled(EntryPtr entry, std::chrono::milliseconds wait, bool changed,
                                             std::string verb);
  void trim_ports(const EntryPtr& entry, Change& change);
  std::string monitor_source(const Entry& entry) const;
  drasi::Client client_for(const Entry& entry);
  WorkloadSpec spec_of(const Entry& entry) const;  // address only
  Json configuration_of(const Entry& entry) const;

  Ledger& ledger_;
  const ControlPlaneOptions& options_;
  std::vector<std::unique_ptr<Platform>> platforms_;
  net::HttpClient http_;
  net::TaskGroup tasks_;
  std::vector<EntryPtr> to_launch_;                 // after recovery
  std::map<std::string, SteadyTime> orphans_seen_;  // "<platform>/<instance>/<generation>"
  std::map<std::string, int> health_failures_;
  std::map<std::string, Availability> availability_;  // last poll, by platform
  Counter* restarts_ = nullptr;
  bool closing_ = false;
};

}  // namespace draas::core
