// A fleet in use, for as long as asked: instances are created, started, patched, moved to a standby, stopped and
// deleted; workloads and the control plane are killed at random, while a follower reads all events and a webhook's
// receiver is gone. After every round everything is where the records say, nothing that was acknowledged is lost, the
// follower has had every event once; and in the end memory, descriptors and disk are what they were.
//
// DRAAS_SOAK_MINUTES says how long (3), DRAAS_TEST_SEED which sequence; the seed is printed.

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include "support/event_witness.hpp"
#include "support/fault_tools.hpp"
#include "support/fleet_invariants.hpp"
#include "support/reconciled_fleet.hpp"

namespace draas::tests {
namespace {

using net::Method;
using std::chrono::steady_clock;

constexpr int kClients = 3;
constexpr std::size_t kInstancesOfAClient = 5;
constexpr std::uint64_t kMostRevisions = 200;
constexpr std::size_t kFewDescriptors = 12;  // connections that rest
const std::string kInstances = "/api/server/instances/";

double number_from_environment(const char* name, double fallback) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::atof(text) : fallback;
}

// What the server has acknowledged of one client's instances.
struct Known {
  std::map<std::string, std::uint64_t> revisions;  // of those that are there
  std::set<std::string> gone;
  std::set<std::string> uncertain;  // asked for without an answer: there or not
};

// One client; its sequence depends on its seed and its own answers alone.
class Client {
 public:
  Client(ServerProcess& server, int number, unsigned seed) : server_(server), number_(number), random_(seed) {}

  // One operation. False when the server did not answer.
  bool act() {
    const unsigned dice = random_() % 20;
    if (known_.revisions.empty() || (dice < 2 && known_.revisions.size() < kInstancesOfAClient)) return create();
    auto chosen = known_.revisions.begin();
    std::advance(chosen, static_cast<long>(random_() % known_.revisions.size()));
    const std::string id = chosen->first;
    if (dice < 3 || chosen->second > kMostRevisions) return remove(id);
    if (dice < 6) return call(Method::Post, id + "/start");
    if (dice < 8) return call(Method::Post, id + "/stop");
    if (dice < 9) return call(Method::Post, id + "/restart");
    if (dice < 13) return patch(id);
    if (dice < 14) return call(Method::Post, id + "/standby");
    if (dice < 15) return call(Method::Post, id + "/standby/promote");
    if (dice < 16) return call(Method::Delete, id + "/standby");
    if (dice < 18) return call(Method::Get, id + "/logs?tail=10");
    return call(Method::Get, id + "/runtime-status");
  }

  // Whatever was acknowledged is there.
  void expect_kept() {
    for (const std::string& id : known_.gone) EXPECT_EQ(server_.get(kInstances + id).status, 404) << id;
    known_.gone.clear();
    // There or not, or on its way out: what a user does is to delete it once more.
    for (const std::string& id : known_.uncertain) {
      const Answer answer = server_.call(Method::Delete, kInstances + id);
      EXPECT_TRUE(answer.status == 204 || answer.status == 404) << id << ": " << answer.status << " " << answer.body;
      known_.revisions.erase(id);
    }
    known_.uncertain.clear();
    for (auto& [id, revision] : known_.revisions) {
      const Answer answer = server_.get(kInstances + id);
      EXPECT_EQ(answer.status, 200) << id << " was acknowledged: " << answer.body;
      if (answer.status != 200) continue;
      const auto now = answer.json()["configurationRevision"].get<std::uint64_t>();
      EXPECT_GE(now, revision) << id << " lost a change";
      revision = now;
    }
  }

  const std::vector<std::string>& faults() const { return faults_; }
  std::size_t operations() const { return operations_; }

 private:
  // A fault of the server's own is none that chance explains.
  bool answered(const Answer& answer, const std::string& what) {
    ++operations_;
    if (answer.status == 500) faults_.push_back(what + ": " + answer.body);
    return answer.status != 0;
  }

  bool call(Method method, const std::string& rest) { return answered(server_.call(method, kInstances + rest), rest); }

  bool create() {
    const std::string id = "c" + std::to_string(number_) + "-" + std::to_string(next_++);
    known_.uncertain.insert(id);
    const Answer answer = server_.create(id, random_() % 2 == 0);
    if (!answered(answer, "create " + id)) return false;
    known_.uncertain.erase(id);
    if (answer.status == 201)
      known_.revisions[id] = 1;
    else
      faults_.push_back("create " + id + ": " + std::to_string(answer.status) + " " + answer.body);
    return true;
  }

  bool patch(const std::string& id) {
    const std::string level = random_() % 2 == 0 ? "debug" : "info";
    const Answer answer =
        server_.call(Method::Patch, "/api/configuration/instances/" + id, R"({"logLevel":")" + level + "\"}");
    if (!answered(answer, "patch " + id)) return false;
    if (answer.status == 202) {
      auto& revision = known_.revisions[id];
      revision = std::max<std::uint64_t>(revision, std::stoull("0" + std::string(answer.headers.get("X-Revision"))));
    }
    return true;
  }

