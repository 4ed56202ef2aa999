// Status: reports from monitoring daemons (R16), last known status (R17), recent changes (R18).

#include <algorithm>
#include <limits>

#include "api/context.hpp"
#include "api/event_query.hpp"
#include "api/instance_fields.hpp"
#include "api/request_body.hpp"
#include "base/json_reader.hpp"

namespace draas::api {
namespace {

constexpr std::size_t kMaxReports = 10'000;
constexpr std::uint64_t kMaxChanges = 10'000;
constexpr std::uint64_t kDefaultChanges = 1'000;
constexpr std::chrono::minutes kDefaultSince{5};

// --- R16 ------------------------------------------------------------------------------------------------------------

void require_text(JsonReader& reader, std::string_view key, std::string& out) {
  const auto faults = reader.faults().size();
  out = reader.required_string(key);
  if (out.empty() && reader.faults().size() == faults) reader.add_fault(key, "must not be empty");
}

Result<core::StatusReport> read_report(const Json& value) {
  JsonReader reader(value);
  core::StatusReport report;
  require_text(reader, "instanceId", report.instance_id);
  const auto faults = reader.faults().size();
  const auto status = read_status(reader, "status");
  if (!status && reader.faults().size() == faults) reader.add_fault("status", "missing");
  report.status = status.value_or(core::InstanceStatus::Created);
  require_text(reader, "source", report.source);
  if (auto metadata = reader.optional_string_map("metadata")) {
    for (auto& [name, text] : *metadata) report.metadata[name] = std::move(text);
  }
  if (const auto generation = reader.optional_integer("generation", 0, std::numeric_limits<std::int64_t>::max())) {
    report.generation = static_cast<std::uint64_t>(*generation);
  }
  reader.reject_unknown();
  if (auto ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return report;
}

Json rejection(std::size_t index, const std::string& instance_id, const Error& error) {
  Json errors = Json::array();
  for (const auto& fault : error.faults) {
    errors.push_back(Json{{"path", "/" + std::to_string(index) + fault.path}, {"message", fault.message}});
  }
  if (errors.empty()) errors.push_back(Json{{"path", "/" + std::to_string(index)}, {"message", error.message}});
  Json out;
  out["index"] = index;
  if (!instance_id.empty()) out["instanceId"] = instance_id;
  out["code"] = to_string(error.code);
  out["errors"] = std::move(errors);
  return out;
}

Response accepted(std::size_t count, Json rejected) {
  Json body;
  body["accepted"] = count;
  body["rejected"] = std::move(rejected);
  return Response::json(202, body);
}

Response all_malformed(const Json& rejected, const Request& request) {
  Error error{.code = ErrorCode::InvalidArgument, .message = "None of the reports is valid"};
  for (const auto& report : rejected) {
    for (const auto& fault : report["errors"]) {
      error.faults.push_back({fault["path"].get<std::string>(), fault["message"].get<std::string>()});
    }
  }
  return problem(error, request);
}

net::Task<Response> take_report(const Context& api, const Request& request, Json value) {
  auto report = read_report(value);
  if (!report) co_return problem(report.error(), request);
  auto actor = api.actor(request, report->source);
  const auto result = co_await api.core().report_status(std::move(*report), std::move(actor));
  if (!result) co_return problem(result.error(), request);
  co_return accepted(1, Json::array());
}

net::Task<Response> take_reports(const Context& api, const Request& request, Json values) {
  if (values.size() > kMaxReports) {
    const Error error{.code = ErrorCode::InvalidArgument,
                      .message = "At most " + std::to_string(kMaxReports) + " reports at once"};
    co_return problem(error, request);
  }
  std::vector<core::StatusReport> reports;
  std::vector<std::size_t> indexes;
  Json rejected = Json::array();
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto report = read_report(values[i]);
    if (report) {
      reports.push_back(std::move(*report));
      indexes.push_back(i);
    } else {
      rejected.push_back(rejection(i, "", report.error()));
    }
  }
  if (reports.empty() && !rejected.empty()) co_return all_malformed(rejected, request);
  std::size_t taken = 0;
  if (!reports.empty()) {
    std::vector<std::string> ids;
    for (const auto& report : reports) ids.push_back(report.instance_id);
    auto actor = api.actor(request, reports.front().source);
    const auto results = co_await api.core().report_statuses(std::move(reports), std::move(actor));
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i]) {
        ++taken;
      } else {
        rejected.push_back(rejection(indexes[i], ids[i], results[i].error()));
      }
    }
    std::sort(rejected.begin(), rejected.end(),
              [](const Json& left, const Json& right) { return left["index"] < right["index"]; });
  }
  co_return accepted(taken, std::move(rejected));
}

