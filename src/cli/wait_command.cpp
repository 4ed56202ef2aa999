// wait --for: until instances are as a script needs them.

#include <algorithm>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/json_path.hpp"
#include "cli/waiting.hpp"
#include "net/text.hpp"

namespace draas::cli {
namespace {

struct WaitOptions {
  TargetOptions targets;
  std::string condition = "settled";
  Duration timeout = std::chrono::minutes(5);
};

Condition field_is(JsonPathTemplate path, std::string value) {
  return
      [path = std::move(path), value = std::move(value)](const std::string& id, const Json& instance) -> Result<bool> {
        if (instance.is_null()) return fail(ErrorCode::NotFound, "Instance '" + id + "' has been deleted");
        return path.evaluate(instance) == value;
      };
}

Condition field_named(const char* key, std::string value) {
  return [key, value = std::move(value)](const std::string& id, const Json& instance) -> Result<bool> {
    if (instance.is_null()) return fail(ErrorCode::NotFound, "Instance '" + id + "' has been deleted");
    return net::equals_ignoring_case(field(instance, key), value);
  };
}

// "settled", "deleted", "status=Running", "health=Healthy", "phase=...", "jsonpath={.restartCount}=3"
Result<Condition> parse_condition(const std::string& text) {
  if (text == "settled") return Condition(is_settled);
  if (text == "deleted" || text == "delete") {
    return Condition([](const std::string&, const Json& instance) -> Result<bool> { return instance.is_null(); });
  }
  for (const char* key : {"status", "health", "phase"}) {
    const std::string prefix = std::string(key) + "=";
    if (text.starts_with(prefix)) return field_named(key, text.substr(prefix.size()));
  }
  constexpr std::string_view kPath = "jsonpath=";
  if (text.starts_with(kPath)) {
    const std::size_t end = text.rfind('=');
    if (end >= kPath.size()) {
      auto path = JsonPathTemplate::parse(text.substr(kPath.size(), end - kPath.size()));
      if (!path) return std::unexpected(std::move(path.error()));
      return field_is(std::move(*path), text.substr(end + 1));
    }
  }
  return fail(ErrorCode::InvalidArgument,
              "--for: '" + text +
                  "' is not known; there are settled, deleted, status=STATUS, health=HEALTH, "
                  "phase=PHASE and jsonpath={EXPRESSION}=VALUE");
}

// `may_be_gone`: what is not there is taken for an id.
Result<std::vector<std::string>> find_ids(Connection& connection, const TargetOptions& targets, bool may_be_gone) {
  std::vector<std::string> ids;
  for (const std::string& name : targets.names) {
    auto id = may_be_gone ? find_id_or_take(connection, name) : find_id(connection, name);
    if (!id) return std::unexpected(std::move(id.error()));
    ids.push_back(std::move(*id));
  }
  if (!targets.names.empty()) return ids;
  auto instances = find_instances(connection, targets);
  if (!instances) return std::unexpected(std::move(instances.error()));
  return ids_of(*instances);
}

Status wait(Session& session, const WaitOptions& options) {
  if (Status chosen = require_targets(options.targets); !chosen) return chosen;
  auto condition = parse_condition(options.condition);
  if (!condition) return std::unexpected(std::move(condition.error()));
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  const bool for_end = options.condition.starts_with("delete");
  auto ids = find_ids(**connection, options.targets, for_end);
  if (!ids) return std::unexpected(std::move(ids.error()));
  if (ids->empty()) return for_end ? Status{} : fail(ErrorCode::NotFound, "No instances match");
  const Status met = wait_for(session, {.ids = *ids,
                                        .condition = std::move(*condition),
                                        .timeout = options.timeout,
                                        .what = options.condition,
                                        .settling = options.condition == "settled"});
  if (!met) return met;
  for (const std::string& id : *ids) session.print(id + ": " + options.condition + "\n");
  return {};
}

}  // namespace

void add_wait_command(CLI::App& application, Session& session) {
  CLI::App* command = add_command(application, {"wait", "Wait until instances are in a state", "Instances",
                                                "  draas wait orders --for status=Running --timeout 2m\n"
                                                "  draas wait -l team=shop --for settled\n"
                                                "  draas wait orders --for 'jsonpath={.restartCount}=0'"});
  auto options = when_chosen<WaitOptions>(command, session, wait);
  add_target_options(command, options->targets, Targets::Chosen);
  command
      ->add_option("--for", options->condition,
                   "settled, deleted, status=STATUS, health=HEALTH, phase=PHASE, jsonpath={EXPRESSION}=VALUE")
      ->type_name("CONDITION")
      ->capture_default_str();
  add_span_option(command, "--timeout", options->timeout, "How long to wait; then the exit code is 6");
}

}  // namespace draas::cli
