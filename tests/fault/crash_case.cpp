#include "crash_case.hpp"

#include <cctype>

#include <signal.h>
#include <sys/wait.h>

#include "support/fleet_invariants.hpp"

namespace draas::tests {
namespace {

using net::Method;

constexpr const char* kWithoutImage = R"({"platformOptions":{"image":"not-there:1","pullPolicy":"Never"}})";

class CrashRun {
 public:
  CrashRun(Ground& ground, const CrashCase& crash, std::string id)
      : ground_(ground), server_(ground.server()), crash_(crash), id_(std::move(id)), what_(crash.operation) {
    const std::size_t beside = what_.find(" beside");
    has_standby_ = beside != std::string::npos || what_ == "promote" || what_ == "drop" || what_ == "lose standby";
    if (beside != std::string::npos) what_.resize(beside);
  }

  void run() {
    prepare();
    if (::testing::Test::HasFatalFailure()) return;
    die();
    if (::testing::Test::HasFatalFailure()) return;
    ASSERT_TRUE(server_.start()) << server_.log();
    check();
  }

 private:
  bool is(const char* operation) const { return what_ == operation; }
  std::string path(const std::string& rest = "") const { return "/api/server/instances/" + id_ + rest; }
  std::string configuration(const std::string& rest = "") const { return "/api/configuration/instances/" + id_ + rest; }
  Answer patch_configuration() { return server_.call(Method::Patch, configuration(), R"({"logLevel":"debug"})"); }
  void settle() {
    expect_settles(server_, [this] { return ground_.look(); });
  }

  void prepare() {
    if (!is("create")) {
      ASSERT_EQ(server_.create(id_).status, 201);
      revision_ = 1;
    }
    for (const char* running : {"stop", "restart", "delete", "rollback", "exit", "standby", "adopt", "adopt ended"}) {
      starts_ = starts_ || is(running);
    }
    if (starts_ || has_standby_) {
      const Answer started = server_.post(path("/start"));
      ASSERT_EQ(started.status, 200) << started.body;
    }
    if (is("rollback")) {
      ASSERT_EQ(patch_configuration().status, 202);
      revision_ = 2;
    }
    if (is("start without image")) {
      ASSERT_EQ(server_.call(Method::Patch, path(), kWithoutImage).status, 200);
    }
    if (has_standby_) {
      ASSERT_EQ(server_.post(path("/standby")).status, 201);
    }
    end_server();
    if (is("adopt ended")) ground_.kill_workload(id_);
    if (is("adopt cut-off start")) {
      ASSERT_TRUE(server_.start({{"DRAAS_CRASH_AT", "start.workload_runs"}})) << server_.log();
      server_.post(path("/start"));
      ASSERT_TRUE(server_.wait_exit()) << server_.log();
    }
  }

  void end_server() {
    server_.signal(SIGTERM);
    ASSERT_TRUE(server_.wait_exit()) << server_.log();
  }

  // Until the control plane is dead.
  void die() {
    const bool at_start = what_.starts_with("adopt");
    const bool begun = server_.start({{"DRAAS_CRASH_AT", crash_.point}}, !at_start);
    ASSERT_TRUE(begun) << server_.log();
    const Answer answer = operate();
    const auto ended = server_.wait_exit();
    ASSERT_TRUE(ended) << "the point was never reached; the answer was " << answer.status << " " << answer.body;
    EXPECT_TRUE(WIFSIGNALED(*ended) && WTERMSIG(*ended) == SIGKILL) << *ended << "\n" << server_.log();
    EXPECT_EQ(answer.status, 0) << "acknowledged before the crash: " << answer.body;
  }

  Answer operate() {
    if (is("create")) return server_.create(id_);
    if (is("start") || is("stop") || is("restart")) return server_.post(path("/" + what_));
    if (is("start without image")) return server_.post(path("/start"));
    if (is("delete")) return server_.call(Method::Delete, path());
    if (is("patch")) return patch_configuration();
    if (is("rollback")) return server_.post(configuration("/rollback"), R"({"revision":1})");
    if (is("update")) return server_.call(Method::Patch, path(), R"({"description":"another"})");
    if (is("standby")) return server_.post(path("/standby"));
    if (is("promote")) return server_.post(path("/standby/promote"));
    if (is("drop")) return server_.call(Method::Delete, path("/standby"));
    if (is("lose standby")) ground_.kill_workload(id_ + "~b");
    if (is("exit")) ground_.kill_workload(id_);
    return {};
  }

  void check() {
    settle();
    EXPECT_EQ(server_.instance("kept")["status"], "Running");
    // A delete that was written down is finished, however far it came.
    if (is("delete")) {
      EXPECT_TRUE(eventually([&] { return server_.get(path()).status == 404; })) << server_.log();
      settle();
      return;
    }
    // And it can be worked with: the same operation goes through now.
    if (is("create") && server_.get(path()).status == 404) {
      EXPECT_EQ(server_.create(id_).status, 201);
      revision_ = 1;
    }
    const Json instance = server_.instance(id_);
    ASSERT_TRUE(instance.contains("configurationRevision")) << "an acknowledged instance is lost";
    EXPECT_GE(instance["configurationRevision"].get<std::uint64_t>(), revision_) << "an acknowledged change is lost";
    if (is("start without image")) {
      EXPECT_EQ(server_.call(Method::Patch, path(), R"({"platformOptions":null})").status, 200);
    }
    const Answer started = server_.post(path("/start"));
    EXPECT_EQ(started.status, 200) << started.body;
    if (has_standby_ || is("standby")) {
      EXPECT_EQ(server_.call(Method::Delete, path("/standby")).status, 204);
      const Answer standby = server_.post(path("/standby"));
      EXPECT_EQ(standby.status, 201) << standby.body;
      EXPECT_EQ(server_.post(path("/standby/promote")).status, 200);
      settle();
    }
    EXPECT_EQ(server_.call(Method::Delete, path()).status, 204);
    settle();
  }

  Ground& ground_;
  ServerProcess& server_;
  const CrashCase& crash_;
  const std::string id_;
  std::string what_;
  bool has_standby_ = false;
  bool starts_ = false;
  std::uint64_t revision_ = 0;  // acknowledged
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const CrashCase& crash) {
  return out << crash.operation << " at " << crash.point;
}

std::string case_name(const ::testing::TestParamInfo<CrashCase>& info) {
  std::string name = info.param.operation + "_at_" + info.param.point;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

std::vector<CrashCase> crash_cases(const std::vector<PointsOfOperation>& table) {
  std::vector<CrashCase> cases;
  for (const auto& [operation, points] : table) {
    for (const std::string& point : points) cases.push_back({point, operation});
  }
  return cases;
}

void expect_survives(Ground& ground, const CrashCase& crash, const std::string& id) {
  CrashRun(ground, crash, id).run();
}

}  // namespace draas::tests
