#include "reconciliation/planner.hpp"

#include <array>

#include "net/text.hpp"

namespace draas::reconciliation {
namespace {

std::unexpected<Error> unknown_strategy(const std::string& name, const StrategyRegistry& strategies) {
  std::string known;
  for (const std::string& other : strategies.names()) known += (known.empty() ? "" : ", ") + other;
  const std::string message = "'" + name + "' is not a strategy; there are " + known;
  return fail(ErrorCode::InvalidArgument, "strategy: " + message, {{"/strategy", message}});
}

Decision skip(std::string reason) { return {.kind = Decision::Kind::Skip, .reason = std::move(reason)}; }

// What keeps hands off an instance although there is something to do; nullopt when nothing does.
std::optional<Decision> held_back(const InstanceState& state, const Rules& rules, const Wish& wish,
                                  bool explicit_request, WallTime now) {
  if (state.held && state.held->revision == state.revision && !wish.force) {
    return skip("revision " + std::to_string(state.revision) + " is held until it changes: " + state.held->reason);
  }
  if (explicit_request) return std::nullopt;
  if (rules.paused) {
    return skip("reconciliation is paused" + (rules.pause_reason.empty() ? "" : ": " + rules.pause_reason));
  }
  if (!rules.auto_reconcile) return skip("automatic reconciliation is off");
  if (auto next = next_window(rules.windows, now)) {
    Decision defer{.kind = Decision::Kind::Defer};
    defer.reason = "outside the maintenance windows; the next begins at " + to_rfc3339(*next);
    defer.until = next;
    return defer;
  }
  return std::nullopt;
}

// Phases in which the configuration of a running server cannot be compared, because none runs.
std::optional<Decision> not_running(const InstanceState& state, const Rules& rules, bool explicit_request) {
  using core::Phase;
  if (state.desired_state == core::DesiredState::Stopped) return Decision{.reason = "it is stopped, as wanted"};
  switch (state.phase) {
    case Phase::Running:
      return std::nullopt;
    case Phase::Starting:
    case Phase::Stopping:
    case Phase::BackOff:
      return skip("the control plane is busy with it (" + std::string(core::to_string(state.phase)) + ")");
    case Phase::Failed:
      if (!rules.reconcile_error_instances && !explicit_request) return skip("instances in Error are left alone");
      break;
    case Phase::Idle:
    case Phase::Stopped:
      if (!rules.reconcile_stopped_instances && !explicit_request) return skip("stopped instances are left alone");
      break;
  }
  Decision start{.kind = Decision::Kind::Start, .reason = "it should run and does not"};
  Step step{.kind = Step::Kind::Start, .target = "instance '" + state.id + "'", .reason = start.reason};
  step.revision = state.revision;
  Step check{.kind = Step::Kind::Check, .target = step.target, .reason = "after the start"};
  start.plan.strategy = "Start";
  start.plan.reason = start.reason;
  start.plan.steps = {std::move(step), std::move(check)};
  return start;
}

// It runs the wanted revision, but nobody has checked that it does so well: whoever began it was cut off, or it was
// started by hand. Before anything was ever healthy there is nothing to go back to.
bool needs_verification(const InstanceState& state) {
  return state.healthy_revision != 0 && state.healthy_revision != state.revision && !state.one_shot;
}

Decision verification(const InstanceState& state) {
  Decision verify{.kind = Decision::Kind::Apply,
                  .reason = "revision " + std::to_string(state.revision) + " runs unchecked"};
  verify.plan.strategy = "Verify";
  verify.plan.reason = verify.reason;
  Step check{.kind = Step::Kind::Check, .target = "instance '" + state.id + "'", .reason = verify.reason};
  verify.plan.steps.push_back(std::move(check));
  return verify;
}

Result<Plan> make_plan(const PlanInput& input, const std::string& name, const StrategyRegistry& strategies) {
  const Strategy* strategy = strategies.find(name);
  if (strategy == nullptr) return unknown_strategy(name, strategies);
  return strategy->plan(input, strategies);
}

}  // namespace

std::string_view to_string(Trigger trigger) {
  constexpr std::array<std::string_view, 5> kNames{"Event", "Sweep", "Request", "Rollout", "Recovery"};
  return kNames[static_cast<std::size_t>(trigger)];
}

Result<Decision> decide(const InstanceState& state, const Drift& drift, const Rules& rules, const Wish& wish,
                        bool explicit_request, WallTime now, const StrategyRegistry& strategies) {
  const std::string name = wish.strategy.empty() ? rules.strategy : wish.strategy;
  if (strategies.find(name) == nullptr) return unknown_strategy(name, strategies);

  if (state.standby && state.standby->owner != kReconcilerOwner) {
    return skip("somebody keeps a standby of it; delete that first");
  }
  if (state.standby) {
    // Whoever started it is gone: plans are executed by one worker at a time, and this one has just begun.
    Decision clean{.kind = Decision::Kind::CleanUp, .reason = "a second workload is left from an interrupted run"};
    clean.plan.strategy = "CleanUp";
    clean.plan.reason = clean.reason;
    // Promoted and not proved: a failed check switches back.
    if (state.standby->role == StandbyRole::Retired && state.applied_revision == state.revision) {
      Step check{.kind = Step::Kind::Check, .target = "instance '" + state.id + "'", .reason = "it was promoted"};
      clean.plan.steps.push_back(std::move(check));
    }
    Step end{.kind = Step::Kind::EndStandby, .target = "left-over workload", .reason = clean.reason};
    clean.plan.steps.push_back(std::move(end));
    return clean;
  }
  if (auto decided = not_running(state, rules, explicit_request)) {
    if (decided->kind != Decision::Kind::Start) return std::move(*decided);
    if (auto held = held_back(state, rules, wish, explicit_request, now)) return std::move(*held);
    return std::move(*decided);
  }
  const bool asked_by_name = explicit_request && !wish.strategy.empty();
  if (drift.unreachable) {
    return skip("the server does not answer: " + state.actual_error);
  }
  // A strategy that is asked for by name is applied to what needs no change too: a move, a restart.
  if (drift.in_sync() && !asked_by_name) {
    if (!needs_verification(state)) return Decision{.reason = "it runs as wanted"};
    if (auto held = held_back(state, rules, wish, explicit_request, now)) return std::move(*held);
    return verification(state);
  }
  if (state.one_shot && !explicit_request && state.applied_revision == state.revision) {
    return skip("it runs a configuration that it was started with for once");
  }
  if (auto held = held_back(state, rules, wish, explicit_request, now)) return std::move(*held);

  Json parameters = wish.parameters.is_object() ? wish.parameters : Json::object();
  if (wish.strategy.empty() || net::equals_ignoring_case(wish.strategy, rules.strategy)) {
    Json merged = rules.parameters;
    for (const auto& [key, value] : parameters.items()) merged[key] = value;
    parameters = std::move(merged);
  }
  const PlanInput input{state, drift, rules, parameters};
  // What only has to be noted down needs no strategy.
  auto plan = drift.stale_mark && drift.live.differences.empty() && !asked_by_name
                  ? make_plan(PlanInput{state, drift, rules, Json::object()}, "Update", strategies)
                  : make_plan(input, name, strategies);
  if (!plan) return std::unexpected(std::move(plan.error()));
  if (plan->steps.empty() && !plan->obstacles.empty()) {
    if (net::equals_ignoring_case(rules.fallback, "Fail")) {
      Decision obstructed{.kind = Decision::Kind::Obstructed, .reason = plan->reason + ": " + plan->obstacles.front()};
      obstructed.plan = std::move(*plan);
      return obstructed;
    }
    const Json nothing = Json::object();
    auto other = make_plan(PlanInput{state, drift, rules, nothing}, rules.fallback, strategies);
    if (!other) return std::unexpected(std::move(other.error()));
    other->fallback = Fallback{plan->strategy, other->strategy, plan->reason + ": " + plan->obstacles.front()};
    other->obstacles.insert(other->obstacles.begin(), plan->obstacles.begin(), plan->obstacles.end());
    plan = std::move(other);
  }
  if (plan->steps.empty()) return Decision{.reason = plan->reason};
  Decision apply{.kind = Decision::Kind::Apply, .reason = plan->reason};
  apply.plan = std::move(*plan);
  return apply;
}

}  // namespace draas::reconciliation
