#include <gmock/gmock.h>

#include "drasi/configuration.hpp"

namespace draas::drasi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Json with_store(const Json& path) { return Json{{"id", "a"}, {"stateStore", {{"kind", "redb"}, {"path", path}}}}; }

TEST(DirectoriesNeeded, AreThoseOfStoresBelowTheBase) {
  EXPECT_THAT(directories_needed(with_store("/work/a/data/deep/state.redb"), "/work/a"),
              ElementsAre("data", "data/deep"));
  EXPECT_THAT(directories_needed(with_store("/work/a/./data/../data/state.redb"), "/work/a/"), ElementsAre("data"));
  EXPECT_THAT(directories_needed(with_store("${STORE:-/work/a/data/state.redb}"), "/work/a"), ElementsAre("data"));
  EXPECT_THAT(directories_needed(with_store("/work/a/state.redb"), "/work/a"), IsEmpty());
}

TEST(DirectoriesNeeded, AreNoneOutsideTheBase) {
  EXPECT_THAT(directories_needed(with_store("/var/lib/state.redb"), "/work/a"), IsEmpty());
  EXPECT_THAT(directories_needed(with_store("/work/ab/data/state.redb"), "/work/a"), IsEmpty());
  EXPECT_THAT(directories_needed(with_store("/work/a/../b/state.redb"), "/work/a"), IsEmpty());
  EXPECT_THAT(directories_needed(with_store("${STORE}"), "/work/a"), IsEmpty());
  EXPECT_THAT(directories_needed(with_store("relative/state.redb"), "/work/a"), IsEmpty());
  EXPECT_THAT(directories_needed(with_store(5), "/work/a"), IsEmpty());
  EXPECT_THAT(directories_needed(with_store("/work/a/data/state.redb"), ""), IsEmpty());
  EXPECT_THAT(directories_needed(Json(), "/work/a"), IsEmpty());
}

TEST(DirectoriesNeeded, OfAllLibraries) {
  const Json document{{"instances", Json::array({with_store("/w/one/a.redb"), with_store("/w/two/b.redb"),
                                                 with_store("/w/one/c.redb")})}};
  EXPECT_THAT(directories_needed(document, "/w"), ElementsAre("one", "two"));
}

}  // namespace
}  // namespace draas::drasi
