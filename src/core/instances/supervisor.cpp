#include "core/instances/supervisor.hpp"

#include <algorithm>
#include <cctype>
#include <random>

#include "base/crash_point.hpp"
#include "base/log.hpp"

namespace draas::core {
namespace {

constexpr std::chrono::milliseconds kServerCallTimeout{2'000};
constexpr std::chrono::milliseconds kRecordRetryFirst{100};
constexpr std::chrono::milliseconds kRecordRetryMax{5'000};

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

double random_unit() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
}

// As a shell tells it: 128 and the signal's number for one that was killed.
std::string exit_code_text(const WorkloadExit& exit) {
  constexpr int kSignalBase = 128;
  if (exit.exit_code) return std::to_string(*exit.exit_code);
  return exit.signal ? std::to_string(kSignalBase + *exit.signal) : "unknown";
}

bool is_running_phase(Phase phase) { return phase == Phase::Starting || phase == Phase::Running; }

}  // namespace

Supervisor::Supervisor(Ledger& ledger, const ControlPlaneOptions& options,
                       std::vector<std::unique_ptr<Platform>> platforms, Metrics* metrics)
    : ledger_(ledger),
      options_(options),
      platforms_(std::move(platforms)),
      http_(ledger.executor(), net::ClientOptions{.max_idle_per_endpoint = 1, .idle_timeout = std::chrono::seconds(5)}),
      tasks_(ledger.executor()) {
  if (metrics != nullptr) {
    restarts_ = &metrics->counter("draas_instance_restarts_total", "Automatic restarts of instances");
  }
  for (const auto& platform : platforms_) {
    platform->set_exit_handler([this](const WorkloadHandle& handle, const WorkloadExit& exit) {
      EntryPtr entry = ledger_.find(handle.instance_id);
      if (!entry || closing_) return;
      tasks_.spawn("exit", [this, entry, handle, exit] { return on_exit(entry, handle, exit); });
    });
  }
}

// --- platforms ------------------------------------------------------------------------------------------------------

Platform* Supervisor::find_platform(std::string_view name) const {
  std::string wanted = lowered(name);
  if (wanted == "kubernetes" || wanted == "k8s") wanted = "aks";
  // The prototype's integers.
  constexpr std::array<std::string_view, 3> kByNumber{"process", "docker", "aks"};
  if (wanted.size() == 1 && wanted[0] >= '0' && wanted[0] < '3')
    wanted = kByNumber.at(static_cast<std::size_t>(wanted[0] - '0'));
  for (const auto& platform : platforms_) {
    if (lowered(platform->name()) == wanted) return platform.get();
  }
  return nullptr;
}

std::vector<std::string> Supervisor::platform_names() const {
  std::vector<std::string> names;
  for (const auto& platform : platforms_) names.emplace_back(platform->name());
  return names;
}

std::string Supervisor::monitor_source(const Entry& entry) const { return entry.instance.platform + "StatusMonitor"; }

net::Task<std::vector<PlatformInfo>> Supervisor::platforms() {
  std::map<std::string, std::size_t> counts;
  for (const EntryPtr& entry : ledger_.all()) ++counts[entry->instance.platform];
  std::vector<PlatformInfo> infos;
  for (const auto& platform : platforms_) {
    PlatformInfo info;
    info.name = platform->name();
    info.availability = co_await platform->availability();
    info.is_default = lowered(platform->name()) == lowered(options_.default_platform);
    info.monitoring = platform->monitoring();
    info.instances = counts[info.name];
    infos.push_back(std::move(info));
  }
  co_return infos;
}

// --- recording ------------------------------------------------------------------------------------------------------

net::Task<void> Supervisor::record(EntryPtr entry, std::function<Status(Change&)> edit) {
  std::chrono::milliseconds delay = kRecordRetryFirst;
  while (true) {
    Status changed = co_await ledger_.change(entry, edit);
    if (changed || !changed.error().retryable || closing_) {
      if (!changed && changed.error().code != ErrorCode::NotFound) {
        write_log(LogLevel::Error, "a state change could not be stored", changed.error(),
                  {{"instanceId", entry->instance.id}});
      }
      co_return;
    }
    write_log(LogLevel::Warn, "a state change could not be stored yet", changed.error(),
              {{"instanceId", entry->instance.id}});
    co_await net::sleep_for(delay);
    delay = std::min(delay * 2, kRecordRetryMax);
  }
}

Json Supervisor::configuration_of(const Entry& entry) const {
  // Written by us from a valid document, so it parses.
  return Json::parse(*entry.configuration);
}

std::string Supervisor::spec_hash_of(const Instance& instance, const Json& configuration) const {
  Platform* platform = find_platform(instance.platform);
  if (platform == nullptr) return {};
  return prepare_workload(instance, configuration, *platform, options_).spec.spec_hash;
}

bool Supervisor::converged(const Entry& entry) const {
  if (!is_running_phase(entry.runtime.phase)) return true;
  return entry.runtime.phase == Phase::Running && entry.runtime.applied_revision == entry.instance.revision;
}

// Gives back ports that neither the newest configuration nor a running workload needs.
void Supervisor::trim_ports(const EntryPtr& entry, Change& change) {
  std::set<std::uint16_t> needed;
  const Json configuration = configuration_of(*entry);
  if (auto port = configuration.find("port"); port != configuration.end() && port->is_number_unsigned()) {
    needed.insert(port->get<std::uint16_t>());
  }
  for (const drasi::ComponentPort& port : drasi::component_ports(configuration)) {
    if (port.port) needed.insert(*port.port);
  }
  for (const auto& [key, port] : change.instance.component_ports) needed.insert(port);
  const std::string& id = entry->instance.id;
  for (std::uint16_t port : ledger_.ports().ports_of(id)) {
    if (needed.contains(port)) continue;
    ledger_.ports().release(port, id);
    change.writes.push_back(Ledger::release_write(port));
  }
}

// --- starting -------------------------------------------------------------------------------------------------------

net::Task<Status> Supervisor::launch(EntryPtr entry, Launch launch) {
  Platform* platform = find_platform(entry->instance.platform);
  if (platform == nullptr) {
    Error missing =
        fail(ErrorCode::Unavailable, "Platform '" + entry->instance.platform + "' is not configured").error();
    co_return co_await launch_failed(entry, std::move(missing), std::move(launch));
  }
  Availability availability = co_await platform->availability();
  if (!availability.available) {
    std::string message = "Platform '" + entry->instance.platform + "' is unavailable: " + availability.reason;
    Error unavailable = fail(ErrorCode::Unavailable, std::move(message)).error();
    co_return co_await launch_failed(entry, std::move(unavailable), std::move(launch));
  }

  const Json configuration = launch.one_shot ? *launch.one_shot : configuration_of(*entry);
  PreparedWorkload prepared = prepare_workload(entry->instance, configuration, *platform, options_);
  prepared.spec.control_plane_id = ledger_.control_plane_id();
  prepared.spec.generation = entry->runtime.generation + 1;
  const WorkloadSpec& spec = prepared.spec;
  if (!platform->port_is_free(spec.host, spec.port)) {
    Error taken = fail(ErrorCode::Conflict, "Port " + std::to_string(spec.port) + " of " + spec.host +
                                                " is in use by another program. End that program, or give the "
                                                "instance another port")
                      .error();
    co_return co_await launch_failed(entry, std::move(taken), std::move(launch));
  }

  const std::uint64_t revision = entry->instance.revision;
  Status intended = co_await ledger_.change(entry, [&](Change& change) -> Status {
    if (change.instance.desired_state != DesiredState::Running) {
      change.edit_instance().desired_state = DesiredState::Running;
    }
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.phase = Phase::Starting;
    runtime.health = Health::Unknown;
    runtime.generation = spec.generation;
    runtime.applied_revision = revision;
    runtime.one_shot = launch.one_shot.has_value();
    runtime.spec_hash = spec.spec_hash;
    runtime.host = spec.host;
    runtime.port = spec.port;
    runtime.handle.reset();
    runtime.next_start_at.reset();
    runtime.reported_status.reset();
    runtime.metadata.clear();
    if (launch.automatic) {
      ++runtime.restart_count;
    } else {
      runtime.restart_count = 0;
      runtime.recent_restarts.clear();
      runtime.error_message.clear();
    }
    change.source = launch.source;
    return {};
  });
  if (!intended) co_return intended;
  crash_point("start.intended");
  if (launch.automatic && restarts_ != nullptr) restarts_->add();

  Result<WorkloadHandle> started = co_await platform->start(spec);
  if (!started) co_return co_await launch_failed(entry, std::move(started.error()), std::move(launch));
  crash_point("start.workload_runs");

  const WallTime now = ledger_.clock().now();
  const auto description = platform->describe(*started);
  co_await record(entry, [&](Change& change) -> Status {
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.handle = *started;
    runtime.started_at = now;
    for (const auto& [name, value] : description) runtime.metadata[name] = value;
    trim_ports(entry, change);
    return {};
  });
  crash_point("start.handle_stored");
  log_info("instance started", {{"instanceId", entry->instance.id},
                                {"generation", spec.generation},
                                {"revision", revision},
                                {"automatic", launch.automatic}});
  tasks_.spawn("readiness", [this, entry, generation = spec.generation, expected = prepared.expected] {
    return watch_readiness(entry, generation, expected);
  });
  co_return Status{};
}

// A start that did not come about. One that a user asked for tells the user; an automatic one is tried again as the
// restart policy says.
net::Task<Status> Supervisor::launch_failed(EntryPtr entry, Error error, Launch launch) {
  write_log(LogLevel::Warn, "instance could not be started", error, {{"instanceId", entry->instance.id}});
  const bool intent_written = entry->runtime.phase == Phase::Starting && !entry->runtime.handle;
  if (launch.automatic) {
    WorkloadExit exit;
    exit.time = ledger_.clock().now();
    exit.reason = "could not be started: " + error.message;
    co_await record_exit(entry, std::move(exit), launch.source);
  } else if (intent_written) {
    co_await record(entry, [&](Change& change) -> Status {
      RuntimeRecord& runtime = change.edit_runtime();
      runtime.phase = Phase::Failed;
      runtime.stopped_at = ledger_.clock().now();
      runtime.error_message = error.message;
      change.source = launch.source;
      change.event_metadata = {{"Reason", error.message}};
      return {};
    });
  }
  co_return std::unexpected(std::move(error));
}

net::Task<Result<OperationResult>> Supervisor::start(EntryPtr entry, StartOptions options, Actor actor) {
  bool changed = false;
  {
    net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
    if (entry->removed) co_return std::unexpected(ledger_.require(entry->instance.id).error());
    if (entry->runtime.handle && is_running_phase(entry->runtime.phase)) {
      if (options.configuration && !options.persist) {
        co_return fail(ErrorCode::Conflict,
                       "Instance '" + entry->instance.id +
                           "' is already running; restart it to run it with another configuration");
      }
    } else {
      Launch request{.automatic = false, .one_shot = std::move(options.configuration), .source = actor.source};
      if (options.persist) request.one_shot.reset();
      Status launched = co_await launch(entry, std::move(request));
      if (!launched) co_return std::unexpected(std::move(launched.error()));
      changed = true;
    }
  }
  std::string verb = "started";
  co_return co_await settled(entry, options.wait, changed, std::move(verb));
}

// Waits for Running, or for the failure to get there.
net::Task<Result<OperationResult>> Supervisor::settled(EntryPtr entry, std::chrono::milliseconds wait, bool changed,
                                                       std::string verb) {
  const std::uint64_t generation = entry->runtime.generation;
  const SteadyTime deadline = std::chrono::steady_clock::now() + wait;
  co_await ledger_.wait_until(
      entry,
      [generation](const Entry& now) {
        return now.runtime.generation != generation || now.runtime.phase != Phase::Starting;
      },
      deadline);
  OperationResult result;
  result.instance = entry->view;
  result.changed = changed;
  const std::string name = "Instance '" + entry->instance.id + "'";
  switch (entry->runtime.phase) {
    case Phase::Running:
      result.message = name + (changed ? " " + verb + " successfully" : " is already running");
      break;
    case Phase::Starting:
      result.message = name + " is starting";
      break;
    default:
      co_return fail(ErrorCode::Unprocessable, name + " was " + verb + " but did not become ready and is now " +
                                                   std::string(to_string(entry->runtime.phase)) + ": " +
                                                   entry->runtime.error_message + ". Look at its log");
  }
  co_return result;
}

net::Task<Result<OperationResult>> Supervisor::restart(EntryPtr entry, StartOptions options, Actor actor) {
  {
    net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
    if (entry->removed) co_return std::unexpected(ledger_.require(entry->instance.id).error());
    if (entry->runtime.handle) {
      Status ended = co_await end_workload(entry, true, actor.source);
      if (!ended) co_return std::unexpected(std::move(ended.error()));
      crash_point("restart.stopped");
    }
    Launch request{.automatic = false, .one_shot = std::move(options.configuration), .source = actor.source};
    if (options.persist) request.one_shot.reset();
    Status launched = co_await launch(entry, std::move(request));
    if (!launched) co_return std::unexpected(std::move(launched.error()));
  }
  std::string verb = "restarted";
  co_return co_await settled(entry, options.wait, true, std::move(verb));
}

// --- stopping -------------------------------------------------------------------------------------------------------

// Ends the workload and records it. `keep_desired`: a restart, the instance is to run again.
net::Task<Status> Supervisor::end_workload(EntryPtr entry, bool keep_desired, std::string source) {
  Platform* platform = find_platform(entry->instance.platform);
  if (platform == nullptr) {
    co_return fail(ErrorCode::Unavailable, "Platform '" + entry->instance.platform + "' is not configured");
  }
  const Phase phase_before = entry->runtime.phase;
  Status intended = co_await ledger_.change(entry, [&](Change& change) -> Status {
    if (!keep_desired) change.edit_instance().desired_state = DesiredState::Stopped;
    change.edit_runtime().phase = Phase::Stopping;
    change.source = source;
    return {};
  });
  if (!intended) co_return intended;
  crash_point("stop.intended");

  WorkloadHandle handle = *entry->runtime.handle;
  Result<WorkloadExit> ended = co_await platform->stop(std::move(handle), options_.shutdown_timeout);
  if (!ended) {
    write_log(LogLevel::Error, "instance could not be stopped", ended.error(), {{"instanceId", entry->instance.id}});
    if (ended.error().code != ErrorCode::Cancelled) {
      co_await record(entry, [&](Change& change) -> Status {
        RuntimeRecord& runtime = change.edit_runtime();
        runtime.phase = phase_before;
        runtime.error_message = "could not be stopped: " + ended.error().message;
        return {};
      });
    }
    co_return std::unexpected(std::move(ended.error()).with_context("Stopping instance '" + entry->instance.id + "'"));
  }
  crash_point("stop.workload_ended");
  co_await record(entry, [&](Change& change) -> Status {
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.phase = Phase::Stopped;
    runtime.health = Health::Unknown;
    runtime.handle.reset();
    runtime.stopped_at = ended->time;
    runtime.last_exit = *ended;
    runtime.error_message.clear();
    runtime.reported_status.reset();
    runtime.restart_count = 0;
    runtime.recent_restarts.clear();
    change.source = source;
    change.event_metadata["Reason"] = ended->reason;
    change.event_metadata["ExitTime"] = to_rfc3339(ended->time);
    change.event_metadata["ExitCode"] = exit_code_text(*ended);
    trim_ports(entry, change);
    return {};
  });
  crash_point("stop.recorded");
  Status removed = co_await platform->remove_configuration(entry->instance.id);
  if (!removed) {
    write_log(LogLevel::Warn, "rendered configuration could not be removed", removed.error(),
              {{"instanceId", entry->instance.id}});
  }
  log_info("instance stopped", {{"instanceId", entry->instance.id}, {"reason", ended->reason}});
  co_return Status{};
}

struct Supervisor::StopOutcome {
  bool done = false;
  Status status;
};

net::Task<void> Supervisor::stop_in_background(EntryPtr entry, std::string source,
                                               std::shared_ptr<StopOutcome> outcome) {
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  if (!entry->removed) {
    if (entry->runtime.handle) {
      outcome->status = co_await end_workload(entry, false, source);
    } else if (entry->instance.desired_state != DesiredState::Stopped || entry->runtime.phase == Phase::BackOff) {
      outcome->status = co_await ledger_.change(entry, [&](Change& change) -> Status {
        change.edit_instance().desired_state = DesiredState::Stopped;
        RuntimeRecord& runtime = change.edit_runtime();
        if (runtime.phase != Phase::Idle && runtime.phase != Phase::Failed) runtime.phase = Phase::Stopped;
        runtime.next_start_at.reset();
        change.source = source;
        change.report_update = true;
        return {};
      });
    }
  }
  outcome->done = true;
  for (net::Timer* waiter : entry->waiters) waiter->cancel();
}

net::Task<Result<OperationResult>> Supervisor::stop(EntryPtr entry, std::chrono::milliseconds wait, Actor actor) {
  const bool runs = entry->runtime.handle.has_value() || entry->lifecycle.locked();
  const bool was_wanted = entry->instance.desired_state == DesiredState::Running;
  const std::string name = "Instance '" + entry->instance.id + "'";
  if (!runs && !was_wanted) {
    co_return OperationResult{
        entry->view, false,
        name + (entry->runtime.phase == Phase::Idle ? " was never started" : " is already stopped")};
  }
  auto outcome = std::make_shared<StopOutcome>();
  tasks_.spawn("stop",
               [this, entry, source = actor.source, outcome] { return stop_in_background(entry, source, outcome); });
  const SteadyTime deadline = std::chrono::steady_clock::now() + wait;
  // Named: GCC 12 destroys a closure with captures twice when it is a temporary of a co_await expression.
  const std::function<bool(const Entry&)> is_done = [outcome](const Entry&) { return outcome->done; };
  co_await ledger_.wait_until(entry, is_done, deadline);
  if (outcome->done && !outcome->status) co_return std::unexpected(std::move(outcome->status.error()));
  co_return OperationResult{entry->view, true, name + (outcome->done ? " stopped successfully" : " is stopping")};
}

net::Task<Status> Supervisor::remove(EntryPtr entry, bool keep_data, Actor actor) {
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  if (entry->removed) co_return fail(ErrorCode::NotFound, "Instance '" + entry->instance.id + "' not found");
  Status marked = co_await ledger_.change(entry, [&](Change& change) -> Status {
    change.edit_instance().desired_state = DesiredState::Stopped;
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.deleting = true;
    runtime.keep_data = keep_data;
    change.source = actor.source;
    return {};
  });
  if (!marked) co_return marked;
  crash_point("delete.marked");
  Status removed = co_await remove_marked(entry, keep_data, actor.source);
  if (!removed && removed.error().code != ErrorCode::Cancelled) {
    // The client is told that it failed, so no later recovery may finish it behind the client's back.
    co_await record(entry, [](Change& change) -> Status {
      change.edit_runtime().deleting = false;
      return {};
    });
  }
  co_return removed;
}

net::Task<Status> Supervisor::remove_marked(EntryPtr entry, bool keep_data, std::string source) {
  if (entry->runtime.handle) {
    Status ended = co_await end_workload(entry, false, source);
    if (!ended) co_return ended;
  }
  crash_point("delete.stopped");
  if (Platform* platform = find_platform(entry->instance.platform)) {
    Status removed = co_await platform->remove(entry->instance.id, keep_data);
    if (!removed) co_return std::unexpected(std::move(removed.error()).with_context("Deleting the instance's files"));
  }
  crash_point("delete.files_removed");
  Status erased = co_await ledger_.erase(entry, source);
  if (erased) log_info("instance deleted", {{"instanceId", entry->instance.id}});
  co_return erased;
}

// --- exits ----------------------------------------------------------------------------------------------------------

net::Task<void> Supervisor::on_exit(EntryPtr entry, WorkloadHandle handle, WorkloadExit exit) {
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  const RuntimeRecord& runtime = entry->runtime;
  if (entry->removed || !runtime.handle || runtime.handle->generation != handle.generation) co_return;
  log_warn("instance ended by itself",
           {{"instanceId", entry->instance.id}, {"generation", handle.generation}, {"reason", exit.reason}});
  std::string source = monitor_source(*entry);
  co_await record_exit(entry, std::move(exit), std::move(source));
}

// Writes down that the workload is gone, and does what the restart policy says.
net::Task<void> Supervisor::record_exit(EntryPtr entry, WorkloadExit exit, std::string source) {
  RestartInput input;
  input.policy = entry->instance.restart_policy.value_or(options_.restart.default_policy);
  if (entry->instance.desired_state == DesiredState::Stopped) input.policy = RestartPolicy::Never;
  input.exit = exit;
  input.now = ledger_.clock().now();
  input.started_at = entry->runtime.handle ? entry->runtime.started_at : std::nullopt;
  input.recent_restarts = entry->runtime.recent_restarts;
  input.random = random_unit();
  const RestartDecision decision = decide_restart(options_.restart, input);

  co_await record(entry, [&](Change& change) -> Status {
    RuntimeRecord& runtime = change.edit_runtime();
    runtime.handle.reset();
    runtime.health = Health::Unknown;
    runtime.stopped_at = exit.time;
    runtime.last_exit = exit;
    runtime.recent_restarts = decision.recent_restarts;
    runtime.reported_status.reset();
    runtime.next_start_at.reset();
    runtime.error_message = exit.reason;
    switch (decision.action) {
      case RestartDecision::Action::Restart:
        runtime.phase = Phase::BackOff;
        runtime.next_start_at = input.now + decision.delay;
        break;
      case RestartDecision::Action::Leave:
        runtime.phase = Phase::Stopped;
        break;
      case RestartDecision::Action::GiveUp:
        runtime.phase = Phase::Failed;
        runtime.error_message = decision.reason;
        break;
    }
    change.source = source;
    change.event_metadata["Reason"] = exit.reason;
    change.event_metadata["ExitTime"] = to_rfc3339(exit.time);
    change.event_metadata["ExitCode"] = exit_code_text(exit);
    if (exit.signal) change.event_metadata["Signal"] = std::to_string(*exit.signal);
    change.event_metadata["Restart"] = decision.reason;
    return {};
  });
  crash_point("exit.recorded");
  if (decision.action != RestartDecision::Action::Restart || closing_) co_return;
  tasks_.spawn("restart", [this, entry, generation = entry->runtime.generation, delay = decision.delay] {
    return restart_later(entry, generation, delay);
  });
}

net::Task<void> Supervisor::restart_later(EntryPtr entry, std::uint64_t generation, Duration delay) {
  if (delay.count() > 0) {
    const bool slept = co_await net::sleep_for(delay);
    if (!slept) co_return;
  }
  net::AsyncMutex::Guard guard = co_await entry->lifecycle.lock();
  const RuntimeRecord& runtime = entry->runtime;
  if (closing_ || entry->removed || runtime.phase != Phase::BackOff || runtime.generation != generation) co_return;
  Launch request{.automatic = true, .one_shot = std::nullopt, .source = monitor_source(*entry)};
  Status launched = co_await launch(entry, std::move(request));
  if (!launched) co_return;  // recorded and scheduled again by launch_failed()
}

// --- the running server ---------------------------------------------------------------------------------------------

WorkloadSpec Supervisor::spec_of(const Entry& entry) const {
  WorkloadSpec spec;
  spec.instance_id = entry.instance.id;
  spec.generation = entry.runtime.generation;
  spec.host = entry.runtime.host;
  spec.port = entry.runtime.port;
  return spec;
}

drasi::Client Supervisor::client_for(const Entry& entry) {
  net::Endpoint endpoint = find_platform(entry.instance.platform)->endpoint(spec_of(entry));
  return {http_, std::move(endpoint), kServerCallTimeout};
}

Result<net::Endpoint> Supervisor::endpoint(const Entry& entry) const {
  Platform* platform = find_platform(entry.instance.platform);
  if (platform == nullptr || !entry.runtime.handle) {
    return fail(ErrorCode::Conflict, "Instance '" + entry.instance.id + "' is not running; start it first");
  }
  return platform->endpoint(spec_of(entry));
}

net::Task<Result<Json>> Supervisor::runtime_status(EntryPtr entry) {
  Json status = runtime_to_json(entry->instance, entry->runtime);
  Platform* platform = find_platform(entry->instance.platform);
  if (platform == nullptr || !entry->runtime.handle) co_return status;
  WorkloadHandle handle = *entry->runtime.handle;
  Result<Usage> usage = co_await platform->usage(std::move(handle));
  if (usage) {
    status["usage"] = Json{{"cpuSeconds", usage->cpu_seconds},
                           {"memoryBytes", usage->memory_bytes},
                           {"threads", usage->threads},
                           {"openFiles", usage->open_files}};
  }
  drasi::Client client = client_for(*entry);
  Result<std::vector<drasi::ComponentState>> components = co_await client.components();
  if (components) {
    Json list = Json::array();
    for (const drasi::ComponentState& component : *components) {
      Json item{{"kind", drasi::to_string(component.kind)},
                {"id", component.id},
                {"status", drasi::to_string(component.status)}};
      if (!component.error_message.empty()) item["errorMessage"] = component.error_message;
      if (components->front().library != component.library) item["library"] = component.library;
      list.push_back(std::move(item));
    }
    status["components"] = std::move(list);
  }
  co_return status;
}

net::Task<Result<Json>> Supervisor::actual_configuration(EntryPtr entry) {
  if (!entry->runtime.handle) {
    co_return fail(ErrorCode::Conflict, "Instance '" + entry->instance.id + "' is not running; start it first");
  }
  drasi::Client client = client_for(*entry);
  co_return co_await client.actual_configuration();
}

net::Task<Result<std::unique_ptr<LogReader>>> Supervisor::logs(EntryPtr entry, LogQuery query) {
  Platform* platform = find_platform(entry->instance.platform);
  if (platform == nullptr) {
    co_return fail(ErrorCode::Unavailable, "Platform '" + entry->instance.platform + "' is not configured");
  }
  co_return co_await platform->logs(entry->instance.id, query);
}

}  // namespace draas::core
