#include "app/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <thread>
#include <utility>

#include <unistd.h>

namespace draas::app {
namespace fs = std::filesystem;
namespace {

LogLevel log_level_of(const std::string& name) {
  if (name == "Trace") return LogLevel::Trace;
  if (name == "Debug") return LogLevel::Debug;
  if (name == "Warning") return LogLevel::Warn;
  if (name == "Error" || name == "Critical") return LogLevel::Error;
  if (name == "None") return LogLevel::Off;
  return LogLevel::Info;
}

fs::path absolute_or_empty(const std::string& path) {
  return path.empty() ? fs::path() : fs::absolute(path).lexically_normal();
}

// Typed access below one section.
class Section {
 public:
  Section(const Settings& settings, std::string name) : settings_(settings), name_(std::move(name)) {}

  std::string text(const char* key) const { return settings_.text(full(key)); }
  bool boolean(const char* key) const { return settings_.boolean(full(key)); }
  double number(const char* key) const { return settings_.number(full(key)); }
  Duration duration(const char* key) const { return settings_.duration(full(key)); }
  fs::path path(const char* key) const { return absolute_or_empty(text(key)); }
  // The declarations keep integers within what the target holds, and never below 0.
  std::size_t size(const char* key) const { return static_cast<std::size_t>(settings_.integer(full(key))); }
  std::uint16_t port(const char* key) const { return static_cast<std::uint16_t>(settings_.integer(full(key))); }
  std::vector<std::string> list(const char* key) const { return settings_.text_list(full(key)); }
  Json object(const char* key) const { return settings_.object(full(key)); }
  std::map<std::string, std::string> map(const char* key) const { return settings_.text_map(full(key)); }

 private:
  std::string full(const char* key) const { return name_ + "." + key; }

