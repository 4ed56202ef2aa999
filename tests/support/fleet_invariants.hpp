#pragma once
// What must hold for every fleet once it has settled, whatever was killed before.

#include <string>

#include "support/footprint.hpp"
#include "support/server_process.hpp"

namespace draas::tests {

struct Expectation {
  bool failures = false;  // one that should run may have failed for good instead
  milliseconds limit{20'000};
};

// Everything is where the records say, and nothing else: what should run does, no orphan, no second workload, no port
// given out twice, no gap in a history, nothing left of a deleted instance. "" when it is so.
std::string violation(ServerProcess& server, const Look& look, bool failures = false);
// Fails the test when that does not come to be.
void expect_settles(ServerProcess& server, const Look& look, Expectation expectation = {});

}  // namespace draas::tests
