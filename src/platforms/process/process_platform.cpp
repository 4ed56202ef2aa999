#include "platforms/process/process_platform.hpp"

#include <algorithm>
#include <set>

#include <signal.h>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "net/calls_under_way.hpp"
#include "platforms/ports.hpp"
#include "platforms/process/command.hpp"
#include "platforms/process/executable.hpp"
#include "platforms/process/handle_data.hpp"
#include "platforms/process/launch.hpp"
#include "platforms/process/leftovers.hpp"
#include "platforms/process/log_keeper.hpp"
#include "platforms/process/process_usage.hpp"
#include "platforms/process/workload.hpp"

namespace draas::platforms::process {
namespace {

class ProcessPlatform final : public core::Platform {
 public:
  ProcessPlatform(ProcessPlatformOptions options, net::Executor control, net::WorkerPool& blocking, Clock& clock)
      : options_(std::move(options)),
        control_(control),
        workers_(blocking),
        clock_(clock),
        paths_(options_.instance_config_directory, options_.working_directory),
        environment_(own_environment()),
        probe_(options_.executable_path, options_.version_timeout),
        cgroups_(options_.cgroup_directory),
        logs_(control, blocking, paths_, {options_.log_max_bytes, options_.log_files}),
        leftovers_(control, blocking),
        tasks_(control),
        calls_(control) {}

  ~ProcessPlatform() override {
    for (const auto& [id, workload] : running_) workload->release();
    for (const auto& workload : strays_) workload->release();
  }
  ProcessPlatform(const ProcessPlatform&) = delete;
  ProcessPlatform& operator=(const ProcessPlatform&) = delete;

  std::string_view name() const override { return kPlatformName; }
  std::string_view monitoring() const override { return "pidfd"; }
  void set_exit_handler(ExitHandler handler) override { exit_handler_ = std::move(handler); }
  bool port_is_free(const std::string& host, std::uint16_t port) override {
    return platforms::port_is_free(host, port);
  }
  bool port_seems_free(const std::string& host, std::uint16_t port) override {
    return platforms::port_seems_free(host, port);
  }
  std::string default_host() const override { return options_.default_host; }
  std::vector<std::string_view> option_names() const override { return {"arguments", "environment"}; }
  Status check_options(const Json& platform_options) const override {
    auto settings = read_instance_settings(platform_options);
    return settings ? Status() : std::unexpected(std::move(settings.error()));
  }

  net::Task<core::Availability> availability() override;
  net::Task<Result<core::WorkloadHandle>> start(core::WorkloadSpec spec) override;
  net::Task<Result<core::WorkloadExit>> stop(core::WorkloadHandle handle, std::chrono::milliseconds timeout) override;
  net::Task<Result<Recovered>> recover(core::WorkloadHandle handle) override;
  net::Task<Result<std::vector<core::FoundWorkload>>> list(std::string control_plane_id) override;
  net::Task<Status> remove(std::string instance_id, bool keep_data) override;
  net::Task<Status> remove_configuration(std::string instance_id) override;
  net::Task<Result<core::Usage>> usage(core::WorkloadHandle handle) override;
  net::Task<Result<std::unique_ptr<core::LogReader>>> logs(std::string instance_id, core::LogQuery query) override;
  net::Endpoint endpoint(const core::WorkloadSpec& spec) const override;
  std::map<std::string, std::string> describe(const core::WorkloadHandle& handle) const override;
  std::string base_directory(const std::string& instance_id) const override {
    return paths_.instance_directory(instance_id).string();
  }
  net::Task<void> close() override;

 private:
  using WorkloadPtr = std::shared_ptr<Workload>;

  using Call = net::CallsUnderWay::Guard;

  struct Ended {
    ProcessIdentity identity;
    core::WorkloadExit exit;
  };

