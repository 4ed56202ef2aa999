#include "reconciliation/reconciler.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "net/trace_context.hpp"

namespace draas::reconciliation {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Left-overs, the change itself, the way back, and what that leaves to be noted: more rounds would be a loop.
constexpr int kMaxRounds = 8;
constexpr Duration kMaxRetryDelay = std::chrono::minutes(5);

std::string reconciliation_path(const std::string& id, std::string_view rest) {
  return "/api/reconciliation/instances/" + net::percent_encode(id) + std::string(rest);
}

Json differences_json(const Drift& drift) {
  Json list = Json::array();
  for (const drasi::Difference& difference : drift.live.differences) list.push_back(to_json(difference));
  return list;
}

Report skipped(const InstanceState& state, const Drift& drift, const Decision& decision) {
  Report report{.kind = Report::Kind::Skipped, .reason = decision.reason, .drifted = !drift.in_sync()};
  if (decision.kind == Decision::Kind::Defer) report.kind = Report::Kind::Deferred;
  if (decision.kind == Decision::Kind::InSync) report.kind = Report::Kind::InSync;
  report.until = decision.until;
  report.revision = state.revision;
  report.observed = state.observed;
  return report;
}

Json event_effect(const char* event) { return Json{{"event", event}}; }

Json hold_of(const InstanceState& state, const std::string& reason) {
  return Json{{"revision", state.revision}, {"reason", reason}};
}

Report failure(std::string reason) { return {.kind = Report::Kind::Failed, .reason = std::move(reason)}; }

std::string new_trace() {
  net::TraceContext trace;
  net::assign_trace(trace, {});
  return trace.header();
}

}  // namespace

std::string_view to_string(Report::Kind kind) {
  constexpr std::array<std::string_view, 7> kNames{"InSync",  "Reconciled", "Failed", "RolledBack",
                                                   "Skipped", "Deferred",   "Pending"};
  return kNames[static_cast<std::size_t>(kind)];
}

struct Reconciler::Run {
  std::string id;
  Trigger trigger;
  Wish wish;
  std::string request_id;
  steady_clock::time_point begun = steady_clock::now();
  std::size_t attempt = 0;
  std::size_t attempts = 1;
  bool rolled_back = false;
  bool cleaned = false;
  bool counted = false;
  std::string roll_back_reason;
  std::string trace = new_trace();  // of all calls that change something
  Json last_entry;

  std::string attempt_text() const { return std::to_string(attempt) + " of " + std::to_string(attempts); }
};

// What one round has seen and decided.
struct Reconciler::Round {
  const InstanceState& state;
  const Drift& drift;
  const Rules& rules;
  const Decision& decision;
};

// An audit entry to be.
struct Reconciler::Note {
  const InstanceState& state;
  const Drift& drift;
  const Plan& plan;
  std::string outcome;
  std::string reason;
  std::vector<CheckResult> checks;
  Json effects;
  std::string approval_id = {};
};

Reconciler::Reconciler(client::ApiClient& api, const StrategyRegistry& strategies, ReconcilerOptions options,
                       ReconciliationMetrics* metrics, Clock& clock)
    : api_(api),
      strategies_(strategies),
      options_(std::move(options)),
      metrics_(metrics),
      clock_(clock),
      executor_(api, strategies, options_.executor) {}

net::Task<Result<InstanceState>> Reconciler::state_of(std::string id) {
  std::string path = reconciliation_path(id, "/state");
  auto answer = co_await api_.get(std::move(path));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return parse_instance_state(*answer);
}

net::Task<Report> Reconciler::reconcile(std::string id, Trigger trigger, Wish wish, std::string request_id) {
  Run run{.id = std::move(id), .trigger = trigger, .wish = std::move(wish), .request_id = std::move(request_id)};
  if (metrics_ != nullptr) metrics_->in_progress.add(1);
  Report report = co_await attempt_all(run);
  if (metrics_ != nullptr) {
    metrics_->in_progress.add(-1);
    const bool acted = report.kind == Report::Kind::Reconciled || report.kind == Report::Kind::Failed ||
                       report.kind == Report::Kind::RolledBack;
    if (acted) {
      const std::chrono::duration<double> took = steady_clock::now() - run.begun;
      metrics_->duration.observe(took.count());
      (report.kind == Report::Kind::Reconciled ? metrics_->succeeded : metrics_->failed).add();
    }
    if (report.kind == Report::Kind::RolledBack) metrics_->rolled_back.add();
  }
  report.entry = std::move(run.last_entry);
  co_return report;
}

