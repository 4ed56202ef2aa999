// `draas reconciler`: the reconciler as a program of its own, beside any control plane.

#include "app/commands.hpp"
#include "app/reconciler.hpp"
#include "app/signals.hpp"
#include "base/log.hpp"
#include "client/daemon_server.hpp"

namespace draas::app {
namespace {

Status run_reconciler(const ControlPlaneSettings& settings) {
  Signals signals;
  auto options = worker_options(settings);
  if (!options) return std::unexpected(std::move(options.error()));
  const ListenUrl& listen = settings.reconciliation.listen;
  options->url = "http://" + listen.host + ":" + std::to_string(listen.port);
  const std::string name = options->name;
  const std::string control_plane = options->api.endpoint.to_string();
  const std::unique_ptr<Metrics> metrics = make_metrics();
  Reconciler reconciler(std::move(*options), *metrics);
  const auto look = [&worker = reconciler.worker()] {
    const reconciliation::WorkerStatus status = worker.status();
    client::DaemonHealth health{.ready = status.connected, .reason = status.reason};
    if (health.reason.empty()) health.reason = "the control plane was not reached yet";
    health.details = Json{{"instances", status.instances}, {"shards", status.shards}};
    return health;
  };
  client::DaemonServer server({listen.host, listen.port}, look, *metrics);
  Status started = server.start();
  if (started) {
    log_info("reconciler runs", {{"worker", name},
                                 {"controlPlane", control_plane},
                                 {"port", server.addresses().front().port},
                                 {"strategy", settings.reconciliation.default_strategy}});
    const int received = signals.wait();
    signals.release();
    log_info("shutting down", {{"signal", received}});
  }
  server.stop();
  reconciler.stop();
  return started;
}

}  // namespace

void add_reconciler_command(CLI::App& application, const SettingsArguments& common, int& exit_code) {
  CLI::App* reconciler = application.add_subcommand("reconciler", "Bring what runs to what was asked for");
  reconciler->group("Services");
  reconciler->footer("Talks to ControlPlaneUrl; its settings are those of section Reconciliation");
  reconciler->callback([&common, &exit_code] {
    auto settings = common.load();
    if (!settings) {
      exit_code = report(settings.error());
      return;
    }
    configure_log({settings->logging.level, settings->logging.format});
    if (Status ended = run_reconciler(*settings); !ended) exit_code = report(ended.error());
  });
}

}  // namespace draas::app
