#include "subscribers.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <poll.h>
#include <sys/epoll.h>

#include "load.hpp"

namespace draas::bench {
namespace {

constexpr int kLookMs = 100;  // how often the end is looked for
constexpr int kAtOnce = 256;
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

// By epoll, as the readers share the machine with what they measure: poll() would look at all of them for each.
void Subscribers::read() {
  const Descriptor ready(::epoll_create1(EPOLL_CLOEXEC));
  if (ready.get() < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    epoll_event wanted{.events = EPOLLIN, .data = {.u64 = i}};
    if (::epoll_ctl(ready.get(), EPOLL_CTL_ADD, readers_[i].socket.get(), &wanted) != 0) {
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
  }
  std::array<epoll_event, kAtOnce> events{};
  while (!ending_) {
    const int count = ::epoll_wait(ready.get(), events.data(), kAtOnce, kLookMs);
    for (int i = 0; i < count; ++i) take(readers_[events[static_cast<std::size_t>(i)].data.u64]);
  }
}

}  // namespace draas::bench
