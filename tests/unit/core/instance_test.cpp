// Records as documents, of this version and of the one before; slots; judgements.

#include "core/model/instance.hpp"

#include <gtest/gtest.h>

#include "core/instances/workloads_view.hpp"
#include "core/traffic/traffic_director.hpp"

namespace draas::core {
namespace {

RuntimeRecord full_record() {
  RuntimeRecord runtime;
  runtime.slot = Slot::B;
  runtime.phase = Phase::Running;
  runtime.health = Health::Healthy;
  runtime.generation = 4;
  runtime.last_generation = 6;
  runtime.applied_revision = 3;
  runtime.port = 8081;
  runtime.handle = WorkloadHandle{"Process", "one~b", 4, "hash", Json{{"pid", 1}}};
  runtime.places = {{"Process", Slot::A}, {"Process", Slot::B}};
  StandbyRecord& standby = runtime.standby.emplace();
  standby.role = StandbyRole::Retired;
  standby.phase = Phase::Running;
  standby.generation = 2;
  standby.applied_revision = 1;
  standby.platform = "Process";
  standby.traffic = 30;
  standby.port = 8080;
  standby.metadata["processId"] = "12";
  runtime.healthy_revision = 3;
  runtime.judged = true;
  runtime.held = HeldRevision{5, "check 'queries' failed"};
  return runtime;
}

TEST(RuntimeDocument, KeepsBothWorkloads) {
  const std::string text = to_document(full_record());
  const auto read = runtime_from_document(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_document(*read), text);
  EXPECT_EQ(read->standby->slot, Slot::A);
  EXPECT_EQ(read->standby->role, StandbyRole::Retired);
  EXPECT_EQ(read->standby->traffic, 30U);
  EXPECT_EQ(read->places.size(), 2U);
  EXPECT_EQ(read->held->revision, 5U);
}

TEST(RuntimeDocument, OfTheVersionBeforeIsRead) {
  const auto read = runtime_from_document(
      R"({"phase":"Running","health":"Healthy","generation":7,"appliedRevision":2,"specHash":"h","host":"127.0.0.1",
          "port":8080,"restartCount":0})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->slot, Slot::A);
  EXPECT_EQ(read->last_generation, 7U);
  EXPECT_FALSE(read->standby);
  EXPECT_EQ(read->healthy_revision, 0U);
  EXPECT_FALSE(read->held);
  EXPECT_TRUE(read->platform_options.is_null()) << "nobody knows what it was started with";
}

TEST(InstanceDocument, KeepsItsPorts) {
  Instance instance;
  instance.id = "one";
  instance.front_port = 9000;
  instance.slot_b_port = 8081;
  instance.slot_b_component_ports["/sources/s/port"] = 8082;
  const auto read = instance_from_document(to_document(instance));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_document(*read), to_document(instance));
  const auto old = instance_from_document(R"({"id":"one","name":"one","platform":"Process"})");
  ASSERT_TRUE(old) << old.error().message;
  EXPECT_EQ(old->front_port, 0);
  EXPECT_EQ(old->slot_b_port, 0);
}

TEST(Slots, NameWorkloads) {
  EXPECT_EQ(workload_name("orders", Slot::A), "orders");
  EXPECT_EQ(workload_name("orders", Slot::B), "orders~b");
  for (Slot slot : {Slot::A, Slot::B}) {
    const WorkloadName name = parse_workload_name(workload_name("orders", slot));
    EXPECT_EQ(name.instance_id, "orders");
    EXPECT_EQ(name.slot, slot);
    EXPECT_EQ(parse_slot(to_string(slot)), slot);
    EXPECT_NE(other(slot), slot);
  }
  EXPECT_FALSE(check_instance_id("orders~b"));
}

TEST(Judgements, AreKeptUntilTheNext) {
  RuntimeRecord runtime;
  apply({.healthy_revision = 2}, runtime);
  EXPECT_EQ(runtime.healthy_revision, 2U);
  EXPECT_TRUE(runtime.judged);
  apply({.hold = HeldRevision{3, "bad"}}, runtime);
  EXPECT_EQ(runtime.healthy_revision, 2U);
  EXPECT_EQ(runtime.held->revision, 3U);
  apply({.hold = HeldRevision{4, "worse"}, .clear_hold = true}, runtime);
  EXPECT_EQ(runtime.held->revision, 4U);
  apply({.clear_hold = true}, runtime);
  EXPECT_FALSE(runtime.held);
}

TEST(WorkloadsView, ShowsBoth) {
  Instance instance;
  instance.id = "one";
  instance.platform = "Process";
  instance.front_port = 9000;
  const Json json = workloads_to_json(instance, full_record(), {.active = 5, .standby = 1});
  EXPECT_EQ(json["frontPort"], 9000);
  EXPECT_EQ(json["active"]["slot"], "b");
  EXPECT_EQ(json["active"]["revision"], 3);
  EXPECT_EQ(json["standby"]["role"], "Retired");
  EXPECT_EQ(json["traffic"], (Json{{"active", 70}, {"standby", 30}}));
  EXPECT_EQ(json["connections"], (Json{{"active", 5}, {"standby", 1}}));
  const Json idle = workloads_to_json(instance, RuntimeRecord{}, {});
  EXPECT_TRUE(idle["active"].is_null());
  EXPECT_TRUE(idle["standby"].is_null());
}

TEST(Traffic, OfProxiedRequestsFollowsTheWeights) {
  TrafficDirector director("127.0.0.1");
  EXPECT_EQ(director.next("one").error().code, ErrorCode::Conflict);
  auto target = [](std::uint64_t generation, std::uint16_t port, unsigned weight) {
    TrafficTarget made{.generation = generation, .endpoint = {}, .weight = weight};
    made.endpoint.port = port;
    return made;
  };
  director.set_targets("one", {target(1, 81, 75), target(2, 82, 25)});
  std::map<std::uint16_t, int> seen;
  std::vector<ProxyTarget> held;
  for (int i = 0; i < 8; ++i) {
    held.push_back(director.next("one").value());
    ++seen[held.back().endpoint.port];
  }
  EXPECT_EQ(seen[81], 6);
  EXPECT_EQ(seen[82], 2);
  EXPECT_EQ(director.under_way("one", 1), 6U);
  // Its count outlives the workload, for as long as somebody reads from it.
  director.set_targets("one", {target(1, 81, 100)});
  EXPECT_EQ(director.under_way("one", 2), 2U);
  held.clear();
  EXPECT_EQ(director.under_way("one", 1), 0U);
  EXPECT_EQ(director.under_way("one", 2), 0U);
}

}  // namespace
}  // namespace draas::core
