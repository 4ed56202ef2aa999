// The server's life: configuration, components, port, signals - in drasi-server's order, so that what is started before
// a late failure is started here too.

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "simulator/clock_text.hpp"
#include "simulator/commands.hpp"
#include "simulator/config_file.hpp"
#include "simulator/rest_api.hpp"
#include "simulator/server_state.hpp"

namespace draas::simulator {

namespace {

constexpr std::string_view kMain = "drasi_server";
constexpr std::string_view kServer = "drasi_server::server";

int give_up(const std::string& text, const std::string& cause = "") {
  std::string out = "Error: " + text + "\n";
  if (!cause.empty()) out += "\nCaused by:\n    " + cause + "\n";
  write_all(STDERR_FILENO, out);
  return 1;
}

// Signals and exit codes of a crash on demand.
[[noreturn]] void crash(const Crash& how) {
  if (how.signal != 0) {
    std::signal(how.signal, SIG_DFL);
    ::raise(how.signal);
  }
  std::_Exit(how.exit_code);
}

void log_lines(TracingLog& log, std::string_view target, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) log.info(target, line);
}

std::string hex(const std::string& text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (char c : text) {
    out.push_back(kDigits[static_cast<unsigned char>(c) >> 4U]);
    out.push_back(kDigits[static_cast<unsigned char>(c) & 15U]);
  }
  return out;
}

class ServerRun {
 public:
  explicit ServerRun(const CommandLine& command) : command_(command), faults_(faults_from_environment()) {}

  int run() {
    std::signal(SIGPIPE, SIG_IGN);
    DotenvResult dotenv = load_dotenv_beside(command_.config);
    if (!dotenv.warning.empty()) {
      write_all(STDERR_FILENO, "Warning: Failed to load .env file: " + dotenv.warning + "\n");
    }
    std::error_code ignored;
    bool exists = std::filesystem::exists(command_.config, ignored);
    int status = exists ? load() : create_default();
    if (status != 0) return status;
    if (dotenv.loaded) log_.info(kMain, "Loaded environment variables from .env file");
    announce();
    if (int failed = prepare(); failed != 0) return failed;
    return serve();
  }

 private:
  // The log level: RUST_LOG, else the given one.
  void configure_log(const std::string& level) {
    const char* chosen = std::getenv("RUST_LOG");
    filter_ = chosen != nullptr ? chosen : level + ",oci_client=error";
    log_.configure(filter_);
  }

