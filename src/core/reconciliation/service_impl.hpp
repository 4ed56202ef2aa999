#pragma once
// What the parts of ReconciliationService share. Control loop only, unless marked.

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/configuration/configuration_service.hpp"
#include "core/instances/ledger.hpp"
#include "core/instances/supervisor.hpp"
#include "core/reconciliation/approval.hpp"
#include "core/reconciliation/audit_log.hpp"
#include "core/reconciliation/fleet_feed.hpp"
#include "core/reconciliation/lease_table.hpp"
#include "core/reconciliation/observer.hpp"
#include "core/reconciliation/reconciliation_service.hpp"
#include "core/reconciliation/request_book.hpp"
#include "core/reconciliation/rollout.hpp"
#include "core/reconciliation/wake_up.hpp"
#include "core/store/blocking_calls.hpp"
#include "net/calls_under_way.hpp"

namespace draas::core {

class ReconciliationService::Impl {
 public:
  Impl(net::EventLoop& loop, Ledger& control_ledger, Supervisor& control_supervisor,
       ConfigurationService& configuration_service, net::WorkerPool& store_readers,
       const ControlPlaneOptions& control_options);

  // [any loop] Runs `work()` on the control loop and resumes the caller on its own.
  template <class T, class Work>
  net::Task<T> on_control(Work work) {
    std::function<net::Task<T>()> task = [this, work = std::move(work)]() -> net::Task<T> {
      const net::CallsUnderWay::Guard counted(calls);
      if (closed) co_return fail(ErrorCode::Cancelled, "The control plane is shutting down");
      co_return co_await work();
    };
    co_return co_await net::run_on<T>(executor, std::move(task));
  }

  Status load();
  net::Task<void> close();

  // --- feed (fleet.cpp) ---
  void take_entry(const EntryPtr& entry);  // after every change of an instance
  std::string version_text(std::uint64_t version) const { return epoch + "-" + std::to_string(version); }
  void notice();  // something new is in the feed
  std::string options_mark(const Entry& entry) const;
  net::Task<Result<FleetAnswer>> fleet(FleetQuery query);
  net::Task<void> observe(ShardSet shards);
  ShardSet shards_for(const std::string& worker) const;

  // --- leases (leases.cpp) ---
  Status load_leases();
  net::Task<Result<Json>> renew(Heartbeat heartbeat);
  net::Task<Status> end_lease(std::string worker);
  net::Task<Status> expire_leases();
  Json leases_json() const;
  Json status_json() const;

  // --- requests (requests.cpp) ---
  Status load_requests();
  net::Task<Result<Asked>> ask(WorkerAsk ask, Actor actor);
  net::Task<Result<Asked>> wait_for_answer(std::string id, SteadyTime deadline);
  net::Task<Result<Json>> answer_request(std::string id, WorkerAnswer answer);

  // --- audit (audit.cpp) ---
  net::Task<Result<Json>> add_audit(std::string instance_id, Json entry, Actor actor);
  net::Task<Result<std::vector<Json>>> audit(std::string instance_id, std::size_t limit, std::uint64_t before);

  // --- policies (policies.cpp) ---
  Status load_policies();
  const Json& own_policy(const std::string& id) const;  // "" = the fleet's
  Json policy_for(const std::string& id) const;         // own over the fleet's
  Json policy_json(const std::string& id) const;
  std::uint64_t policy_version(const std::string& id) const;
  net::Task<Result<Json>> store_policy(std::string id, std::optional<Json> body, std::optional<std::string> if_match,
                                       Actor actor);
  void renew_items(const std::string& id);  // after a change of policy or approvals; "" = of all

  // --- approvals (approvals.cpp) ---
  Status load_approvals();
  net::Task<Result<RequestedApproval>> request_approval(ApprovalRequest request, Actor actor);
  net::Task<Result<Json>> decide_approval(std::string id, ApprovalState next, std::string comment, Actor actor);
  net::Task<void> settle_approvals(std::string instance_id);  // supersedes and expires what is due
  net::Task<void> watch_approvals();
  bool has_pending_approval(const std::string& instance_id) const;
  bool is_superseded(const std::string& instance_id, std::uint64_t newest_revision) const;  // one of its approvals
  std::string approval_token(const std::string& id) const;
  net::Task<Status> store_approval(Approval approval, std::optional<EventType> event, std::string source);
  std::vector<std::string> approvals_to_forget() const;
  void forget_approvals(const std::string& instance_id);

  // --- rollouts (rollouts.cpp) ---
  Status load_rollouts();
  Result<std::vector<EntryPtr>> rollout_targets(const RolloutPlan& plan) const;
  Result<const Rollout*> find_rollout(const std::string& id, const std::optional<std::string>& if_match) const;
  net::Task<Result<Json>> create_rollout(RolloutPlan plan, Actor actor);
  net::Task<Result<Json>> move_rollout(std::string id, RolloutState next, std::string reason,
                                       std::optional<std::string> if_match, Actor actor);
  net::Task<Result<Json>> advance_rollout(std::string id, Json body, std::optional<std::string> if_match, Actor actor);
  net::Task<Status> remove_rollout(std::string id, std::optional<std::string> if_match);
  net::Task<Result<Json>> store_rollout(Rollout next, std::vector<std::size_t> places, std::string source);
  static void erase_rollout(const Rollout& rollout, Batch& batch);
  void notice_rollouts();

  // --- state (instance_state.cpp) ---
  net::Task<Result<Json>> instance_state(std::string id, bool standby);

  // Of what is written to the store when an instance is deleted.
  std::vector<Write> erased_with(const std::string& id) const;

  const net::Executor executor;
  Ledger& ledger;
  Supervisor& supervisor;
  ConfigurationService& configurations;
  net::WorkerPool& readers;
  const ControlPlaneOptions& options;
  const std::string epoch;  // of this start: versions of another one mean nothing

  FleetFeed feed;
  WakeUp changed;  // the feed, or an answer to a request
  struct Look {
    SteadyTime at{};
    bool under_way = false;
  };
  std::map<std::string, Look> looks;  // by instance: when its server was last looked at
  Observer observer;
  WakeUp observed;

  LeaseTable lease_table;
  net::AsyncMutex lease_lock;                           // one heartbeat at a time, stored before the next
  std::map<std::string, std::uint64_t> shards_changed;  // by worker: version at which its shards last changed
  RequestBook request_book;
  AuditLog audit_log;

  std::map<std::string, Rollout> rollouts;  // by id, which is by age
  net::AsyncMutex rollout_lock;
  std::uint64_t rollouts_version = 0;  // of the feed, when a user last changed one

  struct StoredPolicy {
    Json own = Json::object();
    std::uint64_t version = 0;
  };
  std::map<std::string, StoredPolicy> policies;  // by instance; "" = the fleet's
  net::AsyncMutex policy_lock;
  std::map<std::string, std::uint64_t> policy_marks;  // by instance: version of the last change that concerns it

  std::map<std::string, Approval> approvals;
  std::map<std::string, std::vector<std::string>> approvals_of;  // by instance, oldest first
  net::AsyncMutex approval_lock;
  WakeUp approvals_changed;
  std::string approval_key;  // makes the tokens

  net::TaskGroup tasks;
  net::CallsUnderWay calls;
  bool closed = false;
};

}  // namespace draas::core
