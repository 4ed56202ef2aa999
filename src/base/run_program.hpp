#pragma once
// Runs a helper program to its end, bounded in time and output. Blocks: call it on a worker. Thread-safe.

#include <chrono>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace draas {

struct ProgramRequest {
  std::vector<std::string> arguments;    // argv; the first is looked up in PATH
  std::vector<std::string> environment;  // NAME=value, before our own
  std::string input;                     // its standard input, then the end
  bool join_errors = false;              // standard error goes into the output; else it is dropped
  std::chrono::milliseconds timeout{30'000};
  std::size_t max_output = 64U << 10U;  // what comes beyond is dropped
};

struct ProgramResult {
  int status = 0;  // exit status; -1 when a signal ended it
  std::string output;
};

// NotFound when there is no such program, DeadlineExceeded when it did not end in time and was killed.
Result<ProgramResult> run_program(ProgramRequest request);

}  // namespace draas
