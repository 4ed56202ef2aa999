#pragma once
// Where instances run. A platform turns a workload specification into something that runs (a process, a container, a
// pod), finds it again after a restart of the control plane, and tells when it ends.
//
// An instance may have two workloads at a time. They have names of their own ("orders" and "orders~b"), and a platform
// takes them for two instances: wherever it says instance or `instance_id`, it is the workload's name.
//
// Threads: every member is called on the control loop, except where it says so; blocking work is the platform's to
// move elsewhere. Calls for one instance are serialised by the caller; calls for different instances overlap.
// To add one: implement Platform, register it in src/app, run tests/contract/platform over it (docs/extending.md).

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "net/http_client.hpp"
#include "net/task.hpp"

namespace draas::core {

struct ResourceLimits {
  double cpu_cores = 0;            // 0 = none
  std::uint64_t memory_bytes = 0;  // 0 = none
  std::uint64_t open_files = 0;    // 0 = inherited
};

// Everything a platform needs to run one workload. Rendering is done by the caller; the platform writes it down.
struct WorkloadSpec {
  std::string instance_id;               // the workload's name: core::workload_name()
  std::string control_plane_id;          // which control plane owns it; workloads of others are never touched
  std::uint64_t generation = 0;          // grows with every start of this instance
  std::string spec_hash;                 // drasi::spec_hash of the rendered configuration
  std::string configuration;             // drasi-server YAML text
  std::vector<std::string> directories;  // that must be there, below base_directory(); parents come first
  std::string host;                      // where it must listen
  std::uint16_t port = 0;
  ResourceLimits limits;
  std::map<std::string, std::string> environment;
  Json platform_options;                       // per-instance settings of this platform; null when none
  Json effective_options;                      // Platform::effective_options() of them
  std::vector<std::uint16_t> component_ports;  // of its sources and reactions, reached at the same host
};

struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
};

// What must be remembered of a running workload to find it again. Stored durably, versioned by the platform itself.
struct WorkloadHandle {
  std::string platform;     // Platform::name()
  std::string instance_id;  // the workload's name: core::workload_name()
  std::uint64_t generation = 0;
  std::string spec_hash;
  Json data;  // the platform's own, e.g. {"version":1,"pid":123,"startTime":...,"bootId":...}
};

// How a workload ended.
struct WorkloadExit {
  std::optional<int> exit_code;  // unknown where the kernel or engine does not tell
  std::optional<int> signal;
  bool out_of_memory = false;
  WallTime time;
  std::string reason;  // for people: "exited with code 1", "killed by SIGKILL", "exit code unknown"
};

struct Usage {
  double cpu_seconds = 0;          // since start
  std::uint64_t memory_bytes = 0;  // resident
  std::uint64_t threads = 0;
  std::uint64_t open_files = 0;
};

struct Availability {
  bool available = false;
  std::string reason;   // when not: what is missing and the way out; when so: e.g. "/usr/bin/drasi-server 0.2.2"
  std::string version;  // of drasi-server or the engine, when known
  // When not available: what is missing is a service that comes back by itself. Starts that nobody waits for are put
  // off until then and do not count as failed ones.
  bool passing = false;
};

// What a platform hears of a running workload beside its end.
struct WorkloadCondition {
  bool good = true;
  std::string reason;  // when it is not, for people: "the container is paused"
};

// A workload that carries our marks, found by looking at what runs.
struct FoundWorkload {
  WorkloadHandle handle;
  std::string control_plane_id;
  bool running = false;
};

// What does not run and is there all the same: ended workloads, data.
struct Remains {
  std::string workload;            // Platform::remove() takes it away
  std::vector<std::string> names;  // for people: "container draas-orders", "volume draas--data-orders"
};

struct LogQuery {
  std::size_t tail = 100;  // last lines; SIZE_MAX = all that is kept
  std::optional<WallTime> since;
  bool follow = false;
};

// Log lines in order, as the workload wrote them (without line ends added or lost inside).
class LogReader {
 public:
  virtual ~LogReader() = default;
  // The next piece of whole lines; "" when there are no more (never for follow, unless the instance is deleted).
  // `wait` bounds the time to wait for more when following: an empty optional means nothing came.
  virtual net::Task<Result<std::optional<std::string>>> read(std::chrono::milliseconds wait) = 0;
};

class Platform {
 public:
  // Called on the control loop when a running workload ends, exactly once per started or adopted workload.
  using ExitHandler = std::function<void(const WorkloadHandle&, const WorkloadExit&)>;

  // Called on the control loop with news of a long start: "pulling image x: 3 of 7 layers".
  using ProgressHandler = std::function<void(const std::string& instance_id, const std::string& progress)>;

  // Called on the control loop when the condition of a running workload changes, or is heard of anew. What was told
  // last holds until then.
  using ConditionHandler = std::function<void(const WorkloadHandle&, const WorkloadCondition&)>;

  virtual ~Platform() = default;

