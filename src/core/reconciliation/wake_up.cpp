#include "core/reconciliation/wake_up.hpp"

#include <memory>

#include <boost/asio/redirect_error.hpp>

namespace draas::core {

net::Task<void> WakeUp::wait_until(SteadyTime deadline) {
  if (closed_) co_return;
  net::Timer timer(executor_, deadline);
  waiters_.push_back(&timer);
  // Also when this coroutine is cancelled, no pointer to the timer may stay behind.
  auto forget = [this](net::Timer* gone) { std::erase(waiters_, gone); };
  const std::unique_ptr<net::Timer, decltype(forget)> registered(&timer, forget);
  boost::system::error_code ignored;  // cancelled is how a wake-up looks
  auto token = net::asio::redirect_error(net::use_task, ignored);
  co_await timer.async_wait(token);
}

void WakeUp::wake_all() {
  for (net::Timer* waiter : waiters_) waiter->cancel();
}

void WakeUp::close() {
  closed_ = true;
  wake_all();
}

}  // namespace draas::core
