// One operation on many instances.

#include <algorithm>

#include <boost/asio/redirect_error.hpp>

#include "api/context.hpp"
#include "api/list_filter.hpp"
#include "api/query_reader.hpp"
#include "api/request_body.hpp"
#include "base/json_reader.hpp"

namespace draas::api {
namespace {

using BulkOperation = core::ControlPlane::BulkOperation;
constexpr std::size_t kMaxIds = 1'000;

struct BulkRequest {
  core::ListFilter filter;
  std::vector<std::string> ids;  // when given, the filter is not used
};

std::string_view to_string(BulkOperation operation) {
  switch (operation) {
    case BulkOperation::Start:
      return "start";
    case BulkOperation::Stop:
      return "stop";
    case BulkOperation::Restart:
      return "restart";
    case BulkOperation::Delete:
      return "delete";
  }
  return "";
}

void join(core::ListFilter& filter, core::ListFilter from_query) {
  if (filter.selector.empty()) filter.selector = std::move(from_query.selector);
  if (filter.statuses.empty()) filter.statuses = std::move(from_query.statuses);
  if (filter.platform.empty()) filter.platform = std::move(from_query.platform);
  if (filter.name.empty()) filter.name = std::move(from_query.name);
}

Result<BulkRequest> read_bulk(const Request& request) {
  auto body = read_optional_body(request);
  if (!body) return std::unexpected(std::move(body.error()));
  const Json fields = body->value_or(Json::object());
  JsonReader reader(fields);
  BulkRequest bulk;
  bulk.filter = read_list_filter(reader);
  bool all = reader.optional_boolean("all").value_or(false);
  const auto ids = reader.optional_strings("ids");
  if (ids) {
    bulk.ids = *ids;
    std::sort(bulk.ids.begin(), bulk.ids.end());
    bulk.ids.erase(std::unique(bulk.ids.begin(), bulk.ids.end()), bulk.ids.end());
    if (bulk.ids.size() > kMaxIds) reader.add_fault("ids", "at most " + std::to_string(kMaxIds) + " at once");
  }
  reader.reject_unknown();
  if (auto ok = reader.finish(); !ok) return std::unexpected(std::move(ok.error()));
  QueryReader query(request);
  join(bulk.filter, read_list_filter(query));
  all = all || query.boolean("all").value_or(false);
  if (auto ok = query.finish(); !ok) return std::unexpected(std::move(ok.error()));
  if (ids && (all || !bulk.filter.empty())) {
    return fail(ErrorCode::InvalidArgument, "Give either ids or a filter, not both",
                {{"/ids", "together with a filter"}});
  }
  if (!ids && !all && bulk.filter.empty()) {
    return fail(ErrorCode::InvalidArgument,
                "Which instances? Give selector, status, platform, name or ids; {\"all\": true} means every instance",
                {{"/selector", "missing"}});
  }
  if (all && !bulk.filter.empty()) {
    return fail(ErrorCode::InvalidArgument, "Give either a filter or \"all\", not both",
                {{"/all", "together with a filter"}});
  }
  return bulk;
}

template <class T>
Status without_value(Result<T> result) {
  if (!result) return std::unexpected(std::move(result.error()));
  return {};
}

net::Task<Status> operate(const Context& api, BulkOperation operation, std::string id, core::Actor actor) {
  if (operation == BulkOperation::Delete) {
    std::optional<std::string> condition;
    co_return co_await api.core().remove(std::move(id), false, std::move(condition), std::move(actor));
  }
  if (operation == BulkOperation::Stop) {
    const auto wait = std::chrono::milliseconds(api.options.default_stop_wait);
    auto stopped = co_await api.core().stop(std::move(id), wait, std::move(actor));
    co_return without_value(std::move(stopped));
  }
  core::StartOptions options;
  if (operation == BulkOperation::Start) {
    auto started = co_await api.core().start(std::move(id), std::move(options), std::move(actor));
    co_return without_value(std::move(started));
  }
  auto restarted = co_await api.core().restart(std::move(id), std::move(options), std::move(actor));
  co_return without_value(std::move(restarted));
}

// Counts down operations that run side by side on one loop; the caller waits for all of them.
struct Gathering {
  explicit Gathering(const net::Executor& executor) : all_done(executor) {}
  std::vector<core::BulkItem> items;
  std::size_t remaining = 0;
  net::Timer all_done;
};

net::Task<std::vector<core::BulkItem>> operate_on_ids(const Context& api, BulkOperation operation,
                                                      std::vector<std::string> ids, core::Actor actor) {
  const auto executor = co_await net::asio::this_coro::executor;
  auto gathering = std::make_shared<Gathering>(executor);
  gathering->remaining = ids.size();
  gathering->items.resize(ids.size());
  gathering->all_done.expires_at(net::Timer::time_point::max());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    gathering->items[i].id = ids[i];
    auto task = operate(api, operation, ids[i], actor);
    auto done = [gathering, i](const std::exception_ptr& failure, Status status) {
      gathering->items[i].status =
          failure ? Status(fail(ErrorCode::Internal, "The operation failed")) : std::move(status);
      if (--gathering->remaining == 0) gathering->all_done.cancel();
    };
    net::asio::co_spawn(executor, std::move(task), std::move(done));
  }
  if (gathering->remaining > 0) {
    boost::system::error_code cancelled;
    auto token = net::asio::redirect_error(net::use_task, cancelled);
    co_await gathering->all_done.async_wait(token);
  }
  co_return std::move(gathering->items);
}

Json to_json(BulkOperation operation, const std::vector<core::BulkItem>& items) {
  Json results = Json::array();
  std::size_t failed = 0;
  for (const auto& item : items) {
    Json entry;
    entry["id"] = item.id;
    entry["ok"] = item.status.has_value();
    if (!item.status) {
      ++failed;
      entry["error"] = {{"code", draas::to_string(item.status.error().code)},
                        {"status", http_status(item.status.error().code)},
                        {"detail", item.status.error().message}};
    }
    results.push_back(std::move(entry));
  }
  Json body;
  body["operation"] = to_string(operation);
  body["matched"] = items.size();
  body["succeeded"] = items.size() - failed;
  body["failed"] = failed;
  body["results"] = std::move(results);
  return body;
}

net::Task<Response> bulk(const Context& api, const Request& request, BulkOperation operation) {
  auto wanted = read_bulk(request);
  if (!wanted) co_return problem(wanted.error(), request);
  auto actor = api.actor(request);
  std::vector<core::BulkItem> items;
  if (wanted->ids.empty()) {
    items = co_await api.core().bulk(operation, std::move(wanted->filter), std::move(actor));
  } else {
    items = co_await operate_on_ids(api, operation, std::move(wanted->ids), std::move(actor));
  }
  co_return Response::json(200, to_json(operation, items));
}

template <BulkOperation operation>
net::Task<Response> bulk_handler(const Context& api, const Request& request, const PathParameters&) {
  return bulk(api, request, operation);
}

void add_bulk(RouteTable& table, BulkOperation operation, Permission permission, std::string operation_id,
              net::AsyncHandler handler) {
  auto query = list_filter_parameters();
  query.push_back({"all", "Every instance, when there is no filter", schema_boolean()});
  const std::string verb(to_string(operation));
  table.add({.method = net::Method::Post,
             .path = "/api/server/instances:" + verb,
             .permission = permission,
             .operation_id = std::move(operation_id),
             .summary = "For all instances that match: " + verb,
             .tag = "Bulk",
             .query = std::move(query),
             .body = BodySpec{.schema = "BulkRequest", .required = false},
             .responses = {{.status = 200,
                            .description = "What became of each",
                            .schema = "BulkResult",
                            .headers = {"Idempotency-Replayed"}}},
             .replayable = true,
             .handler = std::move(handler)});
}

}  // namespace

void add_bulk_api(RouteTable& table, const Context& context) {
  // POST /api/server/instances:start, :stop, :restart, :delete
  add_bulk(table, BulkOperation::Start, Permission::Operate, "startInstances",
           waiting(context, bulk_handler<BulkOperation::Start>));
  add_bulk(table, BulkOperation::Stop, Permission::Operate, "stopInstances",
           waiting(context, bulk_handler<BulkOperation::Stop>));
  add_bulk(table, BulkOperation::Restart, Permission::Operate, "restartInstances",
           waiting(context, bulk_handler<BulkOperation::Restart>));
  add_bulk(table, BulkOperation::Delete, Permission::Administer, "deleteInstances",
           waiting(context, bulk_handler<BulkOperation::Delete>));
}

}  // namespace draas::api
