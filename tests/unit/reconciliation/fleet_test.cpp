#include "reconciliation/fleet.hpp"

#include "states.hpp"

namespace draas::reconciliation {
namespace {

using namespace testing;
using Verdict = Fleet::Verdict;

Json item(const std::string& id, std::uint64_t revision = 2, std::uint64_t applied = 1) {
  return Json{{"id", id},           {"revision", revision}, {"appliedRevision", applied},
              {"generation", 1U},   {"policyVersion", 1U},  {"desiredState", "Running"},
              {"phase", "Running"}, {"health", "Healthy"},  {"observed", "o"},
              {"standby", nullptr}, {"held", nullptr}};
}

SteadyTime second(int number) { return SteadyTime(std::chrono::seconds(number)); }

// Everything in line, in order; each counts as done and settled.
std::vector<std::string> settle_all(Fleet& fleet) {
  std::vector<std::string> ids;
  while (auto id = fleet.take()) {
    ids.push_back(*id);
    fleet.done(*id, Verdict::Settled);
  }
  return ids;
}

TEST(Fleet, LooksAtWhatIsNewInOrderOfArrival) {
  Fleet fleet;
  EXPECT_TRUE(fleet.update(item("b")));
  EXPECT_TRUE(fleet.update(item("a")));
  EXPECT_FALSE(fleet.update(item("b"))) << "nothing new";
  EXPECT_FALSE(fleet.update(Json::object())) << "nobody's item";
  EXPECT_EQ(fleet.waiting(), 2U);
  EXPECT_THAT(settle_all(fleet), ElementsAre("b", "a"));
  EXPECT_EQ(fleet.size(), 2U);
}

TEST(Fleet, WhatIsSettledRestsUntilItsItemChanges) {
  Fleet fleet;
  fleet.update(item("a"));
  settle_all(fleet);
  EXPECT_FALSE(fleet.update(item("a")));
  const Json changes{{"revision", 3U},         {"appliedRevision", 2U},          {"generation", 2U},
                     {"policyVersion", 2U},    {"health", "Unhealthy"},          {"observed", "p"},
                     {"standby", "Candidate"}, {"held", Json{{"revision", 2U}}}, {"options", "x"}};
  for (const auto& [name, value] : changes.items()) {
    Json changed = item("a");
    changed[name] = value;
    EXPECT_TRUE(fleet.update(changed)) << name;
    EXPECT_THAT(settle_all(fleet), ElementsAre("a")) << name;
  }
  Json named = item("b");
  fleet.update(named);
  settle_all(fleet);
  named["name"] = "another";
  EXPECT_FALSE(fleet.update(named)) << "what is not for a reconciler is no change";
}

TEST(Fleet, OnlyWhatCouldBeMendedGivesReasonToLook) {
  const auto looked_at = [](const char* name, const Json& value) {
    Fleet fleet;
    Json changed = item("a", 2, 2);
    changed[name] = value;
    return fleet.update(changed);
  };
  EXPECT_TRUE(looked_at("phase", "Running"));
  EXPECT_FALSE(looked_at("desiredState", "Stopped"));
  EXPECT_FALSE(looked_at("phase", "Starting"));
  EXPECT_FALSE(looked_at("phase", "Stopping"));
  EXPECT_FALSE(looked_at("phase", "BackOff"));
  EXPECT_TRUE(looked_at("phase", "Failed"));
  EXPECT_TRUE(looked_at("phase", "Stopped"));
  EXPECT_FALSE(looked_at("observed", "")) << "applied, and nothing observed";
  EXPECT_TRUE(looked_at("appliedRevision", 1U));
  EXPECT_TRUE(looked_at("options", "mark")) << "it runs with other platform options";
  Fleet fleet;
  Json left_over = item("a");
  left_over["desiredState"] = "Stopped";
  left_over["standby"] = "Retired";
  EXPECT_TRUE(fleet.update(left_over));
}

TEST(Fleet, WhatChangesWhileItIsBusyIsLookedAtAgain) {
  Fleet fleet;
  fleet.update(item("a", 2));
  EXPECT_EQ(fleet.take(), "a");
  EXPECT_TRUE(fleet.busy("a"));
  fleet.update(item("a", 3));
  EXPECT_FALSE(fleet.take().has_value()) << "not twice at a time";
  fleet.done("a", Verdict::Settled);
  EXPECT_FALSE(fleet.busy("a"));
  EXPECT_THAT(settle_all(fleet), ElementsAre("a"));
  EXPECT_THAT(settle_all(fleet), IsEmpty());
}

TEST(Fleet, WhatBecomesUninterestingWhileItIsBusyRests) {
  Fleet fleet;
  fleet.update(item("a"));
  fleet.take();
  Json stopped = item("a");
  stopped["desiredState"] = "Stopped";
  fleet.update(stopped);
  fleet.done("a", Verdict::Settled);
  EXPECT_THAT(settle_all(fleet), IsEmpty());
}

TEST(Fleet, FailuresAreTriedAgainInTime) {
  Fleet fleet;
  fleet.update(item("a"));
  fleet.take();
  fleet.done("a", Verdict::Retry, second(10), true);
  EXPECT_EQ(fleet.failures("a"), 1U);
  EXPECT_EQ(fleet.drifted(), 1U);
  EXPECT_EQ(fleet.next_wake(), second(10));
  fleet.wake(second(9));
  EXPECT_FALSE(fleet.take().has_value());
  fleet.wake(second(10));
  EXPECT_FALSE(fleet.next_wake().has_value());
  EXPECT_EQ(fleet.take(), "a");
  fleet.done("a", Verdict::Retry, second(30), true);
  EXPECT_EQ(fleet.failures("a"), 2U);
  fleet.wake(second(30));
  fleet.take();
  fleet.done("a", Verdict::Settled);
  EXPECT_EQ(fleet.failures("a"), 0U);
  EXPECT_EQ(fleet.drifted(), 0U);
}

TEST(Fleet, WhatIsDeferredIsNoFailure) {
  Fleet fleet;
  fleet.update(item("a"));
  fleet.take();
  fleet.done("a", Verdict::Deferred, second(100), true);
  EXPECT_EQ(fleet.failures("a"), 0U);
  EXPECT_EQ(fleet.drifted(), 1U);
  EXPECT_FALSE(fleet.update(item("a"))) << "the same again is no reason to look earlier";
  fleet.wake(second(100));
  EXPECT_EQ(fleet.take(), "a");
}

TEST(Fleet, AChangeBeforeTheAlarmIsLookedAtAtOnce) {
  Fleet fleet;
  fleet.update(item("a", 2));
  fleet.take();
  fleet.done("a", Verdict::Retry, second(100), true);
  EXPECT_TRUE(fleet.update(item("a", 3)));
  EXPECT_THAT(settle_all(fleet), ElementsAre("a"));
}

TEST(Fleet, AlarmsGoOffInOrder) {
  Fleet fleet;
  for (const char* id : {"a", "b", "c"}) fleet.update(item(id));
  for (const auto& [id, at] : {std::pair("a", 30), {"b", 10}, {"c", 20}}) {
    fleet.take();
    fleet.done(id, Verdict::Retry, second(at));
  }
  fleet.wake(second(25));
  EXPECT_THAT(settle_all(fleet), ElementsAre("b", "c"));
  EXPECT_EQ(fleet.next_wake(), second(30));
}

TEST(Fleet, WhatIsRemovedIsForgottenWithItsPlaceAndItsAlarm) {
  Fleet fleet;
  fleet.update(item("a"));
  fleet.update(item("b"));
  fleet.take();
  fleet.done("a", Verdict::Retry, second(1), true);
  fleet.remove("a");
  fleet.remove("b");
  fleet.remove("never heard of");
  fleet.wake(second(2));
  EXPECT_FALSE(fleet.take().has_value());
  EXPECT_EQ(fleet.size(), 0U);
  EXPECT_EQ(fleet.drifted(), 0U);
}

TEST(Fleet, WhatIsRemovedWhileItIsBusyIsNotTakenTwiceWhenItComesBack) {
  Fleet fleet;
  fleet.update(item("a"));
  fleet.take();
  fleet.remove("a");
  EXPECT_TRUE(fleet.update(item("a", 1, 0))) << "another instance of the same name";
  EXPECT_FALSE(fleet.take().has_value()) << "somebody still works on the first";
  EXPECT_FALSE(fleet.take("a"));
  fleet.done("a", Verdict::Settled);
  EXPECT_THAT(settle_all(fleet), ElementsAre("a"));
  EXPECT_EQ(fleet.size(), 1U);

  fleet.update(item("a", 5));
  fleet.take();
  fleet.remove("a");
  fleet.done("a", Verdict::Retry, second(1), true);
  EXPECT_EQ(fleet.size(), 0U);
  EXPECT_EQ(fleet.drifted(), 0U);
  EXPECT_FALSE(fleet.next_wake().has_value());
}

TEST(Fleet, KeepsOnlyWhatItIsTold) {
  Fleet fleet;
  for (const char* id : {"a", "b", "c"}) fleet.update(item(id));
  EXPECT_EQ(fleet.take(), "a");
  fleet.keep_only({"c"});
  EXPECT_TRUE(fleet.busy("a"));
  EXPECT_THAT(settle_all(fleet), ElementsAre("c"));
  fleet.done("a", Verdict::Settled);
  EXPECT_EQ(fleet.size(), 1U);
  EXPECT_FALSE(fleet.update(item("c"))) << "what is kept is kept as it was";
  EXPECT_TRUE(fleet.update(item("b")));
}

TEST(Fleet, ARequestTakesAnInstanceOutOfItsTurn) {
  Fleet fleet;
  fleet.update(item("a"));
  fleet.update(item("b"));
  EXPECT_TRUE(fleet.take("b"));
  EXPECT_FALSE(fleet.take("b"));
  EXPECT_THAT(settle_all(fleet), ElementsAre("a"));
  fleet.done("b", Verdict::Settled);
  EXPECT_THAT(settle_all(fleet), IsEmpty()) << "the request has looked at it";
  EXPECT_TRUE(fleet.take("b"));
}

TEST(Fleet, WhatOnlyARequestNamedIsForgotten) {
  Fleet fleet;
  EXPECT_TRUE(fleet.take("nowhere"));
  fleet.done("nowhere", Verdict::Settled);
  EXPECT_EQ(fleet.size(), 0U);
  fleet.done("nowhere", Verdict::Settled);
  // Told of while it was worked on, it stays.
  EXPECT_TRUE(fleet.take("late"));
  fleet.update(item("late"));
  fleet.done("late", Verdict::Settled);
  EXPECT_EQ(fleet.size(), 1U);
}

TEST(Fleet, AnythingCanBePutInLine) {
  Fleet fleet;
  fleet.update(item("a"));
  settle_all(fleet);
  fleet.enqueue("a");
  fleet.enqueue("a");
  EXPECT_THAT(settle_all(fleet), ElementsAre("a"));
}

TEST(Fleet, ShardsAreThoseOfTheControlPlane) {
  // Test vectors of FNV-1a, 64 bits.
  EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8ULL);
}

}  // namespace
}  // namespace draas::reconciliation
