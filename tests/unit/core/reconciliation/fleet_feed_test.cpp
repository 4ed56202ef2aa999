#include "core/reconciliation/fleet_feed.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace draas::core {
namespace {

FleetItem item(std::uint64_t revision = 1) {
  FleetItem made;
  made.revision = revision;
  return made;
}

Json parsed(const std::string& items) { return parse_json("[" + items + "]").value(); }

std::vector<std::string> ids(const std::string& items) {
  std::vector<std::string> found;
  for (const Json& one : parsed(items)) found.push_back(one.at("id").get<std::string>());
  std::ranges::sort(found);
  return found;
}

const ShardSet kAll = ShardSet().set();

TEST(FleetFeed, GivesWhatChangedSinceAVersionOnly) {
  FleetFeed feed;
  EXPECT_TRUE(feed.put("a", item()));
  EXPECT_TRUE(feed.put("b", item()));
  const auto version = feed.version();
  EXPECT_FALSE(feed.put("a", item()));
  EXPECT_TRUE(feed.since(version, kAll).empty());
  EXPECT_TRUE(feed.put("b", item(2)));
  EXPECT_EQ(ids(feed.since(version, kAll).items), std::vector<std::string>{"b"});
  // Whoever knows less is told of it once, in its newest form.
  EXPECT_TRUE(feed.put("b", item(3)));
  const auto changes = feed.since(version, kAll);
  ASSERT_EQ(parsed(changes.items).size(), 1U);
  EXPECT_EQ(parsed(changes.items)[0].at("revision"), 3);
  EXPECT_EQ(ids(feed.all(kAll)), (std::vector<std::string>{"a", "b"}));
}

TEST(FleetFeed, TellsRemovalsUntilTheInstanceIsThereAgain) {
  FleetFeed feed;
  feed.put("a", item());
  const auto version = feed.version();
  EXPECT_TRUE(feed.remove("a"));
  EXPECT_FALSE(feed.remove("a"));
  EXPECT_EQ(feed.since(version, kAll).removed, std::vector<std::string>{"a"});
  feed.put("a", item());
  EXPECT_TRUE(feed.since(version, kAll).removed.empty());
  EXPECT_EQ(ids(feed.since(version, kAll).items).size(), 1U);
}

TEST(FleetFeed, ShowsEachShardToThoseWhoLookAtIt) {
  FleetFeed feed;
  for (int i = 0; i < 500; ++i) feed.put("i" + std::to_string(i), item());
  std::size_t total = 0;
  for (std::size_t shard = 0; shard < kShards; ++shard) {
    const auto items = feed.all(ShardSet().set(shard));
    for (const auto& id : ids(items)) EXPECT_EQ(shard_of(id), shard);
    total += ids(items).size();
  }
  EXPECT_EQ(total, 500U);
}

TEST(FleetFeed, KnowsThoseThatRun) {
  FleetFeed feed;
  FleetItem running = item();
  running.phase = Phase::Running;
  feed.put("a", running);
  feed.put("b", item());
  auto names = [&feed] {
    std::vector<std::string> found;
    feed.for_each_running(kAll, [&found](const std::string& id, const FleetItem&) { found.push_back(id); });
    return found;
  };
  EXPECT_EQ(names(), std::vector<std::string>{"a"});
  feed.put("a", item());
  EXPECT_TRUE(names().empty());
  feed.put("a", running);
  feed.remove("a");
  EXPECT_TRUE(names().empty());
}

TEST(FleetFeed, ForgetsOldRemovalsAndSaysSo) {
  FleetFeed feed;
  EXPECT_EQ(feed.oldest_removal(), 0U);
  for (int i = 0; i < 10'001; ++i) {
    feed.put("i" + std::to_string(i), item());
    feed.remove("i" + std::to_string(i));
  }
  EXPECT_EQ(feed.oldest_removal(), 2U);
  EXPECT_EQ(feed.since(feed.oldest_removal(), kAll).removed.size(), 10'000U);
}

TEST(FleetFeed, DetailsWithNothingInThemAreNone) {
  FleetFeed feed;
  EXPECT_TRUE(feed.put("a", item(1)));
  FleetItem same = item(1);
  same.edit_details();
  EXPECT_EQ(same, item(1));
  EXPECT_FALSE(feed.put("a", same));
  same.edit_details().observed = "mark";
  EXPECT_TRUE(feed.put("a", same));
  EXPECT_EQ(feed.find("a")->more().observed, "mark");
  EXPECT_EQ(parse_json(serialise("a", *feed.find("a")))->at("observed"), "mark");
}

TEST(FleetFeed, ItemsHaveAllMembers) {
  FleetItem made = item(7);
  made.name = "A \"quoted\"";
  made.edit_details().held_revision = 7;
  made.edit_details().held_reason = "check failed";
  made.edit_details().standby = "Candidate";
  made.policy_version = 12;
  const auto text = parse_json(serialise("a", made));
  ASSERT_TRUE(text);
  EXPECT_EQ((*text)["name"], made.name);
  EXPECT_EQ((*text)["held"], (Json{{"revision", 7}, {"reason", "check failed"}}));
  EXPECT_EQ((*text)["standby"], "Candidate");
  EXPECT_EQ((*text)["policyVersion"], 12);
  EXPECT_EQ((*text)["shard"], shard_of("a"));
}

}  // namespace
}  // namespace draas::core
