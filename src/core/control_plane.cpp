#include "core/control_plane.hpp"

#include <deque>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_future.hpp>

#include "base/log.hpp"
#include "core/configuration/configuration_files.hpp"
#include "core/configuration/configuration_service.hpp"
#include "core/configuration/document.hpp"
#include "core/configuration/workload.hpp"
#include "core/instances/instance_service.hpp"
#include "core/instances/ledger.hpp"
#include "core/instances/supervisor.hpp"
#include "core/instances/workloads_view.hpp"
#include "core/reconciliation/reconciliation_service.hpp"
#include "core/webhooks/webhook_service.hpp"
#include "net/http_server.hpp"

namespace draas::core {

namespace asio = net::asio;

namespace {

constexpr std::size_t kStoreReaders = 2;
constexpr std::size_t kParallelBulk = 16;
constexpr std::chrono::milliseconds kStopMargin{10'000};  // beyond the shutdown timeout, for the kill

}  // namespace

class ControlPlane::Impl {
 public:
  Impl(net::EventLoop& loop, ControlPlaneOptions control_options, Store& store,
       std::vector<std::unique_ptr<Platform>> platforms, Metrics* metrics, Clock& clock)
      : options(std::move(control_options)),
        readers("store-read", kStoreReaders),
        ledger(loop, store, clock, options),
        event_log(store, readers, ledger.events()),
        traffic(options.front_host),
        supervisor(ledger, options, std::move(platforms), traffic, metrics),
        configurations(ledger, supervisor, readers),
        instances(ledger, supervisor, traffic, options),
        reconciliation(loop, ledger, supervisor, configurations, readers, options),
        webhooks(loop, ledger, event_log, [this](const Event& event) { return reconciliation.outgoing_body(event); }) {
    if (!options.configuration_directory.empty()) {
      files.emplace(options.configuration_directory, loop.executor(), readers);
      ledger.set_configuration_listener([this](const std::string& id, std::shared_ptr<const std::string> text) {
        files->update(id, std::move(text));
      });
    }
  }

  // Counts the operations under way, so that close() can wait for them.
  class Operation {
   public:
    explicit Operation(Impl& impl) : impl_(impl) { ++impl_.operations; }
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    ~Operation() {
      if (--impl_.operations == 0 && impl_.idle) impl_.idle->cancel();
    }

   private:
    Impl& impl_;
  };

