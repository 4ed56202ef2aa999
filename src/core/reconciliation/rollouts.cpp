// ReconciliationService: rollouts.

#include <algorithm>
#include <array>
#include <cstdio>
#include <unordered_map>

#include "base/crash_point.hpp"
#include "base/id.hpp"
#include "core/configuration/document.hpp"
#include "core/reconciliation/collections.hpp"
#include "core/reconciliation/service_impl.hpp"
#include "drasi/configuration.hpp"
#include "net/http_server.hpp"

namespace draas::core {
namespace {

constexpr std::size_t kKeptFinished = 100;
constexpr std::size_t kTriedTargets = 20;  // a change is tried on so many before it is accepted

std::string target_document_id(const std::string& rollout, std::size_t place) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "/%06zu", place);
  return rollout + text.data();
}

Report report_of(const Rollout& rollout) {
  Report report{EventType::RolloutChanged, {}};
  report.metadata = {{"RolloutId", rollout.id},
                     {"Name", rollout.plan.name},
                     {"State", std::string(to_string(rollout.state))},
                     {"Wave", std::to_string(rollout.wave)}};
  if (!rollout.reason.empty()) report.metadata["Reason"] = rollout.reason;
  std::map<std::string, std::size_t> counts;
  for (const RolloutTarget& target : rollout.targets) ++counts[std::string(to_string(target.state))];
  for (const auto& [state, count] : counts) report.metadata["Targets" + state] = std::to_string(count);
  return report;
}

// Would the change give a valid configuration?
Status try_change(const Json& change, const Entry& entry) {
  const Json current = Json::parse(*entry.configuration);
  Result<Json> next = fail(ErrorCode::InvalidArgument, "");
  if (auto whole = change.find("configuration"); whole != change.end()) {
    next = drasi::normalise(*whole);
  } else {
    next = patched_configuration(current, change.contains("patch") ? change["patch"] : change["mergePatch"]);
  }
  Status valid = next ? drasi::require_valid(with_server_settings_of(std::move(*next), current))
                      : Status(std::unexpected(std::move(next.error())));
  if (valid) return {};
  return std::unexpected(std::move(valid.error()).with_context("Instance '" + entry.instance.id + "'"));
}

}  // namespace

Status ReconciliationService::Impl::load_rollouts() {
  Status read = for_each_document(ledger.store(), collections::kRollouts, [this](const Document& document) -> Status {
    Result<Rollout> rollout = rollout_from_document(document.body);
    if (!rollout) return std::unexpected(std::move(rollout.error()));
    rollouts.emplace(document.id, std::move(*rollout));
    return {};
  });
  if (!read) return read;
  // In id order, which is the order of the targets.
  return for_each_document(ledger.store(), collections::kRolloutTargets, [this](const Document& document) -> Status {
    auto rollout = rollouts.find(document.id.substr(0, document.id.find('/')));
    if (rollout == rollouts.end()) return {};
    Result<RolloutTarget> target = target_from_document(document.body);
    if (!target) return std::unexpected(std::move(target.error()));
    rollout->second.targets.push_back(std::move(*target));
    return {};
  });
}

Result<std::vector<EntryPtr>> ReconciliationService::Impl::rollout_targets(const RolloutPlan& plan) const {
  std::vector<EntryPtr> found;
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < plan.instances.size(); ++i) {
    if (EntryPtr entry = ledger.find(plan.instances[i])) {
      found.push_back(std::move(entry));
    } else {
      faults.push_back({"/instances/" + std::to_string(i), "Instance '" + plan.instances[i] + "' not found"});
    }
  }
  if (!faults.empty()) {
    std::string message = faults.front().path + ": " + faults.front().message;
    return fail(ErrorCode::Unprocessable, std::move(message), std::move(faults));
  }
  if (plan.instances.empty()) {
    const Result<Selector> selector = Selector::parse(plan.selector);
    if (!selector) return std::unexpected(selector.error());
    for (EntryPtr& entry : ledger.all()) {
      if (selector->matches(entry->instance.metadata)) found.push_back(std::move(entry));
    }
  }
  if (found.empty()) {
    return fail(ErrorCode::Unprocessable, "No instance matches; there is nothing to roll out to",
                {{plan.selector.empty() ? "/instances" : "/selector", "matches no instance"}});
  }
  for (const auto& [id, other] : rollouts) {
    if (is_finished(other.state)) continue;
    for (const RolloutTarget& target : other.targets) {
      const bool shared =
          std::ranges::any_of(found, [&](const EntryPtr& entry) { return entry->instance.id == target.instance_id; });
      if (!shared) continue;
      return fail(ErrorCode::Conflict, "Instance '" + target.instance_id + "' is a target of rollout '" + id +
                                           "', which is " + std::string(to_string(other.state)) +
                                           ". Let it finish, or abort it");
    }
  }
  return found;
}

