// Update: the running server is changed through its own API; a restart only where nothing else helps.

#include "reconciliation/strategy.hpp"

namespace draas::reconciliation {
namespace {

class Update final : public Strategy {
 public:
  std::string_view name() const override { return "Update"; }
  std::string_view description() const override {
    return "Changes the running server live; restarts it only for what cannot be changed live";
  }

  Result<Plan> plan(const PlanInput& input, const StrategyRegistry&) const override {
    ParameterReader parameters(input.parameters);
    if (auto known = parameters.finish(); !known) return std::unexpected(known.error());
    Plan plan;
    plan.strategy = name();
    plan.obstacles = input.drift.live.obstacles;
    plan.steps = steps_for_update(input.state, input.drift);
    plan.reason = plan.restarts() ? "a difference takes a restart" : "everything can be changed while the server runs";
    return plan;
  }
};

}  // namespace

void add_update(StrategyRegistry& registry) { registry.add(std::make_unique<Update>()); }

}  // namespace draas::reconciliation
