#pragma once
// A change that is brought to many instances, wave by wave. Plain values and the rules of their states; a worker runs
// them, users pause, resume and abort them:
//
//   Pending -> Running -> Succeeded | Failed | Reverting -> Reverted | Failed
//   Pending, Running <-> Paused      everything unfinished -> Aborted

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"

namespace draas::core {

enum class RolloutState { Pending, Running, Paused, Succeeded, Failed, Reverting, Reverted, Aborted };
std::string_view to_string(RolloutState state);
std::optional<RolloutState> parse_rollout_state(std::string_view text);
bool is_finished(RolloutState state);

enum class TargetState { Waiting, Updating, Succeeded, Failed, Reverted, Skipped };
std::string_view to_string(TargetState state);
std::optional<TargetState> parse_target_state(std::string_view text);

// How many of the targets: a number, or a share of all.
struct Amount {
  std::uint64_t count = 0;
  double percent = -1;  // less than 0: `count` says it

  // At least 1, at most `total` (0 only of 0). Shares are rounded down.
  std::size_t of(std::size_t total) const;
  // The same with shares rounded up: "after this wave at least so many".
  std::size_t reaching(std::size_t total) const;
};
// 3 or "10%"; nullopt for anything else, 0 included.
std::optional<Amount> read_amount(const Json& value);

struct RolloutPlan {
  std::string name;
  std::string selector;                // of the instances' metadata
  std::vector<std::string> instances;  // instead of it
  Json change;                         // {patch} | {mergePatch} | {configuration}
  std::string strategy;                // "" = as the policies say
  Json parameters = Json::object();
  Json max_unavailable = 1;  // as given: a number, or "10%"
  Json wave_size;            // likewise; null with `waves`, or for all at once
  Json waves;                // how many are to be done after each wave; null with `wave_size`
  Duration pause_between{0};
  std::vector<std::size_t> manual_pauses;  // before these waves somebody has to say "go on"
  std::size_t max_failures = 0;
  bool revert_on_failure = true;
};
// InvalidArgument with every fault.
Result<RolloutPlan> read_rollout_plan(const Json& body);

// For each of `total` targets, in order, the wave that it belongs to; waves are numbered from 1 without gaps.
std::vector<std::size_t> assign_waves(const RolloutPlan& plan, std::size_t total);

struct RolloutTarget {
  std::string instance_id;
  std::size_t wave = 1;
  TargetState state = TargetState::Waiting;
  std::uint64_t revision_before = 0;
  std::uint64_t revision_after = 0;
  std::string reason;
};

struct Rollout {
  std::string id;
  RolloutPlan plan;
  RolloutState state = RolloutState::Pending;
  std::size_t wave = 1;  // the one under way, or next
  std::vector<RolloutTarget> targets;
  std::string created_by;
  WallTime created_at;
  std::optional<WallTime> started_at;
  std::optional<WallTime> finished_at;
  std::string reason;         // of the state, for people
  std::uint64_t version = 1;  // grows with every change
};

Json to_json(const Rollout& rollout);
// For lists: how many targets are in which state, instead of the targets.
Json summary_json(const Rollout& rollout);
// Documents: one of the rollout without its targets, one per target.
std::string to_document(const Rollout& rollout);
std::string to_document(const RolloutTarget& target);
Result<Rollout> rollout_from_document(std::string_view body);
Result<RolloutTarget> target_from_document(std::string_view body);

// Conflict, naming the states, when it cannot go there from where it is. Sets the times that belong to it.
Status move_to(Rollout& rollout, RolloutState next, const std::string& reason, WallTime now);

// What a worker reports: any of state, wave, reason, targets.
struct RolloutProgress {
  std::optional<RolloutState> state;
  std::optional<std::size_t> wave;
  std::string reason;
  struct Target {
    std::string instance_id;
    TargetState state = TargetState::Waiting;
    std::optional<std::uint64_t> revision_before;
    std::optional<std::uint64_t> revision_after;
    std::optional<std::string> reason;
  };
  std::vector<Target> targets;
};
Result<RolloutProgress> read_rollout_progress(const Json& body);
// All or nothing; returns the places of the targets that changed. InvalidArgument for a target that is none of it.
Result<std::vector<std::size_t>> apply_progress(Rollout& rollout, const RolloutProgress& progress, WallTime now);

}  // namespace draas::core
