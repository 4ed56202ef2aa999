#pragma once
// An event loop on a thread of its own, and the means to run a coroutine on it from a test.

#include <future>
#include <stdexcept>

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>

#include "net/task.hpp"
#include "raw_socket.hpp"

namespace draas::net::testing {

class LoopTest : public ::testing::Test {
 protected:
  LoopTest() { loop.start(); }

  // Runs `make` on the loop and waits for its result.
  template <class T>
  T on_loop(std::function<Task<T>()> make) {
    auto future = asio::co_spawn(loop.executor(), make, asio::use_future);
    if (future.wait_for(kPatience) != std::future_status::ready) throw std::runtime_error("the coroutine did not end");
    return future.get();
  }

  EventLoop loop{"test-loop"};
};

}  // namespace draas::net::testing
