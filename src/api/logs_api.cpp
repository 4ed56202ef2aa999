// What an instance writes to stdout and stderr.

#include "api/context.hpp"
#include "api/query_reader.hpp"
#include "net/server_sent_events.hpp"
#include "net/text.hpp"

namespace draas::api {
namespace {

// How soon a followed log notices that its client has gone or that the server drains.
constexpr std::chrono::milliseconds kLookInterval{1'000};
constexpr std::uint64_t kMaxTail = 1'000'000;

// A reader belongs to the control loop: read and let go of there.
class RemoteReader {
 public:
  RemoteReader(core::ControlPlane& control_plane, std::unique_ptr<core::LogReader> reader)
      : executor_(control_plane.loop().executor()), reader_(std::move(reader)) {}
  RemoteReader(const RemoteReader&) = delete;
  RemoteReader& operator=(const RemoteReader&) = delete;
  ~RemoteReader() {
    net::asio::post(executor_, [reader = std::shared_ptr<core::LogReader>(std::move(reader_))] {});
  }

  net::Task<Result<std::optional<std::string>>> read(std::chrono::milliseconds wait) {
    std::function<net::Task<Result<std::optional<std::string>>>()> work = [reader = reader_.get(), wait] {
      return reader->read(wait);
    };
    co_return co_await net::run_on(executor_, std::move(work));
  }

 private:
  net::Executor executor_;
  std::unique_ptr<core::LogReader> reader_;
};

Result<core::LogQuery> read_log_query(const Request& request) {
  QueryReader query(request);
  core::LogQuery out;
  if (const auto tail = query.text("tail"); tail && net::equals_ignoring_case(*tail, "all")) {
    out.tail = SIZE_MAX;
  } else if (const auto lines = query.integer("tail", 0, kMaxTail)) {
    out.tail = *lines;
  }
  if (const auto since = query.text("since")) {
    // A span ("10m") counts back from now.
    if (const auto span = parse_duration(*since)) {
      out.since = std::chrono::time_point_cast<WallTime::duration>(system_clock().now() - *span);
    } else {
      out.since = query.time("since");
    }
    if (!query.text("tail")) out.tail = SIZE_MAX;
  }
  out.follow = query.boolean("follow").value_or(false);
  if (auto ok = query.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return out;
}

// Whole lines as one event each.
std::string as_events(std::string_view piece) {
  std::string text;
  while (!piece.empty()) {
    const auto end = piece.find('\n');
    net::ServerSentEvent event;
    event.data = piece.substr(0, end);
    if (event.data.ends_with('\r')) event.data.pop_back();
    text += net::to_wire(event);
    piece = end == std::string_view::npos ? std::string_view() : piece.substr(end + 1);
  }
  return text;
}

net::Task<void> send_log(const Context& api, std::shared_ptr<RemoteReader> reader, bool events,
                         net::BodyWriter& writer) {
  auto last_write = std::chrono::steady_clock::now();
  while (!writer.closed()) {
    const auto piece = co_await reader->read(kLookInterval);
    if (!piece || (*piece && (*piece)->empty())) co_return;
    const auto now = std::chrono::steady_clock::now();
    std::string text;
    if (*piece) {
      text = events ? as_events(**piece) : **piece;
    } else if (events && now - last_write >= api.options.heartbeat_interval) {
      text = net::to_wire_comment("heartbeat");
    }
    if (text.empty()) continue;
    const auto sent = co_await writer.write(text);
    if (!sent) co_return;
    last_write = now;
  }
}

net::Task<Response> get_logs(const Context& api, const Request& request, const PathParameters& path) {
  auto query = read_log_query(request);
  if (!query) co_return problem(query.error(), request);
  std::string id = path["instanceId"];
  auto opened = co_await api.core().logs(std::move(id), *query);
  if (!opened) co_return problem(opened.error(), request);
  const std::array<std::string_view, 2> offered{kText, kEventStream};
  const bool events = preferred_type(request, offered) == std::optional<std::size_t>(1);
  Response response;
  response.headers.set("Content-Type", events ? "text/event-stream" : "text/plain; charset=utf-8");
  response.headers.set("X-Accel-Buffering", "no");
  auto reader = std::make_shared<RemoteReader>(api.core(), std::move(*opened));
  response.body = net::StreamBody([&api, reader, events](net::BodyWriter& writer) -> net::Task<void> {
    return send_log(api, reader, events, writer);
  });
  co_return response;
}

}  // namespace

void add_logs_api(RouteTable& table, const Context& context) {
  table.add({.method = net::Method::Get,
             .path = "/api/server/instances/{instanceId}/logs",
             .permission = Permission::Read,
             .operation_id = "getLogs",
             .summary = "What the instance wrote to stdout and stderr",
             .tag = "Logs",
             .query = {{"tail", "The last so many lines, or `all` (default 100; all with `since`)", schema_string()},
                       {"since", "From this time on, or so long ago (`10m`)", schema_string()},
                       {"follow", "Go on with what is written from now on", schema_boolean()}},
             .responses = {{.status = 200,
                            .description = "Lines as they were written; as server-sent events one line each",
                            .media_types = {kText, kEventStream}}},
             .errors = {404},
             .handler = waiting(context, get_logs)});
}

}  // namespace draas::api
