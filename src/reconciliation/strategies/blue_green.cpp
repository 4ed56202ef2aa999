// BlueGreen: smoke tests, one switch, a watch period during which switching back takes no time.

#include "reconciliation/side_by_side.hpp"

namespace draas::reconciliation {
namespace {

constexpr Duration kDefaultWatch = std::chrono::minutes(5);

class BlueGreen final : public Strategy {
 public:
  std::string_view name() const override { return "BlueGreen"; }
  std::string_view description() const override {
    return "Tests a second workload, switches to it at once, watches it, and can switch back at once";
  }

  Result<Plan> plan(const PlanInput& input, const StrategyRegistry&) const override {
    ParameterReader parameters(input.parameters);
    const Duration watch = parameters.duration("watch", kDefaultWatch);
    SideBySideParameters shared = read_side_by_side(parameters);
    const Duration drain = shared.drain;
    if (auto known = parameters.finish(); !known) return std::unexpected(known.error());
    if (auto refused = refuse_side_by_side(input, name())) return std::move(*refused);
    Plan plan;
    plan.strategy = name();
    plan.reason = "the old workload stays until the new one has proved itself";
    begin_side_by_side(plan, input, std::move(shared), "runs revision " + std::to_string(input.state.revision));
    plan.steps.push_back(promote("all traffic moves at once"));
    Step watching{.kind = Step::Kind::Watch, .target = "instance '" + input.state.id + "'"};
    watching.reason = "a failed check switches back";
    watching.duration = watch;
    plan.steps.push_back(std::move(watching));
    plan.steps.push_back(end_standby(drain, "the new workload has proved itself"));
    return plan;
  }
};

}  // namespace

void add_blue_green(StrategyRegistry& registry) { registry.add(std::make_unique<BlueGreen>()); }

}  // namespace draas::reconciliation
