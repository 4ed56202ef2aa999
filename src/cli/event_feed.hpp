#pragma once
// Events as they happen, across restarts of the control plane: what happened meanwhile comes first, none twice.

#include <memory>
#include <string>
#include <vector>

#include "cli/reconnecting.hpp"
#include "net/server_sent_events.hpp"

namespace draas::cli {

class EventFeed {
 public:
  // `filters`: of /api/status/stream, "&types=...". `after`: begin behind this event; "" = with the next one. Both
  // references outlive the feed.
  EventFeed(Session& session, Connection& connection, std::string filters = {}, std::string after = {});

  // The first connection. An error when it cannot be made: somebody who begins wants to know.
  Status open();
  // What came within `wait`; empty when nothing did, also while the control plane is away. An error only when it
  // answers that it will not.
  Result<std::vector<net::ServerSentEvent>> next(std::chrono::milliseconds wait);

 private:
  Status reopen(std::chrono::milliseconds wait);

  Session& session_;
  Connection& connection_;
  std::string filters_;
  std::string after_;
  Reconnecting reconnecting_;
  std::unique_ptr<Stream> stream_;
  net::ServerSentEventParser parser_;
  std::chrono::steady_clock::time_point heard_;
  std::chrono::steady_clock::time_point next_try_;
};

}  // namespace draas::cli
