#include "api/problem.hpp"

#include "base/json.hpp"
#include "base/log.hpp"

namespace draas::api {
namespace {

// "NotFound" -> "not-found"
std::string kebab_case(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      if (!out.empty()) out += '-';
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view title_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return "The request is not valid";
    case ErrorCode::Unauthenticated:
      return "Authentication is required";
    case ErrorCode::PermissionDenied:
      return "Not allowed";
    case ErrorCode::NotFound:
      return "Not found";
    case ErrorCode::NotAcceptable:
      return "No acceptable media type";
    case ErrorCode::Conflict:
      return "The state of the resource forbids it";
    case ErrorCode::AlreadyExists:
      return "It exists already";
    case ErrorCode::PreconditionFailed:
      return "The resource has changed meanwhile";
    case ErrorCode::PayloadTooLarge:
      return "The body is too large";
    case ErrorCode::UnsupportedMedia:
      return "Unsupported media type";
    case ErrorCode::Unprocessable:
      return "The request cannot be processed as it stands";
    case ErrorCode::TooManyRequests:
      return "Too many requests";
    case ErrorCode::ResourceExhausted:
      return "A pool or limit is used up";
    case ErrorCode::Unavailable:
      return "Not available now";
    case ErrorCode::DeadlineExceeded:
      return "It took too long";
    case ErrorCode::Cancelled:
      return "The service is shutting down";
    case ErrorCode::DataLoss:
      return "Stored data is damaged";
    case ErrorCode::Internal:
      return "Internal error";
  }
  return "Error";
}

// The code that stands for a status by itself; others have no single reason.
std::optional<ErrorCode> code_of(int status) {
  switch (status) {
    case 400:
      return ErrorCode::InvalidArgument;
    case 404:
      return ErrorCode::NotFound;
    case 413:
      return ErrorCode::PayloadTooLarge;
    case 429:
      return ErrorCode::TooManyRequests;
    case 500:
      return ErrorCode::Internal;
    case 503:
      return ErrorCode::Unavailable;
    case 504:
      return ErrorCode::DeadlineExceeded;
    default:
      return std::nullopt;
  }
}

net::Response to_response(int status, const Json& body) {
  auto response = net::Response::json(status, body);
  response.headers.set("Content-Type", "application/problem+json");
  return response;
}

void add_request(Json& body, const net::Request* request) {
  if (request == nullptr) return;
  body["instance"] = request->path;
  body["requestId"] = request->request_id;
}

net::Response describe(const Error& error, const net::Request* request) {
  const int status = http_status(error.code);
  Json body;
  body["type"] = "urn:draas:problem:" + kebab_case(to_string(error.code));
  body["title"] = title_of(error.code);
  body["status"] = status;
  if (!error.message.empty()) body["detail"] = error.message;
  add_request(body, request);
  body["code"] = to_string(error.code);
  if (!error.faults.empty()) {
    auto& errors = body["errors"] = Json::array();
    for (const auto& fault : error.faults) {
      Json entry;
      entry["path"] = fault.path;
      entry["message"] = fault.message;
      errors.push_back(std::move(entry));
    }
  }
  auto response = to_response(status, body);
  if (status == 429 || (status == 503 && error.retryable)) response.headers.set("Retry-After", "1");
  return response;
}

}  // namespace

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return 400;
    case ErrorCode::Unauthenticated:
      return 401;
    case ErrorCode::PermissionDenied:
      return 403;
    case ErrorCode::NotFound:
      return 404;
    case ErrorCode::NotAcceptable:
      return 406;
    case ErrorCode::Conflict:
      return 409;
    case ErrorCode::AlreadyExists:
      return 409;
    case ErrorCode::PreconditionFailed:
      return 412;
    case ErrorCode::PayloadTooLarge:
      return 413;
    case ErrorCode::UnsupportedMedia:
      return 415;
    case ErrorCode::Unprocessable:
      return 422;
    case ErrorCode::TooManyRequests:
      return 429;
    case ErrorCode::ResourceExhausted:
      return 503;
    case ErrorCode::Unavailable:
      return 503;
    case ErrorCode::DeadlineExceeded:
      return 504;
    case ErrorCode::Cancelled:
      return 503;
    case ErrorCode::DataLoss:
      return 500;
    case ErrorCode::Internal:
      return 500;
  }
  return 500;
}

net::Response problem(const Error& error, const net::Request* request) {
  const int status = http_status(error.code);
  if (status >= 500 && log_enabled(LogLevel::Warn)) {
    write_log(status == 500 ? LogLevel::Error : LogLevel::Warn, "request failed", error,
              {{"requestId", request != nullptr ? request->request_id : std::string()},
               {"path", request != nullptr ? request->path : std::string()}});
  }
  return describe(error, request);
}

net::Response problem(int status, std::string_view detail, const net::Request* request) {
  if (const auto code = code_of(status)) {
    return describe(Error{.code = *code, .message = std::string(detail), .retryable = status == 503}, request);
  }
  Json body;
  body["type"] = "about:blank";
  body["title"] = net::reason_phrase(status);
  body["status"] = status;
  if (!detail.empty()) body["detail"] = detail;
  add_request(body, request);
  return to_response(status, body);
}

Error instance_not_found(std::string_view id) {
  Error error;
  error.code = ErrorCode::NotFound;
  error.message = "Instance '" + std::string(id) + "' not found";
  return error;
}

}  // namespace draas::api
