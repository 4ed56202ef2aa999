// The wall clock is set forward and back under a running control plane: delays, leases and restarts go by the clock
// that does not jump.

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "support/fault_tools.hpp"
#include "support/reconciled_fleet.hpp"
#include "support/server_process.hpp"

namespace draas::tests {
namespace {

// What libfaketime takes the time from.
class FakeTime {
 public:
  FakeTime() : file_(std::filesystem::temp_directory_path() / ("draas-test-clock-" + std::to_string(::getpid()))) {
    set("+0");
  }
  ~FakeTime() {
    std::error_code ignored;  // a file that stays is no fault of the test
    std::filesystem::remove(file_, ignored);
  }
  FakeTime(const FakeTime&) = delete;
  FakeTime& operator=(const FakeTime&) = delete;

  // "+30d", "-10y": against the machine's clock.
  void set(const std::string& offset) {
    const std::filesystem::path next = file_.string() + ".next";
    std::ofstream(next) << offset << '\n' << std::flush;
    std::filesystem::rename(next, file_);
  }
  std::map<std::string, std::string> environment() const {
    return {{"LD_PRELOAD", preload(faketime_library())},
            {"FAKETIME_TIMESTAMP_FILE", file_.string()},
            {"FAKETIME_NO_CACHE", "1"},
            {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
            {"FAKETIME_DONT_RESET", "1"}};
  }

 private:
  std::filesystem::path file_;
};

class ClockJumps : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!faketime_library().empty()) return;
    if (std::getenv("CI") != nullptr) FAIL() << "libfaketime is missing";
    GTEST_SKIP() << "libfaketime is missing (Debian: faketime)";
  }
};

bool runs_anew(ServerProcess& server, const std::string& id, pid_t before) {
  return eventually([&] {
    const auto now = server.workloads();
    return now.size() == 1 && now[0].pid != before && server.instance(id)["status"] == "Running";
  });
}

TEST_F(ClockJumps, ChangeNothingForRestartsLeasesAndReconciliation) {
  FakeTime time;
  std::vector<std::string> flags = quick_reconciler_flags();
  flags.insert(flags.end(), {"--Reconciliation:InProcess=true", "--Restart:InitialDelay=100ms",
                             "--Restart:MaxDelay=200ms", "--Restart:MaxRestarts=4"});
  ServerProcess server(flags);
  ASSERT_TRUE(server.start(time.environment())) << server.log();
  create_instance(server, "one", "Update");
  ASSERT_TRUE(eventually([&] { return server.instance("one")["status"] == "Running"; })) << server.log();
  int text = 20;
  for (const char* offset : {"+0", "+30d", "-10y", "+400d"}) {
    SCOPED_TRACE(offset);
    time.set(offset);
    const pid_t before = server.workloads().at(0).pid;
    ::kill(before, SIGKILL);
    EXPECT_TRUE(runs_anew(server, "one", before)) << server.instance("one").dump() << server.log();
    EXPECT_EQ(server.get("/ready").status, 200);
    ++text;
    EXPECT_EQ(change_first_query(server, "one", query_text(text)), 202);
    EXPECT_TRUE(eventually([&] { return running_query(server, "one") == query_text(text); }, milliseconds(20'000)))
        << "the reconciler does not work on: " << server.log();
    EXPECT_EQ(server.workloads().size(), 1U);
  }
  // The jumps did arrive: its log tells of years that are not this one. (faketime's years have 365 days.)
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  for (const int days : {-3650, 400}) {
    const int year = static_cast<int>(std::chrono::year_month_day(today + std::chrono::days(days)).year());
    EXPECT_NE(server.log().find("\"time\":\"" + std::to_string(year)), std::string::npos) << year;
  }
}

TEST_F(ClockJumps, ADelayOutlivesTheControlPlaneButNotByYears) {
  FakeTime time;
  ServerProcess server({"--Restart:InitialDelay=3s", "--Restart:MaxDelay=3s"});
  ASSERT_TRUE(server.start(time.environment())) << server.log();
  ASSERT_EQ(server.create("one", true).status, 201);
  const pid_t first = server.workloads().at(0).pid;
  ::kill(first, SIGKILL);
  ASSERT_TRUE(runs_anew(server, "one", first)) << server.log();
  ::kill(server.workloads().at(0).pid, SIGKILL);
  ASSERT_TRUE(eventually([&] { return server.instance("one")["phase"] == "BackOff"; })) << server.log();
  server.kill();
  time.set("-10y");
  ASSERT_TRUE(server.start(time.environment())) << server.log();
  EXPECT_TRUE(eventually([&] { return server.instance("one")["status"] == "Running"; }))
      << "it waits for a time that is years away: " << server.instance("one").dump();
  // Events are in their order all the same.
  std::uint64_t last = 0;
  for (const Json& event : server.get("/api/status/recent-changes?after=0").json()) {
    EXPECT_GT(event["sequence"].get<std::uint64_t>(), last);
    last = event["sequence"].get<std::uint64_t>();
  }
  EXPECT_GT(last, 0U);
}

}  // namespace
}  // namespace draas::tests
