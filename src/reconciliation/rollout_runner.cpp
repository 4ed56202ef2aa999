#include "reconciliation/rollout_runner.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/asio/redirect_error.hpp>

#include "base/crash_point.hpp"
#include "base/log.hpp"
#include "reconciliation/json_fields.hpp"

namespace draas::reconciliation {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kRequestWait{60'000};
constexpr milliseconds kPoll{250};
constexpr milliseconds kPausePoll{500};
constexpr int kSaveAttempts = 5;

std::string rollout_path(const std::string& id) { return "/api/reconciliation/rollouts/" + net::percent_encode(id); }

Json target_json(const RolloutTarget& target) {
  Json out{{"instanceId", target.instance}, {"state", to_string(target.state)}};
  if (target.revision_before != 0) out["revisionBefore"] = target.revision_before;
  if (target.revision_after != 0) out["revisionAfter"] = target.revision_after;
  if (!target.reason.empty()) out["reason"] = target.reason;
  return out;
}

}  // namespace

// One rollout while it is run here.
struct RolloutRunner::Job {
  explicit Job(net::Executor executor) : saving(executor), changed(executor) {}

  Rollout rollout;
  std::vector<std::size_t> busy;
  net::AsyncMutex saving;
  net::Timer changed;  // cancelled when a target is finished
};

net::Task<void> RolloutRunner::run_all(std::function<bool()> may_go_on) {
  std::set<std::string> seen;
  while (may_go_on()) {
    std::string path = "/api/reconciliation/rollouts";
    auto list = co_await api_.get(std::move(path));
    if (!list) {
      write_log(LogLevel::Warn, "rollouts could not be read", list.error());
      co_return;
    }
    std::string next;
    for (const Json& item : *list) {
      const std::string state = text_field(item, "state");
      const bool open = state == "Pending" || state == "Running" || state == "Reverting";
      const std::string id = text_field(item, "id");
      if (open && !seen.contains(id)) {
        next = id;
        break;
      }
    }
    if (next.empty()) co_return;
    seen.insert(next);
    co_await run(next, may_go_on);
  }
}

net::Task<void> RolloutRunner::close() {
  if (tasks_) co_await tasks_->close();
}

net::Task<Result<Rollout>> RolloutRunner::load(std::string id) {
  client::Call call;
  call.target = rollout_path(id);
  auto reply = co_await api_.send(std::move(call));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  auto rollout = parse_rollout(reply->body);
  if (rollout) rollout->version = reply->etag;
  co_return rollout;
}

// Writes progress. Somebody who paused or aborted meanwhile is heard: what they said is read and stays.
net::Task<Status> RolloutRunner::save(std::shared_ptr<Job> job, Json change) {
  net::AsyncMutex::Guard guard = co_await job->saving.lock();
  Status saved;
  for (int attempt = 0; attempt < kSaveAttempts; ++attempt) {
    client::Call call;
    call.method = net::Method::Patch;
    call.target = rollout_path(job->rollout.id);
    call.if_match = job->rollout.version;
    call.body = change;
    auto reply = co_await api_.send(std::move(call));
    if (reply) {
      auto now = parse_rollout(reply->body);
      if (!now) co_return std::unexpected(std::move(now.error()));
      now->version = reply->etag;
      job->rollout = std::move(*now);
      co_return Status{};
    }
    saved = std::unexpected(reply.error());
    if (reply.error().code != ErrorCode::PreconditionFailed) co_return saved;
    std::string id = job->rollout.id;
    auto fresh = co_await load(std::move(id));
    if (!fresh) co_return std::unexpected(std::move(fresh.error()));
    job->rollout = std::move(*fresh);
    // A new state of the whole gives way; progress of a target is a fact.
    if (!change.contains("targets")) co_return Status{};
    change.erase("state");
  }
  co_return saved;
}

net::Task<void> RolloutRunner::run(std::string id, std::function<bool()> may_go_on) {
  auto loaded = co_await load(id);
  if (!loaded) {
    write_log(LogLevel::Warn, "a rollout could not be read", loaded.error(), {{"rollout", id}});
    co_return;
  }
  const auto executor = co_await net::asio::this_coro::executor;
  auto job = std::make_shared<Job>(executor);
  job->rollout = std::move(*loaded);
  log_info("rollout begins here", {{"rollout", id}, {"targets", job->rollout.targets.size()}});
  tasks_.emplace(executor);
  while (may_go_on()) {
    const RolloutStep step = next_step(job->rollout, job->busy);
    Json change = Json::object();
    switch (step.kind) {
      case RolloutStep::Kind::Work: {
        for (const std::size_t target : step.targets) {
          job->busy.push_back(target);
          tasks_->spawn("rollout " + job->rollout.targets[target].instance,
                        [this, job, target] { return work(job, target); });
        }
        if (job->rollout.state != Rollout::State::Pending) continue;
        change["state"] = "Running";
        break;
      }
      case RolloutStep::Kind::Wait: {
        job->changed.expires_after(kPausePoll);
        boost::system::error_code woken;
        auto token = net::asio::redirect_error(net::use_task, woken);
        co_await job->changed.async_wait(token);
        if (job->busy.empty()) continue;
        // Pause and abort are heard while instances are worked on.
        auto fresh = co_await load(id);
        if (fresh && fresh->state != job->rollout.state) job->rollout = std::move(*fresh);
        continue;
      }
      case RolloutStep::Kind::NextWave: {
        // The pause is between waves: none before the first.
        const bool first = job->rollout.state == Rollout::State::Pending;
        const auto until = steady_clock::now() + (first ? Duration(0) : job->rollout.pause_between);
        bool still_running = true;
        while (still_running && may_go_on() && steady_clock::now() < until) {
          const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
          const bool slept = co_await net::sleep_for(std::min<milliseconds>(kPausePoll, left));
          if (!slept) co_return;
          auto fresh = co_await load(id);
          if (fresh) job->rollout = std::move(*fresh);
          still_running = job->rollout.state == Rollout::State::Running;
        }
        if (!still_running) continue;
        change["wave"] = step.wave;
        break;
      }
      case RolloutStep::Kind::Pause:
        change["state"] = "Paused";
        change["wave"] = step.wave;
        change["reason"] = "before wave " + std::to_string(step.wave) + ", as asked for";
        break;
      case RolloutStep::Kind::Revert:
        change["state"] = "Reverting";
        change["reason"] = step.reason;
        break;
      case RolloutStep::Kind::Finish:
        change["state"] = to_string(step.state);
        if (!step.reason.empty()) change["reason"] = step.reason;
        break;
      case RolloutStep::Kind::Leave: {
        // What is under way is finished and recorded first.
        if (!job->busy.empty()) {
          const bool slept = co_await net::sleep_for(kPoll);
          if (!slept) co_return;
          continue;
        }
        log_info("rollout rests", {{"rollout", id}, {"state", std::string(to_string(job->rollout.state))}});
        co_await tasks_->close();
        co_return;
      }
    }
    const Status saved = co_await save(job, std::move(change));
    crash_point("rollout.saved");
    if (!saved) {
      write_log(LogLevel::Warn, "a rollout's progress could not be stored", saved.error(), {{"rollout", id}});
      const bool slept = co_await net::sleep_for(kPausePoll);
      if (!slept) co_return;
    }
  }
  co_await tasks_->close();
}

// One instance: the change, or the way back.
net::Task<void> RolloutRunner::work(std::shared_ptr<Job> job, std::size_t place) {
  RolloutTarget target = job->rollout.targets[place];
  const bool reverting = job->rollout.state == Rollout::State::Reverting;
  const auto store = [&](RolloutTarget changed) -> Json {
    Json list = Json::array();
    list.push_back(target_json(changed));
    return Json{{"targets", std::move(list)}};
  };
  std::string path = client::instance_path(target.instance);
  auto instance = co_await api_.get(std::move(path));
  if (!instance) {
    target.state = RolloutTarget::State::Skipped;
    target.reason = instance.error().message;
  } else {
    if (!reverting && target.state == RolloutTarget::State::Waiting) {
      target.state = RolloutTarget::State::Updating;
      target.revision_before = number_field(*instance, "configurationRevision");
      Json progress = store(target);
      const Status noted = co_await save(job, std::move(progress));
      if (!noted) {
        std::erase(job->busy, place);
        job->changed.cancel();
        co_return;
      }
    }
    crash_point("rollout.target_marked");
    Json body{{"rollout", true}, {"force", true}};
    if (reverting) {
      body["change"] = Json{{"rollbackTo", target.revision_before}};
    } else {
      body["change"] = job->rollout.change;
      body["revisionBefore"] = target.revision_before;
      if (!job->rollout.strategy.empty()) body["strategy"] = job->rollout.strategy;
      if (job->rollout.parameters.is_object()) body["parameters"] = job->rollout.parameters;
    }
    std::string id = target.instance;
    auto result = co_await reconcile(std::move(id), std::move(body));
    crash_point("rollout.target_done");
    const std::string kind = result ? text_field(*result, "result") : "Failed";
    const bool good = kind == "Reconciled" || kind == "InSync";
    target.reason = result ? text_field(*result, "reason") : result.error().message;
    if (result && number_field(*result, "revision") != 0) target.revision_after = number_field(*result, "revision");
    if (reverting) {
      target.state = RolloutTarget::State::Reverted;
      if (!good && kind != "Skipped") target.reason = "the way back failed: " + target.reason;
    } else if (kind == "Skipped") {
      // A stopped instance has the change stored; it takes effect with its next start.
      target.state = RolloutTarget::State::Succeeded;
    } else {
      target.state = good ? RolloutTarget::State::Succeeded : RolloutTarget::State::Failed;
    }
  }
  Json progress = store(target);
  const Status stored = co_await save(job, std::move(progress));
  if (!stored) {
    write_log(LogLevel::Warn, "a rollout's progress could not be stored", stored.error(),
              {{"rollout", job->rollout.id}, {"instanceId", target.instance}});
  }
  std::erase(job->busy, place);
  job->changed.cancel();
}

// Asks for it, and waits for the answer: the time limits of the reconciliation itself bound it.
net::Task<Result<Json>> RolloutRunner::reconcile(std::string instance, Json body) {
  client::Call call;
  call.method = net::Method::Post;
  call.target = "/api/reconciliation/instances/" + net::percent_encode(instance) + "/reconcile?wait=60s";
  call.body = std::move(body);
  call.wait = kRequestWait;
  auto reply = co_await api_.send(std::move(call));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  if (reply->status != 202) co_return std::move(reply->body);
  const std::string rid = text_field(reply->body, "requestId");
  while (true) {
    const bool slept = co_await net::sleep_for(kPoll);
    if (!slept) co_return fail(ErrorCode::Cancelled, "the reconciler is shutting down");
    std::string path = "/api/reconciliation/requests/" + net::percent_encode(rid);
    auto asked = co_await api_.get(std::move(path));
    if (!asked) co_return std::unexpected(std::move(asked.error()));
    const Json* result = field(*asked, "result");
    if (result == nullptr) continue;
    const Json* answer = field(*result, "body");
    constexpr std::uint64_t kFirstError = 400;
    if (number_field(*result, "status") >= kFirstError) {
      co_return fail(ErrorCode::Unprocessable, answer != nullptr ? text_field(*answer, "detail") : "it failed");
    }
    co_return answer != nullptr ? *answer : Json();
  }
}

}  // namespace draas::reconciliation
