#pragma once
// How commands that go on outlive a restart of the control plane: they say once that the connection is lost, try again
// with growing pauses, and say once that it is back.

#include <chrono>
#include <string>

#include "cli/session.hpp"

namespace draas::cli {

// Is it worth trying again after this, in time?
bool may_come_back(const Error& error);

class Reconnecting {
 public:
  explicit Reconnecting(Session& session) : session_(session) {}

  // The connection has ended, or could not be made again.
  void lost(const std::string& why);
  void back();
  bool is_lost() const { return lost_; }

  // How long to wait before the next try; each is twice as long as the one before, up to a few seconds.
  std::chrono::milliseconds next_pause();

 private:
  Session& session_;
  bool lost_ = false;
  std::chrono::milliseconds pause_{0};
};

}  // namespace draas::cli
