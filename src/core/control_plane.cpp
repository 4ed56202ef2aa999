#include "core/control_plane.hpp"

#include <boost/asio/use_future.hpp>

#include "core/control_plane_impl.hpp"

namespace draas::core {

namespace asio = net::asio;

namespace {

constexpr std::size_t kStoreReaders = 2;

}  // namespace

ControlPlane::Impl::Impl(net::EventLoop& loop, ControlPlaneOptions control_options, Store& store,
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
      webhooks(loop, ledger, event_log, [this](const Event& event) { return reconciliation.outgoing_body(event); }),
      operations(loop.executor()) {
  if (!options.configuration_directory.empty()) {
    files.emplace(options.configuration_directory, loop.executor(), readers);
    ledger.set_configuration_listener(
        [this](const std::string& id, std::shared_ptr<const std::string> text) { files->update(id, std::move(text)); });
  }
}

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
    co_await impl_->operations.wait();
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

}  // namespace draas::core
