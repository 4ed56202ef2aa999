#include "platforms/process/exit_status.hpp"

#include <cstdlib>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

namespace draas::platforms::process {
namespace {

struct Child {
  explicit Child(int how) {
    pid = ::fork();
    if (pid == 0) {
      if (how >= 0) ::_exit(how);
      ::signal(-how, SIG_DFL);
      ::raise(-how);
      ::_exit(99);
    }
    pidfd = open_pidfd(pid);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
    identity = {pid, read_stat(pid)->start_time, boot_id()};
  }
  pid_t pid = 0;
  UniqueFd pidfd;
  ProcessIdentity identity;
};

bool kernel_keeps_exit_codes() {
  utsname name{};
  ::uname(&name);
  char* rest = nullptr;
  const long major = std::strtol(name.release, &rest, 10);
  const long minor = std::strtol(rest + 1, nullptr, 10);
  return major > 6 || (major == 6 && minor >= 15);
}

TEST(ExitStatus, ReapsChildren) {
  const Child coded(3);
  EXPECT_EQ(reap(coded.pidfd.get()), 3 << 8);
  EXPECT_EQ(reap(coded.pidfd.get()), std::nullopt) << "once";
  const Child killed(-SIGKILL);
  EXPECT_EQ(reap(killed.pidfd.get()), SIGKILL);
}

TEST(ExitStatus, ReadsThatOfAZombie) {
  const Child zero(0);
  EXPECT_EQ(status_of_stranger(zero.pidfd.get(), zero.identity), 0);
  const Child coded(42);
  EXPECT_EQ(status_of_stranger(coded.pidfd.get(), coded.identity), 42 << 8);
  const Child killed(-SIGTERM);
  EXPECT_EQ(status_of_stranger(killed.pidfd.get(), killed.identity), SIGTERM);
  for (const auto* child : {&zero, &coded, &killed}) reap(child->pidfd.get());
}

TEST(ExitStatus, ReadsThatOfAReapedProcessWhereTheKernelTells) {
  const Child coded(42);
  const Child killed(-SIGTERM);
  // Reaped by somebody else, as the child of another process is.
  ::waitpid(coded.pid, nullptr, 0);
  ::waitpid(killed.pid, nullptr, 0);
  if (kernel_keeps_exit_codes()) {
    EXPECT_EQ(status_of_stranger(coded.pidfd.get(), coded.identity), 42 << 8);
    EXPECT_EQ(status_of_stranger(killed.pidfd.get(), killed.identity), SIGTERM);
  } else {
    EXPECT_EQ(status_of_stranger(coded.pidfd.get(), coded.identity), std::nullopt);
  }
}

TEST(ExitStatus, IsFoundWithTheProcess) {
  const Child coded(3);
  const auto sighting = look_for(coded.identity, "hello");
  ASSERT_TRUE(sighting);
  const Sighting& seen = *sighting;
  EXPECT_EQ(seen.presence, Presence::Ended);
  EXPECT_TRUE(seen.is_child);
  EXPECT_EQ(seen.status, 3 << 8);
  EXPECT_EQ(look_for(coded.identity, "hello")->presence, Presence::Absent) << "it is reaped by now";
}

TEST(ExitStatus, IsToldInWords) {
  EXPECT_EQ(to_workload_exit(std::nullopt, {}).reason, "exit code unknown");
  EXPECT_FALSE(to_workload_exit(std::nullopt, {}).exit_code);
  EXPECT_EQ(to_workload_exit(1 << 8, {}).reason, "exited with code 1");
  EXPECT_EQ(to_workload_exit(SIGSEGV | 0x80, {}).reason, "killed by SIGSEGV");
  EXPECT_EQ(to_workload_exit(SIGSEGV | 0x80, {}).signal, SIGSEGV);
  EXPECT_EQ(to_workload_exit(40, {}).reason, "killed by signal 40");
}

}  // namespace
}  // namespace draas::platforms::process
