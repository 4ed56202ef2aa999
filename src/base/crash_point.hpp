#pragma once
// Places where a test may kill this process, to prove that a crash between any two steps loses and doubles nothing.
//
// DRAAS_CRASH_AT=<name> kills the process with SIGKILL when it first passes crash_point("<name>"); <name>:<N> at the
// Nth passing. Always compiled in: without the variable it costs one branch on a constant. Thread-safe.

#include <string_view>

namespace draas {

namespace detail {
extern const bool kCrashPointsArmed;
void visit_crash_point(std::string_view name);
}  // namespace detail

inline void crash_point(std::string_view name) {
  if (detail::kCrashPointsArmed) [[unlikely]]
    detail::visit_crash_point(name);
}

}  // namespace draas
