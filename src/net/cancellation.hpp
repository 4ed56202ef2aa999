#pragma once
// How a coroutine that was asked to stop ends.

#include <exception>

namespace draas::net {

// `error` must hold an exception. True for what asio throws out of a wait that was cancelled. Thread-safe.
bool is_cancellation(const std::exception_ptr& error);

}  // namespace draas::net
