// The control plane is killed with SIGKILL at every step of every operation, while its instances run in containers.
// One engine and one control plane serve all cases, so that "kept" is taken up again after every death.

#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include "crash_case.hpp"
#include "support/docker_engine.hpp"
#include "support/fleet_invariants.hpp"
#include "support/reconciled_fleet.hpp"

namespace draas::tests {
namespace {

using net::Method;

constexpr const char* kImage = "drasi-sim:test";
constexpr milliseconds kPatience{30'000};

// The engine of this program run, and what runs on it.
class DockerGround final : public Ground {
 public:
  DockerGround() {
    obstacle_ = engine_.start();
    if (obstacle_.empty()) {
      obstacle_ = engine_.make_image(kImage, static_simulator(), "drasi");
    }
    if (!obstacle_.empty()) return;
    std::vector<std::string> flags = quick_reconciler_flags();
    for (const std::string& flag :
         {"--Reconciliation:InProcess=true", "--Reconciliation:ReconcileErrorInstances=false",
          "--Placement:DefaultPlatform=Docker", "--Docker:PullPolicy=Never", "--Docker:SweepInterval=2s",
          "--Restart:InitialDelay=10ms", "--ProcessInstanceManager:OrphanGracePeriod=100ms"}) {
      flags.emplace_back(flag);
    }
    flags.push_back("--Docker:Host=" + engine_.host());
    flags.push_back(std::string("--Docker:Image=") + kImage);
    flags.push_back("--Docker:Network=" + DockerEngine::network());
    server_ = std::make_unique<ServerProcess>(flags);
    if (!server_->start() || server_->create("kept", true).status != 201) obstacle_ = server_->log();
  }

  // "" when cases can be run.
  const std::string& obstacle() const { return obstacle_; }
  ServerProcess& server() override { return *server_; }
  Footprint look() override { return footprint_of(engine_); }
  void kill_workload(const std::string& name) override {
    for (const docker::ContainerSummary& container : engine_.containers()) {
      const auto label = container.labels.find("draas.workload");
      if (label == container.labels.end() || label->second != name || !container.running()) continue;
      std::function<net::Task<Status>(docker::EngineClient&)> kill = [id = container.id](docker::EngineClient& engine) {
        return engine.kill_container(id, "SIGKILL");
      };
      EXPECT_TRUE(engine_.call(kill));
    }
  }

 private:
  DockerEngine engine_;
  std::unique_ptr<ServerProcess> server_;
  std::string obstacle_;
};

std::unique_ptr<DockerGround>& ground() {
  static std::unique_ptr<DockerGround> one;
  return one;
}

class EndOfGround final : public ::testing::Environment {
 public:
  void TearDown() override { ground().reset(); }
};
const auto* const kEndOfGround = ::testing::AddGlobalTestEnvironment(std::make_unique<EndOfGround>().release());

// Another one for every case.
std::string next_id() {
  static int count = 0;
  return "i" + std::to_string(++count);
}

void set_up_ground() {
  if (!ground()) ground() = std::make_unique<DockerGround>();
  const std::string& obstacle = ground()->obstacle();
  if (obstacle.empty()) {
    if (!ground()->server().running()) {
      ASSERT_TRUE(ground()->server().start()) << ground()->server().log();
    }
    return;
  }
  if (docker_engine_is_required()) FAIL() << obstacle;
  GTEST_SKIP() << obstacle;
}

// --- operations -----------------------------------------------------------------------------------------------------

class DockerCrashPoint : public ::testing::TestWithParam<CrashCase> {
 protected:
  void SetUp() override { set_up_ground(); }
};

TEST_P(DockerCrashPoint, LosesAndDoublesNothing) { expect_survives(*ground(), GetParam(), next_id()); }

INSTANTIATE_TEST_SUITE_P(
    EveryStep, DockerCrashPoint,
    ::testing::ValuesIn(crash_cases({
        {"create", {"create.ports_planned", "create.before_commit", "create.committed"}},
        {"start",
         {"start.intended", "docker.start.begin", "docker.start.room_made", "docker.start.volumes_made",
          "docker.start.created", "docker.start.configured", "docker.start.started", "start.workload_runs",
          "start.handle_stored"}},
        {"start without image", {"start.failure_recorded"}},
        {"stop",
         {"stop.intended", "docker.stop.begin", "docker.stop.interrupted", "docker.stop.ended", "stop.workload_ended",
          "stop.recorded", "docker.configuration.emptied"}},
        {"restart",
         {"stop.intended", "docker.stop.interrupted", "docker.stop.ended", "stop.recorded", "restart.stopped",
          "start.intended", "docker.start.room_made", "docker.start.created", "docker.start.started"}},
        {"delete",
         {"delete.marked", "docker.stop.ended", "delete.stopped", "docker.remove.containers_removed",
          "docker.remove.volumes_removed", "delete.files_removed", "delete.before_commit", "delete.committed"}},
        {"patch", {"configuration.before_commit", "configuration.committed"}},
        {"rollback", {"configuration.before_commit", "configuration.committed"}},
        {"update", {"update.before_commit", "update.committed"}},
        {"adopt", {"recover.examined"}},
        {"adopt cut-off start", {"recover.handle_stored"}},
        {"adopt ended", {"exit.recorded", "docker.start.created"}},
        {"exit", {"exit.recorded", "docker.start.started"}},
        {"standby", {"standby.intended", "docker.start.started", "standby.handle_stored"}},
        {"promote", {"promote.committed"}},
        {"drop", {"standby.drained", "docker.stop.ended", "standby.recorded"}},
        {"lose standby", {"standby.failure_recorded"}},
        {"delete beside", {"delete.marked", "standby.workload_ended"}},
    })),
    case_name);

// --- strategies -----------------------------------------------------------------------------------------------------

struct StrategyCase {
  const char* strategy;
  const char* parameters;
  const char* point;
};

std::ostream& operator<<(std::ostream& out, const StrategyCase& crash) {
  return out << crash.strategy << " at " << crash.point;
}

class DockerStrategyCrash : public ::testing::TestWithParam<StrategyCase> {
 protected:
  void SetUp() override { set_up_ground(); }
  void TearDown() override {
    if (id_.empty()) return;
    ServerProcess& server = ground()->server();
    EXPECT_EQ(server.call(Method::Delete, "/api/server/instances/" + id_).status, 204);
    expect_settles(server, [] { return ground()->look(); });
  }
  // Kills the control plane, and the reconciler with it, at the point of the case; `change` is what leads there.
  void die_at_point(const std::function<int()>& change) {
    ServerProcess& server = ground()->server();
    server.signal(SIGTERM);
    ASSERT_TRUE(server.wait_exit()) << server.log();
    ASSERT_TRUE(server.start({{"DRAAS_CRASH_AT", GetParam().point}})) << server.log();
    const int status = change();
    EXPECT_TRUE(status == 0 || status == 200 || status == 202) << status;  // 0: it died of the change itself
    const auto ended = server.wait_exit(kPatience);
    ASSERT_TRUE(ended && WIFSIGNALED(*ended) && WTERMSIG(*ended) == SIGKILL) << server.log();
    ASSERT_TRUE(server.start()) << server.log();
  }

  std::string id_;
};

TEST_P(DockerStrategyCrash, IsCarriedOutByTheNext) {
  const StrategyCase& crash = GetParam();
  ServerProcess& server = ground()->server();
  id_ = next_id();
  create_instance(server, id_, crash.strategy, crash.parameters);
  die_at_point([&] { return change_first_query(server, id_, query_text(77)); });
  expect_settles(server, id_, kPatience, [] { return ground()->look(); });
  EXPECT_EQ(running_query(server, id_), query_text(77)) << server.log();
  EXPECT_EQ(server.instance("kept")["status"], "Running");
}

constexpr const char* kBlueGreen = R"({"watch":"300ms","smokeTests":[{"path":"/health"}]})";
constexpr const char* kCanary = R"({"stage":"150ms"})";
constexpr const char* kRestart = R"({"pause":"50ms"})";

INSTANTIATE_TEST_SUITE_P(Steps, DockerStrategyCrash,
                         ::testing::Values(StrategyCase{"Update", "{}", "reconcile.after.ChangeLive:1"},
                                           StrategyCase{"Update", "{}", "applied.committed"},
                                           StrategyCase{"Restart", kRestart, "restart.stopped"},
                                           StrategyCase{"Restart", kRestart, "docker.start.started"},
                                           StrategyCase{"RollingUpdate", "{}", "docker.start.created"},
                                           StrategyCase{"RollingUpdate", "{}", "reconcile.after.StartStandby"},
                                           StrategyCase{"RollingUpdate", "{}", "promote.committed"},
                                           StrategyCase{"RollingUpdate", "{}", "docker.stop.ended"},
                                           StrategyCase{"BlueGreen", kBlueGreen, "reconcile.before.Watch"},
                                           StrategyCase{"Canary", kCanary, "reconcile.after.SetTraffic:1"}),
                         [](const auto& crash) {
                           std::string name = std::string(crash.param.strategy) + "_" + crash.param.point;
                           for (char& c : name) {
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           }
                           return name;
                         });

// Another image is rolled out like another configuration, whatever dies meanwhile.
class DockerImageCrash : public DockerStrategyCrash {};

TEST_P(DockerImageCrash, TheOtherImageRunsInTheEnd) {
  const StrategyCase& crash = GetParam();
  ServerProcess& server = ground()->server();
  id_ = next_id();
  create_instance(server, id_, crash.strategy, crash.parameters);
  die_at_point([&] {
    return server
        .call(Method::Patch, "/api/server/instances/" + id_, R"({"platformOptions":{"labels":{"colour":"blue"}}})")
        .status;
  });
  const std::string drift = "/api/reconciliation/instances/" + id_ + "/drift";
  EXPECT_TRUE(eventually([&] { return server.get(drift).json().value("inSync", false); }, kPatience))
      << server.get(drift).body << server.log();
  expect_settles(server, id_, kPatience, [] { return ground()->look(); });
}

INSTANTIATE_TEST_SUITE_P(Steps, DockerImageCrash,
                         ::testing::Values(StrategyCase{"Update", "{}", "update.committed"},
                                           StrategyCase{"Update", "{}", "docker.start.created"},
                                           StrategyCase{"RollingUpdate", "{}", "promote.committed"}),
                         [](const auto& crash) { return "Case" + std::to_string(crash.index); });

}  // namespace
}  // namespace draas::tests
