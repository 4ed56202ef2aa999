#pragma once
// Brings a change to many instances, wave by wave. The rollout and its progress live in the control plane; whoever runs
// it can be replaced at any time. One loop.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "client/api_client.hpp"
#include "net/task.hpp"

namespace draas::reconciliation {

struct RolloutTarget {
  std::string instance;
  std::size_t wave = 0;
  enum class State { Waiting, Updating, Succeeded, Failed, Reverted, Skipped } state = State::Waiting;
  std::uint64_t revision_before = 0;
  std::uint64_t revision_after = 0;
  std::string reason;
};

struct Rollout {
  std::string id;
  enum class State { Pending, Running, Paused, Succeeded, Failed, Reverting, Reverted, Aborted } state = State::Pending;
  std::size_t wave = 0;
  std::size_t max_unavailable = 1;  // resolved
  std::size_t max_failures = 0;
  bool revert_on_failure = true;
  Duration pause_between{0};
  std::vector<std::size_t> manual_pauses;
  Json change;
  std::string strategy;
  Json parameters;
  std::vector<RolloutTarget> targets;
  std::string version;  // ETag
};

Result<Rollout> parse_rollout(const Json& value);
std::string_view to_string(Rollout::State state);
std::string_view to_string(RolloutTarget::State state);

// What is next. Pure.
struct RolloutStep {
  enum class Kind {
    Work,      // `targets` are to be worked on now (those that are being worked on count into the limit)
    Wait,      // for what is being worked on
    NextWave,  // `wave` begins after the pause
    Pause,     // somebody has to let `wave` begin
    Finish,    // in `state`
    Revert,    // failures: the way back begins
    Leave,     // paused, finished or aborted: nothing to do
  };
  Kind kind = Kind::Leave;
  std::vector<std::size_t> targets;
  std::size_t wave = 0;
  Rollout::State state = Rollout::State::Succeeded;
  std::string reason;
};
// `busy`: places of targets that are being worked on.
RolloutStep next_step(const Rollout& rollout, const std::vector<std::size_t>& busy);

class RolloutRunner {
 public:
  explicit RolloutRunner(client::ApiClient& api) : api_(api) {}

  // Runs every rollout that is to be run, until each is finished, paused or aborted, or `may_go_on` says no.
  net::Task<void> run_all(std::function<bool()> may_go_on);
  // After a run_all() that was cancelled: ends what it had begun. What is recorded goes on elsewhere.
  net::Task<void> close();

 private:
  struct Job;
  net::Task<void> run(std::string id, std::function<bool()> may_go_on);
  net::Task<void> work(std::shared_ptr<Job> job, std::size_t target);
  net::Task<Result<Json>> reconcile(std::string instance, Json body);
  net::Task<Status> save(std::shared_ptr<Job> job, Json change);
  net::Task<Result<Rollout>> load(std::string id);

  client::ApiClient& api_;
  std::optional<net::TaskGroup> tasks_;  // work on the targets of the rollout that is run
};

}  // namespace draas::reconciliation
