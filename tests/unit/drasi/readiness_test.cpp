#include <gtest/gtest.h>

#include "drasi/client.hpp"

namespace draas::drasi {
namespace {

ComponentState state(ComponentKind kind, const char* id, ComponentStatus status, const char* message = "",
                     const char* library = "main") {
  return {library, kind, id, status, message};
}

ExpectedComponents expected() { return {{{"main", {"s"}, {"q"}, {"r"}}}}; }

std::vector<ComponentState> all(ComponentStatus source, ComponentStatus query, ComponentStatus reaction) {
  return {state(ComponentKind::Source, "s", source), state(ComponentKind::Query, "q", query),
          state(ComponentKind::Reaction, "r", reaction)};
}

TEST(Readiness, ReadyWhenAllThatStartByThemselvesRun) {
  auto states = all(ComponentStatus::Running, ComponentStatus::Running, ComponentStatus::Running);
  states.push_back(state(ComponentKind::Query, "by-hand", ComponentStatus::Stopped));
  states.push_back(state(ComponentKind::Source, "broken-but-off", ComponentStatus::Error));
  const auto report = judge_readiness(expected(), states);
  EXPECT_EQ(report.readiness, Readiness::Ready);
  EXPECT_EQ(report.reason, "");
  EXPECT_EQ(report.components.size(), 5U);
}

TEST(Readiness, ProgressingWhileSomethingStarts) {
  for (const auto status : {ComponentStatus::Starting, ComponentStatus::Reconfiguring, ComponentStatus::Stopping,
                            ComponentStatus::Unknown}) {
    const auto report = judge_readiness(expected(), all(ComponentStatus::Running, status, ComponentStatus::Running));
    EXPECT_EQ(report.readiness, Readiness::Progressing);
    EXPECT_EQ(report.reason, "query 'q' is in " + std::string(to_string(status)));
  }
}

TEST(Readiness, FailedWhenSomethingDoesNotRun) {
  for (const auto status :
       {ComponentStatus::Error, ComponentStatus::Stopped, ComponentStatus::Added, ComponentStatus::Removed}) {
    const auto report = judge_readiness(expected(), all(status, ComponentStatus::Starting, ComponentStatus::Running));
    EXPECT_EQ(report.readiness, Readiness::Failed);
    EXPECT_EQ(report.reason, "source 's' is in " + std::string(to_string(status)));
  }
}

TEST(Readiness, TellsAllReasonsWithTheServersMessages) {
  auto states = all(ComponentStatus::Error, ComponentStatus::Running, ComponentStatus::Running);
  states[0].error_message = "connection refused";
  states.pop_back();
  const auto report = judge_readiness(expected(), states);
  EXPECT_EQ(report.readiness, Readiness::Failed);
  EXPECT_EQ(report.reason, "source 's' is in Error: connection refused; reaction 'r' is missing");
}

TEST(Readiness, LibrariesAreToldApart) {
  const auto states = std::vector{state(ComponentKind::Source, "s", ComponentStatus::Running, "", "other")};
  const auto report = judge_readiness({{{"main", {"s"}, {}, {}}}}, states);
  EXPECT_EQ(report.reason, "source 's' is missing");
}

TEST(Readiness, NothingExpectedIsReady) { EXPECT_EQ(judge_readiness({}, {}).readiness, Readiness::Ready); }

TEST(ComponentStatusNames, RoundTrip) {
  for (const char* name :
       {"Added", "Starting", "Running", "Stopping", "Stopped", "Error", "Reconfiguring", "Removed"}) {
    EXPECT_EQ(to_string(parse_component_status(name)), name);
  }
  EXPECT_EQ(parse_component_status("running"), ComponentStatus::Unknown);
}

}  // namespace
}  // namespace draas::drasi