  net::Task<void> wait_idle(net::Executor executor) {
    idle.emplace(executor);
    while (operations > 0) {
      idle->expires_after(std::chrono::seconds(1));
      boost::system::error_code ignored;
      auto token = asio::redirect_error(net::use_task, ignored);
      co_await idle->async_wait(token);
    }
    idle.reset();
  }

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
  std::size_t operations = 0;
  std::optional<net::Timer> idle;
  std::atomic<bool> ready{false};
  std::atomic<bool> close_called{false};
  bool closed = false;  // control loop only
};

namespace {

// Runs `work(impl)` on the control loop, counted as an operation, and resumes the caller on its own loop.
template <class T, class Impl, class Work>
net::Task<T> on_control(net::EventLoop& loop, Impl& impl, Work work) {
  std::function<net::Task<T>()> task = [&impl, work = std::move(work)]() -> net::Task<T> {
    const typename Impl::Operation operation(impl);
    if (impl.closed) co_return fail(ErrorCode::Cancelled, "The control plane is shutting down");
    co_return co_await work();
  };
  co_return co_await net::run_on<T>(loop.executor(), std::move(task));
}

}  // namespace

ControlPlane::ControlPlane(net::EventLoop& loop, ControlPlaneOptions options, Store& store,
                           std::vector<std::unique_ptr<Platform>> platforms, Metrics* metrics, Clock& clock)
    : loop_(loop),
      impl_(std::make_unique<Impl>(loop, std::move(options), store, std::move(platforms), metrics, clock)) {}

ControlPlane::~ControlPlane() { close(); }

Status ControlPlane::open() {
  if (impl_->supervisor.find_platform(impl_->options.default_platform) == nullptr) {
    return fail(ErrorCode::InvalidArgument,
                "The default platform '" + impl_->options.default_platform + "' is not one of the platforms");
  }
  if (Status loaded = impl_->ledger.load(); !loaded) return loaded;
  if (Status loaded = impl_->instances.load_template(); !loaded) return loaded;
  if (Status loaded = impl_->reconciliation.load(); !loaded) return loaded;
  if (Status loaded = impl_->webhooks.load(); !loaded) return loaded;
  if (impl_->files) {
    if (Status written = impl_->files->reconcile(impl_->ledger.all()); !written) return written;
  }
  Status recovered = asio::co_spawn(loop_.executor(), impl_->supervisor.recover(), asio::use_future).get();
  impl_->ready.store(recovered.has_value());
  return recovered;
}

void ControlPlane::close() {
  // The loop may have been stopped since the first call.
  if (impl_->close_called.exchange(true)) return;
  auto shut = [this]() -> net::Task<void> {
    impl_->closed = true;
    impl_->ready.store(false);
    impl_->ledger.close();
    co_await impl_->webhooks.close();
    co_await impl_->reconciliation.close();
    co_await impl_->supervisor.close();
    co_await impl_->wait_idle(loop_.executor());
    if (impl_->files) co_await impl_->files->close();
  };
  asio::co_spawn(loop_.executor(), shut(), asio::use_future).get();
  impl_->traffic.close();
}

CataloguePtr ControlPlane::catalogue() const { return impl_->ledger.catalogue(); }
EventBus& ControlPlane::events() { return impl_->ledger.events(); }
const std::string& ControlPlane::id() const { return impl_->ledger.control_plane_id(); }
const ControlPlaneOptions& ControlPlane::options() const { return impl_->options; }
WebhookService& ControlPlane::webhooks() { return impl_->webhooks; }
ReconciliationService& ControlPlane::reconciliation() { return impl_->reconciliation; }

const EventLog& ControlPlane::event_log() const { return impl_->event_log; }

StoreHealth ControlPlane::health() const {
  if (!impl_->ready.load()) return {false, "starting up or shutting down"};
  return impl_->ledger.store().health();
}

// --- instances ------------------------------------------------------------------------------------------------------

net::Task<Result<Created>> ControlPlane::create(CreateRequest request, Actor actor) {
  Result<CheckedCreate> checked = check_create(std::move(request));
  if (!checked) co_return std::unexpected(std::move(checked.error()));
  auto work = [impl = impl_.get(), checked = std::move(*checked), actor = std::move(actor)] {
    return impl->instances.create(checked, actor);
  };
  co_return co_await on_control<Result<Created>>(loop_, *impl_, std::move(work));
}

net::Task<Result<InstanceViewPtr>> ControlPlane::update(std::string id, InstanceChange change,
                                                        std::optional<std::string> if_match, Actor actor) {
  auto work = [impl = impl_.get(), id = std::move(id), change = std::move(change), if_match = std::move(if_match),
               actor = std::move(actor)]() -> net::Task<Result<InstanceViewPtr>> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    co_return co_await impl->instances.update(*entry, change, if_match, actor);
  };
  co_return co_await on_control<Result<InstanceViewPtr>>(loop_, *impl_, std::move(work));
}

net::Task<Status> ControlPlane::remove(std::string id, bool keep_data, std::optional<std::string> if_match,
                                       Actor actor) {
  auto work = [impl = impl_.get(), id = std::move(id), keep_data, if_match = std::move(if_match),
               actor = std::move(actor)]() -> net::Task<Status> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    if (if_match && !net::etag_matches(*if_match, (*entry)->view->etag)) {
      co_return fail(ErrorCode::PreconditionFailed, "Instance '" + id + "' was changed meanwhile; it was not deleted");
    }
    co_return co_await impl->supervisor.remove(*entry, keep_data, actor);
  };
  co_return co_await on_control<Status>(loop_, *impl_, std::move(work));
}

