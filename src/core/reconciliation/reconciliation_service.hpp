#pragma once
// What the control plane keeps for reconciliation: who the workers are and who looks after which instance, what they
// need to know and what was asked of them, and what they did. The reconciling itself is the workers' business; they are
// clients of the REST API and keep nothing.
//
// Threads: members that return a Task may be awaited from any loop; they work on the control loop and resume the caller
// on its own. What they change is durable before they complete. Answers are JSON as the REST API shows it.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "core/control_plane.hpp"
#include "core/reconciliation/approval.hpp"
#include "core/reconciliation/lease_table.hpp"
#include "core/reconciliation/request_book.hpp"
#include "core/reconciliation/rollout.hpp"
#include "net/task.hpp"

namespace draas::core {

class ConfigurationService;
class Ledger;
class Supervisor;

struct FleetQuery {
  std::string since;                  // a version that an earlier answer gave; "" = everything
  std::chrono::milliseconds wait{0};  // for something new
  bool observe = false;               // look at the running servers first
  std::string worker;                 // only its shards; "" = all
};

struct FleetAnswer {
  std::string version;
  bool reset = false;                // these are all items; forget what you know
  bool changed = false;              // false: nothing is new since then
  std::string items;                 // JSON objects with commas between them
  std::vector<std::string> removed;  // ids
  std::vector<std::shared_ptr<const std::string>> requests;
  std::string rollouts;  // version of the rollouts
};

// The body of GET fleet.
std::string serialise(const FleetAnswer& answer);

struct WorkerAsk {
  RequestKind kind = RequestKind::Drift;
  std::string instance_id;
  std::string strategy;
  Json parameters = Json::object();
  bool force = false;             // also lifts a hold
  Json details = Json::object();  // change, revisionBefore, rollout: for the worker
  std::chrono::milliseconds wait{10'000};
};

struct ApprovalRequest {
  std::string instance_id;
  std::uint64_t revision = 0;
  std::string strategy;
  std::string reason;
  Json plan = Json::array();
  Json differences = Json::array();
  std::optional<WallTime> expires_at;
  std::optional<Duration> expires_in;  // without either: as the policy says, else a day
};

struct RequestedApproval {
  Json approval;
  bool created = false;  // false: it was there
};

class ReconciliationService {
 public:
  ReconciliationService(net::EventLoop& loop, Ledger& ledger, Supervisor& supervisor,
                        ConfigurationService& configurations, net::WorkerPool& store_readers,
                        const ControlPlaneOptions& options);
  ~ReconciliationService();

  // Reads what is stored. Blocks; once, after the ledger's load() and before anything else.
  Status load();
  // Ends what is under way; on the control loop.
  net::Task<void> close();
  // Ends all waits for something new, now and for good: for the time in which the server drains. Any thread.
  void stop_waiting();

  // --- workers ------------------------------------------------------------------------------------------------------
  net::Task<Result<Json>> renew_lease(Heartbeat heartbeat);
  net::Task<Status> end_lease(std::string worker);
  net::Task<Result<Json>> leases();
  net::Task<Result<Json>> status();
  net::Task<Result<FleetAnswer>> fleet(FleetQuery query);
  // All that a comparison of wanted and actual configuration needs, read now. Conflict for a standby that is not there.
  net::Task<Result<Json>> instance_state(std::string id, bool standby);

  // --- requests -----------------------------------------------------------------------------------------------------
  struct Asked {
    std::string request_id;
    std::optional<WorkerAnswer> answer;  // nullopt: not yet; only for Reconcile
  };
  // Unavailable when no worker lives, DeadlineExceeded when none answered in time; a request to reconcile waits for a
  // worker as long as it takes.
  net::Task<Result<Asked>> ask(WorkerAsk ask, Actor actor);
  net::Task<Result<Json>> request(std::string id);
  // The answer to it, when it comes within `wait`.
  net::Task<Result<Asked>> await_request(std::string id, std::chrono::milliseconds wait);
  net::Task<Result<Json>> answer_request(std::string id, WorkerAnswer answer);

  // --- audit --------------------------------------------------------------------------------------------------------
  net::Task<Result<Json>> add_audit(std::string instance_id, Json entry, Actor actor);
  // Newest first. `instance_id` "" = of all; `before`: only entries with a smaller id, 0 = from the newest.
  net::Task<Result<std::vector<Json>>> audit(std::string instance_id, std::size_t limit, std::uint64_t before);

  // --- policies -----------------------------------------------------------------------------------------------------
  // {own, effective, version}. `instance_id` "" = the fleet's.
  net::Task<Result<Json>> policy(std::string instance_id);
  // nullopt removes it. `if_match` as in HTTP, over the version in quotes.
  net::Task<Result<Json>> set_policy(std::string instance_id, std::optional<Json> policy,
                                     std::optional<std::string> if_match, Actor actor);

  // --- approvals ----------------------------------------------------------------------------------------------------
  // Newest first.
  net::Task<Result<std::vector<Json>>> approvals(std::optional<ApprovalState> state, std::string instance_id);
  net::Task<Result<Json>> approval(std::string id);
  // An approval that still speaks for the revision is given again. Conflict when the revision is not the newest.
  net::Task<Result<RequestedApproval>> request_approval(ApprovalRequest request, Actor actor);
  // Conflict, naming the state, when it cannot become that any more.
  net::Task<Result<Json>> decide_approval(std::string id, ApprovalState next, std::string comment, Actor actor);
  // [any thread] Whoever has the token of an approval may decide it.
  bool is_approval_token(const std::string& id, const std::string& token) const;
  // [any thread] What an event looks like outside: a request for approval carries the token, as nowhere else.
  std::string outgoing_body(const Event& event) const;

  // --- rollouts -----------------------------------------------------------------------------------------------------
  // InvalidArgument, Unprocessable without targets, Conflict when a target is in an unfinished rollout.
  net::Task<Result<Json>> create_rollout(Json body, Actor actor);
  net::Task<Result<std::vector<Json>>> rollouts();  // newest first, without their targets
  net::Task<Result<Json>> rollout(std::string id);
  // Pauses (Paused), resumes (Running) or aborts (Aborted). `if_match` as in HTTP, over the version in quotes.
  net::Task<Result<Json>> move_rollout(std::string id, RolloutState next, std::string reason,
                                       std::optional<std::string> if_match, Actor actor);
  // A worker's progress.
  net::Task<Result<Json>> advance_rollout(std::string id, Json progress, std::optional<std::string> if_match,
                                          Actor actor);
  // Conflict while it is under way.
  net::Task<Status> remove_rollout(std::string id, std::optional<std::string> if_match);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace draas::core
