#include "drasi/server_answer.hpp"

#include <algorithm>
#include <vector>

#include "drasi/config_value.hpp"
#include "drasi/configuration.hpp"

namespace draas::drasi {
namespace {

constexpr std::size_t kMaxQuoted = 500;

std::string shortened(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  if (text.size() <= kMaxQuoted) return std::string(text);
  return std::string(text.substr(0, kMaxQuoted)) + "...";
}

ErrorCode error_code(int status, std::string_view code, std::string_view message) {
  if (status == 404 || code.ends_with("_NOT_FOUND")) return ErrorCode::NotFound;
  if (code == "DUPLICATE_RESOURCE") return ErrorCode::AlreadyExists;
  if (status == 409) return ErrorCode::Conflict;
  if (status >= 400 && status < 500) return ErrorCode::InvalidArgument;
  // Routes below an unknown instance answer 500 where lists answer 404.
  if (code == "INTERNAL_ERROR" && message == "Instance not found") return ErrorCode::NotFound;
  if (status == 502 || status == 503 || status == 504) return ErrorCode::Unavailable;
  return ErrorCode::Internal;
}

std::unexpected<Error> read_error(int status, std::string_view body) {
  std::string code;
  std::string message;
  std::string technical;
  // Some routes answer in plain text.
  if (auto json = parse_json(body)) {
    if (const std::string* text = text_member(*json, "code")) code = *text;
    if (const std::string* text = text_member(*json, "message")) message = *text;
    if (const std::string* text = text_member(*json, "error"); message.empty() && text != nullptr) message = *text;
    if (const Json* details = member(*json, "details")) {
      if (const std::string* text = text_member(*details, "technical_details")) technical = *text;
    }
  } else {
    message = std::string(body);
  }
  Error error;
  error.code = error_code(status, code, message);
  error.message = "drasi-server answered " + std::to_string(status);
  if (!code.empty()) error.message += " " + shortened(code);
  if (!message.empty()) error.message += ": " + shortened(message);
  if (!technical.empty()) error.message += " (" + shortened(technical) + ")";
  error.retryable = error.code == ErrorCode::Unavailable || error.code == ErrorCode::Internal;
  return std::unexpected(std::move(error));
}

}  // namespace

std::string_view collection_name(ComponentKind kind) {
  switch (kind) {
    case ComponentKind::Source:
      return "sources";
    case ComponentKind::Query:
      return "queries";
    case ComponentKind::Reaction:
      return "reactions";
  }
  return "";
}

std::string_view to_string(LiveAction::Verb verb) {
  switch (verb) {
    case LiveAction::Verb::Delete:
      return "Delete";
    case LiveAction::Verb::Create:
      return "Create";
    case LiveAction::Verb::Update:
      return "Update";
    case LiveAction::Verb::Start:
      return "Start";
    case LiveAction::Verb::Stop:
      return "Stop";
  }
  return "";
}

Result<Json> read_answer(int status, std::string_view body) {
  if (status < 200 || status >= 300) return read_error(status, body);
  auto json = parse_json(body, JsonLimits{128, 5'000'000});
  if (!json) return std::unexpected(std::move(json.error()).with_context("drasi-server's answer"));
  const Json* success = member(*json, "success");
  if (success != nullptr && *success == Json(false)) {
    const std::string* message = text_member(*json, "error");
    return fail(ErrorCode::Internal,
                "drasi-server reports a failure: " + (message != nullptr ? shortened(*message) : "no reason"));
  }
  const Json* data = member(*json, "data");
  if (data == nullptr) return fail(ErrorCode::Internal, "drasi-server's answer has no 'data'");
  return *data;
}

Json snapshot_components(const Json& snapshot, ComponentKind kind) {
  Json result = Json::array();
  const Json* items = member(snapshot, collection_name(kind));
  if (items == nullptr || !items->is_array()) return result;
  for (const Json& item : *items) {
    const std::string* id = text_member(item, "id");
    if (id == nullptr || id->starts_with("__")) continue;
    Json component = Json::object();
    const std::string* type = text_member(item, kind == ComponentKind::Source ? "source_type" : "reaction_type");
    component["kind"] = type != nullptr ? *type : "";
    component["id"] = *id;
    if (const Json* queries = member(item, "queries"); kind == ComponentKind::Reaction && queries != nullptr) {
      component["queries"] = *queries;
    }
    if (const Json* starts = member(item, "auto_start")) component["autoStart"] = *starts;
    if (const Json* properties = member(item, "properties"); properties != nullptr && properties->is_object()) {
      for (const auto& [key, value] : properties->items()) {
        if (!component.contains(key)) append_member(component, key, value);
      }
    }
    if (const Json* status = member(item, "status")) component["status"] = *status;
    result.push_back(std::move(component));
  }
  return result;
}

Json full_query(const Json& item) {
  Json query = Json::object();
  if (const std::string* id = text_member(item, "id")) query["id"] = *id;
  if (const Json* config = member(item, "config"); config != nullptr && config->is_object()) {
    for (const auto& [key, value] : config->items()) query[key == "query" ? std::string("queryText") : key] = value;
  }
  for (std::string_view key : {"status", "error_message"}) {
    if (const Json* value = member(item, key)) query[key == "status" ? "status" : "errorMessage"] = *value;
  }
  return query;
}

net::ClientRequest make_request(const LiveAction& action) {
  net::ClientRequest request;
  request.target = "/api/v1/instances";
  if (action.kind) {
    request.target += "/" + net::percent_encode(action.library) + "/" + std::string(collection_name(*action.kind));
    if (action.verb != LiveAction::Verb::Create) request.target += "/" + net::percent_encode(action.id);
  }
  switch (action.verb) {
    case LiveAction::Verb::Delete:
      request.method = net::Method::Delete;
      break;
    case LiveAction::Verb::Update:
      request.method = net::Method::Put;
      break;
    case LiveAction::Verb::Create:
      request.method = net::Method::Post;
      break;
    case LiveAction::Verb::Start:
      request.method = net::Method::Post;
      request.target += "/start";
      break;
    case LiveAction::Verb::Stop:
      request.method = net::Method::Post;
      request.target += "/stop";
      break;
  }
  request.headers.set("Accept", "application/json");
  if (action.verb == LiveAction::Verb::Create || action.verb == LiveAction::Verb::Update) {
    request.headers.set("Content-Type", "application/json");
    request.body = to_text(action.body);
  }
  return request;
}

bool is_attachment_to(std::string_view reaction, std::string_view query) {
  constexpr std::size_t kUuid = 36;
  const std::string prefix = "__attach_" + std::string(query) + "_";
  return reaction.starts_with(prefix) && reaction.size() == prefix.size() + kUuid;
}

Settlement judge_failure(const LiveAction& action, const Error& failure, const std::optional<ComponentState>& now) {
  // The change is live; only drasi-server's own copy of the file is behind, and the file is not its own.
  const bool persisted_only = failure.message.find("PERSISTENCE_FAILED") != std::string::npos;
  const bool answer_lost = failure.code == ErrorCode::DeadlineExceeded || failure.code == ErrorCode::Unavailable ||
                           failure.code == ErrorCode::Cancelled;
  switch (action.verb) {
    case LiveAction::Verb::Delete:
      return now ? Settlement::Failed : Settlement::Done;
    case LiveAction::Verb::Create: {
      if (!now) return Settlement::Failed;
      if (persisted_only) return Settlement::Done;
      const bool broken = now->status == ComponentStatus::Error;
      if (!action.kind) return Settlement::Done;
      return answer_lost && !broken ? Settlement::Done : Settlement::Debris;
    }
    // Whether a swap took place cannot be seen; doing it again is harmless.
    case LiveAction::Verb::Update:
      return now && persisted_only ? Settlement::Done : Settlement::Failed;
    case LiveAction::Verb::Start: {
      const bool on = now && (now->status == ComponentStatus::Running || now->status == ComponentStatus::Starting);
      return on ? Settlement::Done : Settlement::Failed;
    }
    case LiveAction::Verb::Stop: {
      const bool off = now && (now->status == ComponentStatus::Stopped || now->status == ComponentStatus::Added);
      return off ? Settlement::Done : Settlement::Failed;
    }
  }
  return Settlement::Failed;
}

}  // namespace draas::drasi