namespace {

// A one-shot configuration is checked like a stored one. It runs at the instance's own address and with the ports that
// the instance has: nothing new is leased for it.
Status prepare_one_shot(const Entry& entry, StartOptions& options) {
  if (!options.configuration) return {};
  const Json current = Json::parse(*entry.configuration);
  if (!options.configuration->is_object()) return drasi::require_valid(*options.configuration);
  Json document = with_server_settings_of(drasi::normalise(std::move(*options.configuration)), current);
  if (!options.persist || !document["port"].is_number_unsigned()) document["port"] = current["port"];
  if (Status valid = drasi::require_valid(document); !valid) return valid;
  const auto& allocated =
      entry.runtime.slot == Slot::A ? entry.instance.component_ports : entry.instance.slot_b_component_ports;
  for (const drasi::ComponentPort& port : drasi::component_ports(document)) {
    if (options.persist || !port.automatic || allocated.contains(component_port_key(port))) continue;
    const std::string message =
        "no port is allocated for a configuration that is not stored; name one, or add persist=true";
    return fail(ErrorCode::InvalidArgument, port.path + ": " + message, {{port.path, message}});
  }
  options.configuration = std::move(document);
  return {};
}

}  // namespace

net::Task<Result<OperationResult>> ControlPlane::start(std::string id, StartOptions options, Actor actor) {
  auto work = [impl = impl_.get(), id = std::move(id), requested = std::move(options),
               actor = std::move(actor)]() -> net::Task<Result<OperationResult>> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    StartOptions checked = requested;
    Status valid = prepare_one_shot(**entry, checked);
    if (!valid) co_return std::unexpected(std::move(valid.error()));
    if (checked.configuration && checked.persist) {
      ConfigurationService::Edit edit = [document = *checked.configuration](const Json&) -> Result<Json> {
        return document;
      };
      std::string change_type = "Replaced";
      std::string description = "sent with start";
      std::optional<std::string> any_version;
      Result<ConfigurationResult> stored = co_await impl->configurations.change(
          *entry, std::move(edit), std::move(change_type), std::move(description), std::move(any_version), actor);
      if (!stored) co_return std::unexpected(std::move(stored.error()));
    }
    co_return co_await impl->supervisor.start(*entry, std::move(checked), actor);
  };
  co_return co_await on_control<Result<OperationResult>>(loop_, *impl_, std::move(work));
}

net::Task<Result<OperationResult>> ControlPlane::stop(std::string id, std::chrono::milliseconds wait, Actor actor) {
  auto work = [impl = impl_.get(), id = std::move(id), wait,
               actor = std::move(actor)]() -> net::Task<Result<OperationResult>> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    co_return co_await impl->supervisor.stop(*entry, wait, actor);
  };
  co_return co_await on_control<Result<OperationResult>>(loop_, *impl_, std::move(work));
}

net::Task<Result<OperationResult>> ControlPlane::restart(std::string id, StartOptions options, Actor actor) {
  auto work = [impl = impl_.get(), id = std::move(id), requested = std::move(options),
               actor = std::move(actor)]() -> net::Task<Result<OperationResult>> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    StartOptions checked = requested;
    Status valid = prepare_one_shot(**entry, checked);
    if (!valid) co_return std::unexpected(std::move(valid.error()));
    co_return co_await impl->supervisor.restart(*entry, std::move(checked), actor);
  };
  co_return co_await on_control<Result<OperationResult>>(loop_, *impl_, std::move(work));
}

net::Task<Result<InstanceViewPtr>> ControlPlane::report_status(StatusReport report, Actor actor) {
  const std::string id = report.instance_id;
  std::vector<StatusReport> reports;
  reports.push_back(std::move(report));
  std::vector<Status> statuses = co_await report_statuses(std::move(reports), std::move(actor));
  if (!statuses.front()) co_return std::unexpected(std::move(statuses.front().error()));
  InstanceViewPtr view = catalogue()->find(id);
  if (!view) co_return fail(ErrorCode::NotFound, "Instance '" + id + "' not found");
  co_return view;
}

net::Task<std::vector<Status>> ControlPlane::report_statuses(std::vector<StatusReport> reports, Actor) {
  std::function<net::Task<std::vector<Status>>()> task =
      [impl = impl_.get(), reports = std::move(reports)]() -> net::Task<std::vector<Status>> {
    const Impl::Operation operation(*impl);
    co_return co_await impl->instances.report(reports);
  };
  co_return co_await net::run_on<std::vector<Status>>(loop_.executor(), std::move(task));
}

