#include "net/calls_under_way.hpp"

#include <boost/asio/redirect_error.hpp>

namespace draas::net {

Task<void> CallsUnderWay::wait() {
  while (count_ > 0) {
    boost::system::error_code woken;
    auto token = asio::redirect_error(use_task, woken);
    co_await none_.async_wait(token);
  }
}

}  // namespace draas::net
