#pragma once
// Follows the control plane's event stream on a loop of its own, and tells how long something took to arrive. For one
// test thread.

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/detached.hpp>

#include "net/http_client.hpp"
#include "net/task.hpp"
#include "support/eventually.hpp"

namespace draas::tests {

class EventStream {
 public:
  EventStream(net::Endpoint endpoint, std::string target) : endpoint_(std::move(endpoint)), target_(std::move(target)) {
    loop_.start();
    net::asio::co_spawn(loop_.executor(), [this] { return read(); }, net::asio::detached);
    eventually([this] { return connected_.load(); });
    mark();
  }
  ~EventStream() { loop_.stop(); }
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  // What came before does not count any more, and the clock begins.
  void mark() {
    const std::scoped_lock lock(mutex_);
    from_ = received_.size();
    marked_at_ = std::chrono::steady_clock::now();
  }
  // How long after the mark `text` came; nullopt when it does not come within `limit`.
  std::optional<std::chrono::milliseconds> arrival(const std::string& text,
                                                   std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    const bool came = eventually([&] { return count(text) > 0; }, limit);
    if (!came) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - marked_at_);
  }
  // How often it came since the mark.
  std::size_t count(const std::string& text) {
    const std::scoped_lock lock(mutex_);
    std::size_t found = 0;
    for (auto at = received_.find(text, from_); at != std::string::npos; at = received_.find(text, at + 1)) ++found;
    return found;
  }
  std::string since_mark() {
    const std::scoped_lock lock(mutex_);
    return received_.substr(from_);
  }

 private:
  net::Task<void> read() {
    net::HttpClient client(loop_.executor());
    net::ClientRequest request;
    request.target = target_;
    auto stream = co_await client.open(endpoint_, request, std::chrono::seconds(5));
    if (!stream) co_return;
    connected_ = true;
    while (true) {
      auto piece = co_await (*stream)->read(std::chrono::seconds(60));
      if (!piece || piece->empty()) co_return;
      const std::scoped_lock lock(mutex_);
      received_ += *piece;
    }
  }

  net::Endpoint endpoint_;
  std::string target_;
  net::EventLoop loop_{"stream"};
  std::atomic<bool> connected_{false};
  std::mutex mutex_;
  std::string received_;
  std::size_t from_ = 0;
  std::chrono::steady_clock::time_point marked_at_;
};

}  // namespace draas::tests