net::Task<Result<Json>> ControlPlane::runtime_status(std::string id) {
  auto work = [impl = impl_.get(), id = std::move(id)]() -> net::Task<Result<Json>> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    co_return co_await impl->supervisor.runtime_status(*entry);
  };
  co_return co_await on_control<Result<Json>>(loop_, *impl_, std::move(work));
}

net::Task<Status> ControlPlane::Impl::bulk_one(BulkOperation operation, EntryPtr entry, Actor actor) {
  Result<OperationResult> done = fail(ErrorCode::Internal, "unknown bulk operation");
  StartOptions start_options;
  const auto stop_wait = options.shutdown_timeout + kStopMargin;
  switch (operation) {
    case BulkOperation::Delete:
      co_return co_await supervisor.remove(entry, false, std::move(actor));
    case BulkOperation::Start:
      done = co_await supervisor.start(entry, std::move(start_options), std::move(actor));
      break;
    case BulkOperation::Restart:
      done = co_await supervisor.restart(entry, std::move(start_options), std::move(actor));
      break;
    case BulkOperation::Stop:
      done = co_await supervisor.stop(entry, stop_wait, std::move(actor));
      break;
  }
  co_return done ? Status{} : Status(std::unexpected(std::move(done.error())));
}

net::Task<void> ControlPlane::Impl::bulk_worker(BulkOperation operation,
                                                std::shared_ptr<std::deque<std::pair<std::size_t, EntryPtr>>> queue,
                                                std::shared_ptr<std::vector<BulkItem>> items, Actor actor) {
  while (!queue->empty()) {
    auto [index, entry] = std::move(queue->front());
    queue->pop_front();
    Status status = co_await bulk_one(operation, entry, actor);
    (*items)[index].status = std::move(status);
  }
}

net::Task<std::vector<BulkItem>> ControlPlane::bulk(BulkOperation operation, ListFilter filter, Actor actor) {
  std::function<net::Task<std::vector<BulkItem>>()> task =
      [impl = impl_.get(), operation, filter = std::move(filter),
       actor = std::move(actor)]() -> net::Task<std::vector<BulkItem>> {
    const Impl::Operation counted(*impl);
    auto items = std::make_shared<std::vector<BulkItem>>();
    auto queue = std::make_shared<std::deque<std::pair<std::size_t, EntryPtr>>>();
    const InstancePage page = list_instances(*impl->ledger.catalogue(), filter, 0, "");
    for (const InstanceViewPtr& view : page.items) {
      EntryPtr entry = impl->ledger.find(view->id);
      if (!entry) continue;
      items->push_back({view->id, {}});
      queue->emplace_back(items->size() - 1, std::move(entry));
    }
    net::TaskGroup workers(impl->ledger.executor());
    auto done = std::make_shared<net::Timer>(impl->ledger.executor(), net::Timer::time_point::max());
    auto running = std::make_shared<std::size_t>(std::min(kParallelBulk, queue->size()));
    for (std::size_t i = *running; i > 0; --i) {
      workers.spawn("bulk", [impl, operation, queue, items, actor, running, done]() -> net::Task<void> {
        co_await impl->bulk_worker(operation, queue, items, actor);
        if (--*running == 0) done->cancel();
      });
    }
    while (*running > 0) {
      boost::system::error_code ignored;  // cancelled is how the last worker says so
      auto token = asio::redirect_error(net::use_task, ignored);
      co_await done->async_wait(token);
    }
    co_await workers.close();
    co_return std::move(*items);
  };
  co_return co_await net::run_on<std::vector<BulkItem>>(loop_.executor(), std::move(task));
}

net::Task<std::vector<PlatformInfo>> ControlPlane::platforms() {
  std::function<net::Task<std::vector<PlatformInfo>>()> task =
      [impl = impl_.get()]() -> net::Task<std::vector<PlatformInfo>> {
    const Impl::Operation operation(*impl);
    co_return co_await impl->supervisor.platforms();
  };
  co_return co_await net::run_on<std::vector<PlatformInfo>>(loop_.executor(), std::move(task));
}

// --- configuration --------------------------------------------------------------------------------------------------

