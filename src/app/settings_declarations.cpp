// The table of all keys. The order is that of `draas config show` and of the reference in docs/.

#include <algorithm>
#include <string>
#include <utility>

#include "app/settings.hpp"

namespace draas::app {
namespace {

constexpr double kMillisecondsPerSecond = 1000;
constexpr double kMillisecondsPerDay = 24 * 3600 * kMillisecondsPerSecond;

Json seconds(std::int64_t amount) { return amount * 1000; }

SettingDeclaration text(std::string key, std::string initial, std::string documentation) {
  return {std::move(key), SettingType::Text, std::move(initial), std::move(documentation)};
}

SettingDeclaration choice(std::string key, std::string initial, std::vector<std::string> choices,
                          std::string documentation) {
  SettingDeclaration declaration = text(std::move(key), std::move(initial), std::move(documentation));
  declaration.choices = std::move(choices);
  return declaration;
}

SettingDeclaration flag(std::string key, bool initial, std::string documentation) {
  return {std::move(key), SettingType::Boolean, initial, std::move(documentation)};
}

SettingDeclaration integer(std::string key, std::int64_t initial, double min, double max, std::string documentation) {
  return {std::move(key), SettingType::Integer, initial, std::move(documentation), min, max};
}

SettingDeclaration bytes(std::string key, std::int64_t initial, double min, std::string documentation) {
  return {std::move(key), SettingType::Bytes, initial, std::move(documentation), min};
}

SettingDeclaration duration(std::string key, Json initial, double min, std::string documentation) {
  return {std::move(key),     SettingType::Duration, std::move(initial), std::move(documentation), min,
          kMillisecondsPerDay};
}

SettingDeclaration list(std::string key, Json initial, std::string documentation) {
  return {std::move(key), SettingType::TextList, std::move(initial), std::move(documentation)};
}

SettingDeclaration map(std::string key, Json initial, std::string documentation) {
  return {std::move(key), SettingType::TextMap, std::move(initial), std::move(documentation)};
}

SettingDeclaration object(std::string key, std::string documentation) {
  return {std::move(key), SettingType::Object, Json::object(), std::move(documentation)};
}

SettingDeclaration secret(SettingDeclaration declaration) {
  declaration.secret = true;
  return declaration;
}

template <class Check>
SettingDeclaration with_check(SettingDeclaration declaration, Check check) {
  declaration.check = std::move(check);
  return declaration;
}

std::string not_empty(const Json& value) {
  return value.get_ref<const std::string&>().empty() ? "must not be empty" : "";
}

std::string all_listen_urls(const Json& value) {
  if (value.empty()) return "must name at least one address";
  for (const Json& url : value) {
    if (const auto parsed = parse_listen_url(url.get<std::string>()); !parsed) return parsed.error().message;
  }
  return "";
}

std::string listen_url(const Json& value) {
  const auto parsed = parse_listen_url(value.get<std::string>());
  return parsed ? "" : parsed.error().message;
}

std::string path_prefix(const Json& value) {
  const auto& path = value.get_ref<const std::string&>();
  if (path.empty() || path == "/") return "";
  const bool has_strange = path.find_first_of("?# %\\") != std::string::npos || path.find("//") != std::string::npos;
  return path.front() != '/' || has_strange ? "'" + path + "' is not a path such as /draas" : "";
}

std::string http_url(const Json& value) {
  const auto& url = value.get_ref<const std::string&>();
  const std::size_t scheme = url.starts_with("http://") ? 7 : url.starts_with("https://") ? 8 : 0;
  return scheme == 0 || url.size() == scheme ? "'" + url + "' is not a URL such as http://127.0.0.1:5000" : "";
}

std::string all_origins(const Json& value) {
  for (const Json& element : value) {
    const auto& origin = element.get_ref<const std::string&>();
    const std::size_t scheme = origin.find("://");
    const bool is_origin = scheme != std::string::npos && scheme > 0 && scheme + 3 < origin.size() &&
                           origin.find('/', scheme + 3) == std::string::npos;
    if (origin != "*" && !is_origin) return "'" + origin + "' is neither * nor an origin such as https://example.org";
  }
  return "";
}

using Declarations = std::vector<SettingDeclaration>;

void append(Declarations& all, Declarations more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

Declarations top_level() {
  return {
      with_check(text("DataDirectory", "./draas-data", "Where the control plane keeps its state."), not_empty),
      secret(text("ControlPlaneApiKey", "", "Sent to the control plane by the reconciler and the monitors.")),
      with_check(text("ControlPlaneUrl", "http://localhost:5000",
                      "The control plane that the reconciler and the monitors talk to."),
                 http_url),
      text("AllowedHosts", "*", "Accepted for files of the prototype; without effect."),
  };
}

Declarations server() {
  return {
      with_check(list("Server.Urls", Json::array({"http://127.0.0.1:5000"}),
                      "Addresses to listen on; + or * stands for all interfaces. ASPNETCORE_URLS sets it too."),
                 all_listen_urls),
      integer("Server.Threads", 0, 0, 256, "Threads that serve HTTP; 0 = one per core."),
      flag("Server.Insecure", false, "Allow addresses that other machines reach, although nobody is asked for a key."),
      bytes("Server.MaxBodyBytes", 1 << 20, 1024, "Largest request body."),
      bytes("Server.MaxHeaderBytes", 16 << 10, 1024, "Largest request header."),
      integer("Server.MaxConnections", 20'000, 1, 1'000'000, "Connections at a time; more are refused."),
      duration("Server.HeaderTimeout", seconds(10), 100, "From the first byte of a request to the end of its header."),
      duration("Server.IdleTimeout", seconds(75), 100, "Between two requests of a connection."),
      duration("Server.RequestTimeout", seconds(30), 100, "For a request's body, and for a client that does not read."),
      duration("Server.DrainTimeout", seconds(10), 0, "At the end: for requests in progress."),
      flag("Server.AccessLog", true, "One log line per request."),
      flag("Server.Documentation", true, "Serve /openapi/v1.json, /scalar/v1 and /swagger."),
      flag("Server.Dashboard", true, "Serve the dashboard at /."),
      with_check(text("Server.PathBase", "", "Prefix of every path, behind a proxy that does not strip it."),
                 path_prefix),
      with_check(list("Cors.AllowedOrigins", Json::array(), "Origins whose pages may use the API; * for any."),
                 all_origins),
  };
}

Declarations logging() {
  SettingDeclaration levels = map("Logging.LogLevel", Json{{"Default", "Information"}},
                                  "Level of each category; Default decides, others are accepted.");
  levels.choices = {"Trace", "Debug", "Information", "Warning", "Error", "Critical", "None"};
  return {std::move(levels),
          choice("Logging.Format", "json", {"json", "text"}, "Log lines for machines or for people.")};
}

Declarations storage() {
  return {
      choice("Store.Kind", "sqlite", {"sqlite", "memory"}, "Where state lives; memory forgets it at the end."),
      text("Store.Path", "", "The store's file; empty = draas.db in DataDirectory."),
      flag("Store.FileConfigurations", false,
           "Also keep every configuration as config/{id}/server.yaml in DataDirectory."),
      integer("Ports.First", 8080, 1, 65535, "First port given to instances."),
      integer("Ports.Last", 9000, 1, 65535, "Last port given to instances."),
      with_check(text("Placement.DefaultPlatform", "Process", "Platform of instances that name none."), not_empty),
  };
}

Declarations process() {
  const auto key = [](const char* name) { return std::string("ProcessInstanceManager.") + name; };
  return {
      with_check(text(key("ExecutablePath"), "drasi-server", "drasi-server: a path, or a name looked up in PATH."),
                 not_empty),
      text(key("ConfigurationTemplatePath"), "",
           "YAML laid under every configuration; {InstanceId}, {Port}, {Host} are filled in."),
      with_check(
          text(key("InstanceConfigDirectory"), "./drasi-configs", "Where rendered configurations lie while in use."),
          not_empty),
      choice(key("DefaultLogLevel"), "info", {"trace", "debug", "info", "warn", "error"},
             "logLevel of instances that name none."),
      duration(key("ShutdownTimeoutSeconds"), seconds(30), 0, "From SIGINT to SIGKILL."),
      with_check(text(key("WorkingDirectory"), "./drasi-runtime", "Parent of the instances' own directories."),
                 not_empty),
      with_check(text(key("HostAddress"), "127.0.0.1", "Address on which instances listen."), not_empty),
      list(key("Arguments"), Json::array(), "Appended to the command line of every instance."),
      map(key("Environment"), Json::object(), "Variables for every instance."),
      text(key("PluginsDirectory"), "", "--plugins-dir of every instance; empty = drasi-server's own."),
      flag(key("SkipPluginVerification"), false, "Pass --skip-verification."),
      bytes(key("LogMaxBytes"), 10 << 20, 4096, "Size at which an instance's log file is rotated."),
      integer(key("LogFiles"), 5, 1, 1000, "Log files kept per instance, the current one included."),
      {key("CpuLimit"), SettingType::Number, 0.0, "Cores an instance may use; 0 = no limit.", 0, 4096},
      bytes(key("MemoryLimitBytes"), 0, 0, "Memory an instance may use; 0 = no limit."),
      integer(key("OpenFilesLimit"), 0, 0, 1'048'576, "Descriptors an instance may open; 0 = as the control plane."),
      duration(key("ReadinessTimeout"), seconds(300), 100,
               "From the start to Running; plugins may have to be fetched."),
      duration(key("OrphanGracePeriod"), seconds(30), 0, "Before what belongs to no instance is ended or removed."),
      flag(key("OrphanDryRun"), false, "Only tell in the log what belongs to no instance; end and remove nothing."),
      flag(key("OrphanRemoval"), false, "Remove also ended containers and volumes that belong to no instance."),
  };
}

std::string name_prefix(const Json& value) {
  const auto& prefix = value.get_ref<const std::string&>();
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  const bool valid = !prefix.empty() && plain(prefix.front()) &&
                     std::ranges::all_of(prefix, [&](char c) { return plain(c) || c == '-' || c == '_' || c == '.'; });
  return valid ? "" : "'" + prefix + "' cannot begin the name of a container; use letters, digits, '-', '_' and '.'";
}

Declarations docker() {
  const auto key = [](const char* name) { return std::string("Docker.") + name; };
  return {
      flag(key("Enabled"), true, "Offer the platform Docker; without an engine it is reported as unavailable."),
      text(key("Host"), "",
           "The engine: unix:///path or tcp://host:port; empty = DOCKER_HOST, the current context, "
           "/var/run/docker.sock."),
      text(key("CertificatesDirectory"), "", "ca.pem, cert.pem and key.pem for Host; empty = DOCKER_CERT_PATH."),
      with_check(text(key("Image"), "ghcr.io/drasi-project/drasi-server:0.2.2", "Image of instances that name none."),
                 not_empty),
      choice(key("PullPolicy"), "IfNotPresent", {"IfNotPresent", "Always", "Never"}, "When images are pulled."),
      with_check(
          text(key("HostAddress"), "127.0.0.1", "Address of the engine's machine on which instances are reached."),
          not_empty),
      text(key("Network"), "", "Network of the containers; empty = the engine's default."),
      list(key("ExtraHosts"), Json::array(), "More host names in every container, as name:address."),
      list(key("Arguments"), Json::array(), "Appended to the command line of every instance."),
      map(key("Environment"), Json::object(), "Variables for every instance."),
      text(key("User"), "", "User in the containers; empty = the image's."),
      list(key("Volumes"), Json::array(), "Mounted in every container, as volume-or-path:/path or ...:ro."),
      text(key("PluginsVolume"), "", "Volume of plugins for all instances; empty = one for each."),
      text(key("PluginsDirectory"), "", "Directory of plugins in the image; empty = a volume."),
      flag(key("SkipPluginVerification"), false, "Pass --skip-verification."),
      {key("CpuLimit"), SettingType::Number, 0.0, "Cores an instance may use; 0 = no limit.", 0, 4096},
      bytes(key("MemoryLimitBytes"), 0, 0, "Memory an instance may use; 0 = no limit."),
      integer(key("OpenFilesLimit"), 0, 0, 1'048'576, "Descriptors an instance may open; 0 = the engine's default."),
      integer(key("PidsLimit"), 1024, 0, 4'194'304, "Processes and threads of an instance; 0 = no limit."),
      flag(key("ReadOnlyRoot"), false, "Only the volumes and /tmp can be written."),
      flag(key("Init"), true, "Run the engine's init process (docker-init) as PID 1."),
      text(key("LogDriver"), "json-file", "Log driver of the containers; empty = the engine's default."),
      map(key("LogOptions"), Json{{"max-size", "10m"}, {"max-file", "5"}}, "Options of the log driver."),
      with_check(text(key("NamePrefix"), "draas-", "Begins the names of containers and volumes."), name_prefix),
      duration(key("SweepInterval"), seconds(30), 1000, "Sweep behind the engine's events, for what they missed."),
      text(key("LostEngine"), "", "Id of an engine that is gone for good: what ran there counts as ended."),
  };
}

Declarations supervision() {
  return {
      duration("Monitoring.PollingInterval", seconds(5), 100, "Sweep behind the events, for what they missed."),
      duration("Monitoring.HealthInterval", seconds(30), 100, "Between two looks at the components of an instance."),
      integer("Monitoring.EventBufferSize", 1000, 16, 1'000'000, "Events kept in memory."),
      integer("Monitoring.EventLogSize", 100'000, 16, 100'000'000, "Events kept in the store."),
      duration("Monitoring.HeartbeatInterval", seconds(15), 100, "Comment lines on quiet event streams."),
      choice("Restart.DefaultPolicy", "OnFailure", {"Always", "OnFailure", "Never"},
             "Policy of instances that name none."),
      duration("Restart.InitialDelay", seconds(1), 0, "Before the second restart; the first is immediate."),
      duration("Restart.MaxDelay", seconds(60), 0, "Longest delay between restarts."),
      integer("Restart.MaxRestarts", 5, 1, 1'000'000, "Restarts within Window; one more is a crash loop."),
      duration("Restart.Window", seconds(600), 1000, "See MaxRestarts."),
      duration("Restart.ResetAfter", seconds(600), 0, "Running this long forgets earlier restarts."),
  };
}

Declarations reconciliation() {
  const auto key = [](const char* name) { return std::string("Reconciliation.") + name; };
  return {
      duration(key("PollingInterval"), seconds(30), 0, "Between two sweeps over the fleet; 0 = none."),
      with_check(text(key("DefaultStrategy"), "Update",
                      "How a changed configuration is applied: Update, Restart, "
                      "RollingUpdate, BlueGreen, Canary, Manual, Migrate."),
                 not_empty),
      object(key("StrategyParameters"), "Parameters of the default strategy."),
      with_check(text(key("FallbackStrategy"), "Restart",
                      "Used where the chosen strategy cannot be; Fail = then nothing is done."),
                 not_empty),
      flag(key("AutoRollback"), true, "Return to the last healthy revision when a new one fails its checks."),
      flag(key("EnableAutoReconciliation"), true, "Apply what the comparison finds."),
      flag(key("EnableEventDrivenReconciliation"), true, "Compare at once when a configuration changes."),
      integer(key("MaxRetries"), 3, 0, 1000, "Attempts in all; 0 counts as 1."),
      duration(key("RetryDelay"), seconds(10), 0, "Between attempts."),
      integer(key("MaxConcurrentReconciliations"), 5, 1, 10'000, "Instances worked on at a time."),
      flag(key("EnableAuditLogging"), true, "Record what was done."),
      duration(key("ReconciliationTimeout"), seconds(300), 1000, "For one instance."),
      flag(key("ReconcileErrorInstances"), true, "Also instances in Error."),
      flag(key("ReconcileStoppedInstances"), false, "Also instances that ended although they should run."),
      duration(key("CheckTimeout"), seconds(30), 100, "For the components to run after a change."),
      duration(key("ApprovalExpiry"), seconds(86'400), 1000, "Until an approval that nobody gave runs out."),
      text(key("WorkerName"), "", "Unique among the reconcilers of a fleet; empty = host name and process id."),
      duration(key("LeaseTime"), seconds(10), 500, "After which the shares of a dead reconciler go to another."),
      with_check(text(key("ListenUrl"), "http://127.0.0.1:5001", "/health, /ready and /metrics of `draas reconciler`."),
                 listen_url),
      flag(key("InProcess"), false, "Run the reconciler inside `draas server` (--with-reconciler)."),
      object(key("Sources"), "Desired state from outside, by name: {Directory | Git, Branch, Prune, Interval}."),
  };
}

Declarations docker_monitor() {
  const auto key = [](const char* name) { return std::string("DockerMonitor.") + name; };
  return {
      text(key("Host"), "", "Engine that is watched; empty = as the docker command finds it."),
      list(key("Labels"), Json::array(), "Labels that containers must have, NAME or NAME=value, beside draas.managed."),
      with_check(text(key("ListenUrl"), "http://127.0.0.1:5002", "/health, /ready and /metrics of the monitor."),
                 listen_url),
      duration(key("FlushInterval"), 100, 0, "How long reports wait for others to go with them."),
      duration(key("ResyncInterval"), seconds(30), 100, "Between two looks at all containers."),
      integer(key("BatchSize"), 500, 1, 10'000, "Reports in one request."),
      integer(key("BufferSize"), 10'000, 1, 1'000'000, "Reports kept on disk while the control plane is away."),
  };
}

}  // namespace

std::vector<SettingDeclaration> control_plane_declarations() {
  Declarations all = top_level();
  for (auto section : {server, logging, storage, process, docker, supervision, reconciliation, docker_monitor}) {
    append(all, section());
  }
  return all;
}

}  // namespace draas::app
