// Restart: stop, a pause, start.

#include "reconciliation/strategy.hpp"

namespace draas::reconciliation {
namespace {

constexpr Duration kDefaultPause{2'000};

class Restart final : public Strategy {
 public:
  std::string_view name() const override { return "Restart"; }
  std::string_view description() const override { return "Stops the instance, pauses, and starts it anew"; }

  Result<Plan> plan(const PlanInput& input, const StrategyRegistry&) const override {
    ParameterReader parameters(input.parameters);
    const Duration pause = parameters.duration("pause", kDefaultPause);
    if (auto known = parameters.finish(); !known) return std::unexpected(known.error());
    Plan plan;
    plan.strategy = name();
    plan.reason = "the instance is started anew with revision " + std::to_string(input.state.revision);
    Step restart{.kind = Step::Kind::Restart, .target = "instance '" + input.state.id + "'", .reason = plan.reason};
    restart.revision = input.state.revision;
    restart.duration = pause;
    Step check{.kind = Step::Kind::Check, .target = restart.target, .reason = "after the restart"};
    plan.steps.push_back(std::move(restart));
    plan.steps.push_back(std::move(check));
    return plan;
  }
};

}  // namespace

void add_restart(StrategyRegistry& registry) { registry.add(std::make_unique<Restart>()); }

}  // namespace draas::reconciliation
