// events: what happened, and what happens.

#include <algorithm>
#include <thread>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/times.hpp"
#include "net/server_sent_events.hpp"

namespace draas::cli {
namespace {

constexpr std::chrono::seconds kHeartbeatPatience{60};
// Before a stream that ended is opened again; doubled while nothing comes.
constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{5'000};

struct EventsOptions {
  std::string instance;
  std::vector<std::string> types;
  std::string since;
  std::string output;
  std::uint64_t limit = 100;
  bool follow = false;
};

std::string text_of(const Json& event, bool colour) {
  const std::string type = field(event, "type");
  const std::string status = field(event, "newStatus");
  std::string line = local_time(member(event, "timestamp")) + "  " + printable(field(event, "instanceId")) + "  ";
  line += coloured(type, Colour::Bold, colour);
  if (!status.empty()) {
    const std::string old = field(event, "oldStatus");
    if (!old.empty() && old != status) line += "  " + old + " ->";
    line += " " + coloured(status, status_colour(status), colour);
  }
  const Json& metadata = member(event, "metadata");
  if (metadata.is_object()) {
    for (const auto& [name, value] : metadata.items())
      line += "  " + printable(name + "=" + field(metadata, name.c_str()));
  }
  return line + "\n";
}

Status show(Session& session, const Json& event, const OutputFormat& format) {
  if (!format.for_people()) return session.print(event, format);
  session.print(text_of(event, session.colour()));
  return {};
}

std::string filters(const EventsOptions& options, const std::string& id) {
  std::string query;
  if (!id.empty()) query += "&instanceId=" + net::percent_encode(id);
  std::string types;
  for (const std::string& type : options.types) types += (types.empty() ? "" : ",") + type;
  if (!types.empty()) query += "&types=" + net::percent_encode(types);
  return query;
}

// Follows from `after` on, and comes back where it was when the connection is lost.
Status follow(Session& session, Connection& connection, const EventsOptions& options, const std::string& id,
              const OutputFormat& format, std::string after, bool until_quiet) {
  std::uint64_t shown = 0;
  std::chrono::milliseconds pause = kFirstPause;
  for (;;) {
    std::string target = "/api/status/stream?" + (after.empty() ? "" : "after=" + after) + filters(options, id);
    auto stream = connection.open(std::move(target), "text/event-stream");
    if (!stream) return std::unexpected(std::move(stream.error()));
    net::ServerSentEventParser parser;
    for (;;) {
      auto piece = (*stream)->read(until_quiet ? std::chrono::seconds(1) : kHeartbeatPatience);
      if (!piece || (*piece && (*piece)->empty())) break;
      if (!*piece) {
        if (until_quiet) return {};
        break;
      }
      pause = kFirstPause;
      for (const net::ServerSentEvent& event : parser.feed(**piece)) {
        if (event.event == "missed") {
          session.warn("events were missed: " + event.data);
          continue;
        }
        const Json parsed = Json::parse(event.data, nullptr, false);
        if (!parsed.is_object()) continue;
        if (Status printed = show(session, parsed, format); !printed) return printed;
        if (until_quiet && ++shown >= options.limit) return {};
      }
      if (!parser.last_event_id().empty()) after = parser.last_event_id();
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, kLongestPause);
  }
}

Status events(Session& session, const EventsOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  std::string id;
  if (!options.instance.empty()) {
    auto found = find_id(**connection, options.instance);
    if (!found) return std::unexpected(std::move(found.error()));
    id = std::move(*found);
  }
  const bool all_types = !options.types.empty();
  std::string query = "/api/status/recent-changes?limit=" + std::to_string(options.limit);
  if (options.since.empty()) {
    query += "&after=0";
  } else {
    const auto span = read_span(options.since, "--since");
    if (!span) return std::unexpected(span.error());
    const WallTime from = std::chrono::time_point_cast<WallTime::duration>(system_clock().now() - *span);
    query += "&since=" + net::percent_encode(to_rfc3339(from));
  }
  if (!id.empty()) query += "&instanceId=" + net::percent_encode(id);
  // Recent changes are changes of status; the other types are in the stream alone.
  if (all_types) return follow(session, **connection, options, id, *format, options.follow ? "" : "0", !options.follow);
  client::Call call;
  call.target = std::move(query);
  auto recent = (*connection)->send(std::move(call));
  if (!recent) return std::unexpected(std::move(recent.error()));
  std::string after;
  if (!options.follow && !format->for_people()) return session.print(recent->body, *format);
  for (const Json& event : recent->body) {
    after = field(event, "sequence");
    if (Status printed = show(session, event, *format); !printed) return printed;
  }
  if (!options.follow) {
    if (recent->body.empty()) session.note("No events.");
    return {};
  }
  return follow(session, **connection, options, id, *format, after, false);
}

}  // namespace

void add_events_command(CLI::App& application, Session& session) {
  CLI::App* command = add_command(application, {"events", "Show what happened to instances", "Observe",
                                                "  draas events --since 1h\n"
                                                "  draas events orders -f\n"
                                                "  draas events -f --types Reconciled,RolledBack -o json"});
  auto options = when_chosen<EventsOptions>(command, session, events);
  command->add_option("instance", options->instance, "Only of this one")->type_name(kInstanceName);
  command->add_flag("-f,--follow", options->follow, "Go on with what happens from now on");
  command->add_option("--since", options->since, "So long ago at most")->type_name("TIME");
  command->add_option("--limit", options->limit, "At most so many that happened already")
      ->type_name("NUMBER")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_option("--types", options->types, "StatusChanged, PhaseChanged, InstanceCreated, Reconciled ...")
      ->type_name("TYPE")
      ->delimiter(',')
      ->allow_extra_args(false);
  add_output_option(command, options->output);
}

}  // namespace draas::cli