  bool remove(const std::string& id) {
    known_.uncertain.insert(id);
    const Answer answer = server_.call(Method::Delete, kInstances + id);
    if (!answered(answer, "delete " + id)) return false;
    if (answer.status != 204) return true;  // deleted again at the end of the round
    known_.uncertain.erase(id);
    known_.revisions.erase(id);
    known_.gone.insert(id);
    return true;
  }

  ServerProcess& server_;
  int number_;
  std::mt19937 random_;
  Known known_;
  int next_ = 0;
  std::size_t operations_ = 0;
  std::vector<std::string> faults_;
};

struct Sample {
  std::uint64_t resident = 0;
  std::size_t descriptors = 0;
  std::uint64_t store = 0;  // bytes
  std::uint64_t files = 0;  // of instances
};

std::ostream& operator<<(std::ostream& out, const Sample& sample) {
  constexpr std::uint64_t kKibi = 1024;
  return out << sample.resident / kKibi << " KiB resident, " << sample.descriptors << " descriptors, "
             << sample.store / kKibi << " KiB of store, " << sample.files / kKibi << " KiB of instances";
}

class Soak {
 public:
  explicit Soak(unsigned seed) : random_(seed), server_(flags()) { make_clients(); }

  bool start() {
    const bool started = server_.start();
    if (!started) return false;
    // Port 1 of this machine refuses: what is to be sent waits, and must not pile up.
    const Answer hook = server_.post("/api/webhooks", R"({"url":"http://127.0.0.1:1/gone"})");
    EXPECT_EQ(hook.status, 201) << hook.body;
    witness_ = std::make_unique<EventWitness>(server_.endpoint());
    descriptors_at_first_ = open_descriptors(server_.pid());
    return true;
  }
  ServerProcess& server() { return server_; }

  // Some seconds of use, in which workloads are killed; at the end, when `kill` says so, the control plane as well.
  void round(bool kill) {
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (const auto& client : clients_) {
      threads.emplace_back([&client, &stop] {
        while (!stop && client->act()) {
        }
      });
    }
    constexpr unsigned kLeast = 1'000;
    constexpr unsigned kMore = 2'000;
    const auto end = steady_clock::now() + milliseconds(kLeast + random_() % kMore);
    while (steady_clock::now() < end) {
      std::this_thread::sleep_for(milliseconds(200 + random_() % 400));  // the random moments themselves
      const auto workloads = server_.workloads();
      if (workloads.empty() || random_() % 3 == 0) continue;
      ::kill(workloads[random_() % workloads.size()].pid, SIGKILL);
      ++killed_workloads_;
    }
    if (kill) {
      server_.signal(SIGKILL);
      const auto ended = server_.wait_exit();
      EXPECT_TRUE(ended && WIFSIGNALED(*ended)) << server_.log();
      ++killed_servers_;
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    if (kill) ASSERT_TRUE(server_.start()) << server_.log();
    ASSERT_TRUE(server_.running()) << "it ended by itself\n" << server_.log();
    const Look look = [this] { return footprint_of(server_); };
    expect_settles(server_, look, {.limit = milliseconds(60'000)});
    for (const auto& client : clients_) {
      client->expect_kept();
      for (const std::string& fault : client->faults()) ADD_FAILURE() << fault;
    }
    expect_witnessed();
    ++rounds_;
  }

  // Every event that the server has now, the follower has had, too: once, in order, over all deaths.
  void expect_witnessed() {
    std::vector<std::uint64_t> sequences;
    const Json changes =
        server_.get("/api/status/recent-changes?allTypes=true&after=" + std::to_string(compared_)).json();
    for (const Json& change : changes) sequences.push_back(change["sequence"].get<std::uint64_t>());
    if (sequences.empty()) return;
    EXPECT_TRUE(eventually([&] { return witness_->last() >= sequences.back(); })) << "the follower does not follow";
    EXPECT_TRUE(witness_->unseen(sequences).empty()) << "first of them: " << witness_->unseen(sequences).front();
    for (const std::string& fault : witness_->faults()) ADD_FAILURE() << fault;
    witnessed_ += sequences.size();
    compared_ = sequences.back();
  }

  // At rest, with the same load as at any other rest: no instance at all.
  Sample sample() {
    server_.post("/api/server/instances:delete", R"({"all":true})");
    EXPECT_TRUE(eventually([&] { return server_.get("/api/server/instances").body == "[]"; })) << server_.log();
    EXPECT_TRUE(eventually([&] { return server_.workloads().empty(); }));
    make_clients();
    // Connections to instances that are gone rest for a while, and are closed by the next sweep.
    const std::size_t rest = descriptors_at_first_ + kFewDescriptors;
    EXPECT_TRUE(eventually([&] { return open_descriptors(server_.pid()) <= rest; }, milliseconds(60'000)))
        << open_descriptors(server_.pid()) << " descriptors, " << descriptors_at_first_ << " at first";
    Sample taken;
    taken.resident = resident_bytes(server_.pid());
    taken.descriptors = open_descriptors(server_.pid());
    for (const char* name : {"draas.db", "draas.db-wal"}) {
      std::error_code none;  // there is not always a log
      const auto size = std::filesystem::file_size(server_.directory() / name, none);
      if (!none) taken.store += size;
    }
    taken.files = bytes_below(server_.directory() / "runtime") + bytes_below(server_.directory() / "configs");
    return taken;
  }

  unsigned random() { return static_cast<unsigned>(random_()); }
  std::string told() const {
    std::size_t operations = operations_;
    for (const auto& client : clients_) operations += client->operations();
    return std::to_string(rounds_) + " rounds, " + std::to_string(operations) + " operations, " +
           std::to_string(killed_workloads_) + " workloads and " + std::to_string(killed_servers_) +
           " control planes killed, " + std::to_string(witnessed_) + " events compared";
  }

 private:
  // New ones have new names: what a former one knew is gone with its instances.
  void make_clients() {
    for (const auto& client : clients_) operations_ += client->operations();
    clients_.clear();
    for (int i = 0; i < kClients; ++i) {
      clients_.push_back(std::make_unique<Client>(server_, made_++, static_cast<unsigned>(random_())));
    }
  }

  static std::vector<std::string> flags() {
    std::vector<std::string> all = quick_reconciler_flags();
    all.insert(all.end(),
               {"--Reconciliation:InProcess=true", "--Monitoring:EventLogSize=1000", "--Monitoring:EventBufferSize=200",
                "--Monitoring:HealthInterval=1s", "--ProcessInstanceManager:OrphanGracePeriod=100ms",
                "--ProcessInstanceManager:ShutdownTimeoutSeconds=5", "--ProcessInstanceManager:LogMaxBytes=65536",
                "--ProcessInstanceManager:LogFiles=2", "--Restart:InitialDelay=10ms", "--Restart:MaxDelay=50ms",
                "--Restart:MaxRestarts=100000"});
    return all;
  }

  std::mt19937 random_;
  ServerProcess server_;
  std::unique_ptr<EventWitness> witness_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::size_t descriptors_at_first_ = 0;
  int made_ = 0;
  std::size_t operations_ = 0;
  std::size_t rounds_ = 0;
  std::size_t killed_workloads_ = 0;
  std::size_t killed_servers_ = 0;
  std::size_t witnessed_ = 0;
  std::uint64_t compared_ = 0;
};

TEST(Soak, AFleetInUseKeepsItsPromisesAndItsSize) {
  const auto seed =
      static_cast<unsigned>(number_from_environment("DRAAS_TEST_SEED", std::random_device()() % 1'000'000));
  const double minutes = number_from_environment("DRAAS_SOAK_MINUTES", 3);
  std::cout << "DRAAS_TEST_SEED=" << seed << ", " << minutes << " minutes" << std::endl;
  RecordProperty("seed", static_cast<int>(seed));
  SCOPED_TRACE("DRAAS_TEST_SEED=" + std::to_string(seed));
  const auto begun = steady_clock::now();
  const auto whole =
      std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double, std::ratio<60>>(minutes));
  Soak soak(seed);
  ASSERT_TRUE(soak.start()) << soak.server().log();

  // The control plane is killed in the first half. The second is that of one process, whose size must not grow: its
  // first third warms it up.
  while (steady_clock::now() < begun + whole / 2 && !::testing::Test::HasFailure()) soak.round(soak.random() % 3 == 0);
  while (steady_clock::now() < begun + whole * 2 / 3 && !::testing::Test::HasFailure()) soak.round(false);
  if (::testing::Test::HasFailure()) return;
  const Sample warm = soak.sample();
  std::cout << "warm: " << warm << std::endl;
  while (steady_clock::now() < begun + whole && !::testing::Test::HasFailure()) soak.round(false);
  if (::testing::Test::HasFailure()) return;
  const Sample end = soak.sample();
  std::cout << "end:  " << end << "\n" << soak.told() << std::endl;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // An allocator keeps pieces; a leak of one event or connection per operation would be more.
  constexpr std::uint64_t kMebi = 1U << 20U;
  EXPECT_LT(end.resident, warm.resident + warm.resident / 5 + 8 * kMebi);
#endif
  EXPECT_LE(end.descriptors, warm.descriptors + kFewDescriptors);
  EXPECT_LT(end.store, 2 * warm.store + (20U << 20U)) << "the log is folded in every 16 MiB";
  EXPECT_EQ(end.files, 0U) << "files of deleted instances are left";
}

}  // namespace
}  // namespace draas::tests
