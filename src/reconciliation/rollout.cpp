// Rollouts as values: reading them, and what is next.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "reconciliation/json_fields.hpp"
#include "reconciliation/rollout_runner.hpp"

namespace draas::reconciliation {
namespace {

constexpr std::array<std::string_view, 8> kStates{"Pending", "Running",   "Paused",   "Succeeded",
                                                  "Failed",  "Reverting", "Reverted", "Aborted"};
constexpr std::array<std::string_view, 6> kTargetStates{"Waiting", "Updating", "Succeeded",
                                                        "Failed",  "Reverted", "Skipped"};

template <class State, std::size_t N>
State parse_state(const std::array<std::string_view, N>& names, const std::string& name) {
  const auto found = std::ranges::find(names, std::string_view(name));
  return found == names.end() ? State{} : static_cast<State>(found - names.begin());
}

// 3, or "10%" of `total`; at least 1.
std::size_t resolve(const Json* value, std::size_t total) {
  if (value == nullptr) return 1;
  if (value->is_number_unsigned()) return std::max<std::size_t>(value->get<std::size_t>(), 1);
  const std::string text = value->is_string() ? value->get<std::string>() : std::string();
  double percent = 0;
  if (text.ends_with('%')) std::from_chars(text.data(), text.data() + text.size() - 1, percent);
  constexpr double kAll = 100;
  percent = percent > 0 ? std::min(percent, kAll) : 0;  // also for what is no number
  return std::max<std::size_t>(static_cast<std::size_t>(std::floor(percent / kAll * static_cast<double>(total))), 1);
}

bool is_open(const RolloutTarget& target) {
  return target.state == RolloutTarget::State::Waiting || target.state == RolloutTarget::State::Updating;
}

bool needs_revert(const RolloutTarget& target) {
  const bool touched = target.state == RolloutTarget::State::Updating ||
                       target.state == RolloutTarget::State::Succeeded || target.state == RolloutTarget::State::Failed;
  return touched && target.revision_before != 0;
}

RolloutStep work_on(const Rollout& rollout, const std::vector<std::size_t>& busy, std::vector<std::size_t> candidates) {
  std::erase_if(candidates, [&](std::size_t place) { return std::ranges::find(busy, place) != busy.end(); });
  const std::size_t room = rollout.max_unavailable > busy.size() ? rollout.max_unavailable - busy.size() : 0;
  if (candidates.size() > room) candidates.resize(room);
  RolloutStep step{.kind = candidates.empty() ? RolloutStep::Kind::Wait : RolloutStep::Kind::Work};
  step.targets = std::move(candidates);
  return step;
}

}  // namespace

std::string_view to_string(Rollout::State state) { return kStates[static_cast<std::size_t>(state)]; }
std::string_view to_string(RolloutTarget::State state) { return kTargetStates[static_cast<std::size_t>(state)]; }

Result<Rollout> parse_rollout(const Json& value) {
  Rollout rollout;
  rollout.id = text_field(value, "id");
  const Json* targets = field(value, "targets");
  if (rollout.id.empty() || targets == nullptr || !targets->is_array()) {
    return fail(ErrorCode::Internal, "The control plane's description of a rollout is not understood");
  }
  rollout.state = parse_state<Rollout::State>(kStates, text_field(value, "state"));
  rollout.wave = number_field(value, "wave");
  rollout.max_failures = number_field(value, "maxFailures");
  const Json* revert = field(value, "revertOnFailure");
  rollout.revert_on_failure = revert == nullptr || (revert->is_boolean() && revert->get<bool>());
  if (const auto pause = parse_duration(text_field(value, "pauseBetween"))) rollout.pause_between = *pause;
  if (const Json* pauses = field(value, "manualPauses"); pauses != nullptr && pauses->is_array()) {
    for (const Json& wave : *pauses) {
      if (wave.is_number_unsigned()) rollout.manual_pauses.push_back(wave.get<std::size_t>());
    }
  }
  if (const Json* change = field(value, "change")) rollout.change = *change;
  rollout.strategy = text_field(value, "strategy");
  if (const Json* parameters = field(value, "parameters")) rollout.parameters = *parameters;
  for (const Json& target : *targets) {
    RolloutTarget parsed;
    parsed.instance = text_field(target, "instanceId");
    parsed.wave = number_field(target, "wave");
    parsed.state = parse_state<RolloutTarget::State>(kTargetStates, text_field(target, "state"));
    parsed.revision_before = number_field(target, "revisionBefore");
    parsed.revision_after = number_field(target, "revisionAfter");
    parsed.reason = text_field(target, "reason");
    rollout.targets.push_back(std::move(parsed));
  }
  rollout.max_unavailable = resolve(field(value, "maxUnavailable"), rollout.targets.size());
  return rollout;
}

RolloutStep next_step(const Rollout& rollout, const std::vector<std::size_t>& busy) {
  using Kind = RolloutStep::Kind;
  using State = Rollout::State;
  if (rollout.state == State::Reverting) {
    std::vector<std::size_t> candidates;
    for (std::size_t place = 0; place < rollout.targets.size(); ++place) {
      if (needs_revert(rollout.targets[place])) candidates.push_back(place);
    }
    if (candidates.empty() && busy.empty()) return {.kind = Kind::Finish, .state = State::Reverted};
    return work_on(rollout, busy, std::move(candidates));
  }
  if (rollout.state != State::Running && rollout.state != State::Pending) return {};

  const auto failures = std::ranges::count(rollout.targets, RolloutTarget::State::Failed, &RolloutTarget::state);
  if (static_cast<std::size_t>(failures) > rollout.max_failures) {
    if (!busy.empty()) return {.kind = Kind::Wait};
    const std::string reason =
        std::to_string(failures) + " instances failed, " + std::to_string(rollout.max_failures) + " are allowed to";
    if (rollout.revert_on_failure) return {.kind = Kind::Revert, .reason = reason};
    return {.kind = Kind::Finish, .state = State::Failed, .reason = reason};
  }
  std::optional<std::size_t> wave;
  for (const RolloutTarget& target : rollout.targets) {
    if (is_open(target) && (!wave || target.wave < *wave)) wave = target.wave;
  }
  if (!wave) {
    if (!busy.empty()) return {.kind = Kind::Wait};
    return {.kind = Kind::Finish, .state = State::Succeeded};
  }
  if (*wave > rollout.wave) {
    if (!busy.empty()) return {.kind = Kind::Wait};
    const bool manual = std::ranges::find(rollout.manual_pauses, *wave) != rollout.manual_pauses.end();
    return {.kind = manual ? Kind::Pause : Kind::NextWave, .wave = *wave};
  }
  std::vector<std::size_t> candidates;
  for (std::size_t place = 0; place < rollout.targets.size(); ++place) {
    if (is_open(rollout.targets[place]) && rollout.targets[place].wave == *wave) candidates.push_back(place);
  }
  return work_on(rollout, busy, std::move(candidates));
}

}  // namespace draas::reconciliation
