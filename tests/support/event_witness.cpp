#include "support/event_witness.hpp"

#include <boost/asio/detached.hpp>

#include "net/server_sent_events.hpp"

namespace draas::tests {
namespace {

constexpr std::size_t kRemembered = 20'000;
constexpr std::chrono::milliseconds kBeforeNext{20};
constexpr std::chrono::seconds kPatience{5};

}  // namespace

EventWitness::EventWitness(net::Endpoint endpoint) : endpoint_(std::move(endpoint)) {
  loop_.start();
  net::asio::co_spawn(loop_.executor(), [this] { return follow(); }, net::asio::detached);
}

EventWitness::~EventWitness() {
  ending_ = true;
  loop_.stop();
}

std::uint64_t EventWitness::last() const {
  const std::scoped_lock lock(mutex_);
  return seen_.empty() ? 0 : *seen_.rbegin();
}

std::vector<std::string> EventWitness::faults() const {
  const std::scoped_lock lock(mutex_);
  return faults_;
}

std::vector<std::uint64_t> EventWitness::unseen(const std::vector<std::uint64_t>& sequences) const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::uint64_t> missing;
  for (const std::uint64_t sequence : sequences) {
    if (!seen_.empty() && sequence >= *seen_.begin() && !seen_.contains(sequence)) missing.push_back(sequence);
  }
  return missing;
}

void EventWitness::take(const std::string& id, const std::string& type) {
  const std::scoped_lock lock(mutex_);
  const std::uint64_t before = seen_.empty() ? 0 : *seen_.rbegin();
  if (type == "missed") faults_.push_back("events were missed behind " + std::to_string(before));
  if (id.empty()) return;
  const std::uint64_t sequence = std::stoull(id);
  if (sequence <= before) faults_.push_back("event " + id + " came after " + std::to_string(before));
  seen_.insert(sequence);
  if (seen_.size() > kRemembered) seen_.erase(seen_.begin());
}

net::Task<void> EventWitness::follow() {
  net::HttpClient client(loop_.executor());
  while (!ending_) {
    co_await read_stream(client);
    co_await net::sleep_for(kBeforeNext);
  }
}

// Until the server goes.
net::Task<void> EventWitness::read_stream(net::HttpClient& client) {
  net::ClientRequest request;
  request.target = "/api/status/stream?after=" + std::to_string(last());
  auto stream = co_await client.open(endpoint_, request, kPatience);
  if (!stream || (*stream)->status() != 200) co_return;
  net::ServerSentEventParser parser;
  while (!ending_) {
    const auto piece = co_await (*stream)->read(std::chrono::minutes(1));
    if (!piece || piece->empty()) co_return;
    for (const net::ServerSentEvent& event : parser.feed(*piece)) take(event.id, event.event);
  }
}

}  // namespace draas::tests
