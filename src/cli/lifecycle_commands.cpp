// start, stop, restart, delete.

#include <algorithm>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/side_by_side.hpp"
#include "cli/waiting.hpp"
#include "cli/wording.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kNamed = 10;
constexpr std::chrono::minutes kDeletePatience{2};
constexpr std::chrono::minutes kPatience{1};
constexpr std::chrono::minutes kSettlePatience{5};
// The control plane keeps no request longer.
constexpr std::chrono::minutes kLongestRequest{5};

struct LifecycleOptions {
  TargetOptions targets;
  std::string verb;  // as in the path
  std::optional<Duration> timeout;
  std::string platform;
  bool wait = false;  // until they are settled
  bool yes = false;
  bool keep_data = false;
};

client::Call call_for(const LifecycleOptions& options, const std::string& id, Duration wait) {
  client::Call call;
  call.wait = wait;
  if (options.verb == "delete") {
    call.wait = kDeletePatience;
    call.method = net::Method::Delete;
    call.target = client::instance_path(id) + (options.keep_data ? "?keepData=true" : "");
    return call;
  }
  call.method = net::Method::Post;
  call.target = client::instance_path(id, "/" + options.verb) + "?wait=" + to_text(wait);
  if (!options.platform.empty()) call.target += "&platform=" + net::percent_encode(options.platform);
  return call;
}

// What is to be said. The control plane answers a start when it runs or has failed; what it says of a failure is in the
// instance.
Result<std::string> judge(const std::string& verb, const std::string& id, const client::Reply& reply) {
  if (verb == "delete") return "Instance '" + id + "' deleted";
  const Json& instance = member(reply.body, "instance");
  if (verb != "stop" && field(instance, "status") == "Error") {
    return fail(ErrorCode::Unprocessable, "Instance '" + id + "' could not start: " + field(instance, "errorMessage") +
                                              "; `draas logs " + id + "` may say more");
  }
  return field(reply.body, "message");
}

net::Task<Result<std::string>> act_on(client::ApiClient& api, client::Call call, std::string verb, std::string id) {
  auto reply = co_await api.send(std::move(call));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  co_return judge(verb, id, *reply);
}

std::string question(const LifecycleOptions& options, const std::vector<std::string>& ids) {
  const std::string word = options.verb == "delete" ? "Delete" : options.verb == "stop" ? "Stop" : "Restart";
  const std::string what = ids.size() == 1 ? "'" + ids.front() + "'" : counted(ids.size(), "instance");
  const std::string names = ids.size() == 1 ? "" : " (" + some_names(ids, kNamed) + ")";
  const bool with_data = options.verb == "delete" && !options.keep_data;
  return word + " " + what + names + (with_data ? " with all data?" : "?");
}

// Asked before every deletion, and before many are stopped at once by a filter.
Status confirmed(Session& session, const LifecycleOptions& options, const std::vector<std::string>& ids) {
  const bool by_filter = options.targets.names.empty();
  if (options.verb == "start" || (options.verb != "delete" && !by_filter)) return {};
  return confirm(session, question(options, ids), options.yes);
}

Status wait_for_all(Session& session, const std::vector<std::string>& ids, Duration timeout) {
  StoredRevisions none_stored;
  for (const std::string& id : ids) none_stored[id] = 0;
  return wait_until_settled(session, std::move(none_stored), timeout);
}

Status act(Session& session, const LifecycleOptions& options) {
  if (Status named = require_targets(options.targets); !named) return named;
  const Duration timeout = options.timeout.value_or(options.wait ? kSettlePatience : kPatience);
  if (!options.wait && timeout > kLongestRequest) {
    return fail(ErrorCode::InvalidArgument, "--timeout: at most 5m; with --wait it may be longer");
  }
  auto chosen = choose_instances(session, options.targets);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  if (chosen->instances.empty()) return {};
  const std::vector<std::string> ids = ids_of(chosen->instances);
  if (Status sure = confirmed(session, options, ids); !sure) return sure;

  const SteadyTime deadline = system_clock().steady_now() + timeout;
  const Duration of_request = options.wait ? std::min<Duration>(timeout, kPatience) : timeout;
  Telling telling{.what = options.verb, .ids = ids, .work = {}};
  telling.work = [&](std::size_t i) {
    return act_on(chosen->connection->api(), call_for(options, ids[i], of_request), options.verb, ids[i]);
  };
  const Status done = run_and_tell(session, *chosen->connection, std::move(telling));
  if (!done || !options.wait) return done;
  const auto left = std::chrono::duration_cast<Duration>(deadline - system_clock().steady_now());
  return wait_for_all(session, ids, std::max(left, Duration::zero()));
}

std::shared_ptr<LifecycleOptions> add_verb(CLI::App& application, Session& session, const Description& description,
                                           CLI::App** command) {
  *command = add_command(application, description);
  auto options = when_chosen<LifecycleOptions>(*command, session, act);
  options->verb = description.name;
  add_target_options(*command, options->targets, Targets::Chosen);
  if (description.name != "delete") {
    const std::string state = description.name == "stop" ? "have stopped" : "run with their newest configurations";
    (*command)->add_flag("--wait", options->wait, "Wait until they " + state);
    add_span_option(*command, "--timeout", options->timeout,
                    "How long to wait (default: 1m, with --wait 5m); without --wait at most 5m, 0 = not at all");
  }
  if (description.name != "start") (*command)->add_flag("-y,--yes", options->yes, "Do it without asking");
  return options;
}

}  // namespace

void add_lifecycle_commands(CLI::App& application, Session& session) {
  CLI::App* command = nullptr;
  add_verb(application, session,
           {"start", "Start instances", "Instances", "  draas start orders --wait\n  draas start -l team=shop"},
           &command);
  add_verb(application, session,
           {"stop", "Stop instances: SIGINT, after a time SIGKILL", "Instances",
            "  draas stop orders\n  draas stop --all --yes"},
           &command);
  auto restart = add_verb(application, session,
                          {"restart", "Stop instances and start them with their newest configurations", "Instances",
                           "  draas restart orders\n  draas restart orders --platform Docker"},
                          &command);
  command->add_option("--platform", restart->platform, "Where they run from now on")->type_name("PLATFORM");
  auto remove = add_verb(application, session,
                         {"delete", "Stop instances and delete them with their data", "Instances",
                          "  draas delete orders\n  draas delete -l env=test --yes"},
                         &command);
  command->add_flag("--keep-data", remove->keep_data, "Leave working directories and logs");
}

}  // namespace draas::cli
