#include "client/api_client.hpp"

#include <array>
#include <utility>

namespace draas::client {
namespace {

using std::chrono::milliseconds;

// "urn:draas:problem:not-found" -> NotFound. The statuses alone do not tell Conflict from AlreadyExists.
constexpr std::size_t kMaxProblemBytes = 1U << 20U;
constexpr std::string_view kProblemPrefix = "urn:draas:problem:";

constexpr std::array<std::pair<int, ErrorCode>, 16> kByStatus{{{400, ErrorCode::InvalidArgument},
                                                               {401, ErrorCode::Unauthenticated},
                                                               {403, ErrorCode::PermissionDenied},
                                                               {404, ErrorCode::NotFound},
                                                               {406, ErrorCode::NotAcceptable},
                                                               {409, ErrorCode::Conflict},
                                                               {412, ErrorCode::PreconditionFailed},
                                                               {413, ErrorCode::PayloadTooLarge},
                                                               {415, ErrorCode::UnsupportedMedia},
                                                               {422, ErrorCode::Unprocessable},
                                                               {429, ErrorCode::TooManyRequests},
                                                               {500, ErrorCode::Internal},
                                                               {502, ErrorCode::Unavailable},
                                                               {503, ErrorCode::Unavailable},
                                                               {504, ErrorCode::DeadlineExceeded},
                                                               {408, ErrorCode::DeadlineExceeded}}};

ErrorCode code_of(int status, const std::string& type) {
  if (type == std::string(kProblemPrefix) + "already-exists") return ErrorCode::AlreadyExists;
  if (type == std::string(kProblemPrefix) + "resource-exhausted") return ErrorCode::ResourceExhausted;
  if (type == std::string(kProblemPrefix) + "cancelled") return ErrorCode::Cancelled;
  if (type == std::string(kProblemPrefix) + "data-loss") return ErrorCode::DataLoss;
  for (const auto& [known, code] : kByStatus) {
    if (known == status) return code;
  }
  return ErrorCode::Internal;
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Error to_error(int status, const std::string& body) {
  Error error;
  const Json problem = Json::parse(body, nullptr, false);
  error.code = code_of(status, text_of(problem, "type"));
  error.message = text_of(problem, "detail");
  if (error.message.empty()) error.message = text_of(problem, "title");
  if (error.message.empty()) error.message = "the control plane answered with status " + std::to_string(status);
  if (problem.is_object() && problem.contains("errors") && problem["errors"].is_array()) {
    for (const Json& fault : problem["errors"]) {
      std::string path = text_of(fault, "path");
      if (path.empty()) path = text_of(fault, "pointer");
      std::string message = text_of(fault, "message");
      if (message.empty()) message = text_of(fault, "detail");
      error.faults.push_back({std::move(path), std::move(message)});
    }
  }
  error.retryable = error.code == ErrorCode::Unavailable || error.code == ErrorCode::DeadlineExceeded ||
                    error.code == ErrorCode::TooManyRequests || error.code == ErrorCode::ResourceExhausted ||
                    error.code == ErrorCode::Cancelled;
  return error;
}

}  // namespace

ApiClient::ApiClient(net::HttpClient& http, ApiOptions options) : http_(http), options_(std::move(options)) {}

net::Task<Result<Reply>> ApiClient::send(Call call) {
  net::ClientRequest request;
  request.method = call.method;
  request.target = std::move(call.target);
  request.headers.set("Accept", "application/json, application/problem+json;q=0.9");
  if (!options_.api_key.empty()) request.headers.set("X-Api-Key", options_.api_key);
  if (!call.if_none_match.empty()) request.headers.set("If-None-Match", call.if_none_match);
  if (!call.if_match.empty()) request.headers.set("If-Match", call.if_match);
  if (!call.trace.empty()) request.headers.set("traceparent", call.trace);
  if (call.body) {
    request.headers.set("Content-Type", call.content_type.empty() ? "application/json" : call.content_type);
    request.body = to_text(*call.body);
  }
  net::Endpoint endpoint = options_.endpoint;
  auto response = co_await http_.send(std::move(endpoint), std::move(request), options_.timeout + call.wait);
  if (!response) {
    Error error = std::move(response.error()).with_context("The control plane at " + options_.endpoint.to_string());
    error.retryable = true;
    co_return std::unexpected(std::move(error));
  }
  const bool success = (response->status >= 200 && response->status < 300) || response->status == 304;
  if (!success) co_return std::unexpected(to_error(response->status, response->body));
  Reply reply;
  reply.status = response->status;
  reply.etag = response->headers.get("ETag");
  reply.location = response->headers.get("Location");
  reply.headers = std::move(response->headers);
  if (!response->body.empty()) {
    // Our own server's answers may be large (a fleet), so that the limits for strangers do not apply.
    reply.body = Json::parse(response->body, nullptr, false);
    if (reply.body.is_discarded()) {
      co_return fail(ErrorCode::Internal, "The control plane's answer is not JSON; is ControlPlaneUrl right?");
    }
  }
  co_return reply;
}

net::Task<Result<Json>> ApiClient::get(std::string target) {
  Call call;
  call.target = std::move(target);
  auto reply = co_await send(std::move(call));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  co_return std::move(reply->body);
}

net::Task<Result<Json>> ApiClient::post(std::string target, Json body, milliseconds wait) {
  Call call;
  call.method = net::Method::Post;
  call.target = std::move(target);
  call.body = std::move(body);
  call.wait = wait;
  auto reply = co_await send(std::move(call));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  co_return std::move(reply->body);
}

net::Task<Result<Json>> ApiClient::put(std::string target, Json body) {
  Call call;
  call.method = net::Method::Put;
  call.target = std::move(target);
  call.body = std::move(body);
  auto reply = co_await send(std::move(call));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  co_return std::move(reply->body);
}

net::Task<Status> ApiClient::remove(std::string target, milliseconds wait) {
  Call call;
  call.method = net::Method::Delete;
  call.target = std::move(target);
  call.wait = wait;
  auto reply = co_await send(std::move(call));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  co_return Status{};
}

net::Task<Result<std::unique_ptr<net::ResponseStream>>> ApiClient::open(std::string target, std::string accept) {
  net::ClientRequest request;
  request.target = std::move(target);
  request.headers.set("Accept", accept + ", application/problem+json;q=0.9");
  if (!options_.api_key.empty()) request.headers.set("X-Api-Key", options_.api_key);
  net::Endpoint endpoint = options_.endpoint;
  auto opened = co_await http_.open(std::move(endpoint), std::move(request), options_.timeout);
  if (!opened) {
    Error error = std::move(opened.error()).with_context("The control plane at " + options_.endpoint.to_string());
    error.retryable = true;
    co_return std::unexpected(std::move(error));
  }
  if ((*opened)->status() >= 200 && (*opened)->status() < 300) co_return std::move(*opened);
  std::string body;
  // All of it within the time-out: a peer that sends byte by byte holds nobody.
  const auto deadline = std::chrono::steady_clock::now() + options_.timeout;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left <= milliseconds::zero()) break;
    auto piece = co_await (*opened)->read(left);
    if (!piece || piece->empty() || body.size() > kMaxProblemBytes) break;
    body += *piece;
  }
  co_return std::unexpected(to_error((*opened)->status(), body));
}

net::Endpoint ApiClient::below(const std::string& path) const {
  net::Endpoint endpoint = options_.endpoint;
  endpoint.base_path += path;
  return endpoint;
}

std::string instance_path(const std::string& id, std::string_view rest) {
  return "/api/server/instances/" + net::percent_encode(id) + std::string(rest);
}

}  // namespace draas::client
