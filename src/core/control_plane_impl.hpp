#pragma once
// What ControlPlane is made of, and how its operations come to the control loop. For core/control_plane*.cpp alone.

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/configuration/configuration_files.hpp"
#include "core/configuration/configuration_service.hpp"
#include "core/control_plane.hpp"
#include "core/instances/instance_service.hpp"
#include "core/instances/ledger.hpp"
#include "core/instances/supervisor.hpp"
#include "core/reconciliation/reconciliation_service.hpp"
#include "core/webhooks/webhook_service.hpp"
#include "net/calls_under_way.hpp"

namespace draas::core {

class ControlPlane::Impl {
 public:
  Impl(net::EventLoop& loop, ControlPlaneOptions control_options, Store& store,
       std::vector<std::unique_ptr<Platform>> platforms, Metrics* metrics, Clock& clock);

  using Operation = net::CallsUnderWay::Guard;

  Json workloads_of(const Entry& entry) const;
  net::Task<Status> bulk_one(BulkOperation operation, EntryPtr entry, Actor actor);
  net::Task<void> bulk_worker(BulkOperation operation,
                              std::shared_ptr<std::deque<std::pair<std::size_t, EntryPtr>>> queue,
                              std::shared_ptr<std::vector<BulkItem>> items, Actor actor);

  const ControlPlaneOptions options;
  net::WorkerPool readers;
  Ledger ledger;
  EventLog event_log;
  TrafficDirector traffic;
  Supervisor supervisor;
  ConfigurationService configurations;
  InstanceService instances;
  ReconciliationService reconciliation;
  WebhookService webhooks;
  std::optional<ConfigurationFiles> files;
  net::CallsUnderWay operations;  // close() waits for them
  std::atomic<bool> ready{false};
  std::atomic<bool> close_called{false};
  bool closed = false;  // control loop only
};

// Runs `work()` on the control loop, counted as an operation, and resumes the caller on its own loop.
template <class T, class Impl, class Work>
net::Task<T> on_control(net::EventLoop& loop, Impl& impl, Work work) {
  std::function<net::Task<T>()> task = [&impl, work = std::move(work)]() -> net::Task<T> {
    const typename Impl::Operation operation(impl.operations);
    if (impl.closed) co_return fail(ErrorCode::Cancelled, "The control plane is shutting down");
    co_return co_await work();
  };
  co_return co_await net::run_on<T>(loop.executor(), std::move(task));
}

// As on_control(), for one instance: `work(entry)`.
template <class T, class Impl, class Work>
net::Task<T> on_instance(net::EventLoop& loop, Impl& impl, std::string id, Work work) {
  auto with_entry = [&impl, id = std::move(id), work = std::move(work)]() -> net::Task<T> {
    Result<EntryPtr> entry = impl.ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    co_return co_await work(*entry);
  };
  co_return co_await on_control<T>(loop, impl, std::move(with_entry));
}

}  // namespace draas::core
