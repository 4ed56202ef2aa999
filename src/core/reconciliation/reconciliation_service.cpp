#include "core/reconciliation/reconciliation_service.hpp"

#include "base/id.hpp"
#include "core/reconciliation/collections.hpp"
#include "core/reconciliation/service_impl.hpp"

namespace draas::core {
namespace {

constexpr std::size_t kEpochBytes = 6;

}  // namespace

ReconciliationService::Impl::Impl(net::EventLoop& loop, Ledger& control_ledger, Supervisor& control_supervisor,
                                  ConfigurationService& configuration_service, net::WorkerPool& store_readers,
                                  const ControlPlaneOptions& control_options)
    : executor(loop.executor()),
      ledger(control_ledger),
      supervisor(control_supervisor),
      configurations(configuration_service),
      readers(store_readers),
      options(control_options),
      epoch(random_hex(kEpochBytes)),
      changed(executor),
      observed(executor),
      lease_lock(executor),
      rollout_lock(executor),
      policy_lock(executor),
      approval_lock(executor),
      approvals_changed(executor),
      tasks(executor),
      calls(executor) {}

Status ReconciliationService::Impl::load() {
  if (Status loaded = load_leases(); !loaded) return loaded;
  if (Status loaded = load_requests(); !loaded) return loaded;
  if (Status loaded = audit_log.load(ledger.store()); !loaded) return loaded;
  if (Status loaded = load_rollouts(); !loaded) return loaded;
  if (Status loaded = load_policies(); !loaded) return loaded;
  if (Status loaded = load_approvals(); !loaded) return loaded;
  for (const EntryPtr& entry : ledger.all()) take_entry(entry);
  ledger.add_change_listener([this](const EntryPtr& entry) { take_entry(entry); });
  ledger.set_erase_companion([this](const std::string& id) { return erased_with(id); });
  net::asio::post(executor, [this] { tasks.spawn("approvals", [this] { return watch_approvals(); }); });
  return {};
}

std::vector<Write> ReconciliationService::Impl::erased_with(const std::string& id) const {
  std::vector<Write> writes;
  for (const WorkerRequest* request : request_book.open(ShardSet().set(), 0)) {
    if (request->instance_id != id || request->kind != RequestKind::Reconcile) continue;
    writes.push_back(Write::erase(std::string(collections::kRequests), request->id));
  }
  if (policies.contains(id)) writes.push_back(Write::erase(std::string(collections::kPolicies), id));
  if (auto own = approvals_of.find(id); own != approvals_of.end()) {
    for (const std::string& approval : own->second) {
      writes.push_back(Write::erase(std::string(collections::kApprovals), approval));
    }
  }
  return writes;
}

net::Task<void> ReconciliationService::Impl::close() {
  closed = true;
  changed.close();
  approvals_changed.close();
  co_await observer.close();
  observed.close();
  co_await tasks.close();
  co_await calls.wait();
}

ReconciliationService::ReconciliationService(net::EventLoop& loop, Ledger& ledger, Supervisor& supervisor,
                                             ConfigurationService& configurations, net::WorkerPool& store_readers,
                                             const ControlPlaneOptions& options)
    : impl_(std::make_unique<Impl>(loop, ledger, supervisor, configurations, store_readers, options)) {}

ReconciliationService::~ReconciliationService() = default;

Status ReconciliationService::load() { return impl_->load(); }

net::Task<void> ReconciliationService::close() { return impl_->close(); }

void ReconciliationService::stop_waiting() {
  net::asio::post(impl_->executor, [impl = impl_.get()] { impl->changed.close(); });
}

net::Task<Result<Json>> ReconciliationService::renew_lease(Heartbeat heartbeat) {
  auto work = [impl = impl_.get(), heartbeat = std::move(heartbeat)] { return impl->renew(heartbeat); };
  return impl_->on_control<Result<Json>>(std::move(work));
}

net::Task<Status> ReconciliationService::end_lease(std::string worker) {
  auto work = [impl = impl_.get(), worker = std::move(worker)] { return impl->end_lease(worker); };
  return impl_->on_control<Status>(std::move(work));
}

net::Task<Result<Json>> ReconciliationService::leases() {
  auto work = [impl = impl_.get()]() -> net::Task<Result<Json>> {
    Status expired = co_await impl->expire_leases();
    if (!expired) co_return std::unexpected(std::move(expired.error()));
    co_return impl->leases_json();
  };
  return impl_->on_control<Result<Json>>(std::move(work));
}

net::Task<Result<Json>> ReconciliationService::status() {
  auto work = [impl = impl_.get()]() -> net::Task<Result<Json>> {
    Status expired = co_await impl->expire_leases();
    if (!expired) co_return std::unexpected(std::move(expired.error()));
    co_return impl->status_json();
  };
  return impl_->on_control<Result<Json>>(std::move(work));
}

net::Task<Result<FleetAnswer>> ReconciliationService::fleet(FleetQuery query) {
  auto work = [impl = impl_.get(), query = std::move(query)] { return impl->fleet(query); };
  return impl_->on_control<Result<FleetAnswer>>(std::move(work));
}

net::Task<Result<Json>> ReconciliationService::instance_state(std::string id, bool standby) {
  auto work = [impl = impl_.get(), id = std::move(id), standby] { return impl->instance_state(id, standby); };
  return impl_->on_control<Result<Json>>(std::move(work));
}

net::Task<Result<ReconciliationService::Asked>> ReconciliationService::ask(WorkerAsk ask, Actor actor) {
  auto work = [impl = impl_.get(), ask = std::move(ask), actor = std::move(actor)] { return impl->ask(ask, actor); };
  return impl_->on_control<Result<Asked>>(std::move(work));
}

net::Task<Result<Json>> ReconciliationService::request(std::string id) {
  auto work = [impl = impl_.get(), id = std::move(id)]() -> net::Task<Result<Json>> {
    const WorkerRequest* found = impl->request_book.find(id);
    if (found == nullptr) co_return fail(ErrorCode::NotFound, "Request '" + id + "' not found");
    co_return core::status_json(*found);
  };
  return impl_->on_control<Result<Json>>(std::move(work));
}

net::Task<Result<ReconciliationService::Asked>> ReconciliationService::await_request(std::string id,
                                                                                     std::chrono::milliseconds wait) {
  auto work = [impl = impl_.get(), id = std::move(id), wait] {
    return impl->wait_for_answer(id, std::chrono::steady_clock::now() + wait);
  };
  return impl_->on_control<Result<Asked>>(std::move(work));
}

net::Task<Result<Json>> ReconciliationService::answer_request(std::string id, WorkerAnswer answer) {
  auto work = [impl = impl_.get(), id = std::move(id), answer = std::move(answer)] {
    return impl->answer_request(id, answer);
  };
  return impl_->on_control<Result<Json>>(std::move(work));
}

net::Task<Result<Json>> ReconciliationService::add_audit(std::string instance_id, Json entry, Actor actor) {
  auto work = [impl = impl_.get(), instance_id = std::move(instance_id), entry = std::move(entry),
               actor = std::move(actor)] { return impl->add_audit(instance_id, entry, actor); };
  return impl_->on_control<Result<Json>>(std::move(work));
}

net::Task<Result<std::vector<Json>>> ReconciliationService::audit(std::string instance_id, std::size_t limit,
                                                                  std::uint64_t before) {
  auto work = [impl = impl_.get(), instance_id = std::move(instance_id), limit, before] {
    return impl->audit(instance_id, limit, before);
  };
  return impl_->on_control<Result<std::vector<Json>>>(std::move(work));
}

net::Task<Result<Json>> ReconciliationService::policy(std::string instance_id) {
  auto work = [impl = impl_.get(), id = std::move(instance_id)]() -> net::Task<Result<Json>> {
    if (!id.empty()) {
      Result<EntryPtr> entry = impl->ledger.require(id);
      if (!entry) co_return std::unexpected(std::move(entry.error()));
    }
    co_return impl->policy_json(id);
  };
  return impl_->on_control<Result<Json>>(std::move(work));
}

net::Task<Result<Json>> ReconciliationService::set_policy(std::string instance_id, std::optional<Json> policy,
                                                          std::optional<std::string> if_match, Actor actor) {
  auto work = [impl = impl_.get(), id = std::move(instance_id), policy = std::move(policy),
               if_match = std::move(if_match),
               actor = std::move(actor)] { return impl->store_policy(id, policy, if_match, actor); };
  return impl_->on_control<Result<Json>>(std::move(work));
}

net::Task<Result<std::vector<Json>>> ReconciliationService::approvals(std::optional<ApprovalState> state,
                                                                      std::string instance_id) {
  auto work = [impl = impl_.get(), state, id = std::move(instance_id)]() -> net::Task<Result<std::vector<Json>>> {
    std::string all_instances;
    co_await impl->settle_approvals(std::move(all_instances));
    std::vector<Json> found;
    for (auto approval = impl->approvals.rbegin(); approval != impl->approvals.rend(); ++approval) {
      if (state && approval->second.state != *state) continue;
      if (!id.empty() && approval->second.instance_id != id) continue;
      found.push_back(core::to_json(approval->second));
    }
    co_return found;
  };
  return impl_->on_control<Result<std::vector<Json>>>(std::move(work));
}

net::Task<Result<Json>> ReconciliationService::approval(std::string id) {
  auto work = [impl = impl_.get(), id = std::move(id)]() -> net::Task<Result<Json>> {
    std::string all_instances;
    co_await impl->settle_approvals(std::move(all_instances));
    auto found = impl->approvals.find(id);
    if (found == impl->approvals.end()) co_return fail(ErrorCode::NotFound, "Approval '" + id + "' not found");
    co_return core::to_json(found->second);
  };
  return impl_->on_control<Result<Json>>(std::move(work));
}

net::Task<Result<RequestedApproval>> ReconciliationService::request_approval(ApprovalRequest request, Actor actor) {
  auto work = [impl = impl_.get(), request = std::move(request), actor = std::move(actor)] {
    return impl->request_approval(request, actor);
  };
  return impl_->on_control<Result<RequestedApproval>>(std::move(work));
}

net::Task<Result<Json>> ReconciliationService::decide_approval(std::string id, ApprovalState next, std::string comment,
                                                               Actor actor) {
  auto work = [impl = impl_.get(), id = std::move(id), next, comment = std::move(comment), actor = std::move(actor)] {
    return impl->decide_approval(id, next, comment, actor);
  };
  return impl_->on_control<Result<Json>>(std::move(work));
}

bool ReconciliationService::is_approval_token(const std::string& id, const std::string& token) const {
  return equal_in_constant_time(impl_->approval_token(id), token);
}

std::string ReconciliationService::outgoing_body(const Event& event) const {
  auto approval = event.metadata.find("ApprovalId");
  if (event.type != EventType::ApprovalRequested || approval == event.metadata.end()) return *event.json;
  Json body = Json::parse(*event.json);
  const std::string token = impl_->approval_token(approval->second);
  const std::string path = "/api/reconciliation/approvals/" + approval->second;
  body["token"] = token;
  body["approve"] = path + "/approve?token=" + token;
  body["reject"] = path + "/reject?token=" + token;
  return to_text(body);
}

net::Task<Result<Json>> ReconciliationService::create_rollout(Json body, Actor actor) {
  auto work = [impl = impl_.get(), body = std::move(body), actor = std::move(actor)]() -> net::Task<Result<Json>> {
    Result<RolloutPlan> plan = read_rollout_plan(body);
    if (!plan) co_return std::unexpected(std::move(plan.error()));
    co_return co_await impl->create_rollout(std::move(*plan), actor);
  };
  return impl_->on_control<Result<Json>>(std::move(work));
}

net::Task<Result<std::vector<Json>>> ReconciliationService::rollouts() {
  auto work = [impl = impl_.get()]() -> net::Task<Result<std::vector<Json>>> {
    std::vector<Json> found;
    for (auto rollout = impl->rollouts.rbegin(); rollout != impl->rollouts.rend(); ++rollout) {
      found.push_back(summary_json(rollout->second));
    }
    co_return found;
  };
  return impl_->on_control<Result<std::vector<Json>>>(std::move(work));
}

net::Task<Result<Json>> ReconciliationService::rollout(std::string id) {
  auto work = [impl = impl_.get(), id = std::move(id)]() -> net::Task<Result<Json>> {
    Result<const Rollout*> found = impl->find_rollout(id, std::nullopt);
    if (!found) co_return std::unexpected(std::move(found.error()));
    co_return core::to_json(**found);
  };
  return impl_->on_control<Result<Json>>(std::move(work));
}

net::Task<Result<Json>> ReconciliationService::move_rollout(std::string id, RolloutState next, std::string reason,
                                                            std::optional<std::string> if_match, Actor actor) {
  auto work = [impl = impl_.get(), id = std::move(id), next, reason = std::move(reason), if_match = std::move(if_match),
               actor = std::move(actor)] { return impl->move_rollout(id, next, reason, if_match, actor); };
  return impl_->on_control<Result<Json>>(std::move(work));
}

net::Task<Result<Json>> ReconciliationService::advance_rollout(std::string id, Json progress,
                                                               std::optional<std::string> if_match, Actor actor) {
  auto work = [impl = impl_.get(), id = std::move(id), progress = std::move(progress), if_match = std::move(if_match),
               actor = std::move(actor)] { return impl->advance_rollout(id, progress, if_match, actor); };
  return impl_->on_control<Result<Json>>(std::move(work));
}

net::Task<Status> ReconciliationService::remove_rollout(std::string id, std::optional<std::string> if_match) {
  auto work = [impl = impl_.get(), id = std::move(id), if_match = std::move(if_match)] {
    return impl->remove_rollout(id, if_match);
  };
  return impl_->on_control<Status>(std::move(work));
}

}  // namespace draas::core
