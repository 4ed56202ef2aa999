// ControlPlane: the active workload of an instance and the standby beside it.

#include "core/control_plane_impl.hpp"
#include "core/instances/workloads_view.hpp"

namespace draas::core {

Json ControlPlane::Impl::workloads_of(const Entry& entry) const {
  auto traffic_of = [&](const WorkloadRecord& workload) {
    const TrafficDirector::Totals totals = traffic.totals(entry.instance.id, workload.generation);
    return WorkloadTraffic{traffic.under_way(entry.instance.id, workload.generation), totals.total, totals.errors};
  };
  WorkloadsTraffic counts{.active = traffic_of(entry.runtime), .standby = {}};
  if (entry.runtime.standby) counts.standby = traffic_of(*entry.runtime.standby);
  return workloads_to_json(entry.instance, entry.runtime, counts);
}

net::Task<Result<Json>> ControlPlane::workloads(std::string id) {
  auto work = [impl = impl_.get()](EntryPtr entry) -> net::Task<Result<Json>> { co_return impl->workloads_of(*entry); };
  co_return co_await on_instance<Result<Json>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<StandbyResult>> ControlPlane::start_standby(std::string id, StandbyOptions options, Actor actor) {
  auto work = [impl = impl_.get(), options = std::move(options),
               actor = std::move(actor)](EntryPtr entry) -> net::Task<Result<StandbyResult>> {
    Supervisor::StandbyStart start{
        .platform = options.platform.value_or(""), .owner = options.owner, .wait = options.wait};
    if (options.revision) {
      Result<Revision> revision = co_await impl->configurations.revision(entry, *options.revision);
      if (!revision) co_return std::unexpected(std::move(revision.error()));
      start.revision = revision->number;
      start.configuration = Json::parse(*revision->configuration);
    }
    Result<bool> running = co_await impl->supervisor.start_standby(entry, std::move(start), actor);
    if (!running) co_return std::unexpected(std::move(running.error()));
    co_return StandbyResult{impl->workloads_of(*entry), *running};
  };
  co_return co_await on_instance<Result<StandbyResult>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Status> ControlPlane::remove_standby(std::string id, std::chrono::milliseconds drain, Actor actor) {
  auto work = [impl = impl_.get(), drain, actor = std::move(actor)](EntryPtr entry) {
    return impl->supervisor.remove_standby(std::move(entry), drain, actor);
  };
  co_return co_await on_instance<Status>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<Json>> ControlPlane::promote_standby(std::string id, Actor actor) {
  auto work = [impl = impl_.get(), actor = std::move(actor)](EntryPtr entry) -> net::Task<Result<Json>> {
    Status promoted = co_await impl->supervisor.promote_standby(entry, actor);
    if (!promoted) co_return std::unexpected(std::move(promoted.error()));
    co_return impl->workloads_of(*entry);
  };
  co_return co_await on_instance<Result<Json>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<Json>> ControlPlane::set_traffic(std::string id, unsigned standby_percent, Actor actor) {
  auto work = [impl = impl_.get(), standby_percent,
               actor = std::move(actor)](EntryPtr entry) -> net::Task<Result<Json>> {
    Status set = co_await impl->supervisor.set_traffic(entry, standby_percent, actor);
    if (!set) co_return std::unexpected(std::move(set.error()));
    co_return impl->workloads_of(*entry);
  };
  co_return co_await on_instance<Result<Json>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<Json>> ControlPlane::standby_configuration(std::string id) {
  auto work = [impl = impl_.get()](EntryPtr entry) { return impl->supervisor.standby_configuration(std::move(entry)); };
  co_return co_await on_instance<Result<Json>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<ProxyTarget>> ControlPlane::proxy_target(std::string id, ProxyTo to) {
  auto work = [impl = impl_.get(), to](EntryPtr entry) -> net::Task<Result<ProxyTarget>> {
    if (to == ProxyTo::ByWeight) co_return impl->traffic.next(entry->instance.id);
    const bool standby = to == ProxyTo::Standby;
    Result<net::Endpoint> endpoint =
        standby ? impl->supervisor.standby_endpoint(*entry) : impl->supervisor.endpoint(*entry);
    if (!endpoint) co_return std::unexpected(std::move(endpoint.error()));
    const std::uint64_t generation = standby ? entry->runtime.standby->generation : entry->runtime.generation;
    co_return impl->traffic.claim(entry->instance.id, generation, std::move(*endpoint));
  };
  co_return co_await on_instance<Result<ProxyTarget>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Result<InstanceViewPtr>> ControlPlane::set_applied_revision(std::string id, std::uint64_t revision,
                                                                      std::uint64_t generation, Actor actor) {
  auto work = [impl = impl_.get(), revision, generation,
               actor = std::move(actor)](EntryPtr entry) -> net::Task<Result<InstanceViewPtr>> {
    Result<Revision> applied = co_await impl->configurations.revision(entry, revision);
    if (!applied) {
      Error error = std::move(applied.error());
      if (error.code == ErrorCode::NotFound) error.code = ErrorCode::Conflict;
      co_return std::unexpected(std::move(error));
    }
    Json configuration = Json::parse(*applied->configuration);
    Status set =
        co_await impl->supervisor.set_applied_revision(entry, revision, generation, std::move(configuration), actor);
    if (!set) co_return std::unexpected(std::move(set.error()));
    co_return entry->view;
  };
  co_return co_await on_instance<Result<InstanceViewPtr>>(loop_, *impl_, std::move(id), std::move(work));
}

net::Task<Status> ControlPlane::record_judgement(std::string id, Judgement judgement) {
  auto work = [impl = impl_.get(), judgement = std::move(judgement)](EntryPtr entry) -> net::Task<Status> {
    co_return co_await impl->ledger.change(entry, [&](Change& change) -> Status {
      apply(judgement, change.edit_runtime());
      change.report_update = true;
      return {};
    });
  };
  co_return co_await on_instance<Status>(loop_, *impl_, std::move(id), std::move(work));
}

}  // namespace draas::core
