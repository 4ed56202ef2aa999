// Events as they happen, as server-sent events.

#include <algorithm>
#include <charconv>

#include "api/event_query.hpp"
#include "base/log.hpp"
#include "net/server_sent_events.hpp"

namespace draas::api {
namespace {

// How soon a stream notices that its client has gone or that the server drains.
constexpr std::chrono::milliseconds kLookInterval{1'000};
constexpr std::string_view kGreeting = "retry: 2000\n: connected\n\n";

struct StreamQuery {
  core::EventFilter filter;
  std::vector<core::EventType> types;  // empty = all
};

// For the bus, 0 means "from now on"; for clients it is what is before the first event.
void start_behind(core::EventFilter& filter, std::uint64_t sequence) {
  filter.after = sequence;
  if (sequence == 0) filter.since = WallTime{};
}

Result<StreamQuery> read_stream_query(const Context& api, const Request& request) {
  QueryReader query(request);
  StreamQuery out;
  out.filter.status_changes_only = false;
  out.filter.statuses = query.statuses("statusFilter");
  out.filter.instance_id = query.text("instanceId").value_or("");
  out.filter.after = api.core().events().last_sequence();
  if (const auto after = query.integer("after", 0, UINT64_MAX)) start_behind(out.filter, *after);
  out.types = read_event_types(query);
  if (auto ok = query.finish(); !ok) return std::unexpected(std::move(ok.error()));
  // A reconnecting EventSource repeats its first URL and adds this header, which is the newer one.
  if (const auto id = request.headers.get("Last-Event-ID"); !id.empty()) {
    std::uint64_t sequence = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), sequence);
    if (error != std::errc() || end != id.data() + id.size()) {
      return fail(ErrorCode::InvalidArgument, "Last-Event-ID: not a sequence number");
    }
    start_behind(out.filter, sequence);
  }
  return out;
}

// One event goes to all subscribers in a row, so each thread keeps what it has rendered last.
const std::string& wire_of(const core::EventPtr& event) {
  thread_local core::EventPtr rendered;
  thread_local std::string text;
  if (rendered != event) {
    net::ServerSentEvent out;
    out.id = std::to_string(event->sequence);
    out.event = core::to_string(event->type);
    out.data = *event->json;
    text = net::to_wire(out);
    rendered = event;
  }
  return text;
}

// Not even the store has what is told as missed.
std::string to_wire(const core::EventSubscription::Delivery& delivery, const std::vector<core::EventType>& types,
                    std::uint64_t first_available) {
  std::string text;
  if (delivery.missed > 0) {
    if (!delivery.events.empty()) first_available = delivery.events.front()->sequence;
    net::ServerSentEvent missed;
    missed.event = "missed";
    missed.data = to_text(Json{{"missed", delivery.missed}, {"firstAvailable", first_available}});
    text += net::to_wire(missed);
  }
  for (const auto& event : delivery.events) {
    if (!types.empty() && std::find(types.begin(), types.end(), event->type) == types.end()) continue;
    text += wire_of(event);
  }
  return text;
}

net::Task<void> send_events(const Context& api, std::shared_ptr<core::EventFollower> events,
                            std::vector<core::EventType> types, net::BodyWriter& writer) {
  auto sent = co_await writer.write(kGreeting);
  auto last_write = std::chrono::steady_clock::now();
  while (sent && !writer.closed()) {
    const auto delivery = co_await events->next(kLookInterval);
    if (!delivery) {
      // The client comes again by itself, with the last id that it has.
      write_log(LogLevel::Warn, "an event stream ended: the event log could not be read", delivery.error(), {});
      co_return;
    }
    if (delivery->closed) co_return;
    auto text = to_wire(*delivery, types, api.core().events().first_sequence());
    const auto now = std::chrono::steady_clock::now();
    if (text.empty() && now - last_write >= api.options.heartbeat_interval) text = net::to_wire_comment("heartbeat");
    if (text.empty()) continue;
    sent = co_await writer.write(text);
    last_write = now;
  }
}

Response open_stream(const Context& api, const Request& request, const PathParameters&) {
  auto query = read_stream_query(api, request);
  if (!query) return problem(query.error(), request);
  auto events =
      std::make_shared<core::EventFollower>(api.core().events(), api.core().event_log(), std::move(query->filter));
  Response response;
  response.headers.set("Content-Type", kEventStream);
  response.headers.set("X-Accel-Buffering", "no");
  response.body =
      net::StreamBody([&api, events, types = std::move(query->types)](net::BodyWriter& writer) -> net::Task<void> {
        return send_events(api, events, types, writer);
      });
  return response;
}

}  // namespace

std::vector<core::EventType> read_event_types(QueryReader& query) {
  std::vector<core::EventType> types;
  for (const auto& name : query.list("types")) {
    if (const auto type = core::parse_event_type(name)) {
      types.push_back(*type);
    } else {
      query.add_fault("types", "'" + name + "' is not an event type");
    }
  }
  return types;
}

std::string canonical_source(std::string name) {
  if (name == "ProcessMonitor") return "ProcessStatusMonitor";
  return name;
}

void add_event_stream(RouteTable& table, const Context& context) {
  table.add(
      {.method = net::Method::Get,
       .path = "/api/status/stream",
       .permission = Permission::Read,
       .operation_id = "streamEvents",
       .summary = "All events as they happen; resumes by Last-Event-ID; `missed` tells what the log has dropped",
       .tag = "Status",
       .query = {{"after", "Begin behind this sequence number (default: with the next event)",
                  schema_integer(0, UINT64_MAX)},
                 {"instanceId", "Only of this instance", schema_string()},
                 {.name = "statusFilter",
                  .description = "Only events with these statuses",
                  .schema = schema_string(),
                  .repeatable = true},
                 {.name = "types",
                  .description = "StatusChanged, PhaseChanged, InstanceCreated, TrafficSwitched, Reconciled ...",
                  .schema = schema_string(),
                  .repeatable = true}},
       .responses = {{.status = 200,
                      .description = "Server-sent events: `event` is the type, `id` the sequence, `data` the event",
                      .media_types = {kEventStream}}},
       .quick = quick(context, open_stream)});
}

}  // namespace draas::api
