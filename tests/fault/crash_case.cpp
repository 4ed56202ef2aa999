#include "crash_case.hpp"

#include <cctype>

#include <signal.h>
#include <sys/wait.h>

#include "support/fleet_invariants.hpp"

namespace draas::tests {
namespace {

using net::Method;

constexpr const char* kWithoutImage = R"({"platformOptions":{"image":"not-there:1","pullPolicy":"Never"}})";

constexpr const char* kDeaf = R"({"platformOptions":{"environment":{"DRASI_SIM_HANG_ON_SIGINT":"1"}}})";

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
    const bool failures = is("start without image");
    expect_settles(server_, [this] { return ground_.look(); }, {.failures = failures});
  }
  // Of the active workload; 0 while none runs.
  std::uint64_t generation(const std::string& id) {
    const Json active = server_.get("/api/server/instances/" + id + "/workloads").json().value("active", Json());
    return active.is_object() ? active.value("generation", std::uint64_t{0}) : 0;
  }

  void prepare() {
    if (!is("create")) {
      ASSERT_EQ(server_.create(id_).status, 201);
      revision_ = 1;
    }
    for (const char* running : {"stop", "stop deaf", "restart", "delete", "rollback", "exit", "standby", "adopt",
                                "adopt ended", "start after much output"}) {
      starts_ = starts_ || is(running);
    }
    if (is("stop deaf")) {
      ASSERT_EQ(server_.call(Method::Patch, path(), kDeaf).status, 200);
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
    if (is("start after much output")) {
      ASSERT_EQ(server_.post(path("/stop")).status, 200);
      ASSERT_TRUE(ground_.fill_log(id_));
    }
    if (has_standby_) {
      ASSERT_EQ(server_.post(path("/standby")).status, 201);
    }
    kept_generation_ = generation("kept");
    generation_ = generation(id_);
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
    if (is("start without image") || is("start after much output")) return server_.post(path("/start"));
    if (is("stop deaf")) return server_.post(path("/stop"));
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

  // What was written down before the crash holds, though nobody was told; what was not is as if never asked for.
  void check_outcome() {
    const auto text = [](const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); };
    const bool before_commit = crash_.point.ends_with(".before_commit") || crash_.point == "create.ports_planned";
    if (is("create")) {
      EXPECT_EQ(server_.get(path()).status, before_commit ? 404 : 200);
      return;
    }
    const Json instance = server_.instance(id_);
    if (is("patch") || is("rollback")) {
      EXPECT_EQ(instance["configurationRevision"], revision_ + (before_commit ? 0 : 1));
    }
    if (is("update")) EXPECT_EQ(text(instance["description"]) == "another", !before_commit);
    // A standby goes before the stop is written down.
    const bool stop_begun = !crash_.point.starts_with("standby.");
    if ((is("stop") && stop_begun) || is("stop deaf")) EXPECT_EQ(instance["status"], "Stopped") << instance.dump();
    for (const char* running : {"start", "start after much output", "restart", "exit", "adopt", "adopt ended",
                                "adopt cut-off start", "promote"}) {
      if (is(running)) EXPECT_EQ(instance["phase"], "Running") << instance.dump();
    }
    if (is("adopt")) EXPECT_EQ(generation(id_), generation_) << "it was restarted";
  }

  void check() {
    settle();
    EXPECT_EQ(server_.instance("kept")["status"], "Running");
    EXPECT_EQ(generation("kept"), kept_generation_) << "it was restarted";
    // A delete that was written down is finished, however far it came.
    if (is("delete")) {
      EXPECT_TRUE(eventually([&] { return server_.get(path()).status == 404; })) << server_.log();
      settle();
      return;
    }
    check_outcome();
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
  std::uint64_t generation_ = 0;
  std::uint64_t kept_generation_ = 0;
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
