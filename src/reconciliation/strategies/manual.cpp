// Manual: nothing happens until somebody approves the revision; then another strategy does it.

#include "reconciliation/strategy.hpp"

namespace draas::reconciliation {
namespace {

class Manual final : public Strategy {
 public:
  std::string_view name() const override { return "Manual"; }
  std::string_view description() const override {
    return "Waits until somebody approves the plan, then applies it with the strategy of parameter `then`";
  }

  Result<Plan> plan(const PlanInput& input, const StrategyRegistry& all) const override {
    const Json& given = input.parameters;
    std::string then = "Update";
    if (given.is_object() && given.contains("then")) {
      if (!given["then"].is_string()) return wrong("must be the name of a strategy");
      then = given["then"].get<std::string>();
    }
    const Strategy* strategy = all.find(then);
    if (strategy == nullptr || strategy == this) return wrong("'" + then + "' is no strategy that can follow approval");
    Json rest = given.is_object() ? given : Json::object();
    rest.erase("then");
    const PlanInput inner{input.state, input.drift, input.rules, rest};
    auto plan = strategy->plan(inner, all);
    if (!plan) return plan;
    if (plan->steps.empty() && !plan->obstacles.empty()) {
      // What takes its place waits for approval as well.
      const Strategy* other = all.find(input.rules.fallback);
      if (other == nullptr || other == this) return plan;
      const Json nothing = Json::object();
      auto instead = other->plan(PlanInput{input.state, input.drift, input.rules, nothing}, all);
      if (!instead) return instead;
      instead->fallback = Fallback{plan->strategy, instead->strategy, plan->reason + ": " + plan->obstacles.front()};
      instead->obstacles.insert(instead->obstacles.begin(), plan->obstacles.begin(), plan->obstacles.end());
      plan = std::move(instead);
    }
    if (plan->steps.empty()) return plan;
    plan->reason = "after approval with strategy " + plan->strategy + ": " + plan->reason;
    plan->strategy = name();
    Step approval{.kind = Step::Kind::AwaitApproval,
                  .target = "revision " + std::to_string(input.state.revision),
                  .reason = "the policy of the instance asks for it"};
    approval.revision = input.state.revision;
    approval.duration = input.rules.approval_expiry;
    plan->steps.insert(plan->steps.begin(), std::move(approval));
    return plan;
  }

 private:
  static std::unexpected<Error> wrong(const std::string& message) {
    return fail(ErrorCode::InvalidArgument, "parameters/then " + message, {{"/parameters/then", message}});
  }
};

}  // namespace

void add_manual(StrategyRegistry& registry) { registry.add(std::make_unique<Manual>()); }

}  // namespace draas::reconciliation
