#include "subscribers.hpp"

#include <poll.h>

#include "load.hpp"

namespace draas::bench {
namespace {

constexpr int kLookMs = 100;  // how often the end is looked for
constexpr std::size_t kTail = 4096;

}  // namespace

Subscribers::Subscribers(std::uint16_t port, std::size_t count) : readers_(count) {
  for (Reader& reader : readers_) {
    reader.socket = connect_to(port);
    send_all(reader.socket.get(), request_text("GET", "/api/status/stream"));
  }
  for (Reader& reader : readers_) {
    while (!reader.tail.contains("\r\n\r\n")) {
      pollfd wait{reader.socket.get(), POLLIN, 0};
      if (::poll(&wait, 1, 10'000) <= 0) throw std::runtime_error("the stream does not answer");
      if (!receive_some(reader.socket.get(), reader.tail)) throw std::runtime_error("the stream is closed");
    }
  }
  thread_ = std::thread([this] { read(); });
}

Subscribers::~Subscribers() {
  ending_ = true;
  thread_.join();
}

void Subscribers::expect(const std::string& marker) {
  const std::scoped_lock lock(mutex_);
  marker_ = marker;
  arrivals_.clear();
  for (Reader& reader : readers_) {
    reader.has_it = false;
    reader.tail.clear();
  }
}

std::vector<Clock::time_point> Subscribers::arrivals(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, limit, [this] { return arrivals_.size() == readers_.size(); });
  return arrivals_;
}

void Subscribers::take(Reader& reader) {
  const std::scoped_lock lock(mutex_);
  if (!receive_some(reader.socket.get(), reader.tail)) return;
  if (!reader.has_it && !marker_.empty() && reader.tail.contains(marker_)) {
    reader.has_it = true;
    arrivals_.push_back(Clock::now());
    if (arrivals_.size() == readers_.size()) arrived_.notify_all();
  }
  if (reader.tail.size() > kTail) reader.tail.erase(0, reader.tail.size() - kTail);
}

void Subscribers::read() {
  std::vector<pollfd> waits;
  waits.reserve(readers_.size());
  for (const Reader& reader : readers_) waits.push_back({reader.socket.get(), POLLIN, 0});
  while (!ending_) {
    if (::poll(waits.data(), waits.size(), kLookMs) <= 0) continue;
    for (std::size_t i = 0; i < waits.size(); ++i) {
      if (waits[i].revents != 0) take(readers_[i]);
    }
  }
}

}  // namespace draas::bench
