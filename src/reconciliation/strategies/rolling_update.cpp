// RollingUpdate: the new workload comes up beside the old one, takes over, and the old one is drained.

#include "reconciliation/side_by_side.hpp"

namespace draas::reconciliation {
namespace {

class RollingUpdate final : public Strategy {
 public:
  std::string_view name() const override { return "RollingUpdate"; }
  std::string_view description() const override {
    return "Starts a second workload, switches the traffic to it when it is healthy, and drains the first";
  }

  Result<Plan> plan(const PlanInput& input, const StrategyRegistry&) const override {
    ParameterReader parameters(input.parameters);
    const Duration drain = parameters.duration("drain", kDefaultDrain);
    auto smoke = smoke_test(parameters);
    if (auto known = parameters.finish(); !known) return std::unexpected(known.error());
    if (auto refused = refuse_side_by_side(input, name())) return std::move(*refused);
    Plan plan;
    plan.strategy = name();
    plan.reason = "no request is lost: the new workload takes over before the old one ends";
    plan.steps.push_back(start_standby(input, "runs revision " + std::to_string(input.state.revision)));
    plan.steps.push_back(check_standby("before it takes traffic"));
    if (smoke) plan.steps.push_back(std::move(*smoke));
    plan.steps.push_back(promote("it is healthy"));
    Step check{.kind = Step::Kind::Check, .target = "instance '" + input.state.id + "'", .reason = "under traffic"};
    plan.steps.push_back(std::move(check));
    plan.steps.push_back(end_standby(drain, "its connections end first"));
    return plan;
  }
};

}  // namespace

void add_rolling_update(StrategyRegistry& registry) { registry.add(std::make_unique<RollingUpdate>()); }

}  // namespace draas::reconciliation
