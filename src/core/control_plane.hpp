#pragma once
// The control plane as a library: the one object that owns all instances.
//
//   net::EventLoop loop("control");
//   core::ControlPlane control_plane(loop, options, store, {make_process_platform(...)});
//   auto opened = control_plane.open();            // loads, adopts what runs, sweeps orphans
//   auto created = control_plane.wait(control_plane.create(request));
//
// Threads: one control loop owns the mutable state. Members marked [any thread] read immutable snapshots. The others
// return a Task that hops to the control loop by itself and resumes the caller on its own loop, so they may be awaited
// from any loop. Operations on one instance are serialised; on different instances they overlap. Every change is
// durable before its task completes.

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/use_future.hpp>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/metrics.hpp"
#include "core/events/event_bus.hpp"
#include "core/events/event_log.hpp"
#include "core/instances/catalogue.hpp"
#include "core/model/event.hpp"
#include "core/model/instance.hpp"
#include "core/model/revision.hpp"
#include "core/options.hpp"
#include "core/platform/platform.hpp"
#include "core/store/store.hpp"
#include "core/traffic/traffic_director.hpp"
#include "drasi/configuration.hpp"
#include "net/task.hpp"

namespace draas::core {

// Who asks, for revisions, events and logs.
struct Actor {
  std::string name = "anonymous";
  std::string source = "ControlPlane";  // source of the events that the call causes
  std::string request_id;
};

struct CreateRequest {
  std::optional<std::string> id;  // else a new UUID
  std::string name;               // empty with an id given: the id
  std::string description;
  std::optional<std::string> platform;  // any case; else the default
  Metadata metadata;
  std::optional<RestartPolicy> restart_policy;
  std::optional<DesiredState> desired_state;
  ResourceLimits limits;
  Json platform_options;
  std::optional<FrontPortWish> front_port;
  // serverConfiguration: taken literally; a port that is not free is a Conflict.
  std::optional<std::string> host;
  std::optional<std::uint16_t> port;
  std::optional<std::string> log_level;
  // A drasi-server configuration in any accepted spelling; null = empty. Its own `port` is a wish: when it is taken
  // another is allocated and `warnings` says so.
  Json configuration;
  bool start = false;
  std::string idempotency_key;  // the same key and request gives the same instance again
};

struct Created {
  InstanceViewPtr instance;
  Json configuration;                 // API form
  std::vector<std::string> warnings;  // from validation and allocation
  bool replayed = false;              // found by its idempotency key
};

struct InstanceChange {
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<Metadata> metadata;                                                  // replaces all
  std::vector<std::pair<std::string, std::optional<std::string>>> metadata_changes;  // nullopt removes
  std::optional<std::optional<RestartPolicy>> restart_policy;  // inner nullopt: back to the default
  std::optional<DesiredState> desired_state;                   // starts or stops
  std::optional<ResourceLimits> limits;                        // from the next start
  std::optional<Json> platform_options;
  std::optional<FrontPortWish> front_port;  // neither port nor automatic: none any more
};

struct StartOptions {
  // One-shot configuration (C17): runs instead of the stored one, which stays; with `persist` it is stored first.
  std::optional<Json> configuration;
  bool persist = false;
  std::chrono::milliseconds wait{10'000};  // for Running or a failure; 0 = return once the workload is started
  // For restart(): where the instance runs from now on, and how long to pause between stop and start.
  std::optional<std::string> platform;
  std::chrono::milliseconds delay{0};
};

struct StandbyOptions {
  std::optional<std::uint64_t> revision;   // else the newest
  std::optional<std::string> platform;     // else the instance's
  std::string owner;                       // who sees to its end; "" = a user
  std::chrono::milliseconds wait{10'000};  // for Running or a failure
};

struct StandbyResult {
  Json workloads;        // as workloads() gives them
  bool running = false;  // false: still Starting
};

struct OperationResult {
  InstanceViewPtr instance;
  Json runtime;          // its last known runtime status
  bool changed = false;  // false: it was already so
  std::string message;   // the sentence for people
};

struct ConfigurationResult {
  InstanceViewPtr instance;
  std::uint64_t revision = 0;
  Json configuration;  // API form
  std::vector<std::string> warnings;
  bool changed = false;    // false: equal to the newest revision; none was written
  bool converged = false;  // the running server has it (or nothing runs)
};

// Why an earlier revision becomes the newest again.
struct RollbackReason {
  std::string text;                   // for the description of the new revision
  std::uint64_t failed_revision = 0;  // is held from now on; 0 = none
};

struct BulkItem {
  std::string id;
  Status status;
};

struct StatusReport {
  std::string instance_id;
  InstanceStatus status = InstanceStatus::Created;
  std::string source;
  std::map<std::string, std::string> metadata;
  // Of the workload that is meant. What is told of one that was replaced changes nothing; of one that is starting, or
  // whose end is known already, only the metadata.
  std::optional<std::uint64_t> generation;
};

struct PlatformInfo {
  std::string name;
  Availability availability;
  bool is_default = false;
  std::string monitoring;
  std::size_t instances = 0;
};

class ReconciliationService;
class WebhookService;

class ControlPlane {
 public:
  // `loop` must be started by the caller and outlive this object, as must `store` and `metrics` (may be null).
  ControlPlane(net::EventLoop& loop, ControlPlaneOptions options, Store& store,
               std::vector<std::unique_ptr<Platform>> platforms, Metrics* metrics = nullptr,
               Clock& clock = system_clock());
  ~ControlPlane();

