#include "reconciliation/side_by_side.hpp"

#include "net/http_message.hpp"
#include "reconciliation/json_fields.hpp"

namespace draas::reconciliation {
namespace {

// One that can be carried out as it is meant.
bool is_smoke_test(const Json& test) {
  if (!text_field(test, "path").starts_with('/')) return false;
  for (const char* name : {"method", "expectText", "timeout"}) {
    const Json* value = field(test, name);
    if (value != nullptr && !value->is_string()) return false;
  }
  if (const Json* status = field(test, "expectStatus"); status != nullptr && !status->is_number_unsigned())
    return false;
  const std::string method = text_field(test, "method");
  if (!method.empty() && net::parse_method(method) == net::Method::Other) return false;
  const std::string timeout = text_field(test, "timeout");
  return timeout.empty() || parse_duration(timeout).has_value();
}

// [{method, path, body, expectStatus, expectText, timeout}]
std::optional<Step> smoke_test(ParameterReader& parameters) {
  const Json tests = parameters.value("smokeTests");
  if (tests.is_null()) return std::nullopt;
  bool good = tests.is_array();
  for (std::size_t index = 0; good && index < tests.size(); ++index) good = is_smoke_test(tests[index]);
  if (!good) {
    parameters.object_to("smokeTests",
                         "must be a list of {method, path, body, expectStatus, expectText, timeout}, each with a "
                         "path that begins with /, and the status as a number");
    return std::nullopt;
  }
  if (tests.empty()) return std::nullopt;
  Step step{.kind = Step::Kind::SmokeTest, .target = "standby", .reason = "before it takes traffic"};
  step.standby = true;
  step.parameters = Json{{"tests", tests}};
  return step;
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

}  // namespace

SideBySideParameters read_side_by_side(ParameterReader& parameters) {
  SideBySideParameters read;
  read.drain = parameters.duration("drain", kDefaultDrain);
  read.smoke_test = smoke_test(parameters);
  return read;
}

void begin_side_by_side(Plan& plan, const PlanInput& input, SideBySideParameters parameters, std::string reason,
                        std::string platform) {
  plan.steps.push_back(start_standby(input, std::move(reason), std::move(platform)));
  plan.steps.push_back(check_standby("before it takes traffic"));
  if (parameters.smoke_test) plan.steps.push_back(std::move(*parameters.smoke_test));
}

std::optional<Plan> refuse_side_by_side(const PlanInput& input, std::string_view strategy) {
  if (input.state.side_by_side_obstacles.empty()) return std::nullopt;
  Plan plan;
  plan.strategy = strategy;
  plan.reason = "a second workload cannot run beside the first";
  plan.obstacles = input.state.side_by_side_obstacles;
  return plan;
}

Step check_instance(const PlanInput& input, std::string reason) {
  return Step{.kind = Step::Kind::Check, .target = "instance '" + input.state.id + "'", .reason = std::move(reason)};
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

}  // namespace draas::reconciliation
