// Rollouts as JSON: what users and workers send, what they get, and what is stored.

#include <set>

#include "base/json_reader.hpp"
#include "core/instances/selector.hpp"
#include "core/reconciliation/rollout.hpp"

namespace draas::core {
namespace {

constexpr std::int64_t kMaxTargets = 100'000;
constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxWaves = 1'000;
constexpr Duration kMaxPause = std::chrono::hours(24 * 7);

void check_amount(JsonReader& reader, const char* key, Json& out) {
  const Json* value = reader.optional_any(key);
  if (value == nullptr) return;
  if (!read_amount(*value)) reader.add_fault(key, "must be a number from 1, or a share such as \"10%\"");
  out = *value;
}

void read_targets(JsonReader& reader, RolloutPlan& plan) {
  const auto selector = reader.optional_string("selector");
  const auto instances = reader.optional_strings("instances");
  if (selector) {
    plan.selector = *selector;
    if (auto parsed = Selector::parse(*selector); !parsed) reader.add_fault("selector", parsed.error().message);
  }
  if (instances) {
    plan.instances = *instances;
    std::set<std::string> seen;
    for (const std::string& id : *instances) {
      if (!seen.insert(id).second) reader.add_fault("instances", "'" + id + "' is named twice");
    }
  }
  const bool faulty = !reader.faults().empty();
  if (!faulty && selector.has_value() == instances.has_value()) {
    reader.add_fault("", "either selector or instances must say which instances");
  }
}

void read_change(JsonReader& outer, RolloutPlan& plan) {
  const auto faults = outer.faults().size();
  const Json* change = outer.optional_object("change");
  if (change == nullptr) {
    if (outer.faults().size() == faults) outer.add_fault("change", "missing");
    return;
  }
  plan.change = *change;
  JsonReader reader(*change, "/change");
  int ways = 0;
  if (reader.optional_array("patch") != nullptr) ++ways;
  if (reader.optional_object("mergePatch") != nullptr) ++ways;
  if (reader.optional_object("configuration") != nullptr) ++ways;
  reader.reject_unknown();
  if (reader.faults().empty() && ways != 1) {
    reader.add_fault("", "must have one of patch, mergePatch and configuration");
  }
  outer.add_faults("", reader.faults());
}

void read_waves(JsonReader& reader, RolloutPlan& plan) {
  check_amount(reader, "maxUnavailable", plan.max_unavailable);
  check_amount(reader, "waveSize", plan.wave_size);
  if (const Json* waves = reader.optional_array("waves")) {
    if (!plan.wave_size.is_null()) reader.add_fault("waves", "waveSize is given, too");
    if (waves->size() > kMaxWaves) reader.add_fault("waves", "must be at most " + std::to_string(kMaxWaves));
    for (const Json& wave : *waves) {
      if (read_amount(wave)) continue;
      reader.add_fault("waves", "must be numbers from 1, or shares such as \"10%\"");
      break;
    }
    plan.waves = *waves;
  }
  if (const auto pause = reader.optional_string("pauseBetween")) {
    const auto span = parse_duration(*pause);
    if (!span || *span < Duration::zero() || *span > kMaxPause) {
      reader.add_fault("pauseBetween", "must be a time span such as 30s, at most " + to_text(kMaxPause));
    }
    plan.pause_between = span.value_or(Duration::zero());
  }
  if (const Json* pauses = reader.optional_array("manualPauses")) {
    for (const Json& wave : *pauses) {
      const bool good = wave.is_number_unsigned() && wave.get<std::uint64_t>() > 0;
      if (good) plan.manual_pauses.push_back(wave.get<std::size_t>());
      if (!good) reader.add_fault("manualPauses", "must be numbers of waves, from 1");
    }
  }
}

Json plan_json(const RolloutPlan& plan) {
  Json out = Json::object();
  out["name"] = plan.name;
  if (!plan.selector.empty() || plan.instances.empty()) out["selector"] = plan.selector;
  if (!plan.instances.empty()) out["instances"] = plan.instances;
  out["change"] = plan.change;
  out["strategy"] = plan.strategy.empty() ? Json(nullptr) : Json(plan.strategy);
  out["parameters"] = plan.parameters;
  out["maxUnavailable"] = plan.max_unavailable;
  if (!plan.wave_size.is_null()) out["waveSize"] = plan.wave_size;
  if (!plan.waves.is_null()) out["waves"] = plan.waves;
  out["pauseBetween"] = to_text(plan.pause_between);
  out["manualPauses"] = plan.manual_pauses;
  out["maxFailures"] = plan.max_failures;
  out["revertOnFailure"] = plan.revert_on_failure;
  return out;
}

Json time_or_null(const std::optional<WallTime>& time) { return time ? Json(to_rfc3339(*time)) : Json(nullptr); }

Json head_json(const Rollout& rollout) {
  Json out = Json::object();
  out["id"] = rollout.id;
  const Json plan = plan_json(rollout.plan);
  for (const auto& [name, value] : plan.items()) out[name] = value;
  out["state"] = to_string(rollout.state);
  out["wave"] = rollout.wave;
  out["createdBy"] = rollout.created_by;
  out["createdAt"] = to_rfc3339(rollout.created_at);
  out["startedAt"] = time_or_null(rollout.started_at);
  out["finishedAt"] = time_or_null(rollout.finished_at);
  out["reason"] = rollout.reason;
  out["version"] = rollout.version;
  return out;
}

Json target_json(const RolloutTarget& target) {
  Json out = Json::object();
  out["instanceId"] = target.instance_id;
  out["wave"] = target.wave;
  out["state"] = to_string(target.state);
  out["revisionBefore"] = target.revision_before == 0 ? Json(nullptr) : Json(target.revision_before);
  out["revisionAfter"] = target.revision_after == 0 ? Json(nullptr) : Json(target.revision_after);
  out["reason"] = target.reason;
  return out;
}

std::optional<WallTime> time_from(const Json& in, const char* name) {
  auto value = in.find(name);
  if (value == in.end() || value->is_null()) return std::nullopt;
  auto time = parse_rfc3339(value->get<std::string>());
  if (!time) throw std::runtime_error(time.error().message);
  return *time;
}

std::uint64_t number_from(const Json& in, const char* name) {
  auto value = in.find(name);
  return value == in.end() || value->is_null() ? 0 : value->get<std::uint64_t>();
}

std::unexpected<Error> damaged(const std::string& what) {
  return fail(ErrorCode::DataLoss, "A rollout in the store is not readable: " + what);
}

RolloutProgress::Target read_target_report(const Json& value, const std::string& path, JsonReader& outer) {
  RolloutProgress::Target target;
  JsonReader reader(value, path);
  target.instance_id = reader.required_string("instanceId");
  const std::string state = reader.required_string("state");
  const auto parsed = parse_target_state(state);
  if (!state.empty() && !parsed) {
    reader.add_fault("state", "must be Waiting, Updating, Succeeded, Failed, Reverted or Skipped");
  }
  target.state = parsed.value_or(TargetState::Waiting);
  if (const auto before = reader.optional_integer("revisionBefore", 0, INT64_MAX)) {
    target.revision_before = static_cast<std::uint64_t>(*before);
  }
  if (const auto after = reader.optional_integer("revisionAfter", 0, INT64_MAX)) {
    target.revision_after = static_cast<std::uint64_t>(*after);
  }
  target.reason = reader.optional_string("reason");
  // As it is shown, it may be sent back.
  static_cast<void>(reader.optional_any("wave"));
  reader.reject_unknown();
  outer.add_faults("", reader.faults());
  return target;
}

}  // namespace

Result<RolloutPlan> read_rollout_plan(const Json& body) {
  JsonReader reader(body);
  RolloutPlan plan;
  plan.name = reader.optional_string("name").value_or("");
  if (plan.name.size() > kMaxName) reader.add_fault("name", "must have at most " + std::to_string(kMaxName) + " bytes");
  read_targets(reader, plan);
  read_change(reader, plan);
  plan.strategy = reader.optional_string("strategy").value_or("");
  if (const Json* parameters = reader.optional_object("parameters")) plan.parameters = *parameters;
  read_waves(reader, plan);
  plan.max_failures = static_cast<std::size_t>(reader.optional_integer("maxFailures", 0, kMaxTargets).value_or(0));
  plan.revert_on_failure = reader.optional_boolean("revertOnFailure").value_or(true);
  reader.reject_unknown();
  if (Status ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return plan;
}

Result<RolloutProgress> read_rollout_progress(const Json& body) {
  JsonReader reader(body);
  RolloutProgress progress;
  if (const auto text = reader.optional_string("state")) {
    progress.state = parse_rollout_state(*text);
    if (!progress.state) reader.add_fault("state", "is not a state of a rollout");
  }
  if (const auto wave = reader.optional_integer("wave", 1, kMaxTargets)) {
    progress.wave = static_cast<std::size_t>(*wave);
  }
  progress.reason = reader.optional_string("reason").value_or("");
  if (const Json* targets = reader.optional_array("targets")) {
    for (std::size_t i = 0; i < targets->size(); ++i) {
      progress.targets.push_back(read_target_report((*targets)[i], "/targets/" + std::to_string(i), reader));
    }
  }
  reader.reject_unknown();
  if (Status ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return progress;
}

Json to_json(const Rollout& rollout) {
  Json out = head_json(rollout);
  Json& targets = out["targets"] = Json::array();
  for (const RolloutTarget& target : rollout.targets) targets.push_back(target_json(target));
  return out;
}

Json summary_json(const Rollout& rollout) {
  Json out = head_json(rollout);
  out["total"] = rollout.targets.size();
  Json& counts = out["counts"] = Json::object();
  for (const RolloutTarget& target : rollout.targets) {
    Json& count = counts[std::string(to_string(target.state))];
    count = count.is_null() ? 1 : count.get<std::size_t>() + 1;
  }
  return out;
}

std::string to_document(const Rollout& rollout) { return to_text(head_json(rollout)); }
std::string to_document(const RolloutTarget& target) { return to_text(target_json(target)); }

Result<Rollout> rollout_from_document(std::string_view body) {
  auto parsed = parse_json(body);
  if (!parsed) return damaged(parsed.error().message);
  try {
    const Json& in = *parsed;
    Json plan = Json::object();
    for (const char* name : {"name", "selector", "instances", "change", "strategy", "parameters", "maxUnavailable",
                             "waveSize", "waves", "pauseBetween", "manualPauses", "maxFailures", "revertOnFailure"}) {
      if (in.contains(name)) plan[name] = in[name];
    }
    auto read = read_rollout_plan(plan);
    if (!read) return damaged(read.error().message);
    Rollout rollout;
    rollout.plan = std::move(*read);
    rollout.id = in.at("id").get<std::string>();
    const auto state = parse_rollout_state(in.at("state").get<std::string>());
    if (!state) return damaged("unknown state");
    rollout.state = *state;
    rollout.wave = in.at("wave").get<std::size_t>();
    rollout.created_by = in.at("createdBy").get<std::string>();
    rollout.created_at = time_from(in, "createdAt").value_or(WallTime{});
    rollout.started_at = time_from(in, "startedAt");
    rollout.finished_at = time_from(in, "finishedAt");
    rollout.reason = in.at("reason").get<std::string>();
    rollout.version = in.at("version").get<std::uint64_t>();
    return rollout;
  } catch (const std::exception& error) {
    return damaged(error.what());
  }
}

Result<RolloutTarget> target_from_document(std::string_view body) {
  auto parsed = parse_json(body);
  if (!parsed) return damaged(parsed.error().message);
  try {
    const Json& in = *parsed;
    RolloutTarget target;
    target.instance_id = in.at("instanceId").get<std::string>();
    target.wave = in.at("wave").get<std::size_t>();
    const auto state = parse_target_state(in.at("state").get<std::string>());
    if (!state) return damaged("unknown state of a target");
    target.state = *state;
    target.revision_before = number_from(in, "revisionBefore");
    target.revision_after = number_from(in, "revisionAfter");
    target.reason = in.at("reason").get<std::string>();
    return target;
  } catch (const std::exception& error) {
    return damaged(error.what());
  }
}

}  // namespace draas::core