  // Loads everything, adopts what still runs, applies desired states. Blocks. Call once, before anything else.
  Status open();
  // Ends supervision and closes platforms; workloads keep running. Blocks. Idempotent.
  void close();

  // Runs a task of this class to its end from a thread that is not a loop. Blocks.
  template <class T>
  T wait(net::Task<T> task) {
    return net::asio::co_spawn(loop_.executor(), std::move(task), net::asio::use_future).get();
  }

  // --- reading [any thread] -----------------------------------------------------------------------------------------
  CataloguePtr catalogue() const;
  EventBus& events();
  const EventLog& event_log() const;  // the events that the store keeps
  StoreHealth health() const;         // of the store, and whether open() is finished
  const std::string& id() const;      // of this control plane, kept in the store
  const ControlPlaneOptions& options() const;

  // --- instances ----------------------------------------------------------------------------------------------------
  net::Task<Result<Created>> create(CreateRequest request, Actor actor);
  net::Task<Result<InstanceViewPtr>> update(std::string id, InstanceChange change, std::optional<std::string> if_match,
                                            Actor actor);
  // Stops it first. `keep_data` leaves working directory and logs.
  net::Task<Status> remove(std::string id, bool keep_data, std::optional<std::string> if_match, Actor actor);
  net::Task<Result<OperationResult>> start(std::string id, StartOptions options, Actor actor);
  // `wait` 0: returns once the stop is under way.
  net::Task<Result<OperationResult>> stop(std::string id, std::chrono::milliseconds wait, Actor actor);
  net::Task<Result<OperationResult>> restart(std::string id, StartOptions options, Actor actor);
  // By hand (R5) or from daemons (R16). The same status as before only refreshes the metadata (C20).
  net::Task<Result<InstanceViewPtr>> report_status(StatusReport report, Actor actor);
  // All in one commit; one status per report, in order.
  net::Task<std::vector<Status>> report_statuses(std::vector<StatusReport> reports, Actor actor);
  // Fresh: with usage, and the components' states when it runs.
  net::Task<Result<Json>> runtime_status(std::string id);
  // The same from the records alone, without asking the workload.
  net::Task<Result<Json>> last_known_status(std::string id);
  enum class BulkOperation { Start, Stop, Restart, Delete };
  net::Task<std::vector<BulkItem>> bulk(BulkOperation operation, ListFilter filter, Actor actor);
  net::Task<std::vector<PlatformInfo>> platforms();