net::Task<Result<Json>> ReconciliationService::Impl::create_rollout(RolloutPlan plan, Actor actor) {
  net::AsyncMutex::Guard guard = co_await rollout_lock.lock();
  Result<std::vector<EntryPtr>> targets = rollout_targets(plan);
  if (!targets) co_return std::unexpected(std::move(targets.error()));
  for (std::size_t i = 0; i < std::min(targets->size(), kTriedTargets); ++i) {
    Status fits = try_change(plan.change, *(*targets)[i]);
    if (!fits) co_return std::unexpected(std::move(fits.error()).with_context("/change"));
  }
  Rollout rollout;
  rollout.id = make_uuid();
  rollout.created_by = actor.name;
  rollout.created_at = ledger.clock().now();
  const std::vector<std::size_t> waves = assign_waves(plan, targets->size());
  for (std::size_t place = 0; place < waves.size(); ++place) {
    rollout.targets.push_back({.instance_id = (*targets)[place]->instance.id, .wave = waves[place]});
  }
  if (std::ranges::find(plan.manual_pauses, std::size_t{1}) != plan.manual_pauses.end()) {
    rollout.state = RolloutState::Paused;
    rollout.reason = "before wave 1, as asked for";
  }
  rollout.plan = std::move(plan);

  std::vector<std::string> forgotten;
  for (const auto& [id, other] : rollouts) {
    if (is_finished(other.state)) forgotten.push_back(id);
  }
  forgotten.resize(forgotten.size() > kKeptFinished ? forgotten.size() - kKeptFinished : 0);
  Batch batch;
  for (const std::string& id : forgotten) erase_rollout(rollouts.at(id), batch);
  const std::string id = rollout.id;
  batch.writes.push_back(Write::put(std::string(collections::kRollouts), id, to_document(rollout)));
  for (std::size_t place = 0; place < rollout.targets.size(); ++place) {
    batch.writes.push_back(Write::put(std::string(collections::kRolloutTargets), target_document_id(id, place),
                                      to_document(rollout.targets[place])));
  }
  Report report = report_of(rollout);
  EntryPtr none;
  std::string source = actor.source;
  Result<Commit> committed =
      co_await ledger.commit_with_event(std::move(batch), std::move(none), std::move(report), std::move(source));
  if (!committed) co_return std::unexpected(std::move(committed.error()));
  for (const std::string& old : forgotten) rollouts.erase(old);
  const Json shown = core::to_json(rollout);
  rollouts.emplace(id, std::move(rollout));
  notice_rollouts();
  co_return shown;
}

void ReconciliationService::Impl::notice_rollouts() {
  rollouts_version = feed.advance();
  notice();
}

void ReconciliationService::Impl::erase_rollout(const Rollout& rollout, Batch& batch) {
  batch.writes.push_back(Write::erase(std::string(collections::kRollouts), rollout.id));
  for (std::size_t place = 0; place < rollout.targets.size(); ++place) {
    batch.writes.push_back(
        Write::erase(std::string(collections::kRolloutTargets), target_document_id(rollout.id, place)));
  }
}

Result<const Rollout*> ReconciliationService::Impl::find_rollout(const std::string& id,
                                                                 const std::optional<std::string>& if_match) const {
  auto found = rollouts.find(id);
  if (found == rollouts.end()) return fail(ErrorCode::NotFound, "Rollout '" + id + "' not found");
  if (if_match && !net::etag_matches(*if_match, '"' + std::to_string(found->second.version) + '"')) {
    return fail(ErrorCode::PreconditionFailed, "The rollout was changed meanwhile: it is " +
                                                   std::string(to_string(found->second.state)) +
                                                   " now. Read it again, then decide");
  }
  return &found->second;
}

