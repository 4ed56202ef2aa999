#include "reconciliation/plan.hpp"

#include <algorithm>
#include <array>

#include "drasi/configuration.hpp"

namespace draas::reconciliation {

std::string_view to_string(Step::Kind kind) {
  constexpr std::array<std::string_view, 14> kNames{
      "AwaitApproval", "ChangeLive", "MarkApplied", "Start",   "Restart", "StartStandby", "SmokeTest",
      "Check",         "SetTraffic", "Judge",       "Promote", "Watch",   "EndStandby",   "Custom"};
  return kNames[static_cast<std::size_t>(kind)];
}

bool Plan::restarts() const {
  return std::ranges::any_of(
      steps, [](const Step& step) { return step.kind == Step::Kind::Restart || step.kind == Step::Kind::Start; });
}

Json to_json(const Step& step, std::size_t number) {
  Json out{{"step", number}, {"kind", to_string(step.kind)}, {"target", step.target}, {"reason", step.reason}};
  if (step.live) {
    out["verb"] = drasi::to_string(step.live->verb);
    out["library"] = step.live->library;
    if (!step.live->body.is_null()) out["body"] = drasi::mask_secrets(step.live->body);
  }
  if (step.revision != 0) out["revision"] = step.revision;
  if (!step.platform.empty()) out["platform"] = step.platform;
  if (step.kind == Step::Kind::SetTraffic) out["percent"] = step.percent;
  if (step.duration.count() > 0) out["duration"] = to_text(step.duration);
  return out;
}

Json to_json(const Plan& plan) {
  Json steps = Json::array();
  for (std::size_t index = 0; index < plan.steps.size(); ++index)
    steps.push_back(to_json(plan.steps[index], index + 1));
  Json fallback;
  if (plan.fallback) {
    fallback = Json{{"from", plan.fallback->from}, {"to", plan.fallback->to}, {"reason", plan.fallback->reason}};
  }
  return Json{{"strategy", plan.strategy},   {"reason", plan.reason},      {"actions", std::move(steps)},
              {"obstacles", plan.obstacles}, {"restart", plan.restarts()}, {"fallback", std::move(fallback)}};
}

}  // namespace draas::reconciliation
