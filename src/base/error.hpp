#pragma once
// What can go wrong, as a value. Every fallible function of the project returns Result<T>.
//
// Exceptions mean a bug or a broken library call; they are caught at the HTTP session, at the reconcile tick and in
// main, and nowhere else. Thread safety: plain values.

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace draas {

// The closed set of reasons. api/problem.cpp maps each to one HTTP status; the client maps back.
enum class ErrorCode {
  InvalidArgument,     // 400 malformed or out of range
  Unauthenticated,     // 401
  PermissionDenied,    // 403
  NotFound,            // 404
  NotAcceptable,       // 406
  Conflict,            // 409 the state forbids it, or a JSON Patch `test` failed
  AlreadyExists,       // 409
  PreconditionFailed,  // 412 stale ETag
  PayloadTooLarge,     // 413
  UnsupportedMedia,    // 415
  Unprocessable,       // 422 well-formed, but refers to what is not there
  TooManyRequests,     // 429
  ResourceExhausted,   // 503 a pool or limit of ours is used up
  Unavailable,         // 503 something we depend on does not answer
  DeadlineExceeded,    // 504
  Cancelled,           // 503 we are shutting down
  DataLoss,            // 500 stored data is damaged
  Internal,            // 500
};

std::string_view to_string(ErrorCode code);

// One faulty place in an input. `path` is an RFC 6901 JSON pointer into what the client sent ("" is the whole).
struct Fault {
  std::string path;
  std::string message;

  bool operator==(const Fault&) const = default;
};

struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;        // for the client: what went wrong, and the way out. Never a secret.
  std::vector<Fault> faults;  // for the client: every faulty place, when the input is at fault
  std::string internal;       // for the log only: system error text, paths of ours
  bool retryable = false;     // the same call may succeed later

  // Returns this error with "`context`: " before the message; the caller says what it was doing.
  Error with_context(std::string_view context) &&;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

// Shorthand: `return fail(ErrorCode::NotFound, "Instance 'x' not found");`
std::unexpected<Error> fail(ErrorCode code, std::string message);
std::unexpected<Error> fail(ErrorCode code, std::string message, std::vector<Fault> faults);

// An Unavailable/Internal error for a failed system call: "`what`: <strerror(errno_value)>".
std::unexpected<Error> fail_errno(std::string_view what, int errno_value);

}  // namespace draas