  const Settings& settings_;
  std::string name_;
};

ServerSettings server_settings(const Section& section) {
  ServerSettings server;
  for (const std::string& url : section.list("Urls")) {
    // The declaration has checked each.
    if (auto listen = parse_listen_url(url)) server.listen.push_back(std::move(*listen));
  }
  server.threads = section.size("Threads");
  if (server.threads == 0) server.threads = std::max(1U, std::thread::hardware_concurrency());
  server.insecure = section.boolean("Insecure");
  server.max_body_bytes = section.size("MaxBodyBytes");
  server.max_header_bytes = section.size("MaxHeaderBytes");
  server.max_connections = section.size("MaxConnections");
  server.header_timeout = section.duration("HeaderTimeout");
  server.idle_timeout = section.duration("IdleTimeout");
  server.request_timeout = section.duration("RequestTimeout");
  server.drain_timeout = section.duration("DrainTimeout");
  server.access_log = section.boolean("AccessLog");
  server.documentation = section.boolean("Documentation");
  server.dashboard = section.boolean("Dashboard");
  server.path_base = section.text("PathBase");
  if (server.path_base.ends_with('/')) server.path_base.pop_back();
  return server;
}

LoggingSettings logging_settings(const Section& section) {
  LoggingSettings logging;
  logging.categories = section.map("LogLevel");
  const auto found = logging.categories.find("Default");
  if (found != logging.categories.end()) logging.level = log_level_of(found->second);
  logging.format = section.text("Format") == "text" ? LogFormat::Text : LogFormat::Json;
  return logging;
}

ProcessSettings process_settings(const Section& section) {
  ProcessSettings process;
  const std::string executable = section.text("ExecutablePath");
  const bool is_bare_name = executable.find('/') == std::string::npos;
  process.executable_path = is_bare_name ? executable : absolute_or_empty(executable).string();
  process.configuration_template = section.path("ConfigurationTemplatePath");
  process.instance_config_directory = section.path("InstanceConfigDirectory");
  process.default_log_level = section.text("DefaultLogLevel");
  process.shutdown_timeout = section.duration("ShutdownTimeoutSeconds");
  process.working_directory = section.path("WorkingDirectory");
  process.host_address = section.text("HostAddress");
  process.arguments = section.list("Arguments");
  process.environment = section.map("Environment");
  process.plugins_directory = section.path("PluginsDirectory");
  process.skip_plugin_verification = section.boolean("SkipPluginVerification");
  process.log_max_bytes = section.size("LogMaxBytes");
  process.log_files = section.size("LogFiles");
  process.cpu_limit = section.number("CpuLimit");
  process.memory_limit_bytes = section.size("MemoryLimitBytes");
  process.open_files_limit = section.size("OpenFilesLimit");
  process.readiness_timeout = section.duration("ReadinessTimeout");
  process.orphan_grace_period = section.duration("OrphanGracePeriod");
  process.orphan_dry_run = section.boolean("OrphanDryRun");
  process.orphan_removal = section.boolean("OrphanRemoval");
  return process;
}

DockerSettings docker_settings(const Section& section) {
  DockerSettings docker;
  docker.enabled = section.boolean("Enabled");
  docker.host = section.text("Host");
  docker.certificates = section.path("CertificatesDirectory");
  docker.image = section.text("Image");
  docker.pull_policy = section.text("PullPolicy");
  docker.host_address = section.text("HostAddress");
  docker.network = section.text("Network");
  docker.extra_hosts = section.list("ExtraHosts");
  docker.arguments = section.list("Arguments");
  docker.environment = section.map("Environment");
  docker.user = section.text("User");
  docker.volumes = section.list("Volumes");
  docker.plugins_volume = section.text("PluginsVolume");
  docker.plugins_directory = section.text("PluginsDirectory");
  docker.skip_plugin_verification = section.boolean("SkipPluginVerification");
  docker.cpu_limit = section.number("CpuLimit");
  docker.memory_limit_bytes = section.size("MemoryLimitBytes");
  docker.open_files_limit = section.size("OpenFilesLimit");
  docker.pids_limit = section.size("PidsLimit");
  docker.read_only_root = section.boolean("ReadOnlyRoot");
  docker.init = section.boolean("Init");
  docker.log_driver = section.text("LogDriver");
  docker.log_options = section.map("LogOptions");
  docker.name_prefix = section.text("NamePrefix");
  docker.sweep_interval = section.duration("SweepInterval");
  docker.lost_engine = section.text("LostEngine");
  return docker;
}

std::string worker_name(std::string given) {
  if (!given.empty()) return given;
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host.fill('\0');
  const std::string name = host.front() == '\0' ? "reconciler" : host.data();
  return name + "-" + std::to_string(::getpid());
}

ReconciliationSettings reconciliation_settings(const Section& section) {
  return {.polling_interval = section.duration("PollingInterval"),
          .default_strategy = section.text("DefaultStrategy"),
          .enable_auto_reconciliation = section.boolean("EnableAutoReconciliation"),
          .enable_event_driven_reconciliation = section.boolean("EnableEventDrivenReconciliation"),
          .max_retries = section.size("MaxRetries"),
          .retry_delay = section.duration("RetryDelay"),
          .max_concurrent_reconciliations = section.size("MaxConcurrentReconciliations"),
          .enable_audit_logging = section.boolean("EnableAuditLogging"),
          .reconciliation_timeout = section.duration("ReconciliationTimeout"),
          .reconcile_error_instances = section.boolean("ReconcileErrorInstances"),
          .reconcile_stopped_instances = section.boolean("ReconcileStoppedInstances"),
          .strategy_parameters = section.object("StrategyParameters"),
          .fallback_strategy = section.text("FallbackStrategy"),
          .auto_rollback = section.boolean("AutoRollback"),
          .check_timeout = section.duration("CheckTimeout"),
          .approval_expiry = section.duration("ApprovalExpiry"),
          .worker_name = worker_name(section.text("WorkerName")),
          .lease_time = section.duration("LeaseTime"),
          // The declaration has checked it.
          .listen = parse_listen_url(section.text("ListenUrl")).value_or(ListenUrl{}),
          .in_process = section.boolean("InProcess"),
          .sources = section.object("Sources")};
}

DockerMonitorSettings docker_monitor_settings(const Section& section) {
  return {.host = section.text("Host"),
          .labels = section.list("Labels"),
          .listen = parse_listen_url(section.text("ListenUrl")).value_or(ListenUrl{}),
          .flush_interval = section.duration("FlushInterval"),
          .resync_interval = section.duration("ResyncInterval"),
          .batch_size = section.size("BatchSize"),
          .buffer_size = section.size("BufferSize")};
}

// What no key shows by itself.
Status check_together(const ControlPlaneSettings& settings) {
  std::vector<std::pair<std::string, std::string>> faults;
  if (settings.ports.first > settings.ports.last) {
    faults.emplace_back("Ports.First", "is above Ports.Last, which is " + std::to_string(settings.ports.last));
  }
  if (settings.restart.initial_delay > settings.restart.max_delay) {
    faults.emplace_back("Restart.InitialDelay",
                        "is longer than Restart.MaxDelay, which is " + to_text(settings.restart.max_delay));
  }
  for (const ListenUrl& listen : settings.server.listen) {
    if (settings.server.insecure || is_loopback(listen.host)) continue;
    faults.emplace_back("Server.Urls",
                        "the address " + listen.host +
                            " can be reached from other machines, and nobody is asked for a key; listen on "
                            "127.0.0.1, or set Server.Insecure (--insecure) on a network you trust");
  }
  if (!faults.empty()) return settings_error(settings.all, faults);
  return {};
}

}  // namespace

Result<ListenUrl> parse_listen_url(const std::string& url) {
  const auto bad = [&](const char* reason) { return fail(ErrorCode::InvalidArgument, "'" + url + "' " + reason); };
  constexpr const char* kForm = "is not an address such as http://127.0.0.1:5000";
  if (url.starts_with("https://")) return bad("asks for https; put a proxy that ends TLS in front, and listen on http");
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return bad(kForm);
  std::string_view rest = std::string_view(url).substr(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);

  ListenUrl listen{"", 80};
  std::string_view port_text;
  bool has_port = false;
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return bad(kForm);
    listen.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    has_port = rest.starts_with(':');
    if (!has_port && !rest.empty()) return bad(kForm);
    if (has_port) port_text = rest.substr(1);
  } else {
    const std::size_t colon = rest.find(':');
    has_port = colon != std::string_view::npos;
    listen.host = rest.substr(0, colon);
    if (has_port) port_text = rest.substr(colon + 1);
  }
  if (listen.host.empty() || listen.host.find_first_of("/?#@ :") != std::string::npos) {
    const bool is_ipv6 =
        listen.host.find(':') != std::string::npos && listen.host.find_first_of("/?#@ ") == std::string::npos;
    if (!is_ipv6) return bad(kForm);
  }
  if (has_port) {
    const char* const end = port_text.data() + port_text.size();
    const auto [stop, error] = std::from_chars(port_text.data(), end, listen.port);
    if (port_text.empty() || error != std::errc{} || stop != end) return bad("has no port between 0 and 65535");
  }
  if (listen.host == "+" || listen.host == "*") listen.host = "0.0.0.0";
  if (listen.host == "localhost") listen.host = "127.0.0.1";
  return listen;
}

