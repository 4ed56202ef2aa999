#include "cli/exit_code.hpp"

#include <array>

namespace draas::cli {

ExitCode exit_code_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::InvalidArgument:
      return ExitCode::Usage;
    case ErrorCode::NotFound:
      return ExitCode::NotFound;
    case ErrorCode::Conflict:
    case ErrorCode::AlreadyExists:
    case ErrorCode::PreconditionFailed:
      return ExitCode::Conflict;
    case ErrorCode::Unavailable:
      return ExitCode::Unreachable;
    case ErrorCode::DeadlineExceeded:
      return ExitCode::TimedOut;
    case ErrorCode::Unauthenticated:
    case ErrorCode::PermissionDenied:
      return ExitCode::NotAllowed;
    case ErrorCode::Cancelled:
      return ExitCode::Interrupted;
    default:
      return ExitCode::Failed;
  }
}

std::pair<const ExitCodeMeaning*, const ExitCodeMeaning*> exit_code_meanings() {
  static constexpr std::array<ExitCodeMeaning, 11> kMeanings{{
      {ExitCode::Ok, "done"},
      {ExitCode::Failed, "failed; also when only some of several instances failed"},
      {ExitCode::Usage, "the command line, or a file that it names, is not valid"},
      {ExitCode::NotFound, "no such instance, revision, rollout ..."},
      {ExitCode::Conflict, "the state forbids it, it exists already, or somebody else was faster"},
      {ExitCode::Unreachable, "no control plane answers, or it is not ready"},
      {ExitCode::TimedOut, "it did not happen in time"},
      {ExitCode::NotAllowed, "the key is missing or not good enough"},
      {ExitCode::Differences, "`diff` and `drift` found differences"},
      {ExitCode::Declined, "a question was answered with no, and nothing is changed"},
      {ExitCode::Interrupted, "interrupted by Ctrl-C"},
  }};
  return {kMeanings.data(), kMeanings.data() + kMeanings.size()};
}

}  // namespace draas::cli
