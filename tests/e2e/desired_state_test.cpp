// A team that keeps its instances in a git repository: what is committed runs, what is deleted goes, and what somebody
// changes behind its back is mended.

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/id.hpp"
#include "base/program.hpp"
#include "support/reconciled_fleet.hpp"

namespace draas::tests {
namespace {

namespace fs = std::filesystem;
using net::Method;

// A repository that is committed to.
class Repository {
 public:
  Repository() {
    fs::create_directories(place_);
    git({"init", "--quiet", "--initial-branch=main"});
  }
  Repository(const Repository&) = delete;
  Repository& operator=(const Repository&) = delete;
  ~Repository() {
    std::error_code problem;
    fs::remove_all(place_, problem);
  }

  std::string path() const { return place_.string(); }
  void write(const std::string& file, const std::string& text) {
    fs::create_directories(place_ / "fleet");
    std::ofstream(place_ / "fleet" / file, std::ios::binary) << text;
    commit();
  }
  void remove(const std::string& file) {
    fs::remove(place_ / "fleet" / file);
    commit();
  }

 private:
  void commit() {
    git({"add", "-A"});
    git({"commit", "--quiet", "-m", "change"});
  }
  void git(std::vector<std::string> arguments) {
    ProgramCall call{.words = {"git", "-C", place_.string(), "-c", "user.name=test", "-c", "user.email=test@localhost",
                               "-c", "commit.gpgsign=false"}};
    call.words.insert(call.words.end(), arguments.begin(), arguments.end());
    const auto done = run_program(call);
    ASSERT_TRUE(done.has_value()) << done.error().message;
    ASSERT_EQ(done->status, 0) << done->text;
  }

  fs::path place_ = fs::temp_directory_path() / ("draas-repository-" + random_hex(8));
};

std::string instance_file(int threshold) {
  Json document{{"name", "orders"}, {"metadata", Json{{"team", "a"}}}};
  document["configuration"] = ten_queries();
  document["configuration"]["queries"][0]["queryText"] = query_text(threshold);
  return to_text(document);  // JSON is YAML
}

class DesiredStateInGit : public ::testing::Test {
 protected:
  static std::vector<std::string> flags(const Repository& repository) {
    std::vector<std::string> flags = quick_reconciler_flags();
    for (const std::string& setting : {"Git=" + repository.path(), std::string("Directory=fleet"),
                                       std::string("Interval=200ms"), std::string("Prune=true")}) {
      flags.push_back("--Reconciliation:Sources:team:" + setting);
    }
    flags.emplace_back("--Reconciliation:InProcess=true");
    return flags;
  }
  bool runs(const std::string& id, int threshold) {
    return eventually([&] { return running_query(server_, id) == query_text(threshold); }, milliseconds(20'000));
  }

  Repository repository_;
  ServerProcess server_{flags(repository_)};
};

TEST_F(DesiredStateInGit, CommitsComeToRun) {
  repository_.write("orders.yaml", instance_file(40));
  ASSERT_TRUE(server_.start()) << server_.log();

  ASSERT_TRUE(runs("orders", 40)) << server_.log();
  expect_settles(server_, "orders");
  EXPECT_EQ(server_.instance("orders")["metadata"]["team"], "a");
  const auto workloads = server_.workloads();
  ASSERT_EQ(workloads.size(), 1U);

  repository_.write("orders.yaml", instance_file(41));
  EXPECT_TRUE(runs("orders", 41)) << server_.log();
  expect_settles(server_, "orders");
  EXPECT_EQ(server_.workloads().front().pid, workloads.front().pid) << "a query changes without a restart";

  // A file that cannot be read changes nothing, and is said.
  repository_.write("broken.yaml", "configuration: [");
  EXPECT_TRUE(eventually([&] { return server_.log().find("broken.yaml") != std::string::npos; })) << server_.log();
  EXPECT_EQ(running_query(server_, "orders"), query_text(41));
  repository_.remove("broken.yaml");

  // Somebody edits the server itself.
  const std::string query = "/api/server/instances/orders/proxy/api/v1/queries/q5";
  ASSERT_EQ(server_.call(Method::Delete, query).status, 200);
  EXPECT_TRUE(eventually([&] { return server_.get(query).status == 200; }, milliseconds(20'000))) << server_.log();

  // A directory that is gone may have been moved: nothing is deleted, and it is said once. An empty one means what it
  // says.
  repository_.remove("orders.yaml");
  EXPECT_TRUE(eventually([&] { return server_.log().find("no directory 'fleet'") != std::string::npos; }));
  EXPECT_EQ(server_.get("/api/server/instances/orders").status, 200);
  repository_.write(".gitkeep", "");
  EXPECT_TRUE(
      eventually([&] { return server_.get("/api/server/instances/orders").status == 404; }, milliseconds(20'000)))
      << server_.log();
  EXPECT_TRUE(server_.workloads().empty());
}

}  // namespace
}  // namespace draas::tests
