#include "monitors/docker/container_reports.hpp"

#include <gtest/gtest.h>

namespace draas::monitors::docker {
namespace {

using draas::docker::Container;
using draas::docker::ContainerSummary;
using draas::docker::Event;

std::map<std::string, std::string> labels(const std::string& instance) {
  return {{"draas.managed", "true"},
          {"draas.instanceId", instance},
          {"draas.controlPlane", "cp"},
          {"draas.generation", "4"}};
}

Event event(const std::string& action, std::map<std::string, std::string> more = {}) {
  Event made{.type = "container", .action = action, .id = "c1", .attributes = labels("orders")};
  made.attributes.merge(more);
  return made;
}

ContainerSummary summary(const std::string& id, const std::string& state) {
  return {.id = id, .name = id, .image = "i", .state = state, .labels = labels("orders-" + id)};
}

Container ended(int exit_code, bool out_of_memory = false) {
  Container container;
  container.state.exit_code = exit_code;
  container.state.out_of_memory = out_of_memory;
  return container;
}

TEST(ContainerReports, EventsBecomeStatuses) {
  ContainerReports reports;
  auto started = reports.on_event(event("start"));
  ASSERT_TRUE(started);
  EXPECT_EQ(started->instance_id, "orders");
  EXPECT_EQ(started->control_plane, "cp");
  EXPECT_EQ(started->generation, 4U);
  EXPECT_EQ(started->status, "Running");
  EXPECT_EQ(started->source, "DockerDaemon");
  EXPECT_EQ(started->metadata.at("containerId"), "c1");

  EXPECT_EQ(reports.on_event(event("pause"))->metadata.at("containerState"), "paused");
  EXPECT_EQ(reports.on_event(event("unpause"))->metadata.at("containerState"), "running");
  EXPECT_FALSE(reports.on_event(event("exec_start: ls"))) << "changes nothing";

  auto killed = reports.on_event(event("die", {{"exitCode", "137"}}));
  ASSERT_TRUE(killed);
  EXPECT_EQ(killed->status, "Stopped");
  EXPECT_EQ(killed->metadata.at("exitCode"), "137");
  EXPECT_EQ(killed->metadata.at("outOfMemory"), "false");
  EXPECT_EQ(reports.on_event(event("die", {{"exitCode", "0"}}))->status, "Stopped");
  EXPECT_EQ(reports.on_event(event("die", {{"exitCode", "1"}}))->status, "Error");
}

// The engine makes its list, and before it has come the events say more.
TEST(ContainerReports, EventsDuringALookAreNewerThanItsList) {
  ContainerReports reports;
  reports.begin_look();
  ASSERT_TRUE(reports.on_event(event("start")));
  EXPECT_TRUE(reports.on_list({}, {}, false).empty()) << "it was started after the list, and was not removed";

  reports.begin_look();
  ASSERT_TRUE(reports.on_event(event("die", {{"exitCode", "137"}})));
  EXPECT_TRUE(reports.on_list({summary("c1", "running")}, {}, false).empty()) << "it died after the list";
  reports.begin_look();
  ASSERT_TRUE(reports.on_event(event("start")));
  const auto again = reports.on_list({summary("c1", "exited")}, {{"c1", ended(137)}}, true);
  ASSERT_EQ(again.size(), 1U) << "a control plane that knows nothing is told what is";
  EXPECT_EQ(again.front().status, "Running");

  reports.begin_look();
  const auto gone = reports.on_list({}, {}, false);
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone.front().metadata.at("containerState"), "removed");
}

TEST(ContainerReports, ShortageOfMemoryIsToldWithTheEnd) {
  ContainerReports reports;
  EXPECT_FALSE(reports.on_event(event("oom")));
  auto died = reports.on_event(event("die", {{"exitCode", "137"}}));
  ASSERT_TRUE(died);
  EXPECT_EQ(died->status, "Error");
  EXPECT_EQ(died->metadata.at("outOfMemory"), "true");
  EXPECT_EQ(reports.on_event(event("die", {{"exitCode", "143"}}))->status, "Stopped") << "it was told once";
}

TEST(ContainerReports, WhatIsNobodysIsNotReported) {
  ContainerReports reports;
  Event foreign = event("die");
  foreign.attributes.erase("draas.managed");
  EXPECT_FALSE(reports.on_event(foreign));
  Event image = event("start");
  image.type = "image";
  EXPECT_FALSE(reports.on_event(image));
  ContainerSummary other = summary("c9", "running");
  other.labels.clear();
  EXPECT_TRUE(reports.on_list({other}, {}, true).empty());
}

TEST(ContainerReports, SameNewsIsToldOnce) {
  ContainerReports reports;
  EXPECT_TRUE(reports.on_event(event("start")));
  EXPECT_FALSE(reports.on_event(event("start")));
  EXPECT_FALSE(reports.on_event(event("unpause")));
}

TEST(ContainerReports, ALookFindsWhatTheEventsMissed) {
  ContainerReports reports;
  const std::vector<ContainerSummary> first{summary("a", "running"), summary("b", "exited"), summary("c", "created")};
  EXPECT_EQ(reports.to_inspect(first, false), std::vector<std::string>{"b"});
  const auto told = reports.on_list(first, {{"b", ended(2)}}, false);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].status, "Running");
  EXPECT_EQ(told[1].status, "Error");
  EXPECT_EQ(told[1].metadata.at("exitCode"), "2");
  EXPECT_TRUE(reports.on_list(first, {}, false).empty()) << "nothing is new";
  EXPECT_TRUE(reports.to_inspect(first, false).empty()) << "its end is known";

  // Everything again for a control plane that was away.
  EXPECT_EQ(reports.to_inspect(first, true), std::vector<std::string>{"b"});
  EXPECT_EQ(reports.on_list(first, {{"b", ended(2)}}, true).size(), 2U);

  // `docker rm -f` while nobody looked.
  const auto gone = reports.on_list({first[1], first[2]}, {}, false);
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone[0].instance_id, "orders-a");
  EXPECT_EQ(gone[0].status, "Stopped");
  EXPECT_EQ(gone[0].metadata.at("containerState"), "removed");
}

// One that ended between the list and its inspection, and was started again.
TEST(ContainerReports, AnInspectionThatFindsItRunningIsNoEnd) {
  ContainerReports reports;
  Container running;
  running.state.running = true;
  EXPECT_TRUE(reports.on_list({summary("a", "exited")}, {{"a", running}}, false).empty());
}

}  // namespace
}  // namespace draas::monitors::docker
