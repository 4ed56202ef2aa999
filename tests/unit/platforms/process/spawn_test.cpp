#include "platforms/process/spawn.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platforms/process/exit_status.hpp"

namespace draas::platforms::process {
namespace {

class SpawnTest : public testing::TestWithParam<SpawnMethod> {
 protected:
  SpawnTest() : output_(::memfd_create("output", MFD_CLOEXEC)) {}

  SpawnRequest shell(const std::string& script) const {
    SpawnRequest request;
    request.executable = "/bin/sh";
    request.arguments = {"-c", script};
    request.environment = {"PATH=/usr/bin:/bin", "WORD=given"};
    request.directory = "/";
    request.output_fd = output_.get();
    return request;
  }
  // Its output and wait status.
  std::pair<std::string, int> run(const SpawnRequest& request) const {
    auto spawned = spawn_by(GetParam(), request);
    if (!spawned) return {spawned.error().message, -1};
    int status = 0;
    ::waitpid(spawned->pid, &status, 0);
    std::string text(10'000, '\0');
    text.resize(static_cast<std::size_t>(::pread(output_.get(), text.data(), text.size(), 0)));
    return {text, status};
  }

  UniqueFd output_;
};

TEST_P(SpawnTest, GivesArgumentsEnvironmentDirectoryAndOutput) {
  auto request = shell("echo $WORD; pwd; echo problem >&2; exit 9");
  request.directory = "/tmp";
  const auto [text, status] = run(request);
  EXPECT_EQ(text, "given\n/tmp\nproblem\n");
  EXPECT_EQ(WEXITSTATUS(status), 9);
}

TEST_P(SpawnTest, InheritsNothingElse) {
  const UniqueFd inheritable(::dup(output_.get()));
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  // Ends by the signal unless it is ignored.
  const int by_signal = run(shell("kill -PIPE $$; exit 0")).second;
  EXPECT_TRUE(WIFSIGNALED(by_signal) && WTERMSIG(by_signal) == SIGPIPE);
  const auto [text, status] =
      run(shell("ls /proc/self/fd | wc -l; grep SigBlk /proc/self/status; "
                "readlink /proc/self/fd/0"));

  ::signal(SIGPIPE, before);
  // 0, 1, 2 and the directory that ls reads.
  EXPECT_EQ(text, "4\nSigBlk:\t0000000000000000\n/dev/null\n");
}

TEST_P(SpawnTest, SetsLimits) {
  auto request = shell("sleep 0.2; ulimit -n");
  request.limits = {{RLIMIT_NOFILE, 77}};
  EXPECT_EQ(run(request).first, "77\n");
}

TEST_P(SpawnTest, MakesASession) {
  auto spawned = spawn_by(GetParam(), shell("exec sleep 100"));
  ASSERT_TRUE(spawned);
  EXPECT_EQ(::getsid(spawned->pid), spawned->pid);
  EXPECT_EQ(::getpgid(spawned->pid), spawned->pid);
  EXPECT_TRUE(send_signal(spawned->pidfd.get(), SIGKILL));
  ::waitpid(spawned->pid, nullptr, 0);
  EXPECT_TRUE(is_reaped(spawned->pidfd.get()));
}

TEST_P(SpawnTest, SaysWhichStepFailedAndLeavesNothing) {
  auto missing = shell("");
  missing.executable = "/nowhere/program";
  auto failed = spawn_by(GetParam(), missing);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "cannot execute '/nowhere/program': No such file or directory");
  EXPECT_EQ(failed.error().code, ErrorCode::Unavailable);

  auto elsewhere = shell("");
  elsewhere.directory = "/nowhere";
  failed = spawn_by(GetParam(), elsewhere);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("cannot enter the working directory"), std::string::npos);

  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_P(SpawnTest, WorksFromManyThreads) {
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 20; ++k) {
        SpawnRequest request;
        request.executable = "/bin/true";
        request.directory = "/";
        auto spawned = spawn_by(GetParam(), request);
        int status = -1;
        if (spawned && ::waitpid(spawned->pid, &status, 0) == spawned->pid && status == 0) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 80);
}

INSTANTIATE_TEST_SUITE_P(Methods, SpawnTest, testing::Values(SpawnMethod::Clone3, SpawnMethod::PosixSpawn),
                         [](const auto& each) { return each.param == SpawnMethod::Clone3 ? "clone3" : "posix_spawn"; });

TEST(Spawn, SetsTheUmask) {
  SpawnRequest request;
  request.executable = "/bin/sh";
  request.arguments = {"-c", "[ $(umask) = 0077 ]"};
  request.directory = "/";
  auto spawned = spawn_by(SpawnMethod::Clone3, request);
  ASSERT_TRUE(spawned);
  int status = 0;
  ::waitpid(spawned->pid, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace draas::platforms::process