// Rounds of: look, decide, execute. A round ends the run, or leaves something to be looked at again.
net::Task<Report> Reconciler::attempt_all(Run& run) {
  for (int round = 0; round < kMaxRounds; ++round) {
    auto state = co_await state_of(run.id);
    if (!state) {
      if (state.error().code != ErrorCode::NotFound) co_return failure(state.error().message);
      co_return Report{.kind = Report::Kind::Skipped, .reason = state.error().message};
    }
    const Drift drift = compare(*state);
    const Rules rules = apply_policy(options_.defaults, state->policy);
    run.attempts = rules.max_attempts;
    // The way back belongs to the same run; a wish was for the revision that failed.
    const bool asked = run.trigger == Trigger::Request || run.trigger == Trigger::Rollout || run.rolled_back;
    const Wish wish = run.rolled_back ? Wish{} : run.wish;
    auto decision = decide(*state, drift, rules, wish, asked, clock_.now(), strategies_);
    if (!decision) {
      const Plan none;
      Note note{*state, drift, none, "Failed", decision.error().message, {}, Json::object()};
      co_await record(run, note);
      co_return failure(decision.error().message);
    }
    if (!drift.live.differences.empty() && !run.counted && decision->kind != Decision::Kind::CleanUp) {
      run.counted = true;
      if (metrics_ != nullptr) metrics_->drift_detected.add();
    }
    const Round now{*state, drift, rules, *decision};
    const bool acts = decision->kind == Decision::Kind::CleanUp || decision->kind == Decision::Kind::Start ||
                      decision->kind == Decision::Kind::Apply;
    std::optional<Report> report;
    if (acts) {
      report = co_await act(run, now);
    } else {
      report = co_await leave(run, now, asked);
    }
    if (report) co_return std::move(*report);
  }
  co_return failure("the instance changes faster than it can be reconciled");
}

// Nothing is to be done, or not now. nullopt: look again.
net::Task<std::optional<Report>> Reconciler::leave(Run& run, const Round& round, bool asked) {
  const Decision& decision = round.decision;
  if (decision.kind == Decision::Kind::Obstructed) {
    Note note{
        round.state, round.drift, decision.plan, "Failed", decision.reason, {}, event_effect("ReconciliationFailed")};
    co_await record(run, note);
    co_return failure(decision.reason);
  }
  if (run.rolled_back) {
    Report report = skipped(round.state, round.drift, decision);
    report.kind = Report::Kind::RolledBack;
    report.reason = run.roll_back_reason;
    co_return report;
  }
  if (decision.kind == Decision::Kind::InSync) {
    Report report = skipped(round.state, round.drift, decision);
    if (run.cleaned) report.kind = Report::Kind::Reconciled;
    co_return report;
  }
  const bool deferred = decision.kind == Decision::Kind::Defer;
  if (deferred || asked) {
    Note note{round.state,     round.drift, decision.plan, deferred ? "Deferred" : "Skipped",
              decision.reason, {},          Json::object()};
    co_await record(run, note);
  } else if (!round.drift.live.differences.empty()) {
    // Drift that is found but not to be mended now is told.
    Plan none;
    none.strategy = "None";
    Note note{round.state,
              round.drift,
              none,
              "Skipped",
              "differs (" + describe(round.drift.live.differences.front()) + "), but " + decision.reason,
              {},
              event_effect("DriftDetected")};
    co_await record(run, note);
  }
  co_return skipped(round.state, round.drift, decision);
}