  // --- configuration ------------------------------------------------------------------------------------------------
  // Reading the newest one: InstanceView::configuration.
  net::Task<Result<ConfigurationResult>> replace_configuration(std::string id, Json configuration,
                                                               std::optional<std::string> if_match, Actor actor);
  // An array is a JSON Patch, an object a merge patch. With `wait`, returns when converged or after that time.
  net::Task<Result<ConfigurationResult>> patch_configuration(std::string id, Json patch,
                                                             std::optional<std::string> if_match,
                                                             std::chrono::milliseconds wait, Actor actor);
  // To an empty one; host, port and log level stay.
  net::Task<Result<ConfigurationResult>> purge_configuration(std::string id, std::optional<std::string> if_match,
                                                             Actor actor);
  net::Task<Result<ConfigurationResult>> rollback(std::string id, std::uint64_t revision,
                                                  std::optional<std::string> if_match, Actor actor,
                                                  RollbackReason why = {});
  // host, port and logLevel alone; only these three may be touched.
  net::Task<Result<ConfigurationResult>> patch_server_settings(std::string id, Json patch,
                                                               std::optional<std::string> if_match, Actor actor);
  net::Task<Result<Json>> server_settings(std::string id);  // {host, port, logLevel}
  // What `configuration` would do if it were stored for `id` ("" = no instance): findings, nothing changes.
  net::Task<Result<std::vector<drasi::Finding>>> validate(std::string id, Json configuration);
  // Newest first.
  net::Task<Result<std::vector<Revision>>> revisions(std::string id, std::size_t limit, std::uint64_t before);
  net::Task<Result<Revision>> revision(std::string id, std::uint64_t number);

  // --- the running server -------------------------------------------------------------------------------------------
  net::Task<Result<std::unique_ptr<LogReader>>> logs(std::string id, LogQuery query);
  // Where its API answers now. Conflict when it does not run.
  net::Task<Result<net::Endpoint>> endpoint(std::string id);
  net::Task<Result<Json>> actual_configuration(std::string id);

  // --- workloads: the active one and the standby beside it -----------------------------------------------------------
  // Both with their traffic and connections.
  net::Task<Result<Json>> workloads(std::string id);
  // Starts a second workload of the instance beside the active one. Conflict when there is one or the instance does not
  // run; Unprocessable, with faults, when two cannot run side by side or when it did not become ready.
  net::Task<Result<StandbyResult>> start_standby(std::string id, StandbyOptions options, Actor actor);
  // Takes its traffic away, waits up to `drain` for what it is busy with, then ends it. Success when there is none.
  net::Task<Status> remove_standby(std::string id, std::chrono::milliseconds drain, Actor actor);
  // Active and standby change places, in one commit. Again, and they are as before. Conflict without a running standby.
  net::Task<Result<Json>> promote_standby(std::string id, Actor actor);
  // Percent of new connections and proxied requests that go to the standby.
  net::Task<Result<Json>> set_traffic(std::string id, unsigned standby_percent, Actor actor);
  net::Task<Result<Json>> standby_configuration(std::string id);
  // Where the next proxied request goes: by the weights, or to one workload by name. Conflict when that does not run.
  enum class ProxyTo { ByWeight, Active, Standby };
  net::Task<Result<ProxyTarget>> proxy_target(std::string id, ProxyTo to);
  // The running server was brought to this revision by live changes. Conflict when `generation` does not run any more
  // or the revision is not known.
  net::Task<Result<InstanceViewPtr>> set_applied_revision(std::string id, std::uint64_t revision,
                                                          std::uint64_t generation, Actor actor);
  // What a reconciler found out about the revisions.
  net::Task<Status> record_judgement(std::string id, Judgement judgement);

  // --- reconciliation -----------------------------------------------------------------------------------------------
  // Leases of workers, what they need to know, and what they did. Lives as long as this object.
  ReconciliationService& reconciliation();
  // Places that are told of events. Lives as long as this object.
  WebhookService& webhooks();

  net::EventLoop& loop() { return loop_; }

 private:
  class Impl;
  net::EventLoop& loop_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace draas::core
