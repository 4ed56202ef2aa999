// Migrate: the instance goes to another platform and keeps its id, history and address.

#include "net/text.hpp"
#include "reconciliation/side_by_side.hpp"

namespace draas::reconciliation {
namespace {

class Migrate final : public Strategy {
 public:
  std::string_view name() const override { return "Migrate"; }
  std::string_view description() const override {
    return "Moves the instance to the platform of parameter `platform`, beside the old workload where both can run";
  }

  Result<Plan> plan(const PlanInput& input, const StrategyRegistry& all) const override {
    ParameterReader parameters(input.parameters);
    const std::string platform = parameters.text("platform", "");
    SideBySideParameters shared = read_side_by_side(parameters);
    const Duration drain = shared.drain;
    if (platform.empty()) parameters.object_to("platform", "is needed: the platform to move to");
    if (auto known = parameters.finish(); !known) return std::unexpected(known.error());
    Plan plan;
    plan.strategy = name();
    if (net::equals_ignoring_case(platform, input.state.platform)) {
      if (input.drift.in_sync()) {
        plan.reason = "the instance is on platform " + input.state.platform + " already";
        return plan;
      }
      // It has arrived; what else differs needs no move.
      const Json nothing = Json::object();
      return all.find("Update")->plan(PlanInput{input.state, input.drift, input.rules, nothing}, all);
    }
    plan.reason = "from platform " + input.state.platform + " to " + platform;
    const std::string instance = "instance '" + input.state.id + "'";
    Step check = check_instance(input, "on its new platform");
    if (!input.state.side_by_side_obstacles.empty()) {
      plan.obstacles = input.state.side_by_side_obstacles;
      Step move{.kind = Step::Kind::Restart, .target = instance};
      move.reason =
          "stopped on " + input.state.platform + ", started on " + platform + ": both cannot run side by side";
      move.revision = input.state.revision;
      move.platform = platform;
      plan.steps.push_back(std::move(move));
      plan.steps.push_back(std::move(check));
      return plan;
    }
    begin_side_by_side(plan, input, std::move(shared), plan.reason, platform);
    plan.steps.push_back(promote("it is healthy on its new platform"));
    plan.steps.push_back(std::move(check));
    plan.steps.push_back(end_standby(drain, "the old platform is left"));
    return plan;
  }
};

}  // namespace

void add_migrate(StrategyRegistry& registry) { registry.add(std::make_unique<Migrate>()); }

}  // namespace draas::reconciliation
