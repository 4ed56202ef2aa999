// events: what happened, and what happens.

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/event_feed.hpp"
#include "cli/times.hpp"

namespace draas::cli {
namespace {

constexpr std::chrono::seconds kLook{10};

struct EventsOptions {
  std::string instance;
  std::vector<std::string> types;
  std::optional<Duration> since;
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

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ",") + word;
  return all;
}

std::string recent_query(const EventsOptions& options) {
  std::string query = "/api/status/recent-changes?limit=" + std::to_string(options.limit);
  if (options.types.empty()) query += "&allTypes=true";
  if (!options.since) return query + "&after=0";
  const WallTime from = std::chrono::time_point_cast<WallTime::duration>(system_clock().now() - *options.since);
  return query + "&since=" + net::percent_encode(to_rfc3339(from));
}

// What happens behind `after`, until Ctrl-C.
Status follow(Session& session, Connection& connection, const std::string& filters, const OutputFormat& format,
              std::string after) {
  EventFeed feed(session, connection, filters, std::move(after));
  if (Status opened = feed.open(); !opened) return opened;
  for (;;) {
    auto events = feed.next(kLook);
    if (!events) return std::unexpected(std::move(events.error()));
    for (const net::ServerSentEvent& event : *events) {
      if (event.event == "missed") {
        session.warn("events were missed: " + event.data);
        continue;
      }
      const Json parsed = Json::parse(event.data, nullptr, false);
      if (!parsed.is_object()) continue;
      if (Status printed = show(session, parsed, format); !printed) return printed;
    }
  }
}

Status events(Session& session, const EventsOptions& options) {
  const auto format = parse_output_format(options.output);
  if (!format) return std::unexpected(format.error());
  auto connection = session.connect();
  if (!connection) return std::unexpected(std::move(connection.error()));
  std::string filters;
  if (!options.instance.empty()) {
    auto id = find_id_or_take(**connection, options.instance);
    if (!id) return std::unexpected(std::move(id.error()));
    filters += "&instanceId=" + net::percent_encode(*id);
  }
  if (!options.types.empty()) filters += "&types=" + net::percent_encode(joined(options.types));
  client::Call call;
  call.target = recent_query(options) + filters;
  auto recent = (*connection)->send(std::move(call));
  if (!recent) return std::unexpected(std::move(recent.error()));
  if (!options.follow && !format->for_people()) return session.print(recent->body, *format);
  for (const Json& event : recent->body) {
    if (Status printed = show(session, event, *format); !printed) return printed;
  }
  if (!options.follow) {
    if (recent->body.empty()) session.note("No events.");
    return {};
  }
  std::string after(recent->headers.get("X-Last-Sequence"));
  return follow(session, **connection, filters, *format, std::move(after));
}

}  // namespace

void add_events_command(CLI::App& application, Session& session) {
  CLI::App* command = add_command(application, {"events", "Show what happened to instances", "Observe",
                                                "  draas events --since 1h\n"
                                                "  draas events orders -f\n"
                                                "  draas events -f --types Reconciled,RolledBack -o json"});
  auto options = when_chosen<EventsOptions>(command, session, events);
  command->add_option("instance", options->instance, "Only of this one, also a deleted one")->type_name(kInstanceName);
  command->add_flag("-f,--follow", options->follow,
                    "Go on with what happens, also across a restart of the control plane");
  add_span_option(command, "--since", options->since, "So long ago at most");
  command->add_option("--limit", options->limit, "At most so many that happened already, the newest")
      ->type_name("NUMBER")
      ->check(whole_number(1, kMostRows))
      ->capture_default_str();
  command
      ->add_option("--types", options->types,
                   "Only these: StatusChanged, InstanceCreated, Reconciled ... (default: all)")
      ->type_name("TYPE")
      ->delimiter(',')
      ->allow_extra_args(false);
  add_output_option(command, options->output);
}

}  // namespace draas::cli
