// What the Process platform promises beyond the contract: how it launches, whom it adopts, what a crash leaves.

#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.hpp"
#include "contract/platform/platform_fixture.hpp"
#include "platforms/process/identity.hpp"
#include "platforms/process/spawn.hpp"

namespace draas::platforms::process {
namespace {

namespace fs = std::filesystem;

class ProcessPlatformTest : public PlatformFixture {
 protected:
  PlatformFactory factory() override { return platform_factories().front(); }

  fs::path configuration(const std::string& id) const { return directory_ / "configs" / (id + "-config.yaml"); }

  struct Starter {
    std::string output;
    std::string errors;
    int wait_status = 0;
  };

  // Runs a control plane in miniature that starts `script` and dies; with `crash_at` at that very point.
  Starter run_starter(const std::string& id, const std::string& script, const std::string& crash_at = "",
                      bool stop = false) {
    const fs::path output_file = directory_ / "starter.out";
    const UniqueFd output(::open(output_file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    SpawnRequest request;
    request.executable = DRAAS_PLATFORM_STARTER;
    request.arguments = {DRAAS_FAKE_SERVER, directory_.string(), control_plane_, id, script};
    if (stop) request.arguments.emplace_back("stop");
    if (!crash_at.empty()) request.environment.push_back("DRAAS_CRASH_AT=" + crash_at);
    request.directory = directory_;
    request.output_fd = output.get();
    auto spawned = spawn(request);
    Starter starter;
    if (!spawned) {
      ADD_FAILURE() << spawned.error().message;
      return starter;
    }
    ::waitpid(spawned->pid, &starter.wait_status, 0);
    starter.output = *read_file(output_file);
    return starter;
  }

  core::WorkloadHandle handle_of(const std::string& id, const std::string& json) const {
    core::WorkloadHandle handle;
    handle.platform = "Process";
    handle.instance_id = id;
    handle.generation = 1;
    handle.spec_hash = "hash";
    handle.data = Json::parse(json.substr(0, json.find('\n')));
    return handle;
  }

  // Started by a control plane that is dead, hence a child of somebody else.
  core::WorkloadHandle start_elsewhere(const std::string& id, const std::string& script) {
    const Starter starter = run_starter(id, script);
    EXPECT_TRUE(WIFSIGNALED(starter.wait_status)) << starter.output;
    return handle_of(id, starter.output);
  }

  core::Platform::Recovered recover(const core::WorkloadHandle& handle) {
    auto recovered = run(platform().recover(handle));
    if (!recovered) {
      ADD_FAILURE() << recovered.error().message;
      return {};
    }
    return *recovered;
  }

  std::string start_error(const std::string& executable) {
    tuning.executable = executable;
    restart_platform();
    const auto started = run(platform().start(spec("one", "")));
    EXPECT_FALSE(started);
    EXPECT_TRUE(list().empty());
    EXPECT_FALSE(fs::exists(configuration("one"))) << "the configuration may hold secrets";
    return started ? "" : started.error().message;
  }
};

TEST_F(ProcessPlatformTest, LaunchesInACleanRoom) {
  // What the child must not see: an ignored and a blocked signal, an inheritable descriptor.
  const UniqueFd inheritable(::open("/dev/null", O_RDONLY));
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  const auto handle = start("one", "print_state\nprint ready\n");
  ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  ::signal(SIGPIPE, before);
  const std::string log = wait_for_log("one", "ready\n");
  EXPECT_NE(log.find("descriptors 0 1 2\n"), std::string::npos) << log;
  EXPECT_NE(log.find("blocked 0000000000000000\n"), std::string::npos) << log;
  EXPECT_NE(log.find("ignored 0000000000000000\n"), std::string::npos) << log;
  EXPECT_NE(log.find("session own\n"), std::string::npos) << log;
  EXPECT_NE(log.find("umask 77\n"), std::string::npos) << log;
  EXPECT_NE(log.find("directory " + (directory_ / "runtime/one").string() + "\n"), std::string::npos) << log;
  EXPECT_NE(log.find("arguments --config " + configuration("one").string() + "\n"), std::string::npos) << log;
  stop(handle);
}

TEST_F(ProcessPlatformTest, KeepsTheConfigurationPrivate) {
  const auto handle = start("one", "print ready\n");
  wait_for_log("one", "ready\n");
  struct stat info{};
  ASSERT_EQ(::stat(configuration("one").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(*read_file(configuration("one")), "print ready\n");
  stop(handle);
  std::ofstream(directory_ / "configs" / ".one-config.yaml.00ff.tmp") << "secret";
  std::ofstream(directory_ / "configs" / "one-config.tmp") << "secret";
  std::ofstream(directory_ / "configs" / "two-config.yaml") << "another's";
  EXPECT_TRUE(run(platform().remove_configuration("one")));
  EXPECT_TRUE(fs::exists(directory_ / "configs" / "two-config.yaml"));
  fs::remove(directory_ / "configs" / "two-config.yaml");
  EXPECT_TRUE(fs::is_empty(directory_ / "configs"));
}

TEST_F(ProcessPlatformTest, SaysWhyAProgramCannotRun) {
  EXPECT_NE(start_error("/nowhere/drasi-server").find("does not exist; set ProcessInstanceManager:ExecutablePath"),
            std::string::npos);
  EXPECT_NE(start_error("surely-not-on-path").find("'surely-not-on-path' is not on PATH"), std::string::npos);
  EXPECT_NE(start_error(directory_.string()).find("is not a regular file"), std::string::npos);

  const fs::path program = directory_ / "program";
  std::ofstream(program) << "neither ELF nor script";
  EXPECT_NE(start_error(program.string()).find("is not executable"), std::string::npos);
  fs::permissions(program, fs::perms::owner_all);
  EXPECT_NE(start_error(program.string()).find("not a program for this machine"), std::string::npos);
  std::ofstream(program) << "#!/nowhere/interpreter\n";
  EXPECT_NE(start_error(program.string()).find("its interpreter or loader does not"), std::string::npos);
}

TEST_F(ProcessPlatformTest, IsUnavailableWithoutTheProgram) {
  tuning.executable = "/nowhere/drasi-server";
  auto missing = run(platform().availability());
  EXPECT_FALSE(missing.available);
  EXPECT_NE(missing.reason.find("put drasi-server on PATH"), std::string::npos) << missing.reason;

  const fs::path program = directory_ / "server";
  tuning.executable = program.string();
  restart_platform();
  EXPECT_FALSE(run(platform().availability()).available);
  std::ofstream(program) << "#!/bin/sh\necho drasi-server 1.2.3\n";
  fs::permissions(program, fs::perms::owner_all);
  auto there = run(platform().availability());
  EXPECT_TRUE(there.available) << there.reason;
  EXPECT_EQ(there.version, "1.2.3");
  std::ofstream(program) << "#!/bin/sh\necho cannot load libfoo >&2\nexit 127\n";
  auto broken = run(platform().availability());
  EXPECT_FALSE(broken.available);
  EXPECT_NE(broken.reason.find("cannot load libfoo"), std::string::npos) << broken.reason;
}

TEST_F(ProcessPlatformTest, AdoptsAStrangersChild) {
  const auto handle = start_elsewhere("one", "print ready\n");
  EXPECT_TRUE(recover(handle).running);
  EXPECT_EQ(ids_listed(), std::vector<std::string>{"one"});
  EXPECT_TRUE(run(platform().usage(handle)));
  wait_for_log("one", "ready\n");
  const auto exit = stop(handle);
  EXPECT_EQ(exit.exit_code, 0) << exit.reason;
  EXPECT_TRUE(wait_until_gone(pid_of(handle)));
}

TEST_F(ProcessPlatformTest, TellsTheExitCodeOfAStrangersChild) {
  const auto coded = start_elsewhere("coded", "await go\nexit 6\n");
  const auto crashed = start_elsewhere("crashed", "");
  ASSERT_TRUE(recover(coded).running);
  ASSERT_TRUE(recover(crashed).running);
  release("coded");
  ::kill(pid_of(crashed), SIGSEGV);
  EXPECT_EQ(wait_for_exit("coded").exit_code, 6);
  EXPECT_EQ(wait_for_exit("crashed").signal, SIGSEGV);
  EXPECT_EQ(exits_of("coded"), 1U);
}

TEST_F(ProcessPlatformTest, KillsTheGroupOfAStrangersChild) {
  const auto handle = start_elsewhere("family", "child\ndaemon\nprint ready\n");
  ASSERT_TRUE(recover(handle).running);
  wait_for_log("family", "ready\n");
  ASSERT_EQ(find_marked(control_plane_)->size(), 3U);
  ::kill(pid_of(handle), SIGKILL);
  wait_for_exit("family");
  // What it left is swept in the background.
  EXPECT_TRUE(tests::eventually([&] { return find_marked(control_plane_)->empty(); }));
}

TEST_F(ProcessPlatformTest, KillsTheGroupOfACrashedChild) {
  const auto handle = start("family", "child\nprint ready\n");
  wait_for_log("family", "ready\n");
  ::kill(pid_of(handle), SIGKILL);
  EXPECT_EQ(wait_for_exit("family").signal, SIGKILL);
  EXPECT_TRUE(tests::eventually([&] { return find_marked(control_plane_)->empty(); }));
}

TEST_F(ProcessPlatformTest, NeverTakesAReusedPid) {
  const auto handle = start("one", "");
  const auto other = start("other", "");
  // The PID lives on, as another process of ours: by its start time.
  auto reused = handle;
  reused.data["pid"] = pid_of(other);
  auto recovered = recover(reused);
  EXPECT_FALSE(recovered.running);
  EXPECT_FALSE(recovered.exit.exit_code);
  EXPECT_NE(recovered.exit.reason.find("belongs to another process"), std::string::npos) << recovered.exit.reason;

  // Even when the start time fits: by its marks.
  restart_platform();
  auto twin = other;
  twin.instance_id = "one";
  EXPECT_FALSE(recover(twin).running);

  // A stop for the old identity leaves the new process alone.
  stop(twin, 0ms);
  stop(reused, 0ms);
  EXPECT_EQ(ids_listed(), std::vector<std::string>{"other"}) << "'one' was killed by its marks";
}

TEST_F(ProcessPlatformTest, NothingSurvivesAReboot) {
  const auto handle = start("one", "");
  restart_platform();
  auto earlier = handle;
  earlier.data["bootId"] = "11111111-2222-3333-4444-555555555555";
  const auto recovered = recover(earlier);
  EXPECT_FALSE(recovered.running);
  EXPECT_NE(recovered.exit.reason.find("the machine was restarted"), std::string::npos);
  EXPECT_EQ(ids_listed().size(), 1U);
}

TEST_F(ProcessPlatformTest, RefusesDamagedHandles) {
  for (const char* data :
       {"null", "{}", R"({"version":2,"pid":1,"startTime":1,"bootId":""})",
        R"({"version":1,"pid":-1,"startTime":1,"bootId":"x"})", R"({"version":1,"pid":0,"startTime":1,"bootId":"x"})",
        R"({"version":1,"pid":"1","startTime":1,"bootId":"x"})"}) {
    const auto handle = handle_of("one", data);
    const auto recovered = run(platform().recover(handle));
    ASSERT_FALSE(recovered) << data;
    EXPECT_EQ(recovered.error().code, ErrorCode::DataLoss);
    EXPECT_FALSE(run(platform().stop(handle, 0ms)));
    EXPECT_FALSE(run(platform().usage(handle)));
    EXPECT_TRUE(platform().describe(handle).empty());
  }
}

TEST_F(ProcessPlatformTest, ACrashDuringAStartLosesNoProcess) {
  for (const std::string point :
       {"begin", "directories_made", "configuration_written", "log_opened", "spawned", "registered"}) {
    const Starter starter = run_starter("one", "print ready\n", "process.start." + point);
    ASSERT_TRUE(WIFSIGNALED(starter.wait_status) && WTERMSIG(starter.wait_status) == SIGKILL) << point;
    ASSERT_EQ(starter.output, "") << point << " was not passed";
    const bool runs = point == "spawned" || point == "registered";
    if (runs) {
      wait_for_log("one", "ready\n");
      const auto found = list();
      ASSERT_EQ(found.size(), 1U) << point;
      EXPECT_TRUE(recover(found[0].handle).running) << point;
      EXPECT_EQ(stop(found[0].handle).exit_code, 0);
    }
    EXPECT_TRUE(list().empty()) << point;
    // The next start finds nothing in its way.
    const auto handle = start("one", "print again\n");
    wait_for_log("one", "again\n");
    stop(handle);
    EXPECT_TRUE(run(platform().remove("one", false)));
    EXPECT_TRUE(fs::is_empty(directory_ / "configs")) << point;
    EXPECT_FALSE(fs::exists(directory_ / "runtime" / "one"));
  }
}

TEST_F(ProcessPlatformTest, ACrashDuringAStopCanBeRepeated) {
  for (const std::string point : {"begin", "interrupted", "killed", "ended"}) {
    // `killed` is passed only by those who do not obey.
    const std::string script = point == "killed" ? "ignore_sigint\nprint ready\n" : "print ready\n";
    const Starter starter = run_starter("one", script, "process.stop." + point, true);
    ASSERT_TRUE(WIFSIGNALED(starter.wait_status) && WTERMSIG(starter.wait_status) == SIGKILL) << point;
    ASSERT_EQ(starter.output.find("stopped"), std::string::npos) << point << " was not passed";
    const auto handle = handle_of("one", starter.output);
    run(platform().stop(handle, 5s));
    EXPECT_TRUE(list().empty()) << point;
    EXPECT_TRUE(run(platform().remove("one", false)));
  }
}

TEST_F(ProcessPlatformTest, HoldsOpenFilesAndMemory) {
  tuning.limits.open_files = 64;
  tuning.limits.memory_bytes = 64U << 20U;
  const auto handle = start("one", "open 1000\nallocate 16\nallocate 128\nprint ready\n");
  EXPECT_EQ(wait_for_log("one", "ready\n"), "opened 61\nallocated\nrefused\nready\n");
  const auto described = platform().describe(handle);
  EXPECT_EQ(described.at("processId"), std::to_string(pid_of(handle)));
  EXPECT_EQ(described.at("limits").rfind("open files 64, memory 64 MiB", 0), 0U) << described.at("limits");
  stop(handle);
}

TEST_F(ProcessPlatformTest, AnInstancesOwnLimitsComeFirst) {
  tuning.limits.open_files = 64;
  auto wanted = spec("one", "open 1000\nprint ready\n");
  wanted.limits.open_files = 32;
  auto handle = run(platform().start(wanted));
  ASSERT_TRUE(handle);
  EXPECT_EQ(wait_for_log("one", "ready\n"), "opened 29\nready\n");
  stop(*handle);
}

TEST_F(ProcessPlatformTest, TakesSettingsPerInstance) {
  auto wanted = spec("one", "print_state\nprint_env EXTRA\nprint ready\n");
  wanted.platform_options = Json::parse(R"({"arguments":["--enable-ui"],"environment":{"EXTRA":"1"}})");
  auto handle = run(platform().start(wanted));
  ASSERT_TRUE(handle);
  const std::string log = wait_for_log("one", "ready\n");
  EXPECT_NE(log.find("-config.yaml --enable-ui\n"), std::string::npos) << log;
  EXPECT_NE(log.find("EXTRA=1\n"), std::string::npos);
  stop(*handle);

  wanted.platform_options = Json::parse(R"({"argument":[],"environment":{"A":1}})");
  const auto refused = run(platform().start(wanted));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(refused.error().faults.size(), 2U);
  wanted.platform_options = nullptr;
  wanted.environment = {{"DRAAS_INSTANCE_ID", "forged"}};
  EXPECT_FALSE(run(platform().start(wanted)));
}

TEST_F(ProcessPlatformTest, ReachesInstancesOnThisMachine) {
  auto wanted = spec("one", "");
  EXPECT_EQ(platform().endpoint(wanted).host, "127.0.0.1");
  EXPECT_EQ(platform().endpoint(wanted).port, wanted.port);
  wanted.host = "0.0.0.0";
  EXPECT_EQ(platform().endpoint(wanted).host, "127.0.0.1");
  wanted.host = "::";
  EXPECT_EQ(platform().endpoint(wanted).host, "::1");
  wanted.host = "10.1.2.3";
  EXPECT_EQ(platform().endpoint(wanted).host, "10.1.2.3");
}

}  // namespace
}  // namespace draas::platforms::process
