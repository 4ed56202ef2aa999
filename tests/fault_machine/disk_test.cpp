// The disk under a running control plane: full, read-only, slow, damaged. It says what is wrong, does nothing by
// halves, keeps the instances running, and goes on by itself when the disk does.

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/ext4_disk.hpp"
#include "support/fault_tools.hpp"
#include "support/server_process.hpp"
#include "support/small_disk.hpp"

namespace draas::tests {
namespace {

namespace fs = std::filesystem;
using net::Method;

const std::string kInstances = "/api/server/instances/";

// A directory for mounts, away from those of the server.
class Place {
 public:
  Place() : path_(fs::temp_directory_path() / ("draas-test-disk-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Place() {
    std::error_code ignored;  // still mounted: the next run has another name
    fs::remove_all(path_, ignored);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

#define SKIP_OR_FAIL(reason)                       \
  do {                                             \
    if (machine_is_required()) FAIL() << (reason); \
    GTEST_SKIP() << (reason);                      \
  } while (false)

std::string detail_of(const Answer& answer) { return answer.json().value("detail", answer.body); }

// Fills the store until it takes no more; gives what was acknowledged.
std::vector<std::string> create_until_refused(ServerProcess& server, Answer& refusal) {
  std::vector<std::string> created;
  constexpr int kMost = 500;
  for (int i = 0; i < kMost; ++i) {
    const std::string id = "i" + std::to_string(i);
    refusal = server.create(id);
    if (refusal.status != 201) break;
    created.push_back(id);
  }
  return created;
}

void expect_cause(const Answer& refusal, std::string_view cause) {
  EXPECT_EQ(refusal.status, 503) << refusal.body;
  EXPECT_NE(detail_of(refusal).find(cause), std::string::npos) << refusal.body;
}

std::vector<std::string> flags_for_store_on(const fs::path& disk) {
  return {"--DataDirectory=" + (disk / "data").string(), "--Restart:InitialDelay=10ms",
          "--ProcessInstanceManager:OrphanGracePeriod=100ms"};
}

TEST(Disk, AFullOneRefusesChangesByNameAndIsRecoveredFromWithoutHelp) {
  const Place place;
  SmallDisk disk(place.path() / "disk", 8);
  if (!disk.mounted()) SKIP_OR_FAIL("may not mount a small file system here");
  ServerProcess server(flags_for_store_on(disk.path()));
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("runs", true).status, 201);
  const pid_t before = server.workloads().at(0).pid;

  disk.fill();
  Answer refusal;
  const std::vector<std::string> created = create_until_refused(server, refusal);
  expect_cause(refusal, "full");
  expect_cause(refusal, "Free some space");
  EXPECT_FALSE(refusal.headers.get("Retry-After").empty());
  const Answer ready = server.get("/ready");
  EXPECT_EQ(ready.status, 503);
  EXPECT_NE(ready.body.find("full"), std::string::npos) << ready.body;
  EXPECT_EQ(server.get("/health").status, 200) << "it lives, and is not to be restarted for this";

  // Every kind of change is refused, and nothing of it is done.
  const std::string refused = "i" + std::to_string(created.size());
  EXPECT_EQ(server.get(kInstances + refused).status, 404);
  expect_cause(server.post(kInstances + "runs/stop"), "full");
  expect_cause(server.call(Method::Delete, kInstances + "runs"), "full");
  expect_cause(server.call(Method::Patch, "/api/configuration/instances/runs", R"({"logLevel":"debug"})"), "full");
  EXPECT_EQ(server.workloads().at(0).pid, before) << "the instance runs on";
  EXPECT_EQ(server.instance("runs")["configurationRevision"], 1);
  EXPECT_EQ(server.get("/api/server/instances").headers.get("X-Total-Count"), std::to_string(created.size() + 1));

  // What happens meanwhile is not forgotten.
  ::kill(before, SIGKILL);
  disk.empty();
  EXPECT_TRUE(eventually([&] { return server.get("/ready").status == 200; })) << server.log();
  EXPECT_TRUE(eventually([&] {
    const auto now = server.workloads();
    return now.size() == 1 && now[0].pid != before && server.instance("runs")["status"] == "Running";
  })) << server.instance("runs").dump()
      << server.log();
  EXPECT_EQ(server.create(refused, true).status, 201);
  EXPECT_EQ(server.post(kInstances + "runs/stop").status, 200);
  for (const std::string& id : created) EXPECT_EQ(server.get(kInstances + id).status, 200) << id;

  server.kill();
  ASSERT_TRUE(server.start()) << server.log();
  EXPECT_EQ(server.get("/api/server/instances").headers.get("X-Total-Count"), std::to_string(created.size() + 2));
}

TEST(Disk, AStartOnAFullOneOfInstancesFailsWithTheReasonAndLeavesNothing) {
  const Place place;
  SmallDisk disk(place.path() / "disk", 2);
  if (!disk.mounted()) SKIP_OR_FAIL("may not mount a small file system here");
  ServerProcess server({"--ProcessInstanceManager:InstanceConfigDirectory=" + (disk.path() / "configs").string(),
                        "--ProcessInstanceManager:WorkingDirectory=" + (disk.path() / "runtime").string()});
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("one").status, 201);
  disk.fill();
  const Answer refusal = server.post(kInstances + "one/start");
  EXPECT_EQ(refusal.status, 503) << refusal.body;
  EXPECT_NE(detail_of(refusal).find("No space left on device"), std::string::npos) << refusal.body;
  const Json instance = server.instance("one");
  EXPECT_NE(instance["errorMessage"].get<std::string>().find("No space left"), std::string::npos) << instance.dump();
  disk.empty();
  EXPECT_EQ(server.post(kInstances + "one/start").status, 200);
  EXPECT_EQ(server.post(kInstances + "one/stop").status, 200);
}

TEST(Disk, OneThatTurnsReadOnlyUnderUseRefusesChangesUntilItIsMended) {
  const Place place;
  Ext4Disk disk(place.path() / "disk");
  if (!disk.problem().empty()) SKIP_OR_FAIL(disk.problem());
  {
    ServerProcess server(flags_for_store_on(disk.path()));
    ASSERT_TRUE(server.start()) << server.log();
    ASSERT_EQ(server.create("runs", true).status, 201);
    disk.fail();
    Answer refusal = server.create("late");
    EXPECT_EQ(refusal.status, 503) << refusal.body;
    EXPECT_EQ(server.get(kInstances + "late").status, 404);
    EXPECT_EQ(server.get(kInstances + "runs").status, 200) << "reading goes on";
    const Answer ready = server.get("/ready");
    EXPECT_EQ(ready.status, 503);
    EXPECT_NE(ready.body.find("read"), std::string::npos) << ready.body;
    EXPECT_EQ(server.workloads().size(), 1U);
    // SIGTERM still ends it in good order.
    server.signal(SIGTERM);
    const auto ended = server.wait_exit();
    ASSERT_TRUE(ended) << server.log();
    EXPECT_TRUE(WIFEXITED(*ended)) << *ended;
    ASSERT_TRUE(disk.mend());
    ASSERT_TRUE(server.start()) << server.log();
    EXPECT_EQ(server.instance("runs")["status"], "Running");
    EXPECT_EQ(server.create("late").status, 201);
  }
}

TEST(Disk, AReadOnlyOneIsSaidAtTheStart) {
  const Place place;
  SmallDisk disk(place.path() / "disk", 8);
  if (!disk.mounted()) SKIP_OR_FAIL("may not mount a small file system here");
  ServerProcess server(flags_for_store_on(disk.path()));
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.create("kept").status, 201);
  server.signal(SIGTERM);
  ASSERT_TRUE(server.wait_exit());
  ASSERT_TRUE(disk.set_read_only(true));
  EXPECT_TRUE(server.start({}, false));
  const auto ended = server.wait_exit();
  ASSERT_TRUE(ended && WIFEXITED(*ended)) << server.log();
  EXPECT_EQ(WEXITSTATUS(*ended), 1);
  EXPECT_NE(server.log().find("Read-only file system"), std::string::npos) << server.log();
  EXPECT_NE(server.log().find((disk.path() / "data").string()), std::string::npos) << server.log();
  ASSERT_TRUE(disk.set_read_only(false));
  ASSERT_TRUE(server.start()) << server.log();
  EXPECT_EQ(server.get(kInstances + "kept").status, 200);
}

TEST(Disk, ASlowOneHoldsUpChangesButNeitherReadingNorTheWatch) {
  const fs::path told = fs::temp_directory_path() / ("draas-test-delay-" + std::to_string(::getpid()));
  const auto delay = [&told](int wanted) { std::ofstream(told) << wanted << std::flush; };
  delay(0);
  ServerProcess server({"--Restart:InitialDelay=10ms"});
  ASSERT_TRUE(
      server.start({{"LD_PRELOAD", preload(slow_sync_library())}, {"DRAAS_TEST_SYNC_DELAY_FILE", told.string()}}))
      << server.log();
  ASSERT_EQ(server.create("runs", true).status, 201);
  delay(1'000);
  std::vector<std::thread> writers;
  std::atomic<int> done{0};
  constexpr int kWriters = 8;
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&server, &done, i] {
      if (server.create("w" + std::to_string(i)).status == 201) ++done;
    });
  }
  // A write waits for the disk; a read does not.
  std::chrono::steady_clock::duration slowest{};
  int reads = 0;
  while (done < kWriters && std::chrono::steady_clock::now() - begun < std::chrono::seconds(30)) {
    const auto asked = std::chrono::steady_clock::now();
    EXPECT_EQ(server.get(kInstances + "runs").status, 200);
    slowest = std::max(slowest, std::chrono::steady_clock::now() - asked);
    ++reads;
  }
  for (std::thread& writer : writers) writer.join();
  const auto took = std::chrono::steady_clock::now() - begun;
  EXPECT_EQ(done, kWriters);
  EXPECT_GT(reads, 20);
  EXPECT_LT(slowest, std::chrono::milliseconds(800)) << "a read waited for a sync";
  EXPECT_GE(took, std::chrono::milliseconds(900)) << "the shim is not loaded";
  EXPECT_LT(took, std::chrono::milliseconds(1'000 * kWriters)) << "writers that wait share a sync";
  // The end of an instance is seen while the disk is slow, and what follows is written in its time.
  const pid_t before = server.workloads().at(0).pid;
  ::kill(before, SIGKILL);
  EXPECT_TRUE(eventually([&] {
    const auto now = server.workloads();
    return now.size() == 1 && now[0].pid != before;
  })) << server.log();
  delay(0);
  fs::remove(told);
}

// The store with a page that is not what was written. It ends with 1 and says what to do; it never goes on.
TEST(Disk, ADamagedStoreIsRefusedWithTheWayOutAndABackupBringsItBack) {
  ServerProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  constexpr int kInstancesMade = 40;
  for (int i = 0; i < kInstancesMade; ++i) ASSERT_EQ(server.create("i" + std::to_string(i)).status, 201);
  const fs::path store = server.directory() / "draas.db";
  const fs::path backup = server.directory() / "backup.db";
  const std::string draas = program("DRAAS_TEST_DRAAS", "/src/app/draas");
  const std::string data = " --DataDirectory=" + server.directory().string();
  const auto run = [](const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()); };
  ASSERT_EQ(run(draas + " store backup " + backup.string() + data), 0);
  server.signal(SIGTERM);
  ASSERT_TRUE(server.wait_exit());

  {
    std::fstream file(store, std::ios::in | std::ios::out | std::ios::binary);
    const auto pages = static_cast<std::streamoff>(fs::file_size(store) / 4096);
    ASSERT_GT(pages, 8);
    for (std::streamoff page = 2; page < pages; page += 3) {
      file.seekp(page * 4096 + 16);
      file << std::string(256, '\x5a');
    }
    ASSERT_TRUE(file.good());
  }
  EXPECT_TRUE(server.start({}, false));
  const auto ended = server.wait_exit();
  ASSERT_TRUE(ended && WIFEXITED(*ended)) << server.log();
  EXPECT_EQ(WEXITSTATUS(*ended), 1);
  EXPECT_NE(server.log().find("damaged"), std::string::npos) << server.log();
  EXPECT_NE(server.log().find("draas store restore"), std::string::npos) << server.log();

  ASSERT_EQ(run(draas + " store restore " + backup.string() + " --force" + data), 0);
  ASSERT_TRUE(server.start()) << server.log();
  EXPECT_EQ(server.get("/api/server/instances").headers.get("X-Total-Count"), std::to_string(kInstancesMade));
}

}  // namespace
}  // namespace draas::tests
