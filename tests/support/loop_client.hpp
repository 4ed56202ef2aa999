#pragma once
// An HTTP client on a loop of its own, for test threads that wait for what it does.

#include <future>
#include <memory>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include "net/http_client.hpp"
#include "net/task.hpp"

namespace draas::tests {

class LoopClient {
 public:
  LoopClient() {
    loop_.start();
    http_ = std::make_unique<net::HttpClient>(loop_.executor());
  }
  // The client may be touched on its loop only.
  ~LoopClient() {
    std::promise<void> dropped;
    net::asio::post(loop_.context(), [&] {
      http_.reset();
      dropped.set_value();
    });
    dropped.get_future().wait();
    loop_.stop();
  }
  LoopClient(const LoopClient&) = delete;
  LoopClient& operator=(const LoopClient&) = delete;

  net::HttpClient& http() { return *http_; }
  // A task, or a function that gives one: runs it on the loop and waits for its end.
  template <class Work>
  auto run(Work work) {
    return net::asio::co_spawn(loop_.executor(), std::move(work), net::asio::use_future).get();
  }

 private:
  net::EventLoop loop_{"test-client"};
  std::unique_ptr<net::HttpClient> http_;
};

}  // namespace draas::tests
