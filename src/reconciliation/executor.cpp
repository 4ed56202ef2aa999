#include "reconciliation/executor.hpp"

#include <array>
#include <cstdio>
#include <utility>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "drasi/client.hpp"
#include "reconciliation/json_fields.hpp"
#include "reconciliation/judge.hpp"

namespace draas::reconciliation {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLiveTimeout{30'000};
constexpr int kLiveRetries = 3;
constexpr milliseconds kLivePause{300};  // before the second retry; doubles
constexpr milliseconds kPollPause{50};
constexpr milliseconds kMargin{10'000};  // beyond what the control plane was told to wait

std::string seconds(Duration duration) { return std::to_string(duration.count()) + "ms"; }

Outcome done() { return {}; }
Outcome refused(std::string reason) { return {.kind = Outcome::Kind::Refused, .reason = std::move(reason)}; }
Outcome failed(std::string reason) { return {.kind = Outcome::Kind::Failed, .reason = std::move(reason)}; }

// Says an error that the configuration is wrong, rather than that the moment is?
Outcome to_outcome(Error error) {
  const bool at_fault = error.code == ErrorCode::InvalidArgument || error.code == ErrorCode::Unprocessable ||
                        error.code == ErrorCode::AlreadyExists || error.code == ErrorCode::PermissionDenied;
  return at_fault && !error.retryable ? refused(std::move(error.message)) : failed(std::move(error.message));
}

Outcome to_outcome(const Result<Json>& answer) { return answer ? done() : to_outcome(answer.error()); }

}  // namespace

std::string clock_text(Duration duration) {
  const auto total = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  constexpr long kMinute = 60;
  constexpr long kHour = 3600;
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%02ld:%02ld:%02ld", total / kHour,
                                   total % kHour / kMinute, total % kMinute);
  return {text.data(), static_cast<std::size_t>(length)};
}

// One execution.
struct Executor::Run {
  InstanceState state;
  Drift drift;
  Plan plan;
  std::string trace;
  steady_clock::time_point deadline;
  bool standby_started = false;
  bool promoted = false;
  std::vector<CheckResult> checks;
  std::string approval_id;

