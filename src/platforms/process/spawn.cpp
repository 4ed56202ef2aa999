#include "platforms/process/spawn.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platforms/process/identity.hpp"

namespace draas::platforms::process {
namespace {

constexpr mode_t kChildUmask = 077;
constexpr int kExecFailed = 127;

enum class Step : int { None, Session, Signals, Limits, Directory, Descriptors, Exec };

std::string_view doing(Step step) {
  switch (step) {
    case Step::None:
      break;
    case Step::Session:
      return "cannot make a session for";
    case Step::Signals:
      return "cannot reset the signals of";
    case Step::Limits:
      return "cannot set the resource limits of";
    case Step::Directory:
      return "cannot enter the working directory of";
    case Step::Descriptors:
      return "cannot set up the input and output of";
    case Step::Exec:
      return "cannot execute";
  }
  return "cannot start";
}

std::unexpected<Error> spawn_failure(const SpawnRequest& request, Step step, int error_number) {
  std::string text(doing(step));
  text += " '" + request.executable.string() + "'";
  auto failure = fail_errno(text, error_number);
  if (step != Step::Exec) return failure;
  failure.error().code = ErrorCode::Unavailable;
  switch (error_number) {
    case ENOENT:
      if (::access(request.executable.c_str(), F_OK) == 0) {
        failure.error().message += " (the file exists, so its interpreter or loader does not)";
      }
      break;
    case EACCES:
      failure.error().message += " (not executable for this user, or its file system is mounted noexec)";
      break;
    case ENOEXEC:
      failure.error().message += " (not a program for this machine)";
      break;
    case E2BIG:
      failure.error().message += " (the environment and arguments are too large)";
      break;
    default:
      break;
  }
  return failure;
}

std::vector<char*> pointers(const std::vector<std::string>& strings, const std::string* first = nullptr) {
  std::vector<char*> result;
  result.reserve(strings.size() + 2);
  if (first != nullptr) result.push_back(const_cast<char*>(first->c_str()));
  for (const auto& text : strings) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// Descriptors that the child puts on 0, 1 and 2 must not themselves be 0, 1 or 2.
UniqueFd above_standard(int fd) { return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 3)); }

// Blocks every signal of this thread while in scope, so that no handler of ours runs in a child that shares our memory.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

#if defined(__x86_64__)
#define DRAAS_HAS_CLONE3 1

// What the child needs, prepared while memory may still be allocated. Shared with the child, which writes the failure.
struct ChildPlan {
  const char* executable;
  char* const* arguments;
  char* const* environment;
  const char* directory;
  int input_fd;
  int output_fd;
  const ResourceLimit* limits;
  std::size_t limit_count;
  volatile Step failed_step;
  volatile int failed_errno;
};

struct KernelSigaction {
  void* handler;
  unsigned long flags;
  void* restorer;
  unsigned long mask;
};

// The child runs on this process's memory while the spawning thread is held: system calls only, no allocation, no
// locks, no instrumentation.
#define DRAAS_IN_CHILD __attribute__((noinline, no_sanitize("address", "thread", "undefined"), no_stack_protector))

DRAAS_IN_CHILD long kernel(long number, long a = 0, long b = 0, long c = 0, long d = 0) {
  long result = 0;
  register long r10 __asm__("r10") = d;
  __asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
  return result;  // -errno
}

DRAAS_IN_CHILD long address(const volatile void* pointer) { return reinterpret_cast<long>(pointer); }

[[noreturn]] DRAAS_IN_CHILD void child_failed(ChildPlan* plan, Step step, long result) {
  plan->failed_step = step;
  plan->failed_errno = static_cast<int>(-result);
  for (;;) kernel(SYS_exit_group, kExecFailed);
}

DRAAS_IN_CHILD void check(ChildPlan* plan, Step step, long result) {
  if (result < 0) child_failed(plan, step, result);
}

DRAAS_IN_CHILD int run_child(void* argument) {
  auto* plan = static_cast<ChildPlan*>(argument);
  check(plan, Step::Session, kernel(SYS_setsid));

  // CLONE_CLEAR_SIGHAND leaves ignored signals ignored; the program expects the defaults.
  KernelSigaction defaults = {nullptr, 0, nullptr, 0};
  constexpr int kSignals = 64;
  for (int signal = 1; signal <= kSignals; ++signal) {
    if (signal != SIGKILL && signal != SIGSTOP) {
      check(plan, Step::Signals, kernel(SYS_rt_sigaction, signal, address(&defaults), 0, sizeof(unsigned long)));
    }
  }
  for (std::size_t i = 0; i < plan->limit_count; ++i) {
    rlimit limit = {plan->limits[i].value, plan->limits[i].value};
    check(plan, Step::Limits, kernel(SYS_prlimit64, 0, plan->limits[i].resource, address(&limit), 0));
  }
  check(plan, Step::Directory, kernel(SYS_chdir, address(plan->directory)));
  check(plan, Step::Descriptors, kernel(SYS_dup3, plan->input_fd, 0, 0));
  check(plan, Step::Descriptors, kernel(SYS_dup3, plan->output_fd, 1, 0));
  check(plan, Step::Descriptors, kernel(SYS_dup3, plan->output_fd, 2, 0));
  // Every descriptor of ours is close-on-exec already; this also covers those of libraries. Absent before Linux 5.9.
  kernel(SYS_close_range, 3, ~0U, 0);
  kernel(SYS_umask, kChildUmask);
  const unsigned long none = 0;
  check(plan, Step::Signals, kernel(SYS_rt_sigprocmask, SIG_SETMASK, address(&none), 0, sizeof(none)));
  const auto arguments = address(static_cast<const void*>(plan->arguments));
  const auto environment = address(static_cast<const void*>(plan->environment));
  check(plan, Step::Exec, kernel(SYS_execve, address(plan->executable), arguments, environment));
  return kExecFailed;
}

// Returns the child's PID or -errno; in the child calls run_child(plan) on the stack named in `arguments`.
__attribute__((noinline)) long clone3_into_child(clone_args* arguments, ChildPlan* plan) {
  long result = 0;
  register void* function __asm__("r8") = reinterpret_cast<void*>(&run_child);
  register void* parameter __asm__("r9") = plan;
  __asm__ volatile(
      "syscall\n\t"
      "testq %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xorl %%ebp, %%ebp\n\t"
      "movq %%r9, %%rdi\n\t"
      "callq *%%r8\n\t"
      "ud2\n"
      "1:\n\t"
      : "=a"(result)
      : "0"(static_cast<long>(SYS_clone3)), "D"(arguments), "S"(sizeof(clone_args)), "r"(function), "r"(parameter)
      : "rcx", "r11", "memory", "cc");
  return result;
}

class ChildStack {
 public:
  static constexpr std::size_t kSize = 64U << 10U;
  ChildStack()
      : base_(::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {}
  ChildStack(const ChildStack&) = delete;
  ChildStack& operator=(const ChildStack&) = delete;
  ~ChildStack() {
    if (valid()) ::munmap(base_, kSize);
  }
  bool valid() const { return base_ != MAP_FAILED; }
  void* base() const { return base_; }

 private:
  void* base_;
};

Result<Spawned> spawn_by_clone3(const SpawnRequest& request, int input_fd, int output_fd) {
  const std::string name = request.executable.string();
  const auto arguments = pointers(request.arguments, &name);
  const auto environment = pointers(request.environment);
  const ChildStack stack;
  if (!stack.valid()) return fail_errno("cannot allocate a stack for a new process", errno);

  ChildPlan plan = {.executable = name.c_str(),
                    .arguments = arguments.data(),
                    .environment = environment.data(),
                    .directory = request.directory.c_str(),
                    .input_fd = input_fd,
                    .output_fd = output_fd,
                    .limits = request.limits.data(),
                    .limit_count = request.limits.size(),
                    .failed_step = Step::None,
                    .failed_errno = 0};
  int pidfd = -1;
  clone_args clone = {};
  clone.flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
  clone.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  clone.exit_signal = SIGCHLD;
  clone.stack = reinterpret_cast<std::uint64_t>(stack.base());
  clone.stack_size = ChildStack::kSize;
  if (request.cgroup_fd >= 0) {
    clone.flags |= CLONE_INTO_CGROUP;
    clone.cgroup = static_cast<std::uint64_t>(request.cgroup_fd);
  }
  long pid = 0;
  {
    const SignalsBlocked blocked;
    pid = clone3_into_child(&clone, &plan);
  }
  if (pid < 0) {
    auto failure = fail_errno("cannot create a process", static_cast<int>(-pid));
    const bool refused = pid == -ENOSYS || pid == -EPERM || pid == -EINVAL;
    if (refused) {
      failure.error().code = ErrorCode::Unavailable;
      failure.error().internal = "clone3";
    }
    return failure;
  }
  Spawned spawned{static_cast<pid_t>(pid), UniqueFd(pidfd)};
  if (plan.failed_step != Step::None) {
    // The child lets us go on a little before it is a zombie.
    siginfo_t info{};
    while (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED) != 0 && errno == EINTR) {
    }
    return spawn_failure(request, plan.failed_step, plan.failed_errno);
  }
  return spawned;
}
#endif

// posix_spawn sets neither limits nor umask: limits are set from here right after, the umask stays ours. Waits for the
// program's image like the other method, and reports only the exec step's error number.
Result<Spawned> spawn_by_posix(const SpawnRequest& request, int input_fd, int output_fd) {
  const std::string name = request.executable.string();
  const auto arguments = pointers(request.arguments, &name);
  const auto environment = pointers(request.environment);

  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_init(&actions);
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  ::posix_spawn_file_actions_addchdir_np(&actions, request.directory.c_str());
  ::posix_spawn_file_actions_adddup2(&actions, input_fd, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output_fd, 1);
  ::posix_spawn_file_actions_adddup2(&actions, output_fd, 2);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, name.c_str(), &actions, &attributes, arguments.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    const bool no_directory = ::access(request.directory.c_str(), X_OK) != 0;
    return spawn_failure(request, no_directory ? Step::Directory : Step::Exec, error);
  }
  Spawned spawned{pid, open_pidfd(pid)};
  int failed = spawned.pidfd ? 0 : errno;
  for (const auto& limit : request.limits) {
    const rlimit value{limit.value, limit.value};
    if (failed == 0 && ::prlimit(pid, static_cast<__rlimit_resource>(limit.resource), &value, nullptr) != 0) {
      failed = errno;
    }
  }
  if (failed != 0) {
    ::kill(-pid, SIGKILL);
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    return spawn_failure(request, Step::Limits, failed);
  }
  return spawned;
}

}  // namespace

