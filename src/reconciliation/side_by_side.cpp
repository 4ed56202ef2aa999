#include "reconciliation/side_by_side.hpp"

namespace draas::reconciliation {

std::optional<Plan> refuse_side_by_side(const PlanInput& input, std::string_view strategy) {
  if (input.state.side_by_side_obstacles.empty()) return std::nullopt;
  Plan plan;
  plan.strategy = strategy;
  plan.reason = "a second workload cannot run beside the first";
  plan.obstacles = input.state.side_by_side_obstacles;
  return plan;
}

Step start_standby(const PlanInput& input, std::string reason, std::string platform) {
  Step step{.kind = Step::Kind::StartStandby, .target = "standby", .reason = std::move(reason)};
  step.revision = input.state.revision;
  step.platform = std::move(platform);
  step.standby = true;
  return step;
}

Step check_standby(std::string reason) {
  Step step{.kind = Step::Kind::Check, .target = "standby", .reason = std::move(reason)};
  step.standby = true;
  return step;
}

Step set_traffic(int percent, std::string reason) {
  Step step{.kind = Step::Kind::SetTraffic, .target = "traffic", .reason = std::move(reason)};
  step.percent = percent;
  return step;
}

Step promote(std::string reason) {
  return Step{.kind = Step::Kind::Promote, .target = "standby", .reason = std::move(reason)};
}

Step end_standby(Duration drain, std::string reason) {
  Step step{.kind = Step::Kind::EndStandby, .target = "former workload", .reason = std::move(reason)};
  step.duration = drain;
  return step;
}

std::optional<Step> smoke_test(ParameterReader& parameters) {
  const Json tests = parameters.value("smokeTests");
  if (tests.is_null()) return std::nullopt;
  const bool well_formed = tests.is_array();
  bool paths = well_formed;
  for (std::size_t index = 0; well_formed && index < tests.size(); ++index) {
    const Json& test = tests[index];
    paths = paths && test.is_object() && test.contains("path") && test["path"].is_string() &&
            test["path"].get<std::string>().starts_with('/');
  }
  if (!paths) {
    parameters.object_to("smokeTests",
                         "must be a list of {method, path, body, expectStatus, expectText}, each with a "
                         "path that begins with /");
    return std::nullopt;
  }
  if (tests.empty()) return std::nullopt;
  Step step{.kind = Step::Kind::SmokeTest, .target = "standby", .reason = "before it takes traffic"};
  step.standby = true;
  step.parameters = Json{{"tests", tests}};
  return step;
}

}  // namespace draas::reconciliation
