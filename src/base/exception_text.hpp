#pragma once
// What an exception says, for the log.

#include <exception>
#include <string>

namespace draas {

// `error` must hold an exception. Thread-safe.
std::string exception_text(const std::exception_ptr& error);

}  // namespace draas