Result<Spawned> spawn_by(SpawnMethod method, const SpawnRequest& request) {
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return fail_errno("cannot open /dev/null", errno);
  const UniqueFd input = above_standard(null.get());
  const UniqueFd output = above_standard(request.output_fd >= 0 ? request.output_fd : null.get());
  if (!input || !output) return fail_errno("cannot duplicate a descriptor", errno);
#if defined(DRAAS_HAS_CLONE3)
  if (method == SpawnMethod::Clone3) return spawn_by_clone3(request, input.get(), output.get());
#else
  if (method == SpawnMethod::Clone3) {
    auto failure = fail_errno("cannot create a process", ENOSYS);
    failure.error().code = ErrorCode::Unavailable;
    failure.error().internal = "clone3";
    return failure;
  }
#endif
  if (request.cgroup_fd >= 0) return fail_errno("cannot start a process inside a cgroup without clone3", ENOSYS);
  return spawn_by_posix(request, input.get(), output.get());
}

Result<Spawned> spawn(const SpawnRequest& request) {
  static std::atomic<bool> clone3_refused{false};
  if (!clone3_refused.load(std::memory_order_relaxed) || request.cgroup_fd >= 0) {
    auto spawned = spawn_by(SpawnMethod::Clone3, request);
    const bool refused = !spawned && spawned.error().internal == "clone3";
    if (!refused || request.cgroup_fd >= 0) return spawned;
    // A container's seccomp filter or an old kernel; neither changes while we run.
    clone3_refused.store(true, std::memory_order_relaxed);
  }
  return spawn_by(SpawnMethod::PosixSpawn, request);
}

}  // namespace draas::platforms::process
