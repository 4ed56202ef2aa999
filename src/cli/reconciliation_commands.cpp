// drift, reconcile, pause, resume: instances and their reconciler.

#include <algorithm>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/reconciliation_output.hpp"
#include "cli/side_by_side.hpp"

namespace draas::cli {
namespace {

struct DriftOptions {
  TargetOptions targets;
  std::string output;
};

struct ReconcileOptions {
  TargetOptions targets;
  std::string strategy;
  std::string parameters;
  Duration timeout = std::chrono::minutes(5);
  std::string output;
  bool force = false;
  bool dry_run = false;
};

struct PauseOptions {
  TargetOptions targets;
  std::string reason;
};

constexpr std::chrono::seconds kOneWait{30};

net::Task<Status> look_at_drift(client::ApiClient& api, std::string id, Json& answer) {
  std::string path = reconciliation_path(id, "/drift");
  auto drift = co_await api.get(std::move(path));
  if (!drift) co_return std::unexpected(std::move(drift.error()).with_context("Instance '" + id + "'"));
  answer = std::move(*drift);
  co_return Status{};
}

void print_drift(Session& session, const Json& answer) {
  if (member(answer, "running") == Json(false)) {
    session.print(field(answer, "instanceId") + ": does not run, so there is nothing to compare (revision " +
                  field(answer, "revision") + ")\n");
    return;
  }
  const bool in_sync = member(answer, "inSync") == Json(true);
  session.print(field(answer, "instanceId") + ": " +
                (in_sync ? coloured("in sync", Colour::Green, session.colour())
                         : coloured("differs", Colour::Yellow, session.colour())) +
                " (revision " + field(answer, "revision") + ", runs " + field(answer, "appliedRevision") + ")\n");
  print_differences(session, member(answer, "differences"));
}

Status drift(Session& session, const DriftOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  auto chosen = choose_instances(session, options.targets);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  const std::vector<std::string> ids = ids_of(chosen->instances);
  std::vector<Json> answers(ids.size());
  Batch batch{.what = "looking", .ids = ids, .work = {}, .only_reads = true};
  batch.work = [&](std::size_t i) { return look_at_drift(chosen->connection->api(), ids[i], answers[i]); };
  const Outcomes outcomes = run_side_by_side(*chosen->connection, std::move(batch));
  Json all = Json::array();
  for (Json& answer : answers) {
    if (answer.is_null()) continue;
    if (member(answer, "inSync") != Json(true)) session.end_with(ExitCode::Differences);
    if (format->for_people()) print_drift(session, answer);
    all.push_back(std::move(answer));
  }
  if (!format->for_people() && !(all.empty() && ids.size() == 1)) {
    const bool single = ids.size() == 1 && all.size() == 1;
    if (Status printed = session.print(single ? all.front() : all, *format); !printed) return printed;
  }
  return summarise(session, outcomes);
}

Result<Json> request_body(const ReconcileOptions& options) {
  Json body = Json::object();
  if (!options.strategy.empty()) body["strategy"] = options.strategy;
  if (!options.parameters.empty()) {
    auto parameters = parse_json(options.parameters);
    if (!parameters || !parameters->is_object()) {
      return fail(ErrorCode::InvalidArgument, "--parameters: must be a JSON object such as {\"steps\": [10, 50]}");
    }
    body["parameters"] = std::move(*parameters);
  }
  if (options.force) body["force"] = true;
  if (options.dry_run) body["dryRun"] = true;
  return body;
}

// The answer, which may come long after the request.
net::Task<Result<Json>> ask_until_answered(client::ApiClient& api, client::Call call, SteadyTime deadline) {
  auto reply = co_await api.send(std::move(call));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  std::string request = field(reply->body, "requestId");
  while (reply->status == 202) {
    if (system_clock().steady_now() >= deadline) {
      co_return fail(ErrorCode::DeadlineExceeded,
                     "The reconciler has not answered yet; `draas audit` will show the outcome of request " + request);
    }
    client::Call next;
    next.target = "/api/reconciliation/requests/" + net::percent_encode(request) + "?wait=1s";
    reply = co_await api.send(std::move(next));
    if (!reply) co_return std::unexpected(std::move(reply.error()));
    if (const std::string id = field(reply->body, "requestId"); reply->status == 202 && !id.empty()) request = id;
  }
  co_return std::move(reply->body);
}

net::Task<Status> reconcile_one(client::ApiClient& api, std::string id, Json body, Duration timeout, Json& answer) {
  const auto wait = std::min<Duration>(timeout, kOneWait);
  client::Call call;
  call.method = net::Method::Post;
  call.target = reconciliation_path(id, "/reconcile?wait=" + to_text(wait));
  call.body = std::move(body);
  call.wait = wait;
  const SteadyTime deadline = system_clock().steady_now() + timeout;
  auto answered = co_await ask_until_answered(api, std::move(call), deadline);
  if (!answered) co_return std::unexpected(std::move(answered.error()));
  answer = std::move(*answered);
  co_return Status{};
}

Status show_answer(Session& session, const ReconcileOptions& options, const std::string& id, const Json& answer,
                   bool several) {
  if (!options.dry_run) return print_outcome(session, id, answer);
  if (several) session.print(id + ":\n");
  print_plan(session, answer);
  return {};
}

Status reconcile(Session& session, const ReconcileOptions& options) {
  if (Status named = require_targets(options.targets); !named) return named;
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  auto body = request_body(options);
  if (!body) return std::unexpected(std::move(body.error()));
  auto chosen = choose_instances(session, options.targets);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  const std::vector<std::string> ids = ids_of(chosen->instances);
  std::vector<Json> answers(ids.size());
  Batch batch{.what = "reconciling", .ids = ids, .work = {}};
  batch.work = [&](std::size_t i) {
    return reconcile_one(chosen->connection->api(), ids[i], *body, options.timeout, answers[i]);
  };
  Outcomes outcomes = run_side_by_side(*chosen->connection, std::move(batch));
  Json all = Json::array();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (answers[i].is_null()) continue;
    if (format->for_people()) outcomes.each[i] = show_answer(session, options, ids[i], answers[i], ids.size() > 1);
    all.push_back(std::move(answers[i]));
  }
  const bool single = options.targets.names.size() == 1;
  if (!format->for_people() && !(single && all.empty())) {
    if (Status printed = session.print(single ? all.front() : all, *format); !printed) return printed;
  }
  return summarise(session, outcomes);
}

// Only `paused` and its reason change; the rest of the policy stays.
net::Task<Result<std::string>> pause_one(client::ApiClient& api, std::string id, bool paused, std::string reason) {
  client::Call read;
  read.target = reconciliation_path(id, "/policy");
  auto view = co_await api.send(std::move(read));
  if (!view) co_return std::unexpected(std::move(view.error()));
  Json policy = member(view->body, "own").is_object() ? member(view->body, "own") : Json::object();
  // Not merely left out: the fleet's policy may say otherwise.
  policy["paused"] = paused;
  policy.erase("pauseReason");
  if (paused && !reason.empty()) policy["pauseReason"] = reason;
  client::Call write;
  write.method = net::Method::Put;
  write.target = reconciliation_path(id, "/policy");
  write.body = std::move(policy);
  write.if_match = view->etag;
  auto stored = co_await api.send(std::move(write));
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  co_return id + ": reconciliation " + (paused ? "paused" : "resumed");
}

Status set_paused(Session& session, const PauseOptions& options, bool paused) {
  if (Status named = require_targets(options.targets); !named) return named;
  auto chosen = choose_instances(session, options.targets);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  Telling telling{.what = paused ? "pausing" : "resuming", .ids = ids_of(chosen->instances), .work = {}};
  telling.work = [&, ids = telling.ids](std::size_t i) {
    return pause_one(chosen->connection->api(), ids[i], paused, options.reason);
  };
  return run_and_tell(session, *chosen->connection, std::move(telling));
}

Status pause(Session& session, const PauseOptions& options) { return set_paused(session, options, true); }
Status resume(Session& session, const PauseOptions& options) { return set_paused(session, options, false); }

}  // namespace