net::Task<Result<ConfigurationResult>> ControlPlane::replace_configuration(std::string id, Json configuration,
                                                                           std::optional<std::string> if_match,
                                                                           Actor actor) {
  Json document = drasi::normalise(std::move(configuration));
  auto work = [impl = impl_.get(), id = std::move(id), document = std::move(document), if_match = std::move(if_match),
               actor = std::move(actor)]() -> net::Task<Result<ConfigurationResult>> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    ConfigurationService::Edit edit = [document](const Json&) -> Result<Json> { return document; };
    std::string change_type = "Replaced";
    std::string description = "replaced as a whole";
    co_return co_await impl->configurations.change(*entry, std::move(edit), std::move(change_type),
                                                   std::move(description), if_match, actor);
  };
  co_return co_await on_control<Result<ConfigurationResult>>(loop_, *impl_, std::move(work));
}

net::Task<Result<ConfigurationResult>> ControlPlane::patch_configuration(std::string id, Json patch,
                                                                         std::optional<std::string> if_match,
                                                                         std::chrono::milliseconds wait, Actor actor) {
  auto work = [impl = impl_.get(), id = std::move(id), patch = std::move(patch), if_match = std::move(if_match), wait,
               actor = std::move(actor)]() -> net::Task<Result<ConfigurationResult>> {
    Result<EntryPtr> found = impl->ledger.require(id);
    if (!found) co_return std::unexpected(std::move(found.error()));
    EntryPtr entry = *found;
    ConfigurationService::Edit edit = [patch](const Json& current) { return patched_configuration(current, patch); };
    std::string description = describe_patch(patch);
    std::string change_type = "PatchApplied";
    Result<ConfigurationResult> result = co_await impl->configurations.change(
        entry, std::move(edit), std::move(change_type), std::move(description), if_match, actor);
    if (result && !result->converged && wait.count() > 0) {
      const SteadyTime deadline = std::chrono::steady_clock::now() + wait;
      co_await impl->ledger.wait_until(
          entry, [impl](const Entry& now) { return impl->supervisor.converged(now); }, deadline);
      result->instance = entry->view;
      result->converged = impl->supervisor.converged(*entry);
    }
    co_return result;
  };
  co_return co_await on_control<Result<ConfigurationResult>>(loop_, *impl_, std::move(work));
}

net::Task<Result<ConfigurationResult>> ControlPlane::purge_configuration(std::string id,
                                                                         std::optional<std::string> if_match,
                                                                         Actor actor) {
  auto work = [impl = impl_.get(), id = std::move(id), if_match = std::move(if_match),
               actor = std::move(actor)]() -> net::Task<Result<ConfigurationResult>> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    ConfigurationService::Edit edit = [](const Json& current) -> Result<Json> {
      Json document = with_server_settings_of(Json::object(), current);
      Json empty = drasi::empty_configuration();
      for (auto& [name, value] : empty.items()) {
        if (!document.contains(name)) document[name] = std::move(value);
      }
      return document;
    };
    std::string change_type = "Purged";
    std::string description = "reset to empty";
    co_return co_await impl->configurations.change(*entry, std::move(edit), std::move(change_type),
                                                   std::move(description), if_match, actor);
  };
  co_return co_await on_control<Result<ConfigurationResult>>(loop_, *impl_, std::move(work));
}

net::Task<Result<ConfigurationResult>> ControlPlane::rollback(std::string id, std::uint64_t revision,
                                                              std::optional<std::string> if_match, Actor actor,
                                                              RollbackReason why) {
  auto work = [impl = impl_.get(), id = std::move(id), revision, if_match = std::move(if_match),
               actor = std::move(actor), why = std::move(why)]() -> net::Task<Result<ConfigurationResult>> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    co_return co_await impl->configurations.rollback(*entry, revision, if_match, actor, why);
  };
  co_return co_await on_control<Result<ConfigurationResult>>(loop_, *impl_, std::move(work));
}