// Executes the plan and draws the consequences. nullopt: look again.
net::Task<std::optional<Report>> Reconciler::act(Run& run, const Round& round) {
  const InstanceState& state = round.state;
  const Plan& plan = round.decision.plan;
  const bool clean_up = round.decision.kind == Decision::Kind::CleanUp;
  if (!clean_up) ++run.attempt;
  log_info("reconciling", {{"instanceId", run.id},
                           {"strategy", plan.strategy},
                           {"trigger", std::string(to_string(run.trigger))},
                           {"attempt", run.attempt_text()},
                           {"revision", state.revision},
                           {"reason", plan.reason}});
  const Outcome outcome = co_await executor_.run(state, round.drift, plan, round.rules.timeout, run.trace);

  switch (outcome.kind) {
    case Outcome::Kind::Done: {
      Json effects = Json::object();
      if (!clean_up) {
        effects = event_effect("Reconciled");
        effects["healthyRevision"] = state.revision;
        if (!run.rolled_back) effects["clearHold"] = true;
      }
      Note note{
          state, round.drift, plan, "Succeeded", plan.reason, outcome.checks, std::move(effects), outcome.approval_id};
      co_await record(run, note);
      crash_point("reconcile.recorded");
      if (clean_up) {
        run.cleaned = true;
        co_return std::nullopt;
      }
      Report report{.kind = Report::Kind::Reconciled, .reason = plan.reason};
      if (run.rolled_back) {
        report.kind = Report::Kind::RolledBack;
        report.reason = run.roll_back_reason;
      }
      report.revision = state.revision;
      co_return report;
    }
    case Outcome::Kind::Pending: {
      Note note{state, round.drift, plan, "PendingApproval", outcome.reason, outcome.checks, Json::object()};
      co_await record(run, note);
      Report report{.kind = Report::Kind::Pending, .reason = outcome.reason, .drifted = true};
      report.revision = state.revision;
      report.observed = state.observed;
      co_return report;
    }
    case Outcome::Kind::Lost:
      co_return failure(outcome.reason);
    case Outcome::Kind::Contested:
    case Outcome::Kind::Refused:
    case Outcome::Kind::Failed:
      break;
  }
  const bool superseded = co_await is_superseded(outcome, state);
  if (superseded) {
    if (!clean_up) --run.attempt;
    std::string reason = "something else was asked for meanwhile: " + outcome.reason;
    log_info("reconciliation begins anew", {{"instanceId", run.id}, {"reason", reason}});
    Note note{state, round.drift, plan, "Skipped", std::move(reason), outcome.checks, Json::object()};
    co_await record(run, note);
    co_return std::nullopt;
  }
  log_warn("reconciliation failed", {{"instanceId", run.id},
                                     {"strategy", plan.strategy},
                                     {"attempt", run.attempt_text()},
                                     {"reason", outcome.reason}});
  // What was healthy with this very revision is disturbed by something else: going back would not help.
  const bool mending = state.applied_revision == state.revision && state.healthy_revision == state.revision;
  const bool last = run.attempt >= run.attempts || clean_up;
  const bool hopeless = outcome.kind == Outcome::Kind::Refused || last;
  if (hopeless && !mending && !clean_up && !run.rolled_back) {
    co_return co_await give_up(run, round, outcome);
  }
  Note note{state, round.drift, plan, "Failed", outcome.reason, outcome.checks, Json::object()};
  if (last) note.effects = event_effect("ReconciliationFailed");
  co_await record(run, note);
  if (last) co_return failure(outcome.reason);
  // A check that fails on what was healthy may tell of yet another edit: that one is looked for at once.
  const bool look_again = mending && outcome.kind == Outcome::Kind::Refused && run.attempt == 1;
  if (look_again) co_return std::nullopt;
  Duration delay = round.rules.retry_delay;
  for (std::size_t earlier = 1; earlier < run.attempt; ++earlier) delay = std::min(delay * 2, kMaxRetryDelay);
  const bool slept = co_await net::sleep_for(delay);
  if (!slept) co_return failure("the reconciler is shutting down");
  co_return std::nullopt;
}

// What fails while somebody else stops, starts or changes the instance says nothing about the configuration.
net::Task<bool> Reconciler::is_superseded(const Outcome& outcome, const InstanceState& before) {
  std::string id = before.id;
  const auto now = co_await state_of(std::move(id));
  if (!now) co_return now.error().code == ErrorCode::NotFound;
  if (now->revision != before.revision || now->desired_state != before.desired_state) co_return true;
  // The start came about, and it is not by its own failure that it is over. (One that a taken port forbids is no
  // start.)
  const bool started = now->generation > before.generation;
  const bool failed = now->phase == core::Phase::Failed || now->phase == core::Phase::BackOff;
  const bool contested = outcome.kind == Outcome::Kind::Contested;
  co_return contested&& started && !failed;
}

// The configuration is at fault: back to the last healthy revision where there is one, and this one is held.
net::Task<std::optional<Report>> Reconciler::give_up(Run& run, const Round& round, const Outcome& outcome) {
  bool back = false;
  if (round.rules.auto_rollback) back = co_await roll_back(run, round.state, outcome.reason);
  Note note{round.state,
            round.drift,
            round.decision.plan,
            back ? "RolledBack" : "Failed",
            outcome.reason,
            outcome.checks,
            event_effect(back ? "RolledBack" : "ReconciliationFailed")};
  // What failed for another reason than itself is tried again.
  if (back || outcome.kind == Outcome::Kind::Refused) note.effects["hold"] = hold_of(round.state, outcome.reason);
  co_await record(run, note);
  crash_point("reconcile.rolled_back");
  if (!back) co_return failure(outcome.reason);
  run.roll_back_reason = outcome.reason;
  run.rolled_back = true;
  run.attempt = 0;
  co_return std::nullopt;
}