void add_reconciliation_commands(CLI::App& application, Session& session) {
  CLI::App* look = add_command(
      application, {"drift", "Show what differs between wanted and running; exit code 8 when something does", "Changes",
                    "  draas drift orders\n  draas drift -l team=shop -o json"});
  auto drift_options = when_chosen<DriftOptions>(look, session, drift);
  add_target_options(look, drift_options->targets, Targets::Filtered);
  add_output_option(look, drift_options->output);

  CLI::App* run = add_command(application, {"reconcile", "Bring what runs to what is wanted, now", "Changes",
                                            "  draas reconcile orders --dry-run\n"
                                            "  draas reconcile orders --strategy BlueGreen\n"
                                            "  draas reconcile orders --force\n"
                                            "  draas reconcile -l team=shop"});
  auto options = when_chosen<ReconcileOptions>(run, session, reconcile);
  add_target_options(run, options->targets, Targets::Chosen);
  run->add_option("--strategy", options->strategy, "Update, Restart, BlueGreen ... (default: as the policy says)")
      ->type_name("STRATEGY");
  run->add_option("--parameters", options->parameters, "Of the strategy")->type_name("JSON");
  run->add_flag("--dry-run", options->dry_run, "Only plan");
  run->add_flag("--force", options->force, "Also a revision that is held; lifts the hold");
  add_span_option(run, "--timeout", options->timeout, "How long to wait for the outcome");
  add_output_option(run, options->output);

  CLI::App* stop = add_command(application, {"pause", "Keep the reconciler off instances", "Changes",
                                             "  draas pause orders --reason 'incident 42'"});
  auto pause_options = when_chosen<PauseOptions>(stop, session, pause);
  add_target_options(stop, pause_options->targets, Targets::Chosen);
  stop->add_option("--reason", pause_options->reason, "Shown to others")->type_name("TEXT");

  CLI::App* go_on = add_command(
      application, {"resume", "Let the reconciler work on instances again", "Changes", "  draas resume orders"});
  auto resume_options = when_chosen<PauseOptions>(go_on, session, resume);
  add_target_options(go_on, resume_options->targets, Targets::Chosen);
}

}  // namespace draas::cli
