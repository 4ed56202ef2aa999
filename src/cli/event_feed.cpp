#include "cli/event_feed.hpp"

#include <algorithm>

namespace draas::cli {
namespace {

using std::chrono::steady_clock;

// Longer than any heartbeat of the control plane.
constexpr std::chrono::seconds kSilence{60};

}  // namespace

EventFeed::EventFeed(Session& session, Connection& connection, std::string filters, std::string after)
    : session_(session),
      connection_(connection),
      filters_(std::move(filters)),
      after_(std::move(after)),
      reconnecting_(session) {}

Status EventFeed::open() {
  const std::string target = "/api/status/stream?" + (after_.empty() ? "" : "after=" + after_) + filters_;
  auto stream = connection_.open(target, "text/event-stream");
  if (!stream) return std::unexpected(std::move(stream.error()));
  stream_ = std::move(*stream);
  parser_ = net::ServerSentEventParser();
  heard_ = steady_clock::now();
  reconnecting_.back();
  return {};
}

Status EventFeed::reopen(std::chrono::milliseconds wait) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_try_ - steady_clock::now());
  if (left > wait) {
    connection_.pause(wait);
    return {};
  }
  if (left.count() > 0) connection_.pause(left);
  Status opened = open();
  if (opened || !may_come_back(opened.error())) return opened;
  next_try_ = steady_clock::now() + reconnecting_.next_pause();
  return {};
}

Result<std::vector<net::ServerSentEvent>> EventFeed::next(std::chrono::milliseconds wait) {
  if (!stream_) {
    if (Status opened = reopen(wait); !opened) return std::unexpected(std::move(opened.error()));
    return std::vector<net::ServerSentEvent>{};
  }
  auto piece = stream_->read(wait);
  const auto now = steady_clock::now();
  const bool silent = piece && !*piece && now - heard_ > kSilence;
  if (!piece || silent || (*piece && (*piece)->empty())) {
    stream_.reset();
    reconnecting_.lost(!piece ? piece.error().message : silent ? "nothing came for a minute" : "it has ended");
    next_try_ = now + reconnecting_.next_pause();
    return std::vector<net::ServerSentEvent>{};
  }
  if (!*piece) return std::vector<net::ServerSentEvent>{};
  heard_ = now;
  auto events = parser_.feed(**piece);
  if (!parser_.last_event_id().empty()) after_ = parser_.last_event_id();
  return events;
}

}  // namespace draas::cli
