#include <gmock/gmock.h>

#include "drasi/configuration.hpp"

namespace draas::drasi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Json with_store(const Json& path) { return Json{{"id", "a"}, {"stateStore", {{"kind", "redb"}, {"path", path}}}}; }

TEST(DirectoriesNeeded, AreThoseOfStoresBelowTheBase) {
  EXPECT_THAT(directories_needed(with_store("/srv/a/data/deep/state.redb"), "/srv/a"),
              ElementsAre("data", "data/deep"));
  EXPECT_THAT(directories_needed(with_store("/srv/a/./data/../data/state.redb"), "/srv/a/"), ElementsAre("data"));
  EXPECT_THAT(directories_needed(with_store("${STORE:-/srv/a/data/state.redb}"), "/srv/a"), ElementsAre("data"));
  EXPECT_THAT(directories_needed(with_store("/srv/a/state.redb"), "/srv/a"), IsEmpty());
}

TEST(DirectoriesNeeded, AreNoneOutsideTheBase) {
  EXPECT_THAT(directories_needed(with_store("/var/lib/state.redb"), "/srv/a"), IsEmpty());
  EXPECT_THAT(directories_needed(with_store("/srv/ab/data/state.redb"), "/srv/a"), IsEmpty());
  EXPECT_THAT(directories_needed(with_store("/srv/a/../b/state.redb"), "/srv/a"), IsEmpty());
  EXPECT_THAT(directories_needed(with_store("${STORE}"), "/srv/a"), IsEmpty());
  EXPECT_THAT(directories_needed(with_store("relative/state.redb"), "/srv/a"), IsEmpty());
  EXPECT_THAT(directories_needed(with_store(5), "/srv/a"), IsEmpty());
  EXPECT_THAT(directories_needed(with_store("/srv/a/data/state.redb"), ""), IsEmpty());
  EXPECT_THAT(directories_needed(Json(), "/srv/a"), IsEmpty());
}

TEST(DirectoriesNeeded, OfAllLibraries) {
  const Json document{{"instances", Json::array({with_store("/w/one/a.redb"), with_store("/w/two/b.redb"),
                                                 with_store("/w/one/c.redb")})}};
  EXPECT_THAT(directories_needed(document, "/w"), ElementsAre("one", "two"));
}

}  // namespace
}  // namespace draas::drasi
