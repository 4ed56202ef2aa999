#include "platforms/process/launch.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <thread>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "platforms/process/executable.hpp"
#include "platforms/process/exit_status.hpp"
#include "platforms/process/spawn.hpp"

namespace draas::platforms::process {
namespace fs = std::filesystem;
namespace {

constexpr mode_t kPrivateDirectory = 0700;
constexpr mode_t kPrivateFile = 0600;

core::ResourceLimits effective_limits(const core::ResourceLimits& own, const core::ResourceLimits& defaults) {
  return {.cpu_cores = own.cpu_cores > 0 ? own.cpu_cores : defaults.cpu_cores,
          .memory_bytes = own.memory_bytes > 0 ? own.memory_bytes : defaults.memory_bytes,
          .open_files = own.open_files > 0 ? own.open_files : defaults.open_files};
}

// The new program's image takes the place of ours in two steps, and between them /proc shows no environment: list()
// would miss the process. Some 100 µs.
void wait_until_marked(const Spawned& spawned) {
  constexpr auto kBetweenLooks = std::chrono::microseconds(50);
  constexpr int kLooks = 20'000;
  for (int look = 0; look < kLooks && !has_ended(spawned.pidfd.get()); ++look) {
    const auto marks = read_marks(spawned.pid);
    if (marks && !marks->instance_id.empty()) return;
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

// A configuration that stands there already is left: a replacement costs a look, not a new file.
Status write_configuration(const fs::path& path, const std::string& text) {
  if (const auto standing = read_file(path); standing && *standing == text) return {};
  return write_file(path, text, kPrivateFile, Durability::Atomic);
}

Result<Launched> prepare_and_spawn(const LaunchContext& context, const core::WorkloadSpec& spec, InstanceLog& log) {
  const auto settings = read_instance_settings(spec.platform_options);
  if (!settings) return std::unexpected(settings.error());
  const Marks marks{spec.control_plane_id, spec.instance_id, spec.generation, spec.spec_hash};
  auto environment = make_environment(context.environment, marks,
                                      {context.options.environment, settings->environment, spec.environment});
  if (!environment) return std::unexpected(environment.error());
  const char* search_path = std::getenv("PATH");
  auto executable = resolve_executable(context.options.executable_path, search_path != nullptr ? search_path : "");
  if (!executable) return std::unexpected(executable.error());

  const fs::path directory = context.paths.instance_directory(spec.instance_id);
  if (auto made = make_directories(directory, kPrivateDirectory); !made) return std::unexpected(made.error());
  for (const std::string& needed : spec.directories) {
    if (auto made = make_directories(directory / needed, kPrivateDirectory); !made) {
      return std::unexpected(made.error());
    }
  }
  crash_point("process.start.directories_made");

  const fs::path configuration = context.paths.configuration(spec.instance_id);
  if (auto written = write_configuration(configuration, spec.configuration); !written) {
    return std::unexpected(written.error());
  }
  crash_point("process.start.configuration_written");

  auto output = log.open_for_writing();
  if (!output) return std::unexpected(output.error());
  if (auto rotated = log.rotate_if_needed(); !rotated) {
    write_log(LogLevel::Warn, "a log cannot be rotated", rotated.error(), {{"instanceId", spec.instance_id}});
  }
  crash_point("process.start.log_opened");

  LimitPlan limits =
      plan_limits(context.cgroups, spec.instance_id, effective_limits(spec.limits, context.options.limits));
  if (!limits.complete) {
    log_warn("not every resource limit can be held",
             {{"instanceId", spec.instance_id}, {"limits", limits.description}});
  }
  SpawnRequest request;
  request.executable = std::move(*executable);
  request.arguments = make_arguments(context.options, configuration, *settings);
  request.environment = std::move(*environment);
  request.directory = directory;
  request.output_fd = output->get();
  request.limits = std::move(limits.resource_limits);
  request.cgroup_fd = limits.cgroup.get();
  auto spawned = spawn(request);
  if (!spawned) return std::unexpected(spawned.error());
  crash_point("process.start.spawned");
  wait_until_marked(*spawned);

  // It is not reaped before we watch it, so /proc shows it even if it has ended by now.
  const auto stat = read_stat(spawned->pid);
  if (!stat || boot_id().empty()) {
    end_child(spawned->pid);
    return fail(ErrorCode::Internal, "/proc does not show the new process; is it mounted?");
  }
  Launched launched;
  launched.identity = {spawned->pid, stat->start_time, boot_id()};
  launched.pidfd = std::move(spawned->pidfd);
  launched.has_cgroup = static_cast<bool>(limits.cgroup);
  launched.limits = std::move(limits.description);
  return launched;
}

}  // namespace

Result<Launched> launch(const LaunchContext& context, const core::WorkloadSpec& spec, InstanceLog& log) {
  crash_point("process.start.begin");
  auto launched = prepare_and_spawn(context, spec, log);
  if (launched) return launched;
  context.cgroups.remove(spec.instance_id);
  if (auto removed = remove_configuration_files(context.paths, spec.instance_id); !removed) {
    write_log(LogLevel::Warn, "a rendered configuration is left over", removed.error(),
              {{"instanceId", spec.instance_id}});
  }
  return launched;
}

void end_child(pid_t pid) {
  ::kill(-pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Status remove_configuration_files(const Paths& paths, const std::string& instance_id) {
  const fs::path configuration = paths.configuration(instance_id);
  if (auto removed = draas::remove_all(configuration); !removed) return removed;
  // drasi-server writes `<stem>.tmp` when it persists; an interrupted write of ours leaves `.<name>.<random>.tmp`.
  fs::path temporary = configuration;
  temporary.replace_extension(".tmp");
  if (auto removed = draas::remove_all(temporary); !removed) return removed;
  const std::string prefix = "." + configuration.filename().string() + ".";
  std::error_code error;
  for (fs::directory_iterator entry(paths.config_directory(), error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(".tmp")) continue;
    if (auto removed = draas::remove_all(entry->path()); !removed) return removed;
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return fail_errno("cannot read " + paths.config_directory().string(), error.value());
  }
  return {};
}

}  // namespace draas::platforms::process
