#pragma once
// The ways in which an HTTP server fails its client, as scripts for a ScriptedPeer: each client of ours is tried on
// all.

#include <string>
#include <vector>

#include "unit/net/raw_socket.hpp"

namespace draas::tests {

struct Misbehaviour {
  enum class Kind {
    BreaksOff,  // the connection ends early: seen at once
    Hangs,      // nothing more comes, or never the end: seen at the client's deadline
    Lies,       // what comes is no answer: seen at once
  };
  std::string name;  // an identifier
  Kind kind = Kind::Lies;
  net::testing::ScriptedPeer::Script script;
  bool after_header = false;  // a whole header with status 200 comes first: opening a stream succeeds
};

const std::vector<Misbehaviour>& misbehaviours();

// Answers everything in good order with this JSON: enough for any of our clients to be content.
net::testing::ScriptedPeer::Script well_behaved();

}  // namespace draas::tests