// Stores `next` in place of what is there; `places` are the targets that changed. Requires rollout_lock.
net::Task<Result<Json>> ReconciliationService::Impl::store_rollout(Rollout next, std::vector<std::size_t> places,
                                                                   std::string source) {
  const Rollout& before = rollouts.at(next.id);
  const bool reported = before.state != next.state || before.wave != next.wave;
  Batch batch;
  batch.writes.push_back(Write::put(std::string(collections::kRollouts), next.id, to_document(next)));
  for (std::size_t place : places) {
    batch.writes.push_back(Write::put(std::string(collections::kRolloutTargets), target_document_id(next.id, place),
                                      to_document(next.targets[place])));
  }
  Result<Commit> committed;
  crash_point("rollout.before_commit");
  if (reported) {
    Report report = report_of(next);
    EntryPtr none;
    committed =
        co_await ledger.commit_with_event(std::move(batch), std::move(none), std::move(report), std::move(source));
  } else {
    committed = co_await ledger.commit(std::move(batch));
  }
  if (!committed) co_return std::unexpected(std::move(committed.error()));
  crash_point("rollout.committed");
  const Json shown = core::to_json(next);
  std::string id = next.id;
  rollouts.insert_or_assign(std::move(id), std::move(next));
  co_return shown;
}

net::Task<Result<Json>> ReconciliationService::Impl::move_rollout(std::string id, RolloutState next, std::string reason,
                                                                  std::optional<std::string> if_match, Actor actor) {
  net::AsyncMutex::Guard guard = co_await rollout_lock.lock();
  Result<const Rollout*> found = find_rollout(id, if_match);
  if (!found) co_return std::unexpected(std::move(found.error()));
  Rollout rollout = **found;
  Status moved = move_to(rollout, next, reason, ledger.clock().now());
  if (!moved) co_return std::unexpected(std::move(moved.error()));
  ++rollout.version;
  std::vector<std::size_t> no_targets;
  std::string source = actor.source;
  Result<Json> stored = co_await store_rollout(std::move(rollout), std::move(no_targets), std::move(source));
  if (stored) notice_rollouts();
  co_return stored;
}

// Says nothing in the feed: it is the one who follows the feed that reports.
net::Task<Result<Json>> ReconciliationService::Impl::advance_rollout(std::string id, Json body,
                                                                     std::optional<std::string> if_match, Actor actor) {
  Result<RolloutProgress> progress = read_rollout_progress(body);
  if (!progress) co_return std::unexpected(std::move(progress.error()));
  net::AsyncMutex::Guard guard = co_await rollout_lock.lock();
  Result<const Rollout*> found = find_rollout(id, if_match);
  if (!found) co_return std::unexpected(std::move(found.error()));
  Rollout rollout = **found;
  Result<std::vector<std::size_t>> places = apply_progress(rollout, *progress, ledger.clock().now());
  if (!places) co_return std::unexpected(std::move(places.error()));
  std::string source = actor.source;
  co_return co_await store_rollout(std::move(rollout), std::move(*places), std::move(source));
}

net::Task<Status> ReconciliationService::Impl::remove_rollout(std::string id, std::optional<std::string> if_match) {
  net::AsyncMutex::Guard guard = co_await rollout_lock.lock();
  Result<const Rollout*> found = find_rollout(id, if_match);
  if (!found) co_return std::unexpected(std::move(found.error()));
  const RolloutState state = (*found)->state;
  if (!is_finished(state) && state != RolloutState::Pending) {
    co_return fail(ErrorCode::Conflict,
                   "Rollout '" + id + "' is " + std::string(to_string(state)) + "; abort it before deleting it");
  }
  Batch batch;
  erase_rollout(**found, batch);
  Result<Commit> committed = co_await ledger.commit(std::move(batch));
  if (!committed) co_return std::unexpected(std::move(committed.error()));
  rollouts.erase(id);
  notice_rollouts();
  co_return Status{};
}

}  // namespace draas::core
