#include "base/error.hpp"

#include <cerrno>
#include <system_error>

namespace draas {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return "InvalidArgument";
    case ErrorCode::Unauthenticated:
      return "Unauthenticated";
    case ErrorCode::PermissionDenied:
      return "PermissionDenied";
    case ErrorCode::NotFound:
      return "NotFound";
    case ErrorCode::NotAcceptable:
      return "NotAcceptable";
    case ErrorCode::Conflict:
      return "Conflict";
    case ErrorCode::AlreadyExists:
      return "AlreadyExists";
    case ErrorCode::PreconditionFailed:
      return "PreconditionFailed";
    case ErrorCode::PayloadTooLarge:
      return "PayloadTooLarge";
    case ErrorCode::UnsupportedMedia:
      return "UnsupportedMedia";
    case ErrorCode::Unprocessable:
      return "Unprocessable";
    case ErrorCode::TooManyRequests:
      return "TooManyRequests";
    case ErrorCode::ResourceExhausted:
      return "ResourceExhausted";
    case ErrorCode::Unavailable:
      return "Unavailable";
    case ErrorCode::DeadlineExceeded:
      return "DeadlineExceeded";
    case ErrorCode::Cancelled:
      return "Cancelled";
    case ErrorCode::DataLoss:
      return "DataLoss";
    case ErrorCode::Internal:
      return "Internal";
  }
  return "Internal";
}

Error Error::with_context(std::string_view context) && {
  message.insert(0, ": ");
  message.insert(0, context);
  return std::move(*this);
}

std::unexpected<Error> fail(ErrorCode code, std::string message) { return fail(code, std::move(message), {}); }

std::unexpected<Error> fail(ErrorCode code, std::string message, std::vector<Fault> faults) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  error.faults = std::move(faults);
  return std::unexpected(std::move(error));
}

std::unexpected<Error> fail_errno(std::string_view what, int errno_value) {
  Error error;
  // What the system may give back by itself is Unavailable; the rest points at a fault of ours or of the set-up.
  switch (errno_value) {
    case EAGAIN:
    case EINTR:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
    case ENOSPC:
    case EDQUOT:
    case EBUSY:
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
      error.code = ErrorCode::Unavailable;
      error.retryable = true;
      break;
    default:
      error.code = ErrorCode::Internal;
      break;
  }
  error.message.append(what).append(": ").append(std::generic_category().message(errno_value));
  return std::unexpected(std::move(error));
}

}  // namespace draas