  const std::string& id() const { return state.id; }
};

net::Task<Outcome> Executor::run(InstanceState state, Drift drift, Plan plan, Duration timeout, std::string trace) {
  Run run{.state = std::move(state), .drift = std::move(drift), .plan = std::move(plan), .trace = std::move(trace)};
  // A left-over of an earlier run is this run's to undo, too.
  if (run.state.standby) {
    run.standby_started = true;
    // What was switched back from is retired, too, but newer than what serves now: it is not to be promoted again.
    const Standby& standby = *run.state.standby;
    run.promoted = standby.role == StandbyRole::Retired && standby.revision <= run.state.applied_revision;
  }
  Duration allowed = timeout;
  for (const Step& step : run.plan.steps) {
    // Nobody waits here for an approval; its duration says when it expires.
    if (step.kind != Step::Kind::AwaitApproval) allowed += step.duration;
  }
  run.deadline = steady_clock::now() + allowed;

  Outcome outcome;
  std::size_t finished = 0;
  for (const Step& next : run.plan.steps) {
    const std::string kind(to_string(next.kind));
    crash_point("reconcile.before." + kind);
    if (options_.holds && !options_.holds(run.id())) {
      // Whoever holds it now cleans up; two must not work on one instance.
      co_return Outcome{.kind = Outcome::Kind::Lost, .reason = "this worker does not hold the instance any more"};
    }
    if (steady_clock::now() >= run.deadline) {
      outcome = failed("timed out after " + clock_text(timeout) + " before: " + kind + " of " + next.target);
    } else {
      outcome = co_await step(run, next);
    }
    if (outcome.kind != Outcome::Kind::Done) break;
    ++finished;
    crash_point("reconcile.after." + kind);
    log_debug("reconciliation step done", {{"instanceId", run.id()}, {"step", kind}, {"target", next.target}});
  }
  const bool undo_needed = outcome.kind == Outcome::Kind::Refused || outcome.kind == Outcome::Kind::Failed;
  if (undo_needed) co_await undo(run);
  outcome.checks = std::move(run.checks);
  outcome.steps_done = finished;
  outcome.approval_id = run.approval_id;
  co_return outcome;
}

net::Task<Outcome> Executor::step(Run& run, const Step& step) {
  using Kind = Step::Kind;
  switch (step.kind) {
    case Kind::AwaitApproval:
      co_return co_await await_approval(run, step);
    case Kind::ChangeLive:
      co_return co_await change_live(run, step);
    case Kind::MarkApplied: {
      std::string path = client::instance_path(run.id(), "/applied-revision");
      Json body{{"revision", step.revision}, {"generation", run.state.generation}};
      const auto answer = co_await api_.put(std::move(path), std::move(body));
      co_return to_outcome(answer);
    }
    case Kind::Start:
    case Kind::Restart:
      co_return co_await start_or_restart(run, step);
    case Kind::StartStandby:
      co_return co_await start_standby(run, step);
    case Kind::SmokeTest: {
      CheckTarget target = check_target(run.state, run.drift, step.standby);
      Json tests = step.parameters.at("tests");
      auto checks = co_await checks_.smoke(std::move(target), std::move(tests));
      co_return co_await judged(run, std::move(checks));
    }
    case Kind::Check: {
      CheckTarget target = check_target(run.state, run.drift, step.standby);
      auto checks = co_await checks_.settle(std::move(target), options_.check_timeout);
      co_return co_await judged(run, std::move(checks));
    }
    case Kind::Watch: {
      CheckTarget target = check_target(run.state, run.drift, step.standby);
      auto checks = co_await checks_.watch(std::move(target), step.duration);
      co_return co_await judged(run, std::move(checks));
    }
    case Kind::Judge: {
      CheckTarget target = check_target(run.state, run.drift, true);
      const JudgeLimits limits{
          .max_error_rate = step.parameters.value("maxErrorRate", JudgeLimits{}.max_error_rate),
          .max_latency_factor = step.parameters.value("maxLatencyFactor", JudgeLimits{}.max_latency_factor)};
      auto checks = co_await judge_standby(api_, std::move(target), limits, step.duration);
      co_return co_await judged(run, std::move(checks));
    }
    case Kind::SetTraffic: {
      std::string path = client::instance_path(run.id(), "/traffic");
      Json body{{"standby", step.percent}};
      const auto answer = co_await api_.put(std::move(path), std::move(body));
      co_return to_outcome(answer);
    }
    case Kind::Promote: {
      std::string path = client::instance_path(run.id(), "/standby/promote");
      Json nothing = Json::object();
      const auto answer = co_await api_.post(std::move(path), std::move(nothing));
      if (answer) run.promoted = true;
      co_return to_outcome(answer);
    }
    case Kind::EndStandby: {
      std::string path = client::instance_path(run.id(), "/standby?drain=" + seconds(step.duration));
      const Status ended = co_await api_.remove(std::move(path), step.duration + kMargin);
      if (!ended) co_return to_outcome(ended.error());
      run.standby_started = false;
      run.promoted = false;
      co_return done();
    }
    case Kind::Custom: {
      const Strategy* strategy = strategies_.find(run.plan.strategy);
      if (strategy == nullptr) co_return failed("strategy '" + run.plan.strategy + "' is not there any more");
      const Status performed = co_await strategy->perform(step, run.id());
      if (!performed) co_return to_outcome(performed.error());
      co_return done();
    }
  }
  co_return failed("a step of an unknown kind");
}

net::Task<Outcome> Executor::judged(Run& run, std::vector<CheckResult> checks) {
  run.checks = std::move(checks);
  const CheckResult* failure = first_failure(run.checks);
  if (failure == nullptr) co_return done();
  co_return refused(describe(*failure));
}

net::Task<Outcome> Executor::change_live(Run& run, const Step& step) {
  drasi::Client server(api_.http(), api_.below(workload_path(run.id(), false)), kLiveTimeout);
  Status executed = co_await server.execute(*step.live, kLiveTimeout);
  // drasi-server answers 500 for what it cannot build as well as for what went wrong; execute() has looked at what is
  // true and cleaned up. What fails in the same way again is the configuration's fault.
  const bool answered = !executed && executed.error().code == ErrorCode::Internal;
  const bool listens =
      step.live->kind == drasi::ComponentKind::Source || step.live->kind == drasi::ComponentKind::Reaction;
  Duration pause{0};
  for (int again = 0; answered && !executed && again < (listens ? kLiveRetries : 1); ++again) {
    // What listens may find its port still held by its own earlier self.
    const bool slept = pause.count() == 0 || co_await net::sleep_for(pause);
    if (!slept) co_return failed("the reconciler is shutting down");
    executed = co_await server.execute(*step.live, kLiveTimeout);
    pause = pause.count() == 0 ? kLivePause : pause * 2;
  }
  if (executed) co_return done();
  Error error = executed.error();
  error.message = std::string(drasi::to_string(step.live->verb)) + " " + step.target + ": " + error.message;
  if (answered && error.code == ErrorCode::Internal) co_return refused(std::move(error.message));
  co_return to_outcome(std::move(error));
}

net::Task<Outcome> Executor::start_or_restart(Run& run, const Step& step) {
  std::string path = client::instance_path(run.id(), step.kind == Step::Kind::Start ? "/start" : "/restart");
  path += "?wait=" + seconds(options_.start_timeout);
  if (step.kind == Step::Kind::Restart && step.duration.count() > 0) path += "&delay=" + seconds(step.duration);
  if (!step.platform.empty()) path += "&platform=" + net::percent_encode(step.platform);
  client::Call call;
  call.method = net::Method::Post;
  call.target = std::move(path);
  call.trace = run.trace;
  call.wait = options_.start_timeout + step.duration + kMargin;
  const auto reply = co_await api_.send(std::move(call));
  if (reply) co_return done();
  if (reply.error().code == ErrorCode::Conflict) {
    co_return Outcome{.kind = Outcome::Kind::Contested, .reason = reply.error().message};
  }
  co_return to_outcome(reply.error());
}

net::Task<Outcome> Executor::start_standby(Run& run, const Step& step) {
  Json body{{"revision", step.revision}, {"owner", kReconcilerOwner}};
  if (!step.platform.empty()) body["platform"] = step.platform;
  client::Call call;
  call.method = net::Method::Post;
  call.target = client::instance_path(run.id(), "/standby?wait=" + seconds(options_.start_timeout));
  call.body = std::move(body);
  call.trace = run.trace;
  call.wait = options_.start_timeout + kMargin;
  run.standby_started = true;  // also when the answer is lost
  const auto reply = co_await api_.send(std::move(call));
  if (!reply) {
    // Somebody else's standby is not this run's to end.
    if (reply.error().code == ErrorCode::Conflict) run.standby_started = false;
    co_return to_outcome(reply.error());
  }
  Json workloads = reply->body;
  while (true) {
    const Json* standby = field(workloads, "standby");
    if (standby == nullptr) co_return refused("the second workload has ended");
    const std::string phase = text_field(*standby, "phase");
    if (phase == "Running") co_return done();
    if (phase != "Starting")
      co_return refused("the second workload is " + phase + ": " + text_field(*standby, "errorMessage"));
    if (steady_clock::now() >= run.deadline) co_return failed("the second workload did not become ready in time");
    const bool slept = co_await net::sleep_for(kPollPause);
    if (!slept) co_return failed("the reconciler is shutting down");
    std::string path = client::instance_path(run.id(), "/workloads");
    auto again = co_await api_.get(std::move(path));
    if (!again) co_return to_outcome(again.error());
    workloads = std::move(*again);
  }
}

// Approved: goes on; recording the result uses the approval up. Otherwise it is asked for, once per revision.
net::Task<Outcome> Executor::await_approval(Run& run, const Step& step) {
  std::string list = "/api/reconciliation/approvals?instanceId=" + net::percent_encode(run.id());
  const auto approvals = co_await api_.get(std::move(list));
  if (!approvals) co_return to_outcome(approvals.error());
  for (const Json& approval : *approvals) {
    if (number_field(approval, "revision") != step.revision) continue;
    const std::string state = text_field(approval, "state");
    if (state == "Approved") {
      run.approval_id = text_field(approval, "id");
      co_return done();
    }
    const Outcome waiting{.kind = Outcome::Kind::Pending, .reason = "waits for approval"};
    if (state == "Pending") co_return waiting;
    if (state == "Rejected") {
      co_return Outcome{.kind = Outcome::Kind::Pending,
                        .reason = "revision " + std::to_string(step.revision) + " was rejected"};
    }
  }
  Json differences = Json::array();
  for (const drasi::Difference& difference : run.drift.live.differences) differences.push_back(to_json(difference));
  Json body{{"instanceId", run.id()},
            {"revision", step.revision},
            {"strategy", run.plan.strategy},
            {"plan", to_json(run.plan)["actions"]},
            {"differences", std::move(differences)}};
  if (step.duration.count() > 0) body["expiresIn"] = to_text(step.duration);
  std::string path = "/api/reconciliation/approvals";
  const auto asked = co_await api_.post(std::move(path), std::move(body));
  crash_point("reconcile.approval_asked");
  if (!asked) co_return to_outcome(asked.error());
  co_return Outcome{.kind = Outcome::Kind::Pending, .reason = "waits for approval"};
}

// Back to one workload, the one that was there before. What cannot be undone now is found and undone by the next run.
net::Task<void> Executor::undo(Run& run) {
  if (!run.standby_started) co_return;
  if (run.promoted) {
    std::string path = client::instance_path(run.id(), "/standby/promote");
    Json nothing = Json::object();
    const auto back = co_await api_.post(std::move(path), std::move(nothing));
    crash_point("reconcile.undo.switched");
    if (!back) {
      write_log(LogLevel::Error, "the traffic could not be switched back", back.error(), {{"instanceId", run.id()}});
      co_return;
    }
  }
  std::string path = client::instance_path(run.id(), "/standby?drain=1s");
  const Status ended = co_await api_.remove(std::move(path), kMargin);
  crash_point("reconcile.undo.ended");
  if (!ended) {
    write_log(LogLevel::Error, "the second workload could not be ended", ended.error(), {{"instanceId", run.id()}});
  }
}

}  // namespace draas::reconciliation
