#pragma once
// With what the commands end. Documented in docs/cli.md; scripts rely on the numbers.

#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace draas::cli {

enum class ExitCode {
  Ok = 0,
  Failed = 1,
  Usage = 2,
  NotFound = 3,
  Conflict = 4,     // the state forbids it, or somebody else was faster
  Unreachable = 5,  // no control plane answered
  TimedOut = 6,
  NotAllowed = 7,
  Differences = 8,    // diff and drift: there are some
  Declined = 9,       // a question was answered with no
  Interrupted = 130,  // by Ctrl-C
};

ExitCode exit_code_of(const Error& error);

// What each stands for, in ascending order; for the reference.
struct ExitCodeMeaning {
  ExitCode code;
  std::string_view meaning;
};
std::pair<const ExitCodeMeaning*, const ExitCodeMeaning*> exit_code_meanings();

}  // namespace draas::cli
