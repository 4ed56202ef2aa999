// get: instances, and what else there is to list.

#include <algorithm>
#include <map>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/instance_table.hpp"
#include "cli/times.hpp"

namespace draas::cli {
namespace {

struct GetOptions {
  TargetOptions targets;
  std::string output;
  std::string sort = "id";
  bool watch = false;
  bool no_header = false;
};

constexpr std::chrono::seconds kLookAgain{5};
constexpr std::chrono::milliseconds kGather{50};

void sort_by(std::vector<Json>& instances, const std::string& key) {
  const char* member_name = key == "age" ? "createdAt" : key == "restarts" ? "restartCount" : key.c_str();
  std::ranges::stable_sort(instances, [&](const Json& left, const Json& right) {
    return member(left, member_name) < member(right, member_name);
  });
}

Json as_output(std::vector<Json>& instances, const GetOptions& options) {
  if (options.targets.names.size() == 1) return instances.front();
  Json list = Json::array();
  for (Json& instance : instances) list.push_back(std::move(instance));
  return list;
}

Status show(Session& session, std::vector<Json> instances, const GetOptions& options, const OutputFormat& format,
            bool header) {
  if (!format.for_people()) return session.print(as_output(instances, options), format);
  const bool wide = format.kind == OutputFormat::Kind::Wide;
  session.print(instance_table(instances, wide, system_clock().now()), header);
  return {};
}

// Prints each instance again when something of it changes, until Ctrl-C.
Status watch(Session& session, Connection& connection, const GetOptions& options, const OutputFormat& format) {
  std::map<std::string, std::string> printed;
  bool header = !options.no_header;
  auto stream = connection.open("/api/status/stream", "text/event-stream");
  if (!stream) return std::unexpected(std::move(stream.error()));
  for (;;) {
    auto instances = find_instances(connection, options.targets);
    if (!instances) return std::unexpected(std::move(instances.error()));
    std::vector<Json> changed;
    std::map<std::string, std::string> now;
    for (Json& instance : *instances) {
      const std::string id = field(instance, "id");
      now[id] = to_text(instance);
      const auto before = printed.find(id);
      if (before == printed.end() || before->second != now[id]) changed.push_back(std::move(instance));
    }
    for (const auto& [id, text] : printed) {
      if (!now.contains(id) && format.for_people()) session.print(id + "  deleted\n");
    }
    printed = std::move(now);
    if (!changed.empty()) {
      if (Status shown = show(session, std::move(changed), options, format, header); !shown) return shown;
      header = false;
    }
    auto piece = (*stream)->read(kLookAgain);
    if (!piece || (*piece && (*piece)->empty())) {
      stream = connection.open("/api/status/stream", "text/event-stream");
      if (!stream) return std::unexpected(std::move(stream.error()));
      continue;
    }
    // What belongs together comes together.
    while (*piece && !(*piece)->empty()) {
      piece = (*stream)->read(kGather);
      if (!piece) break;
    }
  }
}

Status get(Session& session, const GetOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  if (options.watch) return watch(session, **connection, options, *format);
  auto instances = find_instances(**connection, options.targets);
  if (!instances) return std::unexpected(std::move(instances.error()));
  sort_by(*instances, options.sort);
  if (instances->empty() && format->for_people()) {
    const bool filtered = !list_query(options.targets).empty();
    session.note(filtered ? "No instances match."
                          : "There are no instances. `draas create` or `draas apply -f` make some.");
    return {};
  }
  return show(session, std::move(*instances), options, *format, !options.no_header);
}

}  // namespace

void add_get_command(CLI::App& application, Session& session) {
  CLI::App* command = add_command(application, {"get", "List instances", "Instances",
                                                "  draas get\n"
                                                "  draas get orders -o yaml\n"
                                                "  draas get -l team=shop --status Error -o wide\n"
                                                "  draas get -o 'jsonpath={[*].id}'"});
  command->alias("ls");
  auto options = when_chosen<GetOptions>(command, session, get);
  add_target_options(command, options->targets, Targets::Filtered);
  add_output_option(command, options->output);
  command->add_option("--sort", options->sort, "By id, name, status, age or restarts")
      ->check(CLI::IsMember({"id", "name", "status", "age", "restarts"}))
      ->type_name("COLUMN")
      ->capture_default_str();
  command->add_flag("-w,--watch", options->watch, "Go on with what changes");
  command->add_flag("--no-headers", options->no_header, "Rows alone");
}

}  // namespace draas::cli