  // look_for() on a worker.
  net::Task<Result<std::shared_ptr<Sighting>>> find(ProcessIdentity identity, std::string instance_id);
  Result<WorkloadPtr> attach(const core::WorkloadHandle& handle, const ProcessIdentity& identity, UniqueFd pidfd,
                             bool is_child);
  // Takes up a running process. An error leaves it alone.
  Result<WorkloadPtr> adopt(const core::WorkloadHandle& handle, const ProcessIdentity& identity, UniqueFd pidfd,
                            bool is_child);
  void on_end(const WorkloadPtr& workload);
  net::Task<Status> end(WorkloadPtr workload, std::chrono::milliseconds timeout);
  net::Task<Status> kill_leftovers(core::WorkloadHandle handle);
  core::WorkloadExit last_exit(const std::string& instance_id, const ProcessIdentity& identity) const;
  bool runs(const std::string& instance_id) const { return running_.contains(instance_id); }
  static std::unexpected<Error> closing() { return fail(ErrorCode::Cancelled, "The control plane is shutting down"); }

  const ProcessPlatformOptions options_;
  const net::Executor control_;
  net::WorkerPool& workers_;
  Clock& clock_;
  const Paths paths_;
  const std::vector<std::string> environment_;  // ours, at the start
  ExecutableProbe probe_;
  Cgroups cgroups_;
  LogKeeper logs_;
  Leftovers leftovers_;
  net::TaskGroup tasks_;
  ExitHandler exit_handler_;
  std::map<std::string, WorkloadPtr> running_;  // by instance
  std::set<WorkloadPtr> strays_;                // found by marks alone, on their way out
  std::set<std::string> starting_;
  std::map<std::string, Ended> ended_;  // the last end of an instance, until it starts again or is removed
  net::CallsUnderWay calls_;            // close() waits for them
  bool closed_ = false;
};

net::Task<core::Availability> ProcessPlatform::availability() {
  const Call call(calls_);
  auto work = [this] { return probe_.check(); };
  co_return co_await workers_.run(std::move(work));
}

net::Task<Result<core::WorkloadHandle>> ProcessPlatform::start(core::WorkloadSpec spec) {
  const Call call(calls_);
  if (closed_) co_return closing();
  if (auto safe = check_id(spec.instance_id); !safe) co_return std::unexpected(safe.error());
  if (spec.control_plane_id.empty()) co_return fail(ErrorCode::Internal, "A workload needs a control plane");
  if (runs(spec.instance_id) || !starting_.insert(spec.instance_id).second) {
    co_return fail(ErrorCode::Conflict, "The instance '" + spec.instance_id + "' runs already");
  }
  struct Starting {
    std::set<std::string>& all;
    std::string id;
    ~Starting() { all.erase(id); }
  };
  const Starting starting{starting_, spec.instance_id};

  auto log = logs_.log(spec.instance_id);
  auto work = [this, spec, log]() -> Result<std::shared_ptr<Launched>> {
    const LaunchContext context{options_, paths_, cgroups_, environment_};
    auto launched = launch(context, spec, *log);
    if (!launched) return std::unexpected(launched.error());
    return std::make_shared<Launched>(std::move(*launched));
  };
  auto launched = co_await workers_.run(std::move(work));
  if (!launched) {
    Error error = std::move(launched.error());
    co_return std::unexpected(std::move(error).with_context("Cannot start drasi-server"));
  }
  Launched& process = **launched;
  const Marks marks{spec.control_plane_id, spec.instance_id, spec.generation, spec.spec_hash};
  core::WorkloadHandle handle = make_handle(process.identity, marks);
  note_limits(handle, process.limits, process.has_cgroup);
  if (closed_) co_return handle;  // it runs, and is found by its marks

  auto adopted = adopt(handle, process.identity, std::move(process.pidfd), true);
  if (!adopted) {
    auto ending = [pid = process.identity.pid] {
      end_child(pid);
      return true;
    };
    co_await workers_.run(std::move(ending));
    co_return std::unexpected(adopted.error());
  }
  crash_point("process.start.registered");
  ended_.erase(spec.instance_id);
  co_return handle;
}

net::Task<Result<std::shared_ptr<Sighting>>> ProcessPlatform::find(ProcessIdentity identity, std::string instance_id) {
  auto work = [identity, instance_id]() -> Result<std::shared_ptr<Sighting>> {
    auto seen = look_for(identity, instance_id);
    if (!seen) return std::unexpected(std::move(seen.error()));
    return std::make_shared<Sighting>(std::move(*seen));
  };
  co_return co_await workers_.run(std::move(work));
}

Result<ProcessPlatform::WorkloadPtr> ProcessPlatform::attach(const core::WorkloadHandle& handle,
                                                             const ProcessIdentity& identity, UniqueFd pidfd,
                                                             bool is_child) {
  try {
    return std::make_shared<Workload>(control_, handle, identity, std::move(pidfd), is_child, has_cgroup(handle));
  } catch (const boost::system::system_error& error) {
    return fail_errno("cannot watch the process", error.code().value());
  }
}

Result<ProcessPlatform::WorkloadPtr> ProcessPlatform::adopt(const core::WorkloadHandle& handle,
                                                            const ProcessIdentity& identity, UniqueFd pidfd,
                                                            bool is_child) {
  auto workload = attach(handle, identity, std::move(pidfd), is_child);
  if (!workload) return workload;
  running_[handle.instance_id] = *workload;
  logs_.begun(handle.instance_id);
  (*workload)->watch([this](const WorkloadPtr& ended) { on_end(ended); });
  return workload;
}

void ProcessPlatform::on_end(const WorkloadPtr& workload) {
  const core::WorkloadHandle& handle = workload->handle();
  core::WorkloadExit exit = to_workload_exit(workload->status(), clock_.now());
  if (workload->has_cgroup()) {
    cgroups_.kill_all(handle.instance_id);
    exit.out_of_memory = cgroups_.remove(handle.instance_id);
    if (exit.out_of_memory) exit.reason = "out of memory: " + exit.reason;
  }
  running_.erase(handle.instance_id);
  ended_[handle.instance_id] = {workload->identity(), exit};
  logs_.ended(handle.instance_id);
  if (workload->end_expected) return;
  if (!workload->is_child()) {
    // Its PID may be reused by now, so its group cannot be killed by number.
    tasks_.spawn("leftovers of " + handle.instance_id, [this, handle]() -> net::Task<void> {
      auto killed = co_await kill_leftovers(handle);
      if (!killed)
        write_log(LogLevel::Warn, "processes are left over", killed.error(), {{"instanceId", handle.instance_id}});
    });
  }
  if (exit_handler_) exit_handler_(handle, exit);
}

core::WorkloadExit ProcessPlatform::last_exit(const std::string& instance_id, const ProcessIdentity& identity) const {
  const auto found = ended_.find(instance_id);
  if (found != ended_.end() && found->second.identity == identity) return found->second.exit;
  return to_workload_exit(std::nullopt, clock_.now());
}

net::Task<Result<core::WorkloadExit>> ProcessPlatform::stop(core::WorkloadHandle handle,
                                                            std::chrono::milliseconds timeout) {
  const Call call(calls_);
  if (closed_) co_return closing();
  auto identity = identity_from_json(handle.data);
  if (!identity) co_return std::unexpected(identity.error());
  crash_point("process.stop.begin");

  const auto known = running_.find(handle.instance_id);
  WorkloadPtr workload = known == running_.end() ? nullptr : known->second;
  if (!workload || workload->identity() != *identity) {
    // Not under watch: an orphan, or the end of an earlier generation.
    workload = nullptr;
    auto sighting = co_await find(*identity, handle.instance_id);
    if (!sighting) co_return std::unexpected(std::move(sighting.error()));
    Sighting& found = **sighting;
    if (found.presence == Presence::Ended) {
      ended_[handle.instance_id] = {*identity, to_workload_exit(found.status, clock_.now())};
    }
    if (found.presence == Presence::Running) {
      auto stray = attach(handle, *identity, std::move(found.pidfd), found.is_child);
      if (!stray) co_return std::unexpected(stray.error());
      workload = *stray;
      workload->end_expected = true;
      strays_.insert(workload);
      workload->watch([this](const WorkloadPtr& ended) {
        strays_.erase(ended);
        ended_[ended->handle().instance_id] = {ended->identity(), to_workload_exit(ended->status(), clock_.now())};
      });
    }
  }
  if (workload) {
    auto ended = co_await end(workload, timeout);
    if (!ended) co_return std::unexpected(ended.error());
  }
  crash_point("process.stop.ended");
  auto swept = co_await kill_leftovers(handle);
  if (!swept) co_return std::unexpected(swept.error());
  co_return last_exit(handle.instance_id, *identity);
}

net::Task<Status> ProcessPlatform::end(WorkloadPtr workload, std::chrono::milliseconds timeout) {
  workload->end_expected = true;
  workload->send(SIGINT);
  crash_point("process.stop.interrupted");
  const bool obeyed = co_await workload->wait_for_end(timeout);
  if (obeyed) co_return Status();
  if (!closed_) {
    log_warn("the instance does not end on SIGINT and is killed",
             {{"instanceId", workload->handle().instance_id}, {"pid", workload->identity().pid}});
    if (workload->has_cgroup()) cgroups_.kill_all(workload->handle().instance_id);
    workload->kill_group();
    crash_point("process.stop.killed");
    const bool killed = co_await workload->wait_for_end(options_.kill_timeout);
    if (killed) co_return Status();
  }
  workload->end_expected = false;
  if (closed_) co_return closing();
  auto stuck = fail(ErrorCode::DeadlineExceeded, "The process " + std::to_string(workload->identity().pid) +
                                                     " does not end although it was killed; it may wait for a device");
  stuck.error().retryable = true;
  co_return stuck;
}

net::Task<Status> ProcessPlatform::kill_leftovers(core::WorkloadHandle handle) {
  std::string control_plane_id = control_plane_of(handle);
  if (control_plane_id.empty()) co_return Status();
  co_return co_await leftovers_.kill(control_plane_id, handle.instance_id, handle.generation, options_.kill_timeout);
}

net::Task<Result<core::Platform::Recovered>> ProcessPlatform::recover(core::WorkloadHandle handle) {
  const Call call(calls_);
  if (closed_) co_return closing();
  auto identity = identity_from_json(handle.data);
  if (!identity) co_return std::unexpected(identity.error());
  if (auto safe = check_id(handle.instance_id); !safe) co_return std::unexpected(safe.error());
  auto sighting = co_await find(*identity, handle.instance_id);
  if (!sighting) co_return std::unexpected(std::move(sighting.error()));
  Sighting& found = **sighting;
  if (closed_) co_return closing();

  Recovered recovered;
  const auto known = running_.find(handle.instance_id);
  if (known != running_.end()) {
    if (known->second->identity() == *identity) {
      recovered.running = true;
      co_return recovered;
    }
    if (found.presence == Presence::Running) {
      co_return fail(ErrorCode::Conflict, "The instance '" + handle.instance_id + "' runs already as another process");
    }
  }
  if (found.presence == Presence::Running) {
    auto adopted = adopt(handle, *identity, std::move(found.pidfd), found.is_child);
    if (!adopted) co_return std::unexpected(adopted.error());
    recovered.running = true;
    co_return recovered;
  }
  const auto seen = ended_.find(handle.instance_id);
  if (seen != ended_.end() && seen->second.identity == *identity) {
    recovered.exit = seen->second.exit;
    co_return recovered;
  }
  recovered.exit = to_workload_exit(found.status, clock_.now());
  if (!found.reason.empty()) recovered.exit.reason += ": " + found.reason;
  ended_[handle.instance_id] = {*identity, recovered.exit};
  co_return recovered;
}

net::Task<Result<std::vector<core::FoundWorkload>>> ProcessPlatform::list(std::string control_plane_id) {
  const Call call(calls_);
  auto processes = co_await leftovers_.scan(control_plane_id);
  if (!processes) co_return std::unexpected(std::move(processes.error()));
  // One workload per instance and generation: its session leader, which started before all it started itself. What a
  // dead server left behind counts too, so that it is swept.
  std::map<std::pair<std::string, std::uint64_t>, const MarkedProcess*> mains;
  for (const auto& process : **processes) {
    auto& main = mains[{process.marks.instance_id, process.marks.generation}];
    if (main == nullptr || (process.session_leader && !main->session_leader)) main = &process;
  }
  std::vector<core::FoundWorkload> result;
  result.reserve(mains.size());
  for (const auto& [key, process] : mains) {
    core::FoundWorkload found;
    found.handle = make_handle(process->identity, process->marks);
    found.control_plane_id = control_plane_id;
    found.running = true;
    result.push_back(std::move(found));
  }
  co_return result;
}

net::Task<Status> ProcessPlatform::remove_configuration(std::string instance_id) {
  const Call call(calls_);
  if (auto safe = check_id(instance_id); !safe) co_return safe;
  auto work = [this, instance_id] { return remove_configuration_files(paths_, instance_id); };
  auto removed = co_await workers_.run(std::move(work));
  crash_point("process.remove.configuration_removed");
  co_return removed;
}

net::Task<Status> ProcessPlatform::remove(std::string instance_id, bool keep_data) {
  const Call call(calls_);
  if (auto safe = check_id(instance_id); !safe) co_return safe;
  if (runs(instance_id) || starting_.contains(instance_id)) {
    co_return fail(ErrorCode::Conflict, "The instance '" + instance_id + "' still runs");
  }
  crash_point("process.remove.begin");
  auto removed = co_await remove_configuration(instance_id);
  if (!removed) co_return removed;
  ended_.erase(instance_id);
  logs_.forget(instance_id);
  if (keep_data) co_return Status();
  auto work = [this, instance_id] { return draas::remove_all(paths_.instance_directory(instance_id)); };
  auto cleared = co_await workers_.run(std::move(work));
  crash_point("process.remove.directory_removed");
  co_return cleared;
}

net::Task<Result<core::Usage>> ProcessPlatform::usage(core::WorkloadHandle handle) {
  const Call call(calls_);
  auto identity = identity_from_json(handle.data);
  if (!identity) co_return std::unexpected(identity.error());
  auto work = [identity = *identity] { return read_usage(identity); };
  auto usage = co_await workers_.run(std::move(work));
  if (!usage) co_return fail(ErrorCode::NotFound, "The instance '" + handle.instance_id + "' does not run");
  co_return *usage;
}

net::Task<Result<std::unique_ptr<core::LogReader>>> ProcessPlatform::logs(std::string instance_id,
                                                                          core::LogQuery query) {
  const Call call(calls_);
  if (closed_) co_return closing();
  if (auto safe = check_id(instance_id); !safe) co_return std::unexpected(safe.error());
  co_return co_await logs_.open(instance_id, query);
}

net::Endpoint ProcessPlatform::endpoint(const core::WorkloadSpec& spec) const {
  net::Endpoint endpoint;
  endpoint.kind = net::Endpoint::Kind::Tcp;
  endpoint.host = spec.host;
  // A server that listens everywhere is reached on this machine's own address.
  if (spec.host.empty() || spec.host == "0.0.0.0") endpoint.host = "127.0.0.1";
  if (spec.host == "::" || spec.host == "[::]") endpoint.host = "::1";
  endpoint.port = spec.port;
  return endpoint;
}

std::map<std::string, std::string> ProcessPlatform::describe(const core::WorkloadHandle& handle) const {
  std::map<std::string, std::string> fields;
  const auto identity = identity_from_json(handle.data);
  if (!identity) return fields;
  fields["processId"] = std::to_string(identity->pid);
  fields["workingDirectory"] = paths_.instance_directory(handle.instance_id).string();
  fields["logFile"] = paths_.log_file(handle.instance_id).string();
  if (const std::string limits = limits_of(handle); !limits.empty()) fields["limits"] = limits;
  return fields;
}

net::Task<void> ProcessPlatform::close() {
  closed_ = true;
  exit_handler_ = nullptr;
  for (const auto& [id, workload] : running_) workload->release();
  for (const auto& workload : strays_) workload->release();
  running_.clear();
  strays_.clear();
  co_await logs_.close();
  co_await tasks_.close();
  co_await calls_.wait();
}

}  // namespace

std::unique_ptr<core::Platform> make_process_platform(ProcessPlatformOptions options, net::Executor control,
                                                      net::WorkerPool& blocking, Clock& clock) {
  return std::make_unique<ProcessPlatform>(std::move(options), control, blocking, clock);
}

}  // namespace draas::platforms::process
