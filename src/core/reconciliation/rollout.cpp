#include "core/reconciliation/rollout.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <unordered_map>

namespace draas::core {
namespace {

constexpr std::array<std::string_view, 8> kStates{"Pending", "Running",   "Paused",   "Succeeded",
                                                  "Failed",  "Reverting", "Reverted", "Aborted"};
constexpr std::array<std::string_view, 6> kTargetStates{"Waiting", "Updating", "Succeeded",
                                                        "Failed",  "Reverted", "Skipped"};
constexpr double kAll = 100;

template <class State, std::size_t N>
std::optional<State> parse(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) return std::nullopt;
  return static_cast<State>(found - names.begin());
}

bool may_go(RolloutState from, RolloutState to) {
  using State = RolloutState;
  if (is_finished(from)) return false;
  if (to == State::Aborted) return true;
  switch (from) {
    case State::Pending:
      return to == State::Running || to == State::Paused || to == State::Succeeded || to == State::Failed;
    case State::Running:
      return to == State::Paused || to == State::Succeeded || to == State::Failed || to == State::Reverting;
    case State::Paused:
      return to == State::Running;
    case State::Reverting:
      return to == State::Reverted || to == State::Failed;
    default:
      return false;
  }
}

std::size_t clamped(double amount, std::size_t total) {
  if (total == 0) return 0;
  return std::clamp<std::size_t>(static_cast<std::size_t>(amount), 1, total);
}

}  // namespace

std::string_view to_string(RolloutState state) { return kStates.at(static_cast<std::size_t>(state)); }
std::string_view to_string(TargetState state) { return kTargetStates.at(static_cast<std::size_t>(state)); }
std::optional<RolloutState> parse_rollout_state(std::string_view text) { return parse<RolloutState>(kStates, text); }
std::optional<TargetState> parse_target_state(std::string_view text) { return parse<TargetState>(kTargetStates, text); }

bool is_finished(RolloutState state) {
  return state == RolloutState::Succeeded || state == RolloutState::Failed || state == RolloutState::Reverted ||
         state == RolloutState::Aborted;
}

std::size_t Amount::of(std::size_t total) const {
  if (percent < 0) return clamped(static_cast<double>(count), total);
  return clamped(std::floor(percent / kAll * static_cast<double>(total)), total);
}

std::size_t Amount::reaching(std::size_t total) const {
  if (percent < 0) return clamped(static_cast<double>(count), total);
  return clamped(std::ceil(percent / kAll * static_cast<double>(total)), total);
}

std::optional<Amount> read_amount(const Json& value) {
  if (value.is_number_integer() && value.get<std::int64_t>() > 0) return Amount{value.get<std::uint64_t>(), -1};
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  double percent = 0;
  if (text.size() < 2 || !text.ends_with('%')) return std::nullopt;
  const auto* last = text.data() + text.size() - 1;
  const auto [end, error] = std::from_chars(text.data(), last, percent);
  if (error != std::errc() || end != last || !(percent > 0 && percent <= kAll)) return std::nullopt;
  return Amount{0, percent};
}

std::vector<std::size_t> assign_waves(const RolloutPlan& plan, std::size_t total) {
  std::vector<std::size_t> ends;  // how many targets are in the waves up to each
  if (plan.waves.is_array()) {
    for (const Json& value : plan.waves) {
      const std::size_t end = read_amount(value).value_or(Amount{1, -1}).reaching(total);
      if (end > (ends.empty() ? 0 : ends.back())) ends.push_back(end);
    }
  } else if (!plan.wave_size.is_null()) {
    const std::size_t size = std::max<std::size_t>(read_amount(plan.wave_size).value_or(Amount{1, -1}).of(total), 1);
    for (std::size_t end = size; end < total; end += size) ends.push_back(end);
  }
  if (ends.empty() || ends.back() < total) ends.push_back(total);
  std::vector<std::size_t> waves(total);
  std::size_t wave = 0;
  for (std::size_t place = 0; place < total; ++place) {
    while (place >= ends[wave]) ++wave;
    waves[place] = wave + 1;
  }
  return waves;
}

Status move_to(Rollout& rollout, RolloutState next, const std::string& reason, WallTime now) {
  if (rollout.state == next) {
    if (!reason.empty()) rollout.reason = reason;
    return {};
  }
  if (!may_go(rollout.state, next)) {
    return fail(ErrorCode::Conflict, "Rollout '" + rollout.id + "' is " + std::string(to_string(rollout.state)) +
                                         " and cannot become " + std::string(to_string(next)));
  }
  rollout.state = next;
  rollout.reason = reason;
  if (next == RolloutState::Running && !rollout.started_at) rollout.started_at = now;
  if (is_finished(next)) rollout.finished_at = now;
  return {};
}

Result<std::vector<std::size_t>> apply_progress(Rollout& rollout, const RolloutProgress& progress, WallTime now) {
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t place = 0; place < rollout.targets.size(); ++place) {
    places.emplace(rollout.targets[place].instance_id, place);
  }
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < progress.targets.size(); ++i) {
    auto place = places.find(progress.targets[i].instance_id);
    if (place == places.end()) {
      const std::string path = "/targets/" + std::to_string(i) + "/instanceId";
      return fail(ErrorCode::InvalidArgument, path + ": is no target of this rollout",
                  {{path, "is no target of this rollout"}});
    }
    changed.push_back(place->second);
  }
  Rollout next = rollout;
  for (std::size_t i = 0; i < changed.size(); ++i) {
    const RolloutProgress::Target& report = progress.targets[i];
    RolloutTarget& target = next.targets[changed[i]];
    target.state = report.state;
    target.revision_before = report.revision_before.value_or(target.revision_before);
    target.revision_after = report.revision_after.value_or(target.revision_after);
    target.reason = report.reason.value_or(std::string());
  }
  if (progress.wave) next.wave = *progress.wave;
  if (progress.state) {
    if (Status moved = move_to(next, *progress.state, progress.reason, now); !moved) {
      return std::unexpected(std::move(moved.error()));
    }
  } else if (!progress.reason.empty()) {
    next.reason = progress.reason;
  }
  ++next.version;
  rollout = std::move(next);
  return changed;
}

}  // namespace draas::core
