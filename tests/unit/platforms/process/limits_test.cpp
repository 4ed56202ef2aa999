#include "platforms/process/limits.hpp"

#include <fstream>

#include <gtest/gtest.h>

namespace draas::platforms::process {
namespace {

namespace fs = std::filesystem;

TEST(OwnCgroup, IsFoundBelowItsMount) {
  const std::string mounts =
      "25 30 0:23 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
      "35 24 0:30 / /sys/fs/cgroup\\040two rw,nosuid shared:9 - cgroup2 cgroup2 rw\n";
  EXPECT_EQ(own_cgroup(mounts, "1:cpu:/x\n0::/system.slice/draas.service\n"),
            "/sys/fs/cgroup two/system.slice/draas.service");
  EXPECT_EQ(own_cgroup(mounts, "0::/\n"), "/sys/fs/cgroup two");
  EXPECT_EQ(own_cgroup(mounts, "1:cpu:/x\n"), "");
  EXPECT_EQ(own_cgroup("", "0::/\n"), "");
  // A container sees a part of the tree only.
  EXPECT_EQ(own_cgroup("35 24 0:30 /pod/one /cg rw - cgroup2 cgroup2 rw\n", "0::/pod/one/inner\n"), "/cg/inner");
  EXPECT_EQ(own_cgroup("35 24 0:30 /pod/one /cg rw - cgroup2 cgroup2 rw\n", "0::/pod/two\n"), "");
}

class LimitsTest : public testing::Test {
 protected:
  LimitsTest() {
    std::string pattern = (fs::temp_directory_path() / "draas-limits-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~LimitsTest() override { fs::remove_all(directory_); }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((directory_ / name).parent_path());
    std::ofstream(directory_ / name) << text;
  }
  std::string read(const std::string& name) const { return read_file(directory_ / name).value_or("(none)"); }

  // Files in the place of the kernel's.
  void delegate(const std::string& controllers) const {
    write("cgroup.controllers", controllers);
    write("cgroup.subtree_control", controllers);
    for (const char* file : {"cpu.max", "memory.max", "memory.oom.group", "cgroup.kill"}) {
      write("draas-one/" + std::string(file), "");
    }
  }

  fs::path directory_;
};

TEST_F(LimitsTest, NothingIsLimitedUnasked) {
  Cgroups cgroups(directory_);
  const auto plan = plan_limits(cgroups, "one", {});
  EXPECT_TRUE(plan.resource_limits.empty());
  EXPECT_FALSE(plan.cgroup);
  EXPECT_TRUE(plan.complete);
  EXPECT_EQ(plan.description, "");
  EXPECT_TRUE(fs::is_empty(directory_));
}

TEST_F(LimitsTest, UsesADelegatedCgroup) {
  delegate("cpu memory pids\n");
  Cgroups cgroups(directory_);
  const auto plan = plan_limits(cgroups, "one", {.cpu_cores = 1.5, .memory_bytes = 512U << 20U, .open_files = 100});
  EXPECT_TRUE(plan.cgroup);
  EXPECT_TRUE(plan.complete);
  ASSERT_EQ(plan.resource_limits.size(), 1U);
  EXPECT_EQ(plan.resource_limits[0].resource, RLIMIT_NOFILE);
  EXPECT_EQ(read("draas-one/cpu.max"), "150000 100000");
  EXPECT_EQ(read("draas-one/memory.max"), "536870912");
  EXPECT_EQ(read("draas-one/memory.oom.group"), "1");
  EXPECT_EQ(plan.description, "open files 100, memory 512 MiB (cgroup), CPU 1.5 cores (cgroup)");
}

TEST_F(LimitsTest, FallsBackWithoutAController) {
  delegate("memory\n");
  Cgroups cgroups(directory_);
  const auto plan = plan_limits(cgroups, "one", {.cpu_cores = 2, .memory_bytes = 1U << 20U});
  EXPECT_FALSE(plan.cgroup);
  EXPECT_FALSE(plan.complete);
  ASSERT_EQ(plan.resource_limits.size(), 1U);
  EXPECT_EQ(plan.resource_limits[0].resource, RLIMIT_DATA);
  EXPECT_EQ(plan.resource_limits[0].value, 1U << 20U);
  EXPECT_EQ(plan.description,
            "memory 1 MiB (RLIMIT_DATA), CPU not limited: the cgroup v2 directory has no cpu and memory controllers");
}

TEST_F(LimitsTest, TellsWhatTheKernelKilled) {
  delegate("memory\n");
  Cgroups cgroups(directory_);
  write("draas-one/memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\n");
  EXPECT_TRUE(cgroups.remove("one"));
  write("draas-one/memory.events", "low 0\nhigh 0\nmax 3\noom 0\noom_kill 0\n");
  EXPECT_FALSE(cgroups.remove("one"));
  EXPECT_FALSE(cgroups.remove("never-was"));
  EXPECT_TRUE(cgroups.kill_all("one"));
  EXPECT_EQ(read("draas-one/cgroup.kill"), "1");
  EXPECT_FALSE(cgroups.kill_all("never-was"));
}

}  // namespace
}  // namespace draas::platforms::process