net::Task<Result<ConfigurationResult>> ControlPlane::patch_server_settings(std::string id, Json patch,
                                                                           std::optional<std::string> if_match,
                                                                           Actor actor) {
  Json normalised = patch.is_array() ? drasi::normalise_patch(std::move(patch)) : std::move(patch);
  Status allowed = check_server_settings_patch(normalised);
  if (!allowed) co_return std::unexpected(std::move(allowed.error()));
  auto work = [impl = impl_.get(), id = std::move(id), patch = std::move(normalised), if_match = std::move(if_match),
               actor = std::move(actor)]() -> net::Task<Result<ConfigurationResult>> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    ConfigurationService::Edit edit = [patch](const Json& current) { return patched_configuration(current, patch); };
    std::string description = describe_patch(patch);
    std::string change_type = "ServerSettingsChanged";
    co_return co_await impl->configurations.change(*entry, std::move(edit), std::move(change_type),
                                                   std::move(description), if_match, actor);
  };
  co_return co_await on_control<Result<ConfigurationResult>>(loop_, *impl_, std::move(work));
}

net::Task<Result<Json>> ControlPlane::server_settings(std::string id) {
  InstanceViewPtr view = catalogue()->find(id);
  if (!view) co_return fail(ErrorCode::NotFound, "Instance '" + id + "' not found");
  co_return server_settings_of(Json::parse(*view->configuration));
}

net::Task<Result<std::vector<drasi::Finding>>> ControlPlane::validate(std::string id, Json configuration) {
  Json document = drasi::normalise(std::move(configuration));
  if (!id.empty()) {
    InstanceViewPtr view = catalogue()->find(id);
    if (!view) co_return fail(ErrorCode::NotFound, "Instance '" + id + "' not found");
    if (document.is_object())
      document = with_server_settings_of(std::move(document), Json::parse(*view->configuration));
  }
  co_return drasi::validate(document);
}

net::Task<Result<std::vector<Revision>>> ControlPlane::revisions(std::string id, std::size_t limit,
                                                                 std::uint64_t before) {
  auto work = [impl = impl_.get(), id = std::move(id), limit, before]() -> net::Task<Result<std::vector<Revision>>> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    co_return co_await impl->configurations.revisions(*entry, limit, before);
  };
  co_return co_await on_control<Result<std::vector<Revision>>>(loop_, *impl_, std::move(work));
}

net::Task<Result<Revision>> ControlPlane::revision(std::string id, std::uint64_t number) {
  auto work = [impl = impl_.get(), id = std::move(id), number]() -> net::Task<Result<Revision>> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    co_return co_await impl->configurations.revision(*entry, number);
  };
  co_return co_await on_control<Result<Revision>>(loop_, *impl_, std::move(work));
}

// --- the running server ---------------------------------------------------------------------------------------------

net::Task<Result<std::unique_ptr<LogReader>>> ControlPlane::logs(std::string id, LogQuery query) {
  auto work = [impl = impl_.get(), id = std::move(id), query]() -> net::Task<Result<std::unique_ptr<LogReader>>> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    co_return co_await impl->supervisor.logs(*entry, query);
  };
  co_return co_await on_control<Result<std::unique_ptr<LogReader>>>(loop_, *impl_, std::move(work));
}

net::Task<Result<net::Endpoint>> ControlPlane::endpoint(std::string id) {
  auto work = [impl = impl_.get(), id = std::move(id)]() -> net::Task<Result<net::Endpoint>> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    co_return impl->supervisor.endpoint(**entry);
  };
  co_return co_await on_control<Result<net::Endpoint>>(loop_, *impl_, std::move(work));
}

net::Task<Result<Json>> ControlPlane::actual_configuration(std::string id) {
  auto work = [impl = impl_.get(), id = std::move(id)]() -> net::Task<Result<Json>> {
    Result<EntryPtr> entry = impl->ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    co_return co_await impl->supervisor.actual_configuration(*entry);
  };
  co_return co_await on_control<Result<Json>>(loop_, *impl_, std::move(work));
}

// --- workloads ------------------------------------------------------------------------------------------------------

namespace {

// As on_control(), for one instance.
template <class T, class Impl, class Work>
net::Task<T> on_instance(net::EventLoop& loop, Impl& impl, std::string id, Work work) {
  auto with_entry = [&impl, id = std::move(id), work = std::move(work)]() -> net::Task<T> {
    Result<EntryPtr> entry = impl.ledger.require(id);
    if (!entry) co_return std::unexpected(std::move(entry.error()));
    co_return co_await work(*entry);
  };
  co_return co_await on_control<T>(loop, impl, std::move(with_entry));
}

}  // namespace

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
