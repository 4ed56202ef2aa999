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
    SideBySideParameters shared = read_side_by_side(parameters);
    const Duration drain = shared.drain;
    if (auto known = parameters.finish(); !known) return std::unexpected(known.error());
    if (auto refused = refuse_side_by_side(input, name())) return std::move(*refused);
    Plan plan;
    plan.strategy = name();
    plan.reason = "no request is lost: the new workload takes over before the old one ends";
    begin_side_by_side(plan, input, std::move(shared), "runs revision " + std::to_string(input.state.revision));
    plan.steps.push_back(promote("it is healthy"));
    plan.steps.push_back(check_instance(input, "under traffic"));
    plan.steps.push_back(end_standby(drain, "its connections end first"));
    return plan;
  }
};

}  // namespace

void add_rolling_update(StrategyRegistry& registry) { registry.add(std::make_unique<RollingUpdate>()); }

}  // namespace draas::reconciliation
