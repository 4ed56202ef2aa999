// drift, reconcile, pause, resume: one instance and its reconciler.

#include <algorithm>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/reconciliation_output.hpp"

namespace draas::cli {
namespace {

struct DriftOptions {
  TargetOptions targets;
  std::string output;
};

struct ReconcileOptions {
  std::string instance;
  std::string strategy;
  std::string parameters;
  std::string timeout = "5m";
  std::string output;
  bool force = false;
  bool dry_run = false;
};

struct PauseOptions {
  TargetOptions targets;
  std::string reason;
};

constexpr std::chrono::seconds kOneWait{30};

Status drift(Session& session, const DriftOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  auto chosen = choose_instances(session, options.targets);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  Json all = Json::array();
  Progress progress("looking", chosen->instances.size());
  for (const Json& instance : chosen->instances) {
    const std::string id = field(instance, "id");
    auto answer = chosen->connection->get(reconciliation_path(id, "/drift"));
    if (!answer) return std::unexpected(std::move(answer.error()).with_context("Instance '" + id + "'"));
    if (member(*answer, "inSync") != Json(true)) session.end_with(ExitCode::Differences);
    all.push_back(std::move(*answer));
    progress.show(all.size(), id);
  }
  progress.clear();
  if (!format->for_people()) return session.print(all.size() == 1 ? all.front() : all, *format);
  for (const Json& answer : all) {
    const bool in_sync = member(answer, "inSync") == Json(true);
    session.print(field(answer, "instanceId") + ": " +
                  (in_sync ? coloured("in sync", Colour::Green, session.colour())
                           : coloured("differs", Colour::Yellow, session.colour())) +
                  " (revision " + field(answer, "revision") + ", runs " + field(answer, "appliedRevision") + ")\n");
    print_differences(session, member(answer, "differences"));
  }
  return {};
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
Result<Json> ask_until_answered(Connection& connection, client::Reply reply, SteadyTime deadline) {
  Progress progress("reconciling", 0);
  while (reply.status == 202) {
    if (system_clock().steady_now() >= deadline) {
      return fail(ErrorCode::DeadlineExceeded,
                  "The reconciler has not answered yet; `draas audit` will show the outcome of request " +
                      field(reply.body, "requestId"));
    }
    progress.show(0);
    client::Call call;
    call.target = "/api/reconciliation/requests/" + net::percent_encode(field(reply.body, "requestId")) + "?wait=1s";
    auto next = connection.send(std::move(call));
    if (!next) return std::unexpected(std::move(next.error()));
    Json request = std::move(reply.body);
    reply = std::move(*next);
    if (reply.status == 202 && !reply.body.contains("requestId")) reply.body = std::move(request);
  }
  return std::move(reply.body);
}

Status reconcile(Session& session, const ReconcileOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  const auto timeout = read_span(options.timeout, "--timeout");
  if (!timeout) return std::unexpected(timeout.error());
  auto body = request_body(options);
  if (!body) return std::unexpected(std::move(body.error()));
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto id = find_id(**connection, options.instance);
  if (!id) return std::unexpected(std::move(id.error()));
  const auto wait = std::min<Duration>(*timeout, kOneWait);
  client::Call call;
  call.method = net::Method::Post;
  call.target = reconciliation_path(*id, "/reconcile?wait=" + to_text(wait));
  call.body = std::move(*body);
  call.wait = wait;
  const SteadyTime deadline = system_clock().steady_now() + *timeout;
  auto reply = (*connection)->send(std::move(call));
  if (!reply) return std::unexpected(std::move(reply.error()));
  auto answer = ask_until_answered(**connection, std::move(*reply), deadline);
  if (!answer) return std::unexpected(std::move(answer.error()));
  if (!format->for_people()) return session.print(*answer, *format);
  if (options.dry_run) {
    print_plan(session, *answer);
    return {};
  }
  return print_outcome(session, *id, *answer);
}

// Only `paused` and its reason change; the rest of the policy stays.
Status set_paused(Session& session, const PauseOptions& options, bool paused) {
  if (Status named = require_targets(options.targets); !named) return named;
  auto chosen = choose_instances(session, options.targets);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  for (const Json& instance : chosen->instances) {
    const std::string id = field(instance, "id");
    const std::string path = reconciliation_path(id, "/policy");
    client::Call read;
    read.target = path;
    auto view = chosen->connection->send(std::move(read));
    if (!view) return std::unexpected(std::move(view.error()));
    Json policy = member(view->body, "own").is_object() ? member(view->body, "own") : Json::object();
    // Not merely left out: the fleet's policy may say otherwise.
    policy["paused"] = paused;
    policy.erase("pauseReason");
    if (paused && !options.reason.empty()) policy["pauseReason"] = options.reason;
    client::Call write;
    write.method = net::Method::Put;
    write.target = path;
    write.body = std::move(policy);
    write.if_match = view->etag;
    auto stored = chosen->connection->send(std::move(write));
    if (!stored) return std::unexpected(std::move(stored.error()));
    session.print(id + ": reconciliation " + (paused ? "paused" : "resumed") + "\n");
  }
  return {};
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
                                            "  draas reconcile orders --force"});
  auto options = when_chosen<ReconcileOptions>(run, session, reconcile);
  run->add_option("instance", options->instance, "Id or name")->required()->type_name(kInstanceName);
  run->add_option("--strategy", options->strategy, "Update, Restart, BlueGreen ... (default: as the policy says)")
      ->type_name("STRATEGY");
  run->add_option("--parameters", options->parameters, "Of the strategy")->type_name("JSON");
  run->add_flag("--dry-run", options->dry_run, "Only plan");
  run->add_flag("--force", options->force, "Also a revision that is held; lifts the hold");
  run->add_option("--timeout", options->timeout, "How long to wait for the outcome")
      ->type_name("TIME")
      ->capture_default_str();
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
