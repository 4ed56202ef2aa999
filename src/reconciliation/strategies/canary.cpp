// Canary: a growing share of the traffic goes to the new workload, judged at each stage.

#include <cstdint>

#include "reconciliation/side_by_side.hpp"

namespace draas::reconciliation {
namespace {

constexpr Duration kDefaultStage{60'000};
constexpr double kDefaultErrorRate = 0.01;
constexpr double kDefaultLatencyFactor = 2.0;
constexpr int kAll = 100;

class Canary final : public Strategy {
 public:
  std::string_view name() const override { return "Canary"; }
  std::string_view description() const override {
    return "Moves traffic to a second workload stage by stage, judged on errors, latency and component health";
  }

  Result<Plan> plan(const PlanInput& input, const StrategyRegistry&) const override {
    ParameterReader parameters(input.parameters);
    const std::vector<int> stages = read_stages(parameters);
    const Duration stage = parameters.duration("stage", kDefaultStage);
    const Json limits{{"maxErrorRate", parameters.number("maxErrorRate", kDefaultErrorRate, 0, 1)},
                      {"maxLatencyFactor", parameters.number("maxLatencyFactor", kDefaultLatencyFactor, 1, 1000)}};
    SideBySideParameters shared = read_side_by_side(parameters);
    const Duration drain = shared.drain;
    if (auto known = parameters.finish(); !known) return std::unexpected(known.error());
    if (auto refused = refuse_side_by_side(input, name())) return std::move(*refused);
    Plan plan;
    plan.strategy = name();
    plan.reason = "the new workload proves itself on a part of the traffic first";
    begin_side_by_side(plan, input, std::move(shared), "runs revision " + std::to_string(input.state.revision));
    for (const int percent : stages) {
      if (percent == kAll) {
        plan.steps.push_back(promote("all stages have passed"));
        continue;
      }
      plan.steps.push_back(set_traffic(percent, "stage of " + std::to_string(percent) + " %"));
      Step judge{.kind = Step::Kind::Judge, .target = "standby", .reason = "errors, latency, component health"};
      judge.standby = true;
      judge.duration = stage;
      judge.percent = percent;
      judge.parameters = limits;
      plan.steps.push_back(std::move(judge));
    }
    plan.steps.push_back(check_instance(input, "with all traffic"));
    plan.steps.push_back(end_standby(drain, "its connections end first"));
    return plan;
  }

 private:
  static std::vector<int> read_stages(ParameterReader& parameters) {
    const Json given = parameters.value("stages");
    if (given.is_null()) return {5, 25, 50, kAll};
    std::vector<int> stages;
    bool good = given.is_array() && !given.empty();
    for (std::size_t index = 0; good && index < given.size(); ++index) {
      const Json& percent = given[index];
      const std::int64_t number = percent.is_number_integer() ? percent.get<std::int64_t>() : 0;
      good = number > (stages.empty() ? 0 : stages.back()) && number <= kAll;
      if (good) stages.push_back(static_cast<int>(number));
    }
    if (!good) parameters.object_to("stages", "must be growing percentages such as [5, 25, 50, 100]");
    if (stages.empty() || stages.back() != kAll) stages.push_back(kAll);
    return stages;
  }
};

}  // namespace

void add_canary(StrategyRegistry& registry) { registry.add(std::make_unique<Canary>()); }

}  // namespace draas::reconciliation