  int create_default() {
    configure_log("info");
    log_.warn(kMain, "Config file '" + command_.config + "' not found. Creating default configuration.");
    std::filesystem::path path(command_.config);
    std::error_code problem;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), problem);
    if (problem) return give_up(os_error_text(problem.value()));
    definition_ = default_server_definition();
    if (command_.port) {
      definition_.port = ConfigValue::literal(*command_.port);
      log_.info(kMain, "Using command line port " + std::to_string(*command_.port) + " in default configuration");
    }
    if (std::string reason = write_config_file(definition_, path); !reason.empty()) {
      return give_up("Failed to read config file: " + reason, reason);
    }
    log_lines(log_, kMain,
              {"Default configuration created at: " + command_.config,
               "Please edit the configuration file to add sources, queries, and reactions."});
    return resolve();
  }

  int load() {
    auto loaded = load_config_file(command_.config);
    if (!loaded) return give_up(loaded.error().text, loaded.error().cause);
    definition_ = std::move(*loaded);
    if (int status = resolve(); status != 0) return status;
    configure_log(settings_.log_level);
    return 0;
  }

  int resolve() {
    auto settings = resolve_settings(definition_);
    if (!settings) return give_up(settings.error());
    settings_ = *settings;
    port_ = command_.port.value_or(settings_.port);
    for (const InstanceDefinition& instance : definition_.effective_instances()) {
      for (const SourceDefinition& source : instance.sources) {
        if (source.kind == "mock" && source.config.contains("sim")) {
          apply_process_faults(faults_, source.config["sim"]);
        }
      }
    }
    return 0;
  }

  void announce() {
    enable_ui_ = command_.enable_ui || (!command_.disable_ui && definition_.enable_ui);
    if (command_.plugins_dir) {
      plugins_dir_ = *command_.plugins_dir;
    } else {
      std::error_code ignored;
      plugins_dir_ = (std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "plugins").string();
    }
    log_lines(log_, kMain,
              {"Starting Drasi Server", "Config file: " + command_.config, "Port: " + std::to_string(port_),
               std::string("Web UI: ") + (enable_ui_ ? "enabled" : "disabled"), "Plugins directory: " + plugins_dir_});
  }

  // Plugins, read-only mode, and the instances with their components, not yet started.
  int prepare() {
    bool verify = definition_.verify_plugins && !command_.skip_verification;
    if (faults_.unverified_plugins && verify) {
      log_.warn(kServer, "verify_plugins enabled but no lockfile found — no plugins will be loaded");
    } else {
      plugins_.install(faults_.plugins);
    }
    log_.info(kServer, std::to_string(plugins_.installed()) + " simulated plugin kind(s) installed");
    state_ =
        std::make_unique<ServerState>(Surroundings{reactor_, log_, faults_, plugins_}, definition_, command_.config);
    state_->host = settings_.host;
    state_->port = port_;
    state_->log_level = settings_.log_level;
    state_->plugins_dir = plugins_dir_;
    state_->loaded_at = timestamp_text(unix_nanoseconds());
    int fd = ::open(command_.config.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    state_->read_only = fd < 0 || faults_.read_only;
    if (fd >= 0) ::close(fd);
    if (state_->read_only) {
      log_.warn(kServer, "Config file is not writable. API in READ-ONLY mode.");
      log_.warn(kServer, "Cannot create or delete components via API.");
    } else if (!definition_.persist_config) {
      log_.info(kServer, "Persistence disabled by configuration (persist_config: false).");
      log_.warn(kServer, "API modifications will not persist across restarts.");
    } else {
      log_.info(kServer, "Persistence ENABLED. API modifications will be saved to config file.");
    }
    std::string missing = missing_plugins_text(plugins_, plugin_requirements(definition_));
    if (!missing.empty()) return give_up(missing);
    return check_instances();
  }

  int check_instances() {
    std::vector<InstanceDefinition> instances = definition_.effective_instances();
    for (const InstanceDefinition& instance : instances) {
      std::string id = resolve_string(instance.id).value_or("");
      if (int status = open_state_store(instance); status != 0) return status;
      log_.info(kServer, "Enabling WAL provider for instance '" + id + "' at: ./data/id-" + hex(id) + "/wal");
      std::vector<std::string> identities;
      for (const ProviderDefinition& provider : instance.identity_providers) {
        for (const std::string& known : identities) {
          if (known == provider.id) return give_up("Duplicate identityProvider id '" + provider.id + "'");
        }
        if (int status = check_password_provider(provider); status != 0) return status;
        identities.push_back(provider.id);
      }
      auto unknown = [&](const std::optional<std::string>& reference) {
        return reference && std::find(identities.begin(), identities.end(), *reference) == identities.end();
      };
      for (const SourceDefinition& source : instance.sources) {
        if (auto fault = source_config_fault(source.kind, source.config)) {
          return give_up("Failed to create source '" + source.id + "': " + *fault);
        }
        if (unknown(source.identity_provider)) return dangling("Source", *source.identity_provider, identities);
      }
      for (const ReactionDefinition& reaction : instance.reactions) {
        if (auto fault = reaction_config_fault(reaction.kind, reaction.queries, reaction.config)) {
          return give_up("Failed to create reaction '" + reaction.id + "': " + *fault);
        }
        if (unknown(reaction.identity_provider)) return dangling("Reaction", *reaction.identity_provider, identities);
      }
    }
    if (std::string fault = state_->load_instances(instances); !fault.empty()) return give_up(fault);
    return 0;
  }

  // The file comes into being; its directory must be there.
  int open_state_store(const InstanceDefinition& instance) {
    if (!instance.state_store) return 0;
    auto location = read_config_value((*instance.state_store)["path"], "a string");
    auto path = location ? resolve_string(*location) : std::unexpected(location.error());
    if (!path) return give_up(path.error());
    log_.info("drasi_server::factories", "Creating REDB state store provider with path: " + *path);
    int fd = ::open(path->c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) {
      return give_up("Storage error: Failed to create/open redb database at \"" + *path +
                     "\": I/O error: " + os_error_text(errno));
    }
    ::close(fd);
    return 0;
  }

  static int dangling(const std::string& what, const std::string& reference, const std::vector<std::string>& known) {
    return give_up(what + " references unknown identityProvider '" + reference +
                   "'. Declared providers: " + to_text(Json(known)));
  }

  static int check_password_provider(const ProviderDefinition& provider) {
    if (provider.kind != "password") return 0;
    std::string start = "identity provider '" + provider.id + "': ";
    for (const char* field : {"username", "password"}) {
      if (!provider.config.contains(field)) {
        return give_up(start + "invalid 'password' configuration (expected 'username' and 'password' fields)",
                       "missing field `" + std::string(field) + "`");
      }
      auto value = read_config_value(provider.config[field], "a string");
      if (!value) {
        return give_up(start + "invalid 'password' configuration (expected 'username' and 'password' fields)",
                       value.error());
      }
      auto resolved = resolve_string(*value);
      if (!resolved) return give_up(start + "failed to resolve '" + field + "'", resolved.error());
    }
    return 0;
  }

  int serve() {
    print_banner();
    begin_process_faults();
    for (const auto& instance : state_->instances()) {
      log_.info("drasi_lib::lib_core", "Starting drasi-lib");
      if (auto ok = instance->start(); !ok) return give_up(ok.error());
    }
    if (state_->read_only) {
      log_.info(kServer, "Configuration persistence disabled (read-only mode)");
    } else {
      log_.info(kServer, definition_.persist_config ? "Configuration persistence enabled"
                                                    : "Configuration persistence disabled (persist_config: false)");
    }
    // Signals keep their default action through the delay: an early SIGINT kills.
    wait_start_delay();
    if (faults_.fail_start) return give_up(*faults_.fail_start);
    RestApi api(*state_);
    HttpListener listener(reactor_, [&](const HttpRequest& request, const std::shared_ptr<HttpExchange>& exchange) {
      api.handle(request, exchange);
    });
    std::string address = settings_.host + ":" + std::to_string(port_);
    log_lines(log_, kServer,
              {"Starting web API on " + address, "API v1 available at http://" + address + "/api/v1/",
               "Swagger UI available at http://" + address + "/api/v1/docs/"});
    if (int problem = listener.open(settings_.host, port_); problem != 0) return give_up(os_error_text(problem));
    log_.info(kServer, "Drasi Server started successfully with API on port " + std::to_string(port_));
    watch_sigint();
    reactor_.run();
    return status_;
  }

  void print_banner() {
    std::string out = "Starting Drasi Server\n  Version: " + std::string(kSimulatedVersion) +
                      "\n  Rust: " + std::string(kSimulatedRustc) +
                      "\n  Plugin SDK: " + std::string(kSimulatedPluginSdk) + "\n  Config file: " + command_.config +
                      "\n  API Port: " + std::to_string(port_) + "\n  Log level: " + filter_ + "\n";
    write_all(STDOUT_FILENO, out);
    log_.info(kServer, "Initializing Drasi Server");
  }

  void begin_process_faults() {
    if (faults_.crash) {
      reactor_.after(faults_.crash->after, [this] { crash(*faults_.crash); });
    }
    if (faults_.noise_lines_per_second > 0) make_noise();
    if (faults_.ballast_bytes > 0) ballast_.assign(faults_.ballast_bytes, '\1');
  }

  void make_noise() {
    // Ten bursts a second, so that high rates need no high timer rate.
    std::uint32_t lines = std::max(1U, faults_.noise_lines_per_second / 10);
    auto pause =
        faults_.noise_lines_per_second >= 10 ? Milliseconds(100) : Milliseconds(1000 / faults_.noise_lines_per_second);
    std::string out;
    for (std::uint32_t line = 0; line < lines; ++line) {
      std::string text = "drasi-sim noise " + std::to_string(noise_count_++) + " ";
      if (text.size() < faults_.noise_line_bytes) text.append(faults_.noise_line_bytes - text.size(), '.');
      out += text + "\n";
    }
    write_all(faults_.noise_on_stderr ? STDERR_FILENO : STDOUT_FILENO, out);
    reactor_.after(pause, [this] { make_noise(); });
  }

  void wait_start_delay() {
    if (faults_.start_delay == Milliseconds::zero()) return;
    bool over = false;
    reactor_.after(faults_.start_delay, [&over] { over = true; });
    while (!over) reactor_.run_once(faults_.start_delay);
  }

  void watch_sigint() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    signal_fd_ = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    reactor_.watch(signal_fd_, EPOLLIN, [this](std::uint32_t) {
      signalfd_siginfo info{};
      while (::read(signal_fd_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) on_sigint();
    });
  }

  void on_sigint() {
    if (stopping_) return;
    stopping_ = true;
    log_.info(kServer, "Shutting down Drasi Server");
    if (faults_.hang_on_sigint) return;
    reactor_.after(faults_.stop_delay, [this] {
      for (const auto& instance : state_->instances()) {
        std::string fault = instance->stop();
        if (fault.empty()) continue;
        status_ = give_up(fault);
        break;
      }
      reactor_.stop();
    });
  }

  const CommandLine& command_;
  Faults faults_;
  Reactor reactor_;
  TracingLog log_;
  PluginCatalog plugins_;
  ServerDefinition definition_;
  ResolvedSettings settings_;
  std::unique_ptr<ServerState> state_;
  std::uint16_t port_ = 0;
  bool enable_ui_ = true;
  std::string plugins_dir_;
  std::string filter_;
  std::string ballast_;
  std::uint64_t noise_count_ = 0;
  int signal_fd_ = -1;
  bool stopping_ = false;
  int status_ = 0;
};

}  // namespace

int run_server(const CommandLine& command) {
  // Never destroyed: the process ends with it, and what streams and timers still refer to stays good until then.
  auto* run = new ServerRun(command);
  return run->run();
}

}  // namespace draas::simulator
