#pragma once
// What must hold for every fleet once it has settled, whatever was killed before.

#include <string>

#include "support/footprint.hpp"
#include "support/server_process.hpp"

namespace draas::tests {

// Everything is where the records say, and nothing else: no orphan, no second workload, no port given out twice, no gap
// in a history, nothing left of a deleted instance. "" when it is so.
std::string violation(ServerProcess& server, const Look& look);
// Fails the test when that does not come to be.
void expect_settles(ServerProcess& server, const Look& look, milliseconds limit = milliseconds(20'000));

}  // namespace draas::tests
