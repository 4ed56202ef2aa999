#include "reconciliation/strategy.hpp"

#include <algorithm>
#include <cctype>

#include "reconciliation/built_in_strategies.hpp"

namespace draas::reconciliation {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string target_of(const drasi::LiveAction& action) {
  const std::string kind = action.kind ? std::string(drasi::to_string(*action.kind)) : "library";
  return kind + " '" + action.id + "'";
}

}  // namespace

net::Task<Status> Strategy::perform(const Step& step, const std::string& instance) const {
  co_return fail(ErrorCode::Internal, "Strategy '" + std::string(name()) + "' has no way to perform '" + step.target +
                                          "' for instance '" + instance + "'");
}

StrategyRegistry StrategyRegistry::with_built_in() {
  StrategyRegistry registry;
  add_built_in_strategies(registry);
  return registry;
}

void StrategyRegistry::add(std::unique_ptr<Strategy> strategy) {
  std::string key = lower(strategy->name());
  strategies_[std::move(key)] = std::move(strategy);
}

const Strategy* StrategyRegistry::find(std::string_view name) const {
  const auto found = strategies_.find(lower(name));
  return found == strategies_.end() ? nullptr : found->second.get();
}

std::vector<std::string> StrategyRegistry::names() const {
  std::vector<std::string> names;
  for (const auto& [key, strategy] : strategies_) names.emplace_back(strategy->name());
  return names;
}

// --- parameters -----------------------------------------------------------------------------------------------------

ParameterReader::ParameterReader(const Json& parameters) : parameters_(parameters) {}

const Json* ParameterReader::find(const std::string& name) {
  asked_.push_back(name);
  if (!parameters_.is_object()) return nullptr;
  const auto found = parameters_.find(name);
  return found == parameters_.end() || found->is_null() ? nullptr : &*found;
}

void ParameterReader::object_to(const std::string& name, const std::string& message) {
  faults_.push_back({"/parameters/" + name, message});
}

Duration ParameterReader::duration(const std::string& name, Duration fallback) {
  const Json* value = find(name);
  if (value == nullptr) return fallback;
  Result<Duration> parsed = fail(ErrorCode::InvalidArgument, "");
  if (value->is_string()) parsed = parse_duration(value->get<std::string>());
  if (value->is_number()) parsed = parse_duration(to_text(*value));
  if (parsed && parsed->count() >= 0) return *parsed;
  object_to(name, "must be a duration such as \"30s\"");
  return fallback;
}

double ParameterReader::number(const std::string& name, double fallback, double min, double max) {
  const Json* value = find(name);
  if (value == nullptr) return fallback;
  if (value->is_number() && value->get<double>() >= min && value->get<double>() <= max) return value->get<double>();
  object_to(name, "must be a number from " + to_text(Json(min)) + " to " + to_text(Json(max)));
  return fallback;
}

std::string ParameterReader::text(const std::string& name, std::string fallback) {
  const Json* value = find(name);
  if (value == nullptr) return fallback;
  if (value->is_string()) return value->get<std::string>();
  object_to(name, "must be text");
  return fallback;
}

Json ParameterReader::value(const std::string& name) {
  const Json* found = find(name);
  return found != nullptr ? *found : Json();
}

Status ParameterReader::finish() const {
  std::vector<Fault> faults = faults_;
  if (parameters_.is_object()) {
    for (const auto& [name, value] : parameters_.items()) {
      if (std::ranges::find(asked_, name) != asked_.end()) continue;
      std::string known;
      for (const std::string& asked : asked_) known += (known.empty() ? "" : ", ") + asked;
      faults.push_back({"/parameters/" + name, known.empty() ? "this strategy has no parameters"
                                                             : "is not known; the strategy knows " + known});
    }
  }
  if (faults.empty()) return {};
  std::string message = faults.front().path.substr(1) + " " + faults.front().message;
  return fail(ErrorCode::InvalidArgument, std::move(message), std::move(faults));
}

// --- shared steps ---------------------------------------------------------------------------------------------------

std::vector<Step> steps_for_update(const InstanceState& state, const Drift& drift) {
  std::vector<Step> steps;
  if (drift.restart_required()) {
    Step restart{.kind = Step::Kind::Restart, .target = "instance '" + state.id + "'"};
    for (const drasi::Difference& difference : drift.live.differences) {
      if (difference.liveness != drasi::Liveness::Restart) continue;
      restart.reason = describe(difference) + " takes a restart";
      break;
    }
    restart.revision = state.revision;
    Step check{.kind = Step::Kind::Check, .target = restart.target, .reason = "after the restart"};
    steps.push_back(std::move(restart));
    steps.push_back(std::move(check));
    return steps;
  }
  for (const drasi::LiveAction& action : drift.live.actions) {
    Step step{.kind = Step::Kind::ChangeLive, .target = target_of(action), .reason = action.reason};
    step.live = action;
    steps.push_back(std::move(step));
  }
  Step check{.kind = Step::Kind::Check, .target = "instance '" + state.id + "'", .reason = "after the change"};
  if (steps.empty()) check.reason = "the running server already is as wanted";
  steps.push_back(std::move(check));
  const bool marked = state.applied_revision == state.revision && !state.one_shot;
  if (!marked) {
    Step mark{.kind = Step::Kind::MarkApplied,
              .target = "revision " + std::to_string(state.revision),
              .reason = "the running server has it"};
    mark.revision = state.revision;
    steps.push_back(std::move(mark));
  }
  return steps;
}

}  // namespace draas::reconciliation
