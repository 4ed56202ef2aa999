// describe: all that is known of an instance, for people.

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/resource_tables.hpp"
#include "cli/times.hpp"
#include "cli/wording.hpp"

namespace draas::cli {
namespace {

struct DescribeOptions {
  TargetOptions targets;
};

constexpr std::size_t kLabelWidth = 18;
constexpr const char* kNewestEvents = "&limit=10";

void line(std::string& out, const std::string& label, const std::string& value) {
  if (value.empty()) return;
  out += label + ":" + std::string(kLabelWidth - std::min(label.size() + 1, kLabelWidth - 1), ' ') + printable(value) +
         "\n";
}

std::string with_age(const Json& time) {
  if (!time.is_string()) return {};
  return local_time(time) + " (" + age_of(time, system_clock().now()) + " ago)";
}

std::string exit_text(const Json& last) {
  if (!last.is_object()) return {};
  std::string text = field(last, "reason");
  if (member(last, "outOfMemory") == Json(true)) text += ", out of memory";
  return text + ", " + with_age(member(last, "time"));
}

std::string summary(const Json& instance, const Json& runtime, bool colour) {
  std::string out;
  line(out, "Id", field(instance, "id"));
  line(out, "Name", field(instance, "name"));
  line(out, "Description", field(instance, "description"));
  out += "Status:           " + coloured(field(instance, "status"), status_colour(field(instance, "status")), colour) +
         " (phase " + field(instance, "phase") + ", health " + field(instance, "health") + ", wanted " +
         field(instance, "desiredState") + ")\n";
  line(out, "Message", field(instance, "errorMessage"));
  line(out, "Platform", field(instance, "platformType"));
  for (const char* key : {"processId", "containerId", "podName"}) line(out, label_of(key), field(runtime, key));
  line(out, "Address", field(instance, "address"));
  line(out, "Front port", field(instance, "frontPort"));
  line(out, "Started", with_age(member(runtime, "startedAt")));
  line(out, "Stopped", with_age(member(runtime, "stoppedAt")));
  line(out, "Last exit", exit_text(member(runtime, "lastExit")));
  line(out, "Restarts", field(instance, "restartCount"));
  line(out, "Next start", with_age(member(runtime, "nextStartAt")));
  line(out, "Restart policy", field(instance, "restartPolicy"));
  line(out, "Created", with_age(member(instance, "createdAt")));
  line(out, "Revision",
       field(instance, "configurationRevision") + " (runs: " + field(instance, "appliedRevision") + ")");
  const Json& held = member(instance, "held");
  if (held.is_object()) line(out, "Held", "revision " + field(held, "revision") + ": " + field(held, "reason"));
  const Json& usage = member(runtime, "usage");
  if (usage.is_object()) {
    line(out, "Usage",
         short_size(usage.value("memoryBytes", std::uint64_t{0})) + " of memory, " + field(usage, "cpuSeconds") +
             " s of CPU, " + counted(usage.value("threads", std::uint64_t{0}), "thread"));
  }
  line(out, "Limits", limits_text(member(instance, "limits")));
  return out;
}

std::string labels(const Json& instance) {
  const Json& metadata = member(instance, "metadata");
  if (!metadata.is_object() || metadata.empty()) return {};
  std::string out = "Labels:\n";
  for (const auto& [name, value] : metadata.items())
    out += "  " + printable(name + "=" + field(metadata, name.c_str())) + "\n";
  return out;
}

void print_components(Session& session, const Json& runtime) {
  const Json& components = member(runtime, "components");
  if (!components.is_array() || components.empty()) return;
  session.print("Components:\n");
  Table table({"  KIND", "ID", "STATUS", "MESSAGE"});
  for (const Json& component : components) {
    const std::string status = field(component, "status");
    table.add({"  " + field(component, "kind"),
               field(component, "id"),
               {status, status_colour(status)},
               field(component, "errorMessage")});
  }
  session.print(table);
}

// What is not there, or holds nothing, is left out.
bool is_said(const Json& value) { return !value.is_null() && !(value.is_structured() && value.empty()); }

std::string value_text(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return value.is_string() ? value.get<std::string>() : to_text(value);
}

void print_policy(Session& session, const Json& view) {
  const Json& effective = member(view, "effective");
  if (!effective.is_object() || effective.empty()) return;
  std::string out = "Reconciliation:\n";
  for (const auto& [key, value] : effective.items()) {
    if (!is_said(value)) continue;
    out += "  " + label_of(key) + ": " + printable(key == "windows" ? windows_of(effective) : value_text(value)) + "\n";
  }
  session.print(out);
}

void print_events(Session& session, const Json& events) {
  if (!events.is_array() || events.empty()) return;
  session.print("Events:\n");
  Table table({"  TIME", "EVENT", "SOURCE", "REASON"});
  for (const Json& event : events) {
    table.add({"  " + local_time(member(event, "timestamp")),
               field(event, "oldStatus") + " -> " + field(event, "newStatus"), field(event, "source"),
               field(member(event, "metadata"), "Reason")});
  }
  session.print(table);
}

Status describe_one(Session& session, Connection& connection, const Json& instance) {
  const std::string id = field(instance, "id");
  auto runtime = connection.get(client::instance_path(id, "/runtime-status"));
  if (!runtime) return std::unexpected(std::move(runtime.error()));
  auto policy = connection.get(reconciliation_path(id, "/policy"));
  if (!policy) return std::unexpected(std::move(policy.error()));
  auto events =
      connection.get("/api/status/recent-changes?after=0&instanceId=" + net::percent_encode(id) + kNewestEvents);
  if (!events) return std::unexpected(std::move(events.error()));
  session.print(summary(instance, *runtime, session.colour()));
  session.print(labels(instance));
  print_components(session, *runtime);
  print_policy(session, *policy);
  print_events(session, *events);
  return {};
}

Status describe(Session& session, const DescribeOptions& options) {
  if (Status named = require_targets(options.targets); !named) return named;
  auto chosen = choose_instances(session, options.targets);
  if (!chosen) return std::unexpected(std::move(chosen.error()));
  bool first = true;
  for (const Json& instance : chosen->instances) {
    if (!first) session.print("\n");
    first = false;
    if (Status told = describe_one(session, *chosen->connection, instance); !told) return told;
  }
  return {};
}

}  // namespace

void add_describe_command(CLI::App& application, Session& session) {
  CLI::App* command =
      add_command(application, {"describe", "Show all that is known of an instance", "Instances",
                                "  draas describe orders\n  draas describe -l team=shop --status Error"});
  auto options = when_chosen<DescribeOptions>(command, session, describe);
  add_target_options(command, options->targets, Targets::Chosen);
}

}  // namespace draas::cli
