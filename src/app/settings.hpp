#pragma once
// The settings of `draas server` (and, kept for it, of the reconciler): every key, its default and its meaning.
//
// Thread safety: plain values. Loading reads one file and blocks.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/settings.hpp"

namespace draas::app {

// An address of Server.Urls. The host is an IP address or a name; "0.0.0.0" stands for all interfaces.
struct ListenUrl {
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const ListenUrl&) const = default;
};

struct ServerSettings {
  std::vector<ListenUrl> listen;
  std::size_t threads = 0;  // never 0: "one per core" is resolved
  bool insecure = false;
  std::size_t max_body_bytes = 0;
  std::size_t max_header_bytes = 0;
  std::size_t max_connections = 0;
  Duration header_timeout{};
  Duration idle_timeout{};
  Duration request_timeout{};
  Duration drain_timeout{};
  bool access_log = true;
  bool documentation = true;
  bool dashboard = true;
  std::string path_base;  // "" or "/prefix", without a slash at the end
};

struct LoggingSettings {
  LogLevel level = LogLevel::Info;                // of the category Default
  std::map<std::string, std::string> categories;  // as written, Default included
  LogFormat format = LogFormat::Json;
};

struct StoreSettings {
  enum class Kind { Sqlite, Memory };
  Kind kind = Kind::Sqlite;
  std::filesystem::path path;
  bool file_configurations = false;
};

struct PortSettings {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

struct ProcessSettings {
  std::string executable_path;                   // absolute, or a bare name to be looked up in PATH
  std::filesystem::path configuration_template;  // "" = none
  std::filesystem::path instance_config_directory;
  std::string default_log_level;
  Duration shutdown_timeout{};
  std::filesystem::path working_directory;
  std::string host_address;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::filesystem::path plugins_directory;  // "" = drasi-server's own
  bool skip_plugin_verification = false;
  std::uint64_t log_max_bytes = 0;
  std::size_t log_files = 0;
  double cpu_limit = 0;                  // cores; 0 = none
  std::uint64_t memory_limit_bytes = 0;  // 0 = none
  std::uint64_t open_files_limit = 0;    // 0 = inherited
  Duration readiness_timeout{};
  Duration orphan_grace_period{};
  bool orphan_dry_run = false;
  bool orphan_removal = false;
};

struct DockerSettings {
  bool enabled = true;
  std::string host;                    // "" = as the docker command finds it
  std::filesystem::path certificates;  // "" = DOCKER_CERT_PATH
  std::string image;
  std::string pull_policy;  // IfNotPresent, Always or Never
  std::string host_address;
  std::string network;
  std::vector<std::string> extra_hosts;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::string user;
  std::vector<std::string> volumes;
  std::string plugins_volume;
  std::string plugins_directory;
  bool skip_plugin_verification = false;
  double cpu_limit = 0;
  std::uint64_t memory_limit_bytes = 0;
  std::uint64_t open_files_limit = 0;
  std::uint64_t pids_limit = 0;
  bool read_only_root = false;
  bool init = true;
  std::string log_driver;
  std::map<std::string, std::string> log_options;
  std::string name_prefix;
  Duration sweep_interval{};
  std::string lost_engine;  // its id; "" = none
};

struct MonitoringSettings {
  Duration polling_interval{};
  Duration health_interval{};
  std::size_t event_buffer_size = 0;
  std::size_t event_log_size = 0;
  Duration heartbeat_interval{};
};

struct RestartSettings {
  std::string default_policy;  // Always, OnFailure or Never
  Duration initial_delay{};
  Duration max_delay{};
  std::size_t max_restarts = 0;
  Duration window{};
  Duration reset_after{};
};

struct ReconciliationSettings {
  Duration polling_interval{};
  std::string default_strategy;
  bool enable_auto_reconciliation = true;
  bool enable_event_driven_reconciliation = true;
  std::size_t max_retries = 0;
  Duration retry_delay{};
  std::size_t max_concurrent_reconciliations = 0;
  bool enable_audit_logging = true;
  Duration reconciliation_timeout{};
  bool reconcile_error_instances = true;
  bool reconcile_stopped_instances = false;
  Json strategy_parameters;
  std::string fallback_strategy;
  bool auto_rollback = true;
  Duration check_timeout{};
  Duration approval_expiry{};
  std::string worker_name;  // never empty: the default is resolved
  Duration lease_time{};
  ListenUrl listen;
  bool in_process = false;
  Json sources;  // by name
};

struct DockerMonitorSettings {
  std::string host;  // of the engine; "" = as the docker command finds it
  std::vector<std::string> labels;
  ListenUrl listen;
  Duration flush_interval{};
  Duration resync_interval{};
  std::size_t batch_size = 0;
  std::size_t buffer_size = 0;
};

struct ControlPlaneSettings {
  ServerSettings server;
  std::vector<std::string> cors_allowed_origins;
  LoggingSettings logging;
  StoreSettings store;
  std::filesystem::path data_directory;
  PortSettings ports;
  std::string default_platform;
  ProcessSettings process;
  DockerSettings docker;
  MonitoringSettings monitoring;
  RestartSettings restart;
  std::string control_plane_url;
  std::string control_plane_api_key;  // "" = none
  ReconciliationSettings reconciliation;
  DockerMonitorSettings docker_monitor;

  Settings all;  // every key with its value as written and its source, for `draas config show`
};

// Every key there is, section by section.
std::vector<SettingDeclaration> control_plane_declarations();

// The process's environment, and the files that are looked for when none is named: ./draas.yaml, ./appsettings.json,
// /etc/draas/draas.yaml.
SettingsSources default_settings_sources();

// Paths are made absolute from the current directory. Errors as load_settings(), and for what several keys make
// together: an address beyond this machine without Server.Insecure, Ports.First above Ports.Last.
Result<ControlPlaneSettings> load_control_plane_settings(const SettingsSources& sources);

// "http://127.0.0.1:5000", also with +, * or localhost as host and without a port (80).
Result<ListenUrl> parse_listen_url(const std::string& url);
bool is_loopback(const std::string& host);

}  // namespace draas::app
