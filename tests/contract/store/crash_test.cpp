// kill -9 in the middle of commits: what was acknowledged is there, and nothing is there by half.

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "contract/store/child.hpp"
#include "contract/store/crash_workload.hpp"
#include "contract/store/store_calls.hpp"

namespace draas::tests {
namespace {

class Crash : public testing::TestWithParam<BackEnd> {};
INSTANTIATE_TEST_SUITE_P(Stores, Crash, testing::ValuesIn(durable_back_ends()), name_of_back_end);

constexpr std::size_t kEverything = 10'000'000;

std::set<std::string> all_ids(core::Store& store, const std::string& collection) {
  const std::vector<std::string> ids = ids_of(store, {.collection = collection, .limit = kEverything});
  return {ids.begin(), ids.end()};
}

TEST_P(Crash, AcknowledgedCommitsSurviveAndNoneIsHalf) {
  constexpr int kKills = 8;
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Scratch scratch;
  std::set<std::string> acknowledged;
  std::map<int, int> newest;  // round by committer
  core::Version last_version = 0;
  int first_round = 0;

  for (int kill = 0; kill < kKills; ++kill) {
    Child child({"commit", GetParam().name, scratch.path().string(), std::to_string(first_round)});
    std::string output;
    const unsigned enough = random() % 600;
    for (unsigned answers = 0; answers <= enough; ++answers) {
      const std::string line = child.read_line();
      ASSERT_FALSE(line.empty()) << "the child ended by itself";
      ASSERT_EQ(line.find("failed"), std::string::npos) << line;
      output += line + "\n";
    }
    child.kill_hard();
    output += child.read_all();  // what it had said before it died counts
    std::istringstream answers(output);
    for (int committer = 0, round = 0; answers >> committer >> round;) {
      acknowledged.insert(crash_id(committer, round));
      newest[committer] = std::max(newest[committer], round);
      first_round = std::max(first_round, round);
    }
    first_round += 100;

    auto store = GetParam().open(scratch.path());
    ASSERT_TRUE(store) << store.error().message;
    const std::set<std::string> present = all_ids(**store, "first");
    EXPECT_EQ(present, all_ids(**store, "second"));
    EXPECT_EQ(present, all_ids(**store, "third"));
    EXPECT_TRUE(std::includes(present.begin(), present.end(), acknowledged.begin(), acknowledged.end()));
    std::size_t indexed = 0;
    for (int committer = 0; committer < kCrashCommitters; ++committer) {
      const std::string owner = std::to_string(committer);
      indexed +=
          ids_of(**store, {.collection = "third", .index = core::IndexEntry{"owner", owner}, .limit = kEverything})
              .size();
      const auto current = must_get(**store, "current", owner);
      if (newest.contains(committer)) {
        ASSERT_TRUE(current);
        EXPECT_GE(std::stoi(current->body), newest[committer]);
      }
      if (!current) continue;
      EXPECT_TRUE(present.contains(crash_id(committer, std::stoi(current->body)))) << "its own batch is there, too";
    }
    EXPECT_EQ(indexed, present.size());
    const core::Version version = must_commit(**store, {core::Write::put("after", std::to_string(kill), "x")});
    EXPECT_GT(version, last_version + enough) << "every acknowledged commit had a version of its own";
    last_version = version;
  }
  EXPECT_FALSE(acknowledged.empty());
}

}  // namespace
}  // namespace draas::tests
