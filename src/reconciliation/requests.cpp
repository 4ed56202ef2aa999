#include "reconciliation/requests.hpp"

#include <utility>

#include "base/log.hpp"
#include "reconciliation/json_fields.hpp"

namespace draas::reconciliation {
namespace {

// Statuses as the API gives them for the same errors.
int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return 400;
    case ErrorCode::NotFound:
      return 404;
    case ErrorCode::Conflict:
    case ErrorCode::AlreadyExists:
      return 409;
    case ErrorCode::PreconditionFailed:
      return 412;
    case ErrorCode::Unprocessable:
      return 422;
    case ErrorCode::DeadlineExceeded:
      return 504;
    case ErrorCode::Unavailable:
    case ErrorCode::ResourceExhausted:
    case ErrorCode::Cancelled:
      return 503;
    default:
      return 500;
  }
}

std::string configuration_path(const std::string& instance) {
  return "/api/configuration/instances/" + net::percent_encode(instance);
}

}  // namespace

Request parse_request(const Json& item) {
  Request request;
  request.id = text_field(item, "id");
  request.instance = text_field(item, "instanceId");
  const std::string kind = text_field(item, "kind");
  if (kind == "Plan") request.kind = Request::Kind::Plan;
  if (kind == "Reconcile") request.kind = Request::Kind::Reconcile;
  request.wish.strategy = text_field(item, "strategy");
  if (const Json* parameters = field(item, "parameters"); parameters != nullptr && parameters->is_object()) {
    request.wish.parameters = *parameters;
  }
  request.wish.force = flag_field(item, "force");
  request.dry_run = flag_field(item, "dryRun");
  if (const Json* change = field(item, "change")) request.change = *change;
  request.revision_before = number_field(item, "revisionBefore");
  request.rollout = flag_field(item, "rollout");
  return request;
}

net::Task<void> Requests::post_result(std::string request, int status, Json body) {
  std::string path = "/api/reconciliation/requests/" + net::percent_encode(request) + "/result";
  Json result{{"status", status}, {"body", std::move(body)}};
  const auto posted = co_await api_.post(std::move(path), std::move(result));
  if (!posted && posted.error().code != ErrorCode::NotFound) {
    write_log(LogLevel::Warn, "the answer to a request could not be given", posted.error(), {{"request", request}});
  }
}

net::Task<void> Requests::post_error(std::string request, Error error) {
  Json faults = Json::array();
  for (const Fault& fault : error.faults) faults.push_back(Json{{"path", fault.path}, {"message", fault.message}});
  Json body{{"detail", error.message}, {"errors", std::move(faults)}};
  co_await post_result(std::move(request), status_of(error.code), std::move(body));
}

net::Task<void> Requests::answer_question(Request request) {
  std::string instance = request.instance;
  Wish wish = request.wish;
  Result<Json> answer;
  if (request.kind == Request::Kind::Drift) {
    answer = co_await reconciler_.drift(std::move(instance));
  } else {
    answer = co_await reconciler_.plan(std::move(instance), std::move(wish));
  }
  if (answer) {
    co_await post_result(request.id, 200, std::move(*answer));
  } else {
    co_await post_error(request.id, std::move(answer.error()));
  }
}

// A rollout's change belongs to the same run as its reconciliation, so that no other strategy takes it up in between.
net::Task<Status> Requests::make_change(const Request& request) {
  std::string id = request.instance;
  const auto state = co_await reconciler_.state_of(std::move(id));
  if (!state) co_return std::unexpected(state.error());
  if (request.revision_before != 0 && state->revision != request.revision_before) co_return Status{};
  client::Call call;
  call.target = configuration_path(request.instance);
  call.method = net::Method::Patch;
  if (const Json* patch = field(request.change, "patch")) {
    call.body = *patch;
    call.content_type = "application/json-patch+json";
  } else if (const Json* merge = field(request.change, "mergePatch")) {
    call.body = *merge;
    call.content_type = "application/merge-patch+json";
  } else if (const Json* whole = field(request.change, "configuration")) {
    call.body = *whole;
    call.method = net::Method::Put;
  } else if (const std::uint64_t revision = number_field(request.change, "rollbackTo"); revision != 0) {
    call.target += "/rollback";
    call.method = net::Method::Post;
    call.body = Json{{"revision", revision}};
  } else {
    co_return Status{};
  }
  const auto changed = co_await api_.send(std::move(call));
  if (!changed) co_return std::unexpected(changed.error());
  co_return Status{};
}

net::Task<Report> Requests::reconcile(Request request) {
  if (request.change.is_object()) {
    const Status changed = co_await make_change(request);
    if (!changed) {
      const Error& error = changed.error();
      co_await post_error(request.id, error);
      co_return Report{.kind = Report::Kind::Skipped, .reason = error.message};
    }
  }
  const Trigger trigger = request.rollout ? Trigger::Rollout : Trigger::Request;
  std::string instance = request.instance;
  std::string rid = request.id;
  Wish wish = request.wish;
  Report report = co_await reconciler_.reconcile(std::move(instance), trigger, std::move(wish), std::move(rid));
  Json body = report.entry.is_object() ? report.entry : Json::object();
  body["instanceId"] = request.instance;
  body["result"] = to_string(report.kind);
  body["reason"] = report.reason;
  if (report.revision != 0) body["revision"] = report.revision;
  co_await post_result(request.id, 200, std::move(body));
  co_return report;
}

}  // namespace draas::reconciliation
