#pragma once
// States of instances for the tests of src/reconciliation.

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/yaml.hpp"
#include "drasi/configuration.hpp"
#include "reconciliation/planner.hpp"
#include "support/server_model.hpp"

namespace draas::reconciliation::testing {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

inline Json json(std::string_view text) {
  auto document = parse_json(text);
  EXPECT_TRUE(document.has_value()) << (document ? "" : document.error().message);
  return document ? *document : Json();
}

// What instance "orders" was asked to run, in server form.
inline Json orders() {
  auto document = parse_yaml(R"(
id: orders
host: 127.0.0.1
port: 8080
logLevel: info
sources:
  - {kind: mock, id: s1, intervalMs: 1000}
  - {kind: http, id: s2, host: 127.0.0.1, port: 9100, password: "hunter2"}
queries:
  - {id: q1, query: MATCH (a) RETURN a, autoStart: true, sources: [{sourceId: s1}]}
  - {id: q2, query: MATCH (b) RETURN b, autoStart: true, sources: [{sourceId: s2}]}
reactions:
  - {kind: log, id: r1, queries: [q1]}
  - {kind: sse, id: r2, queries: [q1, q2], port: 9200}
)");
  EXPECT_TRUE(document.has_value());
  return document->value;
}

inline Json changed(Json document, const std::string& pointer, Json value) {
  document[Json::json_pointer(pointer)] = std::move(value);
  return document;
}

// Revision 2 was asked for, applied and found healthy.
inline InstanceState in_sync(const Json& document = orders()) {
  InstanceState state;
  state.id = "orders";
  state.platform = "Process";
  state.desired_state = core::DesiredState::Running;
  state.phase = core::Phase::Running;
  state.revision = state.applied_revision = state.healthy_revision = 2;
  state.generation = 5;
  state.desired = state.applied = document;
  state.actual = tests::ServerModel(document).report();
  state.spec_hash = state.desired_spec_hash = drasi::spec_hash(document);
  state.observed = "o1";
  return state;
}

// Revision 3 is asked for while revision 2 runs.
inline InstanceState wanting(const Json& document, const Json& before = orders()) {
  InstanceState state = in_sync(before);
  state.revision = 3;
  state.desired = document;
  state.desired_spec_hash = drasi::spec_hash(document);
  return state;
}

// A difference that is mended live, and one that takes a restart.
inline InstanceState with_live_change() { return wanting(changed(orders(), "/queries/0/query", "MATCH (x) RETURN x")); }
inline InstanceState with_restart_change() { return wanting(changed(orders(), "/port", 8081)); }

// "ChangeLive query 'q1'", in order.
inline std::vector<std::string> steps(const Plan& plan) {
  std::vector<std::string> result;
  for (const Step& step : plan.steps) {
    std::string text(to_string(step.kind));
    if (step.live) text = std::string(drasi::to_string(step.live->verb));
    result.push_back(text + " " + step.target);
  }
  return result;
}

// 2026-01-28 was a Wednesday.
inline WallTime at(std::string_view time) {
  const auto parsed = parse_rfc3339(time);
  EXPECT_TRUE(parsed.has_value()) << time;
  return parsed.value_or(WallTime());
}
inline WallTime noon() { return at("2026-01-28T12:00:00Z"); }

inline const StrategyRegistry& strategies() {
  static const StrategyRegistry registry = StrategyRegistry::with_built_in();
  return registry;
}

}  // namespace draas::reconciliation::testing