net::Task<Response> post_updates(const Context& api, const Request& request, const PathParameters&) {
  auto body = read_body(request);
  if (!body) co_return problem(body.error(), request);
  Json value = std::move(*body);
  if (value.is_array()) co_return co_await take_reports(api, request, std::move(value));
  co_return co_await take_report(api, request, std::move(value));
}

// --- R17 ------------------------------------------------------------------------------------------------------------

net::Task<Response> last_known(const Context& api, const Request& request, const PathParameters& path) {
  std::string id = path["instanceId"];
  const auto status = co_await api.core().last_known_status(std::move(id));
  if (!status) co_return problem(status.error(), request);
  co_return Response::json(200, *status);
}

// --- R18 ------------------------------------------------------------------------------------------------------------

struct ChangesQuery {
  core::EventFilter filter;
  std::string source;
  std::optional<Duration> wait;
};

Result<ChangesQuery> read_changes_query(const Context& api, const Request& request) {
  QueryReader query(request);
  ChangesQuery out;
  const auto after = query.integer("after", 0, UINT64_MAX);
  out.filter.after = after.value_or(0);
  out.filter.since = query.time("since");
  if (!out.filter.since && !after) {
    out.filter.since = std::chrono::time_point_cast<WallTime::duration>(system_clock().now() - kDefaultSince);
  }
  out.filter.statuses = query.statuses("statusFilter");
  out.filter.types = read_event_types(query);
  const bool all_types = query.boolean("allTypes").value_or(false);
  out.filter.status_changes_only = out.filter.types.empty() && !all_types;
  out.filter.instance_id = query.text("instanceId").value_or("");
  out.filter.limit = query.integer("limit", 1, kMaxChanges).value_or(kDefaultChanges);
  out.source = canonical_source(query.text("source").value_or(""));
  out.wait = query.duration("wait", api.options.max_wait);
  if (auto ok = query.finish(); !ok) return std::unexpected(std::move(ok.error()));
  return out;
}

void keep_source(std::vector<core::EventPtr>& events, const std::string& source) {
  if (source.empty()) return;
  std::erase_if(events, [&](const core::EventPtr& event) { return canonical_source(event->source) != source; });
}

// `known`: the newest sequence before looking, so that a client that goes on from it misses nothing.
Response changes_response(const std::vector<core::EventPtr>& events, std::uint64_t known) {
  std::string body = "[";
  for (const auto& event : events) {
    if (body.size() > 1) body += ',';
    body += *event->json;
    known = std::max(known, event->sequence);
  }
  body += ']';
  auto response = Response::json_text(200, std::move(body));
  response.headers.add("X-Last-Sequence", std::to_string(known));
  return response;
}

std::optional<Response> recent_changes_now(const Context& api, const Request& request, const PathParameters&) {
  auto query = read_changes_query(api, request);
  if (!query) return problem(query.error(), request);
  if (query->wait.value_or(Duration::zero()) > Duration::zero()) return std::nullopt;
  auto& bus = api.core().events();
  if (api.core().event_log().reaches_further(query->filter)) return std::nullopt;
  const auto known = bus.last_sequence();
  auto events = bus.recent(query->filter);
  keep_source(events, query->source);
  return changes_response(events, known);
}