// The wanted configuration becomes that of the last healthy revision again. False when there is none.
net::Task<bool> Reconciler::roll_back(Run& run, const InstanceState& failed, const std::string& reason) {
  if (failed.healthy_revision == 0 || failed.healthy_revision == failed.revision) co_return false;
  client::Call call;
  call.method = net::Method::Post;
  call.target = "/api/configuration/instances/" + net::percent_encode(run.id) + "/rollback";
  call.body = Json{{"revision", failed.healthy_revision}, {"reason", reason}, {"failedRevision", failed.revision}};
  auto answer = co_await api_.send(std::move(call));
  if (!answer) {
    write_log(LogLevel::Error, "the configuration could not be rolled back", answer.error(), {{"instanceId", run.id}});
    co_return false;
  }
  log_warn("rolled back", {{"instanceId", run.id},
                           {"failedRevision", failed.revision},
                           {"healthyRevision", failed.healthy_revision},
                           {"reason", reason}});
  co_return true;
}

net::Task<void> Reconciler::record(Run& run, const Note& note) {
  Json checks = Json::array();
  for (const CheckResult& check : note.checks) checks.push_back(to_json(check));
  const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - run.begun).count();
  Json entry{{"trigger", to_string(run.trigger)},
             {"strategy", note.plan.strategy},
             {"outcome", note.outcome},
             {"reason", note.reason},
             {"plan", to_json(note.plan)["actions"]},
             {"differences", differences_json(note.drift)},
             {"checks", std::move(checks)},
             {"attempt", std::max<std::size_t>(run.attempt, 1)},
             {"attempts", run.attempts},
             {"durationMs", took},
             {"revisionBefore", note.state.applied_revision},
             {"revisionAfter", note.state.revision},
             {"worker", options_.worker}};
  if (!run.request_id.empty()) entry["requestId"] = run.request_id;
  if (!note.approval_id.empty()) entry["approvalId"] = note.approval_id;
  if (note.plan.fallback) entry["fallback"] = to_json(note.plan)["fallback"];
  if (note.outcome == "Failed" || note.outcome == "RolledBack") entry["error"] = note.reason;
  if (!options_.audit && note.effects.empty()) co_return;
  if (!note.effects.empty()) entry["effects"] = note.effects;
  std::string path = reconciliation_path(run.id, "/audit");
  Json body = entry;
  auto stored = co_await api_.post(std::move(path), std::move(body));
  if (!stored) {
    write_log(LogLevel::Error, "an audit entry could not be stored", stored.error(), {{"instanceId", run.id}});
  }
  run.last_entry = stored ? std::move(*stored) : std::move(entry);
}

net::Task<Result<Json>> Reconciler::drift(std::string id) {
  auto state = co_await state_of(std::move(id));
  if (!state) co_return std::unexpected(std::move(state.error()));
  const Drift drift = compare(*state);
  if (drift.unreachable) {
    co_return fail(ErrorCode::Unavailable,
                   "The server of instance '" + state->id + "' does not answer: " + state->actual_error);
  }
  Json answer{{"instanceId", state->id},
              {"inSync", drift.in_sync()},
              {"running", state->runs()},
              {"revision", state->revision},
              {"appliedRevision", state->applied_revision},
              {"differences", differences_json(drift)},
              {"checkedAt", to_rfc3339(clock_.now())},
              {"worker", options_.worker}};
  co_return answer;
}

net::Task<Result<Json>> Reconciler::plan(std::string id, Wish wish) {
  auto state = co_await state_of(std::move(id));
  if (!state) co_return std::unexpected(std::move(state.error()));
  const Drift drift = compare(*state);
  const Rules rules = apply_policy(options_.defaults, state->policy);
  auto decision = decide(*state, drift, rules, wish, true, clock_.now(), strategies_);
  if (!decision) co_return std::unexpected(std::move(decision.error()));
  Json answer = to_json(decision->plan);
  answer["instanceId"] = state->id;
  if (decision->plan.strategy.empty()) answer["strategy"] = wish.strategy.empty() ? rules.strategy : wish.strategy;
  answer["reason"] = decision->reason;
  answer["differences"] = differences_json(drift);
  answer["revision"] = state->revision;
  co_return answer;
}

}  // namespace draas::reconciliation
