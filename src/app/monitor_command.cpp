// `draas monitor docker`: tells the control plane what happens to the containers of an engine.

#include "app/commands.hpp"
#include "app/signals.hpp"
#include "base/log.hpp"
#include "client/daemon_server.hpp"
#include "monitors/docker/docker_monitor.hpp"
#include "net/tls.hpp"

namespace draas::app {
namespace {

Result<monitors::docker::DockerMonitorOptions> monitor_options(const ControlPlaneSettings& settings) {
  const DockerMonitorSettings& section = settings.docker_monitor;
  monitors::docker::DockerMonitorOptions options;
  auto control_plane = net::Endpoint::parse(settings.control_plane_url);
  if (!control_plane) return std::unexpected(std::move(control_plane.error()).with_context("ControlPlaneUrl"));
  options.api.endpoint = std::move(*control_plane);
  options.api.api_key = settings.control_plane_api_key;
  docker::EndpointSources sources = docker::endpoint_sources(section.host);
  sources.host_setting = "DockerMonitor:Host";
  auto engine = docker::resolve_endpoint(sources);
  if (!engine) return std::unexpected(std::move(engine.error()));
  options.engine = std::move(*engine);
  options.labels = section.labels;
  options.flush_interval = section.flush_interval;
  options.resync_interval = section.resync_interval;
  options.batch_size = section.batch_size;
  options.buffer_capacity = section.buffer_size;
  options.buffer_file = settings.data_directory / "monitor" / "docker-reports.jsonl";
  return options;
}

Status run_monitor(const ControlPlaneSettings& settings) {
  Signals signals;
  net::enable_tls();
  auto options = monitor_options(settings);
  if (!options) return std::unexpected(std::move(options.error()));
  const std::string engine = options->engine.address.to_string();
  const std::string control_plane = options->api.endpoint.to_string();
  const std::unique_ptr<Metrics> metrics = make_metrics();
  net::EventLoop loop("monitor");
  loop.start();
  monitors::docker::DockerMonitor monitor(loop, std::move(*options), *metrics);
  const ListenUrl& listen = settings.docker_monitor.listen;
  client::DaemonServer server({listen.host, listen.port}, [&monitor] { return monitor.health(); }, *metrics);
  Status started = monitor.start();
  if (started) started = server.start();
  if (started) {
    log_info("monitor runs",
             {{"engine", engine}, {"controlPlane", control_plane}, {"port", server.addresses().front().port}});
    const int received = signals.wait();
    signals.release();
    log_info("shutting down", {{"signal", received}});
  }
  server.stop();
  monitor.stop();
  return started;
}

}  // namespace

void add_monitor_command(CLI::App& application, const SettingsArguments& common, int& exit_code) {
  CLI::App* monitor = application.add_subcommand("monitor", "Report what happens to instances to the control plane");
  monitor->require_subcommand(1);
  CLI::App* docker = monitor->add_subcommand("docker", "Watch the containers of a Docker engine");
  docker->footer("Talks to ControlPlaneUrl; its settings are those of section DockerMonitor");
  docker->callback([&common, &exit_code] {
    auto settings = common.load();
    if (!settings) {
      exit_code = report(settings.error());
      return;
    }
    configure_log({settings->logging.level, settings->logging.format});
    if (Status ended = run_monitor(*settings); !ended) exit_code = report(ended.error());
  });
}

}  // namespace draas::app