net::Task<Response> recent_changes(const Context& api, const Request& request, const PathParameters&) {
  auto query = read_changes_query(api, request);
  if (!query) co_return problem(query.error(), request);
  auto& bus = api.core().events();
  const auto deadline = std::chrono::steady_clock::now() + query->wait.value_or(Duration::zero());
  const auto known = bus.last_sequence();
  core::EventFilter older = query->filter;
  auto stored = co_await api.core().event_log().recent(std::move(older));
  if (!stored) co_return problem(stored.error(), request);
  keep_source(*stored, query->source);
  if (!stored->empty()) co_return changes_response(*stored, known);
  query->filter.after = std::max(query->filter.after, known);
  std::vector<core::EventPtr> events;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    core::EventFilter filter = query->filter;
    events = co_await bus.wait_recent(std::move(filter), std::max(left, std::chrono::milliseconds(0)));
    if (events.empty()) break;
    const auto newest = events.back()->sequence;
    keep_source(events, query->source);
    if (!events.empty() || left <= std::chrono::milliseconds(0)) break;
    query->filter.after = std::max(query->filter.after, newest);
  }
  co_return changes_response(events, known);
}

}  // namespace

void add_status_api(RouteTable& table, const Context& context) {
  // R16
  table.add({.method = net::Method::Post,
             .path = "/api/status/updates",
             .permission = Permission::Report,
             .operation_id = "reportStatus",
             .summary = "Report what a monitoring daemon saw: one report, or an array of them",
             .tag = "Status",
             .body = BodySpec{.schema = "StatusReports"},
             .responses = {{.status = 202, .description = "Taken", .schema = "ReportsAccepted"}},
             .errors = {404},
             .handler = waiting(context, post_updates)});
  // R17
  table.add({.method = net::Method::Get,
             .path = "/api/status/{instanceId}/status",
             .permission = Permission::Read,
             .operation_id = "getLastKnownStatus",
             .summary = "The last known runtime status, without asking anyone",
             .tag = "Status",
             .responses = {{.status = 200, .description = "The runtime status", .schema = "RuntimeStatus"}},
             .errors = {404},
             .handler = waiting(context, last_known)});
  // R18
  table.add(
      {.method = net::Method::Get,
       .path = "/api/status/recent-changes",
       .permission = Permission::Read,
       .operation_id = "getRecentChanges",
       .summary = "Status changes, or events of other types, oldest first; with `wait` as soon as there is one",
       .tag = "Status",
       .query = {{"since", "From this time on (default: 5 minutes ago, unless `after` is given)", schema_time()},
                 {.name = "statusFilter",
                  .description = "Only changes to these statuses",
                  .schema = schema_string(),
                  .repeatable = true},
                 {.name = "types",
                  .description = "Events of these types: StatusChanged, InstanceCreated, Reconciled ... (default: "
                                 "StatusChanged alone)",
                  .schema = schema_string(),
                  .repeatable = true},
                 {"allTypes", "Events of all types, unless `types` names some", schema_boolean()},
                 {"instanceId", "Only of this instance", schema_string()},
                 {"source", "Only from this source", schema_string()},
                 {"after", "Only those with a greater sequence number", schema_integer(0, UINT64_MAX)},
                 {"limit", "At most so many, the newest ones (default 1000)", schema_integer(1, kMaxChanges)},
                 wait_parameter("If there is none, wait so long for one")},
       .responses = {{.status = 200,
                      .description = "Changes; `X-Last-Sequence` is what to give as `after` next",
                      .schema = "StatusChange[]",
                      .headers = {"X-Last-Sequence"}}},
       .quick = quick(context, recent_changes_now),
       .handler = waiting(context, recent_changes)});
  add_event_stream(table, context);
}

}  // namespace draas::api