  // The wire name: "Process", "Docker", "AKS" ...
  virtual std::string_view name() const = 0;
  // How exits are noticed, for people: "pidfd", "engine events" ...
  virtual std::string_view monitoring() const = 0;
  virtual void set_exit_handler(ExitHandler handler) = 0;
  // For platforms whose starts may take long.
  virtual void set_progress_handler(ProgressHandler) {}
  // For platforms that hear of more than ends.
  virtual void set_condition_handler(ConditionHandler) {}

  // Can workloads be started here now? Cheap enough to be asked every few seconds; may be cached by the platform.
  virtual net::Task<Availability> availability() = 0;

  // Is `port` of `host` free for a new workload? (Asked before a lease is written.) Does not wait.
  virtual bool port_is_free(const std::string& host, std::uint16_t port) = 0;
  // As port_is_free(), where the control plane is to choose among many: may be quicker and miss a port that is taken,
  // which the start will tell.
  virtual bool port_seems_free(const std::string& host, std::uint16_t port) { return port_is_free(host, port); }
  // The address new instances listen on unless told otherwise ("127.0.0.1", "0.0.0.0").
  virtual std::string default_host() const = 0;

  // What the configuration of a workload that is reached at `host`:`port` tells the server to listen on. The same, but
  // where the platform carries connections from there to an address inside.
  virtual ListenAddress listen_address(const std::string& host, std::uint16_t port,
                                       const std::vector<std::uint16_t>& component_ports) const {
    (void)component_ports;
    return {host, port};
  }
  // The names of the settings that an instance may have here; none = any. What another platform knows is kept for it
  // and does not come here (platform_options.hpp).
  virtual std::vector<std::string_view> option_names() const { return {}; }
  // Are these settings of an instance good here? InvalidArgument with faults below /platformOptions. Does not wait.
  virtual Status check_options(const Json& platform_options) const {
    (void)platform_options;
    return {};
  }

  // What a workload of an instance with these settings is started with now: an object of them, together with what the
  // platform's own settings say where an instance may choose otherwise (its image). What has no part in the workload is
  // left out. When it changes, what runs is not what is wanted any more.
  virtual Json effective_options(const Json& platform_options) const {
    return platform_options.is_object() ? platform_options : Json::object();
  }

  // Writes what the workload needs and starts it. When it returns success the workload runs under marks from which
  // list() finds it, also when the caller never stores the handle. After an error nothing of it runs.
  virtual net::Task<Result<WorkloadHandle>> start(WorkloadSpec spec) = 0;
  // Nobody wants a start any more that is under way: where it waits for something long (an image), it ends with
  // Cancelled.
  virtual void give_up_start(const std::string& instance_id) { (void)instance_id; }

  // Asks it to end (SIGINT), waits up to `timeout`, then kills it with all its descendants. Success when nothing of it
  // runs any more, also if it had ended before. The exit handler is not called for an exit seen here.
  virtual net::Task<Result<WorkloadExit>> stop(WorkloadHandle handle, std::chrono::milliseconds timeout) = 0;

  // After a restart of the control plane: take up a workload again. nullopt when it does not run any more (`exit` tells
  // what is known of that). Identity is checked so that nothing else (a reused PID) is ever taken for it.
  struct Recovered {
    bool running = false;
    WorkloadExit exit;
  };
  virtual net::Task<Result<Recovered>> recover(WorkloadHandle handle) = 0;

  // All workloads that carry the marks of `control_plane_id`.
  virtual net::Task<Result<std::vector<FoundWorkload>>> list(std::string control_plane_id) = 0;

  // What there is with the marks of `control_plane_id` and does not run, by workload; without data that was kept when
  // its instance was deleted. For platforms on which it would be found by nobody else.
  virtual net::Task<Result<std::vector<Remains>>> remains(std::string control_plane_id) {
    (void)control_plane_id;
    co_return std::vector<Remains>();
  }

  // Removes what start() wrote for the instance: rendered configuration, and unless `keep_data` its working directory
  // and logs. The workload must not run.
  virtual net::Task<Status> remove(std::string instance_id, bool keep_data) = 0;
  // Removes the rendered configuration alone (after a stop; #22).
  virtual net::Task<Status> remove_configuration(std::string instance_id) = 0;

  virtual net::Task<Result<Usage>> usage(WorkloadHandle handle) = 0;
  virtual net::Task<Result<std::unique_ptr<LogReader>>> logs(std::string instance_id, LogQuery query) = 0;

  // Where the control plane reaches the workload's API.
  virtual net::Endpoint endpoint(const WorkloadSpec& spec) const = 0;
  // Fields for runtime status: {"processId": "123"} ...; strings only.
  virtual std::map<std::string, std::string> describe(const WorkloadHandle& handle) const = 0;
  // Base of relative paths in the instance's configuration: its working directory.
  virtual std::string base_directory(const std::string& instance_id) const = 0;

  // Lets go of everything without ending any workload. No exit handler is called afterwards.
  virtual net::Task<void> close() = 0;
};

}  // namespace draas::core
