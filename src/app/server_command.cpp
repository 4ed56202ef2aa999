// `draas server`: the composition root of the control plane. Wires concrete store, platforms and API, and takes
// signals.

#include <cstdio>
#include <memory>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

#include "api/api.hpp"
#include "app/commands.hpp"
#include "app/reconciler.hpp"
#include "app/signals.hpp"
#include "base/log.hpp"
#include "base/memory.hpp"
#include "base/metrics.hpp"
#include "core/control_plane.hpp"
#include "core/reconciliation/reconciliation_service.hpp"
#include "net/http_server.hpp"
#include "net/tls.hpp"
#include "platforms/docker/docker_platform.hpp"
#include "platforms/process/process_platform.hpp"
#include "stores/memory/memory_store.hpp"
#include "stores/sqlite/sqlite_store.hpp"

namespace draas::app {
namespace {

constexpr std::size_t kBlockingThreads = 4;

std::chrono::milliseconds milliseconds(Duration duration) { return duration; }

core::ControlPlaneOptions control_plane_options(const ControlPlaneSettings& settings) {
  core::ControlPlaneOptions options;
  options.default_platform = settings.default_platform;
  options.default_log_level = settings.process.default_log_level;
  options.ports = {settings.ports.first, settings.ports.last};
  options.front_host = settings.process.host_address;
  options.restart.default_policy =
      core::parse_restart_policy(settings.restart.default_policy).value_or(core::RestartPolicy::OnFailure);
  options.restart.initial_delay = settings.restart.initial_delay;
  options.restart.max_delay = settings.restart.max_delay;
  options.restart.max_restarts = settings.restart.max_restarts;
  options.restart.window = settings.restart.window;
  options.restart.reset_after = settings.restart.reset_after;
  options.shutdown_timeout = settings.process.shutdown_timeout;
  options.readiness_timeout = settings.process.readiness_timeout;
  options.polling_interval = settings.monitoring.polling_interval;
  options.health_interval = settings.monitoring.health_interval;
  options.orphan_grace_period = settings.process.orphan_grace_period;
  options.orphan_dry_run = settings.process.orphan_dry_run;
  options.orphan_removal = settings.process.orphan_removal;
  options.event_buffer = settings.monitoring.event_buffer_size;
  options.event_log = settings.monitoring.event_log_size;
  options.configuration_template = settings.process.configuration_template;
  if (settings.store.file_configurations) options.configuration_directory = settings.data_directory / "config";
  return options;
}

platforms::process::ProcessPlatformOptions process_options(const ProcessSettings& settings) {
  platforms::process::ProcessPlatformOptions options;
  options.executable_path = settings.executable_path;
  options.arguments = settings.arguments;
  options.instance_config_directory = settings.instance_config_directory;
  options.working_directory = settings.working_directory;
  options.default_host = settings.host_address;
  options.plugins_directory = settings.plugins_directory;
  options.skip_plugin_verification = settings.skip_plugin_verification;
  options.log_max_bytes = settings.log_max_bytes;
  options.log_files = settings.log_files;
  options.environment = settings.environment;
  options.limits = {settings.cpu_limit, settings.memory_limit_bytes, settings.open_files_limit};
  return options;
}

platforms::docker::DockerPlatformOptions docker_options(const ControlPlaneSettings& settings) {
  const DockerSettings& docker = settings.docker;
  platforms::docker::DockerPlatformOptions options;
  options.enabled = docker.enabled;
  options.endpoint = draas::docker::endpoint_sources(docker.host);
  options.endpoint.certificates = docker.certificates;
  options.image = docker.image;
  options.pull_policy = platforms::docker::parse_pull_policy(docker.pull_policy).value_or(options.pull_policy);
  options.host_address = docker.host_address;
  options.network = docker.network;
  options.extra_hosts = docker.extra_hosts;
  options.arguments = docker.arguments;
  options.environment = docker.environment;
  options.user = docker.user;
  options.volumes = docker.volumes;
  options.plugins_volume = docker.plugins_volume;
  options.plugins_directory = docker.plugins_directory;
  options.skip_plugin_verification = docker.skip_plugin_verification;
  options.limits = {docker.cpu_limit, docker.memory_limit_bytes, docker.open_files_limit};
  options.pids_limit = docker.pids_limit;
  options.read_only_root = docker.read_only_root;
  options.init = docker.init;
  options.log_driver = docker.log_driver;
  options.log_options = docker.log_options;
  options.name_prefix = docker.name_prefix;
  options.stop_timeout = settings.process.shutdown_timeout;
  options.sweep_interval = docker.sweep_interval;
  options.lost_engine = docker.lost_engine;
  return options;
}

net::ServerOptions server_options(const ServerSettings& settings, Metrics& metrics) {
  net::ServerOptions options;
  for (const ListenUrl& url : settings.listen) options.listen.push_back({url.host, url.port});
  options.threads = settings.threads;
  options.limits.max_header_bytes = settings.max_header_bytes;
  options.limits.max_body_bytes = settings.max_body_bytes;
  options.limits.max_connections = settings.max_connections;
  options.limits.header_timeout = milliseconds(settings.header_timeout);
  options.limits.body_timeout = milliseconds(settings.request_timeout);
  options.limits.idle_timeout = milliseconds(settings.idle_timeout);
  options.limits.drain_timeout = milliseconds(settings.drain_timeout);
  options.access_log = settings.access_log;
  options.metrics = &metrics;
  return options;
}

Result<std::unique_ptr<core::Store>> open_store(const ControlPlaneSettings& settings) {
  if (settings.store.kind == StoreSettings::Kind::Memory) return stores::make_memory_store();
  return stores::open_sqlite_store({.path = settings.store.path});
}

std::string addresses_text(const net::HttpServer& server) {
  std::string text;
  for (const net::ListenAddress& address : server.addresses()) {
    if (!text.empty()) text += ", ";
    text += "http://" + address.host + ":" + std::to_string(address.port);
  }
  return text;
}

// Where to look: for somebody who started it by hand, or in the log of what supervises it.
void tell_where(const ServerSettings& settings, const net::ListenAddress& address) {
  const std::string what = settings.dashboard ? "the dashboard is at" : "the API is at";
  const std::string url = "http://" + address.host + ":" + std::to_string(address.port) + settings.path_base + "/";
  if (::isatty(STDERR_FILENO) == 0) {
    log_info(what, {{"url", url}});
    return;
  }
  std::fprintf(stderr, "\ndraas: %s %s   (Ctrl-C ends the control plane; instances keep running)\n\n", what.c_str(),
               url.c_str());
}

// Every running instance and every connection takes descriptors. The usual limit of 1,024 is for programs that use
// select(); what may be had is taken, and instances inherit it.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) log_warn("the limit of descriptors stays", {{"limit", before}});
}

Status serve(const ControlPlaneSettings& settings) {
  Signals signals;
  raise_descriptor_limit();
  net::enable_tls();  // webhooks
  const std::unique_ptr<Metrics> metrics = make_metrics();
  Result<std::unique_ptr<core::Store>> store = open_store(settings);
  if (!store) return std::unexpected(std::move(store.error()));

  net::EventLoop control_loop("control");
  net::WorkerPool blocking("blocking", kBlockingThreads);
  control_loop.start();
  std::vector<std::unique_ptr<core::Platform>> platforms;
  platforms.push_back(
      platforms::process::make_process_platform(process_options(settings.process), control_loop.executor(), blocking));
  platforms.push_back(
      platforms::docker::make_docker_platform(docker_options(settings), control_loop.executor(), blocking));
  core::ControlPlane control_plane(control_loop, control_plane_options(settings), **store, std::move(platforms),
                                   metrics.get());
  Status ended = control_plane.open();
  if (ended) {
    api::ApiOptions api_options;
    api_options.path_base = settings.server.path_base;
    api_options.cors_origins = settings.cors_allowed_origins;
    api_options.documentation = settings.server.documentation;
    api_options.dashboard = settings.server.dashboard;
    api_options.heartbeat_interval = settings.monitoring.heartbeat_interval;
    const std::unique_ptr<net::RequestHandler> api = api::make_api(api_options, control_plane, metrics.get());
    net::HttpServer server(server_options(settings.server, *metrics), *api);
    ended = server.start();
    if (ended) {
      log_info("listening", {{"address", addresses_text(server)},
                             {"store", std::string((*store)->kind())},
                             {"instances", control_plane.catalogue()->size()}});
      tell_where(settings.server, server.addresses().front());
      const std::unique_ptr<Reconciler> reconciler =
          settings.reconciliation.in_process ? start_reconciler(settings, server.addresses(), *metrics) : nullptr;
      release_start_up_memory();
      const int received = signals.wait();
      signals.release();
      if (reconciler) reconciler->stop();
      log_info("shutting down; instances keep running", {{"signal", received}});
      control_plane.events().close();
      control_plane.reconciliation().stop_waiting();
      server.stop();
    }
  }
  control_plane.close();
  control_loop.stop();
  (*store)->close();
  return ended;
}

}  // namespace

void add_server_command(CLI::App& application, const SettingsArguments& common, int& exit_code) {
  CLI::App* server = application.add_subcommand("server", "Run the control plane");
  server->group("Services");
  server->footer("Every setting is also a flag: --Section:Key=value, for example --Ports:First=9100");
  auto insecure = std::make_shared<bool>(false);
  server->add_flag("--insecure", *insecure,
                   "Listen beyond this machine although nobody is asked for a key (Server:Insecure=true)");
  auto with_reconciler = std::make_shared<bool>(false);
  server->add_flag("--with-reconciler", *with_reconciler,
                   "Run the reconciler in the same process (Reconciliation:InProcess=true)");
  server->callback([&common, &exit_code, insecure, with_reconciler] {
    SettingsArguments arguments = common;
    if (*with_reconciler) arguments.flags.push_back({"Reconciliation:InProcess", "true", "--with-reconciler"});
    if (*insecure) arguments.flags.push_back({"Server:Insecure", "true", "--insecure"});
    auto settings = arguments.load();
    if (!settings) {
      exit_code = report(settings.error());
      return;
    }
    configure_log({settings->logging.level, settings->logging.format});
    if (Status ended = serve(*settings); !ended) exit_code = report(ended.error());
  });
}

}  // namespace draas::app