bool is_loopback(const std::string& host) { return host.starts_with("127.") || host == "::1" || host == "localhost"; }

SettingsSources default_settings_sources() {
  SettingsSources sources;
  sources.default_files = {"draas.yaml", "appsettings.json", "/etc/draas/draas.yaml"};
  sources.environment = current_environment();
  sources.environment_aliases = {{"ASPNETCORE_URLS", "Server.Urls"}};
  return sources;
}

Result<ControlPlaneSettings> load_control_plane_settings(const SettingsSources& sources) {
  auto loaded = load_settings(control_plane_declarations(), sources);
  if (!loaded) return std::unexpected(std::move(loaded).error());

  ControlPlaneSettings settings;
  settings.all = std::move(*loaded);
  const Settings& all = settings.all;
  settings.server = server_settings(Section(all, "Server"));
  settings.cors_allowed_origins = all.text_list("Cors.AllowedOrigins");
  settings.logging = logging_settings(Section(all, "Logging"));
  settings.data_directory = absolute_or_empty(all.text("DataDirectory"));

  const Section store(all, "Store");
  settings.store.kind = store.text("Kind") == "memory" ? StoreSettings::Kind::Memory : StoreSettings::Kind::Sqlite;
  settings.store.path = store.text("Path").empty() ? settings.data_directory / "draas.db" : store.path("Path");
  settings.store.file_configurations = store.boolean("FileConfigurations");

  const Section ports(all, "Ports");
  settings.ports = {ports.port("First"), ports.port("Last")};
  settings.default_platform = all.text("Placement.DefaultPlatform");
  settings.process = process_settings(Section(all, "ProcessInstanceManager"));
  settings.docker = docker_settings(Section(all, "Docker"));

  const Section monitoring(all, "Monitoring");
  settings.monitoring = {monitoring.duration("PollingInterval"), monitoring.duration("HealthInterval"),
                         monitoring.size("EventBufferSize"), monitoring.size("EventLogSize"),
                         monitoring.duration("HeartbeatInterval")};

  const Section restart(all, "Restart");
  settings.restart = {restart.text("DefaultPolicy"), restart.duration("InitialDelay"), restart.duration("MaxDelay"),
                      restart.size("MaxRestarts"),   restart.duration("Window"),       restart.duration("ResetAfter")};

  settings.control_plane_url = all.text("ControlPlaneUrl");
  settings.control_plane_api_key = all.text("ControlPlaneApiKey");
  settings.reconciliation = reconciliation_settings(Section(all, "Reconciliation"));
  settings.docker_monitor = docker_monitor_settings(Section(all, "DockerMonitor"));

  if (Status checked = check_together(settings); !checked) return std::unexpected(std::move(checked).error());
  return settings;
}

}  // namespace draas::app
