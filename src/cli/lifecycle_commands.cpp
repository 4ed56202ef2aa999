// start, stop, restart, delete.

#include <algorithm>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/side_by_side.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kNamed = 10;
constexpr std::chrono::minutes kDeletePatience{2};

struct LifecycleOptions {
  TargetOptions targets;
  std::string verb;  // as in the path
  std::string wait = "1m";
  std::string platform;
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

// The control plane answers a start when it runs or has failed; what it says of a failure is in the instance.
Status judge(const std::string& verb, const std::string& id, const client::Reply& reply, std::string& message) {
  if (verb == "delete") {
    message = "Instance '" + id + "' deleted";
    return {};
  }
  message = field(reply.body, "message");
  const Json& instance = member(reply.body, "instance");
  const std::string status = field(instance, "status");
  if (verb != "stop" && status == "Error") {
    return fail(ErrorCode::Unprocessable, "Instance '" + id + "' could not start: " + field(instance, "errorMessage") +
                                              "; `draas logs " + id + "` may say more");
  }
  return {};
}

net::Task<Status> act_on(client::ApiClient& api, client::Call call, std::string verb, std::string id,
                         std::string& message) {
  auto reply = co_await api.send(std::move(call));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  co_return judge(verb, id, *reply, message);
}

std::string question(const LifecycleOptions& options, const std::vector<std::string>& ids) {
  const std::string word = options.verb == "delete" ? "Delete" : options.verb == "stop" ? "Stop" : "Restart";
  const std::string what = ids.size() == 1 ? "'" + ids.front() + "'" : std::to_string(ids.size()) + " instances";
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

Status act(Session& session, const LifecycleOptions& options) {
  if (Status named = require_targets(options.targets); !named) return named;
  const auto wait = read_span(options.wait, "--timeout");
  if (!wait) return std::unexpected(wait.error());
  auto chosen = choose_instances(session, options.targets);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  if (chosen->instances.empty()) return {};
  const std::vector<std::string> ids = ids_of(chosen->instances);
  if (Status sure = confirmed(session, options, ids); !sure) return sure;

  std::vector<std::string> messages(ids.size());
  Batch batch{.what = options.verb, .ids = ids, .work = {}};
  batch.work = [&](std::size_t i) {
    return act_on(chosen->connection->api(), call_for(options, ids[i], *wait), options.verb, ids[i], messages[i]);
  };
  const Outcomes outcomes = run_side_by_side(*chosen->connection, std::move(batch));
  for (const std::string& message : messages) {
    if (!message.empty()) session.print(message + "\n");
  }
  return summarise(session, outcomes);
}

std::shared_ptr<LifecycleOptions> add_verb(CLI::App& application, Session& session, const Description& description,
                                           CLI::App** command) {
  *command = add_command(application, description);
  auto options = when_chosen<LifecycleOptions>(*command, session, act);
  options->verb = description.name;
  add_target_options(*command, options->targets, Targets::Chosen);
  if (description.name != "delete") {
    (*command)
        ->add_option("--timeout", options->wait, "How long to wait for it, at most 5m; 0 = not at all")
        ->type_name("TIME")
        ->capture_default_str();
  }
  if (description.name != "start") (*command)->add_flag("-y,--yes", options->yes, "Do it without asking");
  return options;
}

}  // namespace

void add_lifecycle_commands(CLI::App& application, Session& session) {
  CLI::App* command = nullptr;
  add_verb(application, session,
           {"start", "Start instances", "Instances", "  draas start orders\n  draas start -l team=shop"}, &command);
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
