// start, stop, restart, delete.

#include <algorithm>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"

namespace draas::cli {
namespace {

constexpr std::size_t kAtOnce = 8;

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

std::string question(const LifecycleOptions& options, const std::vector<std::string>& ids) {
  const std::string word = options.verb == "delete" ? "Delete" : options.verb == "stop" ? "Stop" : "Restart";
  const std::string what = ids.size() == 1 ? "'" + ids.front() + "'" : std::to_string(ids.size()) + " instances";
  const bool with_data = options.verb == "delete" && !options.keep_data;
  return word + " " + what + (with_data ? " with all data?" : "?");
}

// Asked before every deletion, and before many are stopped at once by a filter.
Status confirmed(const LifecycleOptions& options, const std::vector<std::string>& ids) {
  const bool by_filter = options.targets.names.empty();
  if (options.verb == "start" || (options.verb != "delete" && !by_filter)) return {};
  return confirm(question(options, ids), options.yes);
}

Status act(Session& session, const LifecycleOptions& options) {
  if (Status named = require_targets(options.targets); !named) return named;
  const auto wait = read_span(options.wait, "--timeout");
  if (!wait) return std::unexpected(wait.error());
  auto chosen = choose_instances(session, options.targets);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  if (chosen->instances.empty()) return {};
  std::vector<std::string> ids;
  for (const Json& instance : chosen->instances) ids.push_back(field(instance, "id"));
  if (Status sure = confirmed(options, ids); !sure) return sure;

  std::vector<Status> outcomes(ids.size());
  std::vector<std::string> messages(ids.size());
  std::vector<Connection::Work> works;
  Progress progress(options.verb, ids.size());
  std::size_t done = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    works.emplace_back([&, i]() -> net::Task<void> {
      client::Call call = call_for(options, ids[i], *wait);
      auto reply = co_await chosen->connection->api().send(std::move(call));
      outcomes[i] = reply ? judge(options.verb, ids[i], *reply, messages[i]) : std::unexpected(reply.error());
      progress.show(++done, ids[i]);
    });
  }
  const Status ended = chosen->connection->run_all(std::move(works), kAtOnce);
  progress.clear();
  std::size_t failed = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!messages[i].empty()) session.print(messages[i] + "\n");
    if (outcomes[i]) continue;
    ++failed;
    if (ids.size() > 1) session.report(outcomes[i].error());
  }
  if (!ended) {
    return fail(ErrorCode::Cancelled,
                "Interrupted: " + std::to_string(done) + " of " + std::to_string(ids.size()) + " instances are done");
  }
  if (failed == 0) return {};
  if (ids.size() == 1) return outcomes.front();
  return fail(ErrorCode::Unprocessable,
              std::to_string(failed) + " of " + std::to_string(ids.size()) + " instances failed");
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
