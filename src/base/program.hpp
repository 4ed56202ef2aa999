#pragma once
// Runs a program of this machine to its end, with a limit of time and of output. Blocks; for threads that may.

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace draas {

struct ProgramCall {
  std::vector<std::string> words;                  // the program, found on PATH, and its arguments
  std::map<std::string, std::string> environment;  // beside the caller's own, before which it goes
  std::string input;                               // for its standard input
  bool merge_errors = true;                        // standard error goes into the output, else it is dropped
  std::size_t max_output = 64U << 10U;             // bytes; what comes after is read and dropped
  Duration limit{60'000};
};

struct ProgramOutput {
  int status = 0;  // exit code; 128 + the signal's number when a signal ended it
  std::string text;
};

// The program leads a process group of its own, all of which is killed when the limit is over (DeadlineExceeded) or
// when `stop` is requested (Cancelled). NotFound when there is no such program.
Result<ProgramOutput> run_program(const ProgramCall& call, const std::stop_token& stop = {});

}  // namespace draas
